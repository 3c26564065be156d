"""From a blank disk to a marked, mounted volume in one apply, on disks of a sandbox; adopted, changed, released."""

from __future__ import annotations

import subprocess
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import pytest

from studio_backup.apply import Applied, carry_out
from studio_backup.compile import compile_studio
from studio_backup.engine import Engine
from studio_backup.looking import Scope, look
from studio_backup.plan import Plan
from studio_backup.spec.load import load
from studio_backup.spec.model import Studio, System
from studio_backup.spec.storage import chosen_id
from studio_backup.transport import Local, Transport
from tests.disks.device_bench import MIB, Devices, Loop
from tests.one_nas import one_nas
from tests.sandbox import SHELLS, Sandbox

INVENTORY = one_nas("""
    disks: {bay1: {id: ata-one, medium: hdd}}
    volumes: {tank: {on: bay1, filesystem: ext4, path: "/srv/the tank"}}
""")
PLAY = """
- name: the tank is there
  hosts: nas
  disk: {bay1: {smart: no}}
  filesystem: {tank: {label: tank}}
  mount: {tank: {options: [noatime]}}
"""
UUID = chosen_id("northlight", "nas", "tank")
THEIRS = "# by hand\nproc  /proc proc defaults 0 0\n\nLABEL=x\t/mnt/x ext4 noauto"
FILESYSTEM, MOUNT = "nas/linux/filesystem/tank", "nas/linux/mount/tank"
LINE = f"UUID={UUID} /srv/the\\040tank ext4 nofail,x-systemd.device-timeout=90s,noatime 0 0"


def studio_of(play: str = PLAY, inventory: str = INVENTORY) -> Studio:
    loaded = load([("i.yml", inventory)], [("p.yml", play)])
    assert loaded.studio is not None, [str(problem) for problem in loaded.problems]
    return loaded.studio


class Nas:
    """The machine, and what the commands do to it with a shell in place of a connection."""

    def __init__(self, devices: Devices, disk: Loop) -> None:
        self.devices, self.disk = devices, disk
        self.shell = SHELLS["dash"]

    def _engine(self) -> Engine:
        def connect(system: System, siblings: Sequence[System]) -> tuple[Transport, System]:
            del siblings
            return Local(self.devices.sandbox.argv(self.shell)), system

        return Engine(connect)

    def _scope(self, studio: Studio) -> Scope:
        wanted = compile_studio(studio).resources
        return Scope("northlight", wanted, list(studio.machines.values()), lambda _: True, frozenset(), True)

    def plan(self, studio: Studio) -> Plan:
        return look(self._engine(), self._scope(studio))[1]

    def apply(self, studio: Studio, allowed: Collection[str] = (), between: str = "") -> Applied:
        """With something that happens between plan and apply."""
        engine, scope = self._engine(), self._scope(studio)
        survey, plan = look(engine, scope)
        if between:
            self.run(between)
        return carry_out(engine, scope, survey, plan, lambda _: None, allowed=allowed)

    def run(self, script: str) -> str:
        done = self.devices.sandbox.run(f"set -e\n{script}")
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nas]:
    with Sandbox() as sandbox:
        devices = Devices(sandbox, tmp_path_factory.mktemp("disks"))
        devices.open()
        try:
            disk = devices.loop(32 * MIB)
            devices.link(ata_one=disk)
            yield Nas(devices, disk)
        finally:
            sandbox.run("umount '/srv/the tank'")
            devices.close()


@pytest.fixture
def nas(machine: Nas) -> Nas:
    machine.devices.sandbox.run("umount '/srv/the tank'; umount /mnt; rm -rf '/srv/the tank'; rm -f /run/blkid/*")
    machine.devices.sandbox.clean()
    machine.disk.wipe()
    machine.run(f"printf '%s' '{THEIRS}' >/etc/fstab; chmod 0640 /etc/fstab; chown 3:4 /etc/fstab")
    machine.shell = SHELLS["dash"]
    return machine


def verbs(plan: Plan) -> dict[str, str]:
    return {change.address.split("/", 2)[2]: change.verb for change in plan.changes}


def done(applied: Applied) -> dict[str, str]:
    return {
        address.split("/", 2)[2]: "done" if result.done else result.reason
        for address, result in applied.results.items()
    }


