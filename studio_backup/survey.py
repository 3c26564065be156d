"""What one look at the systems gave: who answered, and for every resource present, absent, unread or asleep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from studio_backup.diff import Absent, Asleep, Present, Seen, Unread
from studio_backup.manifest import PARSE_OF, PROBES_OF, Manifest
from studio_backup.probe import Probe, Reply, Unanswered
from studio_backup.resource import Resource, Unparsable


@dataclass(frozen=True)
class Silent:
    """A system that could not be asked; `code` is the error's word, `fix` what to do."""

    reason: str
    code: str = ""
    fix: str = ""


@dataclass(frozen=True)
class Answered:
    """A system that was asked: its answers by (script, touches), as merged probes were asked.

    `seen` holds what was read out of them already, by address, and `manifest` what is known there to be ours.
    """

    answers: Mapping[tuple[str, bool], Reply | Unanswered]
    seen: Mapping[str, Seen] = field(default_factory=dict, compare=False)
    manifest: Manifest | None = field(default=None, compare=False)

    def reading(self, resources: Iterable[Resource], kept: Iterable[Probe] = ()) -> Answered | Silent:
        """What these resources and the manifest are, without the answers: 100 kB a system that nobody asks again.

        The answers to `kept` stay.
        """
        known = self.owned()
        if isinstance(known, Silent):
            return known
        asked = {(probe.script, probe.touches) for probe in kept}
        left = {key: self.answers[key] for key in asked if key in self.answers}
        return Answered(left, {resource.address: read(resource, self) for resource in resources}, known.manifest)

    def knows(self, os: str) -> bool:
        """True when it was asked for its manifest, as a system of this kind is."""
        return all((one.script, one.touches) in self.answers for one in PROBES_OF[os])

    def owned(self) -> Answered | Silent:
        """The same with its manifest. A system whose manifest could not be read is unread as a whole: without it,
        nothing there is known to be ours."""
        os = next(os for os in PROBES_OF if self.knows(os))
        holder, entries = (self.answers[one.script, one.touches] for one in PROBES_OF[os])
        answers = (holder, entries)
        manifest = PARSE_OF[os](holder, entries)
        if manifest is None:
            why = "; ".join(filter(None, map(_why, answers))) or "half an answer"
            return Silent(f"its manifest could not be read: {why}", fix="studio-backup plan -v")
        return Answered(self.answers, self.seen, manifest)


Sighting = Answered | Silent | Asleep


@dataclass(frozen=True)
class Survey:
    """The sightings of all selected systems, by full name."""

    systems: Mapping[str, Sighting]
    manifests: Mapping[str, Manifest] = field(default_factory=dict)

    def seen(self, resource: Resource) -> Seen:
        """How one resource was seen."""
        sighting = self.systems.get(resource.system, Silent("was not asked"))
        if isinstance(sighting, Silent):
            return Unread(sighting.reason, sighting.fix)
        if isinstance(sighting, Asleep):
            return sighting
        return sighting.seen.get(resource.address) or read(resource, sighting)


def read(resource: Resource, answered: Answered) -> Seen:
    """Parse a resource out of its system's answers; whatever is not proven is unread."""
    probe = resource.probe()
    answer = answered.answers.get((probe.script, probe.touches), Unanswered("was not asked", began=False))
    if isinstance(answer, Unanswered):
        return Unread(answer.reason)
    try:
        value = resource.parse(answer)
    except Unparsable as error:
        return Unread(str(error), error.fix)
    except (ValueError, IndexError, KeyError) as error:
        return Unread(f"an answer that {resource.kind} does not know: {error}")
    return Absent() if value is None else Present(value)


def questions(resources: Iterable[Resource], os: str = "linux") -> list[Probe]:
    """The probes of these resources and of the manifest, as a system of this kind has it."""
    return [*PROBES_OF[os], *(resource.probe() for resource in resources)]


def survey_of(systems: Mapping[str, Sighting]) -> Survey:
    """A survey with the manifest of each system that was asked for it."""
    manifests: dict[str, Manifest] = {}
    result: dict[str, Sighting] = {}
    for name, sighting in systems.items():
        if isinstance(sighting, Answered) and any(map(sighting.knows, PROBES_OF)):
            sighting = sighting.owned()
        result[name] = sighting
        if isinstance(sighting, Answered) and sighting.manifest is not None:
            manifests[name] = sighting.manifest
    return Survey(result, manifests)


def _why(answer: Reply | Unanswered) -> str:
    """Nothing for a fragment that ended well."""
    if isinstance(answer, Unanswered):
        return answer.reason
    said = answer.err.strip().splitlines()
    return (said[-1] if said else f"exit status {answer.exit}") if answer.exit else ""
