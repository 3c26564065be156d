"""Snapshots of a dataset and what sends them: the spec of docs/snapshots.md, and what its systems get."""

from __future__ import annotations

import re
from pathlib import Path

from studio_backup.compile import compile_studio
from studio_backup.policy import judge
from studio_backup.resources.file import File
from studio_backup.resources.snapshot_schedule import SnapshotSchedule
from studio_backup.resources.systemd_unit import SystemdUnit
from studio_backup.spec.load import load
from studio_backup.spec.model import Studio

DOCUMENT = Path(__file__).parent.parent / "docs" / "snapshots.md"
INVENTORY, PLAYBOOK = re.findall(
    r"^```yaml\n(.*?)^```$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
)


def studio(playbook: str = PLAYBOOK) -> Studio:
    loaded = load([("studio.yml", INVENTORY)], [("archive.yml", playbook)])
    assert loaded.studio is not None, loaded.problems
    return loaded.studio


def conf(path: str, playbook: str = PLAYBOOK) -> dict[str, str]:
    """What a configuration says, by key."""
    machine, name = path.split(":")
    found = compile_studio(studio(playbook)).resources[f"{machine}/linux/file//etc/studio-backup/northlight/{name}"]
    assert isinstance(found, File)
    return dict(re.findall(r"^(\w+)='(.*)'$", str(found.text), re.MULTILINE))


def test_snapshots_are_a_copy_of_their_own_beside_the_data() -> None:
    made = studio().datasets["nas/archive"].copies["snapshots"]
    assert (made.machine, made.volume, made.path) == ("nas", "tank", ".studio-backup-snapshots/archive")
    assert (made.engine, made.source_copy, made.keep.hourly, made.every.period) == ("snapshot", None, 48, 3600)
    said = conf("nas:jobs/nas_archive_snapshots.conf")
    assert (said["engine"], said["kind"], said["store"], said["receiver"]) == ("snapshot", "local", "btrfs", "")
    assert said["source_path"] == "/srv/tank/archive"
    assert said["target"] == "/srv/tank/.studio-backup-snapshots/archive"
    assert (said["quiet"], said["quiet_limit"]) == ("600", "0"), "it is made, and says that files were in use"


def test_they_are_watched_and_made_by_a_timer() -> None:
    resources = compile_studio(studio()).resources
    watched = resources["nas/linux/snapshot-schedule//srv/tank/.studio-backup-snapshots/archive"]
    assert isinstance(watched, SnapshotSchedule)
    assert watched.source == "/srv/tank/archive"
    timer = resources["nas/linux/systemd-unit/studio-backup-northlight_nas_archive_snapshots.timer"]
    assert isinstance(timer, SystemdUnit)
    assert "OnCalendar=*-*-* *:00:00\n" in timer.text
    assert all(resource.needs() <= resources.keys() for resource in resources.values())


def test_a_copy_that_is_sent_knows_whose_points_it_takes() -> None:
    said = conf("vault:jobs/nas_archive_off-site.conf")
    assert (said["engine"], said["kind"], said["source_copy"]) == ("btrfs-send", "chain", "nas_archive_snapshots")
    gate = conf("nas:gate.d/vault_linux/nas_archive_snapshots.conf")
    assert (gate["kind"], gate["send"], gate["state"]) == ("points", "btrfs", "/var/lib/studio-backup/northlight")
    assert gate["path"] == "/srv/tank/.studio-backup-snapshots/archive"


def test_a_key_that_only_copies_files_may_not_ask_for_streams() -> None:
    plain = PLAYBOOK.replace("engine: btrfs-send, ", "")
    assert conf("vault:jobs/nas_archive_off-site.conf", plain)["engine"] == "rsync"
    assert "send" not in conf("nas:gate.d/vault_linux/nas_archive_snapshots.conf", plain)


def test_two_copies_of_one_machine_share_what_the_gate_says() -> None:
    copies = '        second: {from: snapshots, to: "vault:cold/second", every: day}\n'
    assert conf("nas:gate.d/vault_linux/nas_archive_snapshots.conf", PLAYBOOK + copies)["send"] == "btrfs"


def test_of_two_copies_that_are_sent_to_one_machine_the_gate_tells_which_holds_what() -> None:
    copies = '        second: {from: snapshots, to: "vault:cold/second", engine: btrfs-send, every: day}\n'
    gate = conf("nas:gate.d/vault_linux/nas_archive_snapshots.conf", PLAYBOOK + copies)
    assert gate["takers"] == "nas_archive_off-site nas_archive_second"


def test_snapshots_count_for_nothing_and_are_told() -> None:
    found = judge(studio(), studio().datasets["nas/archive"])
    assert [holding.name for holding in found.counted] == ["original", "off-site"]
    assert [(holding.name, why) for holding, why in found.refused] == [("snapshots", "on the same disk as original")]
