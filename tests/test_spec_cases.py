"""Golden specs: every folder of tests/spec is loaded, and what is said about it compared word by word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from studio_backup.policy.advice import advice
from studio_backup.source import Problem
from studio_backup.spec import Loaded, load
from studio_backup.spec.codes import CODES
from studio_backup.spec.showing import show_problems

CASES = Path(__file__).parent / "spec"
NAMES = sorted(case.name for case in CASES.iterdir() if case.name != "good")
PACKAGE = Path(__file__).parent.parent / "studio_backup"


def load_case(name: str) -> Loaded:
    """The good spec, with the files of one case in place of its own and beside them."""
    folder = CASES / name
    files = {path.name: path.read_bytes() for path in (CASES / "good").glob("*.yml")}
    files |= {path.name: path.read_bytes() for path in folder.glob("*.yml")}
    inventory = [(name, content) for name, content in sorted(files.items()) if name != "playbook.yml"]
    return load(inventory, [("playbook.yml", files["playbook.yml"])])


def said_of(loaded: Loaded) -> list[Problem]:
    """The problems; of a spec without any, its warnings."""
    return [*loaded.problems, *(one.problem for one in advice(loaded.studio))] if loaded.studio else [*loaded.problems]


def test_good_spec_has_no_problems() -> None:
    loaded = load_case("good")
    assert loaded.problems == ()
    assert loaded.studio is not None
    assert list(loaded.studio.datasets) == ["ws-a/sessions", "ws-b/sessions"]
    assert advice(loaded.studio) == []


@pytest.mark.parametrize("name", NAMES)
def test_what_is_said_about_a_bad_spec(name: str) -> None:
    loaded = load_case(name)
    assert (loaded.studio is None) == (not name.startswith("SB5"))
    expected = (CASES / name / "problems.txt").read_text(encoding="utf-8")
    assert show_problems(said_of(loaded), loaded.lines) + "\n" == expected


@pytest.mark.parametrize("name", NAMES)
def test_case_is_about_the_code_it_is_named_after(name: str) -> None:
    assert name[:5] in {problem.code for problem in said_of(load_case(name))}


def test_every_code_has_a_case() -> None:
    """SB112 is about paths on the disk and has its own test."""
    assert set(CODES) - {name[:5] for name in NAMES} == {"SB112"}


def test_every_code_in_the_program_is_in_the_registry() -> None:
    sources = [path for part in ("source", "spec", "policy") for path in (PACKAGE / part).rglob("*.py")]
    used = {
        code for path in sources if path.name != "codes.py" for code in re.findall(r"\bSB\d{3}\b", path.read_text())
    }
    ranges = {"SB401", "SB404", "SB407", "SB409", "SB413"}  # named in docstrings as ends of a range, too
    assert used | ranges == set(CODES)
