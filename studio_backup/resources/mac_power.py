"""Power settings of a Mac on its power supply, as pmset has them: those that would let it sleep through a night job."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import ClassVar, Self

from studio_backup.paths import MAC_TOOLS
from studio_backup.probe import Probe, Reply
from studio_backup.resource import Resource, Unparsable, managed
from studio_backup.resources.mac_told import TOLD, asked
from studio_backup.source import Place
from studio_backup.step import Step

_SCRIPT = f"""{TOLD}
told custom {MAC_TOOLS["pmset"]} -g custom
printf 'complete\\n'"""

_SECTION = re.compile(r"(AC Power|Battery Power|UPS Power):")
#: A setting may be followed by who keeps it from having an effect: `sleep 1 (sleep prevented by powerd)`.
_SETTING = re.compile(r" ([A-Za-z][A-Za-z ]*?)\s+([0-9]+)( \(.*\))?")
#: What a Mac without such a setting is said to have.
NOT_OFFERED = "not offered"


@dataclass(frozen=True, kw_only=True)
class Power(Resource):
    """One Mac's; its name is the system's. Values are pmset's own numbers."""

    kind: ClassVar[str] = "power"
    summary: ClassVar[str] = "sleep settings of a Mac on its power supply, in pmset's words (a spec writes it)"
    adoptable: ClassVar[bool] = True
    made: ClassVar[bool] = False

    sleep: str = managed("0")  # minutes; 0 is never
    womp: str | None = managed(None)  # wakes for what comes over the network
    powernap: str | None = managed(None)
    autorestart: str | None = managed(None)  # after a power cut

    values: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

    def probe(self) -> Probe:
        """All settings of all sources of power."""
        return Probe(script=_SCRIPT)

    def parse(self, reply: Reply) -> Self:
        """The section of the power supply; a setting that is not in it is none of this Mac's."""
        found = _sections(asked(reply, "custom").text).get("AC Power")
        if not found or "sleep" not in found:
            raise Unparsable(f"pmset says nothing of a power supply: {asked(reply, 'custom').line}")
        return type(self)(
            system=self.system,
            name=self.name,
            place=self.place,
            sleep=found["sleep"],
            womp=self.womp and found.get("womp", NOT_OFFERED),
            powernap=self.powernap and found.get("powernap", NOT_OFFERED),
            autorestart=self.autorestart and found.get("autorestart", NOT_OFFERED),
            values=found,
        )

    def by_hand(self, seen: Self, fields: frozenset[str]) -> tuple[str, str] | None:
        """A setting that a Mac does not have cannot be given to it."""
        lacking = [name for name in sorted(fields) if getattr(seen, name) == NOT_OFFERED]
        if lacking:
            return f"pmset offers no {' and no '.join(lacking)} on this Mac", "delete it here, or narrow hosts:"
        return None

    def create(self) -> tuple[Step, ...]:
        """Nothing: every Mac has them."""
        return ()

    def update(self, seen: Self, fields: frozenset[str]) -> tuple[Step, ...]:
        """Only what differs, and only on the power supply: a battery is somebody else's business."""
        del seen
        words = " ".join(f"{name} {getattr(self, name)}" for name in sorted(fields))
        return (Step(title=f"set {words} on the power supply", script=f"{MAC_TOOLS['pmset']} -c {words}"),)

    def remove(self) -> tuple[Step, ...] | None:
        """Released: it stays as it is."""
        return None

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Every Mac has one."""
        return cls(system=system, name=name, place=place)


def _sections(text: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    section: dict[str, str] | None = None
    for line in text.splitlines():
        if heading := _SECTION.fullmatch(line.rstrip()):
            section = found.setdefault(heading[1], {})
        elif (setting := _SETTING.fullmatch(line.rstrip())) and section is not None:
            section[setting[1]] = setting[2]
        elif line.strip():
            # A setting of another form, such as a word for a number, is none of ours.
            section = section if line.startswith(" ") else None
    return found