@pytest.mark.parametrize("shell", SHELLS)
def test_from_a_blank_disk_in_one_apply_then_nothing(shell: str, nas: Nas) -> None:
    nas.shell = SHELLS[shell]
    studio = studio_of()
    assert verbs(nas.plan(studio)) == {
        "disk/bay1": "ok",
        "filesystem/tank": "create",
        "mount/tank": "create",
        "volume//srv/the tank": "watch",
        "sentinel//srv/the tank": "create",
    }
    applied = nas.apply(studio, {FILESYSTEM})
    assert done(applied) == {"filesystem/tank": "done", "mount/tank": "done", "sentinel//srv/the tank": "done"}
    assert set(verbs(nas.plan(studio)).values()) == {"ok"}
    assert nas.run("cat '/srv/the tank/.studio-backup-volume'") == f"northlight\tnas/tank\t{UUID}\n"
    mark = f"studio-backup {MOUNT} (edits between these lines show as drift)"
    assert nas.run("cat /etc/fstab") == f"{THEIRS}\n# >>> {mark}\n{LINE}\n# <<< {mark}\n"
    assert nas.run("stat -c '%a %u %g' /etc/fstab") == "640 3 4\n"
    assert nas.run("ls -A /etc | grep studio-backup-fstab || :") == ""
    assert nas.apply(studio, {FILESYSTEM}).results == {}


def test_without_its_name_nothing_is_made_nor_mounted(nas: Nas) -> None:
    before = nas.disk.image.read_bytes()
    applied = nas.apply(studio_of())
    assert applied.held[FILESYSTEM] == (FILESYSTEM,)
    assert done(applied) == {}
    assert nas.disk.image.read_bytes() == before
    assert nas.run("cat /etc/fstab") == THEIRS


def test_what_is_on_the_disk_must_be_named_too(nas: Nas) -> None:
    subprocess.run(["mkfs.ext4", "-q", "-L", "sessions", nas.disk.device], check=True)
    applied = nas.apply(studio_of(), {FILESYSTEM})
    assert applied.held[FILESYSTEM] == (f"{FILESYSTEM}#bay1",)
    assert done(applied) == {}
    named = nas.apply(studio_of(), {FILESYSTEM, f"{FILESYSTEM}#bay1"})
    assert set(done(named).values()) == {"done"}
    assert set(verbs(nas.plan(studio_of())).values()) == {"ok"}


def test_what_is_written_to_the_disk_after_the_plan_stops_all(nas: Nas) -> None:
    between = f"mkfs.ext4 -q -L sessions {nas.disk.device}"
    applied = nas.apply(studio_of(), {FILESYSTEM}, between)
    assert "now: ext4 'sessions' (" in applied.results[FILESYSTEM].log
    assert len(applied.failed) == 3
    assert nas.run(f"blkid -p -o value -s LABEL {nas.disk.device}") == "sessions\n"
    assert nas.run("cat /etc/fstab") == THEIRS


def made(nas: Nas) -> Studio:
    studio = studio_of()
    assert not nas.apply(studio, {FILESYSTEM}).failed
    nas.run("echo take >'/srv/the tank/take.wav'")
    return studio


def test_what_was_unmounted_is_mounted_again(nas: Nas) -> None:
    studio = made(nas)
    nas.run("umount '/srv/the tank'")
    plan = nas.plan(studio)
    assert [item.name for change in plan.changes if change.address == MOUNT for item in change.fields] == ["mounted"]
    assert done(nas.apply(studio)) == {"mount/tank": "done", "sentinel//srv/the tank": "done"}
    assert nas.run("cat '/srv/the tank/take.wav'") == "take\n"
    assert nas.run("cat '/srv/the tank/.studio-backup-volume'") == f"northlight\tnas/tank\t{UUID}\n"


def test_another_volume_s_sentinel_is_not_overwritten(nas: Nas) -> None:
    studio = made(nas)
    nas.run("echo other >'/srv/the tank/.studio-backup-volume'; umount '/srv/the tank'")
    assert done(nas.apply(studio))["sentinel//srv/the tank"].startswith("refused by its guard")
    assert nas.run("cat '/srv/the tank/.studio-backup-volume'") == "other\n"


