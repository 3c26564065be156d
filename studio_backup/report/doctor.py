"""What the doctor found, a system at a time: what is missing and the command that mends it."""

from __future__ import annotations

from collections.abc import Sequence

from studio_backup.doctor import MISSING, OK, UNSEEN, Finding
from studio_backup.report.text import Paint, count, safe, wrapped

_COLOURS = {OK: "good", MISSING: "bad", UNSEEN: "unread"}


def screen(findings: Sequence[Finding], paint: Paint) -> list[str]:
    """All that is fine in one line, then each thing that is not, with its fix."""
    lines: list[str] = []
    for where in dict.fromkeys(finding.where for finding in findings):
        mine = [finding for finding in findings if finding.where == where]
        lines += ["", paint(where, "bold")] if lines else [paint(where, "bold")]
        fine = ", ".join(safe(finding.what) for finding in mine if finding.state == OK)
        lines += [
            paint(line, "good") if line.startswith("  ok") else line for line in wrapped(f"ok       {fine}", 2, 9)
        ]
        for finding in mine:
            if finding.state != OK:
                word = "MISSING " if finding.state == MISSING else "unseen  "
                first, *more = wrapped(f"{word} {safe(finding.what)}: {safe(finding.detail)}", 2, 9)
                lines += [paint(first, _COLOURS[finding.state]), *more]
                lines += wrapped(f"fix: {safe(finding.fix)}", 11, 5) if finding.fix else []
    return [*lines, "", *_summary(findings)]


def _summary(findings: Sequence[Finding]) -> list[str]:
    missing = [finding for finding in findings if finding.state == MISSING]
    unseen = {finding.where for finding in findings if finding.state == UNSEEN}
    if not missing and not unseen:
        return ["Nothing is missing.", "Next: studio-backup plan"]
    parts = [f"{count(len(missing), 'thing')} missing"] if missing else []
    parts += [f"{count(len(unseen), 'system')} not seen whole"] if unseen else []
    return [f"{'; '.join(parts)}.", "Next: mend the first, then studio-backup doctor"]


def document(findings: Sequence[Finding]) -> dict[str, object]:
    """The same for programs."""
    return {
        "findings": [
            {"where": one.where, "what": one.what, "state": one.state, "detail": one.detail, "fix": one.fix}
            for one in findings
        ]
    }
