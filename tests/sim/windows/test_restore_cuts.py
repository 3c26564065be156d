"""What a Windows takes of a restore by lines: cut anywhere, or not what was sent, it never says that all is there."""

from __future__ import annotations

import io
import tarfile

import pytest

from studio_backup.restore import windows
from studio_backup.restore import windows_lines as lines
from studio_backup.restore.stream import Moved
from studio_backup.restore.windows_names import Names
from studio_backup.ssh.become import powershell_command
from tests.sim.windows.machine import Windows
from tests.sim.windows.process import Input
from tests.sim.windows.restoring import FOLDER, Restoring
from tests.sim.windows.transport import Started


def members(*made: tarfile.TarInfo) -> bytes:
    """What is sent for them, with `content` as that of files, up to the end."""
    sent = io.BytesIO()

    class Sent:
        write = sent.write

        def finish_writing(self) -> None:
            """Nothing reads it."""

    moved = Moved()
    with windows.Receiving(Sent(), FOLDER, Names(verbatim=True)) as sink:  # type: ignore[arg-type]
        for member in made:
            assert sink.takes(member, moved)
            sink.put(member, io.BytesIO(b"x" * member.size) if member.isfile() else None)  # type: ignore[arg-type]
    return sent.getvalue()


def member(name: str, size: int = 0, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.size, made.type = size, kind
    return made


def heard(machine: Windows, given: bytes) -> str:
    """What it says to a landing that gets so much, and then nothing more."""
    started = Started(machine, powershell_command(), Input(given))
    with started.changed:
        assert started.changed.wait_for(lambda: started.ended, 60)
    started.check()
    return bytes(started.out).decode()


@pytest.mark.parametrize(("size", "stride"), [(40, 1), (7000, 499)])
def test_a_stream_that_is_cut_at_any_byte_never_reads_as_whole(restoring: Restoring, size: int, stride: int) -> None:
    opening = windows.land(FOLDER).encode()
    sent = members(member("a", kind=tarfile.DIRTYPE), member("a/b", size), member("c", 3))
    for cut in range(0, len(sent), stride):
        said = heard(restoring.windows, opening + sent[:cut])
        assert said.startswith("ready\tlong\n")
        assert not lines.told(said.removeprefix("ready\tlong\n")).whole, cut
        restoring.landed.rename(restoring.landed.with_name(f"landed {cut}"))
    assert lines.told(heard(restoring.windows, opening + sent).removeprefix("ready\tlong\n")).whole


@pytest.mark.parametrize(
    "sent",
    [
        lines.folder("a", 0) + lines.end(2),
        lines.file("a", 0, 3) + lines.content(b"xx") + lines.end(1),
        lines.file("a", 0, 3) + lines.content(b"xxxx") + lines.end(1),
        lines.file("a", 0, 3) + b"xxx\n" + lines.end(1),
        lines.file("a", 0, 3) + lines.end(1),
        b"FOLDER 0 YQ==\n" + lines.end(1),
        b"folder 0 /w==\n" + lines.end(1),
        lines.folder("a", 0).replace(b"\n", b" x\n") + b"end 1\nx\n",
        lines.end(0)[1:],
        b"\n" + lines.end(0),
    ],
)
def test_a_stream_that_is_not_what_was_sent_never_reads_as_whole(restoring: Restoring, sent: bytes) -> None:
    said = heard(restoring.windows, windows.land(FOLDER).encode() + sent)
    assert not lines.told(said.removeprefix("ready\tlong\n")).whole


def test_nothing_of_one_stream_is_written_over_either(restoring: Restoring) -> None:
    sent = b"".join((
        lines.file("a", 0, 1), lines.content(b"1"), lines.file("b", 0, 1), lines.content(b"2"), lines.copy("b", 0, "a"),
        lines.file("A", 0, 1), lines.content(b"3"), lines.folder("b", 0), lines.copy("c", 0, "none"), lines.end(6),
    ))  # fmt: skip
    said = heard(restoring.windows, windows.land(FOLDER).encode() + sent)
    told = lines.told(said.removeprefix("ready\tlong\n"))
    assert told.whole
    assert set(told.lost) == {"b", "A", "c"}
    assert {path.name: path.read_bytes() for path in restoring.landed.iterdir()} == {"a": b"1", "b": b"2"}


def test_a_document_that_is_cut_makes_nothing(restoring: Restoring) -> None:
    opening = windows.land(FOLDER).encode()
    for cut in (0, 10, len(opening) // 2, len(opening) - 1):
        assert heard(restoring.windows, opening[:cut]) == ""
    assert not restoring.landed.exists()
