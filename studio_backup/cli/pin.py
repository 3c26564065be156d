"""`pin`: the host key of a machine, to compare and to write into the inventory."""

from __future__ import annotations

import click

from studio_backup.cli import completion
from studio_backup.cli.options import command as make_command
from studio_backup.cli.settings import Settings
from studio_backup.cli.spec import load_spec
from studio_backup.report.text import safe
from studio_backup.spec.model import Jump


@make_command("json", connects=True)
@click.argument("host", shell_complete=completion.machines)
def command(settings: Settings, host: str) -> int:
    """Ask HOST for its host keys and show them; HOST is MACHINE, MACHINE/SYSTEM or ADDRESS[:PORT].

    Nothing is logged in to and nothing is written. What the network says proves nothing: compare the fingerprint with
    one read at the machine itself (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub) before you trust it.
    """
    from studio_backup.ssh import fetch_host_keys

    address, port, jump, pinned = _where(settings, host)
    keys = fetch_host_keys(address, port, jump, settings.timeout)
    if settings.json:
        settings.document(
            {
                "host": host,
                "keys": [
                    {"host_key": key.line, "fingerprint": key.fingerprint, "pinned": key.line in pinned} for key in keys
                ],
            }
        )
        return 0
    for key in keys:
        known = "  (pinned)" if key.line in pinned else ""
        settings.write(f'fingerprint  {key.fingerprint}{known}\nhost_key: "{safe(key.line)}"')
    settings.write("Next: compare it at the machine, then write host_key into the inventory")
    return 0


def _where(settings: Settings, host: str) -> tuple[str, int, tuple[Jump, ...], set[str]]:
    """Address, port, jump hosts and the pinned keys of a system of the spec; else the address as it was given."""
    loaded = load_spec(settings)
    name, _, rest = host.partition("/")
    if loaded.studio is not None and name in loaded.studio.machines:
        systems = loaded.studio.machines[name].systems
        chosen = [systems[rest]] if rest in systems else list(systems.values())
        first = chosen[0]
        return first.address, first.port, first.jump, {system.host_key for system in chosen}
    address, colon, port = host.rpartition(":")
    if colon and port.isdigit() and ":" not in address:
        return address, int(port), (), set()
    return host, 22, (), set()
