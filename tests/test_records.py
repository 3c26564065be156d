"""Records of runs, standings and followed runs: nothing that a machine says is believed beyond its known words."""

from __future__ import annotations

import functools
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_backup.capacity import Room
from studio_backup.compile import Route, routes
from studio_backup.diff import Asleep
from studio_backup.probe import Reply, Unanswered
from studio_backup.records import RESULTS, SENTENCES, Record, as_json, parse_record
from studio_backup.running import follow, parse_preview
from studio_backup.spec.model import Brake
from studio_backup.spec.retention import point_name
from studio_backup.status import Standing, probe, standings, volumes
from studio_backup.survey import Answered, Sighting, Silent
from studio_backup.transport import Local
from tests.laws.scripts import example

GOOD = {
    "version": 1, "run": "20261122T023000Z-71", "result": "ok", "reason": None, "started": 1795314600,
    "ended": 1795314610, "seconds": 10, "files": 12, "bytes": 3400, "created": 2, "deleted": 0, "rewritten": 1,
    "restore_point": "2026-11-22T02-30-00Z", "source": "ws-a/studio-os", "open": False, "accepted_by": None,
}  # fmt: skip
POINTS = tuple(point_name(datetime(2026, 11, day, 2, 30, tzinfo=UTC)) for day in (21, 22))


@functools.cache
def route() -> Route:
    return routes(example())[0]


def test_a_record_is_read_as_a_job_writes_it() -> None:
    found = parse_record(json.dumps(GOOD))
    assert found == Record(
        run="20261122T023000Z-71", result="ok", started=1795314600, ended=1795314610, seconds=10, files=12, bytes=3400,
        created=2, deleted=0, rewritten=1, restore_point="2026-11-22T02-30-00Z", source="ws-a/studio-os",
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", "5", '"ok"', "{", "{}", '{"version":1}', '{"version":2,"result":"ok"}',
     '{"version":1,"result":"fine"}',
     '{"version":1,"result":["ok"]}', "[" * 100000, '{"a":' * 100000, "\x1b[2J", "NaN", '{"version":1,"result":"ok"'],
)  # fmt: skip
def test_what_is_no_record_is_none(text: str) -> None:
    assert parse_record(text) is None


@given(
    st.dictionaries(
        st.sampled_from(sorted(GOOD)), st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
    )
)
def test_any_value_in_any_place_is_taken_as_known_or_not_at_all(values: dict[str, object]) -> None:
    found = parse_record(json.dumps({**GOOD, **values}))
    if found is not None:
        assert found.result in RESULTS
        for word in (found.run, found.reason, found.restore_point, found.source, found.accepted_by):
            assert word.isprintable()
        for number in (found.started, found.seconds, found.files, found.bytes, found.deleted):
            assert number is None or 0 <= number < 2**63
        assert json.loads(json.dumps(as_json("ws-a/sessions", "on-nas", found)))["result"] == found.result


@pytest.mark.parametrize("word", ["\x1b]0;x\x07", "a\nb", "x" * 201, "`id`", "\u202e"])
def test_hostile_words_are_dropped(word: str) -> None:
    found = parse_record(json.dumps({**GOOD, "source": word, "run": word}))
    assert found is not None
    assert (found.source, found.run) == ("", "")


def test_every_reason_is_a_sentence_and_an_unknown_one_is_itself() -> None:
    assert all(sentence and not sentence.endswith(".") for sentence in SENTENCES.values())
    assert Record(run="x", result="failed", reason="no-space").sentence == SENTENCES["no-space"]
    assert Record(run="x", result="failed", reason="new-word").sentence == "new-word"


def test_without_a_record_nothing_has_ever_run() -> None:
    found = as_json("ws-a/sessions", "on-nas", None)
    assert (found["result"], found["run"], found["restore_point"]) == ("never", None, None)


def standing(out: str, code: int = 0, err: str = "") -> Standing:
    asked = probe(route())
    answers: dict[tuple[str, bool], Reply | Unanswered] = {(asked.script, asked.touches): Reply(code, out, err)}
    return standings([route()], {route().writer.full_name: Answered(answers)})[0]


def listing(*lines: str) -> str:
    return "".join(f"{line}\n" for line in (f"job\t{route().id}", *lines, "volume\tright", "complete"))


