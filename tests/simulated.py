"""Machines that only remember what was made on them: the engine's place is taken, all that decides is the product's."""

from __future__ import annotations

import dataclasses
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from studio_backup.diff import Absent, Asleep, Present, Seen
from studio_backup.engine import Engine
from studio_backup.manifest import Entry, Manifest
from studio_backup.probe import Probe, Reply
from studio_backup.resource import After, Resource
from studio_backup.resources.ssh_key import SshKey
from studio_backup.resources.volume import Volume
from studio_backup.spec.model import Machine, System
from studio_backup.step import Outcome, Task
from studio_backup.survey import Answered, Sighting, Silent, Survey, survey_of
from studio_backup.transport import Answer, Remote, Transport
from studio_backup.transport.interface import SILENCE


class Said:
    """A script that said all it had to say."""

    def __init__(self, text: str) -> None:
        self._text = io.BytesIO(text.encode())

    def read(self, size: int) -> bytes:
        return self._text.read(size)

    def write(self, data: bytes) -> None:
        del data

    def finish_writing(self) -> None:
        """Nothing waits for it."""

    def exit_status(self) -> int:
        return 0

    def errors(self) -> str:
        return ""

    def close(self) -> None:
        """Nothing is held open."""


@dataclass
class World:
    """What stands on every system, and what befalls them. Outlives the engines that look at it."""

    resources: Mapping[str, Resource]
    there: dict[str, Resource] = field(default_factory=dict)
    entries: dict[str, dict[tuple[str, str], Entry]] = field(default_factory=dict)
    asleep: set[str] = field(default_factory=set)
    dead: set[str] = field(default_factory=set)  # machines that do not answer
    dropped: set[str] = field(default_factory=set)  # machines whose connection is found dead, once
    sessions: dict[str, str] = field(default_factory=dict)  # system -> what its session probe prints
    failing: set[str] = field(default_factory=set)  # addresses whose steps fail
    holders: dict[str, str] = field(default_factory=dict)  # system -> who holds its lock
    job_result: str = "ok"
    made: list[str] = field(default_factory=list)  # every address that a step was carried out for, in order
    jobs: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)  # systems, each time that they answered
    before: Callable[[World, Sequence[str]], None] = lambda _world, _systems: None  # told of each wave's systems
    after_job: Callable[[World], None] = lambda _world: None

    def known(self) -> dict[After, str]:
        """The public keys that were made."""
        return {
            After(address, "public"): one.public
            for address, one in self.there.items()
            if isinstance(one, SshKey) and one.public
        }

    def make(self, task: Task) -> Outcome:
        """Carry one task out."""
        if task.address in self.failing:
            return Outcome(1, "no space left on device")
        self.made.append(task.address)
        system = "/".join(task.address.split("/")[:2])
        entries = self.entries.setdefault(system, {})
        if task.entry is None:
            self.there.pop(task.address, None)
            entries.pop(("fifty", task.address), None)
            return Outcome(0, "")
        value = self.resources[task.address].resolved(self.known())
        if isinstance(value, SshKey):
            value = dataclasses.replace(value, public=f"ssh-ed25519 AAAA{len(self.made):08}")
        self.there[task.address] = value
        entries["fifty", task.address] = Entry("fifty", task.address, "three-two-one.yml", value.digest())
        return Outcome(0, "")

    def sight(self, resource: Resource) -> Seen:
        """How a resource is seen; volumes are mounted everywhere."""
        if isinstance(resource, Volume):
            return Present(resource)
        value = self.there.get(resource.address)
        return Absent() if value is None else Present(value)


@dataclass
class Connection:
    """A way to one simulated system: it lends its lock and runs its jobs."""

    language = "sh"

    world: World
    system: str

    def run(self, script: str, timeout: float, end: str | None = None) -> Answer:
        del script, timeout, end
        raise AssertionError("nothing but locks and jobs reaches a simulated system")

    def open(self, script: str, silence: float = SILENCE) -> Remote:
        del silence
        lock = re.search(r"<([0-9a-f]{16}) held", script)
        if lock:
            holder = self.world.holders.get(self.system)
            return Said(f"<{lock[1]} locked {holder}>\n" if holder else f"<{lock[1]} held 1>\n")
        job = re.search(r"; id=([a-z0-9_-]+);", script)
        assert job
        self.world.jobs.append(job[1])
        self.world.after_job(self.world)
        record = {"version": 1, "run": "2026-11-22T04-08-57Z-1", "result": self.world.job_result}
        return Said(f"record\t{json.dumps(record)}\n")

    def close(self) -> None:
        """Nothing is held open."""


def _nowhere(system: System, _: object) -> tuple[Transport, System]:
    raise AssertionError(f"{system.full_name}: a simulation connects to nothing")


@dataclass
class Simulated(Engine):
    """Reads and changes a World."""

    world: World = field(default_factory=lambda: World({}))

    def read(
        self,
        machines: Iterable[Machine],
        probes: Mapping[str, Sequence[Probe]],
        wanted: Mapping[str, Sequence[Resource]] = MappingProxyType({}),
        kept: Mapping[str, Sequence[Probe]] = MappingProxyType({}),  # noqa: ARG002
    ) -> dict[str, Sighting]:
        """Whatever is asked besides is asked about a session."""
        found: dict[str, Sighting] = {}
        for machine in machines:
            for system in machine.systems.values():
                name = system.full_name
                if machine.name in self.world.dead or machine.name in self.world.dropped:
                    self._forget(name)
                    found[name] = Silent(f"{name}: no answer", "host-down")
                elif name in self.world.asleep:
                    found[name] = Asleep(None)
                else:
                    found[name] = self._answered(name, probes.get(name, ()), wanted.get(name, ()))
            self.world.dropped.discard(machine.name)
        return found

    def _answered(self, name: str, probes: Sequence[Probe], resources: Iterable[Resource]) -> Answered:
        self.open.setdefault(name, Connection(self.world, name))
        self.world.asked.append(name)
        said = Reply(0, f"{self.world.sessions.get(name, '')}complete\n", "")
        seen = {one.address: self.world.sight(one) for one in resources}
        manifest = Manifest(dict(self.world.entries.get(name, {})), (), self.world.holders.get(name, ""), "1")
        return Answered({(one.script, one.touches): said for one in probes if one.touches}, seen, manifest)

    def survey(
        self,
        machines: Iterable[Machine],
        wanted: Mapping[str, Sequence[Resource]],
        also: Mapping[str, Sequence[Probe]] = MappingProxyType({}),
    ) -> Survey:
        return survey_of(self.read(machines, also, wanted))

    def read_again(self, wanted: Mapping[str, Sequence[Resource]]) -> Survey:
        found: dict[str, Sighting] = {}
        for name, resources in wanted.items():
            if name.partition("/")[0] in self.world.dead or name not in self.open:
                self._forget(name)
                found[name] = Silent("the connection was lost")
            else:
                found[name] = self._answered(name, (), resources)
        return survey_of(found)

    def carry_out(self, tasks: Mapping[str, Sequence[Task]], who: str = "") -> dict[str, Outcome | None]:
        del who
        self.world.before(self.world, list(tasks))
        found: dict[str, Outcome | None] = {}
        for name, wave in tasks.items():
            dead = name.partition("/")[0] in self.world.dead
            for task in wave:
                found[task.address] = Outcome(1, f"{name}: cut") if dead else self.world.make(task)
        return found


def engine_of(world: World) -> Simulated:
    """An engine that looks at a world."""
    return Simulated(_nowhere, world=world)
