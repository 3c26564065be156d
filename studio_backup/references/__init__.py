"""What session files refer to, and whether their folder has all of it, so that it can be closed as an archive."""

from __future__ import annotations

from studio_backup.references.checking import Checked, Found, check

__all__ = ["Checked", "Found", "check"]
