"""Small charts as inline SVG: one bar a report, one word a chart, so that no colour tells them apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from studio_backup.report.text import moment

#: Bars of a chart; of a longer history the newest.
MOST_BARS = 60
_WIDTH, _HEIGHT, _GAP = 240, 44, 1
_DIFFERENT = ("conflict", "drifted", "pending", "orphan", "posture")
_SERIES: Mapping[str, Callable[[Mapping[str, int]], int]] = {
    "Datasets that FAIL": lambda counts: counts.get("FAIL", 0),
    "Datasets that are UNKNOWN": lambda counts: counts.get("UNKNOWN", 0),
    "Differences": lambda counts: sum(counts.get(word, 0) for word in _DIFFERENT),
    "Systems not seen": lambda counts: counts.get("system-unread", 0) + counts.get("system-overslept", 0),
}


@dataclass(frozen=True)
class Chart:
    """A title, what it shows in words, and the drawing."""

    title: str
    words: str
    svg: Markup


def charts(history: Sequence[tuple[int, Mapping[str, int]]]) -> list[Chart]:
    """One chart a word; none before there are two reports."""
    newest = history[-MOST_BARS:]
    if len(newest) < 2:
        return []
    span = f"{moment(newest[0][0])} to {moment(newest[-1][0])}"
    return [_chart(title, [count(counts) for _, counts in newest], span) for title, count in _SERIES.items()]


def _chart(title: str, numbers: Sequence[int], span: str) -> Chart:
    words = f"{numbers[-1]} now, {max(numbers)} at most, in {len(numbers)} reports"
    step = _WIDTH / len(numbers)
    top = max(1, *numbers)
    bars = []
    for place, number in enumerate(numbers):
        height = max(2.0, _HEIGHT * number / top) if number else 0.0
        width = max(1.0, step - _GAP)
        bars.append(
            f'<rect x="{place * step:.1f}" y="{_HEIGHT - height:.1f}" width="{width:.1f}" height="{height:.1f}"/>'
        )
    line = f'<path d="M0 {_HEIGHT + 0.5}H{_WIDTH}" stroke="currentColor"/>'
    head = f'<svg role="img" viewBox="0 0 {_WIDTH} {_HEIGHT + 1}" preserveAspectRatio="none" fill="currentColor">'
    label = Markup("<title>{}: {}; {}</title>").format(title, words, span)
    svg = Markup(head) + label + Markup("".join([*bars, line, "</svg>"]))
    return Chart(title, words, svg)
