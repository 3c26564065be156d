"""What `apply` may destroy: the addresses given to --allow-destroy beside those that the plan asks for."""

from __future__ import annotations

from collections.abc import Sequence

from studio_backup.agreed import lacking, standing_alone
from studio_backup.cli.settings import Settings
from studio_backup.diff import Change
from studio_backup.errors import Refused
from studio_backup.parting import Parting
from studio_backup.plan import Plan
from studio_backup.report.applied import naming
from studio_backup.report.plan import needed
from studio_backup.report.text import count
from studio_backup.spec.wording import suggest
from studio_backup.steps import destroying


def check_names(plan: Plan, leaving: Sequence[Parting], allow_destroy: Sequence[str]) -> None:
    """A name that no planned step asks for is a slip of the pen, where it matters most."""
    asked = [name for change in plan.acting() for name in destroying(change)] + [one.copy for one in leaving]
    for name in allow_destroy:
        # What a member holds may only show once the wave before has run: its array's own name is enough to go by.
        if name not in asked and name.partition("#")[0] not in asked:
            fix = suggest(name, asked, "studio-backup plan shows what each step asks for")
            raise Refused(f"--allow-destroy {name}: no planned step destroys that", fix)


def check_leaving(leaving: Sequence[Parting], allow_destroy: Sequence[str]) -> None:
    """No copy leaves that a policy still needs, unless it is named; nothing else is done either until that is clear."""
    held = [one for one in leaving if one.copy not in allow_destroy]
    if held:
        named = naming(dict.fromkeys([*allow_destroy, *(one.copy for one in held)]))
        raise Refused(
            f"{'; '.join(map(needed, held))}; nothing was changed",
            f"keep the copy or change the policy (studio-backup verdict); to let it go all the same: {named}",
        )


def feasible_of(settings: Settings, plan: Plan, allow_destroy: Sequence[str]) -> list[Change]:
    """The changes that may be made; those that destroy unnamed things are told of, and what rests on them."""
    acting = plan.acting()
    stuck: set[str] = set()
    feasible = standing_alone(acting, stuck, lambda change: bool(lacking(change, allow_destroy)))
    if not feasible:
        names = dict.fromkeys(name for change in acting for name in lacking(change, allow_destroy))
        raise Refused(
            f"{count(len(stuck), 'change')} would destroy what is there, and none was named; nothing was changed",
            naming(names),
        )
    if stuck:
        settings.say(
            f"note: {count(len(stuck), 'change')} held back: destroys, or rests on what does, and is not named"
        )
    return feasible
