"""Quiet hours, played: a backup that runs in them is stopped, also one that began before; at night none is."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.mac_studio import ALL
from tests.sim.macos.machine import Mac
from tests.sim.macos.test_drift import Bench, backed_up, bench_of

LABEL = "studio-backup.northlight.quiet-macos"
QUIET = ALL.replace("every: day", 'quiet: "09:00-09:15"')


def running(bench: Bench, *, start: bool = False) -> bool:
    with bench.mac.state() as state:
        if start:
            state["tm"]["running"] = True
        return bool(state["tm"]["running"])


def test_a_backup_stops_in_the_quiet_hours_alone(mac: Mac) -> None:
    mac.set_clock(datetime(2026, 3, 2, 8))
    bench = bench_of(mac, QUIET)
    assert bench.apply()[1].failed == []
    with mac.state() as state:
        backed_up(state)
        for one in state["tm"]["dests"]:
            one["completed"] = ["2026-03-02T06:00:00Z"] if one["completed"] else []
    running(bench, start=True)
    assert mac.play(datetime(2026, 3, 2, 8, 59)) == []
    assert running(bench)
    started = mac.play(datetime(2026, 3, 2, 12))
    assert started == [(datetime(2026, 3, 2, 9, minute), LABEL) for minute in (0, 5, 10)]
    assert not running(bench)
    with mac.state() as state:
        assert state["tm"]["dests"][0]["result"] == 22
        state["tm"]["dests"][-1]["result"] = 22
    assert "time-machine" not in bench.differing()  # cancelled by us is no error
    # Asleep through them, awake at noon: launchd makes up for it, and the program sees how late it is.
    running(bench, start=True)
    assert mac.sleep(datetime(2026, 3, 3) + timedelta(hours=12)) == [LABEL]
    mac.settle()
    assert running(bench)
