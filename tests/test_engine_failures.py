"""One machine that fails in a way nobody foresaw is silent, with a name for it; the others are read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from studio_backup.engine import Engine
from studio_backup.errors import UsageError
from studio_backup.probe import Probe, Reply
from studio_backup.source import Place
from studio_backup.spec.model import Machine, System
from studio_backup.survey import Answered, Silent
from studio_backup.transport import Answer, Local, Transport

PLACE = Place("inventory/studio.yml", 1, 1)
PROBE = Probe(script="echo here")


@dataclass
class Failing(Local):
    """A way to this machine whose every question fails."""

    error: BaseException
    closed: list[str] = field(default_factory=list)

    def run(self, script: str, timeout: float, end: str | None = None) -> Answer:  # noqa: ARG002
        raise self.error

    def close(self) -> None:
        self.closed.append("closed")


def machine(name: str, *systems: str) -> Machine:
    return Machine(
        name=name, role="nas", site="here", room=None, exclusive=len(systems) > 1, disks={}, arrays={}, volumes={},
        groups=(), variables={}, asleep_limit=60, place=PLACE,
        systems={
            one: System(machine=name, name=one, os="linux", address=name, port=22, user="u", host_key="", place=PLACE)
            for one in systems
        },
    )  # fmt: skip


def engine(way: Callable[[System], Transport]) -> Engine:
    def connect(system: System, _: Sequence[System]) -> tuple[Transport, System]:
        return (way(system), system) if system.machine == "odd" else (Local(), system)

    return Engine(connect)


def read(engine: Engine) -> dict[str, object]:
    machines = [machine("nas", "linux"), machine("odd", "linux", "macos"), machine("off", "linux")]
    probes = {one.full_name: [PROBE] for box in machines for one in box.systems.values()}
    return dict(engine.read(machines, probes))


def raising(error: BaseException) -> Callable[[System], Transport]:
    def way(_: System) -> Transport:
        raise error

    return way


@pytest.mark.parametrize("error", [OSError(97, "no such family"), ValueError("odd\nwords"), AssertionError()])
def test_an_error_that_nobody_foresaw_silences_one_machine_only(error: Exception) -> None:
    seen = read(engine(raising(error)))
    here = Answered({(PROBE.script, PROBE.touches): Reply(0, "here\n", "")})
    assert seen["nas/linux"] == seen["off/linux"] == here
    for name in ("odd/linux", "odd/macos"):
        silent = seen[name]
        assert isinstance(silent, Silent)
        assert (silent.code, silent.reason) == ("internal", f"this should not happen: {type(error).__name__}: {error}")
        assert silent.fix


def test_an_error_while_asking_ends_that_connection() -> None:
    failing = Failing(RuntimeError("odd"))
    asking = engine(lambda _: failing)
    silent = read(asking)["odd/linux"]
    assert isinstance(silent, Silent)
    assert silent.code == "internal"
    assert failing.closed == ["closed"]
    assert sorted(asking.open) == ["nas/linux", "off/linux"]


def test_an_error_with_words_of_its_own_keeps_them() -> None:
    silent = read(engine(raising(UsageError("~/.ssh/config: it never ends", "mend it"))))["odd/linux"]
    assert silent == Silent("~/.ssh/config: it never ends", "usage", "mend it")


def test_reading_again_survives_it_too() -> None:
    failing = Failing(RuntimeError("odd"))
    asking = engine(lambda _: failing)
    asking.open |= {"odd/linux": failing, "nas/linux": Local()}
    systems = asking.read_again({"odd/linux": [], "nas/linux": []}).systems
    silent = systems["odd/linux"]
    assert isinstance(silent, Silent)
    assert silent.code == "internal"
    assert isinstance(systems["nas/linux"], Answered)
    assert failing.closed == ["closed"]


def test_ctrl_c_is_no_failure_of_a_machine() -> None:
    with pytest.raises(KeyboardInterrupt):
        read(engine(raising(KeyboardInterrupt())))


def test_a_brief_engine_closes_each_connection_as_it_is_read_and_opens_it_anew_to_read_again() -> None:
    opened: list[str] = []
    closed: list[str] = []

    class Counted(Local):
        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

        def close(self) -> None:
            closed.append(self.name)

    def connect(system: System, _: Sequence[System]) -> tuple[Transport, System]:
        opened.append(system.full_name)
        return Counted(system.full_name), system

    brief = Engine(connect, brief=True)
    boxes = [machine("nas", "linux"), machine("off", "linux")]
    survey = brief.survey(boxes, {})
    assert sorted(opened) == sorted(closed) == ["nas/linux", "off/linux"]
    assert brief.open == {}
    again = brief.read_again({"nas/linux": []})
    assert set(again.systems) == {"nas/linux"}
    assert isinstance(again.systems["nas/linux"], type(survey.systems["nas/linux"]))
    assert sorted(opened) == sorted(closed) == ["nas/linux", "nas/linux", "off/linux"]
    kept = Engine(connect)
    kept.survey(boxes, {})
    assert sorted(kept.open) == ["nas/linux", "off/linux"]
