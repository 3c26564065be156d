"""S4: what is on top may leave, what a policy still needs may not, unless somebody names it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from studio_backup.cli import apply as apply_command
from studio_backup.cli import main
from studio_backup.cli import plan as plan_command
from studio_backup.cli.settings import Settings
from studio_backup.cli.spec import load_studio
from studio_backup.compile import compile_studio
from studio_backup.diff import Absent, Change, Present, Unread
from studio_backup.parting import partings
from studio_backup.resources.file import File
from studio_backup.spec.model import Studio
from tests import fifty_rooms, windows_copies
from tests.simulated import Simulated, World, engine_of
from tests.test_schemas_documents import complaints

OFF_SITE = (
    '        off-site: {from: on-nas, to: "vault:cold/{{ machine.name }}", every: day at 02:30, keep: {daily: 30}}\n'
)
COPY = "ws-01/sessions/off-site"


class Rig:
    """One room, its machines, and the real commands on them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        fifty_rooms.write(Path(), 1)
        (self.playbook,) = Path("playbooks").glob("*.yml")
        self.world = World({})
        self._capsys = capsys
        monkeypatch.setattr(apply_command, "engine_of", lambda *_, **__: engine_of(self.world))
        monkeypatch.setattr(plan_command, "reading", self._reading)

    @contextmanager
    def _reading(self, *_: object) -> Iterator[Simulated]:
        yield engine_of(self.world)

    def edit(self, old: str, new: str) -> None:
        text = self.playbook.read_text()
        assert old in text
        self.playbook.write_text(text.replace(old, new))
        self.world.resources = {**self.world.resources, **compile_studio(load_studio(Settings())).resources}

    def run(self, *arguments: str, code: int) -> str:
        with pytest.raises(SystemExit) as caught:
            main([*arguments])
        out, err = self._capsys.readouterr()
        assert caught.value.code == code, out + err
        return out + err

    def set_up(self) -> None:
        self.edit("hosts:", "hosts:")
        self.run("apply", "--yes", code=0)


@pytest.fixture
def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Rig:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return Rig(monkeypatch, capsys)


def test_a_copy_that_the_policy_needs_does_not_leave_unnamed(rig: Rig) -> None:
    rig.set_up()
    rig.edit(OFF_SITE, "")
    stood = dict(rig.world.there)
    planned = rig.run("plan", code=2)
    assert f"only with --allow-destroy {COPY}" in " ".join(planned.split())
    assert planned.endswith("Next: studio-backup verdict\n")
    assert max(map(len, planned.partition("\n\n")[0].splitlines())) <= 80
    document = json.loads(rig.run("plan", "--format", "json", code=2))
    assert complaints(document, "plan") == []
    assert [(one["copy"], one["system"], one["policy"]) for one in document["partings"]] == [
        (COPY, "vault/linux", "3-2-1")
    ]
    said = rig.run("apply", "--yes", code=5)
    assert f"{COPY} leaves, and 3-2-1 still needs it: site studio burns or floods: nothing would be left" in said
    assert f"studio-backup apply --allow-destroy {COPY}" in said
    assert rig.world.there == stood
    assert rig.run("apply", "--yes", "--allow-destroy", "ws-01/sessions/other", code=5)
    assert rig.world.there == stood
    rig.run("apply", "--yes", "--allow-destroy", COPY, code=0)
    assert not [address for address in rig.world.there if "off-site" in address]
    assert "Nothing to do" in rig.run("plan", code=0)
    # What has left is named by nobody any more.
    assert "no planned step destroys that" in rig.run("apply", "--yes", "--allow-destroy", COPY, code=5)


def test_what_is_on_top_leaves_without_a_word(rig: Rig) -> None:
    rig.edit(OFF_SITE, OFF_SITE + OFF_SITE.replace("off-site", "more").replace("machine.name }}", "machine.name }}-2"))
    rig.run("apply", "--yes", code=0)
    rig.edit(OFF_SITE, "")
    assert json.loads(rig.run("plan", "--format", "json", code=2))["partings"] == []
    rig.run("apply", "--yes", code=0)
    assert not [address for address in rig.world.there if "off-site" in address]


def test_a_policy_that_asks_for_nothing_lets_it_go(rig: Rig) -> None:
    rig.set_up()
    rig.edit(OFF_SITE, "")
    rig.edit("      copies:", "      policy: none\n      copies:")
    rig.run("apply", "--yes", code=0)


def test_a_verdict_that_would_be_no_worse_lets_it_go(rig: Rig) -> None:
    rig.edit("      copies:", "      policy: 4-2-1\n      copies:")
    rig.edit(OFF_SITE, OFF_SITE + OFF_SITE.replace("off-site", "more").replace("machine.name }}", "machine.name }}-2"))
    rig.run("apply", "--yes", code=0)
    rig.edit(OFF_SITE, "")  # the other one is on the same disk
    rig.run("apply", "--yes", code=0)


def test_a_policy_that_is_not_met_needs_what_there_is_all_the_more(rig: Rig) -> None:
    rig.edit("      copies:", "      policy: 4-2-1\n      copies:")
    rig.run("apply", "--yes", code=0)
    rig.edit(OFF_SITE, "")
    said = rig.run("apply", "--yes", code=5)
    assert f"{COPY} leaves, and 4-2-1 still needs it" in said
    rig.run("apply", "--yes", "--allow-destroy", COPY, code=0)


