"""The beats of the story, in the order of a studio's day."""

import hashlib
import re
import subprocess
from pathlib import Path

from tests.lab.machines import places
from tests.lab.story.takes import archive, session
from tests.lab.story.telling import ROOT, NotAsToldError, Teller

SONG = "Lied für Jörg"
TAKES = {"Gesang 01": 240, "Gesang 02": 320, "Gitarre äußeres Mikro": 480, "Overhead L": 1000}
LOST = f"{SONG}/Audio Files/Gesang 02.wav"
COPY = "ws-a/sessions/on-nas"
POINTS = "/srv/tank/ws-a/sessions/points"
TIMER = "/etc/systemd/system/studio-backup-northlight_ws-a_sessions_on-nas.timer"

#: The shell command that gives room B a play of its own, with the copy on the NAS alone.
WITHOUT_OFF_SITE = """sed -i 's/hosts: tracking-rooms/hosts: ws-a/' playbooks/three-two-one.yml
cat >> playbooks/three-two-one.yml <<'END'
- name: Room B keeps its copy on the NAS alone
  hosts: ws-b
  datasets:
    sessions:
      source: {volume: sessions}
      exclude: [preset:pro-tools, preset:reaper, "*.tmp"]
      quiet: 0 min
      copies:
        on-nas:
          to: "nas:tank/{{ machine.name }}/sessions"
          every: hour
          keep: {last: 8, hourly: 24, daily: 30}
          max-age: 3 hours
END"""


def day(tell: Teller, copy_of_spec: Path) -> None:
    """Everything, one beat after another."""
    set_up(tell)
    files, points = record_and_lose(tell)
    bring_back(tell, files, points[0])
    drift_and_mend(tell)
    refuse_without_source(tell)
    other_system(tell)
    off_site(tell)
    take_away(tell, copy_of_spec)


def set_up(tell: Teller) -> None:
    """From a description to machines that are what it says."""
    tell.beat(
        "A studio in YAML, and what would happen",
        "inventory/ says what there is: two rooms, a NAS, a machine at the owner's home.",
        "playbooks/ says what should be: three copies, one of them off-site.",
    )
    tell.backup("validate", code=0, expect=["northlight: 4 machines, 5 systems", "No problem."])
    tell.backup("plan", code=2, expect=["nas/linux\n  + ", "asleep, never seen yet", "Next: studio-backup apply"])
    tell.beat("Apply does what the plan said, and looks again", "Nothing is called done that was not seen done.")
    said = tell.backup("apply", "--yes", code=0)
    done = re.search(r"^(\d+) of (\d+) changes done and seen", said, re.MULTILINE)
    if done is None or done[1] != done[2]:
        raise NotAsToldError("apply did not do all that it planned")
    tell.backup("plan", code=0, expect=["Nothing to do"])


def record_and_lose(tell: Teller) -> tuple[dict[str, bytes], list[str]]:
    """A session is recorded and copied; then a take is deleted, and the next copy has it no more."""
    tell.beat(
        "A song is recorded in room A, and copied", "Four takes of 48 kHz and 24 bit; the names are not plain ASCII."
    )
    files = session(SONG, TAKES, 8.0)
    deliver("ws-a", "/srv/sessions", files)
    tell.on("ws-a", f"ls -sh '/srv/sessions/{SONG}/Audio Files'")
    first = point_of(tell.backup("run", COPY, code=0, expect=[f"{COPY}: ok", "read from      ws-a/studio-os"]))
    tell.beat("Somebody deletes a take; nobody notices", "The next copy no longer has it. The one before still does.")
    tell.on("ws-a", f"rm '/srv/sessions/{LOST}'")
    second = point_of(tell.backup("run", COPY, code=0, expect=["0 new, 0 rewritten, 1 deleted"]))
    listed = tell.on("nas", f"cd {POINTS}; ls -d */'{SONG}/Audio Files/Gesang 0'*")
    tell.check(f"{first}/{LOST}" in listed, f"the take is in the restore point {first}")
    tell.check(f"{second}/{LOST}" not in listed, f"and not in {second}")
    return files, [first, second]


def bring_back(tell: Teller, files: dict[str, bytes], point: str) -> None:
    """The song comes back as it was, into a new folder; the hashes are shown on both ends."""
    tell.beat("The song comes back as it was", "Into a new folder: a restore never writes over anything.")
    tell.backup(
        "restore", "ws-a/sessions", "--at", point, "--path", SONG, "--to", "ws-a:/srv/back",
        code=0, expect=["5 files", "every hash is equal"],
    )  # fmt: skip
    kept = tell.on("nas", f"cd '{POINTS}/{point}' && sha256sum '{SONG}/Audio Files'/*")
    back = tell.on("ws-a", f"cd /srv/back && sha256sum '{SONG}/Audio Files'/*")
    takes = {path: hashlib.sha256(content).hexdigest() for path, content in files.items() if path.endswith(".wav")}
    tell.check(hashes(kept) == takes, "the hashes on the NAS are those of what was recorded")
    tell.check(hashes(back) == takes, "and so are those of what came back")


