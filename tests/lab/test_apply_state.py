"""Our own state on a machine lost or unreadable; two studios side by side; a login that is refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.conftest import Lab
from tests.lab.copies import ready
from tests.lab.machines import disks, facts
from tests.lab.slow import STATE
from tests.lab.studio import Studio, changes

pytestmark = pytest.mark.lab
EXTRA = "/srv/extra"

SOUTHLIGHT = """\
- name: The archive of another studio
  hosts: vault
  datasets:
    archive:
      source: {volume: extra}
      quiet: 0 min
      copies:
        on-nas: {to: "nas:extra/archive", every: hour, keep: {last: 8}}
"""


@pytest.fixture
def studio(lab: Lab, tmp_path: Path) -> Studio:
    return ready(lab, tmp_path / "spec")


def files(lab: Lab, name: str, *folders: str) -> str:
    """Hash, mode and date of every file in these folders."""
    found = f"find {' '.join(folders)} -type f"
    return lab.run(name, f"{found} -exec sha256sum {{}} + ; {found} -exec stat -c '%n %a %Y' {{}} +").stdout


def test_a_manifest_that_cannot_be_read_stops_everything_there(lab: Lab, studio: Studio) -> None:
    lab.run("nas", f"mv {STATE}/manifest {STATE}/away && echo no folder > {STATE}/manifest", check=True)
    lab.run("nas", "rm /etc/studio-backup/northlight/job", check=True)
    document = studio.json("plan", code=3)
    assert {address.split("/")[0] for address in changes(document, "unread")} == {"nas"}
    assert "manifest could not be read" in changes(document, "unread").popitem()[1]["reason"]
    studio.apply(code=3)
    assert lab.run("nas", "test -e /etc/studio-backup/northlight/job").returncode == 1
    lab.run("nas", f"rm {STATE}/manifest && mv {STATE}/away {STATE}/manifest", check=True)
    studio.apply()
    studio.settled()


def test_a_state_folder_that_is_gone_is_made_again_and_no_file_is_rewritten(lab: Lab, studio: Studio) -> None:
    before = files(lab, "nas", "/etc/studio-backup", "/etc/systemd/system")
    lab.run("nas", f"rm -rf {STATE}", check=True)
    document = studio.json("plan", code=2)
    assert not changes(document, "conflict")
    assert not changes(document, "remove")
    studio.apply()
    studio.settled()
    assert files(lab, "nas", "/etc/studio-backup", "/etc/systemd/system") == before


def attach(lab: Lab, name: str) -> None:
    """Mount the machine's spare disk at /srv/extra."""
    machine = facts.STUDIO[name]
    device = disks.spare(machine)
    number = device.removeprefix("/dev/loop")
    script = f"""[ -b {device} ] || mknod {device} b 7 {number}
        mkdir -p {EXTRA} && mount -t {machine.volume.filesystem} {device} {EXTRA}"""
    lab.run(name, script, check=True)


@pytest.fixture
def south(lab: Lab, tmp_path: Path) -> Iterator[Studio]:
    """A second studio: it copies the vault's second disk to a second disk of the same NAS."""
    made = Studio(tmp_path / "south")
    made.edit("inventory/studio.yml", "studio: northlight", "studio: southlight")
    for name, file in (("nas", "machine-room"), ("vault", "offsite")):
        attach(lab, name)
        volume = facts.STUDIO[name].volume
        disk = f"      spare: {{id: ata-LAB_SPARE_{name.upper()}, medium: hdd}}\n"
        extra = f"      extra: {{on: spare, filesystem: {volume.filesystem}, id: {volume.spare_uuid}, path: {EXTRA}}}\n"
        text = (made.folder / f"inventory/{file}.yml").read_text()
        made.edit(f"inventory/{file}.yml", text, text.replace("    disks:\n", f"    disks:\n{disk}") + extra)
    (made.folder / "playbooks/three-two-one.yml").write_text(SOUTHLIGHT)
    yield made
    for name in ("nas", "vault"):
        lab.run(name, f"umount {EXTRA}", check=True)


def test_two_studios_live_side_by_side(lab: Lab, studio: Studio, south: Studio) -> None:
    theirs = ("/etc/studio-backup/northlight", "/var/lib/studio-backup/northlight")
    before = files(lab, "nas", *theirs)
    south.apply()
    assert south.json("plan", code=0)["summary"]["ok"]
    assert files(lab, "nas", *theirs) == before
    studio.settled()
    lab.run("vault", f"echo take > {EXTRA}/take.wav", check=True)
    south.run("run", "vault/archive/on-nas", code=0)

    # Each takes only its own away.
    playbook = south.folder / "playbooks/three-two-one.yml"
    playbook.write_text(SOUTHLIGHT.replace("    archive:", "    other:").replace("extra/archive", "extra/other"))
    removed = changes(south.json("plan", code=2), "remove")
    assert removed
    assert not any("northlight" in address for address in removed)
    south.apply()
    assert lab.run("nas", f"ls {EXTRA}/archive/points").stdout
    assert "southlight_vault_archive" not in lab.run("nas", "ls /etc/systemd/system").stdout
    assert files(lab, "nas", *theirs) == before
    studio.settled()


def test_a_login_that_is_refused(lab: Lab, studio: Studio) -> None:
    lab.run("nas", "sed -i /studio-backup-lab/d /root/.ssh/authorized_keys", check=True)
    unread = changes(studio.json("plan", code=3), "unread")
    assert {address.split("/")[0] for address in unread} >= {"nas"}
    found = next(item for address, item in unread.items() if address.startswith("nas/"))
    assert "lets root in with not the key" in found["reason"]
    assert "authorized_keys" in found["fix"]
