"""The first days with a machine: doctor says what it lacks, discover what stands there, and neither changes it."""

import json
from pathlib import Path

import pytest

from studio_backup.spec.load import load
from tests.lab.conftest import Lab
from tests.lab.machines import facts
from tests.lab.studio import Studio
from tests.test_schemas_documents import complaints

pytestmark = pytest.mark.lab


def everything(lab: Lab, name: str) -> str:
    """Every file of ours and of the system's configuration, and when it was last changed."""
    return lab.run(name, "find /etc /var/lib/studio-backup /srv /root -printf '%p %C@ %s\\n' 2>/dev/null | sort").stdout


def test_the_doctor_finds_nothing_missing_then_what_is(lab: Lab, tmp_path: Path) -> None:
    lab.reset()
    studio = Studio(tmp_path / "spec")
    before = everything(lab, "nas")
    found = studio.json("doctor", code=0)
    assert complaints(found, "report", "doctor") == []
    assert {one["where"] for one in found["findings"]} >= {"nas/linux", "vault/linux", "ws-a/studio-os", "ws-b/linux"}
    assert not studio.record.exists()
    assert everything(lab, "nas") == before
    lab.run("nas", "mv /usr/bin/rsync /usr/bin/rsync.away; umount /srv/tank", check=True)
    shown = studio.run("doctor", "nas", code=2).stdout
    assert "MISSING  rsync: copies are made with it\n           fix: apt-get install rsync" in shown
    assert "MISSING  volume nas/tank: /srv/tank is not mounted" in shown
    assert "ws-a" not in shown
    lab.fault("vault", "down")
    unseen = studio.run("doctor", "vault", "--timeout", "4", code=3).stdout
    assert "unseen   connection" in unseen
    lab.fault("vault", "up")
    lab.reset("nas")


def test_discover_writes_a_spec_that_validates(lab: Lab, tmp_path: Path) -> None:
    lab.reset("nas")
    lab.run(
        "nas",
        "printf '0 2 * * * root RESTIC_PASSWORD=hunter2 rsync -a /srv/tank backup:/tank\\n' >/etc/cron.d/old-job;"
        " mkdir -p /etc/borgmatic; echo >/etc/borgmatic/config.yaml",
        check=True,
    )
    studio = Studio(tmp_path / "spec")
    pinned = next(line.split('"')[1] for line in (studio.folder / "inventory/machine-room.yml").read_text().splitlines()
                  if "host_key" in line)  # fmt: skip
    address = facts.machine_named("nas").address
    refused = studio.run("discover", address, code=3, cwd=tmp_path)
    assert "nothing is pinned for" in refused.stderr
    assert pinned in refused.stderr
    before = everything(lab, "nas")
    key = ("--host-key", pinned, "--identity", str(lab.key), "--output", "inventory/new.yml")
    (tmp_path / "inventory").mkdir()
    studio.run("discover", address, *key, code=0, cwd=tmp_path)
    assert everything(lab, "nas") == before
    text = (tmp_path / "inventory/new.yml").read_text()
    assert "id: ata-LAB_NAS_BAY1, medium: " in text
    assert "tank: {kind: btrfs, level: raid1, members: [disk-1, disk-2]}" in text
    assert "filesystem: btrfs, id: 7a4b0001-0000-4000-8000-000000000001, path: /srv/tank}" in text
    assert "/etc/cron.d/old-job:1:0 2 * * * root RESTIC_PASSWORD=*** rsync -a /srv/tank backup:/tank" in text
    assert "/etc/borgmatic/config.yaml (configuration)" in text
    assert "hunter2" not in text
    assert load([("inventory/new.yml", text)], []).problems == ()
    document = studio.run("discover", address, *key[:4], "--format", "json", code=0, cwd=tmp_path)
    assert complaints(json.loads(document.stdout), "report", "discover") == []
    other = studio.run("discover", address, "--host-key", f"{pinned[:-4]}AAAA", code=3, cwd=tmp_path)
    assert "another host key than the pinned one" in other.stderr
    lab.reset("nas")
