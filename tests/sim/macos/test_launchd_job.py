"""Jobs of launchd on stand-ins: made in one run whatever launchctl says, mended when somebody was at them, removed."""

from __future__ import annotations

import plistlib
from typing import Any

import pytest

from studio_backup.apply import carry_out
from studio_backup.diff import drift_class
from studio_backup.looking import look
from studio_backup.resources.launchd_job import LaunchdJob, property_list
from tests.sandbox import SHELLS
from tests.sim.macos.machine import DAEMONS, Mac
from tests.sim.macos.state import VERSIONS
from tests.sim.macos.studio import NAME, PLACE, Studio

LABEL = "studio-backup.northlight.ws-a_sessions_on-nas"
PLIST = f"{DAEMONS}/{LABEL}.plist"
ADDRESS = f"{NAME}/launchd-job/{LABEL}"
LAUNCHCTL = "/bin/launchctl"


def job(label: str = LABEL, **more: Any) -> LaunchdJob:
    """A job that notes each run."""
    values = {
        "Label": label, "ProgramArguments": ["/bin/sh", "-c", f"echo ran >>/tmp/{label}"],
        "StartCalendarInterval": [{"Hour": 2, "Minute": 30}], **more,
    }  # fmt: skip
    return LaunchdJob(system=NAME, name=label, place=PLACE, text=property_list("ours\n", values))


#: On every system that runs the tests: the oldest, whose words differ, and the newest; the rest with --all.
_VERSIONS = [
    version if version in ("12", "15") else pytest.param(version, marks=pytest.mark.long) for version in VERSIONS
]
_SHELLS = [shell if shell == "zsh" else pytest.param(shell, marks=pytest.mark.long) for shell in SHELLS]


@pytest.mark.parametrize("version", _VERSIONS)
def test_one_run_makes_it_on_every_version(version: str) -> None:
    with Mac(version) as mac:
        studio = Studio(mac, [job()])
        studio.converge()
        assert mac.do(f"stat -f '%Lp %u %g' {PLIST}") == "644 0 0\n"
        studio.want([job(Nice=5)])
        assert studio.differs() == {ADDRESS: ("pending", "update")}
        studio.converge()
        studio.want([])
        studio.converge()
        assert mac.run(f"test -e {PLIST}").returncode == 1
        assert mac.run(f"{LAUNCHCTL} print system/{LABEL}").returncode == 113
        assert mac.refused() == []


@pytest.mark.parametrize("shell", _SHELLS)
def test_one_run_makes_it_in_every_shell(shell: str, mac: Mac) -> None:
    studio = Studio(mac, [job()], SHELLS[shell])
    studio.converge()
    studio.want([job(Nice=5)])
    studio.converge()


LIES = {
    "it says 5 although it loaded": {"bootstrap-5-although-loaded": 1},
    "it fails at first": {"bootstrap-fails": 2},
    "unloading goes on": {"bootout-takes": 3, "bootout-36": 1},
    "already in progress": {"bootstrap-37": 1},
}


def test_what_launchctl_says_is_not_believed(mac: Mac) -> None:
    studio = Studio(mac, [job()])
    studio.converge()
    for nice, (name, lies) in enumerate(LIES.items()):
        with mac.state() as state:
            state["lies"] = dict(lies)
        studio.want([job(Nice=nice)])
        assert studio.apply().failed == [], name
        assert studio.differs() == {}, name


def test_it_says_that_all_is_well_and_nothing_is_loaded(mac: Mac) -> None:
    """Every retry is used up, then the words of each exit status stand in the log."""
    with mac.state() as state:
        state["lies"] = {"bootstrap-fails": 99}
    failed = Studio(mac, [job()]).apply().failed
    assert [one.change.address for one in failed] == [ADDRESS]
    assert "launchctl 5 (no reason given: the file is not root:wheel 0644" in failed[0].log


def test_not_as_root(mac: Mac) -> None:
    with mac.state() as state:
        state["root"] = False
    mac.do(f"{LAUNCHCTL} print system/x || test $? -eq 113")
    studio = Studio(mac, [job()])
    with mac.state() as state:
        state["root"] = True
    studio.converge()
    with mac.state() as state:
        state["root"] = False
    studio.want([])
    failed = studio.apply().failed
    assert "launchctl 1 (not permitted: it was not asked as root)" in failed[0].log
    assert mac.do(f"ls {PLIST}") == f"{PLIST}\n"


