"""What starts jobs on a system with systemd: the service and the timer of a copy, as texts."""

from __future__ import annotations

from collections.abc import Sequence

from studio_backup.compile.collect import Collector
from studio_backup.compile.route import Route
from studio_backup.paths import STATE, configuration
from studio_backup.spec.model import System, Volume

#: How often a landing is looked at, as systemd writes it.
LOOK_AT_LANDING = "*:0/5"


def mounts(collected: Collector, used: Sequence[tuple[Volume, str]]) -> str:
    """What systemd mounts before the job, and without which it does not start it: of what is kept, there is a unit."""
    paths = dict.fromkeys(root for volume, root in used if volume.full_name in collected.mounts)
    return f"RequiresMountsFor={' '.join(map(_quoted, paths))}\n" if paths else ""


def service_text(route: Route, system: System, needed: str, written: tuple[str, ...]) -> str:
    """The service of a copy's job on one of its ends; `written` are folders that the job writes to besides our own."""
    # Exit 3 is "away" or "busy": a state, not a failure. ProtectSystem leaves just the target and our state writable; a
    # target that is not mounted is the job's own guard to see, since systemd binds the bare folder there.
    program = configuration(route.studio, system.os)
    writable = " ".join(_quoted(path, "-") for path in (*written, STATE))
    return f"""[Unit]
Description=studio-backup {route.copy.full_name}
After=network-online.target local-fs.target
Wants=network-online.target
{needed}
[Service]
Type=oneshot
ExecStart={program}/job {program}/jobs/{route.id}.conf run
SuccessExitStatus=3
TimeoutStartSec=infinity
Nice=10
CPUSchedulingPolicy=batch
IOSchedulingClass=idle
NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths={writable}
PrivateTmp=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
LockPersonality=yes
"""


def _quoted(path: str, before: str = "") -> str:
    text = path.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{before}{text}"'


def timer_text(route: Route, calendar: str) -> str:
    """The timer of a copy's job."""
    return f"""[Unit]
Description=studio-backup {route.copy.full_name}: {route.copy.every.text}

[Timer]
OnCalendar={calendar}
Persistent=true
RandomizedDelaySec={0 if calendar == LOOK_AT_LANDING else "5min"}
FixedRandomDelay=true
AccuracySec=1min

[Install]
WantedBy=timers.target
"""
