"""Show what needs no machines, and say what was left out: what scripts/demo runs off Linux or without root."""

import sys
import tempfile
from pathlib import Path

from tests.lab.story.telling import ROOT, NotAsToldError, Teller
from tests.offline.planning import planned, screen

LEFT_OUT = """
Left out, because it needs root on Debian or Ubuntu to boot the machines: apply, the
first copy, the deleted take and its restore, drift and its repair, the missing disk,
the other system of room A, the off-site copy, a copy that leaves the spec.
There: sudo scripts/demo. Nothing was installed outside this checkout."""


def main() -> int:
    """Exit status: 0 only when it went as told."""
    try:
        with tempfile.TemporaryDirectory(prefix="studio-backup-demo-") as folder:
            tell(Teller(ROOT, Path(folder)))
    except NotAsToldError as error:
        print(f"\nNOT AS TOLD: {error}", file=sys.stderr)
        return 1
    print(LEFT_OUT)
    return 0


def tell(teller: Teller) -> None:
    """The offline beats."""
    teller.beat("A studio in YAML", "inventory/ says what there is, playbooks/ what should be.")
    teller.backup("validate", code=0, expect=["northlight: 4 machines", "No problem."])
    teller.beat("Where a value comes from", "Every value has the file, line and column it was written at.")
    teller.backup("explain", "ws-a/sessions/on-nas", code=0, expect=["playbooks/three-two-one.yml:"])
    day, _, plan = planned()
    teller.beat(
        "What would happen",
        "No machine is asked here: these are the answers that the lab's machines gave",
        f"on {day}, before anything was applied, planned by the same code as `plan`.",
        "",
        screen(plan, colour=False),
    )
    counts = plan.summary()
    teller.check(counts["create"] > 100 and counts["unread"] == 0, "every recorded answer was understood")


if __name__ == "__main__":
    raise SystemExit(main())
