"""The manifest: an entry is whole or it is none, and a listing that was not whole is no manifest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_backup.manifest import FOLDER, Entry, entry_path, entry_text, parse
from studio_backup.paths import STATE
from studio_backup.probe import Reply, Unanswered
from tests.values import entries_reply, entry_of, file, listing_of, lock_reply

ENTRY = entry_of(file("job"))
#: No tabs or line ends: addresses and file names of the spec hold none.
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\n\r\t"), min_size=1, max_size=30)


@given(st.builds(Entry, WORDS, WORDS, WORDS, WORDS))
def test_an_entry_is_read_as_it_was_written(entry: Entry) -> None:
    found = parse(lock_reply(), entries_reply([entry]))
    assert found is not None
    assert dict(found.entries) == {(entry.studio, entry.address): entry}
    assert found.damaged == ()


def listed(path: str, text: str) -> Reply:
    return Reply(0, f"folder\t{FOLDER}\n{listing_of({path: text})}complete\n", "")


def test_an_entry_cut_at_any_byte_is_lost_and_never_half_believed() -> None:
    path, text = f"{STATE}/{entry_path(ENTRY.studio, ENTRY.address)}", entry_text(ENTRY)
    for end in range(len(text) - 1):  # the last byte is its line's end
        found = parse(lock_reply(), listed(path, text[:end]))
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
    found = parse(lock_reply(), listed(f"{STATE}/{entry_path(ENTRY.studio, ENTRY.address)}", edit(entry_text(ENTRY))))
    assert found is not None
    assert not found.entries


def test_an_entry_under_another_s_name_is_damaged() -> None:
    found = parse(lock_reply(), listed(f"{STATE}/{entry_path('southlight', ENTRY.address)}", entry_text(ENTRY)))
    assert found is not None
    assert not found.entries
    assert len(found.damaged) == 1


WHOLE = Reply(0, f"folder\t{FOLDER}\ncomplete\n", "")


@pytest.mark.parametrize(
    ("lock", "entries"),
    [
        (Unanswered("was cut off", began=True), WHOLE),
        (Reply(1, "generation\t\ncomplete\n", ""), WHOLE),
        (Reply(0, "generation\t\n", ""), WHOLE),
        (Reply(0, "", ""), WHOLE),
        (lock_reply(), Unanswered("was cut off", began=True)),
        (lock_reply(), Reply(1, WHOLE.out, "find: Input/output error")),
        (lock_reply(), Reply(0, f"folder\t{FOLDER}\n", "")),
        (lock_reply(), Reply(0, "folder\t/etc/studio-backup/northlight\ncomplete\n", "")),
        (lock_reply(), Reply(127, "", "sh: find: not found")),
    ],
)
def test_what_was_not_listed_whole_is_no_manifest(lock: Reply | Unanswered, entries: Reply | Unanswered) -> None:
    assert parse(lock, entries) is None


def test_what_other_folders_hold_is_no_entry() -> None:
    path = f"/etc/studio-backup/northlight/{entry_path(ENTRY.studio, ENTRY.address).rsplit('/', 1)[1]}"
    found = parse(lock_reply(), listed(path, entry_text(ENTRY)))
    assert found is not None
    assert (dict(found.entries), found.damaged) == ({}, ())


def test_a_machine_without_one_has_an_empty_manifest() -> None:
    found = parse(lock_reply(), Reply(0, f"absent\t{FOLDER}\ncomplete\n", ""))
    assert found is not None
    assert (dict(found.entries), found.holder, found.generation) == ({}, "", "")


def test_who_holds_the_machine_and_its_generation_are_read() -> None:
    found = parse(lock_reply(generation="0f2c", holder="kim on desk (apply)"), entries_reply([ENTRY]))
    assert found is not None
    assert (found.holder, found.generation, len(found.entries)) == ("kim on desk (apply)", "0f2c", 1)


def test_entries_of_two_studios_stand_side_by_side() -> None:
    other = entry_of(file("job"), studio="southlight")
    found = parse(lock_reply(), entries_reply([ENTRY, other]))
    assert found is not None
    assert {key[0] for key in found.entries} == {"northlight", "southlight"}
