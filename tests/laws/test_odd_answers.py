"""An answer of a Windows that is not what was asked for is unread, whichever part is odd; it never ends a survey."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from studio_backup.probe import Reply
from studio_backup.resource import Unparsable
from studio_backup.resources import KINDS
from tests.resources.cases import Case, every_case

#: What a part may be in place of what it should be.
ODD: tuple[Any, ...] = (
    None,
    "",
    "x",
    "-1",
    7,
    True,
    [],
    {},
    ["x"],
    [None],
    {"value": [3], "Count": 1},
    [[1]],
    "9" * 40,
)
CASES = [
    case for case in every_case()
    if KINDS[case.kind].language == "powershell" and not case.reply().exit and case.reply().out.startswith("{")
]  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where every part of a document stands; of a list, its first items."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value[:2]) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, (*path, key))


def odd_ones(document: Any) -> Iterator[Any]:
    for path in places(document):
        for odd in (*ODD, ...):
            changed = copy.deepcopy(document)
            at = changed
            for key in path[:-1]:
                at = at[key]
            if not path:
                changed = odd if odd is not ... else {}
            elif odd is not ...:
                at[path[-1]] = odd
            else:
                del at[path[-1]]
            yield changed


@pytest.mark.parametrize("kind", sorted({case.kind for case in CASES}))
def test_an_odd_part_makes_it_unread_at_worst(kind: str) -> None:
    cases: dict[str, Case] = {}
    for case in CASES:
        if case.kind == kind and _whole(case):
            cases.setdefault(case.change().verb, case)
    assert cases
    for case in cases.values():
        want = case.want()
        for odd in odd_ones(json.loads(case.reply().out)):
            try:
                want.parse(Reply(0, json.dumps(odd), ""))
            except Unparsable:
                continue
            except Exception as error:
                raise AssertionError(
                    f"{case.name}: {type(error).__name__}: {error}: {json.dumps(odd)[:600]}"
                ) from error


def _whole(case: Case) -> bool:
    try:
        json.loads(case.reply().out)
    except ValueError:
        return False
    return True