def test_other_options_change_our_line_alone(nas: Nas) -> None:
    made(nas)
    nas.run("echo '# another line' >>/etc/fstab")
    studio = studio_of(PLAY.replace("[noatime]", "[noatime, nodev]"))
    assert done(nas.apply(studio)) == {"mount/tank": "done"}
    text = nas.run("cat /etc/fstab")
    assert text.startswith(f"{THEIRS}\n# another line\n# >>> studio-backup")
    assert LINE.replace("noatime", "noatime,nodev") in text


def test_fstab_that_changed_since_it_was_read_is_left_alone(nas: Nas) -> None:
    made(nas)
    studio = studio_of(PLAY.replace("[noatime]", "[nodev]"))
    applied = nas.apply(studio, between="echo '# another line' >>/etc/fstab")
    assert "/etc/fstab changed since it was read" in applied.results[MOUNT].log
    assert LINE in nas.run("cat /etc/fstab")
    assert done(nas.apply(studio)) == {"mount/tank": "done"}


def test_a_line_for_it_that_came_after_the_plan_is_not_doubled(nas: Nas) -> None:
    between = f"printf '\\n{LINE.replace(chr(92), chr(92) * 2)}\\n' >>/etc/fstab"
    applied = nas.apply(studio_of(), {FILESYSTEM}, between)
    assert "/etc/fstab has got a line" in applied.results[MOUNT].log
    assert not applied.results[MOUNT].done
    assert nas.run("cat /etc/fstab").count(UUID) == 1


def test_what_stands_there_already_is_adopted_and_never_rewritten(nas: Nas) -> None:
    nas.run(f"mkfs.ext4 -q -U {UUID} -L tank {nas.disk.device}; mkdir '/srv/the tank'")
    line = LINE.replace("nofail,x-systemd.device-timeout=90s,noatime", "noatime,nofail,x-systemd.device-timeout=90s")
    Path(nas.devices.folder / "fstab").write_text(f"{THEIRS}\n{line}\n")
    nas.run(f"cat {nas.devices.folder}/fstab >/etc/fstab; mount '/srv/the tank'")
    plan = nas.plan(studio_of())
    assert verbs(plan)["filesystem/tank"] == verbs(plan)["mount/tank"] == "ok"
    assert {change.reason for change in plan.changes if change.address in (FILESYSTEM, MOUNT)} == {"adopted"}
    assert done(nas.apply(studio_of())) == {"sentinel//srv/the tank": "done"}
    assert nas.run("cat /etc/fstab") == f"{THEIRS}\n{line}\n"


def test_what_leaves_the_spec_is_released_and_stays_mounted(nas: Nas) -> None:
    made(nas)
    empty = studio_of("[{name: x, hosts: nas, disk: {bay1: {smart: no}}}]")
    plan = nas.plan(empty)
    reasons = {change.address: change.reason for change in plan.changes if change.verb == "remove"}
    assert reasons[MOUNT] == "no longer in the spec"
    assert reasons[FILESYSTEM] == "released: no longer managed, and left as it is"
    assert not nas.apply(empty).failed
    assert nas.run("cat /etc/fstab") == f"{THEIRS}\n"
    assert nas.run("cat '/srv/the tank/take.wav'") == "take\n"
    assert nas.run(f"blkid -p -o value -s UUID {nas.disk.device}") == f"{UUID}\n"
    assert set(verbs(nas.plan(empty)).values()) == {"ok"}


def test_files_that_a_mount_would_hide_are_in_its_way(nas: Nas) -> None:
    nas.run("mkdir '/srv/the tank'; echo take >'/srv/the tank/take.wav'")
    applied = nas.apply(studio_of(), {FILESYSTEM})
    assert done(applied) == {"filesystem/tank": "done"}
    (conflict,) = [change for change in nas.plan(studio_of()).changes if change.verb == "conflict"]
    assert [item.before for item in conflict.fields if item.name == "way"] == [
        "files in /srv/the tank, which a mount would hide"
    ]


def test_another_file_system_at_its_path_is_never_covered(nas: Nas) -> None:
    made(nas)
    nas.run("umount '/srv/the tank'")
    applied = nas.apply(studio_of(), between="mount -t tmpfs tmpfs '/srv/the tank'")
    assert "another file system is mounted at /srv/the tank" in applied.results[MOUNT].log
    nas.run("umount '/srv/the tank'")
