"""Rounds of measurements, their medians, and the ratios that the budgets are about."""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.process import Run


@dataclass
class Rounds:
    """Every run of each named thing."""

    runs: dict[str, list[Run]] = field(default_factory=dict)

    def measure(self, name: str, work: Callable[[], Run]) -> Run:
        """Do it once and keep what it cost."""
        done = work()
        self.runs.setdefault(name, []).append(done)
        return done

    def seconds(self, name: str) -> float:
        """Median of the wall seconds."""
        return statistics.median(run.seconds for run in self.runs[name])

    def processor(self, name: str) -> float:
        """Median of the processor seconds: what tells on a machine that others use, too."""
        return statistics.median(run.processor for run in self.runs[name])

    def table(self) -> str:
        """One line a thing: median, least and most seconds, processor seconds, memory."""
        lines = [f"{'':<28} {'median':>8} {'least':>8} {'most':>8} {'cpu':>8} {'MB':>6}  rounds"]
        for name, runs in self.runs.items():
            wall = sorted(run.seconds for run in runs)
            spent = self.processor(name)
            most = max(run.megabytes for run in runs)
            lines.append(
                f"{name:<28} {statistics.median(wall):7.2f}s {wall[0]:7.2f}s {wall[-1]:7.2f}s {spent:7.2f}s"
                f" {most:6.0f}  {len(runs)}"
            )
        return "\n".join(lines)


def ratios(found: Mapping[str, tuple[float, float]]) -> str:
    """One line a ratio with its budget: name -> (ratio, budget)."""
    return "\n".join(
        f"{name:<44} {ratio:5.2f}   budget {budget:g}   {'holds' if ratio <= budget else 'OVER'}"
        for name, (ratio, budget) in found.items()
    )


def load() -> str:
    """How busy this machine is: processors and the load of the last minute."""
    return f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}"


def fit(points: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """A straight line through (x, y): slope, intercept, and the share of the variance it explains (R²)."""
    slope, intercept = statistics.linear_regression(*zip(*points, strict=True))
    share = statistics.correlation(*zip(*points, strict=True)) ** 2
    return slope, intercept, share
