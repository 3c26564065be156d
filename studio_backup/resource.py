"""What every kind of resource is: a frozen value, a question that lists its kind, an answer parsed, steps that mend.

Desired and seen are two values of one type. Each field says what may be done about a difference (design rule 3), and a
field may hold a value that exists only after a step elsewhere: `Derived`, shown as `known after ADDRESS`.
"""

from __future__ import annotations

import dataclasses
import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar, Self

from studio_backup.probe import Probe, Reply
from studio_backup.source import Place
from studio_backup.step import Step

#: The rules a field can have; the order is the one that reports use.
RULES = ("managed", "fixed", "guarded", "watched", "secret")


class Unparsable(Exception):
    """The answer is not one that this kind knows: the resource is unread, whatever else it may be.

    `fix` is what to do about it, where that is known.
    """

    def __init__(self, reason: str, fix: str = "") -> None:
        super().__init__(reason)
        self.fix = fix


def whole(reply: Reply) -> str:
    """What a listing says before its closing line `complete`; raises Unparsable when it did not get that far."""
    if reply.exit or not reply.out.endswith("complete\n"):
        raise Unparsable(reply.err.strip() or "the listing ended early")
    return reply.out.removesuffix("complete\n")


@dataclass(frozen=True)
class After:
    """A value that is read from another resource once that one exists."""

    address: str
    field: str


@dataclass(frozen=True)
class Derived:
    """Text with parts that only another machine can give, such as a public key that was made there."""

    parts: tuple[str | After, ...]

    def unknown(self, known: Mapping[After, str]) -> After | None:
        """The first part that is not known yet."""
        return next((part for part in self.parts if isinstance(part, After) and part not in known), None)

    def text(self, known: Mapping[After, str]) -> str:
        """The whole text; every part must be known."""
        return "".join(known[part] if isinstance(part, After) else part for part in self.parts)


def managed(default: Any = dataclasses.MISSING) -> Any:
    """A field that a step changes when it differs."""
    return _ruled("managed", default)


def fixed(default: Any = dataclasses.MISSING) -> Any:
    """A field decided at creation: a difference is a conflict for a human, never a step."""
    return _ruled("fixed", default)


def guarded(default: Any = dataclasses.MISSING) -> Any:
    """A field changed only by a step that destroys, whose address is named (the members of an array)."""
    return _ruled("guarded", default)


def watched(default: Any = dataclasses.MISSING) -> Any:
    """A field that is reported and never changed; None on the desired side expects nothing."""
    return _ruled("watched", default)


def secret(default: Any = dataclasses.MISSING) -> Any:
    """A word about something that cannot be read back: where it was set from. A step sets it anew when that differs."""
    return _ruled("secret", default)


def learned(default: Any = "") -> Any:
    """Text that other resources were seen to have, on which the steps rest: what is on disks before they are joined.

    It is no property of this resource: never compared, reported or part of the digest.
    """
    return field(default=default, compare=False, metadata={"learned": True})


def _ruled(rule: str, default: Any) -> Any:
    return field(default=default, metadata={"rule": rule})


