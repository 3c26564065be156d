"""A Mac that pushes: both ends set up in one run, started by launchd, through a real sshd and gate into a landing."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from pathlib import Path

import pytest

from studio_backup.compile import not_set_up, routes
from studio_backup.flavours import APPLE_WRAPPER, PUSH, options
from studio_backup.running import follow, start
from tests.sim.macos.copying import SHIPPED, plug_in
from tests.sim.macos.machine import Mac
from tests.sim.macos.pushing import ID, Pushing, pushing

AUDIO = "/Volumes/Sessions A/Audio/Song One"


def night(day: int) -> datetime:
    return datetime(2026, 3, day, 12)


def converge(both: Pushing) -> None:
    """One run makes it all so on both ends, and a second has nothing to do."""
    applied = both.apply()
    assert [(one.change.address, one.log, one.reason) for one in applied.failed] == []
    assert [one.address for one in both.plan().changes if one.verb not in ("ok", "watch")] == []
    assert both.apply().results == {}


def test_launchd_sends_and_the_keeper_makes_points(mac: Mac, tmp_path: Path) -> None:
    plug_in(mac)
    mac.do("cd '/Volumes/Sessions A'; mkdir .Spotlight-V100; echo of this very volume >.Spotlight-V100/store")
    with pushing(mac, tmp_path) as both:
        assert not_set_up(both.spec) == []
        converge(both)
        mac.settle()
        assert both.sent() == [], "nobody asked for a push at noon"
        assert [label for _, label in mac.play(night(3))] == [f"studio-backup.northlight.{ID}"]
        (sent,) = both.sent()
        assert (sent["result"], sent["source"], sent["files"]) == ("ok", "nas/linux", 3), sent
        begun, arrived, ended = (line.split() for line in both.noted())
        assert begun[0] == arrived[0] == ended[0], "all three are of one push"
        assert ended[1:] == ["3", "0"]
        kept = both.keep()
        assert (kept["result"], kept["files"]) == ("ok", 3), kept
        assert both.newest("Audio/Song One/take2.wav") == "take 2\n"
        mac.do(f"cd '{AUDIO}'; mv take1.wav take9.wav; echo more >take4.wav")
        mac.power_off(datetime(2026, 3, 4, 9))  # off at half past two
        again = both.sent()[1]
        assert (again["result"], again["files"], again["created"], again["deleted"]) == ("ok", 4, 2, 1), again
        assert both.keep()["result"] == "ok"
        assert (both.newest("Audio/Song One/take9.wav"), both.newest("Audio/Song One/take1.wav")) == ("take 1\n", "")
        guarded(both)


def test_what_the_other_system_of_the_mac_has_sent_is_not_sent_again(mac: Mac, tmp_path: Path) -> None:
    """By the BSD tools: the same tree an hour on, accents apart and modes others; then one take is recorded over."""
    plug_in(mac)
    songs = "/Volumes/Sessions A/Audio"
    one, apart = (unicodedata.normalize(form, "Größe/é.wav") for form in ("NFC", "NFD"))
    mac.do(f"cd '{songs}'; mkdir {one[:-6]}; echo one >{one}; touch -t 202603011030 {one}")
    with pushing(mac, tmp_path, two="linux") as both:
        assert [(one.change.address, one.reason) for one in both.apply().failed] == []
        mac.settle()
        mac.play(night(3))
        assert (both.sent()[-1]["result"], both.sent()[-1]["files"]) == ("ok", 4), both.sent()
        assert both.keep()["result"] == "ok"
        landed = both.landed()
        mac.do(f"cd '{songs}'; mkdir {apart[:-7]}; mv {one} {apart}; rmdir {one[:-6]}; chmod 777 {apart}")
        mac.do(f"touch -t 202603011130 '{songs}/{apart}'")
        mac.play(night(4))
        again = both.sent()[-1]
        assert (again["result"], again["bytes"], again["deleted"]) == ("ok", 0, 0), again
        assert both.landed() == landed
        kept = both.keep()
        assert (kept["result"], kept["deleted"], kept["rewritten"]) == ("ok", 0, 0), kept
        mac.do(f"cd '{songs}'; echo two >{apart}; touch -t 202603011145 {apart}")
        mac.play(night(5))
        assert both.keep()["rewritten"] == 1
        assert mac.refused() == []


def guarded(both: Pushing) -> None:
    """What every job of ours looks at, before a byte is sent."""
    mac = both.mac
    with mac.state() as state:
        state["volumes"][0]["mount"] = ""
    mac.play(night(5))
    assert (both.sent()[-1]["result"], both.sent()[-1]["reason"]) == ("refused", "source-unmounted")
    told = both.keep()
    assert (told["result"], told["reason"]) == ("refused", "source-unmounted"), "the keeper was told why"
    with mac.state() as state:
        state["volumes"][0]["mount"] = "/Volumes/Sessions A"
    mac.do(f"cd '{AUDIO}'; rm take2.wav take3.wav take4.wav; echo new >take5.wav")
    route = routes(both.spec)[0]
    found = follow(mac.transport().open(start(route, "", "kim", route.readers[0].system)), lambda *_: None)
    assert not isinstance(found, str), found
    assert (found.result, found.reason, found.deleted) == ("refused", "brake-deletions", 3)
    assert len(both.landed()) == 4, "the landing was not touched"
    assert both.newest("Audio/Song One/take2.wav") == "take 2\n"


@pytest.mark.long
@pytest.mark.parametrize(("version", "flavour"), SHIPPED.items())
def test_the_rsync_that_macos_ships_sends_and_the_keeper_counts(version: str, flavour: str, tmp_path: Path) -> None:
    with Mac(version) as mac, pushing(mac, tmp_path) as both:
        plug_in(mac, brewed=False, wrapped=flavour == APPLE_WRAPPER)
        applied = both.apply()
        assert [one.change.address for one in applied.failed] == []
        said = {one.address: {item.name: item.before for item in one.fields} for one in both.plan().changes}
        assert "brake and count" in str(said["ws-a/macos/rsync/push"].get("loses")), said["ws-a/macos/rsync/push"]
        mac.play(night(3))
        (sent,) = both.sent()
        assert (sent["result"], sent["files"]) == ("ok", None), sent
        kept = both.keep()
        assert (kept["result"], kept["files"]) == ("ok", 3), kept
        (given,) = (mac.folder / "rsync").read_text(encoding="utf-8").splitlines()
        assert given.startswith(" ".join(options(PUSH, flavour)) + " --"), given
        assert mac.refused() == []
