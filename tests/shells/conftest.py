"""Fixtures for what runs on a machine: volumes, a server, a job that copies and one that pulls."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox import SHELLS, Sandbox
from tests.shells.job_bench import STUDIO, Bench, Volume, install, open_bench
from tests.shells.job_running import Job, build_job
from tests.shells.job_server import Server, make_pull, start_sshd


@pytest.fixture(scope="module")
def shared() -> Iterator[Sandbox]:
    with Sandbox() as opened:
        yield opened


@pytest.fixture
def sandbox(shared: Sandbox) -> Sandbox:
    shared.clean()
    return shared


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest) -> list[str]:
    return SHELLS[str(request.param)]


@pytest.fixture(scope="session")
def bench() -> Iterator[Bench]:
    if os.geteuid() != 0 or not Path("/proc/self/mountinfo").exists():
        pytest.fail("the job tests mount file systems: run them as root on Linux")
    opened = open_bench()
    try:
        install(opened.folder / "etc" / STUDIO)
        yield opened
    finally:
        opened.close()


@pytest.fixture
def own_bench() -> Iterator[Bench]:
    """A bench for one test that unmounts, fills or swaps its volumes."""
    opened = open_bench()
    try:
        install(opened.folder / "etc" / STUDIO)
        yield opened
    finally:
        opened.close()


@pytest.fixture(scope="session")
def work(bench: Bench) -> Volume:
    return bench.make_volume("work")


@pytest.fixture(scope="session")
def tank(bench: Bench) -> Volume:
    return bench.make_volume("tank", megabytes=256)


@pytest.fixture(scope="session")
def pool(bench: Bench) -> Volume:
    return bench.make_volume("pool", "btrfs", 256)


@pytest.fixture(scope="session")
def field(bench: Bench) -> Volume:
    return bench.make_volume("field", "btrfs", 256)


@pytest.fixture
def job(bench: Bench, work: Volume, tank: Volume, request: pytest.FixtureRequest) -> Iterator[Job]:
    name = f"d{abs(hash(request.node.nodeid)) % 10**9}"
    built = build_job(bench, work, tank, name)
    yield built
    shutil.rmtree(built.source, ignore_errors=True)
    shutil.rmtree(built.target, ignore_errors=True)


@pytest.fixture(scope="session")
def server(bench: Bench) -> Iterator[Server]:
    with start_sshd(bench.folder / "sshd", bench.folder / "etc" / STUDIO) as started:
        yield started


@pytest.fixture
def pull(job: Job, server: Server) -> Job:
    return make_pull(job, server)
