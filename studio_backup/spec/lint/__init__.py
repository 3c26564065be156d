"""What would go wrong with a spec that says nothing wrong in itself."""

from __future__ import annotations

from studio_backup.spec.findings import Findings
from studio_backup.spec.lint.copies import lint_copies
from studio_backup.spec.lint.engines import lint_engines
from studio_backup.spec.lint.jobs import lint_jobs
from studio_backup.spec.lint.machines import lint_machines
from studio_backup.spec.lint.sharing import lint_sharing
from studio_backup.spec.lint.sight import Sight
from studio_backup.spec.lint.storage import lint_storage
from studio_backup.spec.lint.transfers import lint_transfers


def lint(sight: Sight, findings: Findings) -> None:
    """Every check over the whole studio."""
    lint_machines(sight, findings)
    lint_copies(sight, findings)
    lint_jobs(sight, findings)
    lint_engines(sight, findings)
    lint_transfers(sight, findings)
    lint_sharing(sight, findings)
    lint_storage(sight, findings)
