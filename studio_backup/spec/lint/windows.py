"""What the plays keep on Windows: whether there is one."""

from __future__ import annotations

from studio_backup.spec.findings import Findings
from studio_backup.spec.lint.sight import Sight
from studio_backup.spec.model import Managed
from studio_backup.spec.tools import BOTH
from studio_backup.spec.windows import BACKBLAZE


def lint_windows(sight: Sight, one: Managed, findings: Findings) -> None:
    """Report SB425 for what has no Windows."""
    system = sight.studio.machines[one.machine].systems[one.name]
    if one.kind == BACKBLAZE:
        if system.os not in BOTH:
            message = f"'{system.full_name}' runs {system.os}, and there is no Backblaze Computer Backup for it"
            findings.add(one.place, "SB425", message, "narrow hosts: to machines with a Windows or macOS of that name")
    elif system.os != "windows":
        message = f"'{system.full_name}' runs {system.os}, and {one.kind} is a thing of Windows"
        findings.add(one.place, "SB425", message, "narrow hosts: to machines with a Windows of that name")
