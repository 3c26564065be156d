"""A tree that two systems write: what each makes of times, modes and accents is no change, and what is one is seen."""

from __future__ import annotations

import os
import shutil
import time
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from studio_backup.flavours import APPLE_2_6_9, CLONE_SHARED, FLAVOURS, OPENRSYNC, PUSH_SHARED, Use
from studio_backup.flavours import options as options_of
from tests.shells.job_bench import RECEIVER, SHELLS, Bench, Volume, call
from tests.shells.job_running import Job, Outcome, build_job
from tests.shells.job_server import Server, start_sshd
from tests.shells.push_bench import Pushed, make_pushed
from tests.shells.rsync_flavours import stand_in
from tests.shells.share_bench import OTHER, RUN, make_shared

HOUR, DAY = 3600, 86400
WINDOW = str(26 * HOUR + 2)
WRITTEN = 1_790_000_000
#: What a day's session looks like, with names that have two forms, one below the other.
NAMES = [
    "Größe/Chöre/Stimme é.wav",
    "Größe/Bass.wav",
    "Größe/ệ.wav",
    "が/ギター.wav",
    "plain/take 1.wav",
    "plain/100 %.wav",
]


def given(use: Use) -> dict[str, str]:
    """What the compiler gives to each rsync."""
    return {
        f"options_{name}".translate(str.maketrans("-.", "__")): " ".join(options_of(use, name)).replace(
            "SECONDS", WINDOW
        )
        for name in FLAVOURS
    }


FLAVOURED, CLONED = given(PUSH_SHARED), given(CLONE_SHARED)


@pytest.fixture(scope="module")
def door(bench: Bench) -> Iterator[Server]:
    with start_sshd(bench.folder / "alike", bench.folder / "etc" / "northlight") as started:
        yield started


@pytest.fixture
def pushed(job: Job, door: Server) -> Pushed:
    made = make_pushed(job, door)
    made.sender.set(alike=WINDOW, **FLAVOURED)
    return made


