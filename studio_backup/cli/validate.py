"""`validate`: every problem of the spec at once, offline."""

from __future__ import annotations

from studio_backup.cli.failures import ERROR
from studio_backup.cli.options import command as make_command
from studio_backup.cli.settings import Settings
from studio_backup.cli.spec import load_spec, problems_of
from studio_backup.compile import not_set_up
from studio_backup.report.text import count


@make_command("json")
def command(settings: Settings) -> int:
    """Check inventory and playbooks: syntax, schema, references, lint. Connects to nothing.

    Every problem of every file is shown at once, with its place, the line, and a fix.

    Exit codes: 0 fine, 1 problems.
    """
    loaded = load_spec(settings)
    if settings.json:
        settings.document({"problems": [problem.as_json() for problem in loaded.problems]})
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
        settings.write(f"{studio.name}: {', '.join(counts)}. No problem.\nNext: studio-backup plan")
    return ERROR if loaded.problems else 0
