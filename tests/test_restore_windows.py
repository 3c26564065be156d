"""Restoring to Windows, what can be told without one: where to, which names can land, and the lines in either way."""

from __future__ import annotations

import base64
import unicodedata

import pytest

from studio_backup.errors import UsageError
from studio_backup.restore import windows_lines as lines
from studio_backup.restore.choice import receivable, target
from studio_backup.restore.windows_names import Names, folder_of, unfit
from studio_backup.source import Place
from studio_backup.spec.model import System
from tests.windows_copies import studio


def system(os: str) -> System:
    return System(machine="ws-a", name=os, os=os, address="10.0.0.1", port=22, user="tech", host_key="x", identity=None,
                  place=Place("i.yml", 1, 1))  # fmt: skip


@pytest.mark.parametrize(
    ("text", "folder"),
    [(r"D:\Restored", r"D:\Restored"), ("d:/Restored/of today/", r"D:\Restored\of today"), ("S:\\", "S:\\"),
     (r"D:\.\a\\b", r"D:\a\b"), ("D:/Größe", "D:\\Größe")],
)  # fmt: skip
def test_a_folder_of_windows_is_read_however_it_is_parted(text: str, folder: str) -> None:
    assert folder_of(text) == folder
    assert target(studio(), f"ws-a:{text}")[1] == folder
    receivable(system("windows"), folder, f"ws-a:{text}")


@pytest.mark.parametrize(
    "text",
    ["D:Restored", "D:", "Restored", r"\\nas\share\x", r"\Restored", r"D:\a\..\b", "D:/..", r"\\?\D:\a", r"D:\a:b",
     r"D:\a*", "D:\\a.", "D:\\b ", r"D:\nul", "D:\\a\nb", "//nas/share/../x", "DD:\\a", "1:\\a", ""],
)  # fmt: skip
def test_what_is_no_such_folder_is_refused_with_both_forms(text: str) -> None:
    assert folder_of(text) is None
    with pytest.raises(UsageError) as refused:
        target(studio(), f"ws-a:{text}")
    assert refused.value.fix == "write it like ws-a:/srv/restored or ws-a:D:/Restored"


def test_the_folder_begins_after_the_first_colon_and_the_machine_must_be_known() -> None:
    assert target(studio(), r"ws-a:D:\x")[0].name == "ws-a"
    with pytest.raises(UsageError, match="no machine 'D'"):
        target(studio(), r"D:D:\x")


@pytest.mark.parametrize(
    ("os", "folder", "form"),
    [("windows", "/srv/x", "ws-a:D:/Restored"), ("macos", r"D:\x", "ws-a:/srv/restored"),
     ("linux", r"D:\x", "ws-a:/srv/restored")],
)  # fmt: skip
def test_a_form_that_the_side_that_answers_does_not_have_names_it(os: str, folder: str, form: str) -> None:
    with pytest.raises(UsageError, match=f"ws-a/{os} answers") as refused:
        receivable(system(os), folder, f"ws-a:{folder}")
    assert refused.value.fix == f"write it like {form}"
    receivable(system(os), r"D:\x" if os == "windows" else "/srv/x", "")


@pytest.mark.parametrize(
    ("name", "verbatim", "plain"),
    [("take.wav", "", ""), ("a:b", "holds :", "holds :"), ("a\\b?", "holds ? \\", "holds ? \\"),
     ("a\tb", "control", "control"), ("\udcff", "no text", "no text"),
     ("é" * 255, "", ""), ("é" * 256, "255", "255"), ("😀" * 128, "255", "255"),
     ("end.", "", "drop"), ("end ", "", "drop"), (" begin", "", ""), ("nul", "", "device"),
     ("Aux.tar.gz", "", "device"),
     ("com1 .wav", "", "device"), ("com0", "", "device"), ("console", "", ""), ("com10", "", ""), ("nul_", "", ""),
     ("..", "leads out", "leads out")],
)  # fmt: skip
def test_why_a_name_cannot_land(name: str, verbatim: str, plain: str) -> None:
    for said, why in ((unfit(name, verbatim=True), verbatim), (unfit(name, verbatim=False), plain)):
        assert why in said
        assert bool(why) == bool(said)


