"""Reading changes nothing: a machine on which nothing can be written gives the same answers."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

import pytest

from studio_backup.compile import compile_studio, routes
from studio_backup.manifest import PROBES
from studio_backup.probe import Reply, join, merge, split
from studio_backup.rollout.sessions import probe as session_probe
from studio_backup.status import probe as status_probe
from tests.laws.scripts import NONCE, example
from tests.sandbox import SHELLS, Sandbox

#: Some things of ours, so that there is something to read.
_SETUP = """set -eu
mkdir -p /etc/studio-backup/northlight/jobs /var/lib/studio-backup/manifest /var/lib/studio-backup/northlight/runs
echo "studio='northlight'" >/etc/studio-backup/northlight/jobs/ws-a_sessions_on-nas.conf
printf 'studio\\tnorthlight\\n' >/var/lib/studio-backup/manifest/0123456789abcdef01234567
printf '1 1\\nsomebody\\n' >/var/lib/studio-backup/lock
mkdir -p /srv/tank/ws-a/sessions/points/2026-11-22T00-00-00Z /root/.ssh
printf 'ssh-ed25519 AAAA kim\\n' >/root/.ssh/authorized_keys
"""
_READ_ONLY = """for place in / /etc /var/lib /root /srv /run /run/studio-backup-sandbox /tmp /var/tmp; do
  if mountpoint -q "$place"; then mount -o remount,bind,ro "$place" || exit 1; fi
done"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as opened:
        done = opened.run(_SETUP)
        assert done.returncode == 0, done.stderr
        yield opened


def script() -> tuple[str, int]:
    """Everything that is ever asked of the NAS of the example studio, in one script."""
    studio = example()
    resources = compile_studio(studio).of("nas/linux")
    status = [status_probe(route) for route in routes(studio) if route.writer.full_name == "nas/linux"]
    probes = merge([*PROBES, *(one.probe() for one in resources), *status, session_probe("ws-b/linux", routes(studio))])
    # systemd does not run in here: its list of states would be an error in both answers, and hide what comes before.
    # Processes come and go beside this test.
    stands = {"systemctl show": "echo", "/proc/[0-9]*/comm": "/proc/1/comm"}
    for old, new in stands.items():
        probes = [dataclasses.replace(probe, script=probe.script.replace(old, new)) for probe in probes]
    return join(probes, NONCE), len(probes)


def _steady(said: str) -> str:
    """Without what others do meanwhile: how much is free on this machine's disk, which loop devices there are."""
    return re.sub(r"(?m)^.*\bloop[0-9].*\n", "", re.sub(r"(?m)^room\t[0-9]+\t[0-9]+$", "room", said))


def test_nothing_is_written(sandbox: Sandbox) -> None:
    text, count = script()
    before = {name: sandbox.run(text, shell) for name, shell in SHELLS.items()}
    done = sandbox.run(_READ_ONLY)
    assert done.returncode == 0, done.stderr
    assert sandbox.run(": >/srv/x || : >/tmp/x || : >/var/lib/x").returncode != 0
    for name, shell in SHELLS.items():
        after = sandbox.run(text, shell)
        was = before[name]
        assert (_steady(after.stdout), after.stderr) == (_steady(was.stdout), was.stderr), name
        answers = split(Reply(0, after.stdout, after.stderr), count, NONCE)
        assert [getattr(answer, "exit", answer) for answer in answers] == [0] * count, name
