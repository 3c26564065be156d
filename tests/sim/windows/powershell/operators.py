"""What operators do with values: comparison, matching, joining, splitting, arithmetic."""

from __future__ import annotations

from typing import Any

from tests.sim.windows.powershell.convert import convert
from tests.sim.windows.powershell.faults import NotKnown
from tests.sim.windows.powershell.linguistic import same_text, weighed
from tests.sim.windows.powershell.numbers import arithmetic, to_number
from tests.sim.windows.powershell.objects import NetObject
from tests.sim.windows.powershell.patterns import numbers, regex, replacement, wildcard
from tests.sim.windows.powershell.raising import fail
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.text import items_of, to_text, truth
from tests.sim.windows.powershell.types import canonical, is_a, name_of
from tests.sim.windows.powershell.values import Char, Enumerated, Hashtable, Record, TypeName, is_array

ORDERINGS = ("lt", "le", "gt", "ge")
COMPARISONS = ("eq", "ne", *ORDERINGS)


def like(text: str, pattern: str, *, exact: bool) -> bool:
    """`-like` of one text."""
    return wildcard(pattern, exact=exact).match(text) is not None


def matched(shell: Shell, text: str, pattern: str, *, exact: bool) -> bool:
    """`-match` of one text: sets $Matches when it fits."""
    found = regex(pattern, exact=exact).search(text)
    if found is None:
        return False
    pairs: list[tuple[Any, Any]] = [(0, found[0])]
    names = {number: name for name, number in found.re.groupindex.items()}
    pairs += [
        (names.get(number, place), found[number])
        for place, number in numbers(found.re).items()
        if place and found[number] is not None
    ]
    shell.set("matches", Hashtable(pairs))
    return True


def _same(left: Any, right: Any, exact: bool) -> bool:
    if left is None or right is None:
        return left is None and right is None
    if isinstance(left, Enumerated) and isinstance(right, str):
        return left.name.lower() == right.lower()
    if isinstance(left, str) and not isinstance(left, Char):
        return same_text(str(left), to_text(right), exact=exact)
    if isinstance(left, bool):
        return left is truth(right)
    if isinstance(left, Char):
        return str(left) == to_text(right) if exact else left.lower() == to_text(right).lower()
    if isinstance(left, int | float):
        return bool(left == _like_left(left, right))
    if isinstance(left, NetObject) and hasattr(left, "same"):
        return bool(left.same(_like_left(left, right)))
    if isinstance(left, TypeName):
        return isinstance(right, TypeName) and canonical(left.name) == canonical(right.name)
    return left is right


def _like_left(left: Any, right: Any) -> Any:
    """The right side as the left's type; an operand of a comparison that cannot be turned is an error or differs."""
    if isinstance(left, int | float):
        return to_number(right)
    if isinstance(right, str) and isinstance(left, NetObject):
        return convert(right, name_of(left))
    return right


def _ordered(operator: str, left: Any, right: Any, exact: bool) -> bool:
    if isinstance(left, str):
        text = to_text(right)
        a, b = weighed(str(left)), weighed(text)
        if not exact:
            a, b = a.lower(), b.lower()
        return _decide(operator, (a > b) - (a < b))
    if left is None or (right is None and isinstance(left, NetObject)):
        first, second = (0, to_number(right)) if left is None else (1, 0)
        return _decide(operator, (first > second) - (first < second))
    if isinstance(left, int | float):
        number = to_number(right)
        return _decide(operator, (left > number) - (left < number))
    if isinstance(left, NetObject) and hasattr(left, "order"):
        return _decide(operator, int(left.order(_like_left(left, right))))
    return fail("NotIcomparable", f"Cannot compare a value of {name_of(left)} because it is not IComparable.")


def _decide(operator: str, sign: int) -> bool:
    return {"lt": sign < 0, "le": sign <= 0, "gt": sign > 0, "ge": sign >= 0}[operator]


