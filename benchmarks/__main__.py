"""The command line: python -m benchmarks."""

from __future__ import annotations

import argparse
import sys


def main() -> int:
    """Measure what was asked for and print it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Ratios, never times, are judged.")
    parser.add_argument("what", choices=("floor", "large", "report", "job", "start", "verdict"))
    parser.add_argument("--hosts", type=int, default=16, help="floor: machines of the lab")
    parser.add_argument("--systems", type=int, help="large: most (500); report: how many (300)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--parallel", type=int, default=16, help="machines at a time")
    asked = parser.parse_args()
    if asked.what == "large":
        from benchmarks import large

        print(large.measure(asked.systems or 500, asked.rounds, asked.parallel))
    elif asked.what == "report":
        from benchmarks import reports

        print(reports.measure(asked.systems or 300, asked.rounds, asked.parallel))
    elif asked.what == "job":
        from benchmarks import nightly

        print(nightly.measure(asked.rounds))
    elif asked.what == "verdict":
        from benchmarks import verdicts

        print(verdicts.measure(asked.rounds))
    elif asked.what == "start":
        from benchmarks import start

        print(start.measure(asked.rounds))
    else:
        from benchmarks import beside_the_floor

        print(beside_the_floor.measure(asked.hosts, asked.rounds, asked.parallel))
    return 0


if __name__ == "__main__":
    sys.exit(main())
