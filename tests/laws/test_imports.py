"""Imports point one way only, and what is pure stays pure (design: one concept a file)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "studio_backup"

#: Pure: text in, values out. Each may import those before it.
PURE = (
    "errors", "paths", "probe", "records", "programs", "flavours", "absence", "source", "secret", "step", "resource",
    "lock", "staging", "script", "windows", "shells", "capacity", "resources", "kinds", "manifest", "spec", "facts",
    "policy", "compile", "diff", "survey", "orphans", "overflow", "parting", "spinning", "backed_up", "steps", "plan",
    "agreed", "result", "made", "status", "starters", "doctor", "discover",
)  # fmt: skip
#: The edge: what reaches machines, keeps records and speaks to people. Each may import those before it, and the pure.
EDGE = (
    "abreast", "transport", "ssh", "reveal", "exchange", "engine", "locks", "evidence", "looking", "apply",
    "running_windows", "running", "rollout",
    "references", "report", "notify", "saved", "restore", "cli",
)  # fmt: skip
ORDER = (*PURE, *EDGE)
#: Modules of the edge that touch the network, processes, the clock or chance; all others of it only use these.
IMPURE = ("abreast", "transport", "ssh", "reveal", "exchange", "locks", "notify", "cli")
FORBIDDEN = {"paramiko", "fabric", "subprocess", "socket", "os", "time", "random", "secrets", "click", "threading"}
MODULES = sorted(PACKAGE.rglob("*.py"))


def unit(path: Path) -> str:
    """The concept that a file belongs to: a module, or the package it stands in."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


def imported(path: Path) -> Iterator[tuple[str, str]]:
    """(package, name inside it or "") of every import, also those inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((name.name.split(".")[0], name.name.partition(".")[2]) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            first, _, rest = (node.module or "").partition(".")
            yield from ((first, f"{rest}.{name.name}".strip(".")) for name in node.names)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_up_the_list(path: Path) -> None:
    own = unit(path)
    if own == "__init__":
        assert not list(imported(path))
        return
    assert own in ORDER, f"{own} has no place in the order of imports yet"
    for package, name in imported(path):
        other = name.split(".")[0]
        if package == "studio_backup" and other not in (own, "__version__"):
            assert ORDER.index(other) < ORDER.index(own), f"{path}: {other} comes after {own}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_edge_reaches_out(path: Path) -> None:
    if unit(path) not in IMPURE:
        assert not {package for package, _ in imported(path)} & FORBIDDEN


def test_every_place_in_the_order_is_taken() -> None:
    assert {unit(path) for path in MODULES} - {"__init__"} == set(ORDER)


def test_no_module_is_named_after_nothing() -> None:
    names = {path.stem for path in MODULES} | {path.parent.name for path in MODULES}
    assert not names & {"utils", "util", "helpers", "helper", "manager", "common", "base", "misc"}


def test_every_module_opens_with_one_sentence() -> None:
    for path in MODULES:
        text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        assert text, path
        assert text.split("\n\n")[0].rstrip().endswith((".", "?")), path
