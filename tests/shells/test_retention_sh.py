"""Which restore points go: the awk program in every shell against a plain model, and the clock's faults."""

from __future__ import annotations

import random
import re
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from tests.shells.job_bench import JOBS, SHELLS
from tests.shells.job_running import Job

RULES = ("last", "hourly", "daily", "weekly", "monthly", "yearly")
FORM = "%Y-%m-%dT%H-%M-%SZ"


def period(rule: str, name: str) -> object:
    moment = datetime.strptime(name, FORM)
    return {
        "last": name,
        "hourly": (moment.date(), moment.hour),
        "daily": moment.date(),
        "weekly": tuple(moment.isocalendar())[:2],
        "monthly": (moment.year, moment.month),
        "yearly": moment.year,
    }[rule]


def model(names: list[str], keep: dict[str, int], hold: set[str]) -> dict[str, set[str]]:
    """Each name with the rules that keep it, said as plainly as it can be."""
    newest_first = sorted(names, reverse=True)
    kept: dict[str, set[str]] = {name: set() for name in names}
    for rule, number in keep.items():
        newest_of: dict[object, str] = {}
        for name in newest_first:
            newest_of.setdefault(period(rule, name), name)
        for name in list(newest_of.values())[:number]:
            kept[name].add(rule)
    for name in names:
        if name in hold:
            kept[name].add("hold")
        if not any(keep.values()):
            kept[name].add("no-rule")
    if newest_first:
        kept[newest_first[0]].add("newest")
    return kept


def ask(names: list[str], keep: dict[str, int], hold: set[str], awk: list[str]) -> dict[str, set[str]]:
    words = [word for rule in RULES for word in ("-v", f"{rule}={keep.get(rule, '')}")]
    done = subprocess.run(
        [*awk, *words, "-f", str(JOBS / "retention.awk")],
        input="".join(f"{name}\n" for name in sorted(names, reverse=True)),
        env={"hold": "\n".join(hold), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    answer: dict[str, set[str]] = {}
    for line in done.stdout.splitlines():
        word, name, *rules = line.split("\t")
        answer[name] = set(rules[0].split(" ")) if word == "keep" else set()
    return answer


def some_names(chance: random.Random) -> list[str]:
    """Points as a life leaves them: bursts, gaps, ends of years, leap days."""
    start = datetime(chance.choice([1999, 2020, 2023, 2024, 2026, 2100]), chance.choice([1, 2, 12]), 25, tzinfo=UTC)
    step = chance.choice([1700, 3600, 40_000, 86_400, 500_000, 9_000_000])
    moments = {start + timedelta(seconds=chance.randrange(step * 40)) for _ in range(chance.randrange(40))}
    return [moment.strftime(FORM) for moment in moments]


@pytest.mark.parametrize("awk", [["mawk"], ["busybox", "awk"]], ids=["mawk", "busybox"])
def test_awk_agrees_with_the_model(awk: list[str]) -> None:
    chance = random.Random(20261122)
    for _ in range(150):
        names = some_names(chance)
        keep = {rule: chance.choice([1, 2, 5, 30]) for rule in RULES if chance.random() < 0.4}
        hold = {name for name in names if chance.random() < 0.1}
        assert ask(names, keep, hold, awk) == model(names, keep, hold)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_run_removes_what_no_rule_keeps(job: Job, shell: str) -> None:
    job.shell = SHELLS[shell]
    job.fill(2)
    for day in range(1, 9):
        job.pretend_point(f"2020-01-{day:02}T01-00-00Z")
        job.pretend_point(f"2020-01-{day:02}T02-00-00Z")
    (job.target / "points" / "not-a-point").mkdir()
    (job.target / ".studio-backup-copy").write_text(f"northlight\t{job.values['dataset']}\ton-nas\n")
    job.set(keep_daily="3", keep_weekly="2", hold="2020-01-01T01-00-00Z\n2020-01-02T02-00-00Z")
    said = job.run("retain-preview").out
    assert "keep\t2020-01-08T02-00-00Z\tnewest daily weekly\n" in said
    outcome = job.run()
    assert outcome.code == 0, job.log()
    assert job.points() == [
        "2020-01-01T01-00-00Z",
        "2020-01-02T02-00-00Z",
        "2020-01-07T02-00-00Z",
        "2020-01-08T02-00-00Z",
        outcome["restore_point"],
        "not-a-point",
    ]
    assert not list((job.target / ".removing").glob("*")) if (job.target / ".removing").exists() else True


def test_without_a_rule_nothing_goes(job: Job) -> None:
    job.fill(2)
    assert job.run().code == 0
    job.pretend_point("2001-01-01T00-00-00Z")
    assert job.run().code == 0
    assert len(job.points()) == 3
    assert re.search(r"^keep\t2001-01-01T00-00-00Z\tno-rule$", job.run("retain-preview").out, re.MULTILINE)


def test_a_clock_an_hour_behind_makes_a_point_and_removes_nothing(job: Job) -> None:
    job.set(keep_last="1")
    job.fill(2)
    first = job.run()
    job.at(-3600)
    outcome = job.run()
    assert (outcome.code, outcome["result"], outcome["reason"]) == (0, "ok", "clock-behind")
    assert job.points() == sorted([str(first["restore_point"]), str(outcome["restore_point"])])
    job.at(3600)
    assert job.run()["reason"] is None
    assert len(job.points()) == 1


def test_a_clock_a_year_ahead_costs_no_more_than_the_rules_count(job: Job) -> None:
    job.set(keep_daily="4")
    job.fill(2)
    assert job.run().code == 0
    for day in ("01", "02", "03"):
        job.pretend_point(f"2026-01-{day}T01-00-00Z")
    job.at(366 * 86400)
    assert job.run().code == 0
    assert [name[:10] for name in job.points()][0:2] == ["2026-01-02", "2026-01-03"]
    assert len(job.points()) == 4


def test_two_runs_in_one_second_get_two_names(job: Job) -> None:
    job.fill(2)
    started = [job.run() for _ in range(3)]
    assert len({str(outcome["restore_point"]) for outcome in started}) == 3


def test_a_timer_makes_one_point_a_period_and_a_person_as_many_as_asked(job: Job) -> None:
    job.set(period="86400")
    now = datetime.now(tz=UTC)
    morning = int((now.replace(hour=1, minute=0, second=0) - now).total_seconds())
    job.fill(2)
    job.at(morning)
    first = job.run(manual=False)
    assert first["reason"] is None
    job.at(morning + 36_000)
    second = job.run(manual=False)
    assert (second.code, second["result"], second["reason"]) == (0, "ok", "period")
    assert second["restore_point"] is None
    assert job.points() == [first["restore_point"]]
    third = job.run(manual=True)
    assert job.points() == [first["restore_point"], third["restore_point"]]
    job.at(morning + 86_400)
    assert job.run(manual=False)["reason"] is None
    assert len(job.points()) == 3
