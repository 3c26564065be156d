"""Answers of the lab's machines, before anything was applied to them, in a file; and an engine that gives them again.

Answers are kept by the kinds that asked, not by the text of the question: a script may be reworded, but what it prints
must stay what the parsers know, or the replay says so.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from studio_backup.diff import Asleep
from studio_backup.engine import Engine
from studio_backup.looking import Scope
from studio_backup.manifest import PROBES
from studio_backup.probe import Probe, Reply
from studio_backup.resource import Resource
from studio_backup.spec.model import Machine
from studio_backup.survey import Answered, Sighting
from tests.lab.story.telling import NotAsToldError

FILE = Path(__file__).with_name("answers.json")

#: What was asked (script, touches) -> the kinds that asked it; `last` where it touches a mount and goes last.
Askers = Mapping[tuple[str, bool], str]


def askers(scope: Scope) -> Askers:
    """Who asks what, for everything that the spec compiles to."""
    found: dict[tuple[str, bool], set[str]] = {(one.script, one.touches): {"manifest"} for one in PROBES}
    found[PROBES[0].script, PROBES[0].touches] = {"lock"}
    for resource in scope.wanted.values():
        probe = resource.probe()
        found.setdefault((probe.script, probe.touches), set()).add(resource.kind)
    words = {asked: " ".join([*sorted(kinds), *(["last"] if asked[1] else [])]) for asked, kinds in found.items()}
    assert len(set(words.values())) == len(words), "two questions with one name"
    return words


def recorded(day: str, systems: Mapping[str, Sighting], known: Askers) -> str:
    """The text of a recording; every system must have answered, or sleep."""
    found: dict[str, Any] = {}
    for name, sighting in sorted(systems.items()):
        if isinstance(sighting, Answered):
            replies = {known[asked]: reply for asked, reply in sighting.answers.items() if isinstance(reply, Reply)}
            found[name] = {word: [reply.exit, reply.out, reply.err] for word, reply in sorted(replies.items())}
        elif isinstance(sighting, Asleep):
            found[name] = "asleep"
        else:
            raise NotAsToldError(f"{name} did not answer: {sighting.reason}")
    return json.dumps({"recorded": day, "systems": found}, indent=1) + "\n"


@dataclass
class Replay(Engine):
    """Reads nothing but a recording."""

    recording: Mapping[str, Any] = field(default_factory=dict)
    known: Askers = field(default_factory=dict)

    def read(
        self,
        machines: Iterable[Machine],
        probes: Mapping[str, Sequence[Probe]],
        wanted: Mapping[str, Sequence[Resource]] = MappingProxyType({}),  # noqa: ARG002
        kept: Mapping[str, Sequence[Probe]] = MappingProxyType({}),  # noqa: ARG002
    ) -> dict[str, Sighting]:
        """The recorded answers; a question that nobody recorded raises KeyError."""
        systems = [system.full_name for machine in machines for system in machine.systems.values()]
        return {name: self._sighting(self.recording["systems"][name], probes.get(name, ())) for name in systems}

    def _sighting(self, answers: Mapping[str, list[Any]] | str, probes: Sequence[Probe]) -> Sighting:
        if isinstance(answers, str):
            return Asleep(None)
        asked = {(probe.script, probe.touches) for probe in probes}
        return Answered({one: Reply(*answers[self.known[one]]) for one in asked})
