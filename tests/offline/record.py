"""Record the lab anew, before anything is applied to it: python -m tests.offline.record (root, Linux)."""

import time
from pathlib import Path

from studio_backup.cli.connecting import engine_of
from studio_backup.cli.progress import Bar
from studio_backup.cli.scope import scope_of
from studio_backup.cli.settings import Settings
from studio_backup.cli.spec import load_studio
from studio_backup.evidence import Evidence
from studio_backup.survey import questions
from tests.lab.machines import facts, lifecycle, state
from tests.offline.recording import FILE, askers, recorded


def main() -> None:
    """Boot fresh machines, ask each once, write the file, take them down."""
    settings = Settings()
    studio = load_studio(settings)
    scope = scope_of(settings, studio)
    with state.in_use():
        try:
            lifecycle.up(list(facts.STUDIO.values()), fresh=True)
            engine = engine_of(settings, studio, Evidence(Path(":memory:")), Bar("", on=False))
            # Read, not surveyed: a survey lets go of the answers once it has read them.
            systems = engine.read(scope.machines, {name: questions(those) for name, those in scope.by_system().items()})
            engine.close()
        finally:
            lifecycle.down()
    FILE.write_text(recorded(time.strftime("%Y-%m-%d"), systems, askers(scope)), encoding="utf-8")
    print(f"wrote {FILE.name}: {', '.join(sorted(systems))}")


if __name__ == "__main__":
    main()
