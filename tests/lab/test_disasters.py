"""Disasters that really happen to the booted machines leave what `what-if` said: which copies, and how old each is."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from studio_backup.spec.retention import point_name, point_time
from tests.lab.conftest import Lab
from tests.lab.copies import A_OFF, A, hashes, place, ready
from tests.lab.studio import Studio, broken

pytestmark = pytest.mark.lab

TAKES = {"Lied/Gesang.wav": b"la" * 50_000, "Lied/Bass.wav": b"bass" * 10_000, "brief.txt": b"1"}
DIGESTS = {name.encode(): sha256(content).hexdigest() for name, content in TAKES.items()}
ONLY = ("--only", "dataset:ws-a/sessions")
COPIES = ("on-nas", "off-site")
TANK = "/dev/disk/by-id/ata-LAB_NAS_BAY"
#: All that root on the workstation has: its files, its gate, whatever keys lie there.
SPOIL = (
    "find /srv/sessions -name '*.wav' -exec sh -c 'for f; do head -c 5000 /dev/urandom >\"$f\"; done' sh {} +;"
    ' for key in /root/.ssh/id_* /etc/ssh/ssh_host_*_key; do [ -f "$key" ] || continue;'
    ' ssh -i "$key" -o BatchMode=yes -o StrictHostKeyChecking=no -o ConnectTimeout=3 root@198.18.77.20 true'
    " && echo IN; done; true"
)


@pytest.fixture(scope="module")
def studio(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Studio:
    made = ready(lab, tmp_path_factory.mktemp("disasters") / "spec")
    place(lab, "ws-a", TAKES)
    for copy in (A, A_OFF):
        made.run("run", copy, code=0)
    return made


def foretold(studio: Studio, event: str, *options: str) -> dict[str, int | None]:
    """What `what-if` says is left of room A's sessions: name -> the moment of the state it would bring back."""
    found = studio.json("what-if", *ONLY, "--event", event, *options, code=0)["events"]
    return {one["name"]: one["point"] for item in found for one in item["states"]}


def brought_back(lab: Lab, studio: Studio, copy: str, refuge: str, *options: str) -> int | None:
    """The moment of the newest state that can really be restored from that copy now, whole; None when it cannot."""
    folder = f"/srv/back-{copy}-{time.monotonic_ns()}"
    to = ("--from", copy, "--to", f"{refuge}:{folder}", "--timeout", "12", "--format", "json", *options)
    with studio.start("restore", "ws-a/sessions", *to) as process:
        out, errors = process.communicate(timeout=120)
    if process.returncode:
        print(f"{copy}: {out} {errors}")
        lab.run(refuge, f"rm -rf {folder}")
        return None
    assert hashes(lab, refuge, folder) == DIGESTS
    lab.run(refuge, f"rm -rf {folder}", check=True)
    moment = point_time(json.loads(out)["restore_point"])
    assert moment
    return int(moment.timestamp())


def really(lab: Lab, studio: Studio, refuge: str) -> dict[str, int | None]:
    """Every copy that can be restored now, with its state."""
    found = {copy: brought_back(lab, studio, copy, refuge) for copy in COPIES}
    return {copy: moment for copy, moment in found.items() if moment is not None}


@contextmanager
def switched_off(lab: Lab, *names: str) -> Iterator[None]:
    with ExitStack() as stack:
        for name in names:
            stack.enter_context(broken(lab, name, "down", "up"))
        yield


@contextmanager
def destroyed(lab: Lab, studio: Studio, name: str, script: str) -> Iterator[None]:
    """The script does it; afterwards the machine gets new disks and a new system, and everything is made again."""
    lab.run(name, f"set -e\n{script}", check=True)
    try:
        yield
    finally:
        # The kernel remembers a file system with a missing disk for as long as it is mounted.
        lab.run(name, "umount /srv/tank; btrfs device scan --forget")
        lab.reset(name)
        studio.apply()
        if name == "ws-a":
            place(lab, "ws-a", TAKES)
        for copy in (A, A_OFF):
            studio.run("run", copy, code=0)


def off(*names: str) -> Callable[[Lab, Studio], AbstractContextManager[None]]:
    return lambda lab, _: switched_off(lab, *names)


def by(name: str, script: str) -> Callable[[Lab, Studio], AbstractContextManager[None]]:
    return lambda lab, studio: destroyed(lab, studio, name, script)


_WIPE = "dd if=/dev/zero of={} bs=1M status=none 2>/dev/null || :"
#: Event -> where what is left can be brought back to when this is gone, whether the original is, and how it is done.
DISASTERS: dict[str, tuple[str, bool, Callable[[Lab, Studio], AbstractContextManager[None]]]] = {
    "machine:ws-a": ("ws-b", True, off("ws-a")),
    "machine:nas": ("ws-b", False, off("nas")),
    "room:studio/machine-room": ("ws-b", False, off("nas")),
    "site:studio": ("vault", True, off("ws-a", "ws-b", "nas")),
    "site:home": ("ws-b", False, off("vault")),
    # One disk of the mirror is overwritten, and the other is mounted alone.
    "disk:nas/bay1": ("ws-b", False, by("nas", (
        f"umount /srv/tank\n{_WIPE.format(TANK + '1')}\nbtrfs device scan --forget\n"
        f"mount -o degraded {TANK}2 /srv/tank"))),
    "disk:ws-a/work": ("ws-b", True, by("ws-a", (
        f"umount /srv/sessions\n{_WIPE.format('/dev/disk/by-id/nvme-LAB_WSA_WORK')}"))),
    "array:nas/tank": ("ws-b", False, by("nas", (
        f"umount /srv/tank\n{_WIPE.format(TANK + '1')}\n{_WIPE.format(TANK + '2')}"))),
    "volume:nas/tank": ("ws-b", False, lambda lab, _: broken(lab, "nas", "unmount-target", "remount")),
    # The disks are whole; nothing is left of the system that mounts them.
    "os:nas/linux": ("ws-b", False, by("nas", (
        "kill $(cat /run/sshd.pid) || :\nrm -rf /usr/sbin /usr/lib/systemd /etc/ssh /etc/studio-backup"))),
}  # fmt: skip
#: Each waits for machines that do not answer, or makes one anew; two say enough for every day.
EVENTS = [
    event if event in ("site:studio", "machine:nas") else pytest.param(event, marks=pytest.mark.long)
    for event in DISASTERS
]


