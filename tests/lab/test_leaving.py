"""What leaves the spec, what another studio owns, and what a human did meanwhile: nothing that is not ours goes."""

from pathlib import Path

import pytest
import yaml

from tests.lab.conftest import Lab
from tests.lab.copies import ready
from tests.lab.studio import Studio, changes

pytestmark = pytest.mark.lab

#: The policy of both rooms still needs the copy that leaves here: it has to be named.
NAMED = ("--allow-destroy", "ws-a/sessions/off-site", "--allow-destroy", "ws-b/sessions/off-site")

TIMER = "nas/linux/systemd-unit/studio-backup-northlight_ws-a_sessions_on-nas.timer"
JOB = "/etc/studio-backup/northlight/job"


def without_off_site(studio: Studio) -> None:
    """The copy to the vault leaves the playbook."""
    path = studio.folder / "playbooks/three-two-one.yml"
    plays = yaml.safe_load(path.read_text())
    del plays[0]["datasets"]["sessions"]["copies"]["off-site"]
    path.write_text(yaml.safe_dump(plays))


def points(lab: Lab, machine: str, folder: str) -> str:
    return lab.run(
        machine, f"find {folder} | sort | head -n 200; find {folder} -type f -exec cksum {{}} + | sort"
    ).stdout


@pytest.fixture
def studio(lab: Lab, tmp_path: Path) -> Studio:
    return ready(lab, tmp_path / "spec")


def test_a_copy_that_leaves_takes_our_files_along_and_no_data(lab: Lab, studio: Studio) -> None:
    lab.run("ws-a", "mkdir /srv/sessions/Song && echo take > /srv/sessions/Song/take.wav", check=True)
    studio.run("run", "ws-a/sessions/on-nas", code=0)
    studio.run("run", "ws-a/sessions/off-site", code=0)
    kept = points(lab, "vault", "/srv/cold/ws-a")
    assert "take.wav" in kept
    without_off_site(studio)
    plan = studio.json("plan", code=2)
    leaving = changes(plan, "remove")
    assert {address.split("/")[0] for address in leaving} == {"nas", "vault"}
    assert any(address.endswith("off-site.timer") for address in leaving)
    assert {item["class"] for item in studio.json("drift", code=2)["changes"]} <= {"orphan", "asleep"}
    assert "3-2-1 still needs it" in studio.apply(code=5).stderr
    assert changes(studio.json("plan", code=2), "remove").keys() == leaving.keys()
    studio.apply(*NAMED)
    studio.settled()
    assert points(lab, "vault", "/srv/cold/ws-a") == kept
    left = lab.run(
        "vault", "ls /etc/systemd/system | grep studio-backup; find /etc/studio-backup -type f; ls /root/.ssh"
    )
    assert "off-site" not in left.stdout
    assert "vault_linux" not in lab.run("nas", "cat /root/.ssh/authorized_keys").stdout
    assert (
        lab.run("nas", "systemctl is-active studio-backup-northlight_ws-a_sessions_on-nas.timer").stdout == "active\n"
    )


def test_a_part_of_the_spec_makes_no_orphans(lab: Lab, studio: Studio) -> None:
    other = studio.folder / "playbooks/other.yml"
    text = (studio.folder / "playbooks/three-two-one.yml").read_text()
    other.write_text(text.replace("    sessions:", "    more:").replace("/sessions", "/more"))
    studio.run("validate", code=0)
    studio.apply()
    before = lab.run("nas", "find /etc/studio-backup /etc/systemd/system -type f | sort").stdout
    for arguments in (("-p", "playbooks/other.yml"), ("--only", "machine:ws-b"), ("--except", "machine:ws-a")):
        plan = studio.json("plan", *arguments, code=0)
        assert not changes(plan, "remove"), arguments
        studio.apply(*arguments)
    assert lab.run("nas", "find /etc/studio-backup /etc/systemd/system -type f | sort").stdout == before
    kept = [item for item in studio.json("plan", "-p", "playbooks/other.yml", code=0)["changes"] if item["reason"]]
    assert any(item["reason"] == "kept: not in this selection" for item in kept)


def test_an_orphan_that_a_human_edited_is_kept_and_said(lab: Lab, studio: Studio) -> None:
    conf = "/etc/studio-backup/northlight/jobs/ws-a_sessions_off-site.conf"
    lab.run("vault", f"echo '# mine' >> {conf}", check=True)
    without_off_site(studio)
    done = studio.apply(*NAMED, code=2)
    assert "kept: edited since we wrote it" in done.stdout
    assert lab.run("vault", f"tail -n 1 {conf}").stdout == "# mine\n"


