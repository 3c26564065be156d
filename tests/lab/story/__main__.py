"""Boot the lab, tell the day, take the lab down: what scripts/demo runs."""

import argparse
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.lab.machines import facts, lifecycle, state
from tests.lab.machines.command import LabError
from tests.lab.story.day import day
from tests.lab.story.telling import ROOT, NotAsToldError, Teller


def main() -> int:
    """Exit status: 0 only when every beat went as told."""
    parser = argparse.ArgumentParser(prog="scripts/demo", description="A studio's day on real machines, in a minute.")
    parser.add_argument("--keep", action="store_true", help="leave the machines up; scripts/lab down ends them")
    arguments = parser.parse_args()
    # A cancelled run ends by SIGTERM; like Ctrl-C, it must not leave machines behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    begun = time.monotonic()
    try:
        with the_lab(), tempfile.TemporaryDirectory(prefix="studio-backup-demo-") as folder:
            tell_it(Path(folder), arguments.keep)
    except (NotAsToldError, LabError) as error:
        print(f"\nNOT AS TOLD: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return 130
    print(f"\nEvery beat went as told, in {time.monotonic() - begun:.0f} s.")
    print("The lab is still up; scripts/lab down ends it." if arguments.keep else "The lab is down again.")
    print("Next: README.md, then your own inventory/ and playbooks/")
    return 0


@contextmanager
def the_lab() -> Iterator[None]:
    """The lab for ourselves; when somebody is using it, say so and wait."""
    try:
        with state.in_use(wait=False):
            pass
    except LabError as error:
        print(f"{error}; waiting", file=sys.stderr)
    with state.in_use():
        yield


def tell_it(folder: Path, keep: bool) -> None:
    """Boot, tell, and take the lab down however it went, unless it is kept."""
    spec = folder / "northlight"
    for name in ("inventory", "playbooks"):
        shutil.copytree(ROOT / name, spec / name)
    try:
        print("Booting four real Debian machines (the first time downloads them) …", file=sys.stderr)
        lifecycle.up(list(facts.STUDIO.values()), fresh=True, say=lambda text: print(text, file=sys.stderr))
        day(Teller(ROOT, folder / "state"), spec)
    finally:
        if not keep:
            # A second Ctrl-C must not stop the clean-up half-way.
            before = signal.signal(signal.SIGINT, signal.SIG_IGN)
            lifecycle.down()
            signal.signal(signal.SIGINT, before)


if __name__ == "__main__":
    raise SystemExit(main())
