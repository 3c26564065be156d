"""Locks as commands tell of them: who takes one, and who is met that holds one."""

from __future__ import annotations

import getpass
import os
import socket
import time

from studio_backup.cli.settings import Settings
from studio_backup.report.text import safe
from studio_backup.survey import Survey


def say_locks(settings: Settings, survey: Survey) -> None:
    """A word on standard error for each machine that an apply is at work on: what is shown may be half done."""
    for name, manifest in sorted(survey.manifests.items()):
        if manifest.holder:
            settings.say(f"note: {safe(name)} is locked by {safe(manifest.holder)}")


def who(command: str) -> str:
    """One line for a lock: who, from where, doing what, since when."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    since = time.strftime("%Y-%m-%d %H:%M:%S %Z")
    return f"{user} on {socket.gethostname()} ({command}, process {os.getpid()}, since {since})"
