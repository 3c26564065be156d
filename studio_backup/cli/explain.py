"""`explain`: every value of one thing, and where it was written."""

from __future__ import annotations

import click

from studio_backup.cli import completion
from studio_backup.cli.options import command as make_command
from studio_backup.cli.settings import Settings
from studio_backup.cli.spec import load_spec, problems_of
from studio_backup.errors import SpecError
from studio_backup.report.explain import lines
from studio_backup.spec.explain import explain


@make_command("json")
@click.argument("address", shell_complete=completion.addresses)
def command(settings: Settings, address: str) -> int:
    """Show every value that holds for ADDRESS and the file:line:column it comes from.

    ADDRESS is MACHINE, MACHINE/SYSTEM, MACHINE/VOLUME, MACHINE/DATASET or MACHINE/DATASET/COPY; or
    site:NAME, drive:NAME, account:NAME, policy:NAME.
    A value without a place holds by default.
    """
    loaded = load_spec(settings)
    if loaded.problems:
        raise SpecError(problems_of(loaded))
    values = explain(loaded, address)
    if settings.json:
        settings.document(
            {
                "address": address,
                "values": [
                    {
                        "path": item.path,
                        "value": item.value,
                        "source": str(item.place) if item.place else None,
                    }
                    for item in values
                ],
            }
        )
    else:
        rows = [(item.path, item.value, str(item.place) if item.place else "by default") for item in values]
        settings.write("\n".join(lines(address, rows)))
    return 0