def drift_and_mend(tell: Teller) -> None:
    """Somebody turns the hourly timer into a weekly one."""
    tell.beat(
        "Somebody edits a timer on the NAS by hand",
        "Drift names the machine, the file and line of the spec, and the day.",
    )
    tell.on("nas", f"sed -i 's/^OnCalendar=.*/OnCalendar=weekly/' {TIMER}")
    tell.backup(
        "drift", code=2,
        expect=["drifted: ", "nas/linux", "playbooks/three-two-one.yml:", "OnCalendar=weekly", "since  20"],
    )  # fmt: skip
    tell.backup("apply", "--yes", code=0, expect=["1 of 1 change done and seen"])
    shown = tell.on("nas", f"grep OnCalendar {TIMER}")
    tell.check("weekly" not in shown, "the copy is hourly again")


def refuse_without_source(tell: Teller) -> None:
    """An empty folder where the disk should be must not become the newest copy."""
    tell.beat("The work drive is not mounted", "An empty folder is no session: the job refuses, and rotates nothing.")
    before = tell.on("nas", f"ls {POINTS}")
    tell.command(
        "scripts/lab fault ws-a unmount-sessions", str(ROOT / "scripts/lab"), "fault", "ws-a", "unmount-sessions"
    )
    tell.backup("run", COPY, code=5, expect=["refused, the source volume is not mounted"])
    after = tell.on("nas", f"ls {POINTS}")
    tell.check(before == after, "every restore point is as it was")
    tell.command("scripts/lab fault ws-a remount", str(ROOT / "scripts/lab"), "fault", "ws-a", "remount")


def other_system(tell: Teller) -> None:
    """The workstation boots its other system: that is no alarm, and what was waiting for it is brought."""
    tell.beat(
        "Room A boots its other system",
        "Same box, same address, another host key: known, so nothing is alarmed.",
        "What was kept for that system is now brought to it.",
    )
    tell.command("scripts/lab reboot ws-a", str(ROOT / "scripts/lab"), "reboot", "ws-a")
    tell.backup("plan", code=2, expect=["ws-a/edit-os\n  + ", "ws-a/studio-os\n  z asleep"])
    tell.backup("apply", "--yes", code=0, expect=["changes done and seen"])
    tell.backup("run", COPY, code=0, expect=[f"{COPY}: ok", "read from      ws-a/edit-os"])


def off_site(tell: Teller) -> None:
    """The chain to the owner's home, the room with nothing but BusyBox, and how every copy fares."""
    tell.beat(
        "Off-site, and the other room",
        "The vault takes the newest complete restore point from the NAS; its date stays.",
    )
    tell.backup("run", "ws-a/sessions/off-site", code=0, expect=["read from      nas/linux"])
    tell.say("Room B is a box with BusyBox and dropbear: no bash, no systemd, no Python.")
    deliver("ws-b", "/srv/sessions", session("Zweites Lied", {"Bass DI": 120, "Flügel": 600}, 4.0))
    tell.backup("run", "ws-b/sessions/on-nas", code=0, expect=["read from      ws-b/linux"])
    tell.backup("run", "ws-b/sessions/off-site", code=0)
    tell.backup("status", code=0, expect=["4 copies: 4 fresh"])


def take_away(tell: Teller, copy_of_spec: Path) -> None:
    """A copy leaves the spec: our files go, restore points stay."""
    tell.beat(
        "A copy leaves the spec",
        "In a copy of the spec, room B loses its off-site copy.",
        "Our files go, no data does.",
    )
    tell.folder = copy_of_spec
    before = tell.on("vault", "ls -d /srv/cold/ws-b/sessions/points/*")
    tell.command(WITHOUT_OFF_SITE, "sh", "-c", WITHOUT_OFF_SITE)
    tell.backup(
        "plan", code=2, expect=["vault/linux\n", "  - systemd-unit ", "no longer in the spec", "still needs it"]
    )
    tell.say("Room B's policy still needs that copy: it goes only if somebody names it.")
    tell.backup("apply", "--yes", code=5, expect=["no longer in the spec"])
    named = ("--allow-destroy", "ws-b/sessions/off-site")
    tell.backup("apply", "--yes", *named, code=0, expect=["changes done and seen"])
    tell.backup("plan", code=0, expect=["Nothing to do"])
    after = tell.on("vault", "ls -d /srv/cold/ws-b/sessions/points/*")
    tell.check(before == after and after != "", "the restore points of the removed copy are still there")


def deliver(machine: str, folder: str, files: dict[str, bytes]) -> None:
    """Put files on a machine, as a recording program would have left them there."""
    argv = ["ssh", "-F", str(places.ssh_config()), "-o", "BatchMode=yes", machine, f"tar -xf - -C '{folder}'"]
    done = subprocess.run(argv, input=archive(files), capture_output=True, check=False, timeout=60)
    if done.returncode:
        raise NotAsToldError(f"the session could not be put on {machine}: {done.stderr.decode(errors='replace')}")


def point_of(said: str) -> str:
    """The restore point that a run says it made."""
    found = re.search(r"restore point\s+(\S+)", said)
    if found is None:
        raise NotAsToldError("the run made no restore point")
    return found[1]


def hashes(listing: str) -> dict[str, str]:
    """Path -> SHA-256 of what sha256sum printed."""
    return {path: digest for digest, _, path in (line.partition("  ") for line in listing.splitlines())}
