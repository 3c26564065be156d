"""What copies that no machine answers for were last known to hold: by somebody's word, by the last look at a drive."""

from __future__ import annotations

from studio_backup.facts import Observation, believed
from studio_backup.policy.custody import out_of_sight
from studio_backup.policy.due import Known
from studio_backup.policy.holding import Holding
from studio_backup.policy.holdings import holdings_of
from studio_backup.spec.model import Dataset, Studio


def remembered(studio: Studio, dataset: Dataset, known: Known, now: float) -> dict[str, Observation]:
    """What each such copy was last known to hold, where that is still believed: name -> what it holds."""
    lost = out_of_sight(studio, known.custody or {}, now)
    found = {}
    for place in holdings_of(studio, dataset):
        look = _look(place, known, now)
        if look is not None and place.drive not in lost:
            found[place.name] = look
    return found


def _look(place: Holding, known: Known, now: float) -> Observation | None:
    if place.external is not None:
        fact = believed(known.facts, f"copy:{place.external.full_name}", "made", now)
        if fact is None:
            return None
        return Observation(copy=place.external.full_name, at=fact.at, points=(), state=fact.at)
    return (known.looks or {}).get(place.copy.full_name) if place.copy is not None and place.drive else None
