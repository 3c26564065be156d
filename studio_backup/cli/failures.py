"""How a command ends when it cannot go on: one clear message, the documented exit code, never a traceback."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Mapping

import click

from studio_backup.errors import SpecError, StudioBackupError
from studio_backup.report.text import safe

ERROR = 1


def guarded(command: click.Command, arguments: list[str]) -> int:
    """Run a command and give its exit code; a program reading JSON gets a JSON document whatever happens."""
    as_json = _wants_json(arguments)
    try:
        result = command.main(args=arguments, prog_name="studio-backup", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except StudioBackupError as error:
        return _failed(error, as_json)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        where = getattr(error, "ctx", None)
        path = where.command_path if where is not None else "studio-backup"
        return _report("usage", error.format_message(), f"{path} --help", as_json)
    except (KeyboardInterrupt, click.Abort):
        return _report("interrupted", "interrupted", "", as_json)
    except BrokenPipeError:
        sys.stderr.close()
        return ERROR
    except Exception as error:
        if "-v" in arguments or "--verbose" in arguments:
            traceback.print_exc()
        message = f"this should not happen: {type(error).__name__}: {error}"
        return _report("internal", message, "run it again with -v and report what it prints", as_json)


def _wants_json(arguments: list[str]) -> bool:
    pairs = zip(arguments, [*arguments[1:], ""], strict=False)  # none at all is a command line, too
    return any(word == "--format=json" or (word == "--format" and value == "json") for word, value in pairs)


def _failed(error: StudioBackupError, as_json: bool) -> int:
    if isinstance(error, SpecError) and as_json:
        print_json({"problems": [problem.as_json() for problem in error.problems]})
    elif isinstance(error, SpecError):
        click.echo("\n\n".join(str(problem) for problem in error.problems), err=True)
        click.echo(f"\n{safe(error.message)}.", err=True)
    else:
        _report(error.code, error.message, error.fix, as_json)
    return error.exit_code


def _report(code: str, message: str, fix: str, as_json: bool) -> int:
    if as_json:
        print_json({"error": {"code": code, "message": message, "fix": fix}})
    else:
        lines = "\n".join(safe(line) for line in message.splitlines())
        click.echo(f"error: {lines}", err=True)
        if fix:
            click.echo(f"fix: {safe(fix)}", err=True)
    return ERROR


def print_json(document: Mapping[str, object]) -> None:
    """One JSON document on standard output; undecodable bytes stay lone surrogate escapes."""
    click.echo(json.dumps(document, indent=2, ensure_ascii=True))