def test_two_studios_on_one_nas_see_nothing_of_each_other(lab: Lab, studio: Studio, tmp_path: Path) -> None:
    other = Studio(tmp_path / "other")
    other.edit("inventory/studio.yml", "studio: northlight", "studio: southlight")
    for name in ("inventory/rooms.yml", "inventory/machine-room.yml", "inventory/offsite.yml"):
        assert "northlight" not in (other.folder / name).read_text(), name
    clash = other.json("plan", code=2)
    said = " ".join(item["reason"] for item in changes(clash, "conflict").values())
    assert "northlight" in said
    before = lab.run("nas", "find /etc/studio-backup/northlight -type f -exec cksum {} + | sort").stdout
    other.apply(code=2)
    assert lab.run("nas", "find /etc/studio-backup/northlight -type f -exec cksum {} + | sort").stdout == before
    studio.settled()


@pytest.mark.parametrize(
    "how",
    [
        "sed -i 's/^OnCalendar=.*/OnCalendar=weekly/' UNIT",
        "systemctl disable --now studio-backup-northlight_ws-a_sessions_on-nas.timer",
        "rm UNIT; systemctl mask studio-backup-northlight_ws-a_sessions_on-nas.timer",
        "chmod 0600 UNIT",
        "rm UNIT",
    ],
)
def test_a_timer_changed_by_hand_is_drift_and_is_mended(lab: Lab, studio: Studio, how: str) -> None:
    unit = f"/etc/systemd/system/{TIMER.rsplit('/', 1)[1]}"
    lab.run("nas", how.replace("UNIT", unit), check=True)
    found = changes(studio.json("drift", code=2))[TIMER]
    assert found["class"] == "drifted"
    assert found["source"].startswith("playbooks/three-two-one.yml:")
    studio.apply()
    studio.settled()
    assert lab.run("nas", f"systemctl is-active {TIMER.rsplit('/', 1)[1]}").stdout == "active\n"


def test_a_drop_in_is_reported_and_left_alone(lab: Lab, studio: Studio) -> None:
    folder = f"/etc/systemd/system/{TIMER.rsplit('/', 1)[1]}.d"
    lab.run(
        "nas",
        f"mkdir {folder} && printf '[Timer]\\nOnCalendar=monthly\\n' > {folder}/x.conf && systemctl daemon-reload",
    )
    found = changes(studio.json("drift", code=2))[TIMER]
    assert (found["verb"], found["class"]) == ("watch", "posture")
    studio.apply(code=2)
    assert lab.run("nas", f"ls {folder}").stdout == "x.conf\n"


@pytest.mark.parametrize(
    "harm", [": > FILE", "head -c 20 FILE > x; cat x > FILE; rm x", "echo studio x >> FILE", "rm FILE"]
)
def test_a_damaged_manifest_is_mended_and_costs_nothing(lab: Lab, studio: Studio, harm: str) -> None:
    before = lab.run("nas", "find /etc/studio-backup -type f -exec cksum {} + | sort").stdout
    lab.run(
        "nas", f"cd /var/lib/studio-backup/manifest && for f in *; do {harm.replace('FILE', '$f')}; done", check=True
    )
    plan = studio.json("plan", code=2)
    assert not changes(plan, "conflict")
    assert not changes(plan, "remove")
    studio.apply()
    studio.settled()
    assert lab.run("nas", "find /etc/studio-backup -type f -exec cksum {} + | sort").stdout == before


def test_other_peoples_keys_stay_byte_for_byte(lab: Lab, studio: Studio) -> None:
    theirs = "# mine, do not touch\nssh-rsa AAAA  someone@somewhere \n\n\tssh-ed25519 BBBB umlaut ü\n"
    lab.run(
        "ws-a",
        "cd /root/.ssh && cp authorized_keys x && cat > authorized_keys && cat x >> authorized_keys",
        text=theirs,
    )
    studio.settled()
    lab.run("ws-a", "sed -i 's/^restrict,command/command/' /root/.ssh/authorized_keys", check=True)
    found = studio.json("drift", code=2)["changes"]
    assert [item["class"] for item in found if item["address"].startswith("ws-a/studio-os/block")] == ["drifted"]
    studio.apply()
    studio.settled()
    assert lab.run("ws-a", "cat /root/.ssh/authorized_keys").stdout.startswith(theirs)
