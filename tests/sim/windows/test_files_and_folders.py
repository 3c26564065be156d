"""Our files and folders on the stand-in: closed from the first moment, mended after hands, whole after cuts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from studio_backup.paths import OUR_WINDOWS, below, configuration, state
from studio_backup.resource import Resource
from studio_backup.resources.folder_acl import FolderAcl
from studio_backup.resources.windows_file import WindowsFile
from studio_backup.windows.holding import acquire
from tests.sim.windows.access import ADMINISTRATORS, SYSTEM, Acl, Rule
from tests.sim.windows.machine import Windows
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.values import Hashtable
from tests.sim.windows.studio import NAME, PLACE, STUDIO, Studio

TOP = configuration(STUDIO, "windows")
JOB, SETTINGS = below(TOP, "job.ps1"), below(TOP, "jobs", "x.json")
USER = "S-1-5-21-1004336348-1177238915-682003330-1002"
FOLDERS = (OUR_WINDOWS, TOP.rpartition("\\")[0], TOP, below(TOP, "jobs"), state(STUDIO, "windows").rpartition("\\")[0],
           state(STUDIO, "windows"))  # fmt: skip
BOM = b"\xef\xbb\xbf"


def wanted(text: str = "# Größe\nexit 0\n") -> list[Resource]:
    """A program, its settings, and all folders on the way; folders need those above them."""
    folders = [
        FolderAcl(system=NAME, name=name, place=PLACE,
                  requires=() if name == OUR_WINDOWS else (f"{NAME}/folder-acl/{name.rpartition(chr(92))[0]}",))
        for name in FOLDERS
    ]  # fmt: skip
    files = [
        WindowsFile(system=NAME, name=name, place=PLACE, text=body,
                    requires=(f"{NAME}/folder-acl/{name.rpartition(chr(92))[0]}",))
        for name, body in ((JOB, text), (SETTINGS, '{"é": 1}\n'))
    ]  # fmt: skip
    return [*folders, *files]


@pytest.fixture
def studio(windows: Windows) -> Studio:
    return Studio(windows, wanted())


def address(path: str) -> str:
    return f"{NAME}/{'windows-file' if path in (JOB, SETTINGS) else 'folder-acl'}/{path}"


def below_top(windows: Windows) -> list[str]:
    """Every file below our configuration."""
    top = windows.real(TOP)
    return sorted(str(path.relative_to(top)) for path in top.rglob("*") if path.is_file())


def test_one_run_makes_it_all_and_a_removal_takes_it_away(windows: Windows, studio: Studio) -> None:
    studio.converge()
    assert windows.real(JOB).read_bytes() == BOM + "# Größe\nexit 0\n".encode()
    assert windows.real(SETTINGS).read_bytes() == '{"é": 1}\n'.encode()
    assert below_top(windows) == ["job.ps1", "jobs/x.json"]
    for path in (*FOLDERS, JOB, SETTINGS):
        acl = windows.access.of(path)
        assert acl.owner == ADMINISTRATORS
        assert {(rule.sid, rule.allow) for rule in acl.rules} == {(SYSTEM, True), (ADMINISTRATORS, True)}, path
    studio.want([])
    studio.converge()
    assert not windows.real(TOP).exists()
    assert windows.real(state(STUDIO, "windows").rpartition("\\")[0]).exists(), "the manifest stands there"


def test_what_the_lock_makes_is_closed_before_anything_is_written_there(windows: Windows, studio: Studio) -> None:
    """A wave has its entries in the manifest before the first of its steps closes anything."""
    seen: list[dict[str, set[str]]] = []

    def look(*_: object) -> None:
        kept = [OUR_WINDOWS, FOLDERS[4], f"{FOLDERS[4]}\\manifest", f"{FOLDERS[4]}\\log"]
        there = [path for path in kept if windows.real(path).exists()]
        seen.append({path: {rule.sid for rule in windows.access.of(path).rules} for path in there})

    windows.before("New-Object", look)
    studio.converge()
    assert max(map(len, seen)) == 4
    assert all(who == {SYSTEM, ADMINISTRATORS} for one in seen for who in one.values())


@pytest.mark.parametrize("place", ["", "\\state", "\\state\\manifest"])
def test_a_lock_is_not_taken_through_a_junction(windows: Windows, place: str) -> None:
    elsewhere = windows.folder / "C" / "Users" / "tech" / "elsewhere"
    elsewhere.mkdir()
    link = windows.real(f"{OUR_WINDOWS}{place}")
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(elsewhere)
    held = windows.transport().open(acquire("anna", "one"))
    assert b"held" not in held.read(1000)
    assert held.exit_status() == 1
    assert "leads elsewhere" in held.errors()
    assert not [path for path in elsewhere.rglob("*") if path.is_file()]


@pytest.mark.parametrize("place", ["\\state", "\\state\\manifest"])
def test_a_lock_is_not_taken_in_a_folder_that_somebody_made_before_us(windows: Windows, place: str) -> None:
    """Anybody may: a file of the lock's name in it could be a second name of any other."""
    folder = f"{OUR_WINDOWS}{place}"
    windows.real(folder).mkdir(parents=True)
    windows.real(f"{folder}\\lock").write_bytes(b"theirs")
    windows.access.put(folder, Acl(USER, True, [Rule(USER), Rule(SYSTEM), Rule(ADMINISTRATORS)]))
    held = windows.transport().open(acquire("anna", "one"))
    assert b"held" not in held.read(1000)
    assert f"{folder} belongs to {USER}" in held.errors()
    assert windows.real(f"{folder}\\lock").read_bytes() == b"theirs"


