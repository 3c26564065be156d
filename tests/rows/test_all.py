"""What studios named, row by row (S1 … S111): for each the verdict, the warning or the date that it must lead to."""

from __future__ import annotations

from tests.rows import test_media, test_practice, test_products, test_strategy

#: Every row of this part that is a rule or somebody's word.
ASKED = [
    *(f"S{n}" for n in (1, 2, 3, 4, *range(8, 21), 24, 25, 28, 29, 30, 31, 33, 34, 35, 39)),
    *(f"S{n}" for n in range(70, 92)),
    "S95", "S96", "S97", "S98",
    *(f"S{n}" for n in range(100, 111)),
]  # fmt: skip


def test_no_row_is_forgotten() -> None:
    told = [name for part in (test_strategy, test_practice, test_media, test_products) for name in part.ROWS.tests]
    assert sorted(told) == sorted(ASKED)
