"""Each mutant of the model checker still finds its line: a run of it takes minutes, this none."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_each_mutant_breaks_one_place() -> None:
    file = ROOT / "tests/model_check/mutants.py"
    spec = importlib.util.spec_from_file_location("mutants", file)
    assert spec is not None
    assert spec.loader is not None
    mutants = importlib.util.module_from_spec(spec)
    sys.modules["mutants"] = mutants
    spec.loader.exec_module(mutants)
    assert len(mutants.MUTANTS) >= 12
    for one in mutants.MUTANTS:
        found = (ROOT / "src" / one.file).read_text().count(one.old)
        assert found == 1, f"{one.name}: {found} times in {one.file}: {one.old}"
