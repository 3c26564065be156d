"""Snapshots of a dataset and what sends them: the spec of docs/snapshots.md, and what its systems get."""

from __future__ import annotations

import re
from pathlib import Path

from studio_backup.compile import compile_studio, routes
from studio_backup.doctor import wanted
from studio_backup.policy import judge
from studio_backup.probe import Reply
from studio_backup.resources.file import File
from studio_backup.resources.snapshot_schedule import SnapshotSchedule
from studio_backup.resources.systemd_unit import SystemdUnit
from studio_backup.spec.load import load
from studio_backup.spec.model import Studio
from studio_backup.status import Standing, probe, standings
from studio_backup.survey import Answered

DOCUMENT = Path(__file__).parent.parent / "docs" / "snapshots.md"
INVENTORY, PLAYBOOK, BY, ON_ZFS = re.findall(
    r"^```yaml\n(.*?)^```$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
)


ZFS = INVENTORY.replace(
    "tank: {on: bay1, filesystem: btrfs, id: 7a4b0001-0000-4000-8000-000000000001, path: /srv/tank}",
    'films: {on: bay1, filesystem: zfs, id: "4421", path: /srv/films}',
).replace(
    "cold: {on: cold1, filesystem: btrfs, id: c01d0001-0000-4000-8000-000000000001, path: /srv/cold}",
    'deep: {on: cold1, filesystem: zfs, id: "4422", path: /srv/deep}',
)


def studio(playbook: str = PLAYBOOK) -> Studio:
    inventory = ZFS if playbook == ON_ZFS else INVENTORY
    loaded = load([("studio.yml", inventory)], [("archive.yml", playbook)])
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


def test_on_zfs_the_same_is_said_of_its_own_store_and_way() -> None:
    said = conf("nas:jobs/nas_films_snapshots.conf", ON_ZFS)
    assert (said["engine"], said["store"], said["source_path"]) == ("snapshot", "zfs", "/srv/films")
    assert said["target"] == "/srv/films/.studio-backup-snapshots/films"
    sent = conf("vault:jobs/nas_films_off-site.conf", ON_ZFS)
    assert (sent["engine"], sent["store"], sent["target"]) == ("zfs-send", "zfs", "/srv/deep/films")
    gate = conf("nas:gate.d/vault_linux/nas_films_snapshots.conf", ON_ZFS)
    assert (gate["send"], gate["takers"]) == ("zfs", "nas_films_off-site")


def test_doctor_asks_for_zfs_where_restore_points_are_its_snapshots() -> None:
    needed = wanted(studio(ON_ZFS))
    assert {name for name, one in needed.items() if "zfs" in one.programs} == {"nas/linux", "vault/linux"}
    assert not [name for name, one in wanted(studio()).items() if "zfs" in one.programs]


def test_files_that_rsync_copies_to_zfs_are_no_snapshots() -> None:
    plain = ON_ZFS.replace("engine: zfs-send, ", "")
    loaded = load([("studio.yml", ZFS)], [("archive.yml", plain)])
    assert loaded.studio is not None
    made = compile_studio(loaded.studio).resources
    folder = "vault/linux/file//etc/studio-backup/northlight/jobs/nas_films_off-site"
    job, exclude = made[f"{folder}.conf"], made[f"{folder}.exclude"]
    assert isinstance(job, File)
    assert isinstance(exclude, File)
    assert "store='tree'\n" in str(job.text)
    assert "/.zfs/\n" in str(exclude.text), "snapshots that are shown are no data"


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


BY_BTRBK = PLAYBOOK.partition("      snapshots:")[0] + BY


def test_btrbk_is_told_in_a_file_of_its_own_and_watched() -> None:
    told = "/etc/studio-backup/northlight/jobs/nas_archive_snapshots.btrbk"
    resources = compile_studio(studio(BY_BTRBK)).resources
    file = resources[f"nas/linux/file/{told}"]
    assert isinstance(file, File)
    lines = [line.strip() for line in str(file.text).splitlines() if not line.startswith("#")]
    assert lines == [
        "timestamp_format long-iso",
        "preserve_day_of_week monday",
        "volume /srv/tank",
        "subvolume archive",
        "snapshot_dir .studio-backup-snapshots/archive/points",
        "snapshot_name archive",
        "snapshot_create always",
        "snapshot_preserve_min latest",
        "snapshot_preserve 48h 30d",
    ]
    watched = resources["nas/linux/snapshot-schedule//srv/tank/.studio-backup-snapshots/archive"]
    assert isinstance(watched, SnapshotSchedule)
    assert watched.probe().args == (f"/srv/tank/archive\t/srv/tank/.studio-backup-snapshots/archive\tbtrbk\t{told}",)
    assert file.address in watched.requires
    assert conf("nas:jobs/nas_archive_snapshots.conf", BY_BTRBK)["by"] == "btrbk"
    assert conf("nas:jobs/nas_archive_snapshots.conf")["by"] == "own"


def test_without_rules_btrbk_keeps_all() -> None:
    without = BY_BTRBK.replace(", keep: {hourly: 48, daily: 30}", "")
    file = compile_studio(studio(without)).resources[
        "nas/linux/file//etc/studio-backup/northlight/jobs/nas_archive_snapshots.btrbk"
    ]
    assert isinstance(file, File)
    assert str(file.text).endswith("    snapshot_preserve_min all\n")


def test_doctor_asks_for_the_program_that_makes_them() -> None:
    assert "btrbk" in wanted(studio(BY_BTRBK))["nas/linux"].programs
    assert "btrbk" not in wanted(studio())["nas/linux"].programs


def test_what_btrbk_lists_are_the_restore_points_and_where_they_lie() -> None:
    (route,) = routes(studio(BY_BTRBK))
    asked = probe(route)
    line = (
        "made\tformat=\"snapshots\" snapshot_subvolume='/srv/tank/x/archive.20261126T204054+0100' "
        "snapshot_name='archive.20261126T204054+0100'"
    )

    def seen(*lines: str) -> Standing:
        reply = Reply(0, "\n".join((f"job\t{route.id}", *lines, "complete\n")), "")
        (found,) = standings([route], {"nas/linux": Answered({(asked.script, asked.touches): reply})})
        return found

    standing = seen(line, "volume\tright")
    assert standing.points == ("2026-11-26T19-40-54Z",)
    assert standing.path_of(standing.newest) == "/srv/tank/x/archive.20261126T204054+0100"
    assert (seen("volume\tright").points, seen("volume\tright").unknown) == ((), "")
    assert "could not list them" in seen("volume\tunlisted").unknown
