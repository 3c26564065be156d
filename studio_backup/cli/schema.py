"""`schema`: the published JSON Schemas, and the fields of every kind of resource with their rules."""

from __future__ import annotations

import json

import click

from studio_backup.cli.options import command as make_command
from studio_backup.cli.settings import Settings
from studio_backup.errors import UsageError
from studio_backup.kinds import kind_schema
from studio_backup.resources import KINDS
from studio_backup.spec.schema import schema_text
from studio_backup.spec.wording import suggest

DOCUMENTS = ("inventory", "playbook", "plan", "report")


@make_command()
@click.argument("name", required=False)
def command(settings: Settings, name: str | None) -> int:
    """Print a JSON Schema (draft-07): inventory, playbook, plan, report, or a kind of resource.

    Without a name, lists them, one a line. In a kind's schema every field has its rule: managed (apply changes
    it), fixed (a difference is for a human), watched (reported only).
    """
    if name is None:
        settings.write("\n".join([*DOCUMENTS, *KINDS]))
    elif name in DOCUMENTS:
        settings.write(schema_text(name).rstrip())
    elif name in KINDS:
        settings.write(json.dumps(kind_schema(KINDS[name]), indent=2))
    else:
        fix = suggest(name, [*DOCUMENTS, *KINDS], "studio-backup schema lists them")
        raise UsageError(f"there is no schema '{name}'", fix)
    return 0
