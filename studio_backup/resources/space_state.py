"""What Windows says of storage in numbers, in words: pools, virtual disks, physical disks; and what to do about it.

The numbers are those of MSFT_StoragePool, MSFT_VirtualDisk and MSFT_PhysicalDisk. One that is not explained here is
told as the number it is: later versions have more of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from studio_backup.resource import Unparsable

HEALTHY, WARNING, UNHEALTHY = 0, 1, 2
UNKNOWN, OK, DEGRADED, PREDICTIVE, ERROR, IN_SERVICE, LOST = 0, 2, 3, 5, 6, 11, 13
DETACHED, INCOMPLETE = 0xD002, 0xD003
RETIRED = 4
#: The state of a pool in which nothing was made.
NO_DISK = "no virtual disk"
#: MSFT_StorageJob.JobState of one that works.
RUNNING = 4

_HEALTH = {0: "healthy", 1: "warning", 2: "unhealthy", 5: "unknown"}
_UNWELL = {1: "is warned of", 2: "is unhealthy", 5: "is in a state that Windows does not know"}
_OPERATION = {
    0: "state unknown", 3: "degraded", 4: "stressed", 5: "predicts its failure", 6: "has an error",
    7: "has an error that stays",
    8: "starting", 9: "stopping", 10: "stopped", 11: "in service", 12: "was never reached",
    13: "has lost communication", 14: "ended abruptly", 15: "dormant", 16: "rests on something with an error",
    19: "moving", 0x8000: "most of its disks are unhealthy", 0x8001: "some of its disks are unhealthy",
}  # fmt: skip
_SPACE = {
    DEGRADED: "degraded: missing disks lack what was written since",
    INCOMPLETE: "incomplete: missing disks still hold what is current",
    IN_SERVICE: "repairing",
}
_REASONS = {0: "for a reason that is not known", 1: "for no reason that is told", 2: "by policy",
            3: "because most of its disks are unhealthy", 4: "because disks that it needs are missing"}  # fmt: skip


def number(text: object, what: str) -> int:
    """A number that CIM gave as one; raises Unparsable for a word, which is of a local language."""
    if isinstance(text, str) and text.isdigit():
        return int(text)
    raise Unparsable(f"{what} is '{text}', and not a number")


def space_state(health: int, status: Sequence[int], detached: int | None) -> str:
    """How a virtual disk is, in words that tell its states apart."""
    if DETACHED in status:
        reason = f"for reason {detached}, which is not known here"
        return f"detached {_REASONS.get(detached if detached is not None else 0, reason)}"
    if health == UNHEALTHY:
        return f"no redundancy: data is lost or will be{_more(status, ())}"
    told = [words for code, words in _SPACE.items() if code in status]
    if health == HEALTHY and set(status) == {OK}:
        return "healthy"
    if told:
        return f"{'; '.join(told)}{_more(status, _SPACE)}"
    return f"{_HEALTH.get(health, f'health {health}')}{_more(status, ())}"


def pool_state(health: int, status: Sequence[int]) -> str:
    """How a pool is."""
    if health == HEALTHY and set(status) == {OK}:
        return "healthy"
    return f"{_HEALTH.get(health, f'health {health}')}{_more(status, ())}"


def read_only(flag: str, code: int | None) -> str:
    """Whether a pool can be changed, and why not."""
    if flag not in ("True", "False"):
        raise Unparsable(f"whether a pool is read-only is told as '{flag}'")
    if flag == "False":
        return "no"
    known = {0: _REASONS[0], 2: _REASONS[2], 3: _REASONS[3]}
    return f"yes, {known.get(code if code is not None else 0, f'for reason {code}, which is not known here')}"


def disk_fault(health: int, status: Sequence[int], usage: int | None) -> str:
    """What is wrong with a physical disk; "" when nothing is."""
    told = [_operation(code) for code in status or (UNKNOWN,) if code != OK]
    if usage == RETIRED:
        told.append("is retired")
    if not told and health != HEALTHY:
        told.append(_UNWELL.get(health, f"has health {health}, which is not known here"))
    return ", ".join(told)


def mending(state: str, level: str) -> tuple[str, str] | None:
    """Why it is so and what a person does about it; None where nobody needs to."""
    if state == NO_DISK:
        return "its disks are joined, and there is nothing on them that could hold data", (
            "if the pool is not needed, delete it there: Remove-StoragePool; then plan again"
        )
    if state.startswith("detached by policy"):
        fix = "there: Get-VirtualDisk | Set-VirtualDisk -IsManualAttach $false, then Connect-VirtualDisk"
        return "it waits for somebody to attach it", fix
    if state.startswith("detached"):
        fix = "plug in every disk of it, then there: Connect-VirtualDisk; until then change nothing about it"
        return "Windows does not show it while disks that it needs are missing", fix
    if state.startswith("no redundancy"):
        return "more disks failed than it can do without", "copy off what can still be read; restore it from a copy"
    if state.startswith("incomplete"):
        return "a disk is missing, and what it holds is needed", "plug the very disk in again before anything else"
    if state.startswith("degraded") and level == "simple":
        return "a disk is missing", "plug it in again; a simple space goes on without none"
    if state.startswith("degraded"):
        fix = "plug it in again, or write a new disk into members: in its place; then see that it is repaired"
        return "a disk was missing while things were written", fix
    return None


def disk_mending(faults: str) -> tuple[str, str]:
    """Why a disk is not well and what a person does about it, the worst first."""
    another = "write a new disk into members: in its place"
    for said, reason, fix in (
        (
            "lost communication",
            "a disk does not answer",
            f"see to its cable and its bay, plug it in again; or {another}",
        ),
        ("predicts its failure", "a disk says that it will fail", f"{another} before it does"),
        (
            "is retired",
            "a disk takes nothing new",
            f"{another}; or there: Set-PhysicalDisk -UniqueId ID -Usage AutoSelect",
        ),
    ):
        if said in faults:
            return reason, fix
    return "a disk of it is not well", f"look at its health there: Get-PhysicalDisk; if it stays so, {another}"


def _operation(code: int) -> str:
    return _OPERATION.get(code, f"status {code}, which is not known here")


def _more(status: Sequence[int], told: object) -> str:
    known = told if isinstance(told, dict) else {}
    rest = [code for code in status or (UNKNOWN,) if code not in (OK, *known)]
    words = [_operation(code) for code in rest]
    return f" ({', '.join(words)})" if words else ""
