"""Source and target on one machine: a versioned copy and a mirror, on a second disk of the vault."""

from collections.abc import Iterator

import pytest

from tests.lab.conftest import Lab
from tests.lab.copies import flat, hashes, place
from tests.lab.machines import disks, facts
from tests.lab.studio import Studio

pytestmark = pytest.mark.lab

EXTRA, COLD = "/srv/extra", "/srv/cold"
UUID = facts.STUDIO["vault"].volume.spare_uuid
KEPT, MIRROR = "vault/archive/kept", "vault/archive/mirror"
FILES = {f"Album/{number:02}.wav": b"w" * (number + 1) * 100 for number in range(20)} | {"Größe\n1": b"two lines"}

PLAYS = """\
- name: The archive stands on a second disk of its own
  hosts: vault
  datasets:
    archive:
      source: {volume: extra}
      exclude: ["*.tmp"]
      quiet: 0 min
      copies:
        kept: {to: "vault:cold/archive", every: hour, keep: {last: 8}}
        mirror: {to: "vault:cold/mirror", every: day, mode: mirror}
"""


@pytest.fixture(scope="module")
def studio(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    lab.reset()
    device = disks.spare(facts.STUDIO["vault"])
    number = device.removeprefix("/dev/loop")
    attach = f"""[ -b {device} ] || mknod {device} b 7 {number}
      ln -sf {device} /dev/disk/by-id/ata-LAB_VAULT_EXTRA
      mkdir -p {EXTRA} && mount -t ext4 {device} {EXTRA}"""
    lab.run("vault", attach, check=True)
    made = Studio(tmp_path_factory.mktemp("local") / "spec")
    disk = "      extra1: {id: ata-LAB_VAULT_EXTRA, medium: hdd}\n"
    volume = f"      extra: {{on: extra1, filesystem: ext4, id: {UUID}, path: {EXTRA}}}\n"
    made.edit("inventory/offsite.yml", "    volumes:\n", f"{disk}    volumes:\n{volume}")
    (made.folder / "playbooks/three-two-one.yml").write_text(PLAYS)
    made.apply()
    made.settled()
    place(lab, "vault", FILES, EXTRA)
    yield made
    lab.run("vault", f"umount {EXTRA}", check=True)


def test_a_copy_on_one_machine_needs_no_key(lab: Lab, studio: Studio) -> None:
    assert lab.run("vault", "ls /var/lib/studio-backup/northlight/receivers 2>/dev/null").stdout == ""
    lab.run(
        "vault", f"cd {EXTRA} && chown 1234:4321 Album && chmod 4755 Album/00.wav && ln -s /etc/shadow link", check=True
    )
    done = studio.json("run", KEPT, code=0)
    assert (done["files"], done["source"]) == (len(FILES) + 1, "vault/extra")
    point = f"{COLD}/archive/points/{done['restore_point']}"
    assert hashes(lab, "vault", point) == hashes(lab, "vault", EXTRA)
    assert lab.run("vault", f"stat -c '%u:%g' {point}/Album; stat -c %a {point}/Album/00.wav; readlink {point}/link"
                   ).stdout.split() == ["1234:4321", "4755", "/etc/shadow"]  # fmt: skip
    place(lab, "vault", {"Album/00.wav": b"longer " * 100}, EXTRA)
    second = studio.json("run", KEPT, code=0)
    assert (second["rewritten"], second["deleted"]) == (1, 0)
    newer = f"{COLD}/archive/points/{second['restore_point']}"
    same = f"stat -c %i {point}/Album/01.wav {newer}/Album/01.wav | uniq | wc -l"
    assert lab.run("vault", same).stdout == "1\n", "what did not change takes no room twice"
    assert lab.run("vault", f"wc -c <{point}/Album/00.wav").stdout == "100\n"
    studio.run("restore", "vault/archive", "--to", "ws-a:/srv/archive", code=0)
    assert hashes(lab, "ws-a", "/srv/archive") == hashes(lab, "vault", EXTRA)


def test_its_guards_are_those_of_every_copy(lab: Lab, studio: Studio) -> None:
    device = lab.run("vault", f"findmnt -no SOURCE {EXTRA}", check=True).stdout.strip()
    before = lab.run("vault", f"ls {COLD}/archive/points").stdout
    lab.run("vault", f"umount {EXTRA}", check=True)
    try:
        for copy in (KEPT, MIRROR):
            assert "refused, the source volume is not mounted" in studio.run("run", copy, code=5).stdout
    finally:
        lab.run("vault", f"mount {device} {EXTRA}", check=True)
    lab.run("vault", f"mv {EXTRA}/.studio-backup-volume {EXTRA}/away", check=True)
    assert "does not carry its sentinel" in studio.run("run", KEPT, code=5).stdout
    lab.run("vault", f"mv {EXTRA}/away {EXTRA}/.studio-backup-volume", check=True)
    assert lab.run("vault", f"ls {COLD}/archive/points").stdout == before


def test_a_mirror_sets_aside_what_it_replaces_and_deletes(lab: Lab, studio: Studio) -> None:
    first = studio.json("run", MIRROR, code=0)
    assert first["result"] == "ok"
    assert hashes(lab, "vault", f"{COLD}/mirror/current") == hashes(lab, "vault", EXTRA)
    was = hashes(lab, "vault", EXTRA)
    place(lab, "vault", {"Album/05.wav": b"other " * 1000, "Album/neu.wav": b"n"}, EXTRA)
    lab.run("vault", f"touch {EXTRA}/Album/05.wav; rm {EXTRA}/Album/06.wav", check=True)
    done = studio.json("run", MIRROR, code=0)
    assert (done["rewritten"], done["deleted"]) == (1, 1)
    assert hashes(lab, "vault", f"{COLD}/mirror/current") == hashes(lab, "vault", EXTRA)
    stamps = lab.run("vault", f"ls {COLD}/mirror/replaced").stdout.split()
    assert len(stamps) == 1
    aside = hashes(lab, "vault", f"{COLD}/mirror/replaced/{stamps[0]}")
    assert aside == {name: was[name] for name in (b"Album/05.wav", b"Album/06.wav")}
    assert "2 copies: 2 fresh" in flat(studio.run("status", code=2).stdout), "the other one was refused last"


def test_a_mirror_writes_over_nothing_that_is_newer_there(lab: Lab, studio: Studio) -> None:
    studio.run("run", MIRROR, code=0)
    lab.run("vault", f"echo edited in the copy >{COLD}/mirror/current/Album/07.wav", check=True)
    said = studio.run("run", MIRROR, code=1).stdout
    assert "files at the target are newer than at the source and were left alone" in said
    assert lab.run("vault", f"cat {COLD}/mirror/current/Album/07.wav").stdout == "edited in the copy\n"


def test_a_mirror_has_the_brake_too(lab: Lab, studio: Studio) -> None:
    lab.run("vault", f"rm {COLD}/mirror/current/Album/07.wav", check=True)
    place(lab, "vault", {f"Many/{number}": b"m" for number in range(100)}, EXTRA)
    studio.run("run", MIRROR, code=0)
    lab.run("vault", f"rm -r {EXTRA}/Many", check=True)
    done = studio.json("run", MIRROR, code=5)
    assert (done["reason"], done["deleted"]) == ("brake-deletions", 100)
    assert lab.run("vault", f"ls {COLD}/mirror/current/Many | wc -l").stdout == "100\n"
    studio.run("run", MIRROR, "--accept", done["run"], code=0)
    assert lab.run("vault", f"ls {COLD}/mirror/current/Many 2>/dev/null").stdout == ""
