"""`validate`: every problem of the spec at once, offline."""

from __future__ import annotations

import time

from studio_backup.cli.failures import ERROR
from studio_backup.cli.options import command as make_command
from studio_backup.cli.settings import Settings
from studio_backup.cli.spec import load_spec, problems_of, shown_with_lines
from studio_backup.compile import not_set_up
from studio_backup.policy.advice import advice
from studio_backup.report.text import count


@make_command("json")
def command(settings: Settings) -> int:
    """Check inventory and playbooks: syntax, schema, references, lint. Connects to nothing.

    Every problem of every file is shown at once, with its place, the line, and a fix. A warning (SB5…) is what a
    studio should not do; it stops nothing, and `waive:` in a dataset silences it until a day.

    Exit codes: 0 fine, warnings or none; 1 problems.
    """
    loaded = load_spec(settings)
    told = advice(loaded.studio) if loaded.studio else []
    warned = [one for one in told if one.holds(time.strftime("%Y-%m-%d"))]
    if settings.json:
        warnings = {"warnings": [one.problem.as_json() for one in warned]} if warned else {}
        settings.document({"problems": [problem.as_json() for problem in loaded.problems], **warnings})
    elif loaded.studio is None:
        settings.write("\n\n".join(str(problem) for problem in problems_of(loaded)))
        settings.write(f"\n{count(len(loaded.problems), 'problem')}.")
    else:
        studio = loaded.studio
        copies = sum(len(dataset.copies) for dataset in studio.datasets.values())
        counts = (
            count(len(studio.machines), "machine"),
            count(len(studio.systems()), "system"),
            count(len(studio.datasets), "dataset"),
            count(copies, "copy", "copies"),
        )
        for sentence in not_set_up(studio):
            settings.say(f"warning: {sentence}")
        lines = [f"{shown}\n" for shown in shown_with_lines(loaded, [one.problem for one in warned])]
        waived = f", {len(told) - len(warned)} waived" if len(told) > len(warned) else ""
        found = f"{count(len(warned), 'warning') if warned else 'No warning'}{waived}" if told else "No problem"
        lines.append(f"{studio.name}: {', '.join(counts)}. {found}.\nNext: studio-backup plan")
        settings.write("\n".join(lines))
    return ERROR if loaded.problems else 0
