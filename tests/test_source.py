"""YAML text as nodes with places: traps stay text, damage is said with its place, nothing blows up."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_backup.source import (
    MAX_BYTES,
    Document,
    Listing,
    Mapping,
    Node,
    Place,
    Problem,
    Text,
    read,
    visible,
)


def codes(content: str | bytes) -> list[str]:
    return [problem.code for problem in read("f.yml", content).problems]


def text_at(document: Document, *steps: str | int) -> Text:
    node: Node | None = document.root
    for step in steps:
        if isinstance(node, Mapping):
            node = node.get(str(step))
        elif isinstance(node, Listing) and isinstance(step, int):
            node = node.items[step]
    assert isinstance(node, Text)
    return node


@pytest.mark.parametrize(
    "written",
    ["22:30", "NO", "yes", "on", "017", "1e3", "12:34:56", "2025-03-01", "0x1F", "1_000", "=", "~x"],
)
def test_plain_scalars_stay_as_written(written: str) -> None:
    assert text_at(read("f.yml", f"a: {written}\n"), "a").value == written


def test_keys_stay_as_written() -> None:
    root = read("f.yml", "on: 1\nNO: 2\n22:30: 3\n").root
    assert isinstance(root, Mapping)
    assert list(root.entries) == ["on", "NO", "22:30"]


def test_places_count_from_one() -> None:
    document = read("f.yml", "a:\n  - b: [x, é, y]\n")
    assert text_at(document, "a", 0, "b", 2).place == Place("f.yml", 2, 15)
    assert str(Place("f.yml", 2, 15)) == "f.yml:2:15"


@pytest.mark.parametrize("written", ["", "~", "null"])
def test_left_out_values_are_null_unless_quoted(written: str) -> None:
    assert text_at(read("f.yml", f"a: {written}"), "a").is_null
    assert not text_at(read("f.yml", f"a: '{written}'"), "a").is_null


def test_byte_order_mark_does_not_shift_columns() -> None:
    document = read("f.yml", b"\xef\xbb\xbfa: b\n")
    assert document.problems == []
    assert text_at(document, "a").place == Place("f.yml", 1, 4)


def test_duplicate_key_names_both_places_and_keeps_the_first() -> None:
    document = read("f.yml", "a: 1\nb: 2\na: 3\n")
    (problem,) = document.problems
    assert (problem.code, problem.place.line) == ("SB105", 3)
    assert "f.yml:1:1" in problem.message
    assert text_at(document, "a").value == "1"
    assert ("a",) in document.damaged
    assert ("b",) not in document.damaged


def test_merge_keys_keep_the_place_of_what_they_bring() -> None:
    document = read("f.yml", "x: &x {p: 1, q: 2}\ny: {q: 9, <<: *x}\nz: {<<: [*x, {r: 3}]}\n")
    assert document.problems == []
    assert text_at(document, "y", "q").value == "9"
    assert text_at(document, "y", "p").place.line == 1
    assert text_at(document, "z", "r").value == "3"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"a: \xff", "SB101"),
        ("a: b".encode("utf-16"), "SB101"),
        ("a: \x07", "SB101"),
        ("\ud800", "SB101"),
        (b"\x7fELF\x02\x01\x00", "SB101"),
        ("a" * (MAX_BYTES + 1), "SB102"),
        ("[" * 100_000, "SB102"),
        ("{a: " * 100_000, "SB102"),
        ("- " * 100_000, "SB102"),
        ("a: [", "SB103"),
        ("a: 'b", "SB103"),
        ("%YAML 9.9\n---\na: b", "SB103"),
        ("a:\n\tb: c", "SB104"),
        ("a: *b", "SB106"),
        ("a: &b [*b]", "SB106"),
        ("a: &b {<<: *b}", "SB106"),
        ("a: {<<: 3}", "SB106"),
        ("a: !!binary x", "SB107"),
        ("!!map {}", "SB107"),
        ("a: b\n---\nc: d", "SB108"),
        ("", "SB109"),
        (b"\xef\xbb\xbf", "SB109"),
        ("---\n...\n", "SB109"),
        ("null", "SB109"),
        ("? [a]\n: b", "SB110"),
        ("a: &x [1]\n? *x\n: 2", "SB110"),
        ("a: {{ b }}", "SB111"),
        ("a: {{ b }}/c", "SB111"),
        ("a: {b: c/{{ d }}}", "SB111"),
        ("a: [{{ b }}]", "SB111"),
    ],
)
def test_each_trap_is_refused_with_its_code_and_only_once(content: str | bytes, code: str) -> None:
    assert codes(content) == [code]


def test_templates_in_quotes_are_text() -> None:
    document = read("f.yml", "a: \"{{ b }}\"\nc: '{{ d }}'\ne: x/{{ f }}\n")
    assert document.problems == []
    assert text_at(document, "e").value == "x/{{ f }}"


def bomb(levels: int, filler: int) -> str:
    """`levels` of anchors, each ten times the one before, and filler to the wanted size."""
    lines = ["a0: &a0 [" + "x, " * 9 + "x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join(lines) + "\n#" + "x" * filler


@pytest.mark.parametrize(
    "content",
    [bomb(40, 0), bomb(9, 5 * 2**20), bomb(9, 10 * 2**20), "a: &a [x]\nb: [" + "*a, " * 300_000 + "]"],
)
def test_nested_anchors_are_refused_at_once(content: str) -> None:
    started = time.monotonic()
    assert codes(content) in (["SB106"], ["SB102"])
    assert time.monotonic() - started < 5


def test_many_plain_values_are_bounded() -> None:
    assert codes("- x\n" * 500_000) == ["SB102"]


def test_terminal_control_is_written_out() -> None:
    problem = Problem(Place("f.yml", 1, 1), "SB101", "\x1b[2J\nrm", "\x07")
    assert str(problem) == "f.yml:1:1: SB101 \\x1b[2J\\nrm"
    assert visible("a\u202eb") == "a\\u202eb"


def test_problem_as_json_has_the_published_keys() -> None:
    problem = Problem(Place("f.yml", 2, 3), "SB103", "message", "fix")
    assert problem.as_json() == {
        "file": "f.yml",
        "line": 2,
        "column": 3,
        "code": "SB103",
        "message": "message",
        "fix": "fix",
    }


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200)))
def test_no_input_raises(content: str | bytes) -> None:
    document = read("f.yml", content)
    assert document.root is not None or document.problems


_YAMLISH = st.lists(
    st.sampled_from(
        [
            "a",
            ":",
            " ",
            "\n",
            "- ",
            "{",
            "}",
            "[",
            "]",
            "&x ",
            "*x",
            "<<: ",
            "'",
            '"',
            "? ",
            "!!",
            "\t",
            "|",
            "#",
            "---\n",
            "{{ ",
            ",",
        ]
    ),
    max_size=40,
).map("".join)


@given(_YAMLISH)
def test_no_yaml_like_input_raises_and_places_exist(content: str) -> None:
    document = read("f.yml", content)
    assert document.root is not None or document.problems
    for problem in document.problems:
        assert problem.place.line >= 1
        assert problem.place.column >= 1
        assert problem.place.line <= content.count("\n") + 2