@pytest.mark.parametrize("event", EVENTS)
def test_what_is_left_is_what_was_said(lab: Lab, studio: Studio, event: str) -> None:
    refuge, original_gone, inflict = DISASTERS[event]
    design, said = foretold(studio, event), foretold(studio, event, "--live")
    assert design.keys() == said.keys()
    assert ("original" in said) == (not original_gone)
    with inflict(lab, studio):
        left = really(lab, studio, refuge)
        if not original_gone:
            assert hashes(lab, "ws-a", "/srv/sessions") == DIGESTS
    assert left == {name: point for name, point in said.items() if name != "original"}


@pytest.mark.long
def test_the_other_system_reads_on_when_one_is_broken(lab: Lab, studio: Studio) -> None:
    """Both systems of the workstation mount its disk: the loss of one takes neither the original nor a copy."""
    assert lab.system("ws-a") == "studio-os"
    said = foretold(studio, "os:ws-a/studio-os", "--live")
    assert list(said) == ["original", *COPIES]
    lab.run("ws-a", "rm -rf /etc/ssh /usr/sbin/sshd /etc/studio-backup", check=True)
    assert lab.reboot("ws-a") == "edit-os"
    try:
        assert hashes(lab, "ws-a", "/srv/sessions") == DIGESTS
        assert really(lab, studio, "ws-b") == {name: said[name] for name in COPIES}
    finally:
        lab.reset("ws-a")
        studio.apply()
        place(lab, "ws-a", TAKES)
        for copy in (A, A_OFF):
            studio.run("run", copy, code=0)


@pytest.mark.long
@pytest.mark.parametrize("event", ["delete", "encrypt", "ransomware:ws-a"])
def test_what_goes_wrong_on_the_workstation_stays_there(lab: Lab, studio: Studio, event: str) -> None:
    """The jobs go on: the next hour's run takes what is wrong; what was there before can still be brought back."""
    time.sleep(15)  # so that "noticed after" need not be told to the second
    wrong = datetime.now(UTC)
    if event == "delete":
        lab.run("ws-a", "find /srv/sessions -name '*.wav' -delete", check=True)
    else:
        assert "IN" not in lab.run("ws-a", SPOIL).stdout
    # The next hour's run comes; the night's has not yet: of two points of one day it would keep the newer one.
    with studio.start("run", A) as process:
        process.communicate(timeout=120)
    since = int((datetime.now(UTC) - wrong).total_seconds()) + 12
    if event.startswith("ransomware"):
        # The machine is cut off when it is found: what it spoilt is what the newest point holds.
        said = foretold(studio, event, "--live")
        assert list(said) == list(COPIES)
        said |= foretold(studio, "encrypt", "--live", "--noticed-after", f"{since} s")
    else:
        said = foretold(studio, event, "--live", "--noticed-after", f"{since} s")
    before = ("--at", point_name(wrong))
    assert {copy: brought_back(lab, studio, copy, "ws-b", *before) for copy in COPIES} == said
    place(lab, "ws-a", TAKES)
    for copy in (A, A_OFF):
        studio.run("run", copy, code=0)


def test_what_is_seen_is_judged_and_what_is_not_is_unknown(lab: Lab, studio: Studio) -> None:
    assert studio.json("verdict", "--live", *ONLY, code=0)["verdicts"][0]["verdict"] == "OK"
    with broken(lab, "vault", "down", "up"):
        unseen = studio.json("verdict", "--live", *ONLY, "--timeout", "4", code=3)["verdicts"][0]
        assert (unseen["verdict"], unseen["unseen"]) == ("UNKNOWN", ["off-site"])
        assert studio.json("verdict", *ONLY, code=0)["verdicts"][0]["verdict"] == "OK"
        (fire,) = studio.json("what-if", "--live", *ONLY, "--event", "site:studio", "--timeout", "4", code=3)["events"]
        assert (fire["left"], fire["unseen"], fire["lost"]) == ([], ["off-site"], None)
    with broken(lab, "vault", "unmount-target", "remount"):
        gone = studio.json("verdict", "--live", *ONLY, code=3)["verdicts"][0]
        assert gone["verdict"] == "UNKNOWN"


def test_a_restore_is_a_drill_and_tells_how_soon_it_is_back(lab: Lab, studio: Studio) -> None:
    """Each restore above was one, too: BACK IN is known from then on, for the copy that was restored from."""
    assert brought_back(lab, studio, "off-site", "ws-b") is not None
    (fire,) = studio.json("what-if", *ONLY, "--event", "site:studio", code=0)["events"]
    assert fire["left"] == ["off-site"]
    assert 0 < fire["back_in"] < 60
    assert "UNKNOWN" not in studio.run("what-if", *ONLY, "--event", "site:studio", code=0).stdout


def test_room_b_has_no_restore_point_yet_and_fails(studio: Studio) -> None:
    said = studio.run("verdict", "--live", "--only", "dataset:ws-b/sessions", code=4).stdout
    assert "it has no restore point" in said
    assert "studio-backup run ws-b/sessions/on-nas" in said
