"""One JSON document for the bootstrap: a program of ours, and what it is told; no word of a spec is ever program text.

It is plain ASCII, so that no code page touches it, in short lines (a long one is cut by some consoles), and ends with
an empty line: what was cut on the way has none, and runs nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from studio_backup.errors import StudioBackupError
from studio_backup.programs import shipped

#: Longest line that is sent.
LINE = 1000
#: Longest document that ConvertFrom-Json of Windows PowerShell 5.1 takes (2 Mi characters: UNVERIFIED).
LIMIT = 2_000_000


def document(parts: Sequence[str], call: str, values: Mapping[str, object]) -> str:
    """The text for standard input: `parts` are files of jobs/, `call` is the function of theirs that takes `values`.

    Raises StudioBackupError when it is larger than Windows PowerShell reads.
    """
    program = "\n".join(["param($Document)", *map(shipped, parts), f"{call} -Document $Document"])
    told = {"program": program, "runner": shipped("fragment.ps1"), **values}
    text = json.dumps(told, ensure_ascii=True, separators=(",", ":"))
    if len(text) > LIMIT:
        raise StudioBackupError(
            f"what is to be said to this Windows takes {len(text)} characters, more than PowerShell reads at once",
            "name fewer resources with --only",
        )
    lines = (text[at : at + LINE] for at in range(0, len(text), LINE))
    return "".join(f"{line}\n" for line in lines) + "\n"
