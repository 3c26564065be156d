"""Every golden case: the reply of a real machine, parsed and compared, says what expect.txt says."""

from __future__ import annotations

import re

import pytest

from studio_backup.resources import KINDS
from tests.resources.cases import Case, every_case, shown

CASES = every_case()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_a_reply_means(case: Case) -> None:
    assert shown(case) == (case.folder / "expect.txt").read_text(encoding="utf-8", errors="surrogateescape")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_reply_names_its_origin(case: Case) -> None:
    assert re.fullmatch(r"# origin: .{10,}", case.origin())


def test_every_kind_has_cases_and_every_folder_is_a_kind() -> None:
    assert {case.kind for case in CASES} == set(KINDS)
