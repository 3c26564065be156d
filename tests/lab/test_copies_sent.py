"""Snapshots on the NAS, sent to the vault: restored from, sent on after a month, and killed half-way."""

from collections.abc import Iterator

import pytest

from tests.lab.conftest import Lab
from tests.lab.copies import STATE, flat, hashes, place, process
from tests.lab.machines import disks, facts
from tests.lab.slow import wait_until
from tests.lab.studio import Studio, finished

pytestmark = pytest.mark.lab

ARCHIVE, FAR = "/srv/tank/archive", "/srv/far"
SNAPSHOTS, SENT = "nas/archive/snapshots", "nas/archive/off-site"
POINTS = {"nas": "/srv/tank/.studio-backup-snapshots/archive/points", "vault": f"{FAR}/archive/points"}
SERVICE = "studio-backup-northlight_nas_archive_off-site.service"
UUID = facts.STUDIO["nas"].volume.spare_uuid
FILES = {f"Album/{number:02}.wav": b"w" * (number + 1) * 100 for number in range(20)} | {"Größe\n1": b"two lines"}

PLAYS = """\
- name: The archive has snapshots, and they are sent home
  hosts: nas
  datasets:
    archive:
      source: {volume: tank, path: archive}
      quiet: 0 min
      snapshots: {every: hour, keep: {last: 40}}
      copies:
        off-site: {from: snapshots, to: "vault:far/archive", engine: btrfs-send, every: manual}
"""


