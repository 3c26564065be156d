"""A volume that two systems write: one list of what is no data, and a job that knows whose times and names it reads."""

from __future__ import annotations

import dataclasses

from studio_backup.compile import compile_studio, routes
from studio_backup.compile.conf import job
from studio_backup.compile.landing import sender_conf
from studio_backup.compile.writer import excluded
from studio_backup.resources.rsync_program import RsyncProgram
from studio_backup.spec.model import Studio
from tests.test_docs_dual import studio

OURS = (
    *("._*", ".DS_Store", ".Spotlight-V100/", ".fseventsd/", ".Trashes/", ".TemporaryItems/", "desktop.ini"),
    *("System Volume Information/", "$RECYCLE.BIN/", "hiberfil.sys", "pagefile.sys", "swapfile.sys", "Thumbs.db"),
)


def alone() -> Studio:
    """The same, with the volume on one system: nothing else writes there."""
    of = studio()
    box = of.machines["ws-a"]
    volume = box.volumes["sessions"]
    only = dataclasses.replace(volume, paths={"macos": volume.paths["macos"]})
    told = dataclasses.replace(of.datasets["ws-a/sessions"], exclude=())
    machines = {**of.machines, "ws-a": dataclasses.replace(box, volumes={**box.volumes, "sessions": only})}
    return dataclasses.replace(of, machines=machines, datasets={"ws-a/sessions": told})


def test_only_a_sender_from_a_shared_volume_looks_for_what_is_alike() -> None:
    (route,) = routes(studio())
    mac = next(reader for reader in route.readers if reader.system.os == "macos")
    text = sender_conf(route, mac)
    assert "alike='93602'\n" in text
    assert "options_rsync_3='-rltHS --delete --delete-excluded --timeout=600 --modify-window=93602 " in text
    assert "alike=" not in job(route), "what has landed is the keeper's own"
    (route,) = routes(studio("ntfs"))
    text = sender_conf(route, mac)
    assert "alike='2'\n" in text, "NTFS keeps no local time"
    assert "--modify-window=2 " in text
    (route,) = routes(alone())
    text = sender_conf(route, route.readers[0])
    assert "alike=" not in text
    assert "modify-window" not in text
    assert "-rlptHS" in text


def test_both_sides_leave_out_the_same() -> None:
    (route,) = routes(studio())
    patterns = excluded(route).splitlines()
    assert set(OURS) <= set(patterns)
    assert len(patterns) == len(set(patterns))
    mac = next(reader for reader in route.readers if reader.system.os == "macos")
    assert " ._* " in next(line for line in sender_conf(route, mac).splitlines() if line.startswith("exclude="))
    (route,) = routes(alone())
    assert not set(OURS[7:]) & set(excluded(route).splitlines())


def test_what_its_rsync_loses_is_said_of_such_a_push() -> None:
    found = [one.name for one in compile_studio(studio()).resources.values() if isinstance(one, RsyncProgram)]
    assert found == ["push-shared"]
    found = [one.name for one in compile_studio(alone()).resources.values() if isinstance(one, RsyncProgram)]
    assert found == ["push"]


def test_who_makes_points_of_a_landing_knows_whose_it_is_whether_it_is_a_share_or_not() -> None:
    """What a push that was cut left there is put right as its owner: as root it would go through a link."""
    for of in (studio(), alone()):
        (route,) = routes(of)
        assert f"lander='{route.lander}'\n" in job(route)
    assert not route.shared
