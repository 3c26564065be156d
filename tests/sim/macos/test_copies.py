"""A copy on a Mac: set up in one run, made by launchd on its calendar, made up for after a night without power."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from studio_backup.exchange import ask
from studio_backup.running import follow, start
from studio_backup.status import probe, standings
from tests.sandbox import SHELLS
from tests.sim.macos.copying import NOON, plug_in, points, records, spec, studio, way
from tests.sim.macos.machine import Mac
from tests.sim.macos.state import VERSIONS

_VERSIONS = [version if version == "15" else pytest.param(version, marks=pytest.mark.long) for version in VERSIONS]


@pytest.mark.parametrize("version", _VERSIONS)
def test_a_few_days_of_a_mac(version: str) -> None:
    with Mac(version) as mac:
        plug_in(mac)
        studio(mac, spec()).converge()
        mac.settle()
        assert points(mac) == []  # nobody asked for a copy at noon
        assert len(mac.play(datetime(2026, 3, 3, 12))) == 1
        assert [point[:16] for point in points(mac)] == ["2026-03-03T02-30"], records(mac)
        assert json.loads(records(mac)[-1])["result"] == "ok"
        assert mac.do("cat '/Volumes/Safe/ws-a/points/'*'/Song One/take2.wav'") == "take 2\n"
        assert (mac.folder / "awake").read_text(encoding="utf-8").count("\n") == 1
        mac.sleep(datetime(2026, 3, 5, 9))  # two nights asleep: one copy
        assert len(points(mac)) == 2
        mac.power_off(datetime(2026, 3, 5, 10))  # nothing was missed
        assert len(points(mac)) == 2
        mac.power_off(datetime(2026, 3, 6, 9))  # off at half past two
        assert len(points(mac)) == 3
        mac.play(datetime(2026, 3, 7, 12))
        assert len(points(mac)) == 4
        assert studio(mac, spec()).differs() == {}
        assert mac.refused() == []


def test_a_mac_with_apple_s_rsync_alone_is_told_so_before_the_night(mac: Mac) -> None:
    plug_in(mac, brewed=False)
    here = studio(mac, spec())
    here.apply()
    assert here.differs() == {"ws-a/macos/rsync/copy": ("posture", "watch")}
    fields = {item.name: item.before for item in here.change("ws-a/macos/rsync/copy").fields}
    assert fields == {"usable": "no: it lacks --no-s --no-h --stats --info=progress2"}
    mac.play(datetime(2026, 3, 3, 12))
    assert [json.loads(record)["reason"] for record in records(mac)] == ["rsync-missing"]
    assert points(mac) == []
    assert mac.refused() == []


#: What /bin/sh is there; a Mac has bash 3.2, and no job of ours may need more than all of these have.
_SHELLS = [pytest.param(f"/usr/bin/{shell}", marks=pytest.mark.long, id=shell) for shell in SHELLS]


@pytest.mark.parametrize("shell", _SHELLS)
def test_a_job_runs_whatever_the_shell_is(shell: str) -> None:
    with Mac("15", shell) as mac:
        plug_in(mac)
        studio(mac, spec()).converge()
        mac.play(datetime(2026, 3, 3, 12))
        mac.do("cd '/Volumes/Sessions A/Audio/Song One'; rm take1.wav; echo more >take4.wav")
        mac.play(datetime(2026, 3, 4, 12))
        assert [json.loads(record)["result"] for record in records(mac)] == ["ok", "ok"], records(mac)
        newest = points(mac)[-1]
        assert mac.do(f"ls '/Volumes/Safe/ws-a/points/{newest}/Song One'").split() == [
            f"take{n}.wav" for n in (2, 3, 4)
        ]
        assert mac.refused() == []


def test_run_starts_it_now_and_status_tells(mac: Mac) -> None:
    plug_in(mac)
    studio(mac, spec()).converge()
    route = way()
    found = follow(mac.transport().open(start(route, "", "kim")), lambda *_: None)
    assert not isinstance(found, str), found
    assert (found.result, found.files) == ("ok", 3)
    sighting = ask(mac.transport(), [probe(route)], 60)
    standing = standings([route], {"ws-a/macos": sighting})[0]
    assert standing.unknown == ""
    assert standing.points == tuple(points(mac))
    assert standing.last is not None
    assert standing.last.result == "ok"
    assert mac.refused() == []


REFUSALS = {
    "source-unmounted": 's["volumes"][0]["mount"] = ""',
    "source-wrong-volume": 's["volumes"][0]["uuid"] = s["volumes"][0]["uuid"].replace("0", "1")',
    "target-unmounted": 's["volumes"][1]["mount"] = ""',
    "target-wrong-volume": 's["volumes"][1]["uuid"] = s["volumes"][1]["uuid"].replace("2", "3")',
}


def test_a_volume_that_is_another_one_is_refused(mac: Mac) -> None:
    plug_in(mac)
    studio(mac, spec()).converge()
    route = way()
    with mac.state() as state:
        good = json.dumps(state["volumes"])
    for reason, change in REFUSALS.items():
        with mac.state() as state:
            state["volumes"] = json.loads(good)
            exec(change, {"s": state})
        found = follow(mac.transport().open(start(route, "", "kim")), lambda *_: None)
        assert not isinstance(found, str), found
        assert (found.result, found.reason) == ("refused", reason)
    assert points(mac) == []
    assert mac.now >= NOON
