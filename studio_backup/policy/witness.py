"""What the record says of copies that no job answers for: made, away, where the drive is, proven by a restore."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from studio_backup.facts import AHEAD, Custody, Fact
from studio_backup.policy.custody import out_of_sight
from studio_backup.policy.due import Known, day
from studio_backup.policy.holding import Holding
from studio_backup.policy.live import Sight
from studio_backup.policy.recovery import DRILLED_FOR, Pace
from studio_backup.spec.duration import format_duration, rounded
from studio_backup.spec.model import Copy, Dataset, Studio
from studio_backup.spec.outside import Attestation, Drive, External
from studio_backup.spec.rules import Policy
from studio_backup.spec.tools import RULE, TOOLS


def sights_beyond(
    studio: Studio, dataset: Dataset, seen: Mapping[str, Sight], known: Known, now: float
) -> dict[str, Sight]:
    """What was seen, with what was noted of copies by other products and of drives that are away."""
    found = dict(seen)
    for external in dataset.external.values():
        found[external.name] = _made(external, known, now)
    for copy in dataset.copies.values():
        on = studio.machines[copy.machine].volumes[copy.volume].on
        sight = found.get(copy.name)
        if on in studio.drives and (sight is None or sight.fresh is None):
            found[copy.name] = _away(copy, known, now)
    return found


def _made(external: External, known: Known, now: float) -> Sight:
    """By the newest word on when it was made; a word that has run out is none."""
    if external.level == RULE:
        return Sight(None, f"nobody can know of {TOOLS[external.tool].title}")
    said = _said(known, f"copy:{external.full_name}", "made", now)
    if said is None:
        return Sight(None, "nobody has said of late that it was made")
    return _aged(now - said.at, external.max_age, "made")


def _away(copy: Copy, known: Known, now: float) -> Sight:
    """A drive that is away is no error: its newest point is as old as it is."""
    look = (known.looks or {}).get(copy.full_name)
    newest = look.newest_by(now) if look is not None else None
    if newest is None:
        return Sight(None, "its drive is away, and nothing was ever seen on it")
    limit = copy.max_age if copy.max_age is not None else copy.every.max_age()
    return _aged(max(0, now - newest), limit, "away; its newest point is from")


def _aged(age: float, limit: int, words: str) -> Sight:
    return Sight(age <= limit, f"{words} {rounded(age)} ago, its limit is {format_duration(limit)}")


def _said(known: Known, subject: str, what: str, now: float) -> Fact | None:
    """The newest word on it that still holds."""
    held = (fact for fact in known.facts if (fact.subject, fact.what) == (subject, what) and fact.holds(now))
    return max(held, key=lambda fact: fact.at, default=None)


def unsure_of(
    studio: Studio, holdings: list[Holding], policy: Policy | None, known: Known, now: float
) -> dict[str, str]:
    """Copies of which nobody can tell, whatever was seen on them: name -> why."""
    lost = out_of_sight(studio, known.custody or {}, now)
    found = (
        (one.name, why)
        for one in holdings
        if not one.is_original
        for why in _why(studio, one, policy, known, lost, now)
    )
    return dict(reversed(list(found)))  # the first reason of each


def _why(
    studio: Studio, held: Holding, policy: Policy | None, known: Known, lost: Mapping[str, str], now: float
) -> Iterator[str]:
    if held.drive:
        yield from _where(studio, held, known.custody or {}, lost)
        if studio.drives[held.drive].medium == "tape" and (word := _reader(held.drive, held, known, now)):
            yield word
        if word := _past_its_life(studio.drives[held.drive], known, now):
            yield word
    if held.account and (word := _factor(held.account, studio.accounts[held.account].mfa, known, now)):
        yield word
    yield from _proof(held, policy, known, now)


def _where(studio: Studio, held: Holding, custody: Mapping[str, Custody], lost: Mapping[str, str]) -> Iterator[str]:
    if held.drive in lost:
        yield lost[held.drive]
    site = studio.sites.get(held.site)
    if site is not None and site.kind == "client" and held.drive not in custody:
        yield f"nobody has said that {site.name} has it (studio-backup move {held.drive} --to {site.name})"


def _reader(drive: str, held: Holding, known: Known, now: float) -> str:
    """That the named drive still works: somebody's word, or a restore from the tape."""
    made = held.copy or held.external
    restored = made is not None and any(now - at <= DRILLED_FOR for at in _drilled(made, known, now))
    if restored or _said(known, f"drive:{drive}", "readable", now):
        return ""
    return f"nobody has said of late that {drive} can be read"


def _past_its_life(drive: Drive, known: Known, now: float) -> str:
    """Discs are believed until their day, and after it while somebody says that they can still be read."""
    if drive.refresh_by is None or now < day(drive.refresh_by) or _said(known, drive.full_name, "readable", now):
        return ""
    return f"{drive.name} was to be written anew by {drive.refresh_by}"


def _factor(name: str, written: Attestation | None, known: Known, now: float) -> str:
    """Whoever knows a password must not be able to erase a copy: that is asked for again and again."""
    if _said(known, f"account:{name}", "mfa", now) or (written is not None and now < day(written.until)):
        return ""
    return f"nobody has said of late that {name} asks for a second factor"


def _proof(held: Holding, policy: Policy | None, known: Known, now: float) -> Iterator[str]:
    """A restore within the policy's time; what only its own program can read needs one in any case."""
    tool = TOOLS[held.external.tool] if held.external else None
    own = tool is not None and tool.restorer != "" and tool.restorer != "restic"
    limit = policy.drill if policy is not None else None
    made = held.copy or held.external
    if made is None or (limit is None and not own):
        return
    moments = _drilled(made, known, now)
    said = _said(known, f"copy:{made.full_name}", "restored", now)
    moments += [said.at] if said is not None else []
    if not moments:
        yield (
            f"unproven: only {tool.restorer} reads it, and nobody did"
            if own and tool
            else "unproven: never restored from"
        )
    elif limit is not None and now - max(moments) > limit:
        yield f"unproven: not restored from for {rounded(now - max(moments))}"


def _drilled(made: Copy | External, known: Known, now: float) -> list[int]:
    """When it was restored from."""
    return [
        at
        for at, drill in known.drills
        if (drill.dataset, drill.copy) == (made.dataset, made.name) and at <= now + AHEAD
    ]


def restore_time(dataset: Dataset, known: Known, now: float) -> dict[str, float]:
    """Seconds that a whole restore takes from each copy that was drilled."""
    pace = Pace.drilled(known.drills, dataset.full_name, now, size=dataset.size)
    times = {name: pace.back_in(name) for name in (*dataset.copies, *dataset.external)}
    return {name: seconds for name, seconds in times.items() if seconds is not None}