def nfc(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def nfd(name: str) -> str:
    return unicodedata.normalize("NFD", name)


def write(tree: Path, form: Callable[[str], str], shift: int = 0, mode: int = 0o644) -> None:
    """The same tree as one of the systems shows it."""
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    for number, name in enumerate([*NAMES, *(f"many/{count:03}.wav" for count in range(60))]):
        path = tree / form(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"take of {nfc(name)}\n")
        path.chmod(mode)
        os.utime(path, (0, WRITTEN + number * 60 + shift))


def files_of(tree: Path) -> dict[str, tuple[object, ...]]:
    """Every file by its name: inode, mode, time, bytes; the time of a folder only says that something was renamed."""
    found = ((path, path.stat()) for path in tree.rglob("*") if path.is_file())
    return {
        str(path.relative_to(tree)): (is_.st_ino, is_.st_mode, is_.st_mtime, path.read_bytes()) for path, is_ in found
    }


def same(pushed: Pushed) -> None:
    """The other system pushes what this one has pushed: nothing goes anywhere, and no point has a new inode."""
    before, landed = pushed.keeper.newest(), files_of(pushed.landing)
    sent = pushed.sender.run()
    assert sent.code == 0, f"{sent.record} {pushed.sender.log()}"
    assert (sent["bytes"], sent["deleted"], sent["created"] if "created" in sent.record else 0) == (0, 0, 0), (
        sent.record
    )
    assert files_of(pushed.landing) == landed, "no name, time, mode or byte of the landing has changed"
    kept = pushed.keeper.run()
    assert (kept.code, kept["deleted"], kept["rewritten"], kept["files"]) == (0, 0, 0, 66), kept.record
    after = pushed.keeper.newest()
    assert after != before
    assert all((after / path.relative_to(before)).samefile(path) for path in before.rglob("*.wav"))


@pytest.mark.parametrize(
    ("shift", "forms"),
    [(0, (nfc, nfd)), (1, (nfd, nfc)), (-HOUR, (nfc, nfd)), (9 * HOUR + 1, (nfd, nfc)), (DAY, (nfc, nfd))],
)
def test_the_other_side_transfers_nothing_and_deletes_nothing(
    pushed: Pushed, shift: int, forms: tuple[Callable[[str], str], Callable[[str], str]]
) -> None:
    write(pushed.sender.source, forms[0])
    assert pushed.both()["files"] == 66
    write(pushed.sender.source, forms[1], shift, mode=0o777)
    same(pushed)


@pytest.mark.parametrize("shell", SHELLS)
def test_in_every_shell(pushed: Pushed, shell: str) -> None:
    pushed.sender.shell = pushed.keeper.shell = SHELLS[shell]
    write(pushed.sender.source, nfc)
    assert pushed.both()["files"] == 66
    write(pushed.sender.source, nfd, HOUR, mode=0o777)
    same(pushed)


def changed(pushed: Pushed) -> Outcome:
    done = pushed.both()
    assert (done.code, done["result"]) == (0, "ok"), f"{done.record} {pushed.keeper.log()}"
    return done


def test_what_was_written_anew_goes_and_what_is_gone_goes(pushed: Pushed) -> None:
    write(pushed.sender.source, nfc)
    changed(pushed)
    write(pushed.sender.source, nfd, HOUR)
    source = pushed.sender.source
    anew = source / nfd("Größe/Chöre/Stimme é.wav")
    text = "TAKE of " + anew.read_text()[8:]
    when = anew.stat().st_mtime + 60
    anew.write_text(text)
    os.utime(anew, (when, when))
    longer = source / "plain/take 1.wav"
    kept = longer.stat().st_mtime
    longer.write_text("take of something much longer\n")
    os.utime(longer, (kept, kept))
    (source / nfd("Größe/Bass.wav")).unlink()
    (source / nfd("Größe/neu ö.wav")).write_text("new\n")
    done = changed(pushed)
    assert (done["rewritten"], done["deleted"], done["files"]) == (2, 1, 66), done.record
    point = pushed.keeper.newest()
    assert (point / nfc("Größe/Chöre/Stimme é.wav")).read_text() == text
    assert (point / "plain/take 1.wav").read_text() == "take of something much longer\n"
    assert {path.name for path in (point / nfc("Größe")).iterdir()} == {
        nfc("Chöre"), "ệ.wav".replace("ệ", nfc("ệ")), nfd("neu ö.wav"),
    }  # fmt: skip


def test_two_files_of_one_name_in_two_forms_are_two(pushed: Pushed) -> None:
    write(pushed.sender.source, nfc)
    changed(pushed)
    (pushed.sender.source / nfd("Größe/Chöre")).mkdir(parents=True)
    (pushed.sender.source / nfd("Größe/Chöre/Stimme é.wav")).write_text("another\n")
    done = changed(pushed)
    assert (done["deleted"], done["rewritten"], done["files"]) == (0, 0, 67)


def test_a_name_that_no_line_can_hold_makes_every_second_count(pushed: Pushed) -> None:
    write(pushed.sender.source, nfc)
    changed(pushed)
    write(pushed.sender.source, nfc, HOUR)
    (pushed.sender.source / "a\nb").write_text("x")
    pushed.keeper.set(brake_files="1000")
    done = changed(pushed)
    assert (done["rewritten"], done["files"]) == (66, 67)
    assert "times are compared to the second" in pushed.sender.log()


def test_a_push_that_was_refused_leaves_every_name_as_it_was(pushed: Pushed) -> None:
    write(pushed.sender.source, nfc)
    changed(pushed)
    landed = files_of(pushed.landing)
    write(pushed.sender.source, nfd)
    for number in range(60):
        (pushed.sender.source / f"many/{number:03}.wav").unlink()
    refused = pushed.sender.run()
    assert (refused.code, refused["reason"], refused["deleted"]) == (5, "brake-deletions", 60), refused.record
    assert files_of(pushed.landing) == landed


def test_a_push_that_was_cut_is_put_right_by_the_next(pushed: Pushed) -> None:
    write(pushed.sender.source, nfc)
    changed(pushed)
    landed = files_of(pushed.landing)
    identity = pushed.sender.values["id"]
    run = pushed.ask(f"begin {identity}").stdout.decode().strip()
    lines = [f"name\t{nfc('Größe')}\t{nfd('Größe')}", f"name\t{nfd('Größe')}/{nfc('Chöre')}\t{nfd('Größe/Chöre')}"]
    given = "".join(f"{line}\n" for line in [*lines, "end\t2"]).encode()
    assert pushed.ask(f"adjust {identity} {run}", given).returncode == 0
    assert (pushed.landing / nfd("Größe/Chöre")).is_dir()
    assert pushed.ask(f"begin {identity}").returncode == 0
    assert files_of(pushed.landing) == landed


def test_the_gate_calls_nothing_what_leads_out_of_the_landing(pushed: Pushed, tmp_path: Path) -> None:
    pushed.sender.fill(3)
    changed(pushed)
    identity = pushed.sender.values["id"]
    run = pushed.ask(f"begin {identity}").stdout.decode().strip()
    landed = files_of(pushed.landing)
    for line in ("name\ttake-001.wav\t../../points/x", f"name\ttake-001.wav\t{tmp_path}/x", "name\t../files/a\tb",
                 "stale\t../../points", "stale\t/etc/passwd", "name\ttake-001.wav\t", "other\ta\tb", "name\ta//b\tc",
                 "name\t./a\tb"):  # fmt: skip
        done = pushed.ask(f"adjust {identity} {run}", f"{line}\nend\t1\n".encode())
        assert (done.returncode, done.stdout) == (5, b""), line
    assert pushed.ask(f"adjust {identity} {run}", b"stale\ttake-001.wav\n").returncode == 5, "it was cut"
    assert pushed.ask(f"adjust {identity} 20200101T000000Z-1", b"end\t0\n").returncode == 5, "of another run"
    assert pushed.ask(f"stand {identity} 20200101T000000Z-1 end").returncode == 5
    assert files_of(pushed.landing) == landed


@pytest.mark.parametrize("awk", ["/usr/bin/mawk", "busybox awk"])
def test_no_name_is_lent_whose_note_has_no_room(
    pushed: Pushed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, awk: str
) -> None:
    write(pushed.sender.source, nfc)
    changed(pushed)
    landed = files_of(pushed.landing)
    tools = pushed.sender.program.parent / tmp_path.name  # where the gate's user may look
    tools.mkdir()
    text = f"#!/bin/sh\ncase $* in *'line[NR]'*) trap '' XFSZ; ulimit -f 0 ;; esac\nexec {awk} \"$@\"\n"
    (tools / "awk").write_text(text)
    (tools / "awk").chmod(0o755)
    identity = pushed.sender.values["id"]
    run = pushed.ask(f"begin {identity}").stdout.decode().strip()
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    done = pushed.ask(f"adjust {identity} {run}", f"name\t{nfc('Größe')}\t{nfd('Größe')}\nend\t1\n".encode())
    assert (done.returncode, done.stderr.splitlines()[-1]) == (5, b"studio-backup-gate: refused no-space"), done
    monkeypatch.undo()
    assert files_of(pushed.landing) == landed
    assert not (pushed.records / "adjust.new").exists()


def test_the_gate_writes_down_no_more_than_a_list_of_names(pushed: Pushed) -> None:
    """It lies on the keeper's own disk, where nothing else that is sent does."""
    pushed.sender.fill(3)
    changed(pushed)
    identity = pushed.sender.values["id"]
    run = pushed.ask(f"begin {identity}").stdout.decode().strip()
    line = b"stale\ttake-001.wav\n"
    count = 140_000_000 // len(line)
    done = pushed.ask(f"adjust {identity} {run}", line * count + b"end\t%d\n" % count)
    assert (done.returncode, done.stderr) == (5, b"studio-backup-gate: refused incomplete\n")
    assert not (pushed.records / "adjust.new").exists()
    assert (pushed.landing / "take-001.wav").stat().st_mtime > DAY


@pytest.mark.parametrize("flavour", [APPLE_2_6_9, OPENRSYNC])
def test_the_rsyncs_of_macos_keep_the_names(pushed: Pushed, flavour: str, tmp_path: Path) -> None:
    pushed.sender.environment["PATH"] = stand_in(tmp_path / "bin", flavour)
    write(pushed.sender.source, nfc)
    changed(pushed)
    write(pushed.sender.source, nfd, HOUR if flavour == APPLE_2_6_9 else 0, mode=0o777)
    landed = files_of(pushed.landing)
    done = changed(pushed)
    assert (done["deleted"], done["rewritten"]) == (0, 0), done.record
    assert files_of(pushed.landing) == landed


def test_what_a_cut_push_called_otherwise_the_keeper_puts_right(pushed: Pushed) -> None:
    write(pushed.sender.source, nfc)
    changed(pushed)
    before = pushed.keeper.newest()
    write(pushed.sender.source, nfd, HOUR)
    assert pushed.sender.run().code == 0
    (pushed.landing / nfc("Größe")).rename(pushed.landing / nfd("Größe"))
    (pushed.records / "forms").write_text(f"name\t{nfc('Größe')}\t{nfd('Größe')}\n")
    shutil.chown(pushed.records / "forms", RECEIVER)
    pushed.keeper.set(lander=RECEIVER)
    done = pushed.keeper.run()
    assert (done.code, done["deleted"], done["rewritten"], done["files"]) == (0, 0, 0, 66), pushed.keeper.log()
    assert not (pushed.records / "forms").exists()
    assert {path.name for path in pushed.keeper.newest().iterdir()} == {path.name for path in before.iterdir()}


@pytest.fixture
def local(job: Job) -> Job:
    return job.set(alike=WINDOW)


@pytest.mark.parametrize("store", ["tree", "btrfs"])
def test_points_on_the_same_machine_share_what_is_alike(
    bench: Bench, work: Volume, tank: Volume, pool: Volume, store: str
) -> None:
    built = build_job(bench, work, tank if store == "tree" else pool, f"alike{store}", store=store).set(alike=WINDOW)
    try:
        write(built.source, nfc)
        assert built.run().code == 0
        before = built.newest()
        write(built.source, nfc, 9 * HOUR + 1, mode=0o777)
        second = built.run()
        assert (second.code, second["deleted"], second["rewritten"], second["bytes"]) == (0, 0, 0, 0), built.log()
        if store == "tree":
            assert all((built.newest() / one.relative_to(before)).samefile(one) for one in before.rglob("*.wav"))
        anew = built.source / "plain/take 1.wav"
        held = files_of(built.newest())
        text, when = "TAKE" + anew.read_text()[4:], anew.stat().st_mtime + 60
        anew.write_text(text)
        os.utime(anew, (when, when))
        (built.source / "plain/100 %.wav").unlink()
        (built.source / "new.wav").write_text("new\n")
        older = built.newest()
        shown = built.run("preview")
        assert (shown["rewritten"], shown["deleted"]) == (1, 1), shown.out
        assert "rewritten\tplain/take 1.wav\n" in shown.out
        third = built.run()
        assert (third.code, third["rewritten"], third["deleted"], third["files"]) == (0, 1, 1, 66), built.log()
        assert third["bytes"] == len(text.encode()) + 4
        assert (built.newest() / "plain/take 1.wav").read_text() == text
        assert files_of(older) == held, "what a point holds is never touched"
        write(built.source, nfc, 5)
        (built.source / "a\nb").write_text("x")
        odd = built.set(brake_files="1000").run()
        assert (odd.code, odd["rewritten"]) == (0, 65), built.log()
    finally:
        for point in built.points() if store == "btrfs" else []:
            call("btrfs", "subvolume", "delete", built.target / "points" / point)
        shutil.rmtree(built.target)
        shutil.rmtree(built.source)


def test_a_mirror_sets_nothing_aside_that_is_alike(local: Job) -> None:
    local.set(mode="mirror")
    write(local.source, nfc)
    assert local.run().code == 0
    write(local.source, nfc, HOUR, mode=0o777)
    anew = local.source / "plain/take 1.wav"
    anew.write_text("TAKE" + anew.read_text()[4:])
    done = local.run()
    assert (done.code, done["rewritten"], done["deleted"]) == (0, 1, 0), local.log()
    aside = [one.name for one in (local.target / "replaced").rglob("*.wav")]
    assert aside == ["take 1.wav"]
    assert (local.target / "current/plain/take 1.wav").read_text().startswith("TAKE")


@pytest.mark.parametrize("flavour", [None, APPLE_2_6_9, OPENRSYNC])
def test_a_clone_rewrites_nothing_that_is_alike(
    bench: Bench, request: pytest.FixtureRequest, tmp_path: Path, flavour: str | None
) -> None:
    name = f"k{abs(hash(request.node.nodeid)) % 10**6}"
    source, target = bench.make_volume(f"{name}a"), bench.make_volume(f"{name}b")
    clone = build_job(bench, source, target, name)
    clone.source.rmdir()
    clone.target.rmdir()
    clone.source, clone.target = source.root / "all", target.root / "all"
    clone.set(source_path=str(source.root), target=str(target.root), mode="clone", alike=WINDOW, **CLONED)
    if flavour:
        clone.environment["PATH"] = stand_in(tmp_path / "bin", flavour)
    write(clone.source, nfc)
    assert clone.run()["files"] == 66, clone.log()
    held = files_of(clone.target)
    write(clone.source, nfc, HOUR if flavour != OPENRSYNC else 0, mode=0o777)
    again = clone.run()
    assert (again.code, again["rewritten"], again["deleted"]) == (0, 0, 0), clone.log()
    assert files_of(clone.target) == held
    anew = clone.source / "plain/take 1.wav"
    text, when = "TAKE" + anew.read_text()[4:], anew.stat().st_mtime + 60
    anew.write_text(text)
    os.utime(anew, (when, when))
    (clone.source / "plain/100 %.wav").unlink()
    shown = clone.run("preview")
    assert sorted(shown.out.splitlines()[:-1]) == ["deleted\tall/plain/100 %.wav", "rewritten\tall/plain/take 1.wav"]
    done = clone.run()
    assert (done.code, done["rewritten"], done["deleted"]) == (0, 1, 1), clone.log()
    assert (clone.target / "plain/take 1.wav").read_text() == text
    newer = clone.target / "plain/take 1.wav"
    newer.write_text("WORK" + text[4:])
    told = clone.run()
    assert (told.code, told["reason"]) == (1, "newer-at-target"), told.record
    assert newer.read_text().startswith("WORK")


def test_what_windows_landed_by_the_share_is_not_sent_again_by_the_mac(job: Job, door: Server) -> None:
    """As in the field: composed names and Samba's modes in the landing, the Mac's own of both at the source."""
    both = make_shared(job, door)
    both.sender.set(alike=WINDOW, **FLAVOURED)
    write(both.landing, nfc, mode=0o744)
    for path in (both.landing, *both.landing.rglob("*")):
        shutil.chown(path, RECEIVER, RECEIVER)
    both.put("begun", RUN)
    both.put("ended", f"{RUN} 66 0")
    assert both.keeper.run()["files"] == 66, both.keeper.log()
    time.sleep(1.1)  # a point is named by its second
    write(both.sender.source, nfd, -9 * HOUR - 1, mode=0o700)
    same(both)
    both.put("begun", OTHER)
    both.put("ended", f"{OTHER} 66 0")
    again = both.keeper.run()
    assert (again["files"], again["deleted"], again["rewritten"]) == (66, 0, 0), (
        "and the next from Windows changes nothing"
    )


def test_without_local_times_an_hour_is_an_hour(pushed: Pushed) -> None:
    pushed.sender.set(alike="2", **{name: text.replace(WINDOW, "2") for name, text in FLAVOURED.items()})
    write(pushed.sender.source, nfc)
    changed(pushed)
    write(pushed.sender.source, nfd, 2)
    same(pushed)
    write(pushed.sender.source, nfd, HOUR)
    pushed.keeper.set(brake_files="1000")
    assert changed(pushed)["rewritten"] == 66


def test_a_source_that_cannot_be_listed_sends_nothing_and_one_that_moves_is_looked_at_again(
    pushed: Pushed, tmp_path: Path
) -> None:
    write(pushed.sender.source, nfc)
    changed(pushed)
    landed = files_of(pushed.landing)
    (tmp_path / "bin").mkdir()
    stat = tmp_path / "bin/stat"
    path = pushed.sender.environment.get("PATH", os.environ["PATH"])
    for times, code in ((1, 0), (9, 1)):
        # The first looks at a tree fail, as if a file had gone in the middle of it; -f asks which stat this is.
        stat.write_text(f"""#!/bin/sh
case $* in -f*) exit 1 ;; *%Y*) echo x >>{tmp_path}/asked; [ $(wc -l <{tmp_path}/asked) -gt {times} ] || exit 1 ;; esac
exec /usr/bin/stat "$@"
""")
        stat.chmod(0o755)
        (tmp_path / "asked").write_text("")
        (pushed.sender.source / "more.wav").write_text("more\n" * times)
        pushed.sender.environment["PATH"] = f"{tmp_path}/bin:{path}"
        outcome = pushed.sender.run()
        assert outcome.code == code, f"{outcome.record} {pushed.sender.log()}"
    assert outcome["reason"] == "rsync-partial"
    assert set(files_of(pushed.landing)) == {*landed, "more.wav"}
    assert (pushed.landing / "more.wav").read_text() == "more\n"


@pytest.mark.parametrize("shell", SHELLS)
def test_a_folder_that_nobody_may_read_is_no_failure_where_it_is_left_out(pushed: Pushed, shell: str) -> None:
    """macOS lets not even root into some of its own folders; here root does without the right to read everything."""
    pushed.sender.conf.with_suffix(".exclude").write_text("/.Spotlight-V100/\n.Trashes/\n._*\n.*\n")
    pushed.sender.shell = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", *SHELLS[shell]]
    source = pushed.sender.source
    write(source, nfc)
    for name in (".Spotlight-V100", "plain/.Trashes"):
        (source / name).mkdir()
        (source / name).chmod(0)
    assert changed(pushed)["files"] == 66
    anew = source / "plain/take 1.wav"
    text, when = "TAKE" + anew.read_text()[4:], anew.stat().st_mtime + 60
    anew.write_text(text)
    os.utime(anew, (when, when))
    assert changed(pushed)["rewritten"] == 1
    assert (pushed.landing / "plain/take 1.wav").read_text() == text, (
        "the folder itself is called `.`, and is looked at"
    )
    (source / "plain/Trashes").mkdir()
    (source / "plain/Trashes").chmod(0)
    outcome = pushed.sender.run()
    assert (outcome.code, outcome["reason"]) == (1, "rsync-partial"), "what is copied and cannot be read is one"


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    "cut",
    ["head -n 40", "head -c 2001", "sed 30d", "head -c 0", "sed '$d'"],
    ids=["lines", "bytes", "hole", "all", "end"],
)
def test_a_listing_that_was_cut_is_no_listing(pushed: Pushed, tmp_path: Path, shell: str, cut: str) -> None:
    """What it lacks would pass for a file that is not there, and what was written anew of it would not be sent."""
    pushed.sender.shell = SHELLS[shell]
    write(pushed.sender.source, nfc)
    changed(pushed)
    landed = files_of(pushed.landing)
    anew = pushed.sender.source / "many/059.wav"
    text, when = "TAKE" + anew.read_text()[4:], anew.stat().st_mtime + 60
    anew.write_text(text)
    os.utime(anew, (when, when))
    (tmp_path / "ssh").write_text(
        f'#!/bin/sh\ncase $* in *stand*) exec 3>&1; /usr/bin/ssh "$@" | {cut} >&3; exit 0 ;; esac\n'
        'exec /usr/bin/ssh "$@"\n'
    )
    (tmp_path / "ssh").chmod(0o755)
    pushed.sender.environment["PATH"] = f"{tmp_path}:{os.environ['PATH']}"
    outcome = pushed.sender.run()
    assert (outcome.code, outcome["reason"]) == (1, "rsync-network"), outcome.record
    assert files_of(pushed.landing) == landed
    del pushed.sender.environment["PATH"]
    assert changed(pushed)["rewritten"] == 1, "and the next is whole"
    assert (pushed.landing / "many/059.wav").read_text() == text


