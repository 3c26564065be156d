"""Copies that would leave their machine although a policy still needs them: judged from what a plan removes."""

from __future__ import annotations

import dataclasses
import json
import shlex
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from studio_backup.compile import routes
from studio_backup.diff import Change, Present
from studio_backup.paths import LAYOUTS, below, configuration, label_prefix, unit_prefix
from studio_backup.policy import Verdict, judge
from studio_backup.policy.judging import fatal_events
from studio_backup.policy.verdict import NONE, OK
from studio_backup.resources.file import File
from studio_backup.resources.launchd_job import LaunchdJob
from studio_backup.resources.scheduled_task import ScheduledTask
from studio_backup.resources.systemd_unit import SystemdUnit
from studio_backup.resources.windows_file import WindowsFile
from studio_backup.spec.model import Copy, Dataset, Studio
from studio_backup.spec.retention import Retention
from studio_backup.spec.schedule import Schedule

_RULES = ("last", "hourly", "daily", "weekly", "monthly", "yearly")


@dataclass(frozen=True)
class Parting:
    """A copy, MACHINE/DATASET/COPY, that would leave `system`; `after`: the verdict on its dataset without it."""

    copy: str
    system: str
    after: Verdict


def partings(studio: Studio, changes: Iterable[Change], today: str = "") -> list[Parting]:
    """Every copy without which the design of a dataset is farther from its policy than it was.

    What a copy was is read from its job's own configuration on the machine, since the spec has it no longer. One whose
    configuration could not be read, or was edited, is taken for needed wherever the policy is not met without it. One
    that the spec still has, and that nobody makes any more, leaves as well.
    """
    wanted = {(route.writer.full_name, route.copy.full_name) for route in routes(studio)}
    leaving = _leaving(studio, list(changes), wanted)
    found: list[Parting] = []
    made = {copy for _, copy in wanted}
    for dataset in studio.datasets.values():
        here = {key: told for key, told in leaving.items() if key[1].rpartition("/")[0] == dataset.full_name}
        after = judge(studio, _as_made(dataset, made), today=today) if here else None
        if after is None or after.word in (OK, NONE):
            continue
        found += [Parting(copy, system, after) for system, copy in _needed(studio, dataset, here, made, today)]
    return found


def _as_made(dataset: Dataset, made: Collection[str], more: Iterable[Copy] = ()) -> Dataset:
    """The dataset with the copies alone that some system makes, all the way from the original, and `more` of them."""
    copies = {name: one for name, one in dataset.copies.items() if one.full_name in made}
    while starved := [name for name, one in copies.items() if one.source_copy and one.source_copy not in copies]:
        for name in starved:
            del copies[name]
    for one in more:  # fed by one that leaves or left: as old as if it were fed by the original
        fed = one.source_copy if one.source_copy in copies else None
        copies.setdefault(one.name, dataclasses.replace(one, source_copy=fed))
    return dataclasses.replace(dataset, copies=copies)


#: (MACHINE/SYSTEM, MACHINE/DATASET/COPY) of a copy that leaves -> what its job says of it, None where nobody knows.
_Leaving = Mapping[tuple[str, str], Mapping[str, str] | None]


def _needed(
    studio: Studio, dataset: Dataset, leaving: _Leaving, made: Collection[str], today: str
) -> list[tuple[str, str]]:
    known = {key: copy for key, told in leaving.items() if (copy := _rebuilt(studio, dataset, key[1], told, made))}
    if len(known) < len(leaving):
        return list(leaving)

    def lacking(copies: Iterable[Copy]) -> Counter[str]:
        back = list(copies)
        before = _as_made(dataset, {*made, *(one.full_name for one in back)}, back)
        return _lacking(judge(studio, before, today=today))

    best = lacking(known.values())
    if lacking(()) <= best:
        return []
    # Where each alone could be spared and all together not, none of them may go unnamed.
    return [key for key in known if not lacking(one for other, one in known.items() if other != key) <= best] or list(
        known
    )


def _lacking(verdict: Verdict) -> Counter[str]:
    """How much of each rule of its policy is not met; of one that has no number, whether it is."""
    policy, found = verdict.policy, Counter(finding.rule for finding in verdict.findings)
    if policy is not None:
        asked = ((policy.copies, verdict.counted, "copies"), (policy.offsite, verdict.offsite, "off-site"),
                 (policy.local, verdict.local, "local"), (policy.media, verdict.media, "media"),
                 (policy.offline, verdict.offline, "offline"))  # fmt: skip
        found |= Counter({rule: number - len(there) for number, there, rule in asked})
        # Whether anything leaves nothing is only said where nothing else lacks.
        found |= Counter({"survival": int(bool(fatal_events(verdict.there)))})
    return found


