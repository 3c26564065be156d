"""The lock on a Windows system: a file that a PowerShell of ours keeps open, as long as our channel to it stands."""

from __future__ import annotations

from studio_backup.paths import LAYOUTS
from studio_backup.windows.document import document

#: Programs of who holds the lock.
PARTS = ("answer.ps1", "holding.ps1", "closing.ps1", "hold.ps1")


def acquire(who: str, token: str, break_lock: bool = False) -> str:
    """The document that takes the lock, and answers as `lock.acquire` does. Its input stays open while it is held."""
    values = {"nonce": token, "who": who, "state": LAYOUTS["windows"].state, "break": break_lock}
    return document(PARTS, "Invoke-Hold", values)
