"""Text for people: nothing from a machine reaches a terminal as a command, and everything fits."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_backup.diff import VERBS, Change, FieldDiff, Present
from studio_backup.plan import make
from studio_backup.report.differences import lines_of
from studio_backup.report.drift import screen as drift_screen
from studio_backup.report.plan import screen
from studio_backup.report.text import MARKS, WIDTH, Paint, age, columns, count, moment, safe, size
from tests.test_report_screens import report_of
from tests.values import STUDIO, answered, by_address, entry_of, file, silent, survey

ANY = st.text(st.characters() | st.sampled_from([chr(code) for code in range(0xDC80, 0xDD00)]))


@given(ANY)
def test_what_is_shown_is_printable_and_encodable(text: str) -> None:
    shown = safe(text)
    assert shown.isprintable()
    assert shown.encode("utf-8").decode() == shown


def test_every_control_bidi_and_invisible_letter_is_escaped() -> None:
    for code in range(0x110000):
        if unicodedata.category(chr(code)) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            assert safe(chr(code)).startswith("\\"), hex(code)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J\x07", "\\x1b[2J\\x07"),
        ("a\nb\r\tc\0", "a\\x0ab\\x0d\\x09c\\x00"),
        ("\udcff\udc80", "\\xff\\x80"),
        ("\ud800", "\\ud800"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\u2066x\u2069\u200b\ufeff\u061c", "\\u2066x\\u2069\\u200b\\ufeff\\u061c"),
        ("\x9b31m", "\\x9b31m"),
        ("\U000e0041", "\\U000e0041"),
        ("Größe Gro\u0308ße ✗ 日本", "Größe Gro\u0308ße ✗ 日本"),
    ],
)
def test_what_the_escapes_look_like(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_colours_are_off_or_on() -> None:
    assert Paint(False)("x", "create") == "x"
    assert Paint(True)("x", "create") == "\x1b[32mx\x1b[0m"
    assert Paint(True)("x", "no such colour") == "x"


def test_every_verb_has_a_mark_of_its_own() -> None:
    assert set(MARKS) == set(VERBS)
    assert len(set(MARKS.values())) == len(MARKS)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-5, "0 s"), (0, "0 s"), (119, "119 s"), (120, "2 min"), (7199, "119 min"), (7200, "2 h"), (12000, "3 h 20 min"),
     (172799, "47 h 59 min"), (172800, "2 d"), (180000, "2 d 2 h"), (31536000, "365 d")],
)  # fmt: skip
def test_ages(seconds: int, text: str) -> None:
    assert age(seconds) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (None, "–"),
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (123456, "123 kB"),
        (3.4e12, "3.4 TB"),
        (5e18, "5000 PB"),
    ],
)
def test_sizes(number: int | None, text: str) -> None:
    assert size(number) == text


def test_counts_and_moments() -> None:
    assert [count(1, "copy", "copies"), count(2, "copy", "copies"), count(1234, "file")] == [
        "1 copy",
        "2 copies",
        "1,234 files",
    ]
    assert moment(None) == "never"
    assert moment(0).startswith(("1970-01-01", "1969-12-31"))


def test_columns_line_up_and_nothing_is_cut() -> None:
    assert columns([]) == []
    assert columns([("a", "bb", "c"), ("aaa", "b", "")]) == ["a    bb  c", "aaa  b"]


def differing(before: str, after: str) -> list[str]:
    item = FieldDiff("text", "managed", before, after)
    one = file("job", after)
    return lines_of(Change(address=one.address, verb="update", want=one, seen=Present(one), fields=(item,)))


def test_a_text_is_shown_by_the_lines_that_differ() -> None:
    same = "".join(f"line {number}\n" for number in range(50))
    assert differing(same + "old\n", same + "new\n") == ["text, line 51: - old", "text, line 51: + new"]


@given(ANY, ANY)
def test_a_hostile_text_never_reaches_the_terminal(before: str, after: str) -> None:
    assert all(line.isprintable() for line in differing(before, after))


HOSTILE = "\x1b]0;owned\x07\u202e\udcff"


@pytest.mark.parametrize("verbose", [False, True])
def test_screens_escape_whatever_a_machine_said(verbose: bool) -> None:
    want, seen = file("job", "wanted\n"), file("job", f"{HOSTILE}\n")
    plans = [
        make(STUDIO, by_address(want), survey(nas=answered([seen], entries=[entry_of(seen)])), lambda _: True, True),
        make(STUDIO, by_address(want, file("x")), survey(nas=silent(f"banner {HOSTILE}")), lambda _: True, True),
    ]
    for plan in plans:
        lines = [*screen(plan, Paint(False), 0, {}, (), verbose), *drift_screen(report_of(plan), Paint(False))]
        assert lines
        for line in lines:
            assert line.isprintable(), line
            assert len(line) <= WIDTH or " " not in line.strip()