@dataclass(frozen=True, kw_only=True)
class Resource(ABC):
    """One thing a system should have. Subclasses add ruled fields and say how it is read, made, changed, removed."""

    kind: ClassVar[str]
    #: One sentence for `schema KIND`: what it is, and whether a spec writes it or it is compiled.
    summary: ClassVar[str]
    #: Whether the manifest has an entry for it; not for what is only watched.
    recorded: ClassVar[bool] = True
    #: Whether a watched difference keeps what needs it from being touched (a volume that is not mounted does).
    blocks: ClassVar[bool] = False
    #: Whether one that stands there without an entry of ours may be taken over as it is, and kept from then on.
    adoptable: ClassVar[bool] = False
    #: Whether making it destroys what was there: its address must be named even while its steps are not known yet.
    destroys: ClassVar[bool] = False
    #: What its probe and steps are written in: "sh" or "powershell".
    language: ClassVar[str] = "sh"
    #: Whether it can be absent and then made; a setting of a system always has some value.
    made: ClassVar[bool] = True

    system: str  # MACHINE/SYSTEM
    name: str
    place: Place = field(compare=False)
    requires: tuple[str, ...] = field(default=(), compare=False)  # addresses, set by the compiler
    serves: tuple[str, ...] = field(default=(), compare=False)  # full names of the datasets it is there for

    @property
    def address(self) -> str:
        """MACHINE/SYSTEM/KIND/NAME."""
        return f"{self.system}/{self.kind}/{self.name}"

    @property
    def claimable(self) -> bool:
        """True for a seen value that can only be ours, whatever the manifest says: nothing else uses its place."""
        return False

    @abstractmethod
    def probe(self) -> Probe:
        """What lists everything of this kind."""

    @abstractmethod
    def parse(self, reply: Reply) -> Self | None:
        """The seen value in full; None when the listing proves it absent; raises Unparsable otherwise."""

    @abstractmethod
    def create(self) -> tuple[Step, ...]:
        """Steps that make it where it is absent."""

    @abstractmethod
    def update(self, seen: Self, fields: frozenset[str]) -> tuple[Step, ...]:
        """Steps that change `fields` of `seen` into the desired ones."""

    @abstractmethod
    def remove(self) -> tuple[Step, ...] | None:
        """Steps that remove it (called on the seen value); None releases it from management and touches nothing."""

    def hindrance(self) -> tuple[str, str] | None:
        """Why it cannot be made or changed as things are, and what to do about it; None where nothing is in the way."""
        return None

    def by_hand(self, seen: Self, fields: frozenset[str]) -> tuple[str, str] | None:
        """Which of these differences only a person can mend: why, and how; None where steps do, or nothing is known."""
        del seen, fields
        return None

    @classmethod
    @abstractmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """A value that can only ask and parse: for what the manifest knows and the spec no longer has."""

    def needs(self) -> frozenset[str]:
        """Addresses that must be right before this one is touched."""
        return frozenset({*self.requires, *self.awaits()})

    def awaits(self) -> frozenset[str]:
        """Addresses of which values are still to be learnt."""
        parts = (part for _, value in self._derived() for part in value.parts)
        return frozenset(part.address for part in parts if isinstance(part, After))

    def resolved(self, known: Mapping[After, str]) -> Self:
        """The same with every derived text filled in whose parts are known."""
        filled: dict[str, Any] = {
            name: value.text(known) for name, value in self._derived() if value.unknown(known) is None
        }
        return dataclasses.replace(self, **filled) if filled else self

    def _derived(self) -> list[tuple[str, Derived]]:
        values = ((name, getattr(self, name)) for name in (*ruled_fields(type(self)), *_learned_fields(type(self))))
        return [(name, value) for name, value in values if isinstance(value, Derived)]

    def digest(self) -> str:
        """Hash of what a step would write (all but watched fields; of secrets, whence); the manifest keeps it."""
        rules = ruled_fields(type(self))
        values = [f"{name}={getattr(self, name)!r}" for name, rule in rules.items() if rule != "watched"]
        return hashlib.sha256("\n".join(values).encode("utf-8", "surrogateescape")).hexdigest()[:24]


class Watched(Resource):
    """A kind that is only looked at: nobody makes it, no step changes it, and the manifest has no entry for it."""

    recorded: ClassVar[bool] = False
    made: ClassVar[bool] = False

    def create(self) -> tuple[Step, ...]:
        """Nothing: it is never made by watching it."""
        return ()

    def update(self, seen: Self, fields: frozenset[str]) -> tuple[Step, ...]:
        """Nothing: it is only watched."""
        del seen, fields
        return ()

    def remove(self) -> tuple[Step, ...] | None:
        """Nothing: it has no entry in the manifest."""
        return None


@cache
def ruled_fields(kind: type[Resource]) -> dict[str, str]:
    """Field name -> rule, in the order of declaration."""
    return {item.name: item.metadata["rule"] for item in dataclasses.fields(kind) if "rule" in item.metadata}


@cache
def _learned_fields(kind: type[Resource]) -> tuple[str, ...]:
    return tuple(item.name for item in dataclasses.fields(kind) if "learned" in item.metadata)
