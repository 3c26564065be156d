"""Snapshots of ZFS by sanoid: what it is told, what is asked, and what ZFS lists as restore points."""

from __future__ import annotations

from studio_backup.compile import compile_studio, routes
from studio_backup.probe import Reply
from studio_backup.resources.file import File
from studio_backup.resources.snapshot_schedule import SnapshotSchedule
from studio_backup.spec.load import load
from studio_backup.spec.model import Studio
from studio_backup.status import probe, standings
from studio_backup.survey import Answered
from tests.one_nas import one_nas

INVENTORY = one_nas("""
    disks: {bay1: {id: ata-one, medium: hdd}, bay2: {id: ata-two, medium: hdd}}
    arrays: {tank: {kind: zfs, level: mirror, members: [bay1, bay2]}}
    volumes: {films: {on: tank, filesystem: zfs, path: /srv/films}}
""")
PLAY = """- name: The films have snapshots by sanoid
  hosts: nas
  zfs-pool: {tank: {}}
  zfs-dataset: {films: {dataset: tank/studio/films}}
  datasets:
    films:
      source: {volume: films}
      snapshots: {every: hour, by: sanoid, keep: {hourly: 48, daily: 30, yearly: 2}}
"""
FOLDER = "/srv/films/.studio-backup-snapshots/films"
TOLD = "/etc/studio-backup/northlight/jobs/nas_films_snapshots.sanoid"


def studio() -> Studio:
    loaded = load([("i.yml", INVENTORY)], [("p.yml", PLAY)])
    assert loaded.studio is not None, [str(problem) for problem in loaded.problems]
    return loaded.studio


def test_sanoid_is_told_in_a_folder_of_its_own() -> None:
    resources = compile_studio(studio()).resources
    file = resources[f"nas/linux/file/{TOLD}/sanoid.conf"]
    assert isinstance(file, File)
    assert [line.strip() for line in str(file.text).splitlines() if not line.startswith("#")] == [
        "[tank/studio/films]", "autosnap = yes", "autoprune = yes", "recursive = no", "frequently = 0",
        "hourly = 48", "daily = 30", "weekly = 0", "monthly = 0", "yearly = 2",
    ]  # fmt: skip
    watched = resources[f"nas/linux/snapshot-schedule/{FOLDER}"]
    assert isinstance(watched, SnapshotSchedule)
    assert file.address in watched.requires
    assert watched.probe().args == (f"/srv/films\t{FOLDER}\tsanoid\t{TOLD}",)


def test_what_zfs_lists_are_the_restore_points() -> None:
    (route,) = routes(studio())
    asked = probe(route)
    assert asked.args[0].endswith(f"\t{FOLDER}\tsanoid {TOLD}")
    told = "made\ttank/studio/films@autosnap_2026-11-22_03:30:58_hourly\t1795311058\nmade\ttank/studio/films@mine\t5"
    reply = Reply(0, f"job\t{route.id}\n{told}\nvolume\tright\ncomplete\n", "")
    (standing,) = standings([route], {"nas/linux": Answered({(asked.script, asked.touches): reply})})
    assert standing.points == ("2026-11-22T01-30-58Z",)
    assert standing.path_of(standing.newest) == f"{FOLDER}/points/autosnap_2026-11-22_03:30:58_hourly"
