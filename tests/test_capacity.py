"""Room, growth, the day a volume is full: for any runs and any volume."""

from __future__ import annotations

import subprocess

from hypothesis import given
from hypothesis import strategies as st

from studio_backup.capacity import ROOM, Room, full_at, growth, growths, lacking, room_of
from tests.sandbox import SHELLS

DAY, NOW = 86400, 1_795_000_000
GB = 10**9
RUNS = st.lists(st.tuples(st.integers(NOW - 60 * DAY, NOW), st.integers(0, 10**13)), max_size=40)
ROOMS = st.builds(lambda size, part: Room(size, int(size * part)), st.integers(1, 10**15), st.floats(0, 1))


def test_a_gigabyte_a_day() -> None:
    runs = [(NOW - 10 * DAY, 900 * GB), *((NOW - day * DAY, GB) for day in range(10))]
    rate = growth(runs, NOW)
    assert rate == GB
    room = Room(1000 * GB, 100 * GB)
    full = full_at(room, rate, NOW)
    assert full is not None
    assert round((full - NOW) / DAY) == 99  # what jobs leave free is not theirs to fill


def test_too_little_is_known_for_a_day() -> None:
    assert growth([], NOW) is None
    assert growth([(NOW - 9 * DAY, GB)], NOW) is None
    assert growth([(NOW - 3600, GB), (NOW - 1800, GB)], NOW) is None
    assert growth([(NOW + 9 * DAY, GB), (NOW + 10 * DAY, GB)], NOW) is None
    assert growths([[], [(NOW - 2 * DAY, GB), (NOW - DAY, 2 * GB)]], NOW) == GB
    assert growths([[]], NOW) is None


@given(RUNS, st.randoms())
def test_the_order_of_runs_says_nothing(runs: list[tuple[int, int]], chance: object) -> None:
    mixed = list(runs)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert growth(mixed, NOW) == growth(runs, NOW)


@given(RUNS, st.integers(0, 10**12))
def test_more_that_is_moved_fills_no_slower(runs: list[tuple[int, int]], more: int) -> None:
    before, after = growth(runs, NOW), growth([(at, size + more) for at, size in runs], NOW)
    assert (before is None) is (after is None)
    assert before is None or (after is not None and after >= before >= 0)


@given(ROOMS, st.floats(1, 1e15), st.floats(1, 1e15))
def test_it_is_full_later_with_more_room_or_less_growth(room: Room, one: float, other: float) -> None:
    slow, fast = (full_at(room, rate, NOW) for rate in sorted((one, other)))
    assert slow is not None
    assert fast is not None
    assert slow >= fast >= NOW
    larger = full_at(Room(room.size, room.size), one, NOW)
    here = full_at(room, one, NOW)
    assert larger is not None
    assert here is not None
    assert larger >= here
    if room.free > room.reserve:
        assert full_at(room, None, NOW) is None
        assert full_at(room, 0.0, NOW) is None
    else:
        assert full_at(room, None, NOW) == NOW


@given(ROOMS, st.integers(0, 10**16))
def test_what_fits_lacks_nothing_and_what_lacks_does_not_fit(room: Room, need: int) -> None:
    for empty in (True, False):
        short = lacking(need, room, empty)
        assert short >= 0
        assert lacking(need - short, room, empty) == 0 or need - short <= 0
    assert lacking(need, room, True) >= lacking(need, room, False)


@given(st.text())
def test_no_text_is_room_but_two_numbers(text: str) -> None:
    found = room_of(text)
    assert found is None or (0 <= found.free <= found.size)
    assert room_of("100\t101") is None
    assert room_of("8000\t500") == Room(8000 * 1024, 500 * 1024)


def test_every_shell_reads_the_room_of_a_folder() -> None:
    for shell in SHELLS.values():
        said = subprocess.run(
            [*shell, "-c", f"set -eu\n{ROOM}\nroom /; room /nothing"], capture_output=True, text=True, check=False
        )
        assert (said.returncode, said.stderr) == (0, "")
        assert room_of(said.stdout.strip().removeprefix("room\t")) is not None