GONE = f"{LAUNCHCTL} bootout system/{LABEL}; while {LAUNCHCTL} print system/{LABEL} >/dev/null 2>&1; do :; done"
HELD = "until test -e /tmp/go; do sleep 1; done"
EDITS = {
    "unloaded": (GONE, {"loaded"}),
    "disabled": (f"{LAUNCHCTL} disable system/{LABEL}", {"enabled"}),
    "disabled and unloaded": (f"{LAUNCHCTL} disable system/{LABEL}; {GONE}", {"enabled", "loaded"}),
    "edited": (f"sed -i '' s/30/45/ {PLIST}", {"text", "loaded"}),
    "writable by all": (f"chmod 666 {PLIST}", {"mode"}),
    "somebody else's": (f"chown 501:20 {PLIST}", {"owner"}),
    "deleted": (f"rm {PLIST}", {"text", "mode", "owner", "loaded"}),
    "no property list any more": (f"echo nonsense >{PLIST}", {"text", "loaded"}),
    "another calendar is loaded": (
        f"cp {PLIST} /tmp/kept; sed -i '' s/30/45/ {PLIST}; {GONE}; {LAUNCHCTL} bootstrap system {PLIST};"
        f"cp /tmp/kept {PLIST}; chmod 644 {PLIST}",
        {"loaded"},
    ),
}


def test_what_somebody_did_is_drift_and_is_mended(mac: Mac) -> None:
    studio = Studio(mac, [job()])
    studio.converge()
    for name, (edit, fields) in EDITS.items():
        mac.do(edit)
        change = studio.change(ADDRESS)
        assert (drift_class(change), change.verb) == ("drifted", "update"), name
        assert {item.name for item in change.fields} == fields, name
        assert studio.apply().failed == [], name
    assert studio.differs() == {}
    assert mac.refused() == []


def test_a_job_is_let_alone_where_nobody_can_say_whether_it_runs(mac: Mac) -> None:
    studio = Studio(mac, [job()])
    studio.converge()
    studio.want([job(Nice=5)])
    engine = studio.engine()
    survey, plan = look(engine, studio.scope)
    with mac.state() as state:
        state["lies"]["print-fails"] = 1
    (failed,) = carry_out(engine, studio.scope, survey, plan, lambda _: None).failed
    assert "launchctl print ended with 1, and does not say whether a run is under way" in failed.log
    assert "Nice" not in mac.do(f"cat {PLIST}")
    studio.converge()


def test_a_run_under_way_is_never_ended(mac: Mac) -> None:
    words = ["/bin/sh", "-c", f"echo begun >/tmp/long; {HELD}; echo done >>/tmp/long"]
    studio = Studio(mac, [job(ProgramArguments=words)])
    studio.converge()
    mac.do(f"{LAUNCHCTL} kickstart system/{LABEL}; until grep -q begun /tmp/long 2>/dev/null; do sleep 1; done")
    studio.want([job(ProgramArguments=words, Nice=5)])
    failed = studio.apply().failed
    assert "a run of it is under way, which goes on to its end" in failed[0].log
    mac.do("touch /tmp/go")
    mac.settle()
    assert mac.do("cat /tmp/long") == "begun\ndone\n"
    studio.converge()


def test_one_that_runs_keeps_no_other_from_its_change(mac: Mac) -> None:
    other, words = f"{LABEL}-2", ["/bin/sh", "-c", f"echo begun >/tmp/long; {HELD}"]
    studio = Studio(mac, [job(ProgramArguments=words), job(other)])
    studio.converge()
    mac.do(f"{LAUNCHCTL} kickstart system/{LABEL}; until test -s /tmp/long; do sleep 1; done")
    studio.want([job(ProgramArguments=words, Nice=5), job(other, Nice=5)])
    assert [one.change.address for one in studio.apply().failed] == [ADDRESS]
    mac.do("touch /tmp/go")


def test_a_job_of_somebody_else_is_a_conflict(mac: Mac) -> None:
    theirs = plistlib.dumps({"Label": LABEL, "ProgramArguments": ["/usr/bin/true"]}).decode()
    mac.do(f"cat >{PLIST} <<'EOF'\n{theirs}EOF\nchmod 644 {PLIST}; {LAUNCHCTL} bootstrap system {PLIST}")
    assert Studio(mac, [job()]).differs() == {ADDRESS: ("conflict", "conflict")}


def test_launchd_that_cannot_be_asked_is_unread(mac: Mac) -> None:
    studio = Studio(mac, [job()])
    studio.converge()
    mac.do("rm /bin/launchctl")
    assert studio.differs() == {ADDRESS: ("unread", "unread")}
    assert studio.apply().results == {}
