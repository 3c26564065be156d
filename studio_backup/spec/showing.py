"""Problems for people: the place, what is wrong, the line with a caret, and the fix."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from studio_backup.source import Problem, visible
from studio_backup.spec.wording import without_secrets

#: Most of a source line that is shown; the caret stays in sight.
_WIDTH = 76


def show_problem(problem: Problem, lines: Sequence[str] = ()) -> str:
    """One problem as text; without its source line where `lines` (of its file) does not reach."""
    shown = [str(problem)]
    if 1 <= problem.place.line <= len(lines):
        shown += _line_and_caret(lines[problem.place.line - 1], problem.place.column - 1)
    return "\n".join([*shown, f"  fix: {visible(problem.fix)}"])


def show_problems(problems: Iterable[Problem], lines: Mapping[str, Sequence[str]]) -> str:
    """All problems as text, a blank line between them; `lines` holds the lines of each file."""
    return "\n\n".join(show_problem(problem, lines.get(problem.place.file, ())) for problem in problems)


def _line_and_caret(line: str, column: int) -> list[str]:
    line = without_secrets(line)
    before, after = visible(line[:column].expandtabs(1)), visible(line[column:].expandtabs(1))
    if len(before) + 1 > _WIDTH:
        before = "…" + before[len(before) - _WIDTH // 2 :]
    text = before + after
    if len(text) > _WIDTH:
        text = text[: _WIDTH - 1] + "…"
    return [f"  {text}", f"  {' ' * len(before)}^"]
