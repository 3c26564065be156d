"""ZFS that plays keep, compiled: what it rests on, what it learns, who guards it."""

from __future__ import annotations

from studio_backup.compile import Compiled, compile_studio
from studio_backup.resources.device import joined
from studio_backup.resources.file import File
from studio_backup.resources.sentinel import Sentinel
from studio_backup.resources.zfs_dataset import ZfsDataset
from studio_backup.resources.zfs_pool import ZfsPool
from studio_backup.spec.load import load
from studio_backup.spec.storage import chosen_id
from tests.one_nas import one_nas

MACHINES = one_nas("""
    disks: {bay1: {id: ata-1, medium: hdd}, bay2: {serial: N2, medium: hdd}}
    arrays: {tank: {kind: zfs, level: mirror, members: [bay1, bay2]}}
    volumes:
      projects: {on: tank, filesystem: zfs, path: /srv/projects}
      films: {on: tank, filesystem: zfs, id: 13127924306830110432, path: /srv/films}
""")
POOL = """
- name: the pool alone
  hosts: nas
  zfs-pool: {tank: {}}
"""
ALL = """
- name: the pool and its datasets
  hosts: nas
  zfs-pool: {tank: {ashift: 13, scrub: weekly}}
  zfs-dataset:
    projects: {compression: zstd-3, atime: off, recordsize: 1024K, quota: 2048G, reservation: none}
    films: {dataset: tank/media/films}
"""


def compiled(playbook: str) -> Compiled:
    loaded = load([("i.yml", MACHINES)], [("p.yml", playbook)])
    assert loaded.studio is not None, [str(problem) for problem in loaded.problems]
    return compile_studio(loaded.studio)


def test_each_thing_rests_on_the_one_below() -> None:
    needs = {address: sorted(resource.needs()) for address, resource in compiled(POOL).resources.items()}
    assert needs == {
        "nas/linux/disk/bay1": [],
        "nas/linux/disk/bay2": [],
        "nas/linux/zfs-pool/tank": ["nas/linux/disk/bay1", "nas/linux/disk/bay2"],
    }
    found = compiled(ALL).resources
    assert found["nas/linux/zfs-dataset/projects"].needs() == {"nas/linux/zfs-pool/tank"}
    assert found["nas/linux/volume//srv/projects"].needs() == {"nas/linux/zfs-dataset/projects"}
    assert found["nas/linux/sentinel//srv/projects"].needs() == {"nas/linux/zfs-dataset/projects"}


def test_a_pool_learns_what_is_on_its_members_and_is_scrubbed() -> None:
    found = compiled(ALL).resources
    pool = found["nas/linux/zfs-pool/tank"]
    assert isinstance(pool, ZfsPool)
    assert (pool.level, pool.members, pool.pool, pool.ashift) == ("mirror", ("bay1", "bay2"), "tank", "13")
    assert dict(pool.devices) == {"bay1": "id:ata-1", "bay2": "serial:N2"}
    assert pool.found == joined({"bay1": "nas/linux/disk/bay1", "bay2": "nas/linux/disk/bay2"})
    program = found["nas/linux/file//etc/studio-backup/northlight/scrub-tank"]
    assert isinstance(program, File)
    assert 'zpool scrub "$pool"' in program.text
    assert "nas/linux/systemd-unit/studio-backup-northlight_scrub-tank.timer" in found
    assert not [address for address in compiled(POOL).resources if "scrub" in address]


def test_a_dataset_has_our_id_or_the_guid_it_had_and_one_spelling_of_sizes() -> None:
    found = compiled(ALL).resources
    projects, films = found["nas/linux/zfs-dataset/projects"], found["nas/linux/zfs-dataset/films"]
    assert isinstance(projects, ZfsDataset)
    assert isinstance(films, ZfsDataset)
    assert (projects.dataset, projects.id) == ("tank/projects", chosen_id("northlight", "nas", "projects"))
    assert (films.dataset, films.id) == ("tank/media/films", "13127924306830110432")
    assert (projects.recordsize, projects.quota, projects.reservation) == ("1M", "2T", "none")
    assert (projects.compression, projects.atime, projects.xattr) == ("zstd-3", "off", None)
    assert projects.disks == ("id:ata-1", "serial:N2")
    sentinel = found["nas/linux/sentinel//srv/projects"]
    assert isinstance(sentinel, Sentinel)
    assert sentinel.text == f"northlight\tnas/projects\t{projects.id}"
