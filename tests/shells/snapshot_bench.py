"""A dataset that is a btrfs subvolume with snapshots beside it, and a copy that they are sent to."""

from __future__ import annotations

from pathlib import Path

from tests.shells.job_bench import Bench, Volume, call
from tests.shells.job_running import Job, build_job
from tests.shells.job_server import Server, make_pull, write_gate


def build_snapshots(bench: Bench, volume: Volume, name: str) -> Job:
    """The job that makes snapshots of a subvolume."""
    built = build_job(bench, volume, volume, name, store="btrfs")
    built.source.rmdir()
    call("btrfs", "subvolume", "create", built.source)
    target = volume.root / ".studio-backup-snapshots" / name
    target.mkdir(parents=True)
    built.target = target
    built.conf = built.conf.with_name(f"{built.values['id'].replace('on-nas', 'snapshots')}.conf")
    return built.set(
        id=built.values["id"].replace("on-nas", "snapshots"),
        copy="snapshots",
        engine="snapshot",
        target=str(target),
        quiet_limit="0",
    )


def build_replica(bench: Bench, snapshots: Job, volume: Volume) -> Job:
    """A job of the same machine that sends them to another volume."""
    source = Volume(Path(snapshots.values["source_root"]), snapshots.values["source_volume"], Path())
    built = build_job(bench, source, volume, f"{snapshots.source.name}-sent", store="btrfs")
    built.conf = snapshots.conf.with_name(f"{built.values['id']}.conf")
    built.source, built.state = snapshots.source, snapshots.state
    return built.set(
        engine="btrfs-send",
        kind="chain",
        source_copy=snapshots.values["id"],
        state=str(snapshots.state),
        source_path=str(snapshots.target),
        **{key: snapshots.values[key] for key in ("source_volume", "source_root", "source_id")},
    )


def make_pulled(replica: Job, snapshots: Job, server: Server) -> Job:
    """The same from another machine: through the gate, with a state of its own."""
    replica.state = replica.state.parent / "vault-state"
    make_pull(replica, server)
    write_gate(
        replica,
        snapshots.values["id"],
        kind="points",
        send="btrfs",
        takers=replica.values["id"],
        path=str(snapshots.target),
        root=snapshots.values["source_root"],
        id=snapshots.values["source_id"],
        volume=snapshots.values["source_volume"],
        state=str(snapshots.state),
    )
    lines = replica.values["sources"].replace(replica.values["id"], snapshots.values["id"])
    return replica.set(kind="chain", state=str(replica.state), sources=lines)


def subvolumes(folder: Path) -> list[str]:
    """Everything in a folder."""
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
