"""A saved plan is carried out once, as it was saved, or refused."""

import json
from pathlib import Path

import pytest

from tests.lab.conftest import Lab
from tests.lab.studio import Studio

pytestmark = pytest.mark.lab
JOB = "/etc/studio-backup/northlight/job"


def test_a_saved_plan_works_once(lab: Lab, tmp_path: Path) -> None:
    lab.reset()
    studio = Studio(tmp_path)
    saved = studio.run("plan", "--save", "kept.plan", code=2)
    assert "apply kept.plan" in saved.stdout
    studio.apply("kept.plan")
    studio.settled()
    again = studio.apply("kept.plan", code=5)
    assert "kept.plan" in again.stderr
    lab.reset()
    used = studio.apply("kept.plan", code=5)
    assert "was applied before" in used.stderr
    assert lab.run("nas", "ls /etc/studio-backup").returncode != 0


def test_a_saved_plan_is_refused_when_spec_or_machine_moved_on(lab: Lab, tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.apply()
    lab.run("nas", f"chmod 0700 {JOB}", check=True)
    studio.run("plan", "--save", "kept.plan", code=2)

    studio.edit("playbooks/three-two-one.yml", "every: hour", "every: 2 hours")
    refused = studio.apply("kept.plan", code=5).stderr
    assert "nas/linux/systemd-unit/studio-backup-northlight_ws-a_sessions_on-nas.timer" in refused
    assert f"{JOB}\n" not in refused
    studio.edit("playbooks/three-two-one.yml", "every: 2 hours", "every: hour")

    lab.run("vault", f"rm {JOB}", check=True)
    assert f"vault/linux/file/{JOB}" in studio.apply("kept.plan", code=5).stderr
    lab.run("nas", f"echo '# more' >> {JOB}", check=True)
    assert "kept.plan" in studio.apply("kept.plan", code=5).stderr
    assert lab.run("nas", f"stat -c %a {JOB}").stdout == "700\n"
    studio.apply()


def test_nothing_in_a_plan_file_is_executed_and_garbage_is_none(lab: Lab, tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.apply()
    lab.run("nas", f"chmod 0700 {JOB}", check=True)
    studio.run("plan", "--save", "kept.plan", code=2)
    document = json.loads((tmp_path / "kept.plan").read_text())
    for step in document["steps"]:
        step["script"] = "touch /ran"
    (tmp_path / "evil.plan").write_text(json.dumps(document))
    for index, text in enumerate((b"", b"{", b"[]", b"null", b"\xff\xfe\x00", b'{"id": 1}', b'{"id":"a","steps":[1]}')):
        (tmp_path / f"{index}.plan").write_bytes(text)
        said = studio.apply(f"{index}.plan", code=1)
        assert "is not a plan that studio-backup saved" in said.stderr
    assert "does not exist" in studio.apply("absent.plan", code=1).stderr
    studio.apply("evil.plan")
    assert lab.run("nas", "test -e /ran").returncode == 1


def test_consent_and_destruction_are_never_assumed(lab: Lab, tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.apply()
    lab.run("nas", f"chmod 0700 {JOB}", check=True)
    unasked = studio.run("apply", code=5)
    assert "no terminal" in unasked.stderr
    assert "--yes" in unasked.stderr
    named = studio.apply("--allow-destroy", f"nas/linux/file/{JOB}", code=5)
    assert "no planned step destroys that" in named.stderr
    assert lab.run("nas", f"stat -c %a {JOB}").stdout == "700\n"
