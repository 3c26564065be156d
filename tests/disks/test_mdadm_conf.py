"""Lines of ours in mdadm.conf, written for real in a sandbox: every other byte, mode and owner stay."""

from __future__ import annotations

import dataclasses
import shlex

import pytest

from studio_backup.diff import Absent, Present, Unread
from studio_backup.resources.mdadm_conf import MONITOR, MdadmConf
from studio_backup.resources.mdadm_file import OTHER, PATH
from studio_backup.script import REFUSED
from studio_backup.source import Place
from tests.disks.device_bench import Devices
from tests.disks.storage_bench import carry_out, look
from tests.sandbox import SHELLS

LINE = "ARRAY /dev/md/tank UUID=a0000000:00000000:00000000:00000001"
# What the initial RAM disk and the monitor need is tried on the RAID machine.
WANT = MdadmConf(system="nas/linux", name="tank", place=Place("p.yml", 1, 1), lines=LINE)
THEIRS = (
    "# mdadm.conf\n\nHOMEHOST <system>\nMAILADDR root\nARRAY /dev/md/other UUID=b0000000:00000000:00000000:00000002"
)


def begin(devices: Devices, text: str = THEIRS) -> None:
    made = f"mkdir -p /etc/mdadm; rm -rf /etc/mdadm/* /etc/mdadm/.s* {OTHER}; printf '%s' {shlex.quote(text)} >{PATH}"
    done = devices.sandbox.run(f"{made}; chmod 0640 {PATH}; chown root:daemon {PATH}")
    assert done.returncode == 0, done.stderr


def state(devices: Devices) -> str:
    return devices.sandbox.run(f"stat -c '%a %U %G' {PATH}; ls -A /etc/mdadm").stdout


@pytest.mark.parametrize("shell", SHELLS.values(), ids=list(SHELLS))
def test_written_changed_and_taken_out_again(shell: list[str], devices: Devices) -> None:
    begin(devices)
    assert look(devices, WANT, shell) == Absent()
    assert carry_out(devices, WANT.address, WANT.create(), shell).exit == 0
    seen = look(devices, WANT, shell)
    assert seen == Present(WANT)
    assert devices.sandbox.read(PATH).startswith(f"{THEIRS}\n# >>> studio-backup ")
    assert state(devices) == "640 root daemon\nmdadm.conf\n"
    other = dataclasses.replace(WANT, lines=LINE.replace("a0", "c0"))
    differs = look(devices, other, shell)
    assert isinstance(differs, Present)
    assert isinstance(differs.value, MdadmConf)
    assert carry_out(devices, WANT.address, other.update(differs.value, frozenset({"lines"})), shell).exit == 0
    assert look(devices, other, shell) == Present(other)
    assert LINE not in devices.sandbox.read(PATH)
    gone = look(devices, MdadmConf.named("nas/linux", "tank", WANT.place), shell)
    assert isinstance(gone, Present)
    assert carry_out(devices, WANT.address, gone.value.remove() or (), shell).exit == 0
    assert devices.sandbox.read(PATH) == f"{THEIRS}\n"
    assert state(devices) == "640 root daemon\nmdadm.conf\n"


def test_a_file_that_changed_since_it_was_read_is_left_alone(devices: Devices) -> None:
    begin(devices)
    carry_out(devices, WANT.address, WANT.create())
    other = dataclasses.replace(WANT, lines=LINE.replace("a0", "c0"))
    seen = look(devices, other)
    assert isinstance(seen, Present)
    assert isinstance(seen.value, MdadmConf)
    devices.sandbox.run(f"echo 'PROGRAM /bin/alert' >>{PATH}")
    before = devices.sandbox.read(PATH)
    ended = carry_out(devices, WANT.address, other.update(seen.value, frozenset({"lines"})))
    assert (ended.exit, f"{PATH} changed since it was read" in ended.log) == (REFUSED, True)
    assert devices.sandbox.read(PATH) == before


def test_a_missing_file_is_made_and_a_link_is_not_written_through(devices: Devices) -> None:
    begin(devices)
    devices.sandbox.run(f"rm {PATH}")
    assert look(devices, WANT) == Absent()
    assert carry_out(devices, WANT.address, WANT.create()).exit == 0
    assert look(devices, WANT) == Present(WANT)
    devices.sandbox.run(f"mv {PATH} /etc/mdadm/real; ln -s real {PATH}")
    assert carry_out(devices, WANT.address, WANT.create()).exit
    assert devices.sandbox.run(f"readlink {PATH}").stdout == "real\n"


