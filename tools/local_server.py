"""A `fermata serve` of one's own: for the demo, the kill lab and the benchmarks.

Started, killed and started again on the same database, in a folder that the caller owns.
"""

from __future__ import annotations

import base64
import os
import signal
import socket
import subprocess
import time
import uuid
from pathlib import Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fresh_postgres() -> str:
    """A new, empty database on the server that FERMATA_TEST_PG_URL names; its URL."""
    base = os.environ.get("FERMATA_TEST_PG_URL")
    if base is None:
        raise RuntimeError("FERMATA_TEST_PG_URL is missing: run under tools/with_postgres.py")
    name = f"fermata_{uuid.uuid4().hex[:12]}"
    subprocess.run(["psql", base, "-qXc", f'CREATE DATABASE "{name}"'], check=True)
    return base.rsplit("/", 1)[0] + "/" + name


class KilledAtStartError(RuntimeError):
    """The server was ended by SIGKILL before it listened, as failpoints do."""


class Server:
    """`fermata serve` in a folder of its own. `keys` holds what it printed at its first start."""

    def __init__(
        self,
        binary: Path,
        folder: Path,
        config: str,
        policy: str,
        environment: dict[str, str] | None = None,
    ) -> None:
        """`config` and `policy` are the texts of fermata.yaml and policy.yaml."""
        self.binary = binary
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.keys: dict[tuple[str, str], str] = {}
        self.started_in_s = 0.0
        self._process: subprocess.Popen[str] | None = None
        self.environment = environment or {}
        (folder / "fermata.yaml").write_text(config)
        (folder / "policy.yaml").write_text(policy)
        # Several servers on one PostgreSQL share their signing key, so there it is the operator's.
        key = base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=")
        self.environment.setdefault("FERMATA_SIGNING_KEY", key)

    def start(self) -> list[str]:
        """Returns the lines it printed until it listened."""
        begin = time.monotonic()
        with (self.folder / "server.log").open("a") as log:
            self._process = subprocess.Popen(
                [self.binary, "serve", "--config", "fermata.yaml", "--port", str(self.port)],
                cwd=self.folder,
                env={**os.environ, **self.environment},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._process.stdout is not None
        lines: list[str] = []
        for line in self._process.stdout:
            lines.append(line.rstrip("\n"))
            words = line.split()
            if words[:1] == ["key"]:
                self.keys[words[1], words[2]] = words[3]
            if line.startswith("listening on"):
                self.started_in_s = time.monotonic() - begin
                return lines
        if self._process.wait() == -signal.SIGKILL:
            raise KilledAtStartError
        raise RuntimeError(f"the server did not start; see {self.folder / 'server.log'}")

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def cpu_s(self) -> float:
        """User and system time it has used so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def kill(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def wait(self, timeout_s: float) -> int:
        """Its exit code, when it ends by itself."""
        assert self._process is not None
        return self._process.wait(timeout=timeout_s)

    def stop(self) -> int:
        """Asks it to stop, as an operator would, and returns its exit code."""
        if self._process is None or self._process.poll() is not None:
            return 0
        self._process.send_signal(signal.SIGTERM)
        return self.ended()

    def ended(self) -> int:
        """Waits for its end, which somebody asked for; returns its exit code."""
        return 0 if self._process is None else self._process.wait(timeout=30)

    def command(self, who: tuple[str, str], *arguments: str) -> str:
        """Runs the command line as somebody; returns what it printed."""
        done = subprocess.run(
            [self.binary, *arguments],
            cwd=self.folder,
            env={**os.environ, "FERMATA_URL": self.url, "FERMATA_KEY": self.keys[who]},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"fermata {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout
