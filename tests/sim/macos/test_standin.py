"""The stand-in itself: it says what the notes say, refuses what they do not, and its launchd keeps a calendar."""

from __future__ import annotations

import plistlib
from datetime import datetime

import pytest

from tests.sim.macos.machine import DAEMONS, Mac
from tests.sim.macos.state import VERSIONS

LABEL = "org.example.x"
PLIST = f"{DAEMONS}/{LABEL}.plist"
LAUNCHCTL = "/bin/launchctl"


def daemon(mac: Mac, **more: object) -> None:
    """A job of somebody's, as a file of root's own; it notes each run."""
    value = {"Label": LABEL, "ProgramArguments": ["/bin/sh", "-c", "date +%H:%M >>/tmp/ran"], **more}
    mac.do(f"cat >{PLIST} <<'EOF'\n{plistlib.dumps(value).decode()}EOF\nchmod 644 {PLIST}")


def said(mac: Mac, words: str) -> tuple[int, str]:
    done = mac.run(f"{LAUNCHCTL} {words}")
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_says_which_it_is(version: str) -> None:
    with Mac(version) as mac:
        assert f"ProductVersion:\t\t{VERSIONS[version]}\n" in mac.do("/usr/bin/sw_vers")
        mac.do(f"{LAUNCHCTL} disable system/{LABEL}")
        word = "true" if version == "12" else "disabled"
        assert f'"{LABEL}" => {word}\n' in mac.do(f"{LAUNCHCTL} print-disabled system")


def test_each_exit_status_of_launchctl(mac: Mac) -> None:
    assert said(mac, f"print system/{LABEL}")[0] == 113
    assert said(mac, f"bootout system/{LABEL}") == (3, "Boot-out failed: 3: No such process\n")
    assert said(mac, f"bootstrap system {PLIST}")[0] == 5  # no such file
    daemon(mac)
    assert said(mac, f"bootstrap gui/501 {PLIST}")[0] == 125
    mac.do(f"chmod 666 {PLIST}")
    assert said(mac, f"bootstrap system {PLIST}")[0] == 5
    mac.do(f"chmod 644 {PLIST}; {LAUNCHCTL} disable system/{LABEL}")
    assert said(mac, f"bootstrap system {PLIST}") == (119, "Bootstrap failed: 119: Service is disabled\n")
    mac.do(f"{LAUNCHCTL} enable system/{LABEL}; {LAUNCHCTL} bootstrap system {PLIST}")
    assert said(mac, f"bootstrap system {PLIST}")[0] == 5  # it is there
    with mac.state() as state:
        state["lies"] = {"bootout-takes": 2, "bootstrap-37": 1}
    assert said(mac, f"bootout system/{LABEL}")[0] == 0
    assert said(mac, f"bootout system/{LABEL}") == (36, "Boot-out failed: 36: Operation now in progress\n")
    assert said(mac, f"bootstrap system {PLIST}") == (37, "Bootstrap failed: 37: Operation already in progress\n")
    assert [said(mac, f"print system/{LABEL}")[0] for _ in range(3)] == [0, 0, 113]
    assert said(mac, f"bootout system/{LABEL}")[0] == 3
    assert said(mac, "bootout system/com.apple.x")[0] == 150
    with mac.state() as state:
        state["root"] = False
    assert said(mac, f"bootout system/{LABEL}") == (1, "Boot-out failed: 1: Operation not permitted\n")


def test_it_is_loud_about_what_it_does_not_know() -> None:
    with Mac() as mac:
        done = mac.run(f"{LAUNCHCTL} dumpstate; date -d tomorrow; stat -c %s /; find -name x; sed -i s/a/b/ /etc/hosts")
        assert "STAND-IN: launchctl dumpstate" in done.stderr
        assert [line.partition(":")[0] for line in mac.refused()] == [
            "launchctl dumpstate",
            "date",
            "stat",
            "find",
            "sed",
        ]
        assert mac.run("command -v timeout python3 systemctl findmnt || test -e /proc/self").returncode != 0


def test_a_night_is_played_by_its_clock(mac: Mac) -> None:
    mac.set_clock(datetime(2026, 3, 2, 12))
    daemon(mac, StartCalendarInterval=[{"Hour": 2, "Minute": 30}, {"Hour": 13, "Minute": 0, "Weekday": 1}])
    mac.do(f"{LAUNCHCTL} bootstrap system {PLIST}")
    assert [moment for moment, _ in mac.play(datetime(2026, 3, 4, 12))] == [
        datetime(2026, 3, 2, 13), datetime(2026, 3, 3, 2, 30), datetime(2026, 3, 4, 2, 30),
    ]  # fmt: skip
    assert mac.do("cat /tmp/ran") == "13:00\n02:30\n02:30\n"
    assert mac.sleep(datetime(2026, 3, 8, 9)) == [LABEL]  # once, however many nights
    assert mac.do("cat /tmp/ran").count("\n") == 4
    mac.power_off(datetime(2026, 3, 10, 9))
    assert mac.do("cat /tmp/ran").count("\n") == 4
    assert "runs = 0" in said(mac, f"print system/{LABEL}")[1]