def test_the_folder_above_is_closed_before_anything_is_written_below_it(windows: Windows) -> None:
    windows.real(OUR_WINDOWS).mkdir()
    windows.access.put(OUR_WINDOWS, Acl(USER, True, [Rule(USER), Rule(SYSTEM), Rule(ADMINISTRATORS)]))
    held = windows.transport().open(acquire("anna", "one"))
    assert b"held" in held.read(1000)
    acl = windows.access.of(OUR_WINDOWS)
    assert (acl.owner, {rule.sid for rule in acl.rules}) == (ADMINISTRATORS, {SYSTEM, ADMINISTRATORS})


def add_right(windows: Windows) -> None:
    acl = windows.access.of(TOP)
    windows.access.put(TOP, Acl(acl.owner, acl.closed, [*acl.rules, Rule(USER, 0x1301BF)]))


def let_read(windows: Windows) -> None:
    acl = windows.access.of(TOP)
    windows.access.put(TOP, Acl(acl.owner, acl.closed, [*acl.rules, Rule("S-1-1-0", 0x1200A9)]))


HANDS: dict[str, tuple[str, str, Callable[[Windows], object]]] = {
    "text": (JOB, "text", lambda w: w.real(JOB).write_bytes(BOM + b"exit 1\n")),
    "byte order mark": (JOB, "text", lambda w: w.real(JOB).write_bytes("# Größe\nexit 0\n".encode())),
    "carriage returns": (SETTINGS, "text", lambda w: w.real(SETTINGS).write_bytes('{"é": 1}\r\n'.encode())),
    "emptied": (SETTINGS, "text", lambda w: w.real(SETTINGS).write_bytes(b"")),
    "deleted": (JOB, "text", lambda w: w.real(JOB).unlink()),
    "owner": (TOP, "owner", lambda w: w.access.put(TOP, Acl(USER, True, w.access.of(TOP).rules))),
    "a right": (TOP, "rights", add_right),
    "a right to read": (TOP, "rights", let_read),
    "open": (OUR_WINDOWS, "inherits rights", lambda w: w.access.put(OUR_WINDOWS, Acl(ADMINISTRATORS, False, []))),
    "a file open": (TOP, "loose", lambda w: w.access.put(JOB, Acl(ADMINISTRATORS, False, [Rule(USER, 2, inherit=0)]))),
    "a file of somebody": (TOP, "loose", lambda w: w.access.put(JOB, Acl(USER, False, []))),
    "a file closed to others alone": (
        TOP, "loose", lambda w: w.access.put(JOB, Acl(ADMINISTRATORS, True, [Rule(USER, inherit=0)]))),
}  # fmt: skip


