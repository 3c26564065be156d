"""How every copy fares: its last run, its newest restore point, and that point's age against its limit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from studio_backup.compile import Route
from studio_backup.diff import Asleep
from studio_backup.paths import state
from studio_backup.probe import Probe, Reply, Unanswered
from studio_backup.records import Record, parse_record
from studio_backup.spec.retention import point_time
from studio_backup.survey import Answered, Sighting, Silent

#: Each argument is `STATE ID TARGET`; prints the newest record that has an end, the newest of all, and every point.
_SCRIPT = r"""for job do
  state=${job%% *}; rest=${job#* }; id=${rest%% *}; target=${rest#* }
  printf 'job\t%s\n' "$id"
  if [ -d "$state/runs" ]; then
    ls "$state/runs" >/dev/null
    newest=; ended=
    for record in "$state/runs/$id".*.json; do
      [ -f "$record" ] || continue
      newest=$record
      if ! grep -q '"result":"running"' "$record"; then ended=$record; fi
    done
    if [ -n "$ended" ]; then printf 'ended\t'; head -n 1 "$ended"; fi
    if [ -n "$newest" ]; then printf 'newest\t'; head -n 1 "$newest"; fi
  fi
  if [ -d "$target/points" ]; then
    ls "$target/points" | while IFS= read -r point; do printf 'point\t%s\n' "$point"; done
  fi
done
printf 'complete\n'"""


@dataclass(frozen=True)
class Standing:
    """One copy as one system keeps it. `unknown` says why nothing is known, "" when it was read."""

    route: Route
    last: Record | None
    running: Record | None
    points: tuple[str, ...]
    unknown: str = ""

    @property
    def newest(self) -> str:
        """The newest complete restore point, "" when there is none."""
        return self.points[-1] if self.points else ""

    def age(self, now: float) -> float | None:
        """Seconds since the source of the newest restore point was read; None without one."""
        moment = point_time(self.newest)
        if moment is not None:
            return now - moment.timestamp()
        if self.route.copy.mode == "mirror" and self.last and self.last.result == "ok" and self.last.started:
            return now - self.last.started
        return None

    @property
    def limit(self) -> int:
        """Seconds that the newest restore point may be old."""
        copy = self.route.copy
        return copy.max_age if copy.max_age is not None else copy.every.max_age()

    def word(self, now: float) -> str:
        """`fresh`, `late`, `none` or `unknown`."""
        if self.unknown:
            return "unknown"
        age = self.age(now)
        if age is None:
            return "none"
        return "fresh" if age <= self.limit else "late"


def probe(route: Route) -> Probe:
    """Asks for one copy; all copies of a system are asked in one go, last, since a mount may hang."""
    return Probe(script=_SCRIPT, args=(f"{state(route.studio)} {route.id} {route.target}",), touches=True)


def standings(routes: Iterable[Route], systems: Mapping[str, Sighting]) -> list[Standing]:
    """One for each route, whatever its system answered."""
    return [_standing(route, systems.get(route.writer.full_name)) for route in routes]


def _standing(route: Route, sighting: Sighting | None) -> Standing:
    match sighting:
        case Answered(answers):
            asked = probe(route)
            answer = answers.get((asked.script, asked.touches), Unanswered("was not asked", began=False))
            return _parse(route, answer)
        case Silent(reason):
            return Standing(route, None, None, (), reason)
        case Asleep():
            return Standing(route, None, None, (), "its system is asleep")
        case _:
            return Standing(route, None, None, (), "was not asked")


def _parse(route: Route, answer: Reply | Unanswered) -> Standing:
    if isinstance(answer, Unanswered):
        return Standing(route, None, None, (), answer.reason)
    section = re.search(rf"^job\t{route.id}\n(.*?)(?=^job\t|\Z)", answer.out, re.MULTILINE | re.DOTALL)
    if answer.exit or not answer.out.endswith("complete\n") or section is None:
        return Standing(route, None, None, (), answer.err.strip() or "the listing ended early")
    lines = [line.partition("\t") for line in section[1].splitlines()]
    points = sorted(rest for word, _, rest in lines if word == "point" and point_time(rest))
    ended = next((parse_record(rest) for word, _, rest in lines if word == "ended"), None)
    newest = next((parse_record(rest) for word, _, rest in lines if word == "newest"), None)
    running = newest if newest is not None and newest.result == "running" else None
    return Standing(route, ended, running, tuple(points))
