"""One volume that macOS and Windows write in turns, one landing: what one of them has sent the other sends no more."""

from __future__ import annotations

import os
import shutil
import time
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pytest

from tests.sim.macos.copying import plug_in
from tests.sim.macos.machine import Mac
from tests.sim.macos.pushing import Pushing, pushing
from tests.sim.windows.copying import PASSWORD, Copying, set_up
from tests.sim.windows.machine import Windows

SONG = "Audio/Song One"
#: Written by one system with its accents apart, and by the other with accents in one letter.
APART, ONE = (f"Audio/{unicodedata.normalize(form, 'Größe/é.wav')}" for form in ("NFD", "NFC"))
#: What each system leaves on a volume for itself.
LITTER = (".DS_Store", "Audio/._Song One", "System Volume Information/tracking.log", "$RECYCLE.BIN/S-1/desktop.ini")


class Shared:
    """The volume, by turns in either system; `both` has the Mac and the keeper."""

    def __init__(self, both: Pushing, windows: Windows) -> None:
        self.both, self.windows = both, windows
        landing = both.nas.real("/srv/tank/ws-a/landing")
        self.push: Copying = set_up(windows, both.spec, "on-nas", "exFAT", landing)
        self.volume = both.mac.real("/Volumes/Sessions A")

    def to_windows(self) -> None:
        """The machine boots Windows, whose times are an hour off, and which joins letters and their accents."""
        self._move(self.volume, self.push.source, 3600, "NFC")

    def to_mac(self) -> None:
        """And macOS again."""
        self._move(self.push.source, self.volume, -3600, "NFD")

    def _move(self, whence: Path, where: Path, shift: int, form: Literal["NFC", "NFD"]) -> None:
        time.sleep(1.1)  # the keeper tells one push from the next by its second
        for old in where.iterdir():
            shutil.rmtree(old) if old.is_dir() else old.unlink()
        for path in sorted(whence.rglob("*")):
            new = where / unicodedata.normalize(form, path.relative_to(whence).as_posix())
            if path.is_dir():
                new.mkdir(exist_ok=True)
            else:
                shutil.copyfile(path, new)
                moment = path.stat().st_mtime + shift + 1
                os.utime(new, (moment, moment))

    def windows_pushes(self) -> dict[str, Any]:
        """Its record. What its share's user writes belongs to that user, as Samba sees to."""
        time.sleep(1.1)
        sent = self.push.run()
        owner = self.push.way.lander
        folder = "/srv/tank/ws-a/landing"
        done = self.both.nas.run(f"chown -Rh {owner}:{owner} {folder}/files {folder}/records/*")
        assert done.returncode == 0, done.stderr
        return sent


def test_what_one_has_sent_the_other_sends_no_more(
    mac: Mac, windows: Windows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WS_A", PASSWORD)
    windows.set_clock(datetime.now(UTC))
    plug_in(mac)
    mac.do(
        f"cd '/Volumes/Sessions A'; mkdir '{Path(APART).parent}'; echo one >'{APART}'; touch -t 202603011030 '{APART}'"
    )
    with pushing(mac, tmp_path, two="windows") as both:
        assert [(one.change.address, one.log, one.reason) for one in both.apply().failed] == []
        mac.settle()
        mac.play(datetime(2026, 3, 3, 12))
        assert (both.sent()[-1]["result"], both.sent()[-1]["files"]) == ("ok", 4), both.sent()
        kept = both.keep()
        assert (kept["result"], kept["files"]) == ("ok", 4), kept

        shared = Shared(both, windows)
        shared.to_windows()
        for name in LITTER:
            (shared.push.source / name).parent.mkdir(parents=True, exist_ok=True)
            (shared.push.source / name).write_text("of a system, for itself")
        sent = shared.windows_pushes()
        assert sent["result"] == "ok", (sent, shared.push.log())
        assert [sent[word] for word in ("files", "created", "deleted", "rewritten", "bytes")] == [4, 0, 0, 0, 0], sent
        kept = both.keep()
        assert (kept["result"], kept["deleted"], kept["rewritten"]) == ("ok", 0, 0), kept

        (shared.push.source / SONG / "take1.wav").unlink()
        shared.push.put(f"{SONG}/take4.wav", "take 4\n")
        sent = shared.windows_pushes()
        assert [sent[word] for word in ("result", "created", "deleted", "rewritten")] == ["ok", 1, 1, 0], sent
        kept = both.keep()
        assert (kept["result"], kept["created"], kept["deleted"]) == ("ok", 1, 1), kept
        assert both.newest(f"{SONG}/take4.wav") == "take 4\n"

        shared.to_mac()
        landed = both.landed()
        mac.play(datetime(2026, 3, 4, 12))
        sent = both.sent()[-1]
        assert [sent[word] for word in ("result", "files", "deleted", "bytes")] == ["ok", 4, 0, 0], sent
        assert both.landed() == landed
        kept = both.keep()
        assert (kept["result"], kept["deleted"], kept["rewritten"]) == ("ok", 0, 0), kept
        assert mac.refused() == []
        assert windows.refused() == []