def compare(operator: str, left: Any, right: Any, *, exact: bool) -> Any:
    """`-eq` and the like: a boolean, or with an array on the left those items that fit."""
    if is_array(left):
        return [item for item in left if compare(operator, item, right, exact=exact) is True]
    if operator == "eq":
        return _same(left, right, exact)
    if operator == "ne":
        return not _same(left, right, exact)
    return _ordered(operator, left, right, exact)


def contains(items: Any, wanted: Any, *, exact: bool) -> bool:
    """`-contains`."""
    return any(_same(item, wanted, exact) for item in items_of(items))


def kind_of(left: Any, right: Any) -> bool:
    """`-is`."""
    return is_a(left, right.name if isinstance(right, TypeName) else to_text(right))


def add(left: Any, right: Any) -> Any:
    """`+`: what the left is decides."""
    if is_array(left):
        return [*left, *(right if is_array(right) else [right])]
    if isinstance(left, str) and not isinstance(left, Char):
        return str(left) + to_text(right)
    if isinstance(left, Char):
        return str(left) + to_text(right)
    if isinstance(left, Hashtable):
        if not isinstance(right, Hashtable):
            fail("AddHashTableToNonHashTable", "A hash table can only be added to another hash table.")
        made = Hashtable(left.items(), ordered=left.ordered)
        for key, item in right.items():
            made.add(key, item)
        return made
    if isinstance(left, NetObject) and hasattr(left, "plus"):
        return left.plus(right)
    if left is None:
        return right
    if isinstance(left, int | float) and is_array(right):
        return fail("MethodNotFound", "Method invocation failed because [System.Object[]] does not contain a method "
                    "named 'op_Addition'.")  # fmt: skip
    if isinstance(left, Record):
        return fail("MethodNotFound", f"Method invocation failed because [{left.type_name}] does not contain a method "
                    "named 'op_Addition'.")  # fmt: skip
    return arithmetic("+", to_number(left), to_number(right))


def calculate(operator: str, left: Any, right: Any) -> Any:
    """`- * / %`."""
    if operator == "*" and isinstance(left, str) and not isinstance(left, Char):
        return str(left) * int(to_number(right))
    if operator == "*" and is_array(left):
        return list(left) * int(to_number(right))
    if operator == "-" and isinstance(left, NetObject) and hasattr(left, "minus"):
        return left.minus(right)
    if isinstance(left, NetObject):
        raise NotKnown(f"{operator} of {left.type_name}")
    return arithmetic(operator, to_number(left), to_number(right))


def replace(left: Any, right: Any, *, exact: bool) -> Any:
    """`-replace`, of each item where the left is an array."""
    pattern, given = (right[0], right[1] if len(right) > 1 else "") if is_array(right) else (right, "")
    compiled, text = regex(to_text(pattern), exact=exact), to_text(given)

    def one(item: Any) -> str:
        return compiled.sub(lambda found: replacement(text, found), to_text(item))

    return [one(item) for item in left] if is_array(left) else one(left)


def split(left: Any, right: Any, *, exact: bool) -> list[Any]:
    """`-split` by a pattern, at most so many parts; groups in the pattern stay in the result."""
    words = list(right) if is_array(right) else [right]
    pattern, most = to_text(words[0]), int(to_number(words[1])) if len(words) > 1 else 0
    if len(words) > 2:
        simple = to_text(words[2]).lower() == "simplematch"
        if not simple:
            raise NotKnown(f"-split with {words[2]!r}")
        pattern = "".join(f"\\{mark}" if not mark.isalnum() and mark != " " else mark for mark in pattern)
    compiled = regex(pattern, exact=exact)
    found: list[Any] = []
    for item in items_of(left):
        found += [part or "" for part in compiled.split(to_text(item), maxsplit=max(most - 1, 0) if most else 0)]
        if most == 1:
            found = [to_text(item)]
    return found
