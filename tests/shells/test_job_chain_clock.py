"""Chains and wrong clocks: a date of the future neither hides what comes now, nor comes here from the source."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator

import pytest

from tests.shells.job_bench import SHELLS, Bench, Volume
from tests.shells.job_running import Job, build_job
from tests.shells.job_server import Server, make_pull, write_gate

#: A shell that counts in 32 bits takes the second for a date long ago.
FUTURE = ["2031-03-04T05-06-07Z", "2099-03-04T05-06-07Z"]


def moment(offset: int) -> str:
    """The name of a point made so many seconds from now."""
    return time.strftime("%Y-%m-%dT%H-%M-%SZ", time.gmtime(time.time() + offset))


def offer(chain: Job, name: str, text: str = "take") -> str:
    """A point at the copy that the chain reads."""
    folder = chain.source / "points" / name
    folder.mkdir(parents=True)
    (folder / "take.wav").write_text(text)
    return name


@pytest.fixture
def chain(bench: Bench, work: Volume, tank: Volume, request: pytest.FixtureRequest) -> Iterator[Job]:
    """A copy on the same machine that follows the points of another one."""
    built = build_job(bench, work, tank, f"e{abs(hash(request.node.nodeid)) % 10**9}")
    yield built.set(kind="chain")
    shutil.rmtree(built.source, ignore_errors=True)
    shutil.rmtree(built.target, ignore_errors=True)


@pytest.mark.parametrize("future", FUTURE)
@pytest.mark.parametrize("shell", SHELLS)
def test_a_point_of_the_future_here_stops_no_chain(chain: Job, shell: str, future: str) -> None:
    chain.shell = SHELLS[shell]
    chain.set(keep_last="1")
    first = offer(chain, moment(-7200))
    assert chain.run()["restore_point"] == first
    chain.pretend_point(future)
    second = offer(chain, moment(-3600))
    done = chain.run()
    assert (done.code, done["result"], done["reason"]) == (0, "ok", "clock-behind"), chain.log()
    assert chain.points() == [first, second, future], "made, and nothing rotated"
    older, newer = (chain.target / "points" / name / "take.wav" for name in (first, second))
    assert newer.read_text() == older.read_text() == "take"
    again = chain.run()
    assert (again.code, again["reason"], again["restore_point"]) == (0, "clock-behind", None), "said, not hidden"
    assert chain.points() == [first, second, future]


def test_a_point_of_the_future_alone_here_is_no_newest_one(chain: Job) -> None:
    chain.set(period="86400")
    name = offer(chain, moment(-60))
    (chain.target / ".studio-backup-copy").write_text(f"northlight\t{chain.values['dataset']}\ton-nas\n")
    shutil.copytree(chain.source / "points" / name, chain.target / "points" / FUTURE[0])
    assert (chain.run("preview", manual=False).code, chain.run(manual=False)["reason"]) == (0, "clock-behind")
    assert chain.points() == [name, FUTURE[0]]


@pytest.mark.parametrize("future", FUTURE)
@pytest.mark.parametrize("shell", SHELLS)
def test_a_point_of_the_future_there_is_refused(chain: Job, shell: str, future: str) -> None:
    chain.shell = SHELLS[shell]
    offer(chain, future)
    for verb in ("preview", "run"):
        done = chain.run(verb)
        assert (done.code, done["result"], done["reason"]) == (5, "refused", "source-clock"), chain.log()
    assert chain.points() == []


@pytest.mark.parametrize("shell", SHELLS)
def test_what_a_mended_clock_made_there_is_copied(chain: Job, shell: str) -> None:
    chain.shell = SHELLS[shell]
    offer(chain, FUTURE[0])
    name = offer(chain, moment(-60))
    done = chain.run()
    assert (done.code, done["reason"], chain.points()) == (0, None, [name]), chain.log()
    assert chain.run()["reason"] == "nothing-newer"


def test_an_hour_is_within_what_clocks_differ(chain: Job) -> None:
    name = offer(chain, moment(3500))
    assert (chain.run()["result"], chain.points()) == ("ok", [name]), chain.log()
    assert chain.run()["reason"] == "nothing-newer"
    offer(chain, moment(3800))
    chain.run()
    assert chain.points() == [name]


def test_the_gate_offers_what_its_clock_has_reached(chain: Job, server: Server) -> None:
    values = {key: chain.values[f"source_{key}"] for key in ("path", "root", "id", "volume")}
    make_pull(chain, server)
    write_gate(chain, chain.values["id"], kind="points", **values)
    chain.set(kind="chain")
    offer(chain, FUTURE[0])
    done = chain.run()
    assert (done.code, done["result"], done["reason"]) == (5, "refused", "source-clock"), chain.log()
    name = offer(chain, moment(-60))
    assert (chain.run().code, chain.points()) == (0, [name]), chain.log()