@pytest.mark.parametrize("hand", HANDS)
def test_a_hand_at_it_is_drift_and_mended(windows: Windows, studio: Studio, hand: str) -> None:
    studio.converge()
    path, fields, change = HANDS[hand]
    change(windows)
    found = studio.change(address(path))
    assert " ".join(item.name for item in found.fields) == fields
    assert studio.differs() == {address(path): ("drifted", "create" if hand == "deleted" else "update")}
    studio.converge()
    acl = windows.access.of(JOB)
    assert (acl.owner, {rule.sid for rule in acl.rules}) == (ADMINISTRATORS, {SYSTEM, ADMINISTRATORS})


def test_what_somebody_made_there_before_us_is_closed_and_holds_nothing_open(windows: Windows, studio: Studio) -> None:
    """Anybody may make folders below ProgramData: even one with our very program in it, and rights for themselves."""
    windows.real(TOP).mkdir(parents=True)
    windows.real(TOP).joinpath("job.ps1").write_bytes(BOM + "# Größe\nexit 0\n".encode())
    for path in (OUR_WINDOWS, TOP.rpartition("\\")[0], TOP, JOB):
        windows.access.put(path, Acl(USER, True, [Rule(USER), Rule(SYSTEM), Rule(ADMINISTRATORS)]))
    studio.converge()
    for path in (*FOLDERS, JOB, SETTINGS):
        acl = windows.access.of(path)
        assert (acl.owner, {rule.sid for rule in acl.rules}) == (ADMINISTRATORS, {SYSTEM, ADMINISTRATORS}), path


def test_a_program_that_somebody_left_there_is_a_conflict(windows: Windows, studio: Studio) -> None:
    windows.real(TOP).mkdir(parents=True)
    windows.real(TOP).joinpath("job.ps1").write_bytes(BOM + b"& evil.exe\n")
    assert studio.differs()[address(JOB)] == ("conflict", "conflict")
    studio.apply()
    assert windows.real(JOB).read_bytes() == BOM + b"& evil.exe\n"


@pytest.mark.parametrize("path", [JOB, below(TOP, "jobs"), TOP, OUR_WINDOWS], ids=["file", "folder", "ours", "top"])
def test_a_junction_is_never_followed(windows: Windows, studio: Studio, path: str) -> None:
    if path != OUR_WINDOWS:
        studio.converge()
    elsewhere = windows.folder / "C" / "Users" / "tech" / "elsewhere"
    elsewhere.mkdir()
    place = windows.real(path)
    if place.is_dir():
        place.rename(windows.folder / "C" / "kept")
    elif place.exists():
        place.unlink()
    place.symlink_to(elsewhere)
    classes = {one[0] for one in studio.differs().values()}
    assert classes & {"conflict", "unread"}
    studio.want(wanted("exit 7\n"))
    studio.apply()
    assert list(elsewhere.rglob("*")) == []
    assert place.is_symlink()


def test_what_changed_since_the_plan_is_not_overwritten(windows: Windows, studio: Studio) -> None:
    studio.converge()
    asked: list[str] = []

    def edit(_: Shell, __: str, bound: Hashtable) -> None:
        # The guard reads its word: the survey that planned it is over.
        word = str(bound.get("InputObject"))
        if not asked and word.startswith('{"path"'):
            asked.append(word)
            windows.real(JOB).write_bytes(BOM + b"exit 9\n")

    studio.want(wanted("exit 7\n"))
    windows.before("ConvertFrom-Json", edit)
    failed = studio.apply().failed
    assert [one.change.address for one in failed] == [address(JOB)]
    assert "not what was seen there" in failed[0].log
    assert asked
    assert windows.real(JOB).read_bytes() == BOM + b"exit 9\n"
    assert below_top(windows) == ["job.ps1", "jobs/x.json"]


