"""How every copy fares: its last run, its newest restore point, and that point's age against its limit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from studio_backup.capacity import ROOM, Room, room_of
from studio_backup.compile import Route
from studio_backup.compile.snapshots import tool_configuration
from studio_backup.diff import Asleep
from studio_backup.facts import AHEAD, Observation
from studio_backup.made import made_points
from studio_backup.paths import state
from studio_backup.probe import Probe, Reply, Unanswered
from studio_backup.programs import shipped
from studio_backup.records import INTERRUPTED, SENTENCES, Record, parse_record
from studio_backup.spec.retention import point_time
from studio_backup.survey import Answered, Sighting, Silent

#: Each argument is `STATE ID VOLUME-ID ROOT<TAB>TARGET`, with `<TAB>PROGRAM CONFIGURATION` where another program makes
#: the points: then its own listing is printed. Prints the newest record that has an end, the newest of all,
#: what each run moved, every point, whether the right volume is mounted and how much room it has. A record that says
#: `running` while its process is gone belongs to a run that was killed.
_SCRIPT = (
    f"{shipped('volume.sh')}\n{shipped('zfs-snapshots.sh')}\n{ROOM}"
    + r"""
set +eu
held() {
  read -r pid began rest 2>/dev/null <"$1" || return 1
  if [ ! -r /proc/self/stat ]; then
    [ "$(TZ=UTC0 ps -o lstart= -p "$pid" 2>/dev/null | tr -d ' \n')" = "$began" ]
    return
  fi
  read -r line 2>/dev/null <"/proc/$pid/stat" || return 1
  line=${line##*) }
  set -- "$began" $line
  shift 19
  [ "$began" = "${2:-}" ]
}
# The last of these names; one that a wrong clock dated to come, by the hour, only where there is no other.
newest_of() {
  awk -v start="${#1}" -v hour="$(date -u +%Y-%m-%dT%H)" '
    { last = $0 }
    substr($0, start + 1, 13) <= hour { good = $0 }
    END { if (good != "") print good; else if (last != "") print last }'
}
list_made() {
  case $by in
    sanoid*) zfs list -H -p -d 1 -t snapshot -o name,creation "$mount_source" ;;
    *) "${by%% *}" -c "${by#* }" --format=raw list snapshots ;;
  esac
}
for job do
  state=${job%% *}; rest=${job#* }; id=${rest%% *}; rest=${rest#* }; volume=${rest%% *}; rest=${rest#* }
  root=${rest%%"$tab"*}; target=${rest#*"$tab"}; by=
  case $target in *"$tab"*) by=${target#*"$tab"}; target=${target%%"$tab"*} ;; esac
  printf 'job\t%s\n' "$id"
  if [ -d "$state/runs" ]; then
    ls "$state/runs" >/dev/null || exit 1
    newest=; ended=
    for record in "$state/runs/$id".*.json; do
      [ -f "$record" ] || continue
      newest=$record
    done
    # One look at up to 200 records: a program for each would take longer than the whole survey.
    if [ -n "$newest" ]; then
      newest=$(printf '%s\n' "$state/runs/$id".*.json | newest_of "$state/runs/$id.")
      ended=$(grep -L '"result":"running"' "$state/runs/$id".*.json | newest_of "$state/runs/$id.")
    fi
    if [ "$newest" != "$ended" ] && ! held "$state/lock/$id"; then
      printf 'ended\t'; head -n 1 "$newest" | sed 'INTERRUPTED'
    else
      if [ -n "$ended" ]; then printf 'ended\t'; head -n 1 "$ended"; fi
      if [ -n "$newest" ]; then printf 'newest\t'; head -n 1 "$newest"; fi
    fi
    moved='s/.*"result":"ok".*"started":\([0-9]*\).*"bytes":\([0-9]*\).*'"/moved$tab\\1$tab\\2/p"
    [ -z "$ended" ] || sed -n "$moved" "$state/runs/$id".*.json
  fi
  # A bare mount point may hold what looks like a copy: without the right volume nothing is known of the points.
  mounted=unmounted
  if find_mount "$root"; then
    mounted_id_is "$root" "$volume"
    case $? in 0) mounted=right ;; 1) mounted=wrong-volume ;; *) mounted=unread ;; esac
  fi
  if [ "$mounted" = right ] && [ -n "$by" ] && [ -e "$target/points" ]; then
    if made=$(list_made); then
      [ -z "$made" ] || printf '%s\n' "$made" | sed 's/^/made\t/'
    else mounted=unlisted; fi
  elif [ "$mounted" = right ] && on_zfs "$target"; then
    # Its own word counts: what is encrypted, and has no key here, shows none of its points as a folder.
    dataset_of "$target"
    case $? in
      0) if points=$(zfs_names); then printf '%s\n' "$points" | sed 's/^/point\t/'; else mounted=unread; fi ;;
      1) ;;
      *) mounted=unread ;;
    esac
  elif [ "$mounted" = right ] && [ -e "$target/points" ]; then
    if points=$(ls "$target/points"); then
      printf '%s\n' "$points" | sed 's/^/point\t/'
    else mounted=missing; fi
  fi
  if [ "$mounted" = right ]; then room "$root"; fi
  printf 'volume\t%s\n' "$mounted"
