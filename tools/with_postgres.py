#!/usr/bin/env python3
"""Runs a command beside a PostgreSQL of its own.

    tools/with_postgres.py -- ctest --test-dir build/release

The cluster lives in a temporary folder, listens on a free loopback port, has fsync on, and is gone
when the command ends. The command finds it in FERMATA_TEST_PG_URL; its exit code is ours. Nothing
outlives us: PostgreSQL is told to stop when this process dies, however it dies.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

START_LIMIT_S = 30
STOP_LIMIT_S = 30
PR_SET_PDEATHSIG = 1
USER = "fermata"
DATABASE = "fermata_test"


def find_binaries() -> Path:
    """The folder of initdb and postgres; the newest version that is installed."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda f: int(f.parent.name))
    if not folders:
        sys.exit("with_postgres: PostgreSQL is not installed; `make setup` installs it")
    return folders[-1]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def stop_with_parent() -> None:
    """In the child: SIGINT, PostgreSQL's fast shutdown, as soon as the parent is gone."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)


class Cluster:
    """One private PostgreSQL. It runs as the user `postgres` when we are root, who may not."""

    def __init__(self) -> None:
        self.binaries = find_binaries()
        self.folder = Path(tempfile.mkdtemp(prefix="fermata-pg-"))
        self.data = self.folder / "data"
        self.log = self.folder / "log"
        self.password = secrets.token_hex(16)
        self.port = free_port()
        self.owner: str | None = None
        self.server: subprocess.Popen[bytes] | None = None
        if os.getuid() == 0:
            self.owner = "postgres"
            account = pwd.getpwnam(self.owner)
            os.chown(self.folder, account.pw_uid, account.pw_gid)

    @property
    def url(self) -> str:
        return f"postgresql://{USER}:{self.password}@127.0.0.1:{self.port}/{DATABASE}"

    def start(self) -> None:
        password_file = self.folder / "password"
        password_file.write_text(self.password)
        if self.owner:
            shutil.chown(password_file, self.owner)
        initdb = [str(self.binaries / "initdb"), "-D", str(self.data), "-U", USER]
        initdb += ["-A", "scram-sha-256", "--pwfile", str(password_file)]
        initdb += ["-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        done = subprocess.run(initdb, user=self.owner, cwd="/", capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"with_postgres: initdb failed\n{done.stdout}{done.stderr}")
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self.folder,
            "fsync": "on",
            "synchronous_commit": "on",
            "full_page_writes": "on",
            "max_connections": 200,
        }
        command = [str(self.binaries / "postgres"), "-D", str(self.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self.log.open("wb") as log:
            self.server = subprocess.Popen(
                command,
                user=self.owner,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=stop_with_parent,
            )
        self.create_database()

    def create_database(self) -> None:
        """Waits for the server by doing what is wanted of it."""
        psql = [str(self.binaries / "psql"), self.url.replace(DATABASE, "postgres")]
        psql += ["-qXc", f"CREATE DATABASE {DATABASE}"]
        until = time.monotonic() + START_LIMIT_S
        while True:
            done = subprocess.run(psql, capture_output=True, text=True)
            if done.returncode == 0:
                return
            ended = self.server is None or self.server.poll() is not None
            if ended or time.monotonic() > until:
                log = self.log.read_text(errors="replace")
                sys.exit(f"with_postgres: PostgreSQL did not start\n{done.stderr}{log}")
            time.sleep(0.05)

    def stop(self) -> None:
        if self.server is not None and self.server.poll() is None:
            self.server.send_signal(signal.SIGINT)
            try:
                self.server.wait(STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                self.server.send_signal(signal.SIGQUIT)
                self.server.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def run(command: list[str]) -> int:
    cluster = Cluster()
    try:
        cluster.start()
        print(f"with_postgres: {cluster.url}", file=sys.stderr, flush=True)
        child = subprocess.Popen(command, env={**os.environ, "FERMATA_TEST_PG_URL": cluster.url})
        # A signal to us is meant for the command; once it has ended, so do we.
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, lambda got, _frame: child.send_signal(got))
        status = child.wait()
        return status if status >= 0 else 128 - status
    finally:
        cluster.stop()


def main() -> int:
    command = sys.argv[2:] if sys.argv[1:2] == ["--"] else []
    if not command:
        sys.exit("usage: tools/with_postgres.py -- command [argument ...]")
    return run(command)


if __name__ == "__main__":
    sys.exit(main())