def test_a_full_disk_leaves_the_old_file_whole(windows: Windows, studio: Studio) -> None:
    studio.converge()
    studio.want(wanted(f"# {'x' * 50_000}\n"))
    windows.state["drives"]["C"]["free"] = 40_000
    assert [one.change.address for one in studio.apply().failed] == [address(JOB)]
    assert windows.real(JOB).read_bytes() == BOM + "# Größe\nexit 0\n".encode()
    assert below_top(windows) == ["job.ps1", "jobs/x.json"]
    windows.state["drives"]["C"]["free"] = 2**30
    studio.converge()


def test_a_file_that_cannot_be_read_is_unread_alone(windows: Windows, studio: Studio) -> None:
    studio.converge()
    windows.state["troubles"] = [{"path": JOB, "what": "denied", "access": ("read",)}]
    assert studio.differs() == {address(JOB): ("unread", "unread")}
    windows.state["troubles"] = [{"path": TOP, "what": "denied"}]
    assert set(studio.differs().values()) == {("unread", "unread")}


@pytest.mark.parametrize("closed", [OUR_WINDOWS, FOLDERS[4], f"{FOLDERS[4]}\\manifest"])
def test_a_manifest_in_a_folder_that_may_not_be_entered_is_unread_and_never_empty(
    windows: Windows, studio: Studio, closed: str
) -> None:
    """To somebody who is no administrator Windows says that nothing is there."""
    studio.converge()
    windows.state["troubles"] = [{"path": closed, "what": "denied"}]
    assert set(studio.differs().values()) == {("unread", "unread")}
    windows.state["troubles"] = []
    studio.want([])
    windows.state["troubles"] = [{"path": closed, "what": "denied"}]
    assert studio.plan().changes == ()
    assert studio.apply().results == {}


#: Of what the step makes and calls, and the wave behind it: before the file aside, once it is written, in place, …
@pytest.mark.parametrize(
    "moment", [4, 5, 8, 12, *(pytest.param(one, marks=pytest.mark.long) for one in (1, 3, 7, 9, 11, 14))]
)
def test_a_step_that_is_killed_anywhere_is_simply_run_again(windows: Windows, studio: Studio, moment: int) -> None:
    studio.converge()
    counted: list[str] = []

    def kill(shell: Shell, name: str, bound: Hashtable) -> None:
        if counted or str(bound.get("InputObject")).startswith('{"path"'):
            counted.append(name)
        if len(counted) == moment:
            shell.process.kill()

    for name in ("ConvertFrom-Json", "New-Object", "Where-Object"):
        windows.before(name, kill)
    studio.want(wanted("exit 7\n"))
    before = windows.real(JOB).read_bytes()
    studio.apply()
    assert len(counted) >= moment
    assert windows.real(JOB).read_bytes() == (before if moment < 8 else BOM + b"exit 7\n")
    counted.extend(["over"] * 20)
    studio.converge()
    assert below_top(windows) == ["job.ps1", "jobs/x.json"]


def test_what_a_killed_step_left_aside_goes_with_the_next(windows: Windows, studio: Studio) -> None:
    studio.converge()
    aside = Path(f"{windows.real(JOB)}.k3j2h1g0.abc.new")
    aside.write_bytes(b"half")
    theirs = Path(f"{windows.real(JOB)}.theirs.new")
    theirs.write_bytes(b"theirs")
    assert studio.differs() == {}
    studio.want(wanted("exit 7\n"))
    studio.converge()
    assert (aside.exists(), theirs.exists()) == (False, True)


def test_a_folder_with_something_of_somebody_in_it_stays(windows: Windows, studio: Studio) -> None:
    studio.converge()
    windows.real(TOP).joinpath("theirs.txt").write_bytes(b"x")
    studio.want([])
    assert studio.apply().failed == []
    assert below_top(windows) == ["theirs.txt"]
