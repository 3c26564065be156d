"""`archive check`: what sessions name beside what is in their folder; what cannot be read is never whole."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio_backup.references import check
from studio_backup.references import named as naming
from studio_backup.references.named import DamagedError, Named
from studio_backup.references.reading import READERS, is_backup, named_in
from tests.test_cli import run
from tests.test_schemas_documents import complaints

REAPER = b'<REAPER_PROJECT 0.1 "7.18/win64" 1\n  <TRACK\n    <SOURCE WAVE\n      FILE %s\n    >\n  >\n>\n'
LIVE_11 = """<Ableton Creator="Ableton Live 11.0"><SampleRef><FileRef><RelativePathType Value="%s"/>
<RelativePath Value="%s"/><Path Value="%s"/></FileRef><SourceContext><OriginalFileRef><FileRef>
<Path Value="/from/elsewhere.wav"/></FileRef></OriginalFileRef></SourceContext></SampleRef></Ableton>"""
LIVE_9 = """<Ableton><SampleRef><FileRef><RelativePathType Value="1"/><RelativePath><RelativePathElement Dir=""/>
<RelativePathElement Dir="Loops"/></RelativePath><Name Value="kick.wav"/></FileRef></SampleRef></Ableton>"""
ARDOUR = b"""<Session version="7003"><Sources><Source name="Bass%L.wav" type="audio" origin=""/>
<Source name="Song.mid" type="midi"/><Source name="Guide.wav" type="audio" origin="/mnt/inside/Guide.wav"/></Sources>
</Session>"""


def zipped(content: bytes) -> bytes:
    """Without the time of day: what a test is called must not change from run to run."""
    return gzip.compress(content, mtime=0)


def packed(*members: str, project: str = "") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("project.xml", project)
        for member in members:
            archive.writestr(member, "x")
    return buffer.getvalue()


def broken(content: bytes) -> bytes:
    """As `zipfile` would pack it, and with what is packed overwritten."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as plain, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("project.xml", plain.read("project.xml"))
    start = 30 + len("project.xml")
    return buffer.getvalue()[:start] + b"\xff" * 6 + buffer.getvalue()[start + 6 :]


PROJECT = """<Project><File path="audio/bass.wav"/><File path="audio/gone.wav"/>
<File path="../x.wav" external="true"/></Project>"""


@pytest.mark.parametrize(
    ("ending", "content", "expected"),
    [
        (".rpp", REAPER % b'"Media\\12-Left.wv"', [Named("Media/12-Left.wv")]),
        (".rpp", REAPER % b'"D:\\Downloads\\x.mp3" 1', [Named("D:\\Downloads\\x.mp3")]),
        (".rpp", REAPER % b"`it's \"it\".wav`", [Named('it\'s "it".wav')]),
        (".rpp", REAPER % b"plain.wav", [Named("plain.wav")]),
        (".rpp", b'<REAPER_PROJECT 0.1\n  RENDER_FILE "out.wav"\n  <ITEM\n    FILE no.wav\n  >\n>\n', []),
        (".als", zipped((LIVE_11 % (3, "Samples/a.wav", "/P/Samples/a.wav")).encode()),
         [Named("Samples/a.wav", base="project")]),
        (".als", zipped((LIVE_11 % (5, "Samples/c.wav", "/Core/c.wav")).encode()),
         [Named("/Core/c.wav", base="project", library=True)]),
        (".als", zipped((LIVE_11 % ("", "", "/Elsewhere/c.wav")).encode()),
         [Named("/Elsewhere/c.wav", base="project")]),
        (".als", zipped(LIVE_9.encode()), [Named("../Loops/kick.wav", base="project")]),
        (".ardour", ARDOUR, [
            Named("/mnt/inside/Guide.wav"),
            Named("Bass%L.wav", search=("interchange/*/audiofiles", "sounds", "externals")),
            Named("Song.mid", search=("interchange/*/midifiles", "sounds", "externals"))]),
        (".dawproject", packed("audio/bass.wav", project=PROJECT),
         [Named("../x.wav"), Named("audio/gone.wav", member=True)]),
    ],
)  # fmt: skip
def test_what_each_program_names(ending: str, content: bytes, expected: list[Named]) -> None:
    assert named_in(ending, io.BytesIO(content)) == expected


