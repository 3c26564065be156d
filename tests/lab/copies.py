"""The data side of the lab's studio: source files, restore points, records, and the hashes that prove a copy."""

import base64
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.lab.conftest import Lab
from tests.lab.story.takes import archive
from tests.lab.studio import Studio

STATE = "/var/lib/studio-backup/northlight"
PLAYBOOK = "playbooks/three-two-one.yml"
A, B = "ws-a/sessions/on-nas", "ws-b/sessions/on-nas"
A_OFF = "ws-a/sessions/off-site"
#: Machine and mount path that hold a copy, by the copy's own name.
HELD = {"on-nas": ("nas", "/srv/tank"), "off-site": ("vault", "/srv/cold")}

#: One line a file: its hash and its name in hex, so that no name can pass for two lines.
_HASHES = r"""cd %s && find . -name lost+found -prune -o -type f ! -name .studio-backup-volume -exec sh -c 'for file do
  hash=$(sha256sum <"$file"); printf "%%s " "${hash%%%% *}"; printf %%s "$file" | od -An -v -tx1 | tr -d " \n"; echo
done' sh {} +"""


def ready(lab: Lab, folder: Path, *edits: tuple[str, str]) -> Studio:
    """Fresh machines with the example studio applied, after these edits (old, new) of its playbook."""
    lab.reset()
    studio = Studio(folder)
    for old, new in edits:
        studio.edit(PLAYBOOK, old, new)
    studio.apply()
    return studio


def place(lab: Lab, machine: str, files: Mapping[str, bytes], folder: str = "/srv/sessions") -> None:
    """Bring files to a machine; those that are there are written over."""
    text = base64.b64encode(archive(dict(files))).decode()
    lab.run(machine, f"mkdir -p {folder} && base64 -d | tar -xf - -C {folder}", text=text, check=True)


def hashes(lab: Lab, machine: str, folder: str) -> dict[bytes, str]:
    """SHA-256 of every file below a folder, by its path as bytes; the sentinel is left out."""
    lines = lab.run(machine, _HASHES % folder, check=True).stdout.split("\n")[:-1]
    pairs = (line.split(" ") for line in lines)
    return {bytes.fromhex(name).removeprefix(b"./"): digest for digest, name in pairs}


def target(copy: str) -> tuple[str, str]:
    """Machine and folder of a copy of the example studio, such as ws-a/sessions/on-nas."""
    dataset, _, name = copy.rpartition("/")
    machine, root = HELD[name]
    return machine, f"{root}/{dataset}"


def points(lab: Lab, copy: str = A) -> list[str]:
    """The restore points of a copy, oldest first."""
    machine, folder = target(copy)
    return lab.run(machine, f"ls {folder}/points 2>/dev/null").stdout.split()


def records(lab: Lab, copy: str = A) -> list[dict[str, Any]]:
    """The records that a copy's runs left, oldest first."""
    # By the time they were written: the names of two runs within one second do not sort.
    script = f"cd {STATE}/runs && ls -tr {copy.replace('/', '_')}.*.json 2>/dev/null | xargs -r cat"
    return [json.loads(line) for line in lab.run(target(copy)[0], script).stdout.splitlines()]


def service(copy: str = A) -> str:
    """The systemd service of a copy."""
    return f"studio-backup-northlight_{copy.replace('/', '_')}.service"


def receiver(lab: Lab, source: str = "ws-a", machine: str = "nas") -> str:
    """The user that receives what SOURCE sends."""
    return lab.run(machine, f"ls {STATE}/receivers | grep ^sb-{source}-", check=True).stdout.strip()


def process(lab: Lab, machine: str, words: str) -> list[int]:
    """The processes of a machine whose command line begins with these words; `$` at the end means all of it."""
    script = r"""for one in /proc/[0-9]*; do
  printf '%s %s$\n' "${one#/proc/}" "$(tr '\0' ' ' <"$one/cmdline" 2>/dev/null)"; done"""
    lines = lab.run(machine, script).stdout.splitlines()
    return [int(line.split(" ")[0]) for line in lines if line.partition(" ")[2].replace(" $", "$").startswith(words)]


def away_from_the_turn_of_the_hour(seconds: float = 30) -> None:
    """Wait where a period of an hour would end within a test that counts the points of one."""
    left = 3600 - time.time() % 3600
    if left < seconds:
        time.sleep(left + 1)


def flat(text: str) -> str:
    """A screen without its line breaks: sentences are wrapped."""
    return " ".join(text.split())
