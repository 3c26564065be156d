"""A rollout on its way: batch after batch, judged after the canary, stopped at the first failure beyond the limit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from studio_backup.agreed import Promise
from studio_backup.apply import Applied, go_on, reread, see
from studio_backup.compile import Route
from studio_backup.engine import Engine
from studio_backup.evidence import Pending
from studio_backup.locks import Locks
from studio_backup.looking import Scope
from studio_backup.result import Result
from studio_backup.rollout.batches import CANARY, Batch, Options, Order
from studio_backup.rollout.gate import unwell
from studio_backup.rollout.waiting import ask, waits
from studio_backup.spec.model import Machine
from studio_backup.survey import Answered, Silent

#: Why a machine waits that is tried once more at the end of the run.
_PASSING = ("unreachable", "locked")


@dataclass(frozen=True)
class Listener:
    """Who is told how it goes, and asked to note what is left."""

    begins: Callable[[Batch], None]
    results: Callable[[Sequence[Result]], None]
    waits: Callable[[Pending], None]
    judged: Callable[[str, str], None]  # of the canary: why it is not well, "" when it is; the job that was run
    noted: Callable[[], None]


@dataclass
class Course:
    """Everything that a rollout works on, and how far it is."""

    engine: Engine
    scope: Scope
    routes: Sequence[Route]
    options: Options
    order: Order
    applied: Applied
    agreed: Mapping[str, Promise]
    locks: Locks
    who: str
    allowed: Collection[str]
    listener: Listener
    run_one: Callable[[Sequence[Route]], tuple[str, str]]  # runs a job of these: which, and why none was green
    proven: bool = False  # the canary is well; also when there is none
    stopped: str = ""
    done: list[str] = field(default_factory=list)  # names of the batches that were gone through
    later: dict[str, Pending] = field(default_factory=dict)  # by machine

    def __post_init__(self) -> None:
        self.later |= self.order.later

    @property
    def failed(self) -> set[str]:
        """The machines of the run for which something went wrong, there or where their copies need it."""
        whose = self.order.whose
        return {whose.get(one.change.address) or _machine(one.change.resource.system) for one in self.applied.failed}

    def machines(self, names: Iterable[str]) -> list[Machine]:
        """The machines of these names, those of the run and those that it needs."""
        wanted = set(names)
        return [machine for machine in self.scope.machines if machine.name in wanted]


def roll_out(course: Course) -> None:
    """Go through the batches; what cannot be done now waits, and is told of."""
    for batch in course.order.batches:
        course.listener.begins(batch)
        _carry(course, batch.machines, 0 if batch.name == CANARY else course.options.limit)
        if batch.name == CANARY:
            _prove(course, batch)
        if not course.stopped and len(course.failed) > course.options.limit:
            course.stopped = f"{_machines(course.failed)} failed, {course.options.limit} may"
        course.done.append(batch.name)
        course.listener.noted()
        if course.stopped:
            return
    # Who did not answer when the plan was made has nothing in it: that takes a plan of its own.
    left = [name for name, why in course.later.items() if why.word in _PASSING and name not in course.order.later]
    if left:
        _carry(course, left, course.options.limit)
        course.listener.noted()


def _machines(names: Collection[str]) -> str:
    return f"{len(names)} machine{'' if len(names) == 1 else 's'} ({', '.join(sorted(names))})"


def _carry(course: Course, machines: Sequence[str], limit: int) -> None:
    """Do what is planned for these machines, unless somebody is at work there or they do not answer."""
    for name in machines:
        course.later.pop(name, None)
    course.later |= ready(course, machines)
    for name in machines:
        if name in course.later:
            course.listener.waits(course.later[name])
    reached = {name for batch in course.order.batches if batch.name in course.done for name in batch.machines}
    addresses = course.order.addresses({*machines, *reached} - course.later.keys())
    agreed = {address: promise for address, promise in course.agreed.items() if address in addresses}
    go_on(
        course.engine, course.scope, course.applied, agreed, course.listener.results, course.who, course.allowed,
        lambda _: len(course.failed) > limit,
    )  # fmt: skip


def ready(course: Course, machines: Sequence[str]) -> dict[str, Pending]:
    """Ask all that a batch touches whether it answers and is free; who has to wait, and why."""
    touched = {name: _touched(course, name) for name in machines}
    asked = course.machines({*machines, *(_machine(system) for systems in touched.values() for system in systems)})
    before = dict(course.engine.open)
    found = ask(course.engine, asked, course.routes)
    cut = [one for one in asked if any(isinstance(found.get(s.full_name), Silent) for s in one.systems.values())]
    if cut:  # a connection may die of old age while its machine is well
        found |= ask(course.engine, cut, course.routes)
    troubles = {one.name: why for one in asked if (why := waits(one, found, course.options.until))}
    known, now = course.applied.survey.systems, course.engine.open
    gone = {name: one for name, one in found.items() if not isinstance(one, Answered) and name in known}
    back = [name for name in now if name in known and now[name] is not before.get(name)]
    for name in back:  # the lock died with the connection that held it
        problem = course.locks.again(name, now[name])
        if problem is not None:
            troubles[_machine(name)] = Pending(name, "locked", problem.message)
    if gone or back:
        see(course.applied, course.scope, {**gone, **reread(course.engine, course.scope, course.applied, back).systems})
    return {name: why for name, systems in touched.items() if (why := _trouble(name, systems, troubles))}


def _touched(course: Course, machine: str) -> list[str]:
    """The systems on which something is planned for a machine."""
    addresses = course.order.addresses([machine])
    return list(dict.fromkeys("/".join(address.split("/")[:2]) for address in sorted(addresses)))


def _trouble(name: str, systems: Iterable[str], troubles: Mapping[str, Pending]) -> Pending | None:
    """Why a machine waits: for itself, or for another one that its copies need. Nobody waits for another's session."""
    if name in troubles:
        return troubles[name]
    for other in dict.fromkeys(map(_machine, systems)):
        if other in troubles and troubles[other].word != "session":
            return Pending(name, troubles[other].word, f"needs {other}: {troubles[other].reason}")
    return None


def _machine(full_name: str) -> str:
    return full_name.partition("/")[0]


def _prove(course: Course, batch: Batch) -> None:
    """The health gate: the canary is read again and clean, and one of its jobs runs green."""
    went = [name for name in batch.machines if name not in course.later]
    if not went:
        course.stopped = "no canary could be tried, so nothing else was begun"
        return
    job = ""
    if course.failed:
        where = sorted({_machine(result.change.resource.system) for result in course.applied.failed})
        why = f"something failed on {', '.join(where)}"
    else:
        systems = {s.full_name for machine in course.machines(went) for s in machine.systems.values()}
        seen = [name for name in systems if name in course.engine.open]
        see(course.applied, course.scope, reread(course.engine, course.scope, course.applied, seen).systems)
        why = unwell(course.applied.plan, went, course.order)
        if not why:
            job, why = course.run_one([route for route in course.routes if route.dataset.machine in went])
    course.proven = not why
    course.stopped = f"the canary is not well: {why}" if why else ""
    course.listener.judged(why, job)
