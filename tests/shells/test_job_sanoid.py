"""Snapshots by sanoid, on stand-ins for it and for ZFS: our guards, our brake, its word; and the real one."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from studio_backup.compile import routes
from studio_backup.compile.snapshots import sanoid
from tests.shells.job_bench import SHELLS, Bench
from tests.shells.job_running import Job
from tests.shells.zfs_bench import Zfs
from tests.test_compile_sanoid import studio

SOURCE = "tank/data"
#: Takes a snapshot each time, and keeps the newest three; says on `told` what it was asked.
SANOID = """#!/bin/sh
printf '%s\\n' "$*" >>{told}
{before}
case "$*" in
  *--take-snapshots*) zfs snapshot {source}@$(date -u +autosnap_%Y-%m-%d_%H:%M:%S)_$$_hourly ;;
  *--prune-snapshots*)
    zfs list -H -t snapshot -o name {source} | grep @autosnap_ | head -n -3 | while read -r old; do
      zfs destroy "$old"
    done ;;
esac
"""


@pytest.fixture
def zfs(bench: Bench, request: pytest.FixtureRequest) -> Zfs:
    return Zfs(bench, f"{abs(hash(request.node.nodeid)) % 10**9}")


def equip(zfs: Zfs, before: str = "") -> None:
    hook = zfs.hooks / "sanoid"
    hook.write_text(SANOID.format(told=zfs.folder / "told", before=before, source=SOURCE))
    hook.chmod(0o755)


@pytest.fixture
def snapshots(bench: Bench, zfs: Zfs) -> Job:
    built = zfs.build_snapshots(bench)
    built.set(by="sanoid")
    built.fill(5)
    equip(zfs)
    return built


def made(zfs: Zfs) -> list[str]:
    return [name for name in zfs.points(SOURCE) if name.startswith("autosnap_")]


@pytest.mark.parametrize(
    "shell", [pytest.param(shell, marks=[] if shell == "dash" else pytest.mark.long) for shell in SHELLS]
)
def test_sanoid_makes_them_and_zfs_is_asked_what_there_is(zfs: Zfs, snapshots: Job, shell: str) -> None:
    snapshots.shell = SHELLS[shell]
    first = snapshots.run()
    assert (first.code, first["files"]) == (0, 5), first.err + snapshots.log()
    (snapshots.source / "take-001.wav").unlink()
    second = snapshots.run()
    assert (second.code, second["deleted"]) == (0, 1), second.err + snapshots.log()
    assert len(made(zfs)) == 2
    assert zfs.points(SOURCE) == made(zfs), "what was judged is gone again"
    assert (snapshots.target / "points" / made(zfs)[0] / "take-001.wav").read_text() == "take 1\n"
    assert snapshots.run("newest").out == f"{second['restore_point']}\n"
    asked = (zfs.folder / "told").read_text().splitlines()
    folder = f"{snapshots.state}/sanoid/{snapshots.values['id']}"
    own = f"--configdir={snapshots.conf.with_suffix('.sanoid')} --cache-dir={folder} --run-dir={folder}"
    assert asked == [f"{own} --force-update --verbose {verb}" for verb in ("--take-snapshots", "--prune-snapshots")] * 2
    for _ in range(3):
        assert snapshots.run().code == 0, snapshots.log()
    assert len(made(zfs)) == 3


def test_the_brake_comes_first(zfs: Zfs, snapshots: Job) -> None:
    snapshots.fill(200, "song")
    assert snapshots.run().code == 0, snapshots.log()
    asked = (zfs.folder / "told").read_text()
    for path in snapshots.source.glob("song*"):
        path.unlink()
    refused = snapshots.run()
    assert (refused.code, refused["reason"], refused["deleted"]) == (5, "brake-deletions", 200), snapshots.log()
    assert (zfs.folder / "told").read_text() == asked, "nothing is rotated either"
    snapshots.accept(refused["run"])
    assert snapshots.run().code == 0, snapshots.log()
    assert len(made(zfs)) == 2


def test_an_exit_code_is_not_believed(zfs: Zfs, snapshots: Job) -> None:
    """sanoid 2.1.0 ends with 0 when ZFS refused the snapshot, and with 255 when it does not take what it is told."""
    equip(zfs, 'echo "CRITICAL ERROR: zfs snapshot tank/data@x failed, 256 at sanoid line 627." >&2; exit 0')
    assert (snapshots.run()["result"], snapshots.run()["reason"]) == ("failed", "tool")
    equip(zfs, 'echo "FATAL ERROR: I do not understand the setting bogus" >&2; exit 255')
    assert snapshots.run()["reason"] == "tool-config"
    equip(zfs, "exit 0")
    assert snapshots.run()["reason"] == "tool", "nothing was made"
    assert "--prune" not in (zfs.folder / "told").read_text(), "so nothing old goes either"
    (zfs.hooks / "sanoid").unlink()
    assert snapshots.run()["reason"] == "tool-missing"
    assert made(zfs) == []
    equip(zfs, 'case "$*" in *--prune*) echo "could not remove tank/data@x : 256 at sanoid" >&2; exit 0 ;; esac')
    outcome = snapshots.run()
    assert (outcome["reason"], len(made(zfs))) == ("tool", 1), "made, and told that the old ones stay"
    assert outcome["restore_point"] is not None


def test_what_it_has_made_in_this_hour_it_need_not_make_again(zfs: Zfs, snapshots: Job) -> None:
    snapshots.set(period="3600")
    assert snapshots.run().code == 0, snapshots.log()
    equip(zfs, "exit 0")
    again = snapshots.run(manual=True)
    assert (again["result"], again["reason"]) == ("ok", "period"), snapshots.log()
    assert len(made(zfs)) == 1


def test_a_clock_that_is_behind_lets_nothing_go(zfs: Zfs, snapshots: Job) -> None:
    for _ in range(3):
        assert snapshots.run().code == 0, snapshots.log()
    state = zfs.state
    state[SOURCE]["snapshots"][made(zfs)[-1]]["creation"] += 7 * 86_400
    zfs.save(state)
    outcome = snapshots.run()
    assert (outcome["result"], outcome["reason"]) == ("ok", "clock-behind"), snapshots.log()
    assert len(made(zfs)) == 4


def test_what_zfs_does_not_tell_is_unread(zfs: Zfs, snapshots: Job) -> None:
    assert snapshots.run().code == 0, snapshots.log()
    real = zfs.hooks / "zfs"
    real.rename(zfs.hooks / "zfs-real")
    real.write_text(
        f'#!/bin/sh\ncase "$*" in "list "*creation*) exit 1 ;; esac\nexec {Path(zfs.hooks)}/zfs-real "$@"\n'
    )
    real.chmod(0o755)
    assert snapshots.run()["reason"] == "tool-listing"
    assert len(made(zfs)) == 1
    assert (snapshots.run("list").code, snapshots.run("newest").code) == (1, 1), "no point is not what it says"


def test_what_was_made_at_one_moment_for_two_rules_is_one_point(zfs: Zfs, snapshots: Job) -> None:
    outcome = snapshots.run()
    state = zfs.state
    (name,) = made(zfs)
    state[SOURCE]["snapshots"][name.replace("hourly", "daily")] = state[SOURCE]["snapshots"][name]
    zfs.save(state)
    assert snapshots.run("list").out.split() == [outcome["restore_point"]]


#: Debian's package installs a timer, and ZFS with it: its files are laid over /usr/share for the job alone.
PACKAGES = ("sanoid", "libcapture-tiny-perl", "libconfig-inifiles-perl")
OVERLAY = 'mount -t overlay -o "lowerdir=$0:/usr/share" overlay /usr/share && exec "$@"'


def real(zfs: Zfs, snapshots: Job) -> Path:
    """sanoid 2.1 itself, told what the compiler tells it; its configuration."""
    packages = zfs.folder / "packages"
    packages.mkdir()
    subprocess.run(["apt-get", "download", "-q", *PACKAGES], cwd=packages, check=True, capture_output=True)
    for package in packages.glob("*.deb"):
        subprocess.run(["dpkg", "-x", package, packages / "root"], check=True)
    (zfs.hooks / "sanoid").unlink()
    (packages / "root/usr/sbin/sanoid").rename(zfs.hooks / "sanoid")
    snapshots.environment["PERL5LIB"] = str(packages / "root/usr/share/perl5")
    share = str(packages / "root/usr/share")
    snapshots.shell = ["unshare", "--mount", "--propagation", "private", "sh", "-c", OVERLAY, share, "dash"]
    told = snapshots.conf.with_suffix(".sanoid") / "sanoid.conf"
    told.parent.mkdir()
    (route,) = routes(studio())
    told.write_text(sanoid(route, SOURCE).replace("hourly = 48", "hourly = 3").replace("daily = 30", "daily = 0"))
    return told


@pytest.mark.long
def test_the_real_one_is_told_believed_and_pruned_by(zfs: Zfs, snapshots: Job) -> None:
    told = real(zfs, snapshots)
    told.write_text(told.read_text().replace("yearly = 2", "yearly = 0"))
    first = snapshots.set(period="3600").run()
    assert (first.code, first["files"]) == (0, 5), first.err + snapshots.log()
    (name,) = made(zfs)
    assert name.endswith("_hourly")
    again = snapshots.run(manual=True)
    assert (again["result"], again["reason"], made(zfs)) == ("ok", "period", [name]), snapshots.log()

    # Of those that are older than its three hours it lets go what it has made itself.
    state = zfs.state
    held = state[SOURCE]["snapshots"]
    for hour in (9, 8, 7, 2):
        moment = int(time.time()) - hour * 3600
        older = time.strftime("autosnap_%Y-%m-%d_%H:%M:%S_hourly", time.gmtime(moment))
        held[older] = {**held[name], "creation": moment}
        (Path(state[SOURCE]["mountpoint"]) / ".zfs/snapshot" / older).mkdir()
    held["mine"] = {**held[name], "creation": 1}
    state[SOURCE]["snapshots"] = dict(sorted(held.items(), key=lambda one: int(one[1]["creation"])))
    zfs.save(state)
    outcome = snapshots.set(period="").run()
    assert (outcome["result"], outcome["reason"]) == ("ok", "period"), snapshots.log()
    assert len(made(zfs)) == 3, "the newest three"
    assert made(zfs)[-1] == name
    assert "mine" in zfs.points(SOURCE)

    told.write_text(told.read_text() + "\tbogus = 1\n")
    assert snapshots.run()["reason"] == "tool-config"
