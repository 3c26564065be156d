"""The command `studio-backup`: commands, options and exit codes; what they do is elsewhere."""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module

import click

from studio_backup import __version__
from studio_backup.cli.failures import guarded
from studio_backup.cli.options import paths_options
from studio_backup.cli.settings import Settings

#: Command -> module that holds it: a command's module is imported when it is called, not before.
COMMANDS = {
    "init": "init",
    "validate": "validate",
    "plan": "plan",
    "apply": "apply",
    "drift": "drift",
    "run": "run",
    "status": "status",
    "restore": "restore",
    "verdict": "verdict",
    "what-if": "what_if",
    "simulate": "simulate",
    "attest": "attest",
    "move": "move",
    "due": "due",
    "archive": "archive",
    "explain": "explain",
    "doctor": "doctor",
    "discover": "discover",
    "pin": "pin",
    "schema": "schema",
}
_HELP = {
    "init": "Write a small studio to begin with; asks four questions.",
    "validate": "Check the spec, offline: syntax, schema, references, lint.",
    "plan": "Show what apply would do.",
    "apply": "Make the machines what the spec says.",
    "drift": "Report where machines differ from the spec; changes nothing.",
    "run": "Make one copy now.",
    "status": "Show every copy: last run, newest restore point, its age.",
    "restore": "Bring files back from a copy into an empty folder, hashes checked.",
    "verdict": "Judge the design by its policies, and say what would mend it.",
    "what-if": "Show what every disaster would leave.",
    "simulate": "Play the studio forward day by day, and let things happen.",
    "attest": "Note what somebody saw of a thing that no program can see.",
    "move": "Note where a drive is from now on.",
    "due": "List what falls due: drives, drills, discs, words that run out.",
    "archive": "Check that a folder has all that its sessions refer to.",
    "explain": "Show every value of one thing and where it is written.",
    "doctor": "Look for what is missing, here and on the machines; reads only.",
    "discover": "Print a spec of what stands on a Linux machine; reads only.",
    "pin": "Show the host key of a machine, to write it into the inventory.",
    "schema": "Print a JSON Schema, or the fields of a kind.",
}


class Commands(click.Group):
    """Lists every command without importing any."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of a technician's day."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of the command that is called; a near miss is named by click."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"studio_backup.cli.{COMMANDS[cmd_name]}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Name and sentence from the table above, so that --help imports nothing."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(_HELP.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """An unknown command is an error with near matches."""
        name = click.utils.make_str(args[0])
        if name not in COMMANDS:
            from difflib import get_close_matches

            near = get_close_matches(name, COMMANDS, 2)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            ctx.fail(f"there is no command '{name}'{hint}")
        return super().resolve_command(ctx, args)


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.version_option(__version__, prog_name="studio-backup")
@paths_options
@click.pass_context
def main_group(ctx: click.Context, inventory: tuple[str, ...], playbooks: tuple[str, ...]) -> None:
    """Describe a studio's machines, disks and 3-2-1 roles in YAML; plan, apply and prove its backups over SSH.

    \b
    First steps:   studio-backup init
                   studio-backup verdict
                   studio-backup plan
                   studio-backup apply

    Exit codes: 0 fine, 1 error, 2 changes pending or drift, 3 something could not be seen, 4 policy not met,
    5 refused for safety, 6 locked.
    """
    ctx.obj = Settings(inventory=inventory, playbooks=playbooks)


def main(arguments: list[str] | None = None) -> None:
    """Run a command line; ends with SystemExit."""
    sys.exit(guarded(main_group, sys.argv[1:] if arguments is None else arguments))


def program() -> None:
    """Entry point of the console script.

    A command is over in seconds: looking for garbage on the way, and taking the interpreter apart at the end, is a
    tenth of a short one. What must be closed is closed by the command itself.
    """
    gc.set_threshold(200_000)
    status = guarded(main_group, sys.argv[1:])
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):  # whoever read it is gone
        status = status or 1
    os._exit(status)
