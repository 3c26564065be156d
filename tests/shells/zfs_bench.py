"""A dataset of ZFS with snapshots beside it, and a copy that they are sent to, on a stand-in for `zfs`."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

from tests.shells.job_bench import Bench, Volume
from tests.shells.job_running import Job, build_job
from tests.shells.job_server import Server
from tests.shells.snapshot_bench import build_replica, make_pulled

STANDIN = Path(__file__).with_name("zfs_standin.py")
HELD = "studio-backup:northlight:"


#: `mount -i -t zfs -o ro DATASET@SNAPSHOT FOLDER`: here it is a link, and a line in the table; `umount FOLDER`.
MOUNT = """#!/bin/sh
[ "$1 $2 $3 $4 $5" = "-i -t zfs -o ro" ] || exec /bin/mount "$@"
place=$(zfs list -H -t filesystem -o name,mountpoint | awk -v name="${6%@*}" '$1 == name { print $2 }')
[ -d "$place/.zfs/snapshot/${6#*@}" ] || exit 32
rmdir "$7" && ln -s "$place/.zfs/snapshot/${6#*@}" "$7" || exit 32
printf '40 36 0:60 / %s ro shared:1 - zfs %s ro\n' "$7" "$6" >>"${ZFS_STANDIN%/*}/mountinfo"
"""
UMOUNT = """#!/bin/sh
[ -h "$1" ] || exec /bin/umount "$@"
table=${ZFS_STANDIN%/*}/mountinfo
rm "$1" && mkdir "$1" && awk -v place="$1" '$5 != place' "$table" >"$table.new" && mv "$table.new" "$table"
"""


class Zfs:
    """Two volumes that are datasets, as `tank/data` and `far/vol`."""

    def __init__(self, bench: Bench, name: str) -> None:
        self.folder = bench.folder / f"zfs-{name}"
        self.hooks = self.folder / "hooks"
        self.hooks.mkdir(parents=True)
        shutil.copy(STANDIN, self.hooks / "zfs")
        # On a machine it leaves the room of the unit; here there is none.
        (self.hooks / "nsenter").write_text('#!/bin/sh\nshift 3\nexec "$@"\n')
        (self.hooks / "mount").write_text(MOUNT)
        (self.hooks / "umount").write_text(UMOUNT)
        for program in self.hooks.iterdir():
            program.chmod(0o755)
        self.table, self.file = self.folder / "mountinfo", self.folder / "state.json"
        self.volumes = {dataset: self._volume(dataset) for dataset in ("tank/data", "far/vol")}
        self.save({
            dataset: {"mountpoint": str(volume.root), "mounted": True, "snapshots": {}, "half": None,
                      "properties": {"studio-backup:id": volume.id}}
            for dataset, volume in self.volumes.items()
        })  # fmt: skip

    def _volume(self, dataset: str) -> Volume:
        root = self.folder / dataset.replace("/", "-")
        root.mkdir()
        volume = Volume(root, f"machine/{root.name}", Path(), f"5e551001-0000-4000-8000-{len(dataset):012}")
        volume.write_sentinel()
        line = f"36 25 0:5{len(dataset)} / {root} rw shared:1 - zfs {dataset} rw\n"
        self.table.write_text((self.table.read_text() if self.table.exists() else "") + line)
        return volume

    def save(self, state: dict[str, Any]) -> None:
        self.file.write_text(json.dumps(state))

    @property
    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.file.read_text())
        return found

    def points(self, dataset: str) -> list[str]:
        return list(self.state[dataset]["snapshots"]) if dataset in self.state else []

    def holds(self, dataset: str) -> dict[str, list[str]]:
        held = {name: told["holds"] for name, told in self.state[dataset]["snapshots"].items()}
        return {name: [tag.removeprefix(HELD) for tag in tags] for name, tags in held.items() if tags}

    def cut(self, size: int) -> None:
        """The next stream ends after so many bytes."""
        (self.folder / "cut").write_text(str(size))

    def equip(self, job: Job) -> Job:
        path = f"{self.hooks}:{os.environ['PATH']}"
        job.environment |= {"PATH": path, "ZFS_STANDIN": str(self.file)}
        return job.set(store="zfs", mount_table=str(self.table))

    def build_snapshots(self, bench: Bench) -> Job:
        volume = self.volumes["tank/data"]
        target = volume.root / ".studio-backup-snapshots" / "data"
        target.mkdir(parents=True)
        built = build_job(bench, volume, volume, f"{self.folder.name}-d", store="zfs")
        built.source.rmdir()
        built.source, built.target = volume.root, target
        return self.equip(built).set(
            id=built.values["id"].replace("on-nas", "snapshots"),
            copy="snapshots", engine="snapshot", source_path=str(volume.root), target=str(target), quiet_limit="0",
        )  # fmt: skip

    def build_replica(self, bench: Bench, snapshots: Job) -> Job:
        snapshots.conf = snapshots.conf.with_name(f"{snapshots.values['id']}.conf")
        snapshots.write()
        return self.equip(build_replica(bench, snapshots, self.volumes["far/vol"])).set(engine="zfs-send")

    def make_pulled(self, replica: Job, snapshots: Job, server: Server) -> Job:
        make_pulled(replica, snapshots, server)
        gate = replica.program / "gate.d" / "nas" / f"{snapshots.values['id']}.conf"
        here = {"send": "zfs", "mount_table": str(self.table), "ZFS_STANDIN": str(self.file),
                "PATH": f"{self.hooks}:{os.environ['PATH']}"}  # fmt: skip
        gate.write_text(
            gate.read_text() + "".join(f"{key}='{value}'\n" for key, value in here.items()) + "export ZFS_STANDIN\n"
        )
        return replica
