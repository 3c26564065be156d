"""What sessions of a folder name, as a screen of 80 columns and as a JSON document."""

from __future__ import annotations

from collections.abc import Sequence

from studio_backup.references import Checked
from studio_backup.report.text import Paint, count, safe, size, spaced, wrapped

REFUSED, UNCHECKED, WHOLE = "refused", "not checked", "whole"


def state_of(checked: Sequence[Checked]) -> str:
    """The worst: what lacks is worse than what nobody can tell; a folder without a session is not checked."""
    if any(one.lacking or one.damaged for one in checked):
        return REFUSED
    return WHOLE if checked and all(one.whole for one in checked) else UNCHECKED


def screen(folder: str, checked: Sequence[Checked], paint: Paint) -> list[str]:
    """Each session with the files that an archive of the folder would not have."""
    lines: list[str] = []
    for one in checked:
        lines += _session(one, paint)
    state, lacking = state_of(checked), sum(len(one.lacking) for one in checked)
    if state == REFUSED:
        damaged = sum(bool(one.damaged) for one in checked)
        parts = [f"{count(lacking, 'file')} not in it"] * bool(lacking) + [f"{damaged} damaged"] * bool(damaged)
        end = [f"{paint('Refused', 'bad')}: {count(len(checked), 'session')}, {', '.join(parts)}."]
        following = "collect what is elsewhere in the program itself, then check again"
        if not lacking:
            following = "take what is damaged from a copy (studio-backup restore), then check again"
    elif state == UNCHECKED:
        what = "nobody reads all of them here" if checked else "no session that is known"
        end = [f"{paint('Not checked', 'unread')}: {count(len(checked), 'session')}, {what}."]
        following = "open it without the work drives, and see that nothing lacks"
    else:
        borrowed = sum(one.borrowed for one in checked)
        but = f", but for {borrowed} of libraries: keep those, too" if borrowed else ""
        end = [f"{count(len(checked), 'session')}, every file that they name is in {safe(folder)}{but}."]
        following = "studio-backup verdict"
    return [*lines, *([""] if lines else []), *wrapped(end[0], 0), f"Next: {following}"]


def _session(one: Checked, paint: Paint) -> list[str]:
    head = f"{paint(safe(one.path), 'bold')}  {one.program}"
    if one.opaque:
        return [f"{head}  {paint('not checked', 'unread')}: what it names cannot be read"]
    if one.damaged:
        return [f"{head}  {paint('damaged', 'bad')}", *wrapped(spaced(safe(one.damaged)), 2)]
    named = count(len(one.found), "file")
    within, lent = len(one.found) - len(one.lacking) - one.borrowed, one.borrowed
    parts = [f"{within} in it"] * bool(one.lacking or lent) + [f"{lent} of libraries"] * bool(lent)
    lines = [", ".join([f"{head}  {named}", *parts])]
    for file in one.lacking:
        known = f", {size(file.size)}" if file.size is not None else ""
        lines += [paint(text, "bad") for text in wrapped(f"{file.state}{known}: {safe(file.path)}", 2, 4)]
    return lines


def document(folder: str, checked: Sequence[Checked]) -> dict[str, object]:
    """The JSON of `archive check`."""
    return {
        "version": 1,
        "folder": folder,
        "state": state_of(checked),
        "sessions": [
            {
                "path": one.path,
                "program": one.program,
                "checked": not one.opaque,
                "damaged": one.damaged,
                "files": [{"path": file.path, "state": file.state, "size": file.size} for file in one.found],
            }
            for one in checked
        ],
    }
