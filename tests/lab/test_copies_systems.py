"""A source with two systems, one that is away, and one that is somebody else."""

import pytest

from tests.lab.conftest import Lab
from tests.lab.copies import STATE, A, B, flat, hashes, place, points, ready, receiver, records, target
from tests.lab.studio import Studio, broken

pytestmark = pytest.mark.lab

PINS = "/etc/studio-backup/northlight/known_hosts"


@pytest.fixture(scope="module")
def studio(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Studio:
    made = ready(lab, tmp_path_factory.mktemp("systems") / "spec")
    for machine, copy in (("ws-a", A), ("ws-b", B)):
        place(lab, machine, {"Lied/take.wav": b"x" * 1000})
        made.run("run", copy, code=0)
    return made


def fails(lab: Lab, studio: Studio, copy: str, reason: str, sentence: str) -> None:
    before = points(lab, copy)
    said = studio.run("run", copy, code=1).stdout
    assert f"{copy}: failed, {sentence}" in said
    assert points(lab, copy) == before
    assert (records(lab, copy)[-1]["result"], records(lab, copy)[-1]["reason"]) == ("failed", reason)
    assert sentence in flat(studio.run("status", code=2).stdout)


def test_a_source_that_is_switched_off_is_away(lab: Lab, studio: Studio) -> None:
    before = points(lab)
    with broken(lab, "ws-a", "down", "up"):
        done = studio.json("run", A, code=3)
        assert (done["result"], done["reason"]) == ("away", "no-answer")
        assert done["seconds"] <= 14, "both of its systems stand behind one address"
        status = flat(studio.run("status", "--only", "dataset:ws-a/sessions", code=2).stdout)
        assert "no system of the source machine answers" in status
        assert "failed" not in status
        assert lab.run("nas", "systemctl --failed --no-legend").stdout == "", "away is no failed unit"
    assert points(lab) == before
    assert studio.json("run", A, code=0)["deleted"] == 0


@pytest.mark.parametrize(("copy", "machine"), [(A, "ws-a"), (B, "ws-b")])
def test_another_host_key_is_never_trusted(lab: Lab, studio: Studio, copy: str, machine: str) -> None:
    file = f"{PINS}/{receiver(lab, machine)}"
    other = lab.run("vault", "cat /etc/ssh/ssh_host_ed25519_key.pub", check=True).stdout.split()[1]
    pins = lab.run("nas", f"cat {file}; sed -i 's|AAAA.*|{other}|' {file}", check=True).stdout
    try:
        fails(lab, studio, copy, "host-key", "the source showed another host key than the pinned one")
        lab.run("nas", f": >{file}", check=True)
        fails(lab, studio, copy, "host-key", "the source showed another host key than the pinned one")
        assert f"nas/linux/file/{file}" in {one["address"] for one in studio.json("drift", code=2)["changes"]}
    finally:
        lab.run("nas", f"cat >{file}", text=pins, check=True)
    studio.run("run", copy, code=0)


@pytest.mark.parametrize(("copy", "machine"), [(A, "ws-a"), (B, "ws-b")])
def test_a_source_that_no_longer_takes_the_key(lab: Lab, studio: Studio, copy: str, machine: str) -> None:
    keys = lab.run(machine, "cat /root/.ssh/authorized_keys; sed -i /gate/d /root/.ssh/authorized_keys").stdout
    assert "gate" in keys
    fails(lab, studio, copy, "login", "the source refused the key")
    studio.apply()
    studio.run("run", copy, code=0)


def test_a_gate_that_is_gone(lab: Lab, studio: Studio) -> None:
    lab.run("ws-b", "rm /etc/studio-backup/northlight/gate", check=True)
    try:
        fails(lab, studio, B, "gate-refused", "the gate on the source refused")
    finally:
        studio.apply()
    studio.run("run", B, code=0)


def test_rsync_missing_at_the_source(lab: Lab, studio: Studio) -> None:
    lab.run("ws-b", "mv /usr/bin/rsync /usr/bin/rsync.away", check=True)
    try:
        said = studio.run("run", B, code=5).stdout
        assert "rsync is not installed" in said
    finally:
        lab.run("ws-b", "mv /usr/bin/rsync.away /usr/bin/rsync", check=True)
    studio.run("run", B, code=0)


def test_the_other_system_of_a_workstation(lab: Lab, studio: Studio) -> None:
    """Before it is set up it takes no key; then the same copy goes on from it, and knows both by their own pins."""
    before = points(lab)
    place(lab, "ws-a", {"Lied/second.wav": b"y" * 2000})
    assert lab.reboot("ws-a") == "edit-os"
    fails(lab, studio, A, "login", "the source refused the key")
    assert points(lab) == before
    studio.apply()
    done = studio.json("run", A, code=0)
    assert (done["source"], done["created"], done["deleted"], done["rewritten"]) == ("ws-a/edit-os", 1, 0, 0)
    newest = f"{target(A)[1]}/points/{done['restore_point']}"
    assert hashes(lab, "nas", newest) == hashes(lab, "ws-a", "/srv/sessions")
    assert lab.reboot("ws-a") == "studio-os"
    assert studio.json("run", A, code=0)["source"] == "ws-a/studio-os"
    assert lab.run("nas", f"ls {STATE}/receivers").stdout.count("sb-ws-a-") == 1