@pytest.mark.parametrize(
    ("ending", "content"),
    [
        (".rpp", (REAPER % b"x.wav")[:-3]),
        (".rpp", b"RPP\n"),
        (".rpp", b""),
        (".rpp", (REAPER % b"x.wav") + b">\n"),
        (".als", zipped(LIVE_9.encode())[:-9]),
        (".als", zipped(LIVE_9.encode())[:60] + b"x" * 40),
        (".als", LIVE_9.encode()),
        (".als", zipped(b"<Other/>")),
        (".ardour", ARDOUR[:-12]),
        (".ardour", b'<!DOCTYPE x [<!ENTITY a "b">]><Session/>'),
        (".dawproject", packed(project=PROJECT)[:-8]),
        (".ardour", b'<?xml version="1.0" encoding="no-such"?><Session/>'),
        (".ardour", b'<?xml version="1.0" encoding="utf-7"?><Session/>'),
        (".ardour", '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x [<!ENTITY a "b">]><Session/>'.encode("utf-16")),
        (".dawproject", packed(project="<Project>")),
        (".dawproject", broken(packed(project="<Project>" + "a" * 500 + "</Project>"))),
        (".dawproject", packed(project=PROJECT).replace(b"project.xml", b"Project.xml")),
    ],
)
def test_what_is_cut_is_damaged_and_never_whole(ending: str, content: bytes) -> None:
    with pytest.raises(DamagedError):
        named_in(ending, io.BytesIO(content))


def made(folder: Path, **files: bytes) -> Path:
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_DOT_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def states(folder: Path) -> dict[str, str]:
    return {file.path: file.state for one in check(folder) for file in one.found}


def test_where_a_file_is_and_not_what_it_is_called(tmp_path: Path) -> None:
    song = made(tmp_path / "Song", Song_DOT_rpp=REAPER % b'"Media/B\xc3\xa4ss.wav"', Media__x=b"")
    assert states(song) == {"Media/B\u00e4ss.wav": "missing"}
    (song / "Media/Ba\u0308ss.wav").write_bytes(b"x")  # as a Mac composes it
    assert states(song) == {"Media/B\u00e4ss.wav": "inside"}
    (song / "Media/Ba\u0308ss.wav").unlink()
    made(tmp_path, elsewhere_DOT_wav=b"x")
    (song / "Media/B\u00e4ss.wav").symlink_to(tmp_path / "elsewhere.wav")
    assert states(song) == {"Media/B\u00e4ss.wav": "outside"}


def test_a_set_of_live_finds_its_project_above_it(tmp_path: Path) -> None:
    of_set = zipped((LIVE_11 % (3, "Samples/a.wav", "")).encode())
    song = made(tmp_path / "P", Sets__one_DOT_als=of_set, Samples__a_DOT_wav=b"x", Backup__old_DOT_als=b"no set")
    assert states(song) == {"Samples/a.wav": "missing"}
    (song / "Ableton Project Info").mkdir()
    assert states(song) == {"Samples/a.wav": "inside"}


def test_ardour_looks_in_its_own_folders(tmp_path: Path) -> None:
    song = made(tmp_path / "S", S_DOT_ardour=ARDOUR, **{"interchange__S__audiofiles__Bass%L_DOT_wav": b"x"})
    assert states(song) == {"/mnt/inside/Guide.wav": "missing", "Bass%L.wav": "inside", "Song.mid": "missing"}


def told(capsys: pytest.CaptureFixture[str], folder: Path, code: int, wide: bool = False) -> str:
    for extra in ((), ("--format", "json")):
        found, out, err = run(capsys, "archive", "check", str(folder), *extra)
        assert found == code, out + err
        if extra:
            assert complaints(json.loads(out), "report") == []
        else:
            text = out
            assert wide or max(map(len, text.splitlines())) <= 80  # names are never cut
    return text


def test_what_nobody_reads_is_not_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    song = made(tmp_path / "Song", Song_DOT_rpp=REAPER % b"a.wav", a_DOT_wav=b"x")
    assert "every file that they name" in " ".join(told(capsys, song, 0).split())
    made(song, Old_DOT_ptx=b"\x03")
    assert "Old.ptx  Pro Tools  not checked" in told(capsys, song, 3)
    made(song, Cut_DOT_rpp=b"<REAPER_PROJECT\n")
    assert "1 damaged" in told(capsys, song, 5)
    (tmp_path / "empty").mkdir()
    assert "Not checked: 0 sessions, no session that is known." in told(capsys, tmp_path / "empty", 3)


def test_a_folder_that_cannot_be_read_is_not_an_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    song = made(
        tmp_path / "Song", Song_DOT_rpp=REAPER % b"a.wav", a_DOT_wav=b"x", Locked__Other_DOT_rpp=REAPER % b"b.wav"
    )
    told(capsys, song, 5)
    listed = Path.iterdir

    def refusing(folder: Path) -> Iterator[Path]:
        if folder.name == "Locked":
            raise PermissionError(13, "Permission denied", str(folder))
        return listed(folder)

    monkeypatch.setattr(Path, "iterdir", refusing)
    code, out, err = run(capsys, "archive", "check", str(song))
    assert (code, out) == (1, "")
    assert "cannot be read" in err


def test_every_program_that_is_promised_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    text = " ".join(run(capsys, "archive", "--help")[1].split())
    assert all(program in text for program, _ in READERS.values())