def test_a_dataset_that_leaves_asks_for_nothing(rig: Rig) -> None:
    rig.set_up()
    rig.playbook.write_text("- {name: Nothing, hosts: role:workstation}\n")
    rig.run("apply", "--yes", code=0)


def test_a_schedule_by_hand_takes_the_timer_and_not_the_copy(rig: Rig) -> None:
    rig.set_up()
    rig.edit("every: day at 02:30", "every: manual")
    rig.run("apply", "--yes", code=0)
    assert not [address for address in rig.world.there if address.endswith("off-site.timer")]


def leaving(studio: Studio, less: Studio, **as_seen: Any) -> list[Change]:
    """What a plan of `less` removes where `studio` stood; `as_seen`: how configurations are seen instead."""
    kept = compile_studio(less).resources
    found = []
    for address, one in compile_studio(studio).resources.items():
        if address in kept:
            continue
        seen = as_seen["conf"] if address.endswith(".conf") and "conf" in as_seen else Present(one)
        value = seen.value if isinstance(seen, Present) else None
        found.append(Change(address=address, verb="remove", want=None, seen=seen, named=value or one,
                            kept=isinstance(seen, Unread)))  # fmt: skip
    return found


def without(studio: Studio, *names: str) -> Studio:
    return dataclasses.replace(studio, datasets={
        key: dataclasses.replace(one, copies={name: made for name, made in one.copies.items() if name not in names})
        for key, one in studio.datasets.items()
    })  # fmt: skip


@pytest.fixture
def twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Studio:
    """One room whose sessions are off-site twice, on two disks."""
    monkeypatch.chdir(tmp_path)
    fifty_rooms.write(Path(), 1)
    (playbook,), (inventory,) = Path("playbooks").glob("*.yml"), Path("inventory").glob("*.yml")
    text = inventory.read_text()
    cold = next(line for line in text.splitlines() if "volumes: {cold:" in line)
    identity = "c01d0002-0000-4000-8000-00000000a003"
    more = f"{cold[:-1]}, more: {{on: cold2, filesystem: ext4, id: {identity}, path: /srv/more}}}}"
    inventory.write_text(
        text.replace(cold, more).replace("disks: {cold1:", "disks: {cold2: {serial: WD2, medium: hdd}, cold1:")
    )
    copies = playbook.read_text()
    playbook.write_text(
        copies.replace(OFF_SITE, OFF_SITE + OFF_SITE.replace("off-site", "more").replace("cold", "more"))
    )
    return load_studio(Settings())


def copies_of(studio: Studio, *names: str, **as_seen: Any) -> list[str]:
    less = without(studio, *names)
    return [one.copy.rpartition("/")[2] for one in partings(less, leaving(studio, less, **as_seen))]


def test_two_that_could_each_be_spared_are_both_named(twice: Studio) -> None:
    assert copies_of(twice, "off-site") == copies_of(twice, "more") == []
    assert sorted(copies_of(twice, "off-site", "more")) == ["more", "off-site"]
    assert copies_of(without(twice, "more"), "off-site") == ["off-site"]


def test_a_configuration_that_could_not_be_read_is_no_permission(twice: Studio) -> None:
    once = without(twice, "more")
    (name,) = (key for key in compile_studio(once).resources if key.endswith("off-site.conf"))
    edited = compile_studio(once).resources[name]
    assert isinstance(edited, File)
    for seen in (Unread("the listing ended early"), Absent(), Present(dataclasses.replace(edited, text="it's cut"))):
        assert copies_of(once, "off-site", conf=seen) == ["off-site"], seen
    # Where the policy is met without it, nobody needs to know what it was.
    assert copies_of(twice, "off-site", conf=Unread("the listing ended early")) == []


def test_a_configuration_that_was_edited_is_no_permission(twice: Studio) -> None:
    once = without(twice, "more")
    less = without(once, "off-site")
    changes = leaving(once, less)
    (number,) = (number for number, one in enumerate(changes) if one.address.endswith("off-site.conf"))
    seen = changes[number].seen
    assert isinstance(seen, Present)
    assert isinstance(seen.value, File)
    text = "mode=mirror target_volume=nas/tank"  # which would never have met it
    edited = Present(dataclasses.replace(seen.value, text=text))
    changes[number] = dataclasses.replace(changes[number], kept=True, seen=edited)
    assert [one.copy for one in partings(less, changes)] == [COPY]


def test_a_clone_on_windows_does_not_leave_unnamed_and_who_sends_to_a_share_is_no_copy() -> None:
    sent = windows_copies.studio()
    assert copies_of(sent, "standby") == ["standby"]
    less = without(sent, "on-nas")
    assert [(one.system, one.copy) for one in partings(less, leaving(sent, less))] == [
        ("nas/linux", "ws-a/sessions/on-nas")
    ]


def test_a_copy_that_the_spec_has_and_nobody_makes_any_more_leaves_as_well(twice: Studio) -> None:
    room = twice.machines["ws-01"]
    systems = {name: dataclasses.replace(one, os="windows") for name, one in room.systems.items()}
    less = dataclasses.replace(twice, machines={**twice.machines, "ws-01": dataclasses.replace(room, systems=systems)})
    # What is fed by it is fed no more; what it was fed with is as it was before.
    assert [one.copy for one in partings(less, leaving(twice, less))] == ["ws-01/sessions/on-nas"]
