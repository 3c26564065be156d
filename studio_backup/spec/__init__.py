"""Inventory and playbooks as a typed studio: `load` is pure on text, `files` reads it from disk."""

from studio_backup.spec.load import Loaded, load

__all__ = ["Loaded", "load"]
