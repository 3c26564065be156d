"""What mdadm's monitor calls: every event into the log, what must be acted on by mail, and no word lost in silence."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from studio_backup.programs import shipped
from tests.sandbox import SHELLS

PATH_LINE = "PATH=/usr/sbin:/usr/bin:/sbin:/bin"


def called(folder: Path, shell: list[str], *words: str, mailer: str | None = "cat >>mails; exit 0") -> tuple[str, str]:
    """What went into the log and into mails; `mailer` is sh that stands in for sendmail."""
    (folder / "logger").write_text('#!/bin/sh\nprintf "%s\\n" "$*" >>log\n')
    if mailer:
        (folder / "sendmail").write_text(f"#!/bin/sh\n{mailer}\n")
    for name in ("logger", "sendmail"):
        if (folder / name).exists():
            (folder / name).chmod(0o755)
    text = shipped("md-event.sh").replace("addresses=''", "addresses='tech root'")
    assert PATH_LINE in text
    text = text.replace(PATH_LINE, f"PATH={folder}:/usr/bin:/bin")
    done = subprocess.run(
        [*shell, "-s", "--", *words], input=text, cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = [folder / name for name in ("log", "mails")]
    return (found[0].read_text(), found[1].read_text() if found[1].exists() else "")


@pytest.mark.parametrize("shell", SHELLS.values(), ids=list(SHELLS))
def test_a_failed_disk_is_logged_and_mailed(shell: list[str], tmp_path: Path) -> None:
    log, mails = called(tmp_path, shell, "Fail", "/dev/md127", "/dev/sdb")
    node = subprocess.run(["uname", "-n"], capture_output=True, text=True, check=True).stdout.strip()
    said = f"Fail of /dev/md127, disk /dev/sdb, on {node}"
    assert log == f"-p daemon.crit -t studio-backup -- {said}\n"
    assert mails.count(f"Subject: {said}\n") == 2
    assert [line for line in mails.split("\n") if line.startswith("To: ")] == ["To: tech", "To: root"]


def test_a_finished_rebuild_is_only_logged(tmp_path: Path) -> None:
    log, mails = called(tmp_path, SHELLS["dash"], "RebuildFinished", "/dev/md127")
    assert log.startswith("-p daemon.notice ")
    assert mails == ""


@pytest.mark.parametrize("mailer", [None, "exit 1"])
def test_a_mail_that_was_not_sent_is_logged_too(mailer: str | None, tmp_path: Path) -> None:
    log, _ = called(tmp_path, SHELLS["dash"], "DegradedArray", "/dev/md0", mailer=mailer)
    assert log.count("no mail was sent to ") == 2
