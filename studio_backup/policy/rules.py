"""The rule that a dataset must meet."""

from __future__ import annotations

from studio_backup.spec.model import Dataset, Studio
from studio_backup.spec.policies import find_policy
from studio_backup.spec.rules import Policy


def policy_of(studio: Studio, dataset: Dataset) -> Policy | None:
    """The studio's own policy of that name, else what the name means by itself; None for `none`."""
    return find_policy(studio.policies, dataset.policy)
