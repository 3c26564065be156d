"""Proving that something is not there: by a whole listing of the nearest folder above it that lacks its name."""

from __future__ import annotations

from studio_backup.programs import shipped

#: `absent PATH` ends with 0 when PATH is proven absent, 1 when it is there, 2 when nothing can tell.
ABSENT = shipped("absence.sh").rstrip("\n")
