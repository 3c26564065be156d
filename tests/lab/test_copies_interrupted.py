"""Runs that are killed, cut off, watched by nobody or asked for twice: they resume, and say what happened."""

import signal

import pytest

from tests.lab.conftest import Lab
from tests.lab.copies import STATE, A, flat, hashes, place, points, process, ready, records, service, target
from tests.lab.slow import wait_until
from tests.lab.studio import Studio, finished

pytestmark = pytest.mark.lab

BIG = 40 * 1024 * 1024
ID = A.replace("/", "_")


@pytest.fixture(scope="module")
def installed(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Studio:
    limit = ("max-age: 3 hours", "bandwidth: 10 MiB/s\n          max-age: 3 hours")
    made = ready(lab, tmp_path_factory.mktemp("interrupted") / "spec", limit)
    place(lab, "ws-a", {"small": b"s"})
    made.run("run", A, code=0)
    return made


@pytest.fixture
def studio(lab: Lab, installed: Studio) -> Studio:
    """Every test begins with a new big file at the source and no run under way."""
    lab.run("ws-a", f"head -c {BIG} /dev/urandom >/srv/sessions/big", check=True)
    return installed


def partial_bytes(lab: Lab) -> int:
    """What has arrived of the big file so far: under way, or kept from a run that was cut."""
    script = f"""cd {target(A)[1]}/.partial 2>/dev/null || exit 0
      find . -type f -path '*big*' -newer {STATE}/lock/{ID} -exec wc -c {{}} + | sort -n | tail -n 1"""
    said = lab.run("nas", script).stdout.split()
    return int(said[0]) if said else 0


def under_way(lab: Lab) -> None:
    """Wait until the big file is being moved, and some of it is there."""
    wait_until(lambda: partial_bytes(lab) > 4 * 1024 * 1024)


def check_whole(lab: Lab, studio: Studio, least_saved: int) -> None:
    """The next run is ok, moves less than everything, and its point is the source."""
    done = studio.json("run", A, code=0, timeout=60)
    assert done["result"] == "ok"
    point = f"{target(A)[1]}/points/{done['restore_point']}"
    assert hashes(lab, "nas", point) == hashes(lab, "ws-a", "/srv/sessions")
    assert lab.run("nas", f"find {point} -name .studio-backup-partial").stdout == ""
    assert lab.run("nas", f"ls -d {target(A)[1]}/.partial").returncode != 0
    # Resuming is seen in the time: what has arrived once is not moved again at 10 MiB/s.
    assert done["seconds"] <= (BIG - least_saved) / (10 * 1024 * 1024) + 2
    assert studio.json("status", code=2)["jobs"]


def test_a_job_that_is_killed_resumes_and_says_so(lab: Lab, studio: Studio) -> None:
    before = points(lab)
    with studio.start("run", A, "--format", "json") as running:
        under_way(lab)
        lab.run("nas", f"systemctl kill --signal=KILL {service()}", check=True)
        said = finished(running, 1, 30).stdout
    assert '"reason": "interrupted"' in said
    assert points(lab) == before
    job = studio.json("status", "--only", "dataset:ws-a/sessions", code=2)["jobs"][0]
    assert (job["copy"], job["result"], job["reason"]) == ("on-nas", "failed", "interrupted")
    assert "killed half-way; the next run goes on from there" in flat(studio.run("status", code=2).stdout)
    assert not process(lab, "nas", "rsync")
    check_whole(lab, studio, 0)
    ended = [(one["result"], one["reason"]) for one in records(lab)[-2:]]
    assert ended == [("failed", "interrupted"), ("ok", None)]


@pytest.mark.long
def test_a_job_that_is_stopped_keeps_what_has_arrived(lab: Lab, studio: Studio) -> None:
    with studio.start("run", A) as running:
        under_way(lab)
        lab.run("nas", f"systemctl stop {service()}", check=True)
        assert "failed, it was stopped; the next run goes on from there" in finished(running, 1, 30).stdout
    kept = lab.run("nas", f"find {target(A)[1]}/.partial -path '*/.studio-backup-partial/big' -size +4M").stdout
    assert kept, "what had arrived is gone"
    check_whole(lab, studio, 4 * 1024 * 1024)


def test_a_connection_that_breaks_is_taken_up_again(lab: Lab, studio: Studio) -> None:
    before = points(lab)
    with studio.start("run", A) as running:
        under_way(lab)
        senders = process(lab, "ws-a", "rsync --server --sender")
        assert senders
        lab.run("ws-a", f"kill -9 {' '.join(map(str, senders))}", check=True)
        assert "failed, the connection broke" in finished(running, 1, 30).stdout
    assert records(lab)[-1]["reason"] == "rsync-network"
    assert points(lab) == before
    check_whole(lab, studio, 4 * 1024 * 1024)


def test_a_run_goes_on_without_whoever_asked_for_it(lab: Lab, studio: Studio) -> None:
    before = points(lab)
    with studio.start("run", A) as running:
        under_way(lab)
        running.send_signal(signal.SIGKILL)
    job = studio.json("status", "--only", "dataset:ws-a/sessions", code=2)["jobs"][0]
    assert (job["copy"], job["result"]) == ("on-nas", "running")
    assert "a run is under way" in studio.run("status", code=2).stdout
    wait_until(lambda: len(points(lab)) == len(before) + 1, 30)
    wait_until(lambda: records(lab)[-1]["result"] == "ok")
    job = studio.json("status", "--only", "dataset:ws-a/sessions", code=2)["jobs"][0]
    assert (job["result"], job["restore_point"]) == ("ok", points(lab)[-1])


def test_who_comes_second_is_told_so_and_changes_nothing(lab: Lab, studio: Studio) -> None:
    before = points(lab)
    with studio.start("run", A) as first:
        under_way(lab)
        second = studio.json("run", A, code=6)
        assert (second["result"], second["run"]) == ("running", records(lab)[-1]["run"])
        said = studio.run("run", A, code=6).stdout
        assert "Another run is under way since" in said
        assert "ok" in finished(first, 0, 30).stdout
    assert len(points(lab)) == len(before) + 1
    assert lab.run("nas", f"ls {STATE}/accept {STATE}/lock").stdout.split() == [f"{STATE}/accept:", f"{STATE}/lock:"]


@pytest.mark.long
def test_a_job_started_past_its_unit_holds_the_copy_too(lab: Lab, studio: Studio) -> None:
    job = f"/etc/studio-backup/northlight/job /etc/studio-backup/northlight/jobs/{ID}.conf run"
    # As the unit is: this machine is a container, whose boot id shows only where /proc/sys is its own.
    lab.run(
        "nas",
        f"systemd-run --unit=by-hand --setenv=STUDIO_BACKUP_MANUAL=1 -p ProtectKernelTunables=yes {job}",
        check=True,
    )
    under_way(lab)
    assert "another run of this copy is under way" in studio.run("run", A, code=6).stderr
    assert studio.json("run", A, code=6)["error"]["code"] == "locked"
    wait_until(lambda: lab.run("nas", "systemctl is-active by-hand").returncode != 0, 30)
    assert records(lab)[-1]["result"] == "ok"
    assert lab.run("nas", f"ls {STATE}/accept").stdout == ""


def test_two_that_ask_in_the_same_moment(lab: Lab, studio: Studio) -> None:
    """Either both see the one run, or one of them is told of it; there is never a second one beside it."""
    lab.run("ws-a", "rm /srv/sessions/big; echo more >/srv/sessions/more", check=True)
    before = points(lab)
    with studio.start("run", A) as one, studio.start("run", A) as other:
        codes = []
        for process_ in (one, other):
            out, err = process_.communicate(timeout=60)
            assert "Traceback" not in err
            assert process_.returncode in (0, 6), out + err
            codes.append(process_.returncode)
    assert 0 in codes
    assert len(before) < len(points(lab)) <= len(before) + 2
    assert all(record["result"] == "ok" for record in records(lab)[-len(points(lab)) + len(before) :])


@pytest.mark.long
def test_a_cable_that_is_pulled_is_noticed(lab: Lab, studio: Studio) -> None:
    with studio.start("run", A) as running:
        under_way(lab)
        lab.fault("ws-a", "unplug")
        try:
            assert "failed, the connection broke" in finished(running, 1, 150).stdout
        finally:
            lab.fault("ws-a", "plug")
    check_whole(lab, studio, 4 * 1024 * 1024)
