"""Machines with two systems: one asleep, or both awake; what is said of them, who makes copies, what dies together."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from studio_backup.compile import compile_studio, routes
from studio_backup.engine import Engine
from studio_backup.policy import Event, judge, judge_live, places_of, survivors
from studio_backup.policy.advice import advice
from studio_backup.probe import Probe, Reply
from studio_backup.report.status import sights
from studio_backup.spec.load import load
from studio_backup.spec.model import Studio, System
from studio_backup.status import probe, standings
from studio_backup.survey import Answered, Sighting, Silent
from studio_backup.transport import Local, Transport
from tests.test_docs_dual import studio as example

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHEk26q2FKwXlPRLYXC1mAQ8zi2nd9kcyYBH0/PO+x8"
BOX = f"""version: 1
studio: northlight
sites: {{s: {{rooms: {{a: {{}}, b: {{}}}}}}, home: {{}}}}
machines:
  ws:
    role: workstation
    room: a
    exclusive: EXCLUSIVE
    systems:
      host: {{os: linux, address: 10.0.0.1, user: root, host_key: "{KEY}a"}}
      guest: {{os: linux, address: 10.0.0.2, user: root, host_key: "{KEY}b"}}
    disks:
      left: {{serial: W1, medium: ssd, enclosure: shelf}}
      right: {{serial: W2, medium: hdd, enclosure: shelf}}
    volumes:
      songs: {{on: left, filesystem: ext4, id: 5e551001-0000-4000-8000-000000000001, paths: {{SONGS}}}}
      films: {{on: left, filesystem: ext4, id: 5e551001-0000-4000-8000-000000000002, paths: {{guest: /srv/films}}}}
      spare: {{on: right, filesystem: ext4, id: 5e551001-0000-4000-8000-000000000003, paths: {{SPARE}}}}
  nas:
    role: nas
    room: b
    systems: {{linux: {{address: 10.0.0.3, user: root, host_key: "{KEY}c"}}}}
    disks: {{bay1: {{id: ata-1, medium: hdd}}}}
    volumes: {{tank: {{on: bay1, filesystem: btrfs, id: 7a4b0001-0000-4000-8000-000000000001, path: /srv/tank}}}}
"""
PLAYS = """
- name: What two systems work on
  hosts: ws
  datasets:
    songs:
      source: {volume: songs}
      policy: none
      copies:
        beside: {to: "ws:spare/songs", every: day, keep: {daily: 30}}
        on-nas: {to: "nas:tank/songs", every: hour, keep: {hourly: 24}}
    films:
      source: {volume: films}
      policy: none
      copies: {on-nas: {to: "nas:tank/films", every: hour, keep: {hourly: 24}}}
