"""What plays keep on Windows, each on its system."""

from __future__ import annotations

from typing import Any

from studio_backup.compile.collect import Collector
from studio_backup.resources.fast_startup import FastStartup
from studio_backup.resources.openssh_server import OpensshServer
from studio_backup.spec.windows import WINDOWS_KINDS


def keep_windows(collected: Collector) -> None:
    """Everything, in the order of the spec."""
    for one in collected.studio.managed:
        if one.kind not in WINDOWS_KINDS:
            continue
        system = collected.studio.machines[one.machine].systems[one.name]
        named: dict[str, Any] = {"system": system.full_name, "name": one.name, "place": one.place}
        options: dict[str, Any] = {key: str(value) for key, value in one.options.items()}
        match one.kind:
            case FastStartup.kind:
                collected.add(FastStartup(**named, **options))
            case OpensshServer.kind:
                collected.add(OpensshServer(**named, **options))