def test_two_names_that_windows_takes_for_one_do_not_both_land() -> None:
    names = Names(verbatim=True)
    assert names.add("Song") == ("", [])
    assert names.add("Song/Take.wav") == ("", [])
    assert names.add("song/other.wav") == ("on Windows its name is that of Song", [])
    assert names.add("Song/tAKE.WAV") == ("on Windows its name is that of Song/Take.wav", [])
    assert names.add("Song/take.wa") == ("", [])
    assert names.add("Song/who?/x") == ("no name on Windows holds ?", [])


@pytest.mark.parametrize(
    ("one", "other"),
    [("ß", "SS"), ("ﬁ", "FI"), ("\U00010428", "\U00010400"), ("ı", "i"), ("ſ", "s"),
     (unicodedata.normalize("NFC", "é"), unicodedata.normalize("NFD", "é"))],
)  # fmt: skip
def test_names_that_only_look_alike_are_two(one: str, other: str) -> None:
    names = Names(verbatim=True)
    assert [names.add(one)[0], names.add(other)[0]] == ["", ""]


@pytest.mark.parametrize(("one", "other"), [("é", "É"), ("ü", "Ü"), ("я", "Я"), ("a", "A")])
def test_names_that_differ_in_case_are_one(one: str, other: str) -> None:
    names = Names(verbatim=True)
    assert names.add(one)[0] == ""
    assert names.add(other)[0] == f"on Windows its name is that of {one}"


def test_folders_that_nobody_named_are_made_once() -> None:
    names = Names(verbatim=True)
    assert names.add("a/b/take.wav") == ("", ["a", "a/b"])
    assert names.add("a/b/other.wav") == ("", [])
    assert names.add("a/c") == ("", [])


@pytest.mark.parametrize(
    ("seconds", "ticks"),
    [(0, 621355968000000000), (1_700_000_000.5, 638355968005000000), (-1.0, 621355967990000000), (-2e10, 0), (1e12, 0),
     (float("inf"), 0), (float("nan"), 0)],
)  # fmt: skip
def test_when_it_was_written(seconds: float, ticks: int) -> None:
    assert lines.ticks(seconds) == ticks


@pytest.mark.parametrize("size", [0, 1, lines.PIECE - 1, lines.PIECE, lines.PIECE + 1, 5 * lines.PIECE + 7])
def test_content_goes_in_lines_of_bounded_length_and_as_many_as_were_said(size: int) -> None:
    data = bytes(number % 251 for number in range(size))
    sent = lines.content(data).splitlines()
    word, _, told, count, name = lines.file("Größe/a b", 7, size).decode("ascii").split()
    assert (word, int(told), int(count), len(sent)) == ("file", size, len(sent), len(sent))
    assert base64.b64decode(name).decode() == "Größe\\a b"
    assert b"".join(map(base64.b64decode, sent)) == data
    assert max(map(len, sent), default=0) <= 8000


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_what_it_said_at_the_end_is_whole_only_as_a_whole() -> None:
    lost, untimed = (encoded(r"a\é"), encoded("denied")), (encoded("b"), encoded("no"))
    text = "\n".join(("\t".join(("lost", *lost)), "\t".join(("untimed", *untimed)), "unpacked", ""))
    told = lines.told(text)
    assert (told.whole, told.stopped, told.lost, told.untimed) == (True, "", {"a/é": "denied"}, {"b": "no"})
    assert not any(lines.told(text[:end]).whole for end in range(len(text)))
    for more in ("unpacked\n", "x", f"lost\t{encoded('c')}\t{encoded('d')}\n", "stopped\tfull\n"):
        assert not lines.told(text + more).whole
    for other in (
        "stopped\tfull\n",
        "lost\t%\t%\nunpacked\n",
        "lost\t_w==\t_w==\nunpacked\n",
        "lost\tYQ==\nunpacked\n",
        "\n",
    ):
        assert not lines.told(other).whole
    assert lines.told("stopped\tfull\n").stopped == "full"
