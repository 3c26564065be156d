"""What a hand does to a Mac shows as the right class of drift with the right fix; `apply` converges in one run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from studio_backup.apply import Applied, carry_out
from studio_backup.diff import Change, drift_class
from studio_backup.engine import Engine
from studio_backup.looking import Scope, look
from studio_backup.plan import Plan
from studio_backup.report.grouping import FIXES
from tests.mac_studio import ALL, BACKUP, LEFT, RIGHT, SCRATCH, SESSIONS, compiled, studio
from tests.sim.macos import time_machine, volumes
from tests.sim.macos.machine import Mac
from tests.sim.macos.state import VERSIONS, State

SYSTEM = "ws-a/macos"
Edit = Callable[[State], object]


def furnished(state: State) -> None:
    """What stands on the Mac before anything of ours: volumes, a mirror, snapshots, a destination of somebody's."""
    volumes.add(state, "Sessions", SESSIONS, device="disk5s1")
    volumes.add(state, "Scratch", SCRATCH, "hfs", "disk4")
    volumes.add(state, "TimeMachine", BACKUP, device="disk6s2")
    volumes.add(state, "Passport", "EEEE3C1A-6D2E-4B7A-9C55-0A1B2C3D4E5F", device="disk7s1")
    legs = [{"uuid": LEFT, "device": "disk2s2", "status": "Online"},
            {"uuid": RIGHT, "device": "disk3s2", "status": "Online"}]  # fmt: skip
    state["raidsets"] = [{"uuid": "29A25F24-BEA2-47BA-B0F9-323CDF5545EC", "name": "media", "level": "Mirror",
                          "status": "Online", "rebuild": "Automatic", "device": "disk4", "members": legs}]  # fmt: skip
    now = datetime.now()
    state["snapshots"] = {"/Volumes/Sessions": [f"{now - timedelta(hours=h):%Y-%m-%d-%H%M%S}" for h in (13, 3, 1)]}
    time_machine.add(state, kind="Local", name="Passport", volume="EEEE3C1A-6D2E-4B7A-9C55-0A1B2C3D4E5F")


def backed_up(state: State) -> None:
    """A complete backup to the destination of ours, an hour ago."""
    number = next(n for n, one in enumerate(state["tm"]["dests"]) if one["name"] == "TimeMachine")
    time_machine.attempt(state, datetime.now(UTC) - timedelta(hours=1), number=number)


@dataclass
class Bench:
    """A Mac that stands as the spec wants it, and what looks at it."""

    mac: Mac
    scope: Scope

    def engine(self) -> Engine:
        return Engine(lambda system, _: (self.mac.transport(), system))

    def look(self) -> Plan:
        engine = self.engine()
        try:
            return look(engine, self.scope)[1]
        finally:
            engine.close()

    def apply(self) -> tuple[Plan, Applied]:
        engine = self.engine()
        try:
            survey, plan = look(engine, self.scope)
            return plan, carry_out(engine, self.scope, survey, plan, lambda _: None)
        finally:
            engine.close()

    def differing(self) -> dict[str, Change]:
        """By kind, what is not as the spec wants it."""
        return differing(self.look())


def differing(plan: Plan) -> dict[str, Change]:
    return {one.resource.kind: one for one in plan.changes if one.verb != "ok"}


def scope(playbook: str = ALL) -> Scope:
    made = studio(playbook)
    return Scope(studio=made.name, wanted=compiled(playbook).resources, machines=[made.machines["ws-a"]],
                 chosen=lambda one: one.system == SYSTEM, needed=frozenset(), whole=True)  # fmt: skip


def bench_of(mac: Mac, playbook: str = ALL) -> Bench:
    with mac.state() as state:
        furnished(state)
    mac.do("mkdir -p /Users/Shared/Scratch")
    return Bench(mac, scope(playbook))