done
printf 'complete\n'"""
).replace("INTERRUPTED", INTERRUPTED)

_MOVED = re.compile(r"[0-9]{1,12}\t[0-9]{1,18}")


@dataclass(frozen=True)
class Standing:
    """One copy as one system keeps it. `unknown` says why nothing is known, "" when it was read."""

    route: Route
    last: Record | None
    running: Record | None
    points: tuple[str, ...]
    unknown: str = ""
    room: Room | None = None  # of its volume, where that is mounted
    moved: tuple[tuple[int, int], ...] = ()  # when its runs began (epoch seconds), and the bytes that each brought
    made: Mapping[str, str] = field(default_factory=dict)  # points of another program: where each lies

    def path_of(self, point: str) -> str:
        """Where a restore point lies on its machine."""
        return self.made.get(point, f"{self.route.target}/points/{point}")

    @property
    def newest(self) -> str:
        """The newest complete restore point, "" when there is none."""
        return self.points[-1] if self.points else ""

    def age(self, now: float) -> float | None:
        """Seconds since the source of the newest restore point was read; None without one."""
        moments = [moment.timestamp() for point in self.points if (moment := point_time(point))]
        past = [moment for moment in moments if moment <= now + AHEAD]
        if moments:
            return max(0, now - past[-1]) if past else None
        if self.mirrored and self.last and self.last.started and self.last.started <= now + AHEAD:
            return max(0, now - self.last.started)
        return None

    @property
    def mirrored(self) -> bool:
        """True for a mirror or a clone whose last run was good: it holds what that run read."""
        return self.route.copy.mode != "versioned" and self.last is not None and self.last.result == "ok"

    def ahead(self, now: float) -> tuple[str, ...]:
        """Points whose date lies in the future."""
        return tuple(point for point in self.points if (when := point_time(point)) and when.timestamp() > now + AHEAD)

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
    root = f"{route.volume.ids[route.writer.name]} {route.target_root}"
    made = f"\t{route.copy.by} {tool_configuration(route)}" if route.copy.by != "own" else ""
    return Probe(
        script=_SCRIPT,
        args=(f"{state(route.studio, route.writer.os)} {route.id} {root}\t{route.target}{made}",),
        touches=True,
    )


def standings(routes: Iterable[Route], systems: Mapping[str, Sighting]) -> list[Standing]:
    """One for each route, whatever its system answered."""
    return [_standing(route, systems.get(route.writer.full_name)) for route in routes]


def observations(standings: Iterable[Standing], now: int) -> list[Observation]:
    """What was seen of each copy that could be read, to be remembered."""
    return [
        Observation(
            copy=standing.route.copy.full_name,
            at=now,
            points=standing.points,
            state=standing.last.started if standing.last and standing.mirrored else None,
        )
        for standing in standings
        if not standing.unknown
    ]


def _standing(route: Route, sighting: Sighting | None) -> Standing:
    if not route.readers:
        return Standing(route, None, None, (), "no job: its source is not set up yet")
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
    section = _sections(answer.out).get(route.id)
    if answer.exit or not answer.out.endswith("complete\n") or section is None:
        return Standing(route, None, None, (), answer.err.strip() or "the listing ended early")
    lines = [line.partition("\t") for line in section.splitlines()]
    mounted = next((rest for word, _, rest in lines if word == "volume"), "unread")
    told = (rest for word, _, rest in lines if word == "made")
    made = made_points(route.copy.by, told, f"{route.target}/points")
    points = sorted([*made, *(rest for word, _, rest in lines if word == "point" and point_time(rest))])
    ended = next((parse_record(rest) for word, _, rest in lines if word == "ended"), None)
    newest = next((parse_record(rest) for word, _, rest in lines if word == "newest"), None)
    running = newest if newest is not None and newest.result == "running" else None
    if mounted != "right":
        word = "tool-listing" if mounted == "unlisted" else f"target-{mounted}"
        return Standing(route, ended, running, (), SENTENCES.get(word, mounted))
    room = next((room_of(rest) for word, _, rest in lines if word == "room"), None)
    moved = (tuple(map(int, rest.split("\t"))) for word, _, rest in lines if word == "moved" and _MOVED.fullmatch(rest))
    return Standing(
        route, ended, running, tuple(points), room=room, moved=tuple((at, size) for at, size in moved), made=made
    )


def volumes(found: Iterable[Standing]) -> dict[str, tuple[Room, tuple[Standing, ...]]]:
    """The mounted volumes that copies lie on, by full name: their room, and the copies."""
    result: dict[str, tuple[Room, tuple[Standing, ...]]] = {}
    for standing in found:
        if standing.room is not None:
            name = standing.route.volume.full_name
            room, others = result.get(name, (standing.room, ()))
            result[name] = (room, (*others, standing))
    return result


@lru_cache(maxsize=32)
def _sections(output: str) -> dict[str, str]:
    """What was said of each job, by its id: one answer speaks of every job of its system."""
    parts = re.split(r"^job\t(.*)\n", output, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))