@pytest.mark.parametrize("name", ["/dev/md/0", "<ignore>"])
def test_the_same_array_under_another_name_is_in_the_way(devices: Devices, name: str) -> None:
    """mdadm takes the first line about a UUID, and is silent about ours."""
    line = f"ARRAY {name} metadata=1.2 UUID=A0000000:00000000:00000000:00000001"
    begin(devices, f"{THEIRS}\n{line}")
    seen = look(devices, WANT)
    assert isinstance(seen, Present)
    assert isinstance(seen.value, MdadmConf)
    assert seen.value.way == f"line 6 of {PATH}: {line}"


HEX = "A0000000:00000000:00000000:00000001"
ABOUT = [  # what somebody may have written, and whether it is about the same array
    (f"ARRAY /dev/md/tank UUID={HEX}", True),
    ("array tank metadata=1.2 UUID=c0000000:00000000:00000000:00000001", True),
    (f"ARR /dev/md/9\n\n  # all of one line\n\tuuid={HEX.replace(':', '-')}", True),
    ("ARRAY /dev/md/0 name=nas:tank", True),
    (f"ARRAY <ignore> 'UUID={HEX.replace(':', '.')}'", True),
    ("ARRAY /dev/md/0 name=other:tank", False),
    ("ARRAY /dev/md/tank2 UUID=c0000000:00000000:00000000:00000001", False),
    (f"# ARRAY /dev/md/tank UUID={HEX}", False),
    (f"ARRAY /dev/md/9 name=other:x # UUID={HEX}", False),
    ("PROGRAM /bin/alert", False),
]


@pytest.mark.parametrize("shell", SHELLS.values(), ids=list(SHELLS))
def test_a_line_about_the_same_that_came_after_the_plan_is_neither_lost_nor_said_twice(
    shell: list[str], devices: Devices
) -> None:
    for line, same in ABOUT:
        begin(devices)
        assert look(devices, WANT) == Absent()
        devices.sandbox.run(f"printf '\n%s' {shlex.quote(line)} >>{PATH}")
        before = devices.sandbox.read(PATH)
        ended = carry_out(devices, WANT.address, WANT.create(), shell)
        assert (ended.exit == REFUSED) is same, (line, ended)
        now = devices.sandbox.read(PATH)
        if same:
            assert f"{PATH} has got a line: {line[:3]}" in ended.log
            assert now == before
        else:
            assert ended.exit == 0, ended.log
            assert now.startswith(f"{before}\n# >>> studio-backup ")
        # The next plan sees it as the guard did.
        seen = look(devices, WANT)
        assert isinstance(seen, Present), line
        assert isinstance(seen.value, MdadmConf)
        assert (seen.value.way != "clear") is (same and "/dev/md/tank UUID" not in line), line


def test_a_program_of_somebody_else_that_came_after_the_plan_stays_the_only_one(devices: Devices) -> None:
    want = dataclasses.replace(WANT, name=MONITOR, lines="PROGRAM /etc/x/md-event")
    for line in ("PROGRAM /bin/alert", "prog /etc/x/md-event"):
        begin(devices)
        assert look(devices, want) == Absent()
        devices.sandbox.run(f"printf '\n%s\n' '{line}' >>{PATH}")
        before = devices.sandbox.read(PATH)
        assert carry_out(devices, want.address, want.create()).exit == REFUSED
        assert devices.sandbox.read(PATH) == before
        seen = look(devices, want)
        assert isinstance(seen, Present)
        assert isinstance(seen.value, MdadmConf)
        assert (seen.value.way == "clear") is line.startswith("prog")


def test_a_file_that_mdadm_would_read_no_more_is_not_hidden(devices: Devices) -> None:
    begin(devices)
    devices.sandbox.run(f"mv {PATH} {OTHER}")
    ended = carry_out(devices, WANT.address, WANT.create())
    assert (ended.exit, f"{PATH} would hide {OTHER}" in ended.log) == (REFUSED, True)
    assert devices.sandbox.run(f"ls {PATH}").returncode != 0


@pytest.mark.parametrize("whose", ["nas/linux/mdadm-conf/tank", "nas/linux/mdadm-conf/other"])
def test_what_stands_after_a_beginning_without_an_end_is_not_lost(whose: str, devices: Devices) -> None:
    broken = f"# >>> studio-backup {whose} (edits between these lines show as drift)\n{THEIRS}\n"
    begin(devices)
    planned = WANT.create()
    begin(devices, broken)
    assert isinstance(look(devices, WANT), Unread)
    ended = carry_out(devices, WANT.address, planned)
    assert devices.sandbox.read(PATH).startswith(broken)
    assert (ended.exit != 0) is whose.endswith("tank")
