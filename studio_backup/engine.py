"""Reading systems and carrying out waves over connections that are kept open between them, one thread a machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar

from studio_backup.abreast import abreast
from studio_backup.diff import Asleep
from studio_backup.errors import StudioBackupError, Unreachable
from studio_backup.exchange import act, ask
from studio_backup.probe import Probe
from studio_backup.resource import Resource
from studio_backup.spec.model import Machine, System
from studio_backup.step import Outcome, Task
from studio_backup.survey import Answered, Sighting, Silent, Survey, questions, survey_of
from studio_backup.transport import Transport

Item = TypeVar("Item")
Result = TypeVar("Result")

#: Opens a way to a system; `siblings` are the other systems of its machine that may answer in its place.
Connect = Callable[[System, Sequence[System]], tuple[Transport, System]]
#: Told after each machine: how many are done, of how many, and which.
Progress = Callable[[int, int, str], None]


@dataclass
class Engine:
    """Connections to the systems of a studio, kept open between a survey and the waves that follow it.

    With `brief`, no wave follows: each is closed as soon as its system is read, by its own machine's thread.
    """

    connect: Connect
    parallel: int = 16
    timeout: float = 60.0
    last_seen: Callable[[str], int | None] = lambda _: None
    progress: Progress = lambda _done, _all, _name: None
    brief: bool = False
    open: dict[str, Transport] = field(default_factory=dict)
    _read_as: dict[str, tuple[System, list[System]]] = field(default_factory=dict)  # how each was reached

    def survey(
        self,
        machines: Iterable[Machine],
        wanted: Mapping[str, Sequence[Resource]],
        also: Mapping[str, Sequence[Probe]] = MappingProxyType({}),
    ) -> Survey:
        """Read every system of these machines; `wanted` names the resources of each system that has some, `also` what
        else is asked in the same round trip: those answers stay in the sighting as they are."""
        chosen = list(machines)
        systems = [system for machine in chosen for system in machine.systems.values()]
        probes = {
            one.full_name: [*questions(wanted.get(one.full_name, ()), one.os), *also.get(one.full_name, ())]
            for one in systems
        }
        return survey_of(self.read(chosen, probes, wanted, also))

    def read(
        self,
        machines: Iterable[Machine],
        probes: Mapping[str, Sequence[Probe]],
        wanted: Mapping[str, Sequence[Resource]] = MappingProxyType({}),
        kept: Mapping[str, Sequence[Probe]] = MappingProxyType({}),
    ) -> dict[str, Sighting]:
        """Ask every system of these machines its own probes. Where resources are named, they and the manifest (its
        probes must be among them) are read out of the answers, which are then let go, but for those to `kept`."""

        def work(machine: Machine) -> dict[str, Sighting]:
            asked = self._machine(machine, probes)
            found = {name: _read(one, wanted.get(name), kept.get(name, ())) for name, one in asked.items()}
            self._let_go(found)
            return found

        return _joined(self._each(list(machines), work, lambda one: one.name))

    def _machine(self, machine: Machine, probes: Mapping[str, Sequence[Probe]]) -> dict[str, Sighting]:
        """Ask the systems of one machine one after another; once one answers, its exclusive siblings are asleep."""
        systems = list(machine.systems.values())
        sightings: dict[str, Sighting] = {}
        for system in systems:
            if system.full_name in sightings:
                continue
            siblings = [other for other in systems if other is not system and machine.exclusive]
            try:
                transport, answering = self._way(system, siblings)
                self._read_as[answering.full_name] = (system, siblings)
                sightings[answering.full_name] = ask(transport, probes.get(answering.full_name, ()), self.timeout)
            except Exception as error:  # whatever befalls one machine, the others are read
                self._forget(system.full_name)
                for one in (system, *siblings):  # nobody answered there: the same address is not tried twice
                    if (one.address, one.port) == (system.address, system.port):
                        sightings[one.full_name] = _silent(error)
                continue
            if machine.exclusive and len(systems) > 1:
                for other in systems:
                    if other.name != answering.name:
                        sightings[other.full_name] = Asleep(self.last_seen(other.full_name))
        return sightings

    def _way(self, system: System, siblings: Sequence[System]) -> tuple[Transport, System]:
        for one in (system, *siblings):
            if one.full_name in self.open:
                return self.open[one.full_name], one
        transport, answering = self.connect(system, siblings)
        self.open[answering.full_name] = transport
        return transport, answering

    def reach(self, machine: Machine, system: str = "") -> Transport:
        """The way to one system (by full name), or to whichever of the machine answers; raises Unreachable."""
        sightings = self.read([machine], {})
        for name, sighting in sightings.items():
            if isinstance(sighting, Answered) and system in ("", name):
                return self.open[name]
        silent = [sighting for sighting in sightings.values() if isinstance(sighting, Silent)]
        if silent:
            raise Unreachable("; ".join(dict.fromkeys(item.reason for item in silent)), silent[0].fix)
        raise Unreachable(f"{system} is asleep: {machine.name} booted its other system", "boot it, then try again")

    def read_again(self, wanted: Mapping[str, Sequence[Resource]]) -> Survey:
        """Read these resources once more, each system over the connection that is open to it, or was."""
        found = self._each(list(wanted), lambda name: {name: self._again(name, wanted[name])}, lambda name: name)
        return survey_of(_joined(found))

    def _again(self, system: str, resources: Sequence[Resource]) -> Sighting:
        try:
            if self.brief:
                self._way(*self._read_as[system])
            transport = self.open[system]
            return ask(transport, questions(resources, self._os(system)), self.timeout).reading(resources)
        except KeyError:
            return Silent("the connection was lost")
        except Exception as error:
            self._forget(system)
            return _silent(error)
        finally:
            self._let_go([system])

    def _os(self, name: str) -> str:
        """What runs on a system that was read, by its full name."""
        one, siblings = self._read_as.get(name, (None, []))
        return next((found.os for found in (one, *siblings) if found and found.full_name == name), "linux")

    def _let_go(self, systems: Iterable[str]) -> None:
        for name in systems if self.brief else ():
            self._forget(name)

    def carry_out(self, tasks: Mapping[str, Sequence[Task]], who: str = "") -> dict[str, Outcome | None]:
        """Run one wave, a script a system; None for an address whose end was not seen.

        With `who`, a system whose lock is no longer held by that name is left alone.
        """
        result: dict[str, Outcome | None] = {}
        for part in self._each(list(tasks), lambda name: self._act(name, tasks[name], who), lambda name: name):
            result.update(part)
        return result

    def _act(self, system: str, tasks: Sequence[Task], who: str) -> dict[str, Outcome | None]:
        try:
            return act(self.open[system], system, tasks, who)
        except Exception as error:  # the other systems' waves go on
            self._forget(system)
            return {task.address: Outcome(1, _silent(error).reason) for task in tasks}

    def _each(self, items: Sequence[Item], work: Callable[[Item], Result], name: Callable[[Item], str]) -> list[Result]:
        """Do `work` for every item, a thread each and `parallel` at a time; results in the order of the items."""
        try:
            return abreast(items, work, self.parallel, lambda done, item: self.progress(done, len(items), name(item)))
        except BaseException:
            self.close()
            raise

    def _forget(self, system: str) -> None:
        transport = self.open.pop(system, None)
        if transport is not None:
            transport.close()

    def close(self, keep: Iterable[str] = ()) -> None:
        """Close every connection but those of the systems in `keep`."""
        for name in [name for name in self.open if name not in set(keep)]:
            self._forget(name)


def _silent(error: Exception) -> Silent:
    """Why a system could not be asked; an error that nobody foresaw goes by its name."""
    if isinstance(error, StudioBackupError):
        return Silent(error.message, error.code, error.fix)
    said = f"this should not happen: {type(error).__name__}: {error}"
    return Silent(said, "internal", "leave this machine out with --except, and report what is said here")


def _joined(found: Iterable[Mapping[str, Sighting]]) -> dict[str, Sighting]:
    return {name: sighting for part in found for name, sighting in part.items()}


def _read(sighting: Sighting, resources: Iterable[Resource] | None, kept: Iterable[Probe]) -> Sighting:
    """Read in the machine's own thread, while other machines have yet to answer."""
    return sighting if resources is None or not isinstance(sighting, Answered) else sighting.reading(resources, kept)
