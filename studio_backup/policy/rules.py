"""The rule that a dataset must meet."""

from __future__ import annotations

from studio_backup.spec.model import Dataset, Studio
from studio_backup.spec.policies import find_policy
from studio_backup.spec.rules import Policy

#: Of a dataset that asks for nothing: as of any policy that does not say.
_NOTICED_AFTER = Policy(name="", copies=1, media=1, offsite=0).noticed_after


def noticed_after(studio: Studio, dataset: Dataset) -> int:
    """Seconds for which what goes wrong with a dataset may go unnoticed."""
    policy = policy_of(studio, dataset)
    return policy.noticed_after if policy is not None else _NOTICED_AFTER


def policy_of(studio: Studio, dataset: Dataset) -> Policy | None:
    """The studio's own policy of that name, else what the name means by itself; None for `none`."""
    return find_policy(studio.policies, dataset.policy)
