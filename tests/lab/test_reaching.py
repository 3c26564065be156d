"""Reaching machines: pinned keys, the sleeping system, jump hosts, sudo, and hosts that hang, are down or chatter."""

import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lab.conftest import Lab
from tests.lab.studio import Studio, broken, changes

pytestmark = pytest.mark.lab

WRONG = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIrbanyZzJmGekuH4BGiXkHsjK9zfm1DvaE+bgTXoq6n"
PASSWORD = "studio"


@pytest.fixture
def studio(lab: Lab, tmp_path: Path) -> Studio:
    assert lab.address("nas")
    return Studio(tmp_path / "spec")


def system(studio: Studio, file: str, machine: str, **values: object) -> dict[str, Any]:
    """Change the values of a machine's one system in the inventory; gives back what they were."""
    path = studio.folder / "inventory" / file
    document = yaml.load(path.read_text(), Loader=yaml.BaseLoader)  # safe_load reads `on:` as true
    found: dict[str, Any] = document["machines"][machine]["systems"]["linux"]
    before = dict(found)
    found.update(values)
    path.write_text(yaml.safe_dump(document))
    return before


def test_a_changed_host_key_is_refused_with_both_fingerprints(lab: Lab, studio: Studio) -> None:
    lab.reset()
    studio.apply()
    system(studio, "machine-room.yml", "nas", host_key=WRONG)
    done = studio.run("plan", "--only", "machine:nas", code=3)
    assert done.stdout.count("SHA256:") == 2
    silent = changes(studio.json("plan", "--only", "machine:nas", code=3), "unread")
    assert all("studio-backup pin" in item["fix"] for item in silent.values())


def test_pin_shows_the_key_and_whether_it_is_the_pinned_one(lab: Lab, studio: Studio) -> None:
    assert lab.run("nas", "true").returncode == 0
    shown = studio.json("pin", "nas", code=0)
    assert [key["pinned"] for key in shown["keys"]] == [True]
    real = system(studio, "machine-room.yml", "nas", host_key=WRONG)["host_key"]
    other = studio.json("pin", "nas", code=0)["keys"][0]
    assert (other["pinned"], other["host_key"]) == (False, real)


def test_the_other_system_sleeps_and_gets_its_share_when_it_wakes(lab: Lab, studio: Studio) -> None:
    lab.reset()
    awake = lab.system("ws-a")
    done = studio.apply()
    assert "until it wakes" in done.stdout
    asleep = changes(studio.json("plan", code=0), "asleep")
    assert asleep
    assert not any(address.startswith(f"ws-a/{awake}/") for address in asleep)
    now_awake = lab.reboot("ws-a")
    assert now_awake != awake
    plan = studio.json("plan", code=2)
    assert {address.split("/")[1] for address in changes(plan, "create")} <= {now_awake.rsplit("/")[-1], "linux"}
    studio.apply()
    studio.settled()
    lab.reboot("ws-a")
    studio.settled()


def test_a_system_asleep_for_too_long_is_not_fine(lab: Lab, studio: Studio) -> None:
    studio.apply()
    studio.run("plan", code=0)
    with sqlite3.connect(studio.record) as record:
        long_ago = int(time.time()) - 30 * 86400
        record.execute("UPDATE systems SET seen = ?, noticed = ?", (long_ago, long_ago))
    assert lab.run("ws-a", "true").returncode == 0
    assert studio.run("plan", code=3).stdout
    assert studio.run("drift", code=3).stdout


def jump(studio: Studio, key: str) -> None:
    """Room B is reached through the NAS."""
    hop = {"address": "198.18.77.20", "user": "root", "host_key": key}
    system(studio, "rooms.yml", "ws-b", jump=[hop])


def test_a_jump_host_is_passed_and_pinned(lab: Lab, studio: Studio) -> None:
    lab.reset()
    studio.apply()
    jump(studio, system(studio, "machine-room.yml", "nas")["host_key"])
    assert "unread" not in studio.run("plan", "--only", "machine:ws-b", code=0).stdout
    jump(studio, WRONG)
    refused = studio.run("plan", "--only", "machine:ws-b", code=3)
    assert refused.stdout.count("SHA256:") >= 2


@pytest.mark.parametrize("user", ["tech", "nopw"])
def test_root_by_sudo_with_and_without_a_password(lab: Lab, studio: Studio, user: str) -> None:
    studio.apply()
    lab.run("nas", "chmod 0600 /etc/studio-backup/northlight/job", check=True)
    system(studio, "machine-room.yml", "nas", user=user, become="sudo")
    studio.run("apply", "--yes", code=0, STUDIO_BACKUP_SUDO_PASSWORD=PASSWORD)
    assert lab.run("nas", "stat -c %a /etc/studio-backup/northlight/job").stdout == "755\n"


def test_a_wrong_password_is_said_and_tried_once(lab: Lab, studio: Studio) -> None:
    system(studio, "machine-room.yml", "nas", user="tech", become="sudo")
    done = studio.run("plan", "--only", "system:nas/linux", code=3, STUDIO_BACKUP_SUDO_PASSWORD="canary-7d1f")
    assert "sudo" in done.stdout
    everything = done.stdout + done.stderr
    assert "canary-7d1f" not in everything
    assert lab.run("nas", "grep -rF canary-7d1f /var/log /tmp /var/lib /home 2>/dev/null").stdout == ""


@pytest.mark.parametrize(("fault", "undo"), [("down", "up"), ("pause", "resume"), ("freeze", "thaw")])
def test_one_machine_that_does_not_answer_delays_nobody(lab: Lab, studio: Studio, fault: str, undo: str) -> None:
    studio.apply()
    with broken(lab, "vault", fault, undo):
        document = studio.json("plan", "--timeout", "4", code=3, timeout=60)
    unread = {address.split("/")[0] for address in changes(document, "unread")}
    assert "vault" in unread
    assert not unread & {"ws-a", "ws-b"}


def test_a_noisy_profile_changes_nothing(lab: Lab, studio: Studio) -> None:
    studio.apply()
    with broken(lab, "nas", "noisy-profile", "quiet-profile"):
        studio.settled()


def test_a_hanging_mount_leaves_the_rest_of_its_machine_read(lab: Lab, studio: Studio) -> None:
    studio.apply()
    with broken(lab, "vault", "hang-mount", "unhang-mount", "/srv/cold"):
        document = studio.json("plan", "--timeout", "30", code=3, timeout=150)
    unread = changes(document, "unread")
    assert {address.split("/")[0] for address in unread} == {"vault"}
    assert {address.split("/")[2] for address in unread} <= {"volume", "sentinel", "directory"}
    fine = [item for item in document["changes"] if item["address"].startswith("vault/linux/file/")]
    assert fine
    assert all(item["verb"] == "ok" for item in fine)
