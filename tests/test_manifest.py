"""The manifest: an entry is whole or it is none, and a listing that was not whole is no manifest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_backup.manifest import Entry, entry_path, entry_text, parse
from studio_backup.probe import Reply, Unanswered
from tests.values import entry_of, file, manifest_reply

ENTRY = entry_of(file("job"))
#: No tabs or line ends: addresses and file names of the spec hold none.
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\n\r\t"), min_size=1, max_size=30)


@given(st.builds(Entry, WORDS, WORDS, WORDS, WORDS))
def test_an_entry_is_read_as_it_was_written(entry: Entry) -> None:
    found = parse(manifest_reply([entry]))
    assert found is not None
    assert dict(found.entries) == {(entry.studio, entry.address): entry}
    assert found.damaged == ()


def listed(path: str, text: str) -> Reply:
    lines = "".join(f"\t{line}\n" for line in text.split("\n")[:-1])
    return Reply(0, f"generation\t\nfile\t{path}\n{lines}complete\n", "")


def test_an_entry_cut_at_any_byte_is_lost_and_never_half_believed() -> None:
    path, text = entry_path(ENTRY.studio, ENTRY.address), entry_text(ENTRY)
    for end in range(len(text) - 1):  # awk ends the last line itself
        cut = text[:end] + "\n" if end else ""
        found = parse(listed(path, cut))
        assert found is not None
        assert not found.entries, end


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text.replace("northlight", "southlight"),
        lambda text: text.replace("digest\t", "digest\t0"),
        lambda text: text + "digest\t0\n",
        lambda text: "studio\tother\n" + text,
        lambda text: text.replace("check\t", "check\t0"),
        lambda text: text[:0],
        lambda text: "\x00\x01\n" + text,
    ],
)
def test_an_edited_entry_is_lost(edit: object) -> None:
    assert callable(edit)
    found = parse(listed(entry_path(ENTRY.studio, ENTRY.address), edit(entry_text(ENTRY))))
    assert found is not None
    assert not found.entries


def test_an_entry_under_another_s_name_is_damaged() -> None:
    found = parse(listed(entry_path("southlight", ENTRY.address), entry_text(ENTRY)))
    assert found is not None
    assert not found.entries
    assert len(found.damaged) == 1


@pytest.mark.parametrize(
    "answer",
    [
        Unanswered("was cut off", began=True),
        Reply(1, "generation\t\ncomplete\n", ""),
        Reply(0, "generation\t\n", ""),
        Reply(0, "", ""),
        Reply(127, "", "sh: awk: not found"),
    ],
)
def test_what_was_not_listed_whole_is_no_manifest(answer: Reply | Unanswered) -> None:
    assert parse(answer) is None


def test_a_machine_without_one_has_an_empty_manifest() -> None:
    found = parse(manifest_reply())
    assert found is not None
    assert (dict(found.entries), found.holder, found.generation) == ({}, "", "")


def test_who_holds_the_machine_and_its_generation_are_read() -> None:
    found = parse(manifest_reply([ENTRY], generation="0f2c", holder="kim on desk (apply)"))
    assert found is not None
    assert (found.holder, found.generation, len(found.entries)) == ("kim on desk (apply)", "0f2c", 1)


def test_entries_of_two_studios_stand_side_by_side() -> None:
    other = entry_of(file("job"), studio="southlight")
    found = parse(manifest_reply([ENTRY, other]))
    assert found is not None
    assert {key[0] for key in found.entries} == {"northlight", "southlight"}
