"""Who goes when: what is needed goes with the first that needs it, what serves a room with the room."""

from __future__ import annotations

import pytest

from studio_backup.diff import Absent, Change, compare
from studio_backup.errors import UsageError
from studio_backup.evidence import Pending
from studio_backup.plan import Plan
from studio_backup.resource import Resource
from studio_backup.rollout.batches import CANARY, Options, Order, arrange
from tests.values import STUDIO, file

NAS = file("program", system="nas/linux")
A_AT_NAS = file("a.conf", system="nas/linux", serves=("ws-a/sessions",))
BOTH_AT_NAS = file("both", system="nas/linux", serves=("ws-b/sessions", "ws-a/sessions"))
A = file("gate", system="ws-a/linux", requires=(NAS.address, A_AT_NAS.address))
B = file("gate", system="ws-b/linux", requires=(NAS.address,))
C = file("gate", system="ws-c/linux")
MACHINES = ("nas", "ws-a", "ws-b", "ws-c")


def change(resource: Resource) -> Change:
    return compare(resource, Absent(), None, "", {})


def plan(*resources: Resource) -> Plan:
    return Plan(STUDIO, tuple(change(one) for one in resources), {one.address: 1 for one in resources})


EVERYTHING = plan(NAS, A_AT_NAS, BOTH_AT_NAS, A, B, C)


def order(canary: tuple[str, ...] = (), size: str = "", later: tuple[str, ...] = (), of: Plan = EVERYTHING) -> Order:
    waiting = {name: Pending(f"{name}/linux", "session") for name in later}
    return arrange(of, MACHINES, canary, Options(canary=canary, size=size), waiting)


def turns(found: Order) -> list[tuple[str, tuple[str, ...]]]:
    return [(batch.name, batch.machines) for batch in found.batches]


def test_what_a_canary_needs_elsewhere_goes_with_it_and_nothing_else_there() -> None:
    found = order(canary=("ws-b",), size="1")
    assert found.whose[NAS.address] == "ws-b"
    assert found.whose[BOTH_AT_NAS.address] == "ws-b"
    assert found.whose[A_AT_NAS.address] == "ws-a"
    assert turns(found) == [(CANARY, ("ws-b",)), ("1", ("ws-a",)), ("2", ("ws-c",))]


def test_who_waits_takes_its_side_elsewhere_along_but_not_what_others_need() -> None:
    found = order(later=("ws-a",))
    assert found.addresses(["ws-a"]) == {A.address, A_AT_NAS.address}
    assert found.whose[BOTH_AT_NAS.address] == "ws-b"
    assert turns(found) == [("1", ("nas", "ws-b", "ws-c"))]


def test_without_its_canary_nothing_is_begun() -> None:
    assert turns(order(canary=("ws-a",), later=("ws-a",))) == []


@pytest.mark.parametrize(
    ("size", "lengths"),
    [("", [4]), ("1", [1, 1, 1, 1]), ("3", [3, 1]), ("50%", [2, 2]), ("1%", [1, 1, 1, 1]), ("60%", [3, 1]),
     ("100%", [4]), ("9", [4])],
)  # fmt: skip
def test_sizes_of_batches(size: str, lengths: list[int]) -> None:
    assert [len(machines) for _, machines in turns(order(size=size))] == lengths


@pytest.mark.parametrize("size", ["0", "0%", "-1", "101%", "1.5", "x", "%", "25 %", "1000000"])
def test_what_is_no_size(size: str) -> None:
    with pytest.raises(UsageError):
        order(size=size)


def test_machines_with_nothing_to_do_take_no_turn() -> None:
    assert turns(order(size="1", of=plan(C))) == [("1", ("ws-c",))]
    assert turns(order(canary=("ws-a",), of=plan(C))) == [(CANARY, ("ws-a",)), ("1", ("ws-c",))]


def test_rows_name_the_batch_s_own_systems_first() -> None:
    rows = [(row.batch, row.system, row.changes, row.needed_by) for row in order(canary=("ws-a",)).rows(EVERYTHING)]
    assert rows == [
        (CANARY, "ws-a/linux", 1, ()),
        (CANARY, "nas/linux", 3, ("ws-a",)),
        ("1", "ws-b/linux", 1, ()),
        ("1", "ws-c/linux", 1, ()),
    ]
