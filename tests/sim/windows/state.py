"""What a fresh Windows knows of itself. Modules of `cmdlets/` read and change it; each adds the keys it needs here."""

from __future__ import annotations

from typing import Any

from tests.sim.windows.disks import fresh_storage

State = dict[str, Any]
GIB = 2**30


def fresh() -> State:
    """A Windows 11 with a system drive and one for data."""
    return {
        "shell": "cmd",  # DefaultShell of sshd: cmd or powershell
        "oem": "cp850",
        "ps_version": "5.1.26100.1882",
        "os_version": "10.0.26100.0",
        "session": {"user": "tech", "sid": "S-1-5-21-1004336348-1177238915-682003330-1001", "admin": True, "key": True},
        "environment": {},
        #: Whether this PowerShell takes paths that begin with \\\\?\\ (with the old ways of .NET it does not).
        "verbatim": True,
        "drives": {
            "C": {"label": "Windows", "format": "NTFS", "type": 3, "total": 500 * GIB, "free": 200 * GIB},
            "S": {"label": "Sessions", "format": "exFAT", "type": 3, "total": 1000 * GIB, "free": 600 * GIB},
        },
        "services": [
            {"Name": "bzserv", "State": "Running", "StartMode": "Auto"},
            {"Name": "sshd", "State": "Running", "StartMode": "Auto"},
            {"Name": "Schedule", "State": "Running", "StartMode": "Auto"},
        ],
        #: Key below HKEY_LOCAL_MACHINE -> name -> [sort, value]; None for a key that may not be opened.
        "registry": {
            r"SYSTEM\CurrentControlSet\Control\Session Manager\Power": {"HiberbootEnabled": ["DWord", 1]},
            r"SYSTEM\CurrentControlSet\Control\Power": {"HibernateEnabled": ["DWord", 1]},
        },
        #: Rules of the firewall: InstanceID, Enabled (1 on, 2 off), Action (2 lets in, 4 blocks). UNVERIFIED.
        "firewall": [{"InstanceID": "OpenSSH-Server-In-TCP", "Enabled": 1, "Action": 2}],
        "storage": fresh_storage(),
        #: What was asked for so that the system stays awake, in turn: process, flags.
        "execution": [],
        "missing_commands": [],
        "missing_modules": [],
        #: {"path", "what": denied | in use | error, "access": (look, read, write, list), "code", "message"}
        "troubles": [],
        #: How often or whether the machine lies: clixml, rc0-empty, truncated, stop-hangs, localised …
        "lies": {},
    }