@pytest.mark.parametrize(
    "version",
    [version if version == "12" else pytest.param(version, marks=pytest.mark.long) for version in VERSIONS],
)
def test_apply_converges_in_one_run_and_a_second_does_nothing(version: str) -> None:
    with Mac(version) as mac:
        # Before macOS 13 there is no interval to choose.
        bench = bench_of(mac, ALL.replace("every: day", "every: hour") if version == "12" else ALL)
        _, first = bench.apply()
        assert [(one.change.address, one.reason, one.log) for one in first.failed] == []
        assert sorted(first.results) == [f"{SYSTEM}/power/macos", f"{SYSTEM}/spotlight/backup",
                                         f"{SYSTEM}/time-machine/macos"]  # fmt: skip
        with mac.state() as state:
            names = [one["name"] for one in state["tm"]["dests"]]
            assert names == ["Passport", "TimeMachine"]  # what somebody added is still there
            assert [one["quota"] for one in state["tm"]["dests"]] == [None, 1500]
            assert state["pmset"]["AC Power"]["sleep"] == "0"
            backed_up(state)
        assert bench.differing() == {}
        assert bench.apply()[1].results == {}
        assert mac.refused() == []


@pytest.fixture(scope="module")
def applied() -> Iterator[tuple[Bench, State]]:
    """A Mac on which everything was applied, and its state then, to which each edit starts from."""
    with Mac("15") as mac:
        bench = bench_of(mac)
        assert bench.apply()[1].failed == []
        with mac.state() as state:
            backed_up(state)
            kept = {key: _copy(value) for key, value in state.items()}
        yield bench, kept
        assert mac.refused() == []


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    return [_copy(item) for item in value] if isinstance(value, list) else value


def _destination(state: State) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in state["tm"]["dests"] if one["name"] == "TimeMachine")
    return found


def _unplug(state: State, name: str) -> None:
    next(one for one in state["volumes"] if one["name"] == name)["mount"] = ""


def _fail(state: State) -> None:
    state["raidsets"][0]["status"] = "Degraded"
    state["raidsets"][0]["members"][1]["status"] = "Failed"


def _rebuild(state: State) -> None:
    state["raidsets"][0]["status"] = "Degraded"
    state["raidsets"][0]["members"][1]["status"] = "5% (Rebuilding)"


def _replace(state: State) -> None:
    state["raidsets"][0]["members"][1]["uuid"] = "AE52533C-796A-4BB1-822C-0AEF8BE3C37C"


