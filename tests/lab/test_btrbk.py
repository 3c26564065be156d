"""Snapshots by btrbk on a machine that has it: set up, run, seen by date, restored from, and told when it is gone."""

from collections.abc import Iterator

import pytest

from tests.lab.conftest import Lab
from tests.lab.copies import flat, hashes, place
from tests.lab.studio import ROOT, Studio, changes

pytestmark = [pytest.mark.lab, pytest.mark.long]

ARCHIVE, SNAPSHOTS = "/srv/tank/archive", "nas/archive/snapshots"
SCHEDULE = "nas/linux/snapshot-schedule//srv/tank/.studio-backup-snapshots/archive"
TOLD = "/etc/studio-backup/northlight/jobs/nas_archive_snapshots.btrbk"
FILES = {f"Album/{number:02}.wav": b"w" * (number + 1) * 100 for number in range(20)}
PLAYS = """\
- name: The archive has snapshots by btrbk
  hosts: nas
  datasets:
    archive:
      source: {volume: tank, path: archive}
      quiet: 0 min
      snapshots: {every: hour, by: btrbk, keep: {hourly: 48, daily: 30}}
"""


@pytest.fixture(scope="module")
def studio(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    lab.reset()
    lab.run("nas", f"btrfs subvolume create {ARCHIVE}", check=True)
    made = Studio(tmp_path_factory.mktemp("btrbk") / "spec")
    (made.folder / "playbooks/three-two-one.yml").write_text(PLAYS)
    place(lab, "nas", FILES, ARCHIVE)
    yield made
    lab.reset("nas")


def test_it_lacks_then_makes_snapshots_that_are_restored(lab: Lab, studio: Studio) -> None:
    lacking = flat(studio.run("doctor", "nas", code=2).stdout)
    assert "apt-get install btrbk" in lacking
    studio.run("apply", "--yes", code=2)
    seen = changes(studio.json("drift", code=2))[SCHEDULE]
    assert [(item["name"], item["before"]) for item in seen["fields"]] == [("tool", "not installed")]
    assert studio.json("run", SNAPSHOTS, code=1)["reason"] == "tool-missing"

    text = (ROOT / ".venv/bin/btrbk").read_text()
    lab.run("nas", "cat >/usr/local/bin/btrbk && chmod 0755 /usr/local/bin/btrbk", text=text, check=True)
    studio.settled()
    made = studio.json("run", SNAPSHOTS, code=0)
    assert (made["files"], made["result"]) == (len(FILES), "ok")
    lab.run("nas", f"rm {ARCHIVE}/Album/03.wav", check=True)
    second = studio.json("run", SNAPSHOTS, code=0)
    assert second["deleted"] == 1
    listed = lab.run("nas", f"btrbk -c {TOLD} --format=col:h:snapshot_name list snapshots", check=True).stdout.split()
    assert len(listed) == 2
    (job,) = studio.json("status", code=0)["jobs"]
    assert (job["points"], job["state"]) == ([made["restore_point"], second["restore_point"]], "fresh")
    assert "1 copy: 1 fresh; 2 restore points." in flat(studio.run("status", code=0).stdout)
    first = made["restore_point"].replace("Z", "+00:00")
    at = f"{first[:10]}T{first[11:19].replace('-', ':')}+00:00"
    studio.run("restore", "nas/archive", "--at", at, "--to", "ws-a:/srv/archive", code=0)
    assert len(hashes(lab, "ws-a", "/srv/archive")) == len(FILES), "what was deleted since is still there"

    # Its own timer's unit, hardened as it is.
    lab.run("nas", "systemctl start studio-backup-northlight_nas_archive_snapshots.service", check=True)
    studio.settled()

    # Somebody edits what it is told: btrbk itself says that it does not take it, and apply puts it back.
    lab.run("nas", f"sed -i 's/48h/48x/' {TOLD}", check=True)
    drifted = changes(studio.json("drift", code=2))
    assert drifted[f"nas/linux/file/{TOLD}"]["class"] == "drifted"
    assert "failed input validation" in drifted[SCHEDULE]["fields"][0]["before"]
    (job,) = studio.json("status", code=3)["jobs"]
    assert (job["state"], "could not list them" in job["unknown"]) == ("unknown", True), "and not: there is none"
    studio.apply()
    studio.settled()

    # It is gone.
    lab.run("nas", "rm /usr/local/bin/btrbk", check=True)
    assert changes(studio.json("drift", code=2))[SCHEDULE]["fields"][0]["before"] == "not installed"
