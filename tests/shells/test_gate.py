"""The gate: what a backup key may ask for, and everything it may not."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import uuid
from pathlib import Path

import pytest

from studio_backup.programs import shipped
from tests.shells.job_bench import RECEIVER, SHELLS, Bench, call
from tests.shells.job_running import Job, build_job
from tests.shells.job_server import write_gate

SEND = "--server --sender -lHtprSe.iLsfxCIvu . /"


def ask(job: Job, line: str | None, key: str = "nas", shell: str = "dash", **more: str) -> tuple[int, bytes, str]:
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", **more}
    if line is not None:
        environment["SSH_ORIGINAL_COMMAND"] = line
    done = subprocess.run(
        [*SHELLS[shell], str(job.program / "gate"), key],
        input=b"",
        capture_output=True,
        env=environment,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr.decode()


@pytest.fixture
def gate(job: Job) -> Job:
    job.fill(5)
    write_gate(job, "ws-a_s_on-nas")
    return job


def refusal(reason: str) -> tuple[int, bytes, str]:
    return 5, b"", f"studio-backup-gate: refused {reason}\n"


HOSTILE = [
    None,
    "",
    "sh",
    "serve",
    "guard",
    "rsync --server --sender -e. . /etc",
    "guard ws-a_s_on-nas; id",
    "guard ws-a_s_on-nas\nid",
    "guard $(id)",
    "guard `id`",
    "guard ../nas/ws-a_s_on-nas",
    "guard ws-a_s_on-nas more",
    "guard *",
    "newest ws-a_s_on-nas",
    "points ws-a_s_on-nas",
    "serve ws-a_s_on-nas",
    "serve ws-a_s_on-nas --server",
    "serve ws-a_s_on-nas --server --sender",
    "serve ws-a_s_on-nas --server --sender . /",
    "serve ws-a_s_on-nas --server --sender -e.iLsfxCIvu",
    "serve ws-a_s_on-nas --server --sender -e.iLsfxCIvu . / /etc",
    "serve ws-a_s_on-nas --sender --server -e.iLsfxCIvu . /",
    "serve ws-a_s_on-nas --server -e.iLsfxCIvu . /",
    "serve ws-a_s_on-nas --daemon --server --sender -e.iLsfxCIvu . /",
    "serve ws-a_s_on-nas 2026-11-22T02-30-00Z --server --sender -e.iLsfxCIvu . /",
    "serve ws-a_s_on-nas ../.. --server --sender -e.iLsfxCIvu . /",
]

OPTIONS = [
    "-s -e.iLsfxCIvu",
    "-se.iLsfxCIvu",
    "-Le.iLsfxCIvu",
    "-ke.iLsfxCIvu",
    "-Re.iLsfxCIvu",
    "-lHtpr",
    "-",
    "-e.i/x",
    "-ce.iLsfxCIvu",
    "--protect-args",
    "--secluded-args",
    "--inplace",
    "--link-dest=/",
    "--copy-dest=/",
    "--compare-dest=/",
    "--partial-dir=/",
    "--temp-dir=/",
    "--backup-dir=/",
    "--delete",
    "--delete-during",
    "--log-file=/etc/passwd",
    "--remove-source-files",
    "--write-batch=x",
    "--read-batch=x",
    "--files-from=/etc/passwd",
    "--copy-links",
    "--copy-unsafe-links",
    "--daemon",
    "--config=/x",
    "--timeout=1x",
    "--bwlimit=",
    "--timeout",
    "--numeric-ids=1",
    "--munge-links",
    "--confine-root=/",
    "--filter=merge,/etc/shadow",
    "--exclude-from=/etc/shadow",
    "--debug=ALL",
]


@pytest.mark.parametrize("line", HOSTILE)
def test_what_is_no_request_is_refused(gate: Job, line: str | None) -> None:
    assert ask(gate, line) == refusal("request")


@pytest.mark.parametrize("option", OPTIONS)
def test_options_that_are_not_on_the_list_are_refused(gate: Job, option: str) -> None:
    line = f"serve ws-a_s_on-nas --server --sender -lHtpre.iLsfxCIvu {option} . /"
    assert ask(gate, line) == refusal("option")


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_serves_and_refuses_alike(gate: Job, shell: str) -> None:
    code, out, _ = ask(gate, f"serve ws-a_s_on-nas {SEND}etc", shell=shell)
    assert out[:4] == (32).to_bytes(4, "little"), "rsync speaks its protocol"
    assert code not in (3, 5)
    assert ask(gate, "guard ws-a_s_on-nas; id", shell=shell) == refusal("request")
    assert ask(gate, f"serve ws-a_s_on-nas --server --sender -Le. . {SEND}", shell=shell) == refusal("option")
    assert ask(gate, "guard ws-b_s_on-nas", shell=shell) == refusal("unknown-dataset")
    assert ask(gate, "guard ws-a_s_on-nas", key="other", shell=shell) == refusal("unknown-dataset")
    code, out, _ = ask(gate, "guard ws-a_s_on-nas", shell=shell)
    assert (code, out) == (0, f"ok\tdataset={gate.values['dataset']}\tcopy=ws-a_s_on-nas\topen=0\n".encode())


def test_a_client_sees_only_what_is_served_whatever_path_it_names(gate: Job, tmp_path: Path) -> None:
    wire = tmp_path / "wire"
    wire.write_text(f'#!/bin/sh\nshift\nSSH_ORIGINAL_COMMAND="$*" exec {gate.program}/gate nas\n')
    wire.chmod(0o755)
    for path in ("/", "/etc/", "/etc/passwd", "../../etc", ""):
        landing = tmp_path / "landing"
        subprocess.run(
            ["rsync", "-rlptH", "-e", str(wire), "--rsync-path=serve ws-a_s_on-nas", f"h:{path}", f"{landing}/"],
            check=False,
            capture_output=True,
        )
        names = {entry.name for entry in landing.rglob("*")} if landing.exists() else set()
        assert names <= {entry.name for entry in gate.source.iterdir()}
        shutil.rmtree(landing, ignore_errors=True)


def test_what_runs_is_our_own_line(gate: Job, tmp_path: Path) -> None:
    """A client can name filter files of the server over the protocol: a rsync that can be confined to its folder is."""
    rsync = tmp_path / "rsync"
    path = f"{os.defpath}:{os.environ['PATH']}"
    rsync.write_text('#!/bin/sh\n[ "$2" = --version ] && exit "$OLD"\nprintf "%s\\n" "$@"\n')
    rsync.chmod(0o755)
    line = "serve ws-a_s_on-nas --server --sender -nlHtprSe.iLsfxCIvu --timeout=600 --bwlimit=9 . /etc"
    options = ["-nlHtprSe.iLsfxCIvu", "--timeout=600", "--bwlimit=9", ".", f"{gate.source}/"]
    code, out, _ = ask(gate, line, PATH=f"{tmp_path}:{path}", OLD="0")
    assert out.decode().split() == ["--server", "--sender", f"--confine-root={gate.source}", *options]
    code, out, _ = ask(gate, line, PATH=f"{tmp_path}:{path}", OLD="1")
    assert (code, out.decode().split()) == (0, ["--server", "--sender", *options])
    (gate.source / "points" / "2026-11-22T02-30-00Z").mkdir(parents=True)
    (gate.source / "points" / "2026-11-22T02-30-00Z" / "take").write_text("x")
    write_gate(gate, "ws-a_s_on-nas", kind="points")
    line = line.replace("on-nas", "on-nas 2026-11-22T02-30-00Z")
    _, out, _ = ask(gate, line, PATH=f"{tmp_path}:{path}", OLD="1")
    assert out.decode().split()[-1] == f"{gate.source}/points/2026-11-22T02-30-00Z/"
    assert "--munge-links" in out.decode().split()


def test_guards_of_the_source(gate: Job) -> None:
    for values, reason in (
        ({"id": "x"}, "source-wrong-volume"),
        ({"root": "/nowhere"}, "source-unmounted"),
        ({"volume": "x/y"}, "source-sentinel"),
        ({"path": "/nowhere"}, "source-missing"),
        ({"floor": "6"}, "too-few-files"),
        ({"id": ""}, "config"),
        ({"path": "relative"}, "config"),
    ):
        write_gate(gate, "ws-a_s_on-nas", **values)
        assert ask(gate, f"serve ws-a_s_on-nas {SEND}") == refusal(reason)
    write_gate(gate, "ws-a_s_on-nas", floor="6")
    assert ask(gate, "guard ws-a_s_on-nas") == (5, b"refused\ttoo-few-files\n", "")


@pytest.mark.parametrize("shell", SHELLS)
def test_an_empty_source_is_refused_before_anything_is_read(gate: Job, shell: str) -> None:
    for path in gate.source.rglob("*"):
        if not path.is_dir():
            path.unlink()
    for floor in ("", "1"):
        write_gate(gate, "ws-a_s_on-nas", floor=floor)
        assert ask(gate, "guard ws-a_s_on-nas", shell=shell) == (5, b"refused\tsource-empty\n", "")


def age(job: Job, minutes: int) -> None:
    for path in job.source.rglob("*"):
        moment = time.time() - minutes * 60
        os.utime(path, (moment, moment))


@pytest.mark.parametrize("shell", SHELLS)
def test_files_in_use_make_it_busy_until_the_limit(gate: Job, shell: str) -> None:
    write_gate(gate, "ws-a_s_on-nas", quiet="600", quiet_limit="3600", busy_patterns="*.lock lck-*", exclude="*.log")
    code, out, _ = ask(gate, "guard ws-a_s_on-nas", shell=shell)
    assert (code, out) == (3, b"busy\t0\n")
    code, out, err = ask(gate, f"serve ws-a_s_on-nas {SEND}", shell=shell)
    assert (code, out, err[:25]) == (3, b"", "studio-backup-gate: busy ")
    age(gate, 25)
    (gate.source / "session.log").write_text("written all the time")
    assert ask(gate, "guard ws-a_s_on-nas", shell=shell)[0] == 0
    mark = gate.state / "gate" / "busy-nas-ws-a_s_on-nas"
    assert not mark.exists()
    (gate.source / "lck-7").write_text("")
    age(gate, 25)
    assert ask(gate, "guard ws-a_s_on-nas", shell=shell)[0] == 3
    mark.write_text(f"{int(time.time()) - 3700}\n")
    assert ask(gate, "guard ws-a_s_on-nas", shell=shell)[1].endswith(b"open=1\n")
    assert ask(gate, f"serve ws-a_s_on-nas {SEND}", shell=shell)[2].startswith("studio-backup-gate: open\n")


@pytest.mark.parametrize("shell", SHELLS)
def test_the_sign_of_an_open_project_counts_even_when_it_is_not_copied(gate: Job, shell: str) -> None:
    write_gate(gate, "ws-a_s_on-nas", quiet="600", quiet_limit="3600", busy_patterns="*.lock", exclude="*.tmp *.lock")
    (gate.source / "song.lock").write_text("")
    age(gate, 25)
    (gate.source / "render.tmp").write_text("")
    assert ask(gate, "guard ws-a_s_on-nas", shell=shell)[0] == 3
    (gate.source / "song.lock").unlink()
    assert ask(gate, "guard ws-a_s_on-nas", shell=shell)[0] == 0


@pytest.mark.parametrize("shell", SHELLS)
def test_a_pattern_is_not_read_as_names_of_files_nearby(gate: Job, shell: str, tmp_path: Path) -> None:
    age(gate, 25)
    for name in ("new.tmp", "a{1,2}"):
        (gate.source / name).write_text("")
        (tmp_path / f"other-{name}").write_text("")
    (tmp_path / "other.tmp").write_text("")
    script = (
        f"cd {tmp_path}; . {gate.program}/volume.sh; . {gate.program}/guard.sh; guard_path={gate.source}; "
        "exclude='*.tmp a{1,2}'; busy_patterns=''; changed_within 20 -print"
    )
    assert call(*SHELLS[shell], "-c", script) == ""


def test_a_file_that_grows_under_an_old_date_is_seen_by_two_looks(gate: Job) -> None:
    write_gate(gate, "ws-a_s_on-nas", quiet="600", quiet_limit="3600")
    age(gate, 15)
    started = time.monotonic()
    assert ask(gate, "guard ws-a_s_on-nas")[0] == 0
    assert time.monotonic() - started > 5
    path = gate.source / "take-001.wav"
    grow = f"sleep 2; echo more >>'{path}'; touch -d '-15 minutes' '{path}'"
    writer = subprocess.Popen(["sh", "-c", grow])
    assert ask(gate, "guard ws-a_s_on-nas")[0] == 3
    writer.wait()
    age(gate, 25)
    started = time.monotonic()
    assert ask(gate, "guard ws-a_s_on-nas")[0] == 0
    assert time.monotonic() - started < 4, "nothing moved lately: no second look"


def test_a_file_from_the_future_is_not_busy(gate: Job) -> None:
    write_gate(gate, "ws-a_s_on-nas", quiet="600", quiet_limit="3600")
    age(gate, -60 * 24)
    assert ask(gate, "guard ws-a_s_on-nas")[0] == 0


def test_a_busy_source_that_nobody_can_remember_is_served_as_open(gate: Job) -> None:
    write_gate(gate, "ws-a_s_on-nas", quiet="600", quiet_limit="3600", state="/proc/nowhere")
    assert ask(gate, "guard ws-a_s_on-nas")[1].endswith(b"open=1\n")


@pytest.mark.parametrize("shell", SHELLS)
def test_points_are_listed_and_served_by_name(gate: Job, shell: str) -> None:
    write_gate(gate, "ws-a_s_on-nas", kind="points")
    assert ask(gate, "newest ws-a_s_on-nas", shell=shell) == (0, b"", "")
    for name in ("2026-11-21T02-30-00Z", "2026-11-22T02-30-00Z", ".partial", "x", "2026-11-23"):
        (gate.source / "points" / name).mkdir(parents=True)
    (gate.source / "points" / "2027-01-01T00-00-00Z").symlink_to("/etc")
    (gate.source / "points" / "2026-11-22T02-30-00Z" / "take").write_text("x")
    assert ask(gate, "newest ws-a_s_on-nas", shell=shell)[1] == b"2026-11-22T02-30-00Z\n"
    assert ask(gate, "points ws-a_s_on-nas", shell=shell)[1] == b"2026-11-21T02-30-00Z\n2026-11-22T02-30-00Z\n"
    assert ask(gate, f"serve ws-a_s_on-nas {SEND}", shell=shell) == refusal("request")
    assert ask(gate, f"serve ws-a_s_on-nas 2027-01-01T00-00-00Z {SEND}", shell=shell) == refusal("source-missing")
    _, out, _ = ask(gate, f"serve ws-a_s_on-nas 2026-11-22T02-30-00Z {SEND}", shell=shell)
    assert out[:4] == (32).to_bytes(4, "little")


@pytest.mark.parametrize("filesystem", ["ext4", "btrfs", "xfs"])
@pytest.mark.parametrize("user", ["root", RECEIVER])
def test_the_id_of_a_volume_is_known(own_bench: Bench, filesystem: str, user: str) -> None:
    if filesystem == "xfs" and shutil.which("mkfs.xfs") is None:
        filesystem = "ext2"
    volume = own_bench.make_volume("disk", filesystem, 320 if filesystem == "xfs" else 120)  # no smaller xfs is made
    other = str(uuid.uuid4())
    program = own_bench.folder / "etc" / "northlight"
    for tools in (["dash"], ["busybox", "sh"]):
        for identity, expected in ((volume.id, "0"), (volume.id.upper(), "0"), (other, "1 2")):
            script = (
                f". {program}/volume.sh; find_mount {volume.root} && mounted_id_is {volume.root} {identity}; echo $?"
            )
            done = subprocess.run(
                ["setpriv", "--reuid", user, "--clear-groups", *tools, "-c", script],
                capture_output=True,
                text=True,
                check=True,
            )
            if filesystem == "xfs" and user != "root":
                expected = "2"
            assert done.stdout.strip() in expected.split(), (tools, identity, done.stderr)


@pytest.mark.parametrize("filesystem", ["ext4", "btrfs"])
def test_a_user_without_rights_can_serve(own_bench: Bench, filesystem: str) -> None:
    volume = own_bench.make_volume("disk", filesystem, 120)
    target = own_bench.make_volume("other")
    job = build_job(own_bench, volume, target, "sessions")
    job.fill(3)
    for shell in SHELLS.values():
        for identity, said in ((volume.id, "ok"), (str(uuid.uuid4()), "refused")):
            write_gate(job, "ws-a_s_on-nas", id=identity)
            line = ["setpriv", "--reuid", RECEIVER, "--clear-groups", *shell, str(job.program / "gate"), "nas"]
            environment = {"PATH": os.environ["PATH"], "SSH_ORIGINAL_COMMAND": "guard ws-a_s_on-nas"}
            done = subprocess.run(line, capture_output=True, text=True, env=environment, check=False)
            assert done.stdout.split("\t")[0] == said, (shell, done)


def test_a_mount_with_a_space_in_its_name(own_bench: Bench) -> None:
    volume = own_bench.make_volume("Session Disk")
    parts = f". {own_bench.folder}/etc/northlight/volume.sh"
    right = f'source "{volume.root}" {volume.id} "{volume.name}" northlight'
    script = f'{parts}; check_volume {right}; echo "[$volume_reason]"'
    for words in SHELLS.values():
        assert call(*words, "-c", script) == "[]"


def test_a_mac_is_asked_in_its_own_way(tmp_path: Path) -> None:
    tools = {
        "mount": 'echo "/dev/disk3s1 on /Volumes/Sessions (exfat, local, nodev)"; echo "/dev/disk1 on / (apfs)"; '
        """printf '%s\\n' '/dev/disk4s1 on /Volumes/a\\tb (exfat, local)'""",
        "diskutil": "printf '<key>VolumeUUID</key>\\n\\t<string>0A1B2C3D-0000-0000-0000-000000000001</string>\\n'",
    }
    for name, body in tools.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "volume.sh").write_text(shipped("volume.sh").replace("/usr/sbin/diskutil", f"{tmp_path}/diskutil"))
    source = f". {tmp_path}/volume.sh; mount_table=/nowhere; PATH={tmp_path}:$PATH; "
    right = "0A1B2C3D-0000-0000-0000-000000000001"
    for root, identity, reason in (
        ("/Volumes/Sessions", right, "source-sentinel"),
        ("/Volumes/Sessions", "0A1B2C3D-0000-0000-0000-000000000002", "source-wrong-volume"),
        ("/Volumes/Session", right, "source-unmounted"),
        ("'/Volumes/a\\tb'", right, "source-sentinel"),
    ):
        script = f"{source} check_volume source {root} {identity} ws-a/sessions northlight; echo $volume_reason"
        assert call("bash", "--posix", "-c", script) == reason
