"""What is asked of a Mac is answered alike, whatever shell reads it: no construct is newer than bash 3.2."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from studio_backup.diff import Present, Seen
from studio_backup.engine import Engine
from studio_backup.looking import look
from tests.sandbox import SHELLS
from tests.sim.macos.machine import Mac
from tests.sim.macos.test_drift import Bench, backed_up, bench_of


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with Mac("14") as mac:
        opened = bench_of(mac)
        assert opened.apply()[1].failed == []
        with mac.state() as state:
            backed_up(state)
        yield opened
        assert mac.refused() == []


def seen(bench: Bench, shell: list[str]) -> dict[str, Seen]:
    engine = Engine(lambda system, _: (bench.mac.transport(shell), system))
    try:
        survey = look(engine, bench.scope)[0]
        return {one.address: survey.seen(one) for one in bench.scope.wanted.values() if bench.scope.chosen(one)}
    finally:
        engine.close()


@pytest.mark.parametrize(
    "shell",
    [name if name == "dash" else pytest.param(name, marks=pytest.mark.long) for name in SHELLS if name != "bash"],
)
def test_every_shell_has_the_same_answers(bench: Bench, shell: str) -> None:
    known = seen(bench, ["/bin/sh"])
    assert all(isinstance(one, Present) for one in known.values()), known
    assert seen(bench, [*SHELLS[shell]]) == known