def test_a_sender_and_a_keeper_of_two_versions_refuse_each_other_until_both_are_of_one(
    pushed: Pushed, tmp_path: Path
) -> None:
    """The one before it asks for a listing without an end, and knows of no other request."""
    write(pushed.sender.source, nfc)
    changed(pushed)
    landed = files_of(pushed.landing)
    identity = pushed.sender.values["id"]
    run = pushed.ask(f"begin {identity}").stdout.decode().strip()
    assert pushed.ask(f"stand {identity} {run}").stderr == b"studio-backup-gate: refused request\n"
    listing = pushed.ask(f"stand {identity} {run} end").stdout.decode().splitlines()
    assert listing[-1] == f"end\t{len(listing) - 1}"
    (tmp_path / "ssh").write_text(
        '#!/bin/sh\ncase $* in *stand*) echo "studio-backup-gate: refused request" >&2; exit 5 ;; esac\n'
        'exec /usr/bin/ssh "$@"\n'
    )
    (tmp_path / "ssh").chmod(0o755)
    pushed.sender.environment["PATH"] = f"{tmp_path}:{os.environ['PATH']}"
    outcome = pushed.sender.run()
    assert (outcome.code, outcome["reason"]) == (5, "request")
    assert files_of(pushed.landing) == landed
    del pushed.sender.environment["PATH"]
    same(pushed)
