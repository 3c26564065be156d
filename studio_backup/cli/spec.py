"""From the paths of the command line to a studio, or to every problem of the spec at once."""

from __future__ import annotations

from studio_backup.cli.settings import Settings
from studio_backup.errors import SpecError
from studio_backup.spec.files import read_all
from studio_backup.spec.load import Loaded, load
from studio_backup.spec.model import Studio
from studio_backup.spec.show import Shown


def load_spec(settings: Settings) -> Loaded:
    """Everything the spec says, with its problems."""
    inventory = read_all(settings.inventory or ("inventory",))
    playbooks = read_all(settings.playbooks or ("playbooks",))
    return load(inventory, playbooks, whole=not settings.playbooks)


def load_studio(settings: Settings) -> Studio:
    """The studio; raises SpecError with every problem."""
    loaded = load_spec(settings)
    if loaded.studio is None:
        raise SpecError([Shown(problem, loaded.lines) for problem in loaded.problems])
    return loaded.studio
