"""A selection does what it names and what that needs, and nothing else."""

from pathlib import Path

import pytest

from tests.lab.conftest import Lab
from tests.lab.studio import Studio, changes

pytestmark = pytest.mark.lab


def test_one_room_brings_what_it_needs_elsewhere_and_no_more(lab: Lab, tmp_path: Path) -> None:
    lab.reset()
    studio = Studio(tmp_path / "spec")
    shown = studio.run("plan", "--only", "room:a", "-v", code=2).stdout
    of_nas = shown[shown.index("nas/linux") :].split("\n\n")[0]
    assert "needed" in of_nas
    assert "ws-b" not in shown
    studio.apply("--only", "room:a")
    assert studio.json("plan", "--only", "room:a", code=0)["summary"]["create"] == 0
    units = lab.run("nas", "ls /etc/systemd/system").stdout
    assert "ws-a_sessions_on-nas.timer" in units
    assert "ws-b" not in units
    assert "ws-b" not in lab.run("nas", "find /etc/studio-backup /var/lib/studio-backup /srv/tank").stdout
    assert lab.run("ws-b", "ls -d /etc/studio-backup /var/lib/studio-backup").stdout == ""
    rest = changes(studio.json("plan", code=2), "create")
    assert {address.split("/")[0] for address in rest} >= {"ws-b", "nas"}
    studio.apply()
    studio.settled()


def test_a_selection_that_matches_nothing_is_an_error_with_near_matches(tmp_path: Path) -> None:
    studio = Studio(tmp_path / "spec")
    for command in ("plan", "drift", "apply"):
        said = studio.run(command, "--only", "machine:ws-z", code=1).stderr
        assert "ws-z" in said
        assert "ws-a" in said
    # A kind that is none is an error, too.
    assert studio.json("plan", "--only", "nonsense", code=1)["error"]["code"] == "usage"
