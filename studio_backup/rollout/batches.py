"""Who goes when: each planned change belongs to a machine of the run, and each machine to a batch, or it waits."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from studio_backup.diff import Change
from studio_backup.errors import UsageError
from studio_backup.evidence import Pending
from studio_backup.plan import Plan

CANARY = "canary"


@dataclass(frozen=True)
class Options:
    """How a rollout was asked for. `size` is `N` or `N%` machines a batch, "" for all at once."""

    canary: tuple[str, ...] = ()
    size: str = ""
    max_failed: int | None = None  # not said: none at all
    until: int | None = None  # rooms in session are let alone until then (epoch seconds)

    @property
    def limit(self) -> int:
        """How many machines may fail before it stops."""
        return self.max_failed or 0


@dataclass(frozen=True)
class Batch:
    """Machines that go together; `name` is `canary`, or a number from 1."""

    name: str
    machines: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """One line of the decision table: a system, how much is done there for the batch, and why then."""

    batch: str
    system: str
    changes: int
    needed_by: tuple[str, ...] = ()  # machines whose copies want this; empty for the batch's own systems


@dataclass(frozen=True)
class Order:
    """The decision: batches in their order, the machine that each planned change is made for, and who waits, why."""

    batches: tuple[Batch, ...]
    whose: Mapping[str, str]
    later: Mapping[str, Pending] = field(default_factory=dict)  # by machine

    def addresses(self, machines: Collection[str]) -> set[str]:
        """What is planned for these machines, wherever it is done."""
        return {address for address, machine in self.whose.items() if machine in machines}

    def rows(self, plan: Plan) -> list[Row]:
        """Every system that is touched, batch by batch; those of the batch first, then those that it needs."""
        found: list[Row] = []
        for batch in self.batches:
            of_system: dict[str, list[str]] = {}
            for change in plan.acting():
                if self.whose.get(change.address) in batch.machines:
                    of_system.setdefault(change.resource.system, []).append(self.whose[change.address])
            for system, machines in sorted(
                of_system.items(), key=lambda item: (_of(item[0]) not in batch.machines, item)
            ):
                own = _of(system) in batch.machines
                needed_by = () if own else tuple(dict.fromkeys(machines))
                found.append(Row(batch.name, system, len(machines), needed_by))
        return found


def arrange(
    plan: Plan,
    machines: Sequence[str],
    canary: Collection[str],
    options: Options,
    later: Mapping[str, Pending],
) -> Order:
    """Canary, batches and who waits. `machines` are those of the run, in the order of the spec."""
    turns = [*(name for name in machines if name in canary), *(name for name in machines if name not in canary)]
    turn = {name: place for place, name in enumerate(name for name in turns if name not in later)}
    whose = _whose(plan, set(machines), turn)
    busy = set(whose.values())
    rest = [name for name in turns if name in busy and name not in canary and name not in later]
    length = _length(options.size, len(rest))
    first = tuple(name for name in turns if name in canary and name not in later)
    if canary and not first:  # without a canary nothing is begun
        rest = []
    batches = [Batch(CANARY, first)] if first else []
    chunks = [rest[start : start + length] for start in range(0, len(rest), length)]
    batches += [Batch(str(number), tuple(chunk)) for number, chunk in enumerate(chunks, 1)]
    return Order(tuple(batches), whose, {name: why for name, why in later.items() if name in machines})


def _whose(plan: Plan, machines: Collection[str], turn: Mapping[str, int]) -> dict[str, str]:
    """The machine of the run for which each change is made: of all that want it, the one whose turn comes first.

    What serves a room's copy on another machine goes with the room, and all that a change needs goes with it at the
    latest: the order of a plan has what is needed before what needs it.
    """
    last = len(turn)
    whose: dict[str, str] = {}
    for change in plan.acting():
        wanting = _wanting(change, machines)
        if wanting:
            whose[change.address] = min(wanting, key=lambda name: turn.get(name, last))
    for change in reversed(plan.acting()):
        machine = whose.get(change.address)
        for address in change.want.needs() if change.want and machine else ():
            known = whose.get(address)
            if plan.waves.get(address) and (known is None or turn.get(machine or "", last) < turn.get(known, last)):
                whose[address] = machine or ""
    return whose


def _wanting(change: Change, machines: Collection[str]) -> list[str]:
    """The machines of the run whose copies a change serves; without any, the one that it is made on."""
    served = dict.fromkeys(_of(dataset) for dataset in (change.want.serves if change.want else ()))
    return [name for name in served if name in machines] or [
        name for name in (_of(change.resource.system),) if name in machines
    ]


def _of(full_name: str) -> str:
    return full_name.partition("/")[0]


def _length(size: str, machines: int) -> int:
    """Machines a batch; a share is rounded up, so that it always comes to an end."""
    if not size:
        return max(1, machines)
    found = re.fullmatch(r"([1-9][0-9]{0,5})(%?)", size)
    if not found or (found[2] and int(found[1]) > 100):
        raise UsageError(f"--batch {size}: not a number of machines", "write --batch 5, or --batch 25%")
    return max(1, -(-machines * int(found[1]) // 100)) if found[2] else int(found[1])
