"""Pulling through a real sshd and the gate, as a user without rights; and chains of restore points."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tests.shells.job_bench import RECEIVER, SHELLS, Bench, Volume, call
from tests.shells.job_running import Job, build_job
from tests.shells.job_server import Server, free_port, make_pull, write_gate


@pytest.mark.parametrize("shell", SHELLS)
def test_a_pull_is_one_connection(pull: Job, server: Server, shell: str) -> None:
    pull.shell = SHELLS[shell]
    pull.fill(10)
    before = server.logins()
    first = pull.run()
    assert first.code == 0, first.err + pull.log()
    assert (first["source"], first["files"], first["created"]) == ("system0", 10, 10)
    (pull.source / "take-003.wav").unlink()
    second = pull.run()
    assert (second.code, second["deleted"]) == (0, 1), pull.log()
    assert server.logins() == before + 2
    older, newer = (pull.target / "points" / name for name in pull.points())
    assert (older / "take-001.wav").samefile(newer / "take-001.wav")


def test_a_source_may_have_an_ipv6_address(pull: Job, chain: Job) -> None:
    pull.fill(3)
    for job in (pull, chain):
        outcome = job.set(sources=job.values["sources"].replace("127.0.0.1", "::1")).run()
        assert (outcome.code, outcome["source"], outcome["files"]) == (0, "system0", 3), outcome.err + job.log()


def test_what_arrives_has_no_rights_of_its_own(pull: Job) -> None:
    pull.fill(2)
    (pull.source / "tool").write_text("#!/bin/sh\n")
    (pull.source / "tool").chmod(0o6755)
    (pull.source / "closed").mkdir()
    (pull.source / "closed" / "inside").write_text("x")
    (pull.source / "closed").chmod(0o500)
    (pull.source / "secret").symlink_to("/etc/shadow")
    os.mkfifo(pull.source / "pipe")
    outcome = pull.run()
    assert outcome.code == 0, pull.log()
    point = pull.newest()
    assert stat.S_IMODE((point / "tool").stat().st_mode) == 0o755
    assert stat.S_IMODE((point / "closed").stat().st_mode) == 0o700
    assert (point / "tool").owner() == RECEIVER
    assert str((point / "secret").readlink()) == "/rsyncd-munged/etc/shadow"
    assert not (point / "pipe").exists()
    assert pull.run().code == 0
    assert pull.records()[-1]["rewritten"] == 0, "what was made harmless is not seen as changed the next day"


def test_hostile_names_arrive_as_they_are(pull: Job) -> None:
    names = ["a\nb", "tab\tin", "100 %", "u\u0308ber", "\u00fcber", " $(touch x)", "-rf", "a'b\"c", "x\\#012y"]
    for name in names:
        (pull.source / name).write_text(name)
    (pull.source / "deep folder\n").mkdir()
    (pull.source / "deep folder\n" / "über ; ls").write_text("x")
    assert pull.run().code == 0, pull.log()
    for name in names:
        assert (pull.newest() / name).read_text() == name
    assert (pull.newest() / "deep folder\n" / "über ; ls").exists()
    outcome = pull.run()
    assert (outcome.code, outcome["created"], outcome["deleted"]) == (0, 0, 0)


def test_holes_and_hard_links_stay(pull: Job) -> None:
    with (pull.source / "sparse.img").open("wb") as file:
        file.truncate(20_000_000)
        file.write(b"end")
    (pull.source / "one").write_text("x")
    (pull.source / "two").hardlink_to(pull.source / "one")
    assert pull.run().code == 0
    point = pull.newest()
    assert (point / "sparse.img").stat().st_blocks * 512 < 1_000_000
    assert (point / "one").samefile(point / "two")


def test_a_link_planted_in_the_landing_is_not_followed(pull: Job, tank: Volume) -> None:
    pull.fill(3)
    outside = tank.root / f"{pull.target.name}-outside"
    outside.mkdir()
    (outside / "precious").write_text("x")
    (pull.target / ".studio-backup-copy").write_text(f"northlight\t{pull.values['dataset']}\t{pull.values['copy']}\n")
    # `points` is a link where ZFS keeps them: one that leads elsewhere tells nothing about the points there are.
    for name, said in (("points", (5, "target-unread")), (".partial", (1, "restore-point"))):
        (pull.target / name).symlink_to(outside)
        outcome = pull.run()
        assert (outcome.code, outcome["reason"]) == said
        assert [path.name for path in outside.iterdir()] == ["precious"]
        (pull.target / name).unlink()
    (pull.target / ".removing").symlink_to(outside)
    outcome = pull.run()
    assert outcome.code == 0, f"{outcome.record} {pull.log()}"
    assert (outside / "precious").exists()
    pull.pretend_point("2020-01-01T00-00-00Z")
    pull.set(keep_last="1")
    assert pull.run().code == 0
    assert (outside / "precious").exists()


def test_the_next_source_answers_when_the_first_sleeps(job: Job, server: Server) -> None:
    make_pull(job, server, free_port(), server.port)
    job.fill(3)
    outcome = job.run()
    assert (outcome.code, outcome["source"]) == (0, "system1"), job.log()


def test_nobody_answers_is_away_and_no_failure(job: Job, server: Server) -> None:
    make_pull(job, server, free_port(), free_port())
    job.fill(3)
    outcome = job.run()
    assert (outcome.code, outcome["result"], outcome["reason"]) == (3, "away", "no-answer"), job.log()
    assert outcome["source"] is None
    assert job.points() == []


def test_another_host_key_is_a_failure_unless_a_later_source_answers(job: Job, server: Server) -> None:
    make_pull(job, server)
    job.fill(3)
    known = Path(job.values["home"]) / "known_hosts"
    right = known.read_text()
    call("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", job.state / "other")
    known.write_text(f"ws-a {(job.state / 'other.pub').read_text()}")
    outcome = job.run()
    assert (outcome.code, outcome["result"], outcome["reason"]) == (1, "failed", "host-key"), job.log()
    lines = job.values["sources"]
    known.write_text(known.read_text() + right.replace("ws-a", "ws-b", 1))
    job.set(sources=lines + "\n" + lines.replace("ws-a\t", "ws-b\t").replace("system0", "system1"))
    assert job.run()["source"] == "system1"
    known.write_text("")
    job.set(sources=lines)
    assert job.run()["reason"] == "host-key"


def test_a_refused_login_has_its_own_reason(job: Job, server: Server) -> None:
    make_pull(job, server)
    job.fill(3)
    key = Path(job.values["home"]) / "key"
    key.unlink()
    call("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
    call("chown", RECEIVER, key)
    outcome = job.run()
    assert (outcome.code, outcome["reason"]) == (1, "login"), job.log()


@pytest.mark.parametrize(
    ("values", "result", "reason"),
    [
        ({"id": "not-this-one"}, "refused", "source-wrong-volume"),
        ({"root": "/nowhere"}, "refused", "source-unmounted"),
        ({"volume": "machine/other"}, "refused", "source-sentinel"),
        ({"floor": "99"}, "refused", "too-few-files"),
        ({"quiet": "600", "quiet_limit": "900"}, "busy", "source-busy"),
    ],
)
def test_what_the_gate_refuses_the_record_says(pull: Job, values: dict[str, str], result: str, reason: str) -> None:
    source = pull.source
    pull.fill(3)
    gate = pull.program / "gate.d" / "nas" / f"{pull.values['id']}.conf"
    gate.write_text(gate.read_text() + "".join(f"{key}='{value}'\n" for key, value in values.items()))
    outcome = pull.run()
    assert (outcome["result"], outcome["reason"]) == (result, reason), pull.log()
    assert outcome.code == (5 if result == "refused" else 3)
    assert source.exists()
    assert pull.points() == []


def test_open_files_are_said_so(pull: Job) -> None:
    pull.fill(3)
    gate = pull.program / "gate.d" / "nas" / f"{pull.values['id']}.conf"
    gate.write_text(gate.read_text() + "quiet='600'\nquiet_limit='0'\n")
    outcome = pull.run()
    assert (outcome.code, outcome["open"]) == (0, True), pull.log()


def test_a_dataset_the_key_may_not_ask_for(pull: Job) -> None:
    pull.fill(3)
    (pull.program / "gate.d" / "nas" / f"{pull.values['id']}.conf").unlink()
    assert pull.run()["reason"] == "unknown-dataset"


def test_an_unreadable_file_makes_no_restore_point(job: Job) -> None:
    job.fill(3)
    job.set(receiver=RECEIVER)
    call("chown", RECEIVER, job.target)
    (job.source / "take-001.wav").chmod(0)
    outcome = job.run()
    assert (outcome.code, outcome["reason"], job.points()) == (1, "rsync-partial", []), job.log()
    (job.source / "take-001.wav").chmod(0o644)
    assert job.run().code == 0, "the next run goes on"


@pytest.fixture
def chain(bench: Bench, pull: Job, tank: Volume, pool: Volume, server: Server) -> Job:
    """A second copy that pulls the points of the first through the gate of their machine."""
    name = f"c{abs(hash(str(pull.conf))) % 10**9}"
    built = build_job(bench, tank, pool, name, store="btrfs")
    make_pull(built, server)
    points = {"kind": "points", "path": str(pull.target), "root": str(tank.root), "id": tank.id, "volume": tank.name}
    write_gate(pull, built.values["id"], **points)
    return built.set(kind="chain")


def test_a_chain_keeps_the_points_name_and_copies_only_what_is_newer(pull: Job, chain: Job, server: Server) -> None:
    assert chain.run()["reason"] == "no-points"
    pull.fill(5)
    (pull.source / "there").symlink_to("/etc/hostname")
    pull.run()
    pull.run()
    before = server.logins()
    outcome = chain.run()
    assert outcome.code == 0, chain.log()
    assert server.logins() == before + 2
    assert chain.points() == pull.points()[-1:] == [outcome["restore_point"]]
    assert str((chain.newest() / "there").readlink()) == "/rsyncd-munged/etc/hostname", "defused once, not twice"
    again = chain.run()
    assert (again.code, again["result"], again["reason"]) == (0, "ok", "nothing-newer")
    pull.run()
    assert chain.run()["rewritten"] == 0
    assert chain.points() == [outcome["restore_point"], pull.points()[-1]]


def test_a_chain_on_one_machine(bench: Bench, pull: Job, tank: Volume, pool: Volume) -> None:
    pull.fill(5)
    pull.run()
    built = build_job(bench, tank, pool, f"l{abs(hash(str(pull.conf))) % 10**9}")
    built.set(kind="chain", source_path=str(pull.target))
    outcome = built.run()
    assert (outcome.code, built.points()) == (0, pull.points()), built.log()
    assert built.run()["reason"] == "nothing-newer"
    assert (built.newest() / "take-001.wav").read_text() == "take 1\n"


def test_the_wire_being_cut_is_a_network_failure_and_the_next_run_resumes(pull: Job, server: Server) -> None:
    pull.set(bandwidth="2000")
    (pull.source / "long.wav").write_bytes(os.urandom(8_000_000))
    started = pull.start()
    pid = wait_for_sender(server)
    os.kill(pid, 9)
    started.communicate(timeout=60)
    record = pull.records()[-1]
    assert (record["result"], record["reason"]) == ("failed", "rsync-network"), pull.log()
    assert pull.points() == []
    pull.set(bandwidth="")
    outcome = pull.run()
    assert outcome.code == 0, pull.log()
    assert (pull.newest() / "long.wav").read_bytes() == (pull.source / "long.wav").read_bytes()
    assert [path.name for path in pull.newest().iterdir()] == ["long.wav"]


def wait_for_sender(server: Server) -> int:
    """The process id of the rsync that our sshd started, once it has sent for a second."""
    import time

    for _ in range(200):
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if (
                b"--sender" in words
                and words[0].endswith(b"rsync")
                and str(server.folder.parent).encode() in b" ".join(words)
            ):
                time.sleep(1)
                return int(entry.name)
        time.sleep(0.05)
    pytest.fail("no sender was started")
