"""mdadm.conf of kept arrays: what is compiled for each word of the spec, and what it leads to."""

from __future__ import annotations

import pytest

from studio_backup.compile import compile_studio
from studio_backup.resource import After, Derived, Resource
from studio_backup.resources.file import File
from studio_backup.resources.mdadm_conf import MdadmConf
from studio_backup.spec.load import load
from tests.test_compile_storage import ARRAY, JOINED, MACHINES

LINE, PROGRAM = "nas/linux/mdadm-conf/tank", "nas/linux/mdadm-conf/PROGRAM"
EVENT = "nas/linux/file//etc/studio-backup/northlight/md-event"


def compiled(options: str, level: str = "raid1", pinned: str = "") -> dict[str, Resource]:
    machines = MACHINES.replace("level: raid1", f"level: {level}{pinned}")
    loaded = load([("i.yml", machines)], [("p.yml", JOINED.replace("bitmap: internal", f"bitmap: internal{options}"))])
    assert loaded.studio is not None, loaded.problems
    found = compile_studio(loaded.studio).resources
    return {address: one for address, one in found.items() if "mdadm-conf" in address or "md-event" in address}


def test_nothing_is_written_unless_it_is_asked_for() -> None:
    assert compiled("") == {}
    assert compiled(", boot: no, monitor: no") == {}
    assert compiled(", monitor: yes", level="raid0") == {}


def test_its_line_names_the_uuid_that_the_array_has() -> None:
    found = compiled(", boot: yes")
    assert list(found) == [LINE]
    line = found[LINE]
    assert isinstance(line, MdadmConf)
    identity = After("nas/linux/md-array/tank", "identity")
    assert line.lines == Derived(("ARRAY /dev/md/tank UUID=", identity, ""))
    assert line.awaits() == {"nas/linux/md-array/tank"}
    made = line.resolved({identity: ARRAY})
    assert isinstance(made, MdadmConf)
    assert [step.title for step in made.create()] == [
        "write our lines about tank in /etc/mdadm/mdadm.conf", "tell the initial RAM disk of tank",
    ]  # fmt: skip
    assert f"ARRAY /dev/md/tank UUID={ARRAY}" in made.create()[0].script
    pinned = compiled(", boot: yes", pinned=f', id: "{ARRAY}"')[LINE]
    assert isinstance(pinned, MdadmConf)
    assert pinned.lines == f"ARRAY /dev/md/tank UUID={ARRAY}"


@pytest.mark.parametrize(
    ("word", "addresses", "mailer"), [("yes", "", None), ("tech@studio.example", "tech@studio.example", "there")]
)
def test_the_monitor_calls_a_program_of_ours(word: str, addresses: str, mailer: str | None) -> None:
    found = compiled(f", monitor: {word}")
    assert list(found) == [EVENT, PROGRAM]
    program, monitor = found[EVENT], found[PROGRAM]
    assert isinstance(program, File)
    assert isinstance(monitor, MdadmConf)
    assert f"\naddresses='{addresses}'\n" in str(program.text)
    assert program.mode == "0755"
    assert (monitor.lines, monitor.monitor, monitor.mailer) == (f"PROGRAM {program.name}", "running", mailer)
    assert monitor.needs() == {EVENT, "nas/linux/md-array/tank"}
    assert [step.title for step in monitor.create()][1:] == ["start the monitor of arrays anew"]
    assert [step.title for step in monitor.remove() or ()] == [
        "remove our lines about PROGRAM in /etc/mdadm/mdadm.conf", "start the monitor of arrays anew",
    ]  # fmt: skip


def test_the_initial_ram_disk_is_made_when_all_is_written() -> None:
    found = compiled(", boot: yes, monitor: yes")
    assert PROGRAM in found[LINE].needs()
    assert LINE not in found[PROGRAM].needs()
    line = found[LINE].resolved({After("nas/linux/md-array/tank", "identity"): ARRAY})
    assert "systemctl try-restart mdmonitor.service" in line.create()[0].script


def test_an_address_that_is_none_is_refused() -> None:
    for word in ("'a b@c'", "'$(id)@x'", "'x; y'", '"a\'b@c"'):
        loaded = load([("i.yml", MACHINES)], [("p.yml", JOINED.replace("internal", f"internal, monitor: {word}"))])
        assert loaded.studio is None, word
