"""Configuration files that POSIX sh reads: one assignment a line, every value quoted."""

from __future__ import annotations

from collections.abc import Mapping

from studio_backup.compile.route import Reader, Route, copy_id, host_alias
from studio_backup.flavours import CLONE, CLONE_SHARED, FLAVOURS, Use, options
from studio_backup.paths import configuration, state
from studio_backup.spec.presets import BOTH_SIDES
from studio_backup.spec.sharing import FILESYSTEMS


def assignments(values: Mapping[str, str | int | None]) -> str:
    """`name='value'` lines; None stands for an empty value."""
    return "".join(f"{name}={_quoted(value)}\n" for name, value in values.items())


def _quoted(value: str | int | None) -> str:
    return "'" + ("" if value is None else str(value)).replace("'", "'\\''") + "'"


def job(route: Route) -> str:
    """What the job program on the writing system reads."""
    copy, dataset = route.copy, route.dataset
    here = route.local or route.pushed
    keep = {f"keep_{rule}": getattr(copy.keep, rule) or None for rule in _RULES}
    return assignments(
        {
            "studio": route.studio,
            "dataset": dataset.full_name,
            "copy": copy.name,
            "id": route.id,
            "kind": "chain" if route.chained else "local" if route.local else "landing" if route.pushed else "pull",
            "mode": copy.mode,
            "engine": copy.engine,
            "by": copy.by if copy.engine == "snapshot" else None,
            "target": route.target,
            "target_volume": route.volume.full_name,
            "target_root": route.target_root,
            "target_id": route.volume.ids[route.writer.name],
            "store": route.store,
            "receiver": "" if here else route.receiver,
            "home": "" if here else route.home,
            "known_hosts": "" if here else route.known_hosts,
            "sources": "" if here else "\n".join(_source(route, reader) for reader in route.readers),
            **_here(route),
            "from": copy.source_copy,
            "source_copy": route.source_id if route.chained else None,
            "brake_percent": copy.brake.percent,
            "brake_files": copy.brake.files,
            "floor": copy.floor,
            **(NEVER_BUSY if route.pushed else quiet(route)),
            "bandwidth": copy.bandwidth,
            "period": copy.every.period,
            **keep,
            "hold": "\n".join(copy.keep.hold),
            "state": state(route.studio, route.writer.os),
            "program": configuration(route.studio, route.writer.os),
            **({"landing": route.landing_records, "lander": route.lander} if route.pushed else {}),
            **({"records": route.share_records} if route.shared else {}),
            **(rsync_options(CLONE_SHARED if route.mixed else CLONE, window(route)) if copy.mode == "clone" else {}),
            **({"alike": window(route)} if route.local and route.mixed and copy.engine == "rsync" else {}),
        }
    )


def rsync_options(use: Use, window: int = 0) -> dict[str, str]:
    """What the job gives to each rsync that it may find: an update of the system can bring another one overnight.

    `window`: how far apart times may be, in seconds, for a use that asks for one.
    """
    names = {flavour: f"options_{flavour}".translate(str.maketrans("-.", "__")) for flavour in FLAVOURS}
    given = {name: " ".join(options(use, flavour)) for flavour, name in names.items()}
    return {name: text.replace("=SECONDS", f"={window}") for name, text in given.items()}


def window(route: Route) -> int:
    """How far apart times may be, in seconds, that systems of several kinds write; 0 where one alone writes."""
    if not route.mixed:
        return 0
    local = any(FILESYSTEMS[reader.volume.filesystem].local_times for reader in route.readers)
    return 26 * 3600 + 2 if local else 2


_RULES = ("last", "hourly", "daily", "weekly", "monthly", "yearly")


def _source(route: Route, reader: Reader) -> str:
    system = reader.system
    return "\t".join(
        (f"{system.machine}/{system.name}", system.user, system.address, str(system.port), host_alias(system),
         route.source_id)
    )  # fmt: skip


def _here(route: Route) -> dict[str, str]:
    """What is read on the writer's own machine: the source where it stands there, or what has landed."""
    if route.pushed:
        return {
            "source_path": f"{route.landing}/files",
            "source_volume": route.volume.full_name,
            "source_root": route.target_root,
            "source_id": route.volume.ids[route.writer.name],
        }
    if not route.local:
        return dict.fromkeys(("source_path", "source_volume", "source_root", "source_id"), "")
    return source(route.readers[0])


def source(reader: Reader) -> dict[str, str]:
    """A source as the system that it stands on sees it."""
    return {
        "source_path": reader.path,
        "source_volume": reader.volume.full_name,
        "source_root": reader.root,
        "source_id": reader.volume_id,
    }


def gate(route: Route, reader: Reader) -> str:
    """What the gate on a source reads for one copy that the holder of a key may ask for."""
    dataset = route.dataset
    return assignments(
        {
            "studio": route.studio,
            "dataset": dataset.full_name,
            "copy_id": route.source_id,
            "kind": "points" if route.chained else "data",
            "path": reader.path,
            "root": reader.root,
            "id": reader.volume_id,
            "volume": reader.volume.full_name,
            # Copies with floors of their own may share the gate to one copy's points: a point is not empty is enough.
            "floor": 1 if route.chained else route.copy.floor,
            **quiet(route),
            **_sending(route, reader),
        }
    )


def _sending(route: Route, reader: Reader) -> dict[str, str]:
    """Whether the key may have snapshots as streams, and where the gate notes which ones it has."""
    copies = route.dataset.copies.values()
    same = (one for one in copies if (one.source_copy, one.machine) == (route.copy.source_copy, route.copy.machine))
    takers = [copy_id(one) for one in same if one.engine != "rsync"]
    if not route.chained or not takers:
        return {}
    way = "zfs" if reader.volume.filesystem == "zfs" else "btrfs"
    return {"send": way, "takers": " ".join(takers), "state": state(route.studio, reader.system.os)}


def left_out(route: Route) -> tuple[str, ...]:
    """The dataset's patterns; where several systems write, also what each of them leaves on the volume for itself."""
    return (*route.dataset.exclude, *(BOTH_SIDES if route.mixed else ()))


NEVER_BUSY: dict[str, str | int] = {"quiet": 0, "quiet_limit": 0, "busy_patterns": "", "exclude": ""}


def quiet(route: Route) -> dict[str, str | int]:
    """When somebody is at work in the source. Nobody works in a restore point, whatever its files are called."""
    dataset, live = route.dataset, not route.chained
    return {
        "quiet": dataset.quiet if live else 0,
        # A snapshot disturbs nobody and is done in a moment: it is made, and says that files were in use.
        "quiet_limit": 0 if route.copy.engine == "snapshot" else dataset.quiet_limit,
        # A blank would part the list; in a pattern, `?` stands for one, too.
        "busy_patterns": " ".join(pattern.replace(" ", "?") for pattern in dataset.busy_patterns) if live else "",
        "exclude": " ".join(filter(is_file_name, left_out(route))) if live else "",
    }


def busy_words(route: Route) -> tuple[str, str, str]:
    """What tells whether somebody is at work in a source: seconds of quiet, names of open projects, what is no sign."""
    words = quiet(route)
    return str(words["quiet"]), str(words["busy_patterns"]), str(words["exclude"])


def is_file_name(pattern: str) -> bool:
    """True for an rsync pattern that says the same to `find -name`, and can stand in a list divided by blanks.

    To rsync a slash is part of a path, `**` crosses one, and a backslash is only sometimes an escape.
    """
    return not any(part in pattern for part in (" ", "/", "**", "\\"))
