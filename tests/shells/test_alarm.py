"""The alarm of a machine: failures, recovery and silence told once, by mail and webhook, no secret in an argument."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.shells.job_bench import JOBS, SHELLS

HOUR = 3600
URL = "https://hooks.studio.test/T0/correct-horse"
ID, NAME = "ws-a_sessions_on-nas", "ws-a/sessions/on-nas"
#: What stands in for sendmail and curl: it notes what it was given, and fails when it is told to.
_TOOL = """#!/bin/sh
printf '%s\\n' "$0 $*" >>{folder}/argv
{{ printf '== %s\\n' "${{0##*/}}"; cat; printf '\\n'; }} >>{folder}/told
[ ! -e {folder}/broken-${{0##*/}} ]
"""


@dataclass
class Alarm:
    """A machine's state with one job, and tools that note what is sent."""

    folder: Path
    shell: list[str] = field(default_factory=lambda: SHELLS["dash"])
    values: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        program = self.folder / "etc"
        program.mkdir()
        for part in ("alarm", "moment.sh", "lock.sh"):
            shutil.copy(JOBS / f"{part.removesuffix('.sh')}.sh", program / part)
        for name in ("runs", "lock"):
            (self.folder / "state" / name).mkdir(parents=True)
        (self.folder / "bin").mkdir()
        for tool in ("sendmail", "curl"):
            path = self.folder / "bin" / tool
            path.write_text(_TOOL.format(folder=self.folder))
            path.chmod(0o755)
        self.hook = self.folder / "hook"
        self.hook.write_text(f"{URL}\n")
        self.hook.chmod(0o600)
        self.values = {
            "studio": "northlight", "host": "nas/linux", "state": str(self.folder / "state"), "mail": "ada@studio.test",
            "webhook": "", "jobs": f"{ID} {3 * HOUR} {NAME}",
        }  # fmt: skip

    def record(self, result: str, reason: str | None = None, ago: int = 60) -> None:
        """A run that began so many seconds ago."""
        started = int(time.time()) - ago
        name = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(started)) + "-4711"
        said = {"version": 1, "run": name, "result": result, "reason": reason, "started": started}
        text = json.dumps(said, separators=(",", ":"))
        (self.folder / "state" / "runs" / f"{ID}.{name}.json").write_text(f"{text}\n")

    def look(self, **values: str) -> tuple[int, str, str]:
        """Exit code, what was told since the last look, and what was complained of."""
        self.values |= values
        conf = self.folder / "etc" / "alarm.conf"
        conf.write_text("".join(f"{key}='{value}'\n" for key, value in self.values.items()))
        told = self.folder / "told"
        told.unlink(missing_ok=True)
        environment: Mapping[str, str] = {**os.environ, "PATH": f"{self.folder / 'bin'}:/usr/bin:/bin"}
        done = subprocess.run([*self.shell, self.folder / "etc" / "alarm", conf], env=environment, capture_output=True,
                              text=True, timeout=60, check=False)  # fmt: skip
        return done.returncode, told.read_text() if told.exists() else "", done.stderr

    def breaks(self, tool: str, broken: bool = True) -> None:
        flag = self.folder / f"broken-{tool}"
        flag.touch() if broken else flag.unlink()


@pytest.fixture(params=list(SHELLS))
def alarm(tmp_path: Path, request: pytest.FixtureRequest) -> Alarm:
    return Alarm(tmp_path, SHELLS[request.param])


@pytest.fixture
def one(tmp_path: Path) -> Alarm:
    return Alarm(tmp_path)


def test_a_failure_is_told_once_and_so_is_its_end(alarm: Alarm) -> None:
    alarm.record("ok", ago=2 * HOUR)
    assert alarm.look() == (0, "", "")
    alarm.record("failed", "rsync-network", ago=600)
    code, told, err = alarm.look()
    assert (code, err) == (0, "")
    assert (
        "To: ada@studio.test\nSubject: northlight on nas/linux: ws-a/sessions/on-nas: failed, rsync-network\n" in told
    )
    assert alarm.look() == (0, "", "")
    alarm.record("refused", "brake-deletions", ago=300)
    assert f"{NAME}: refused, brake-deletions" in alarm.look()[1]
    alarm.record("ok", ago=60)
    assert f"{NAME}: well again" in alarm.look()[1]
    assert alarm.look() == (0, "", "")


def test_a_job_that_never_starts_grows_late_though_nothing_failed(alarm: Alarm) -> None:
    """A failed mount or assertion leaves no record: systemd says success, and OnFailure= is not called."""
    alarm.record("ok", ago=4 * HOUR)
    code, told, _ = alarm.look()
    assert code == 0
    assert f"{NAME}: nothing made since 20" in told
    assert "it may take 3 h" in told
    assert alarm.look()[1] == ""
    alarm.record("ok", ago=5)
    assert "well again" in alarm.look()[1]


def test_a_chain_that_finds_nothing_newer_grows_late(alarm: Alarm) -> None:
    """Each of its runs is fine, and none made anything: what it is made from stands still."""
    alarm.record("ok", ago=4 * HOUR)
    alarm.record("ok", "nothing-newer", ago=600)
    assert f"{NAME}: nothing made since 20" in alarm.look()[1]
    alarm.record("ok", ago=5)
    assert "well again" in alarm.look()[1]


def test_what_was_made_is_known_when_its_record_is_rotated_away(one: Alarm) -> None:
    one.record("ok", ago=2 * HOUR)
    since = one.folder / "state" / "alarm" / f"{ID}.since"
    since.parent.mkdir()
    since.write_text("1000000000\n")
    assert one.look() == (0, "", "")
    for record in (one.folder / "state" / "runs").iterdir():
        record.unlink()
    one.record("ok", "nothing-newer", ago=600)
    assert one.look() == (0, "", "")


def test_a_record_of_a_clock_that_was_ahead_hides_nothing(alarm: Alarm) -> None:
    alarm.record("ok", ago=-400 * 24 * HOUR)
    alarm.record("ok", ago=4 * HOUR)
    assert "nothing made since 20" in alarm.look()[1]
    alarm.record("failed", "no-space", ago=60)
    assert f"{NAME}: failed, no-space" in alarm.look()[1]


def test_a_first_look_by_a_clock_that_was_ahead_is_now(one: Alarm) -> None:
    since = one.folder / "state" / "alarm" / f"{ID}.since"
    since.parent.mkdir()
    since.write_text(f"{int(time.time()) + 400 * 24 * HOUR}\n")
    assert one.look() == (0, "", "")
    assert int(since.read_text()) <= time.time()


def test_away_and_busy_are_no_failure_until_they_last(alarm: Alarm) -> None:
    alarm.record("ok", ago=2 * HOUR)
    alarm.record("away", "no-answer", ago=600)
    assert alarm.look()[1] == ""
    shutil.rmtree(alarm.folder / "state" / "runs")
    (alarm.folder / "state" / "runs").mkdir()
    alarm.record("ok", ago=4 * HOUR)
    alarm.record("busy", "source-busy", ago=600)
    assert "nothing made since" in alarm.look()[1]


@pytest.mark.parametrize(("result", "reason"), [("away", "no-answer"), ("busy", "source-busy")])
def test_a_failure_is_not_well_again_because_nobody_could_try(one: Alarm, result: str, reason: str) -> None:
    one.record("ok", ago=2 * HOUR)
    one.record("failed", "no-space", ago=900)
    assert "failed, no-space" in one.look()[1]
    one.record(result, reason, ago=300)
    assert one.look() == (0, "", "")
    one.record("ok", ago=5)
    assert "well again" in one.look()[1]


def test_a_run_that_was_killed_is_a_failure_and_one_under_way_is_none(alarm: Alarm) -> None:
    alarm.record("ok", ago=2 * HOUR)
    alarm.record("running", ago=600)
    lock = alarm.folder / "state" / "lock" / ID
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    start = Path(f"/proc/{os.getpid()}/stat").read_text().rpartition(") ")[2].split()[19]
    lock.write_text(f"{os.getpid()} {start} {boot} run\n")
    assert alarm.look()[1] == ""
    lock.write_text(f"{os.getpid()} 1 {boot} run\n")
    assert f"{NAME}: failed, interrupted" in alarm.look()[1]


def test_a_new_job_is_not_late_before_its_limit(one: Alarm) -> None:
    assert one.look() == (0, "", "")
    since = one.folder / "state" / "alarm" / f"{ID}.since"
    since.write_text(f"{int(since.read_text()) - 4 * HOUR}\n")
    assert "nothing made since" in one.look()[1]


def test_a_webhook_gets_json_and_its_url_is_in_no_argument(alarm: Alarm) -> None:
    alarm.record("failed", "no-space")
    code, told, err = alarm.look(webhook=str(alarm.hook), mail="")
    assert (code, err) == (0, "")
    assert f'url = "{URL}"' in told
    argv = (alarm.folder / "argv").read_text()
    assert "correct-horse" not in argv
    body = json.loads(argv.split("--data-binary ")[1])
    assert body["text"].startswith(f"northlight on nas/linux: {NAME}: failed, no-space\n")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_secret_that_others_may_read_is_not_used(one: Alarm, mode: int) -> None:
    one.hook.chmod(mode)
    one.record("failed", "no-space")
    code, told, err = one.look(webhook=str(one.hook))
    assert code == 1
    assert "others may read it: chmod 600" in err
    assert "== curl" not in told
    assert "== sendmail" in told


@pytest.mark.parametrize(
    "text", ["", "file:///etc/shadow\n", 'https://x/"\nurl = "https://y\n', "https://a b\n", "\\\n"]
)
def test_a_url_that_is_none_reaches_no_tool(one: Alarm, text: str) -> None:
    one.hook.write_text(text)
    one.record("failed", "no-space")
    code, told, err = one.look(webhook=str(one.hook), mail="")
    assert (code, told) == (1, "")
    assert "no http or https URL" in err


def test_what_nobody_heard_is_told_again(one: Alarm) -> None:
    one.record("failed", "no-space")
    one.breaks("sendmail")
    code, _, err = one.look()
    assert code == 1
    assert "no mail went out to ada@studio.test" in err
    one.breaks("sendmail", False)
    assert one.look()[0] == 0
    assert one.look()[1] == ""


def test_one_way_is_enough_and_the_other_is_complained_of(one: Alarm) -> None:
    one.record("failed", "no-space")
    one.breaks("curl")
    code, told, err = one.look(webhook=str(one.hook))
    assert code == 1
    assert "== sendmail" in told
    assert "was not reached" in err
    assert one.look() == (0, "", "")


def test_a_mail_program_that_hangs_keeps_the_webhook_from_nothing(one: Alarm) -> None:
    one.record("failed", "no-space")
    (one.folder / "bin" / "sendmail").write_text("#!/bin/sh\nexec sleep 300\n")
    program = one.folder / "etc" / "alarm"
    assert "\nmail_seconds=60\n" in program.read_text()
    program.write_text(program.read_text().replace("\nmail_seconds=60\n", "\nmail_seconds=1\n"))
    code, told, err = one.look(webhook=str(one.hook))
    assert code == 1
    assert "== curl" in told
    assert "no mail went out" in err
    assert one.look() == (0, "", "")


def test_a_record_that_somebody_wrote_smuggles_nothing(one: Alarm) -> None:
    path = one.folder / "state" / "runs" / f"{ID}.{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-1.json"
    path.write_text(
        '{"result":"failed","reason":"x\\nBcc: all@studio.test\\n$(touch /root/hit)","started":"; rm -rf /"}\n'
    )
    _, told, _ = one.look()
    assert "Bcc" not in told.replace("Subject: northlight on nas/linux: ws-a/sessions/on-nas: failed", "")
    assert not Path("/root/hit").exists()


def test_state_and_letters_are_closed_to_others(one: Alarm) -> None:
    one.record("failed", "no-space")
    one.look()
    found = list((one.folder / "state" / "alarm").iterdir())
    assert found
    assert all(file.stat().st_mode & 0o077 == 0 for file in found)


def test_without_a_configuration_it_says_how_it_is_used(one: Alarm) -> None:
    done = subprocess.run([*one.shell, JOBS / "alarm.sh"], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (1, "usage: alarm CONF\n")
