"""A studio played forward, as a screen of 80 columns and as a JSON document: only days on which something is new."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from studio_backup.policy import Outcome
from studio_backup.policy.played import Day, Happening, Held, Played, Setting
from studio_backup.report.text import Paint, age, brief, columns, count, wrapped

_INDENT = 10


def screen(all_played: Sequence[Played], setting: Setting, paint: Paint) -> list[str]:
    """For every dataset its days with news, then how its copies stood at the end."""
    lines: list[str] = []
    for played in all_played:
        lines += [""] if lines else []
        lines.append(paint(played.dataset.full_name, "bold"))
        lines += _news(played, setting, paint)
        lines += [
            f"  {line}" for line in columns([("COPY", "POINTS", "NEWEST", "RUNS", "MISSED", "AWAY"), *_end(played)])
        ]
    ran = sum(held.ran for played in all_played for held in played.held)
    missed = sum(held.missed for played in all_played for held in played.held)
    fatal = sum(not outcome.left for played in all_played for _, outcome in played.outcomes)
    told = f"{count(setting.days, 'day')} from {setting.start:%Y-%m-%d}, {count(ran, 'run')}, {missed} missed"
    told += f" (seed {setting.seed})" if missed else ""
    told += f"; {count(fatal, 'event')} left nothing" if fatal else ""
    return [*lines, "", *wrapped(f"{told}.", 0), "Next: studio-backup what-if"]


def _news(played: Played, setting: Setting, paint: Paint) -> Iterator[str]:
    before: Day | None = None
    for day in played.days:
        for when, outcome in played.outcomes:
            if _day_of(setting, when.at) == day.number:
                yield from _said(day.number, f"{when.at:%H:%M} {when.event.words}: {_left(outcome)}", paint, "bad")
        for text in [*_copies(played, day, before), *_still(played, setting, day, before)]:
            yield from _said(day.number, text, paint, "")
        before = day


def _said(number: int, text: str, paint: Paint, colour: str) -> list[str]:
    first, *rest = wrapped(text, _INDENT, 0)
    return [paint(line, colour) for line in (f"  day {number:<4}{first[_INDENT:]}", *rest)]


def _left(outcome: Outcome) -> str:
    if not outcome.left:
        return "nothing is left"
    return "left: " + ", ".join(
        f"{one.holding.name} ({f'{age(one.lost)} of work lost' if one.lost else 'no work lost'})"
        for one in outcome.left
    )


def _copies(played: Played, day: Day, before: Day | None) -> Iterator[str]:
    """First points, copies that became late, and those that are fresh again."""
    for held in played.held:
        name, limit = held.holding.name, held.limit
        now, was = day.ages[name], before.ages[name] if before else None
        if now is not None and was is None:
            yield f"{name}: its first restore point"
        elif name not in day.gone and now is not None and was is not None and (now > limit) != (was > limit):
            yield f"{name}: late, its newest point is {brief(now)} old" if now > limit else f"{name}: fresh again"


def _still(played: Played, setting: Setting, day: Day, before: Day | None) -> Iterator[str]:
    """What there is still of the time before something went wrong, where that is less than the day before."""
    was = dict(played.outcomes) | (dict(before.left) if before else {})
    for happening, outcome in day.left:
        number = _day_of(setting, happening.at)
        gone = [name for name in was[happening].names if name not in outcome.names]
        if gone:
            left = f"still in {', '.join(outcome.names)}" if outcome.names else "it is lost"
            yield f"{', '.join(gone)}: nothing of before day {number} any more; {left}"
        elif outcome.lost is not None and outcome.lost != was[happening].lost:
            yield f"{outcome.names[0]}: has most of before day {number} now, {age(outcome.lost)} of work is lost"


def _day_of(setting: Setting, when: datetime) -> int:
    return (when - setting.start) // timedelta(days=1) + 1


def _end(played: Played) -> list[tuple[str, ...]]:
    last = played.days[-1]
    return [_row(held, last) for held in played.held]


def _row(held: Held, last: Day) -> tuple[str, ...]:
    name = held.holding.name
    old = last.ages[name]
    newest = "gone" if name in last.gone else "–" if old is None else brief(old)
    return name, str(last.points[name]), newest, str(held.ran), str(held.missed), str(held.away)


def document(studio: str, all_played: Sequence[Played], setting: Setting) -> dict[str, object]:
    """The JSON of `simulate`: every day; moments in epoch seconds, ages and losses in seconds."""
    return {
        "version": 1,
        "studio": studio,
        "start": int(setting.start.timestamp()),
        "days": setting.days,
        "seed": setting.seed,
        "missed": setting.missed,
        "datasets": [
            {
                "dataset": played.dataset.full_name,
                "events": [_event(when, outcome) for when, outcome in played.outcomes],
                "days": [_day(day) for day in played.days],
            }
            for played in all_played
        ],
    }


def _event(happening: Happening, outcome: Outcome) -> dict[str, object]:
    return {
        "event": str(happening.event),
        "at": int(happening.at.timestamp()),
        "left": [{"name": one.holding.name, "lost": int(one.lost)} for one in outcome.left],
    }


def _day(day: Day) -> dict[str, object]:
    return {
        "day": day.number,
        "copies": [
            {
                "name": name,
                "points": day.points[name],
                "age": None if (old := day.ages[name]) is None else int(old),
                "missed": day.missed[name],
            }
            for name in day.points
        ],
        "gone": sorted(day.gone),
        "left": [_event(happening, outcome) for happening, outcome in day.left],
    }
