"""Options that commands share; each may stand before or after the command's name where both make sense."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from studio_backup.cli import completion
from studio_backup.cli.settings import Settings

Function = Callable[..., Any]

_INVENTORY = "Inventory: a file or folder, repeatable. Default: ./inventory"
_PLAYBOOKS = "Playbooks, likewise. Default: ./playbooks. With -p nothing is removed: the rest is not known."
_SELECTOR = (
    "room:a, dataset:ws-a/sessions, kind:file … Also machine: site: role: group: system: os: class: client: resource:"
)


def paths_options(function: Function) -> Function:
    """-i and -p."""
    function = click.option("-p", "--playbooks", multiple=True, metavar="PATH", help=_PLAYBOOKS)(function)
    return click.option("-i", "--inventory", multiple=True, metavar="PATH", help=_INVENTORY)(function)


def command(*formats: str, selects: bool = False, connects: bool = False) -> Callable[[Function], click.Command]:
    """A command that gets a Settings first; `formats` are its values of --format, table always among them."""

    def decorate(function: Function) -> click.Command:
        @wraps(function)
        @click.pass_obj
        def call(settings: Settings, /, **options: Any) -> Any:
            settings.inventory += options.pop("inventory")
            settings.playbooks += options.pop("playbooks")
            settings.only = options.pop("only", ())
            settings.leave_out = options.pop("leave_out", ())
            for name in ("format", "output", "timeout", "parallel", "no_color", "verbose"):
                if name in options:
                    setattr(settings, name, options.pop(name))
            return function(settings, **options)

        shared: list[Function] = [
            paths_options,
            click.option("--format", type=click.Choice(["table", *formats]), default="table", help="How to show it.")
            if formats
            else _same,
            click.option("--output", metavar="FILE", help="Write the result to a file."),
            click.option("--no-color", is_flag=True, help="No colours (also: NO_COLOR, or no terminal)."),
            click.option("-v", "--verbose", is_flag=True, help="Show more."),
        ]
        if selects:
            shared += [
                click.option(
                    "--only",
                    multiple=True,
                    metavar="SELECTOR",
                    help=f"Only what matches: {_SELECTOR}",
                    shell_complete=completion.selectors,
                ),
                click.option(
                    "--except",
                    "leave_out",
                    multiple=True,
                    metavar="SELECTOR",
                    help="All but what matches.",
                    shell_complete=completion.selectors,
                ),
            ]
        if connects:
            shared += [
                click.option("--timeout", type=click.FloatRange(min=1), default=30.0, metavar="SECONDS",
                             help="Longest wait for one machine's answer.", show_default=True),
                click.option("--parallel", type=click.IntRange(1, 500), default=16, metavar="N",
                             help="Machines at a time.", show_default=True),
            ]  # fmt: skip
        own: list[click.Parameter] = call.__dict__.pop("__click_params__", [])
        wrapped: Function = call
        for option in reversed(shared):
            wrapped = option(wrapped)
        # A command's own options stand first in its help; click lists them from the end.
        wrapped.__dict__.setdefault("__click_params__", []).extend(own)
        return click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})(wrapped)

    return decorate


def _same(function: Function) -> Function:
    return function
