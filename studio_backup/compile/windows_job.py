"""What the job on Windows reads: words, numbers and expressions, every key that there is."""

from __future__ import annotations

from studio_backup.compile import conf
from studio_backup.compile.collect import sentinel_line
from studio_backup.compile.patterns import excluded_paths
from studio_backup.compile.route import Reader, Route
from studio_backup.compile.writer import excluded_patterns
from studio_backup.paths import below, state
from studio_backup.spec.model import Studio, System

#: Where Samba answers.
SMB_PORT = 445


def pushing(studio: Studio, route: Route, reader: Reader) -> dict[str, object]:
    """The configuration of a system that sends."""
    return {
        **_shared(studio, route, reader),
        "kind": "push",
        "server": route.writer.address,
        "share": route.share,
        "user": route.lander,
        "credential": credential(route, reader.system),
    }


def cloning(studio: Studio, route: Route) -> dict[str, object]:
    """The configuration of a clone between two disks of one machine."""
    return {
        **_shared(studio, route, route.readers[0]),
        "kind": "clone",
        "target": route.target_root,
        "target_root": route.target_root,
        "target_id": route.volume.ids[route.writer.name],
        "target_sentinel": sentinel_line(studio, route.writer, route.volume),
    }


def credential(route: Route, system: System) -> str:
    """The file with the password of a share, on the system that sends there."""
    return below(state(route.studio, system.os), "credentials", route.id)


def _shared(studio: Studio, route: Route, reader: Reader) -> dict[str, object]:
    copy = route.copy
    found = excluded_paths(excluded_patterns(route))
    quiet = conf.quiet(route)
    return {
        "studio": route.studio,
        "dataset": route.dataset.full_name,
        "copy": copy.name,
        "id": route.id,
        "state": state(route.studio, reader.system.os),
        **conf.source(reader),
        "source_sentinel": sentinel_line(studio, reader.system, reader.volume),
        **dict.fromkeys(("target", "target_root", "target_id", "target_sentinel"), ""),
        **dict.fromkeys(("server", "share", "user", "credential"), ""),
        "port": SMB_PORT,
        "brake_percent": copy.brake.percent,
        "brake_files": copy.brake.files,
        "floor": copy.floor,
        "quiet": quiet["quiet"],
        "quiet_limit": quiet["quiet_limit"],
        "bandwidth": copy.bandwidth or 0,
        "exclude": found.anything,
        "exclude_folders": found.folders,
        "busy_patterns": excluded_paths(route.dataset.busy_patterns).anything,
    }
