"""Time Machine on a Mac: where it backs up to, how often, what it leaves out; watched, what it really completed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Self

from studio_backup.probe import Probe, Reply
from studio_backup.resource import Resource, managed, watched
from studio_backup.resources import time_machine_steps as steps
from studio_backup.resources.time_machine_destinations import Destination, meant, same_url, surplus
from studio_backup.resources.time_machine_results import CANCELLED, result
from studio_backup.resources.time_machine_seen import SCRIPT, Machine, seen
from studio_backup.source import Place
from studio_backup.step import Step

#: Words of a spec for the only intervals that macOS has, in seconds.
INTERVALS = {"hour": 3600, "day": 86400, "week": 604800}
#: The first version with any other than the hour.
_CHOOSES = (13,)
#: What a person does about what is only watched; the first that differs is told.
_WATCHED = {
    "present": ("a destination is away", "plug it in; or take it out of the spec, and out of the settings of that Mac"),
    "error": ("the last attempt failed", "mend what it says, at that Mac; macOS tries again by itself"),
    "backup": (
        "no backup was completed of late",
        "look at Time Machine at that Mac: is it on, is its destination there",
    ),
    "hidden": ("somebody left out what the spec does not", "add it to exclude:, or take it out at that Mac"),
    "encrypted": ("a destination is not known to be encrypted", "have it encrypted, at that Mac: no program can"),
}


def _from_the_root(path: str) -> str:
    """macOS also notes what it leaves out as `~USER/FOLDER`."""
    return re.sub(r"^~(?=[^/])", "/Users/", path)


@dataclass(frozen=True)
class Source:
    """What a copy by Time Machine is of, and where it goes: destinations as the spec calls them."""

    volume: str  # its name
    path: str  # from the root
    destinations: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TimeMachine(Resource):
    """One Mac's; its name is the system's. Destinations are the URL of a share, or where a volume is mounted."""

    kind: ClassVar[str] = "time-machine"
    summary: ClassVar[str] = (
        "Time Machine on a Mac: destinations, interval, exclusions; watched, its last backup (a spec writes it)"
    )
    adoptable: ClassVar[bool] = True
    made: ClassVar[bool] = False

    destinations: tuple[str, ...] = managed()  # in what is seen also those that nobody asked for, where it is exclusive
    quota: str | None = managed(None)  # GB of each destination
    automatic: str = managed("yes")
    every: str = managed("hour")
    exclude: tuple[str, ...] = managed(())  # paths
    exclude_volumes: tuple[str, ...] = managed(())  # names of volumes
    backup: str = watched("fresh")
    error: str = watched("none")
    present: str = watched("yes")
    hidden: str = watched("nothing")  # what is excluded, and nobody asked for
    encrypted: str | None = watched(None)

    exclusive: bool = field(default=False, compare=False)
    quiet: bool = field(default=False, compare=False)  # a job of ours cancels backups at some hours
    max_age: int = field(default=86400, compare=False)  # seconds that the last backup may be old
    local: Mapping[str, str] = field(default_factory=dict, compare=False)  # mount point -> UUID of the volume
    travelling: tuple[str, ...] = field(default=(), compare=False)  # mount points of drives that may be away
    volumes: Mapping[str, tuple[str, str]] = field(default_factory=dict, compare=False)  # name -> UUID, mount point
    copies: Mapping[str, Source] = field(default_factory=dict, compare=False)  # full name of a copy -> what it is of
    machine: Machine | None = field(default=None, compare=False, repr=False)

    def probe(self) -> Probe:
        """One question for all of it, among the last: it is answered by services that may hang."""
        return Probe(script=SCRIPT, args=tuple(sorted({one.path for one in self.copies.values()})), touches=True)

    def parse(self, reply: Reply) -> Self:
        """Never absent: a Mac that nobody set up has no destinations, and backs up nothing."""
        found = seen(reply)
        ours = self._ours(found)
        paths, volumes = self._excluded(found)
        return type(self)(
            system=self.system,
            name=self.name,
            place=self.place,
            destinations=self._destinations(found),
            quota=self.quota and (", ".join(dict.fromkeys(one.quota for one in ours)) or self.quota),
            automatic=found.automatic,
            every=next((word for word, length in INTERVALS.items() if length == found.interval), f"{found.interval} s"),
            exclude=paths,
            exclude_volumes=volumes,
            backup=self._backup(found, ours),
            error="; ".join(f"{one.word}: {result(one.result)}" for one in ours if self._failed(one)) or "none",
            present="; ".join(f"{one.word} is not there" for one in ours if self._away(one)) or "yes",
            hidden=self._hidden(found),
            encrypted=self.encrypted and (", ".join(dict.fromkeys(one.encrypted for one in ours)) or self.encrypted),
            exclusive=self.exclusive,
            quiet=self.quiet,
            max_age=self.max_age,
            local=self.local,
            travelling=self.travelling,
            volumes=self.volumes,
            copies=self.copies,
            machine=found,
        )

    def _ours(self, found: Machine) -> tuple[Destination, ...]:
        return meant(found.destinations, self.destinations)

    def _destinations(self, found: Machine) -> tuple[str, ...]:
        there = [word for word in self.destinations if any(one.is_at(word) for one in found.destinations)]
        return (*there, *(one.word for one in self._surplus(found)))

    def _surplus(self, found: Machine) -> list[Destination]:
        """Those that go, where the spec has the only say."""
        return surplus(found.destinations, self.destinations) if self.exclusive else []

    def _excluded(self, found: Machine) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Paths and names of volumes: those that are wanted, and all others where the spec has the only say."""
        paths = [path for path in self.exclude if path in found.paths]
        names = [name for name in self.exclude_volumes if self._leaves_out(found, name)]
        if self.exclusive:
            paths += [path for path in found.paths if path not in self.exclude and path.startswith("/")]
            names += [name for name in self.volumes if name not in names and self._leaves_out(found, name)]
        return tuple(paths), tuple(names)

    def _leaves_out(self, found: Machine, volume: str) -> bool:
        return self.volumes[volume][0].upper() in found.volumes

    def _hidden(self, found: Machine) -> str:
        if self.exclusive:  # whose home ~ is, is not said to root: that one is a person's to take in
            return ", ".join(path for path in found.paths if not path.startswith("/")) or "nothing"
        names = [f"volume {name}" for name in self.volumes if name not in self.exclude_volumes]
        names = [name for name in names if self._leaves_out(found, name.removeprefix("volume "))]
        return ", ".join([*(path for path in found.paths if path not in self.exclude), *names]) or "nothing"

    def _backup(self, found: Machine, ours: tuple[Destination, ...]) -> str:
        newest = found.newest(ours)
        if not ours:
            return "no destination of the spec is there"
        if newest is None:
            return "none was ever completed"
        fresh = (found.now - newest).total_seconds() <= self.max_age
        return "fresh" if fresh else f"the newest is of {newest:%Y-%m-%d %H:%M} UTC"

    def _failed(self, one: Destination) -> bool:
        return one.result != 0 and not (self.quiet and one.result == CANCELLED)

    def _away(self, one: Destination) -> bool:
        return one.local and not one.mounted and not any(one.is_at(word) for word in self.travelling)

    def completed(self, source: Source) -> datetime | None:
        """When the last backup that holds it was complete, in a value that was seen; what is left out is in none, and
        what lacks a part that the spec knows nothing of is not held."""
        found = self.machine
        if found is None or source.volume not in self.volumes or self._leaves_out(found, source.volume):
            return None
        left_out = [_from_the_root(path) for path in found.paths]
        if any(source.path == path or source.path.startswith(f"{path}/") for path in left_out):
            return None
        unasked = [path for path in left_out if path not in self.exclude]
        if source.path not in found.included or any(path.startswith(f"{source.path}/") for path in unasked):
            return None
        return found.newest(meant(found.destinations, source.destinations))

    def by_hand(self, seen: Self, fields: frozenset[str]) -> tuple[str, str] | None:
        """A share wants a password, which must stand in no command; an interval wants a macOS that has one."""
        if "destinations" in fields and (told := self._shares_missing(seen)):
            return told
        if "every" in fields and seen.machine and seen.machine.version < _CHOOSES:
            version = ".".join(map(str, seen.machine.version))
            return f"macOS {version} backs up every hour, and has no other interval", "write every: hour for this Mac"
        if "quota" in fields and seen.machine and not self._with_another_quota(seen.machine):
            return "the quota of a disk is set while it is there", "plug it in, then plan again"
        return next((_WATCHED[name] for name in _WATCHED if name in fields), None)

    def _shares_missing(self, seen: Self) -> tuple[str, str] | None:
        missing = [word for word in self.destinations if word not in (*seen.destinations, *self.local)]
        if not missing:
            return None
        there = seen.machine.destinations if seen.machine else ()
        others = [one.word for one in there if not one.local and not any(same_url(one.word, w) for w in missing)]
        fix = f"at that Mac, in the settings of Time Machine, add {missing[0]} as a backup disk, and type its password"
        fix += f"; or write into the spec what is there: {', '.join(others)}" if others else ""
        return "a share is added by hand: tmutil takes its password where every program can read it", fix

    def create(self) -> tuple[Step, ...]:
        """Nothing: every Mac has it."""
        return ()

    def update(self, seen: Self, fields: frozenset[str]) -> tuple[Step, ...]:
        """What is wanted is added before anything goes, and automatic backups begin last."""
        if seen.machine is None:
            return ()
        found: list[Step] = []
        added = [word for word in self.destinations if word not in seen.destinations and word in self.local]
        if "destinations" in fields:
            found += [steps.add(word, self.local[word]) for word in added]
            found += [steps.drop(one.word, one.id) for one in self._surplus(seen.machine)]
        if self.quota and fields & {"quota", "destinations"}:
            going = self._surplus(seen.machine)
            ours = (one for one in self._with_another_quota(seen.machine) if one not in going)
            found += [steps.quota(one.word, self.quota, one.id) for one in ours]
            found += [steps.quota(word, self.quota) for word in added]
        if "exclude" in fields:
            found += steps.paths(self.exclude, seen.exclude)
        if "exclude_volumes" in fields:
            found += steps.volumes(self.exclude_volumes, seen.exclude_volumes, self.volumes)
        if "every" in fields:
            found.append(steps.interval(self.every, INTERVALS[self.every]))
        if "automatic" in fields:
            found.append(steps.automatic(self.automatic))
        return tuple(found)

    def _with_another_quota(self, found: Machine) -> list[Destination]:
        """Of those that are there: a disk that is away is known by a name alone, which two may have."""
        return [one for one in self._ours(found) if one.quota != self.quota and (one.mounted or not one.local)]

    def remove(self) -> tuple[Step, ...] | None:
        """Released: it goes on as it is."""
        return None

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Every Mac has one."""
        return cls(system=system, name=name, place=place, destinations=())