def _leaving(
    studio: Studio, changes: list[Change], wanted: Collection[tuple[str, str]]
) -> dict[tuple[str, str], Mapping[str, str] | None]:
    """The jobs of which something would be removed, by what they are; those that are wanted are none of them."""
    told = {
        (change.resource.system, name): _told(change.seen.value)
        for change in changes
        if isinstance(change.seen, Present) and isinstance(change.seen.value, File | WindowsFile) and not change.kept
        if (name := _copy_of(studio.name, change))
    }
    gone = {
        (change.resource.system, name): None
        for change in changes
        if change.verb == "remove" and not change.kept and isinstance(change.seen, Present)
        if (name := _copy_of(studio.name, change))
    }
    # Who sends to a share makes no copy: whether one leaves, the system says that keeps it.
    return {key: told.get(key) for key in gone if key not in wanted and (told.get(key) or {}).get("kind") != "push"}


def _copy_of(studio: str, change: Change) -> str:
    """MACHINE/DATASET/COPY of a job's unit or configuration; "" for anything else."""
    kind, name = change.resource.kind, change.resource.name
    if kind == LaunchdJob.kind and name.startswith(label_prefix(studio)):
        job = name.removeprefix(label_prefix(studio))
    elif kind == SystemdUnit.kind and name.startswith(unit_prefix(studio)):
        job = name.removeprefix(unit_prefix(studio)).rpartition(".")[0]
    elif kind == ScheduledTask.kind and name.startswith(f"{studio}/"):
        job = name.removeprefix(f"{studio}/")
    elif kind == WindowsFile.kind and name.startswith(below(configuration(studio, "windows"), "jobs", "")):
        job = name.rpartition("\\")[2].removesuffix(".json")
    elif kind == File.kind and name.endswith(".conf") and name.rpartition("/")[0] in _folders(studio):
        job = name.rpartition("/")[2].removesuffix(".conf")
    else:
        return ""
    return job.replace("_", "/") if job.count("_") == 2 else ""


def _folders(studio: str) -> set[str]:
    """Where the configurations of jobs stand on each kind of system."""
    return {f"{configuration(studio, os)}/jobs" for os in LAYOUTS}


def _told(conf: File | WindowsFile) -> Mapping[str, str] | None:
    """What a configuration of a job says; of one on Windows, what kind of job it is; None where it is none."""
    if isinstance(conf, File):
        return _assignments(conf.text)
    try:
        values = json.loads(conf.text)
    except ValueError:
        return None
    return {"kind": str(values.get("kind"))} if isinstance(values, dict) else None


def _assignments(text: str | None) -> Mapping[str, str] | None:
    """What a configuration of a job says; None where it is none."""
    try:
        words = shlex.split(text or "", comments=True)
    except ValueError:
        return None
    return dict(word.split("=", 1) for word in words if "=" in word) or None


def _rebuilt(
    studio: Studio, dataset: Dataset, full_name: str, told: Mapping[str, str] | None, made: Collection[str]
) -> Copy | None:
    """The copy as its job made it; None where that cannot be told."""
    machine, _, volume = (told or {}).get("target_volume", "").partition("/")
    if told is None or volume not in getattr(studio.machines.get(machine), "volumes", {}):
        return None
    name = full_name.rpartition("/")[2]
    try:
        last, hourly, daily, weekly, monthly, yearly = (int(told.get(f"keep_{rule}") or 0) for rule in _RULES)
        every = Schedule("as it was", int(told.get("period") or 0), "")
    except ValueError:
        return None
    return Copy(
        name=f"{name} as it was" if full_name in made else name,
        dataset=dataset.full_name,
        machine=machine,
        volume=volume,
        path="",
        source_copy=told.get("from") or None,
        every=every,
        keep=Retention(last=last, hourly=hourly, daily=daily, weekly=weekly, monthly=monthly, yearly=yearly),
        mode=told.get("mode") or "versioned",
        engine=told.get("engine") or "rsync",
        place=dataset.place,
    )