"""
ONE, BOTH = "host: /srv/{0}", "host: /srv/{0}, guest: /srv/{0}"


def studio(*, exclusive: bool, shared: bool) -> Studio:
    told = BOTH if shared else ONE
    text = BOX.replace("EXCLUSIVE", str(exclusive).lower())
    text = text.replace("SONGS", told.format("songs")).replace("SPARE", told.format("spare"))
    loaded = load([("i.yml", text)], [("p.yml", PLAYS)])
    assert loaded.studio is not None, [str(problem) for problem in loaded.problems]
    return loaded.studio


def looked_at(of: Studio, silent: Sequence[str] = ()) -> dict[str, Sighting]:
    """What the engine makes of systems that answer, but for these."""

    def connect(system: System, _: Sequence[System]) -> tuple[Transport, System]:
        if system.name in silent:
            raise OSError(113, "no route")
        return Local(), system

    asked = {one.full_name: [Probe(script="echo here")] for one in of.systems()}
    return dict(Engine(connect).read(of.machines.values(), asked))


def test_two_that_run_at_once_are_both_read_and_neither_sleeps() -> None:
    of = studio(exclusive=False, shared=False)
    assert {name: type(one) for name, one in looked_at(of).items()} == dict.fromkeys(
        ["ws/host", "ws/guest", "nas/linux"], Answered
    )
    alone = looked_at(of, ["guest"])
    assert (type(alone["ws/host"]), type(alone["ws/guest"])) == (Answered, Silent)


def test_both_have_jobs_of_their_own_and_what_they_need() -> None:
    of = studio(exclusive=False, shared=False)
    assert {(one.id, one.writer.full_name) for one in routes(of)} == {
        ("ws_songs_beside", "ws/host"),
        ("ws_songs_on-nas", "nas/linux"),
        ("ws_films_on-nas", "nas/linux"),
    }
    gates = {one.system for one in compile_studio(of).resources.values() if one.kind == "block"}
    assert gates == {"ws/host", "ws/guest"}


def test_one_case_of_disks_and_one_disk_count_once_whoever_mounts_them() -> None:
    of = studio(exclusive=False, shared=False)
    places = places_of(of, of.datasets["ws/songs"])
    assert [one.name for one in survivors(places, Event("enclosure", "ws/shelf"), 0)] == ["on-nas"]
    assert [one.name for one in survivors(places, Event("disk", "ws/left"), 0)] == ["beside", "on-nas"]
    films = places_of(of, of.datasets["ws/films"])
    assert [one.name for one in survivors(films, Event("disk", "ws/left"), 0)] == ["on-nas"]
    for exclusive in (True, False):
        both = studio(exclusive=exclusive, shared=False)
        assert len(judge(both, both.datasets["ws/songs"]).counted) == 3


def test_a_volume_that_two_running_systems_write_is_no_volume_of_both() -> None:
    text = (
        BOX.replace("EXCLUSIVE", "false").replace("SONGS", BOTH.format("songs")).replace("SPARE", BOTH.format("spare"))
    )
    found = load([("i.yml", text)], [("p.yml", PLAYS)])
    assert [one.code for one in found.problems] == ["SB424"]
    only = text.replace(BOTH.format("spare"), ONE.format("spare"))
    of = load([("i.yml", only)], [("p.yml", PLAYS)]).studio
    assert of is not None
    assert "SB525" in [one.problem.code for one in advice(of)]
    taking_turns = studio(exclusive=True, shared=True)
    assert "SB525" not in [one.problem.code for one in advice(taking_turns)]


@pytest.mark.parametrize("awake", ["host", "guest"])
def test_a_copy_that_both_can_make_stands_as_the_one_that_is_awake_says(awake: str) -> None:
    of = studio(exclusive=True, shared=True)
    ways = [one for one in routes(of) if one.local]
    assert [one.writer.name for one in ways] == ["host", "guest"]

    def connect(system: System, siblings: Sequence[System]) -> tuple[Transport, System]:
        return Local(), next(one for one in (system, *siblings) if one.name == awake)

    systems = dict(Engine(connect).read([of.machines["ws"]], {}))
    asked = probe(next(one for one in ways if one.writer.name == awake))
    listing = "job\tws_songs_beside\nvolume\tright\npoint\t2026-11-27T01-00-00Z\ncomplete\n"
    systems[f"ws/{awake}"] = Answered({(asked.script, asked.touches): Reply(0, listing, "")})
    (found,) = standings(ways, systems)
    assert (found.route.writer.name, found.points, found.unknown) == (awake, ("2026-11-27T01-00-00Z",), "")
    assert sights([found], 1795741200)["ws/songs"]["beside"].fresh is True
    quiet = standings(ways, looked_at(of, ["host", "guest"]))
    assert [one.unknown != "" for one in quiet] == [True, True]


def test_whichever_pushed_last_one_copy_is_fresh_while_neither_is_asked() -> None:
    """The keeper saw the push; that one system sleeps, or both are off, takes nothing from it."""
    of = example()
    (route,) = routes(of)
    assert route.writer.full_name == "nas/linux"
    assert {reader.system.os for reader in route.readers} == {"macos", "windows"}
    asked = probe(route)
    listing = f"job\t{route.id}\nvolume\tright\npoint\t2026-11-27T01-00-00Z\ncomplete\n"
    (found,) = standings([route], {"nas/linux": Answered({(asked.script, asked.touches): Reply(0, listing, "")})})
    dataset = of.datasets["ws-a/sessions"]
    seen = sights([found], 1795741200 + 3600)["ws-a/sessions"]
    assert seen["on-nas"].fresh is True
    verdict = judge_live(of, dataset, seen)
    assert [one.name for one in verdict.counted] == ["original", "on-nas"]
    late = sights([found], 1795741200 + 9 * 86400)["ws-a/sessions"]
    assert late["on-nas"].fresh is False, "and one limit holds for both"
