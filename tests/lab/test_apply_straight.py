"""From nothing to every resource seen right: validate, plan, apply, drift, with their exit codes and documents."""

from pathlib import Path
from typing import Any

import pytest

from tests.lab.conftest import Lab
from tests.lab.studio import Studio, changes

pytestmark = pytest.mark.lab

SUMMARY = {"create", "update", "remove", "watch", "conflict", "unread", "asleep", "deferred", "ok"}
CHANGE = {"address", "verb", "risk", "fields", "reason", "source"}
FIELD = {"name", "rule", "before", "after"}


def check_contract(document: dict[str, Any], keys: set[str], change_keys: set[str]) -> None:
    """Every key that other programs rely on is there, and the counts are true."""
    assert keys <= set(document)
    assert document["studio"] == "northlight"
    assert set(document["summary"]) == SUMMARY
    assert document["changes"], "nothing to check the keys of"
    for change in document["changes"]:
        assert change_keys <= set(change)
        assert all(set(field) == FIELD for field in change["fields"])
        assert change["verb"] in SUMMARY
        assert change["risk"] in ("safe", "disrupts", "destroys")


def test_from_nothing_to_done_and_nothing_left_to_do(lab: Lab, tmp_path: Path) -> None:
    lab.reset()
    studio = Studio(tmp_path)
    assert studio.json("validate", code=0) == {"problems": []}

    before = studio.json("plan", code=2)
    check_contract(before, {"version", "fingerprint", "steps"}, CHANGE)
    planned = changes(before, "create")
    assert len(planned) == before["summary"]["create"] > 50
    assert {step["address"] for step in before["steps"]} == set(planned)

    drift = studio.json("drift", code=2)
    check_contract(drift, {"version"}, CHANGE | {"class", "since"})
    assert {change["class"] for change in drift["changes"]} == {"pending", "asleep"}

    applied = studio.json("apply", "--yes", code=0)
    check_contract(applied, {"version", "fingerprint", "steps", "results"}, CHANGE)
    assert {result["address"] for result in applied["results"]} == set(planned)
    assert all(result["done"] for result in applied["results"])
    assert applied["steps"] == []

    studio.settled()
    drift = studio.json("drift", code=0)
    assert {change["class"] for change in drift["changes"]} == {"asleep"}
    second = studio.run("apply", "--yes", code=0)
    assert "Nothing to do" in second.stdout or "asleep" in second.stdout
    assert "done" not in second.stdout
    assert studio.json("apply", "--yes", code=0)["results"] == []


def test_what_was_applied_is_really_there(lab: Lab, tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.apply()
    timers = lab.run("nas", "systemctl list-timers --all --no-legend 'studio-backup-*'").stdout.splitlines()
    assert len(timers) == 2
    assert lab.run("nas", "systemctl --failed --no-legend").stdout == ""
    for name in ("ws-a", "ws-b"):
        keys = lab.run(name, "cat /root/.ssh/authorized_keys").stdout
        assert keys.count('restrict,command="/etc/studio-backup/northlight/gate ') == 1
    stages = "find / -xdev -name '.studio-backup-stage*' -o -xdev -path '/var/lib/studio-backup/lock*' -name 'lock.*'"
    for name in ("ws-a", "ws-b", "nas", "vault"):
        assert lab.run(name, stages).stdout == "", name
        assert lab.run(name, "ls /var/lib/studio-backup/lock /var/lib/studio-backup/step").stdout == "", name


def test_drift_is_2_when_something_differs_and_3_when_something_is_unseen(lab: Lab, tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.apply()
    lab.run("nas", "echo '# by hand' >> /etc/studio-backup/northlight/job", check=True)
    found = changes(studio.json("drift", code=2))["nas/linux/file//etc/studio-backup/northlight/job"]
    assert (found["verb"], found["class"]) == ("update", "drifted")
    since = found["since"]
    assert changes(studio.json("drift", code=2))[found["address"]]["since"] == since
    studio.apply()
    lab.fault("vault", "down")
    try:
        unseen = studio.json("drift", "--timeout", "2", code=3)
        assert {change["class"] for change in unseen["changes"]} == {"asleep", "unread"}
        assert {change["address"].split("/")[0] for change in changes(unseen, "unread").values()} == {"vault"}
    finally:
        lab.fault("vault", "up")
