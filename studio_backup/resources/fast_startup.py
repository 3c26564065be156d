"""Fast Startup of Windows, kept off: read anew each time, since an update may switch it on again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from studio_backup.probe import Probe, Reply
from studio_backup.programs import shipped
from studio_backup.resource import Resource, Unparsable, managed, watched
from studio_backup.resources.registry_told import number
from studio_backup.source import Place
from studio_backup.step import Step
from studio_backup.windows.answers import document

_PROGRAM = f"{shipped('registry.ps1')}\n{shipped('fast-startup.ps1')}"
#: What a policy says, as the setting has it.
_POLICIES = {0: "no", 1: "yes"}


@dataclass(frozen=True, kw_only=True)
class FastStartup(Resource):
    """One Windows system's; its name is the system's."""

    kind: ClassVar[str] = "fast-startup"
    summary: ClassVar[str] = "whether Windows shuts down only by half, as Fast Startup has it (a spec writes it)"
    language: ClassVar[str] = "powershell"
    adoptable: ClassVar[bool] = True
    made: ClassVar[bool] = False

    enabled: str = managed("no")
    policy: str = watched("none against it")  # a group's goes before the setting (UNVERIFIED)

    def probe(self) -> Probe:
        """Three values of the registry."""
        return Probe(script=f"{_PROGRAM}\nRead-FastStartup")

    def parse(self, reply: Reply) -> Self:
        """Where nobody set it, it is on by itself, unless there is no hibernation."""
        found = document(reply)
        setting, policy = number(found, "setting"), number(found, "policy")
        if setting is None:
            enabled = number(found, "hibernation") != 0
        elif setting in (0, 1):
            enabled = setting == 1
        else:
            raise Unparsable(f"HiberbootEnabled is {setting}, which is neither on nor off")
        said = _POLICIES.get(policy, f"{policy}, which is not known") if policy is not None else self.enabled
        return type(self)(
            system=self.system,
            name=self.name,
            place=self.place,
            enabled="yes" if enabled else "no",
            policy="none against it" if said == self.enabled else said,
        )

    def by_hand(self, seen: Self, fields: frozenset[str]) -> tuple[str, str] | None:
        """Whoever made a policy takes it back."""
        if "policy" in fields:
            fix = "take it back where it was made: Require use of fast startup, under System, Shutdown"
            return f"a policy says {seen.policy} of Fast Startup, and goes before the setting", fix
        return None

    def create(self) -> tuple[Step, ...]:
        """Nothing: every Windows has it, or is taken to."""
        return ()

    def update(self, seen: Self, fields: frozenset[str]) -> tuple[Step, ...]:
        """One number; it counts from the next shut-down on."""
        del seen
        if "enabled" not in fields:
            return ()
        word = "on" if self.enabled == "yes" else "off"
        return (
            Step(
                title=f"switch Fast Startup {word}",
                script=f"{_PROGRAM}\nSet-FastStartup -Words $Words",
                args=(self.enabled,),
            ),
        )

    def remove(self) -> tuple[Step, ...] | None:
        """Released: it stays as it is."""
        return None

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Every Windows has one."""
        return cls(system=system, name=name, place=place)
