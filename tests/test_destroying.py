"""What destroys is named first: planned and shown with what is lost, held back unnamed with all that rests on it."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import pytest

from studio_backup.agreed import lacking
from studio_backup.apply import carry_out
from studio_backup.cli.naming import check_names, feasible_of
from studio_backup.cli.settings import Settings
from studio_backup.diff import Absent, Change, Present, Seen, compare
from studio_backup.engine import Engine
from studio_backup.errors import Refused
from studio_backup.looking import Scope
from studio_backup.manifest import Entry
from studio_backup.plan import Plan, make
from studio_backup.probe import Probe, Reply
from studio_backup.report import plan as report
from studio_backup.report.plan_json import steps
from studio_backup.report.text import Paint
from studio_backup.resource import After, Derived, Resource, Watched, fixed, guarded, learned, managed, watched
from studio_backup.script import build, calls_of
from studio_backup.source import Place
from studio_backup.step import Outcome, Risk, Step, Task
from studio_backup.steps import destroying, steps_of
from studio_backup.survey import Answered, Survey, survey_of
from tests.values import NAS, PLACE, STUDIO, by_address, entry_of, survey
from tests.values import answered as answered_with

POOL, TOP = f"{NAS}/pool/tank", f"{NAS}/top/tank"


@dataclass(frozen=True, kw_only=True)
class Toy(Watched):
    """What every kind of these tests has in common: it asks nothing, since its seen values are given."""

    summary: ClassVar[str] = "for tests"
    recorded: ClassVar[bool] = True

    def probe(self) -> Probe:
        return Probe(script=f"# {self.kind}", args=(self.name,))

    def parse(self, reply: Reply) -> Self | None:
        raise AssertionError(reply)

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        return cls(system=system, name=name, place=place)


@dataclass(frozen=True, kw_only=True)
class Bay(Toy):
    """A disk: watched, and it tells what is on it."""

    kind: ClassVar[str] = "bay"
    recorded: ClassVar[bool] = False
    blocks: ClassVar[bool] = True
    present: str = watched("yes")
    content: str | None = watched(None)


@dataclass(frozen=True, kw_only=True)
class Pool(Toy):
    """An array: its level is fixed, its members guarded, its label managed."""

    kind: ClassVar[str] = "pool"
    adoptable: ClassVar[bool] = True
    destroys: ClassVar[bool] = True
    level: str = fixed("raid1")
    members: tuple[str, ...] = guarded(("one", "two"))
    label: str = managed("tank")
    content: str | None = watched(None)
    found: str | Derived = learned()

    def _names(self) -> tuple[str, ...]:
        return (self.address,) if self.found == "blank" else (self.address, f"{self.address}#one")

    def create(self) -> tuple[Step, ...]:
        lost = (f"one: {self.found}",)
        return (Step(title="join", script="join", risk=Risk.DESTROYS, names=self._names(), stakes=lost),)

    def update(self, seen: Self, fields: frozenset[str]) -> tuple[Step, ...]:
        if "members" in fields and len(seen.members) != len(self.members):
            return ()
        risk = Risk.DESTROYS if "members" in fields else Risk.SAFE
        return (Step(title="mend", script="mend", risk=risk, names=self._names() if risk == Risk.DESTROYS else ()),)

    def hindrance(self) -> tuple[str, str] | None:
        return ("one is mounted at /srv/x", "unmount it") if self.found == "mounted" else None


@dataclass(frozen=True, kw_only=True)
class Top(Toy):
    """A file system on the array: what it overwrites is known once that stands."""

    kind: ClassVar[str] = "top"
    destroys: ClassVar[bool] = True
    type: str = fixed("ext4")
    found: str | Derived = learned()

    def create(self) -> tuple[Step, ...]:
        names = (self.address,) if self.found == "blank" else (self.address, f"{self.address}#tank")
        return (
            Step(title="format", script="format", risk=Risk.DESTROYS, names=names, stakes=(f"tank: {self.found}",)),
        )


BAY = Bay(system=NAS, name="one", place=PLACE)
WANTED_POOL = Pool(system=NAS, name="tank", place=PLACE, requires=(BAY.address,),
                   found=Derived((After(BAY.address, "content"),)))  # fmt: skip
WANTED_TOP = Top(system=NAS, name="tank", place=PLACE, requires=(POOL,), found=Derived((After(POOL, "content"),)))
WANTED = by_address(BAY, WANTED_POOL, WANTED_TOP)


def seen_as(seen: dict[str, Seen], entries: Collection[Entry] = ()) -> Survey:
    """A survey of the NAS in which these things were seen like this."""
    base = answered_with(entries=entries)
    return survey_of({NAS: Answered(base.answers, seen)})


def bay(content: str | None = "blank", present: str = "yes") -> Present:
    return Present(dataclasses.replace(BAY, content=content, present=present))


def plan_of(seen: dict[str, Seen], entries: Collection[Entry] = (), wanted: dict[str, Resource] = WANTED) -> Plan:
    return make(STUDIO, wanted, seen_as(seen, entries), lambda _: True, True)


def change_of(plan: Plan, address: str) -> Change:
    return next(change for change in plan.changes if change.address == address)


NOTHING: dict[str, Seen] = {BAY.address: bay(), POOL: Absent(), TOP: Absent()}


def test_making_on_blank_disks_asks_for_the_address_and_the_next_wave_for_its_own() -> None:
    plan = plan_of(NOTHING)
    assert destroying(change_of(plan, POOL)) == (POOL,)
    assert steps_of(change_of(plan, TOP)) == ()
    assert destroying(change_of(plan, TOP)) == (TOP,)
    assert (plan.waves[POOL], plan.waves[TOP]) == (1, 2)


def test_what_stands_on_a_member_is_shown_and_asks_for_the_member_too() -> None:
    plan = plan_of({**NOTHING, BAY.address: bay("ext4 'takes'")})
    assert destroying(change_of(plan, POOL)) == (POOL, f"{POOL}#one")
    screen = "\n".join(report.screen(plan, Paint(False), 0, {}))
    assert "destroys one: ext4 'takes'" in screen
    assert f"--allow-destroy {POOL}#one" in screen
    risks = {step["address"]: (step["risk"], step["names"], step["title"]) for step in steps(plan)}
    assert risks[POOL] == ("destroys", [POOL, f"{POOL}#one"], "join")
    assert risks[TOP] == ("destroys", [TOP], f"known after {POOL}")


@pytest.mark.parametrize("seen", [bay(present="no"), bay(content=None)])
def test_without_knowing_what_is_on_a_member_nothing_is_planned(seen: Present) -> None:
    plan = plan_of({**NOTHING, BAY.address: seen})
    assert change_of(plan, POOL).verb == "deferred"
    assert change_of(plan, TOP).verb == "deferred"
    assert plan.acting() == []


def test_a_disk_in_use_is_a_conflict_with_the_way_out() -> None:
    change = change_of(plan_of({**NOTHING, BAY.address: bay("mounted")}), POOL)
    assert (change.verb, change.reason, change.fix) == ("conflict", "one is mounted at /srv/x", "unmount it")


def pool(**more: object) -> Present:
    return Present(dataclasses.replace(WANTED_POOL, **{"content": "blank", "found": "", **more}))  # type: ignore[arg-type]


def test_an_array_that_stands_and_is_equal_is_adopted_and_left_alone() -> None:
    change = change_of(plan_of({**NOTHING, POOL: pool()}), POOL)
    assert (change.verb, change.reason) == ("ok", "adopted")
    screen = "\n".join(report.screen(plan_of({**NOTHING, POOL: pool()}), Paint(False), 0, {}))
    assert "adopted" in screen


@pytest.mark.parametrize("ours", [True, False])
def test_a_managed_field_is_changed_on_an_adopted_one_too(ours: bool) -> None:
    entries = [entry_of(WANTED_POOL)] if ours else []
    change = change_of(plan_of({**NOTHING, POOL: pool(label="old")}, entries), POOL)
    assert (change.verb, destroying(change)) == ("update", ())


def test_a_guarded_field_asks_for_its_name_where_it_can_be_mended() -> None:
    change = change_of(plan_of({**NOTHING, POOL: pool(members=("one", "old"))}), POOL)
    assert (change.verb, destroying(change)) == ("update", (POOL,))


@pytest.mark.parametrize("more", [{"members": ("one",)}, {"level": "raid0"}, {"level": "raid0", "label": "old"}])
def test_what_cannot_be_changed_in_place_is_a_conflict_and_no_step(more: dict[str, object]) -> None:
    change = change_of(plan_of({**NOTHING, POOL: pool(**more)}), POOL)
    assert change.verb == "conflict"
    assert steps_of(change) == ()
    assert next(iter(more)) in change.reason


def test_a_learned_text_is_no_difference_and_not_in_the_digest() -> None:
    one = dataclasses.replace(WANTED_POOL, found="blank")
    other = dataclasses.replace(WANTED_POOL, found="ext4")
    assert one.digest() == other.digest()
    assert compare(one, pool(found="xfs"), entry_of(one), "", {}).verb == "ok"


def test_steps_that_destroy_are_never_joined_and_say_first_what_is_lost() -> None:
    destroys = Step(title="a", script="x", args=("1",), risk=Risk.DESTROYS, stakes=("one: 'takes'",))
    tasks = [Task(address=name, steps=(destroys,), entry_path=f"/x/{name}", entry="e\n") for name in ("a", "b")]
    assert len(calls_of(tasks)) == 2
    script = build(tasks, "token")
    assert script.index("one: ") < script.index("\nx\n")
    safe = dataclasses.replace(destroys, risk=Risk.SAFE, stakes=())
    assert len(calls_of([dataclasses.replace(task, steps=(safe,)) for task in tasks])) == 1


class Deaf(Engine):
    """Carries out what it is told, and shows what was seen after each wave."""

    def __init__(self, surveys: Sequence[Survey]) -> None:
        super().__init__(lambda *_: pytest.fail("connected"))
        self.surveys = list(surveys)
        self.told: list[list[str]] = []

    def carry_out(self, tasks: object, who: str = "") -> dict[str, Outcome | None]:
        del who
        assert isinstance(tasks, dict)
        done = [task.address for found in tasks.values() for task in found]
        self.told.append(done)
        return {address: Outcome(0, "") for address in done}

    def read_again(self, wanted: object) -> Survey:
        del wanted
        return self.surveys.pop(0)


SCOPE = Scope(STUDIO, WANTED, [], lambda _: True, frozenset(), True)


def applied_with(
    allowed: Collection[str], surveys: Sequence[Survey]
) -> tuple[list[list[str]], dict[str, tuple[str, ...]]]:
    engine = Deaf(surveys)
    first = seen_as(NOTHING)
    applied = carry_out(engine, SCOPE, first, plan_of(NOTHING), lambda _: None, allowed=allowed)
    return engine.told, applied.held


JOINED: dict[str, Seen] = {**NOTHING, POOL: pool()}
DONE: dict[str, Seen] = {**JOINED, TOP: Present(dataclasses.replace(WANTED_TOP, found=""))}
OURS = [entry_of(WANTED_POOL), entry_of(WANTED_TOP)]


def test_named_waves_follow_one_another_in_one_apply() -> None:
    told, held = applied_with([POOL, TOP], [seen_as(JOINED, OURS[:1]), seen_as(DONE, OURS)])
    assert told == [[POOL], [TOP]]
    assert held == {}


def test_unnamed_it_is_held_back_and_so_is_what_rests_on_it() -> None:
    assert applied_with([], []) == ([], {POOL: (POOL,), TOP: (TOP,)})
    told, held = applied_with([TOP], [])
    assert (told, held) == ([], {POOL: (POOL,)})
    told, held = applied_with([POOL], [seen_as(JOINED, OURS[:1])])
    assert (told, held) == ([[POOL]], {TOP: (TOP,)})


def test_what_only_shows_in_a_later_wave_has_to_be_named_then() -> None:
    old = {**JOINED, POOL: pool(content="xfs 'old'")}
    told, held = applied_with([POOL, TOP], [seen_as(old, OURS[:1])])
    assert (told, held) == ([[POOL]], {TOP: (f"{TOP}#tank",)})


def test_a_name_that_nothing_asks_for_is_refused_with_the_near_one() -> None:
    plan = plan_of(NOTHING)
    check_names(plan, [], [POOL, f"{POOL}#one", TOP])
    with pytest.raises(Refused) as refused:
        check_names(plan, [], [f"{NAS}/pool/tonk"])
    assert POOL in refused.value.fix


def test_with_nothing_named_and_nothing_else_to_do_the_command_to_type_is_shown() -> None:
    settings = Settings()
    with pytest.raises(Refused) as refused:
        feasible_of(settings, plan_of(NOTHING), [])
    assert refused.value.exit_code == 5
    assert refused.value.fix == f"studio-backup apply --allow-destroy {POOL} --allow-destroy {TOP}"
    assert [change.address for change in feasible_of(settings, plan_of(NOTHING), [POOL])] == [POOL]
    assert lacking(change_of(plan_of(NOTHING), POOL), [POOL]) == ()


def test_a_sleeping_or_absent_system_asks_for_nothing() -> None:
    plan = make(STUDIO, WANTED, survey(), lambda _: True, True)
    assert all(destroying(change) == () for change in plan.changes)