def test_a_small_file_that_unpacks_without_end_is_damaged_before_it_fills_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(naming, "LARGEST", 2**16)
    long = f"<!--{' ' * 2**16}-->"
    for ending, content in (
        (".als", zipped((LIVE_9 + long).encode())),
        (".dawproject", packed(project=PROJECT + long)),
        (".rpp", REAPER % b"a.wav" + b" " * 2**16),
    ):
        with pytest.raises(DamagedError, match="larger than any session"):
            named_in(ending, io.BytesIO(content))
    monkeypatch.setattr(naming, "MOST", 50)
    with pytest.raises(DamagedError, match="more tags than any session"):
        named_in(".als", io.BytesIO(gzip.compress(f"<Ableton>{'<a/>' * 100}</Ableton>".encode())))
    # What is packed beside it is not read, however much that is.
    with_audio = packed("audio/bass.wav", "audio/gone.wav", project=PROJECT)
    assert named_in(".dawproject", io.BytesIO(with_audio)) == [Named("../x.wav")]


def test_what_libraries_have_is_not_said_to_be_in_the_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    song = made(tmp_path / "S", S_DOT_als=zipped((LIVE_11 % (6, "Kick.wav", "/Users/x/Kick.wav")).encode()))
    text = " ".join(told(capsys, song, 0).split())
    assert "1 file, 0 in it, 1 of libraries" in text
    assert "but for 1 of libraries" in text


def test_a_session_that_is_a_link_is_where_that_leads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    song = made(tmp_path / "Song", Real_DOT_rpp=REAPER % b"a.wav", a_DOT_wav=b"x")
    (song / "Same.rpp").symlink_to("Real.rpp")
    told(capsys, song, 0)
    elsewhere = made(tmp_path, Elsewhere__Other_DOT_rpp=REAPER % b"a.wav") / "Elsewhere"
    (song / "Other.rpp").symlink_to(elsewhere / "Other.rpp")
    assert "outside" in told(capsys, song, 5, wide=True)
    (song / "Other.rpp").unlink()
    (song / "Old").symlink_to(elsewhere)
    assert "Old  a link to a folder elsewhere  not checked" in told(capsys, song, 3)


def test_odd_things_are_told_of_by_name_and_stop_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    song = made(tmp_path / "Song", Song_DOT_rpp=REAPER % b"a.wav", a_DOT_wav=b"x")
    (song / "Takes.rpp").mkdir()  # a folder, whatever it is called
    (song / "Loop").symlink_to(".")
    told(capsys, song, 0)
    (song / "Gone.rpp").symlink_to("nowhere.rpp")
    os.mkfifo(song / "Pipe.als")
    made(song, Long_DOT_rpp=REAPER % (b"/" + b"x" * 5000), Null_DOT_rpp=REAPER % b"a\0b.wav")
    text = told(capsys, song, 5, wide=True)
    assert "Gone.rpp  REAPER  damaged" in text
    assert "Pipe.als  Ableton Live  damaged" in text
    assert "missing: a\\x00b.wav" in text
    assert "4 files not in it" not in text
    assert "2 files not in it, 2 damaged" in text


def test_what_nobody_lets_us_see_elsewhere_is_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    song = made(tmp_path / "Song", Song_DOT_rpp=REAPER % b"/root/a.wav")
    looked = Path.is_file

    def refusing(path: Path) -> bool:
        if str(path).startswith("/root"):
            raise PermissionError(13, "Permission denied", str(path))
        return looked(path)

    monkeypatch.setattr(Path, "is_file", refusing)
    assert states(song) == {"/root/a.wav": "outside"}


@pytest.fixture
def deep(tmp_path: Path) -> Iterator[Path]:
    """A folder that is nested deeper than calls can be."""
    folder = tmp_path / "d"
    folder.mkdir()
    below = folder
    for _ in range(sys.getrecursionlimit() + 50):
        below = below / "d"
        below.mkdir()
    (below / "S.rpp").write_bytes(REAPER % b"a.wav")
    yield folder
    subprocess.run(["rm", "-rf", str(folder)], check=True)  # pytest itself goes down by calls


def test_folders_as_deep_as_a_path_can_be(deep: Path) -> None:
    assert [one.state for each in check(deep) for one in each.found] == ["missing"]


@pytest.mark.parametrize(
    ("path", "saved"),
    [
        ("P/Backup/old [2026-11-22 101500].als", True),
        ("S/Session File Backups/S.bak.001.ptx", True),
        ("S/S.bak.rpp", True),
        ("Backup/Song/Song.rpp", False),
        ("The.bakery.rpp", False),
    ],
)
def test_only_what_a_program_saved_by_itself_is_left_out(path: str, saved: bool) -> None:
    assert is_backup(path) is saved
