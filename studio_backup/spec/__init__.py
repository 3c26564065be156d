"""Inventory and playbooks as a typed studio: `load` is pure on text, `files.load_paths` reads the disk."""

from studio_backup.spec.explain import ExplainedValue, explain
from studio_backup.spec.load import Loaded, load
from studio_backup.spec.names import find_copy, find_dataset
from studio_backup.spec.selectors import Selection, select

__all__ = ["ExplainedValue", "Loaded", "Selection", "explain", "find_copy", "find_dataset", "load", "select"]
