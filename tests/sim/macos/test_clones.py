"""A Mac whose disk has a clone: launchd keeps it equal in place, with what its own rsync has."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from studio_backup.compile import routes
from studio_backup.flavours import APPLE_WRAPPER, CLONE, options
from studio_backup.running import follow, start
from tests.sim.macos.copying import SHIPPED, plug_in, records, spec, studio
from tests.sim.macos.machine import Mac

#: What macOS knows of a volume itself differs on every one, and is newer or older by chance.
OWN = "cd '/Volumes/%s'; mkdir -p .fseventsd .Spotlight-V100; echo %s >.fseventsd/0; echo %s >.Spotlight-V100/store"
SENTINELS = {"Sessions A": "ws-a/sessions", "Safe": "ws-a/safe"}
_VERSIONS = [version if version == "15" else pytest.param(version, marks=pytest.mark.long) for version in SHIPPED]


def cloned(mac: Mac) -> None:
    """Two nights and what somebody did between them, then a disk that is gone."""
    for name in SENTINELS:
        mac.do(OWN % (name, name, name))
    of = spec(more=", mode: clone", whole=True)
    here = studio(mac, of)
    applied = here.apply()
    assert [(one.change.address, one.reason) for one in applied.failed] == []
    assert here.apply().results == {}
    assert len(mac.play(datetime(2026, 3, 3, 12))) == 1
    mac.do("cd '/Volumes/Sessions A/Audio/Song One'; rm take1.wav; echo longer take >take2.wav; echo 4 >take4.wav")
    mac.play(datetime(2026, 3, 4, 12))
    seen = [json.loads(record) for record in records(mac)]
    assert [(one["result"], one["files"], one["created"], one["deleted"], one["rewritten"]) for one in seen] == [
        ("ok", 3, 3, 0, 0), ("ok", 3, 1, 1, 1),
    ], seen  # fmt: skip
    assert mac.do("cd /Volumes/Safe/Audio/Song*; cat *") == "longer take\ntake 3\n4\n"
    for name, volume in SENTINELS.items():
        assert mac.do(f"cut -f 2 '/Volumes/{name}/.studio-backup-volume'") == f"{volume}\n", "each keeps its own"
        assert mac.do(f"cd '/Volumes/{name}'; cat .fseventsd/0 .Spotlight-V100/store") == f"{name}\n{name}\n"
    with mac.state() as state:
        state["volumes"][1]["mount"] = ""
    found = follow(mac.transport().open(start(routes(of)[0], "", "kim")), lambda *_: None)
    assert not isinstance(found, str), found
    assert (found.result, found.reason) == ("refused", "target-unmounted")
    assert mac.refused() == []


@pytest.mark.parametrize("version", _VERSIONS)
def test_the_rsync_that_macos_ships_is_given_what_it_has(version: str) -> None:
    with Mac(version) as mac:
        plug_in(mac, brewed=False, wrapped=SHIPPED[version] == APPLE_WRAPPER)
        cloned(mac)
        given = (mac.folder / "rsync").read_text(encoding="utf-8").splitlines()
        wanted = " ".join(options(CLONE, SHIPPED[version]))
        assert [line.startswith(f"{wanted} --ex") for line in given] == [True, True], given
        assert "-E" in wanted.split()


@pytest.mark.long
def test_rsync_3_is_taken_where_somebody_installed_it(mac: Mac) -> None:
    plug_in(mac)
    cloned(mac)
    assert not (mac.folder / "rsync").exists(), "Apple's was not asked"
