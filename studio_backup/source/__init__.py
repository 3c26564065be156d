"""YAML text with a place for every key and value, free of YAML's traps; all problems at once.

Scalars and keys stay text exactly as written (`22:30`, `NO`, `017`): only the schema turns text into numbers
or truth values. What one file may hold is bounded, so that no input can exhaust memory or stack.
"""

from studio_backup.source.nodes import Document, Entry, Listing, Mapping, Node, Path, Step, Text
from studio_backup.source.place import Place, Problem, visible
from studio_backup.source.reading import MAX_BYTES, read

__all__ = [
    "MAX_BYTES",
    "Document",
    "Entry",
    "Listing",
    "Mapping",
    "Node",
    "Path",
    "Place",
    "Problem",
    "Step",
    "Text",
    "read",
    "visible",
]