def _old(state: State) -> None:
    _destination(state)["completed"] = ["2026-01-01T03:15:00Z"]
    _destination(state)["attempts"].append(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")


#: What was done by hand: the kind, the class, the fields that say so, words of the fix, and whether `apply`
#: undoes it.
EDITS: dict[str, tuple[Edit, str, str, set[str], str, bool]] = {
    "a destination removed": (
        lambda s: s["tm"]["dests"].remove(_destination(s)),
        *("time-machine", "drifted", {"destinations", "backup"}, "apply puts it back", True),
    ),
    "setdestination without -a": (
        lambda s: s["tm"].update(dests=[one for one in s["tm"]["dests"] if one["name"] == "Passport"]),
        *("time-machine", "drifted", {"destinations", "backup"}, "apply puts it back", True),
    ),
    "auto-backup off": (
        lambda s: s["tm"].update(auto=False),
        *("time-machine", "drifted", {"automatic"}, "apply puts it back", True),
    ),
    "another interval": (
        lambda s: s["tm"].update(interval=604800),
        *("time-machine", "drifted", {"every"}, "apply puts it back", True),
    ),
    "an interval deleted": (
        lambda s: s["tm"].update(interval=None),
        *("time-machine", "drifted", {"every"}, "apply puts it back", True),
    ),
    "another quota": (
        lambda s: _destination(s).update(quota=100),
        *("time-machine", "drifted", {"quota"}, "apply puts it back", True),
    ),
    "an exclusion added": (
        lambda s: s["tm"]["skip_paths"].append("/Users/Shared/Takes"),
        *("time-machine", "posture", {"hidden"}, "add it to exclude:, or take it out", False),
    ),
    "sessions excluded": (
        lambda s: s["tm"]["excluded_volumes"].append(SESSIONS),
        *("time-machine", "posture", {"hidden"}, "add it to exclude:, or take it out", False),
    ),
    "an exclusion removed": (
        lambda s: s["tm"]["skip_paths"].clear(),
        *("time-machine", "drifted", {"exclude"}, "apply puts it back", True),
    ),
    "an excluded volume taken in": (
        lambda s: s["tm"]["excluded_volumes"].clear(),
        *("time-machine", "drifted", {"exclude_volumes"}, "apply puts it back", True),
    ),
    "the disk of the backups unplugged": (
        lambda s: _unplug(s, "TimeMachine"),
        *("time-machine", "posture", {"present"}, "plug it in", False),
    ),
    "no backup for months, attempts every hour": (
        _old,
        "time-machine",
        "posture",
        {"backup"},
        "look at Time Machine at that Mac",
        False,
    ),
    "the last attempt failed": (
        lambda s: _destination(s).update(result=29),
        *("time-machine", "posture", {"error"}, "macOS tries again by itself", False),
    ),
    "full disk access taken away": (
        lambda s: s.update(fda=False),
        *("full-disk-access", "posture", {"ssh"}, "Allow full disk access for remote users", False),
    ),
    "a member of the mirror failed": (
        _fail,
        *("apple-raid", "posture", {"state", "faults"}, "diskutil appleRAID repairMirror", False),
    ),
    "a member is being filled": (_rebuild, "apple-raid", "posture", {"state", "rebuilding"}, "", False),
    "a member replaced by hand": (
        _replace,
        *("apple-raid", "conflict", {"members"}, "write what is there into the inventory", False),
    ),
    "the mirror gone": (
        lambda s: s["raidsets"].clear(),
        *("apple-raid", "conflict", {"members", "state"}, "plug its disks in", False),
    ),
    "snapshots thinned": (
        lambda s: s["snapshots"].update({"/Volumes/Sessions": s["snapshots"]["/Volumes/Sessions"][-1:]}),
        *("apfs-snapshots", "posture", {"thinned", "count"}, "free space", False),
    ),
    "snapshots deleted": (
        lambda s: s["snapshots"].update({"/Volumes/Sessions": []}),
        *("apfs-snapshots", "posture", {"newest", "thinned", "count"}, "free space", False),
    ),
    "it sleeps again": (
        lambda s: s["pmset"]["AC Power"].update(sleep="10"),
        *("power", "drifted", {"sleep"}, "apply puts it back", True),
    ),
    "an update took a setting away": (
        lambda s: s["pmset"]["AC Power"].pop("womp"),
        *("power", "conflict", {"womp"}, "delete it here, or narrow hosts:", False),
    ),
    "Spotlight indexes the backups": (
        lambda s: s["mdutil"].update({"/Volumes/TimeMachine": "Indexing enabled. "}),
        *("spotlight", "drifted", {"indexing"}, "apply puts it back", True),
    ),
}


#: Variants of others: seen with `scripts/test --all`.
VARIANTS = (
    *("setdestination without -a", "an interval deleted", "another quota", "sessions excluded"),
    *("an excluded volume taken in", "a member is being filled", "snapshots deleted", "an exclusion removed"),
)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.long) if name in VARIANTS else name for name in EDITS]
)
def test_each_edit_by_hand_shows_and_is_undone_where_it_can_be(name: str, applied: tuple[Bench, State]) -> None:
    edit, kind, word, fields, fix, undone = EDITS[name]
    bench, kept = applied
    with bench.mac.state() as state:
        state.clear()
        state.update(_copy(kept))
        edit(state)
    plan, done = bench.apply()
    change = differing(plan)[kind]
    assert (drift_class(change), {item.name for item in change.fields}) == (word, fields)
    assert fix in (change.fix or FIXES.get(word, ""))
    assert [one.reason for one in done.failed] == []
    assert list(done.results) == ([change.address] if undone else [])  # and each was seen to be done
    with bench.mac.state() as state:
        assert "Passport" in [one["name"] for one in state["tm"]["dests"]]