def test_a_standing_is_read_whole() -> None:
    found = standing(listing(f"ended\t{json.dumps(GOOD)}", *(f"point\t{point}" for point in reversed(POINTS))))
    assert found.unknown == ""
    assert found.last is not None
    assert (found.last.result, found.running, found.points) == ("ok", None, POINTS)
    assert found.newest == POINTS[1]


def test_what_runs_moved_and_the_room_of_the_volume_are_read() -> None:
    found = standing(
        listing(f"ended\t{json.dumps(GOOD)}", "moved\t1795320537\t4608220", "moved\tx\t1", "room\t8000\t500")
    )
    assert found.moved == ((1795320537, 4608220),)
    assert found.room == Room(8000 * 1024, 500 * 1024)
    assert volumes([found, found]) == {"nas/tank": (found.room, (found, found))}
    assert standing(listing("room\t500\t8000", f"point\t{POINTS[0]}")).room is None


def test_names_that_are_no_points_are_no_points() -> None:
    found = standing(
        listing("point\tlost+found", "point\t2026-11-22T02-30-00Z.new", "point\t../x", f"point\t{POINTS[0]}")
    )
    assert found.points == POINTS[:1]


def test_a_standing_that_was_cut_anywhere_is_unknown() -> None:
    whole = listing(f"ended\t{json.dumps(GOOD)}", f"point\t{POINTS[0]}")
    for end in range(len(whole)):
        found = standing(whole[:end])
        assert found.unknown
        assert found.word(0) == "unknown"
        assert found.points == ()


def test_what_failed_or_did_not_answer_is_unknown() -> None:
    assert standing("", 1, "ls: Input/output error").unknown == "ls: Input/output error"
    assert standing(listing().replace(route().id, "another_job_id")).unknown
    name = route().writer.full_name
    sightings: list[dict[str, Sighting]] = [
        {},
        {name: Silent("does not answer")},
        {name: Asleep(None)},
        {name: Answered({})},
    ]
    for systems in sightings:
        found = standings([route()], systems)[0]
        assert found.word(0) == "unknown"
        assert found.unknown


def test_a_garbled_record_is_no_result_and_leaves_the_points() -> None:
    found = standing(listing("ended\t{garbage", f"point\t{POINTS[0]}"))
    assert (found.last, found.points) == (None, POINTS[:1])


def followed(script: str) -> tuple[Record | str, list[tuple[int, int, int]]]:
    told: list[tuple[int, int, int]] = []
    remote = Local().open(script)
    found = follow(remote, lambda moved, percent, files: told.append((moved, percent, files)))
    remote.close()
    return found, told


def test_a_followed_run_tells_progress_and_ends_with_its_record() -> None:
    line = json.dumps(GOOD)
    noise = "noise\\nprogress\\t5\\t10\\t1\\nprogress\\t\\nprogress\\tx\\ty\\tz\\n"
    found, told = followed(f"printf '{noise}'; printf 'record\\t%s\\n' '{line}'")
    assert isinstance(found, Record)
    assert found.result == "ok"
    assert told == [(5, 10, 1)]


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("printf 'failed\\tsystemd did not start it\\n'", "systemd did not start it"),
        ("printf 'record\\t{garbage\\n'", "not one that a job of ours writes"),
        ("printf 'record\\t{\"version\":1'", "the run goes on"),
        ("printf 'progress\\t\u00b2\\t1\\t1\\n'", "the run goes on"),
        ("echo 'permission denied' >&2", "permission denied"),
        (":", "the run goes on"),
    ],
)
def test_a_followed_run_without_a_record_says_why(script: str, says: str) -> None:
    found, told = followed(script)
    assert isinstance(found, str)
    assert says in found
    assert told == []


def test_a_preview_lists_names_as_they_were_escaped() -> None:
    found = parse_preview(
        f"created\ta b\nrewritten\tc\\#012d\ndeleted\te\u2028f\x0cg\nnonsense\tx\n{json.dumps(GOOD)}\n"
    )
    assert (found.created, found.rewritten, found.deleted) == (("a b",), ("c\\#012d",), ("e\u2028f\x0cg",))
    assert found.record is not None
    assert not found.brakes(Brake(percent=20, files=50))
    assert parse_preview("").record is None


@pytest.mark.parametrize("word", ["unmounted", "wrong-volume", "unread"])
def test_points_on_a_bare_mount_point_are_not_believed(word: str) -> None:
    found = standing(listing(f"point\t{POINTS[0]}").replace("volume\tright", f"volume\t{word}"))
    assert (found.points, found.word(0)) == ((), "unknown")
    assert found.unknown
