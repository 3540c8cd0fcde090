#!/usr/bin/env python3
"""Explores the domain, then breaks it on purpose to see that the exploration would have told.

    tests/model_check/run.py --build build/release [--commands 8] [--mutant-commands 6]

A mutant is one line of the domain changed to what it must not say. Its file is compiled anew, the
checker linked with it, and run; it is caught when the checker finds a violation. Closes with one
line of JSON: {"states", "steps", "violations", "seconds", "mutants", "caught"}.
"""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from mutants import MUTANTS, Mutant

ROOT = Path(__file__).resolve().parents[2]
LEAST_STATES = 10_000_000
LONGEST_S = 600


@dataclass(frozen=True)
class Built:
    """How the checker was built: each source's compiler command, and the linker's."""

    folder: Path
    compile: dict[str, str]
    link: str

    @classmethod
    def of(cls, folder: Path) -> Built:
        entries = json.loads((folder / "compile_commands.json").read_text())
        commands = {str(Path(e["file"]).resolve()): e["command"] for e in entries}
        told = subprocess.run(
            ["ninja", "-C", str(folder), "-t", "commands", "model_check"],
            check=True,
            capture_output=True,
            text=True,
        )
        return cls(folder, commands, told.stdout.strip().splitlines()[-1])


def object_of(built: Built, mutant: Mutant, folder: Path) -> Path:
    source = ROOT / "src" / mutant.file
    text = source.read_text()
    if text.count(mutant.old) != 1:
        found = text.count(mutant.old)
        raise SystemExit(f"{mutant.file}: {found} places for the mutant '{mutant.name}'")
    changed = folder / source.name
    changed.write_text(text.replace(mutant.old, mutant.new))
    words = shlex.split(built.compile[str(source)])
    made = folder / "mutant.o"
    words[words.index("-o") + 1] = str(made)
    words[words.index("-c") + 1] = str(changed)
    # What a mutant leaves unused is no fault of its own.
    words = [w for w in words if w not in ("-Werror", "-MD")] + ["-w"]
    for option in ("-MT", "-MF"):
        if option in words:
            at = words.index(option)
            del words[at : at + 2]
    subprocess.run(words, check=True, cwd=built.folder)
    return made


def caught(built: Built, mutant: Mutant, commands: int) -> bool:
    with tempfile.TemporaryDirectory(prefix="fermata-mutant-") as name:
        folder = Path(name)
        made = object_of(built, mutant, folder)
        checker = folder / "model_check"
        # Before the library, so that the library's own object is not taken.
        link = built.link.replace(" -o bin/model_check", f" {made} -o {checker}", 1)
        subprocess.run(link, check=True, cwd=built.folder, shell=True)
        done = subprocess.run(
            [str(checker), "--mutant", "--threads", "1", "--commands", str(commands)],
            capture_output=True,
            text=True,
        )
        told = done.stderr.splitlines()
        print(
            f"  {'caught' if done.returncode else 'NOT CAUGHT':10}  {mutant.name}"
            + (f"  ({told[0]})" if told else ""),
            flush=True,
        )
        return done.returncode != 0


def explore(built: Built, commands: int) -> dict[str, int | float]:
    print(f"every interleaving of up to {commands} commands ...", flush=True)
    begun = time.monotonic()
    done = subprocess.run(
        [str(built.folder / "bin/model_check"), "--commands", str(commands)],
        stdout=subprocess.PIPE,
        text=True,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    print(f"  {found}", flush=True)
    seconds = round(time.monotonic() - begun, 1)
    enough = found["states"] >= LEAST_STATES and seconds <= LONGEST_S
    good = done.returncode == 0 and enough
    return {**found, "seconds": seconds, "good": int(good)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--commands", type=int, default=8)
    parser.add_argument("--mutant-commands", type=int, default=6)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    built = Built.of(options.build.resolve())
    print(f"{len(MUTANTS)} mutants ...", flush=True)
    with ThreadPoolExecutor(options.jobs) as pool:
        results = list(
            pool.map(lambda mutant: caught(built, mutant, options.mutant_commands), MUTANTS)
        )
    found = explore(built, options.commands)
    good = found.pop("good") and all(results)
    print(json.dumps({**found, "mutants": len(MUTANTS), "caught": sum(results)}))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
