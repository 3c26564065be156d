"""Products that make copies beside ours: what each is, what it can see, and what can be known of it."""

from __future__ import annotations

from dataclasses import dataclass

from studio_backup.spec.schedule import DAY
from studio_backup.spec.wording import MalformedError, shorten, suggest

OBSERVED, ATTESTED, RULE = "observed", "attested", "rule"
#: Best first: a copy may be declared at its tool's level or at one after it.
LEVELS = (OBSERVED, ATTESTED, RULE)
BOTH = ("macos", "windows")


@dataclass(frozen=True, kw_only=True)
class Tool:
    """One product, as far as it matters to a verdict."""

    title: str
    level: str = ATTESTED
    every: str = "manual"  # what it does unless the spec says otherwise
    versions: int | None = None  # seconds that it keeps what was replaced or deleted, by itself
    late: int = 0  # seconds within which it is on time, whatever its rhythm says
    sync: bool = False  # what happens here happens there, at once
    restorer: str = ""  # what is needed to read its copies, "" where plain files lie there
    os: tuple[str, ...] = ()  # systems that it runs on; (): any
    local_only: bool = False  # sees nothing but disks of the very machine, while they are plugged in
    user_files: bool = False  # leaves out systems and programs
    skips: tuple[str, ...] = ()  # providers whose folders it leaves out
    locks: bool = False  # writes to storage that can lock what was written (object lock)
    ended: bool = False  # no longer made


_CLOUD_FOLDERS = ("dropbox", "google-drive", "onedrive", "icloud-drive")

#: Numbers that vendors change are only defaults: the spec's `versions` and the account's go before them.
TOOLS: dict[str, Tool] = {
    # Hourly for a day, daily for a month, then weekly while there is room; only on a disk of its own: see `holdings`.
    # Gaps of eleven hours were measured where it is hourly.
    "time-machine": Tool(
        title="Time Machine", level=OBSERVED, every="hour", versions=30 * DAY, late=DAY, os=("macos",)
    ),
    "backblaze-personal": Tool(
        title="Backblaze Computer Backup",
        level=OBSERVED,
        every="day",
        versions=30 * DAY,
        os=BOTH,
        local_only=True,
        user_files=True,
        skips=_CLOUD_FOLDERS,
    ),
    "carbon-copy-cloner": Tool(title="Carbon Copy Cloner", level=OBSERVED, every="day", os=("macos",)),
    "chronosync": Tool(title="ChronoSync", level=OBSERVED, every="day", os=BOTH),
    "synchronise-x-plus": Tool(title="Synchronise! X Plus", os=("macos",)),
    "synchronise-pro-x": Tool(title="Synchronise! Pro X", os=("macos",)),
    "silverkeeper": Tool(title="SilverKeeper", os=("macos",), ended=True),
    "retrospect": Tool(title="Retrospect", restorer="Retrospect", os=BOTH),
    "mezzo": Tool(title="Mezzo Archiver", level=RULE, restorer="Mezzo", os=("macos",), ended=True),
    "norton-ghost": Tool(title="Norton Ghost", restorer="Norton Ghost", os=("windows",), ended=True),
    "save-and-restore": Tool(
        title="Symantec Save & Restore", restorer="Symantec Save & Restore", os=("windows",), ended=True
    ),
    "allway-sync": Tool(title="Allway Sync", os=("windows",)),
    "syncromat": Tool(title="Syncromat", os=("windows",)),
    "dropbox": Tool(title="Dropbox", every="realtime", sync=True),
    "google-drive": Tool(title="Google Drive", every="realtime", sync=True, os=BOTH),
    "onedrive": Tool(title="OneDrive", every="realtime", sync=True, os=BOTH),
    "icloud-drive": Tool(title="iCloud Drive", every="realtime", sync=True, os=BOTH),
    "rclone": Tool(title="rclone", level=OBSERVED, every="day", locks=True),
    "restic": Tool(title="restic", level=OBSERVED, every="day", restorer="restic", locks=True),
    "ltfs": Tool(title="LTFS", level=OBSERVED),
    "tape": Tool(title="tape"),
    "disc-burner": Tool(title="burned discs"),
    "by-hand": Tool(title="copied by hand"),
    "other": Tool(title="another product", locks=True),
}


def check_tool(text: str) -> None:
    """A product that we know something of."""
    if text not in TOOLS:
        fix = suggest(text, TOOLS, "write other, or by-hand where a person copies the files")
        raise MalformedError(f"there is no tool '{shorten(text)}'", fix)
