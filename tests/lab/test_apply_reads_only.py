"""Drift changes no byte, mode, owner or date on any machine, and needs to write none."""

import time
from pathlib import Path
from typing import Any

import pytest

from tests.lab.conftest import Lab
from tests.lab.machines import facts
from tests.lab.studio import Studio, broken

pytestmark = pytest.mark.lab

#: What a running system writes by itself.
_LEFT_OUT = ("/proc", "/sys", "/dev", "/run", "/tmp", "/var/log", "/var/lib/systemd", "/var/tmp")


def everything(lab: Lab, name: str) -> dict[str, str]:
    """Type, mode, owner, size, date and content hash of every file of a machine, its volume's too."""
    pruned = " -o ".join(f"-path {path}" for path in _LEFT_OUT)
    script = f"""find / \\( {pruned} \\) -prune -o -exec stat -c '%n|%F %a %u %g %s %Y %Z' {{}} +
        find / \\( {pruned} \\) -prune -o -type f -newer /etc/started-here -exec sha256sum {{}} +"""
    lines = lab.run(name, script, check=True).stdout.splitlines()
    entries = dict(line.split("|", 1) for line in lines if "|" in line)
    sums = {f"sum of {line[66:]}": line[:64] for line in lines if "|" not in line}
    assert len(entries) > 200
    return entries | sums


def answer(studio: Studio) -> dict[str, Any]:
    """The drift report without the moment it was made at and all that is counted from there."""
    document = studio.json("drift", code=2)
    del document["at"], document["history"]
    for part, moving in (("changes", "since"), ("systems", "seen"), ("copies", "age")):
        for one in document[part]:
            del one[moving]
    return document


def test_drift_leaves_every_file_as_it_is_and_reads_a_read_only_root_alike(lab: Lab, tmp_path: Path) -> None:
    lab.reset()
    for name in facts.STUDIO:
        lab.run(name, "touch -d '2000-01-01' /etc/started-here", check=True)
    studio = Studio(tmp_path)
    # No job may start while we look: half a day from now is far enough.
    away = time.strftime("%H:%M", time.localtime(time.time() + 43200))
    studio.edit("playbooks/three-two-one.yml", "every: hour", f"every: day at {away}")
    studio.edit("playbooks/three-two-one.yml", "every: day at 02:30", f"every: day at {away}")
    studio.edit("playbooks/three-two-one.yml", "max-age: 3 hours", "max-age: 3 days")
    studio.apply()
    lab.run("nas", "chmod 0700 /etc/studio-backup/northlight/job; systemctl stop 'studio-backup-*.timer'", check=True)

    before = {name: everything(lab, name) for name in facts.STUDIO}
    seen = answer(studio)
    after = {name: everything(lab, name) for name in facts.STUDIO}
    for name, was in before.items():
        differing = {path for path in was.keys() | after[name].keys() if was.get(path) != after[name].get(path)}
        assert differing == set(), name

    with broken(lab, "nas", "read-only-root", "writable-root"), broken(lab, "ws-b", "read-only-root", "writable-root"):
        assert answer(studio) == seen