@pytest.fixture(scope="module")
def studio(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    lab.reset()
    device = disks.spare(facts.STUDIO["nas"])
    attach = f"""[ -b {device} ] || mknod {device} b 7 {device.removeprefix("/dev/loop")}
      mkdir -p {FAR} && mount -t btrfs {device} {FAR}"""
    lab.run("vault", attach, check=True)
    lab.run("nas", f"btrfs subvolume create {ARCHIVE}", check=True)
    made = Studio(tmp_path_factory.mktemp("sent") / "spec")
    disk = "      far1: {id: ata-LAB_VAULT_FAR, medium: ssd}\n"
    volume = f"      far: {{on: far1, filesystem: btrfs, id: {UUID}, path: {FAR}}}\n"
    made.edit("inventory/offsite.yml", "    volumes:\n", f"{disk}    volumes:\n{volume}")
    (made.folder / "playbooks/three-two-one.yml").write_text(PLAYS)
    made.apply()
    made.settled()
    place(lab, "nas", FILES, ARCHIVE)
    yield made
    lab.run("vault", f"umount {FAR}", check=True)


def held(lab: Lab, machine: str) -> list[str]:
    return lab.run(machine, f"ls {POINTS[machine]} 2>/dev/null").stdout.split()


def test_a_snapshot_is_sent_with_its_date_and_restored(lab: Lab, studio: Studio) -> None:
    made = studio.json("run", SNAPSHOTS, code=0)
    assert (made["files"], made["result"]) == (len(FILES), "ok")
    lab.run("nas", f"chown 1234:4321 {ARCHIVE}/Album && rm {ARCHIVE}/Album/03.wav", check=True)
    sent = studio.json("run", SENT, code=0)
    assert (sent["restore_point"], sent["source"]) == (made["restore_point"], "nas/linux")
    assert held(lab, "vault") == held(lab, "nas") == [made["restore_point"]]
    point = f"{POINTS['vault']}/{sent['restore_point']}"
    assert len(hashes(lab, "vault", point)) == len(FILES), "what was deleted since is still there"
    assert lab.run("vault", f"touch {point}/new").returncode != 0
    status = flat(studio.run("status", code=0).stdout)
    assert "2 copies: 2 fresh; 2 restore points." in status
    studio.run("restore", "nas/archive", "--from", "off-site", "--to", "ws-a:/srv/archive", code=0)
    assert hashes(lab, "ws-a", "/srv/archive") == hashes(lab, "vault", point)
    verdict = flat(studio.run("verdict", code=4).stdout)
    assert "2 of 3 copies count" in verdict
    assert "does not count: on the same disk as original" in verdict
    assert "read-only" not in flat(studio.run("drift", code=0).stdout)


@pytest.mark.usefixtures("studio")
def test_a_stolen_key_gets_snapshots_and_nothing_else(lab: Lab) -> None:
    """The vault's own key, through the real forced command."""
    key = f"$(ls -d {STATE}/receivers/*)/key"
    point = held(lab, "nas")[-1]
    asked = (
        f"ssh -i {key} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR root@198.18.77.20"
    )
    send = "send nas_archive_snapshots nas_archive_off-site"
    for words in (f"{send} /etc", f"{send} {point}/../..", f"send nas_archive_snapshots {point}", "sh", "btrfs-send",
                  f"receive nas_archive_snapshots {point}", f"{send} {point} -f"):  # fmt: skip
        done = lab.run("vault", f"{asked} '{words}' </dev/null")
        assert (done.returncode, done.stderr) == (5, "studio-backup-gate: refused request\n"), words
    done = lab.run("vault", f"{asked} '{send} {point}' </dev/null | head -c 12")
    assert done.stdout == "btrfs-stream"


def test_killed_while_it_receives_the_next_run_goes_on(lab: Lab, studio: Studio) -> None:
    before = held(lab, "vault")
    lab.run("nas", f"head -c 80000000 /dev/urandom >{ARCHIVE}/big.wav", check=True)
    studio.run("run", SNAPSHOTS, code=0)
    with studio.start("run", SENT, "--format", "json") as running:
        wait_until(lambda: bool(lab.run("vault", f"find {FAR}/archive/.receiving -size +1M").stdout))
        lab.run("vault", f"systemctl kill --signal=KILL {SERVICE}", check=True)
        assert '"reason": "interrupted"' in finished(running, 1, 30).stdout
    assert held(lab, "vault") == before
    assert not process(lab, "vault", "btrfs")
    assert lab.run("vault", f"ls {FAR}/archive/.receiving").stdout, "half of one is left, where nothing counts"
    done = studio.json("run", SENT, code=0)
    assert held(lab, "vault") == [*before, done["restore_point"]]
    assert lab.run("vault", f"ls {FAR}/archive/.receiving 2>/dev/null").stdout == ""
    point = done["restore_point"]
    assert hashes(lab, "vault", f"{POINTS['vault']}/{point}") == hashes(lab, "nas", f"{POINTS['nas']}/{point}")


@pytest.mark.long
def test_a_month_away_and_forty_snapshots_later(lab: Lab, studio: Studio) -> None:
    lab.run("nas", f"head -c 30000000 /dev/urandom >{ARCHIVE}/long.wav", check=True)
    studio.run("run", SNAPSHOTS, code=0)
    studio.run("run", SENT, code=0)
    known = held(lab, "vault")[-2:]
    month = f"""for n in $(seq 1 40); do
      printf '#!/bin/sh\nexec /usr/bin/date -d "+%s hours" "$@"\n' $((n * 18)) >/usr/local/bin/date
      chmod 755 /usr/local/bin/date
      echo $n >{ARCHIVE}/day-$n
      /etc/studio-backup/northlight/job /etc/studio-backup/northlight/jobs/nas_archive_snapshots.conf run >/dev/null ||
        exit 1
    done"""
    lab.run("nas", month, check=True, timeout=120)
    assert (len(held(lab, "nas")), held(lab, "nas")[:2]) == (42, known), "40 by the rule, and what the vault rests on"
    late = '#!/bin/sh\nexec /usr/bin/date -d "+30 days" "$@"\n'
    lab.run("vault", "cat >/usr/local/bin/date; chmod 755 /usr/local/bin/date", text=late, check=True)
    sent = studio.json("run", SENT, code=0)
    assert held(lab, "vault")[-42:] == held(lab, "nas")
    assert sent["bytes"] < 1_000_000, "nothing that was there came again"
    newest = sent["restore_point"]
    for point in (newest, held(lab, "nas")[20]):
        assert hashes(lab, "vault", f"{POINTS['vault']}/{point}") == hashes(lab, "nas", f"{POINTS['nas']}/{point}")
