"""Time Machine shares that plays keep: the folder, the login, the share, and how Macs learn of it."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Sequence

from studio_backup.compile.collect import Collector, owner_mark
from studio_backup.paths import configuration
from studio_backup.resources.avahi_service import AvahiService, described
from studio_backup.resources.directory import Directory
from studio_backup.resources.receiver import Receiver
from studio_backup.resources.samba_conf import options
from studio_backup.resources.samba_server import SambaServer
from studio_backup.resources.samba_share import SambaShare
from studio_backup.resources.samba_user import RECORDS, SambaUser
from studio_backup.secret import Secret
from studio_backup.source import Place
from studio_backup.spec import model
from studio_backup.spec.shares import path_of, quota_of, user_of, volume_of

#: The parts of the program that smbd asks before it lets anybody in.
_PARTS = ("share.sh", "volume.sh")


def keep_share(collected: Collector, machine: model.Machine, system: model.System, one: model.Managed) -> None:
    """One share, served only once its folder and its login are there."""
    volume, name, place = volume_of(machine, one), system.full_name, one.place
    root, user = volume.paths[system.name], user_of(one)
    there = collected.volume(system, volume)
    local = collected.add(Receiver(system=name, name=user, place=place, home="/nonexistent"))
    folder = Directory(
        system=name, name=f"{root}/{path_of(one)}", place=place, mode="0700", owner=user, guard=root,
        requires=(*there, local),
    )  # fmt: skip
    if one.secret is None:  # the spec is refused before it comes to this
        raise LookupError(one.name)
    version = str(one.options.get("password-version", ""))
    needs = [server(collected, system, place), collected.add(folder)]
    needs.append(login(collected, system, local, one.secret, version, place))
    guard, parts = guarded(collected, system, volume, place)
    needs += parts
    collected.add(
        SambaShare(
            system=name,
            name=one.name,
            place=place,
            requires=(*there, *needs),
            path=folder.name,
            user=user,
            quota=quota_of(one),
            options=options(guard),
        )
    )


def guarded(
    collected: Collector, system: model.System, volume: model.Volume, place: Place, *words: str
) -> tuple[str, list[str]]:
    """What smbd runs before it lets anybody in to a share of a volume, and what that needs. `words` go to it, too."""
    parts = [collected.program(system, part, place) for part in _PARTS]
    asked = (volume.paths[system.name], volume.ids[system.name], volume.full_name, collected.studio.name, *words)
    return shlex.join((f"{configuration(collected.studio.name)}/share", *asked)), parts


def server(collected: Collector, system: model.System, place: Place) -> str:
    """The Samba of a machine; which version Macs can use counts where Macs come to it."""
    serves_macs = any(one.kind == SambaShare.kind and one.machine == system.machine for one in collected.studio.managed)
    return collected.add(
        SambaServer(system=system.full_name, name="smbd", place=place, macs="served" if serves_macs else None)
    )


def login(collected: Collector, system: model.System, local: str, secret: Secret, version: str, place: Place) -> str:
    """Samba's user of the local user at an address."""
    records = collected.folder(system, RECORDS, place, "0700")
    return collected.add(
        SambaUser(
            system=system.full_name,
            name=local.rsplit("/", 1)[-1],
            place=place,
            requires=(server(collected, system, place), local, records),
            password=whence(secret, version),
            source=secret,
        )
    )


def whence(secret: Secret, version: str) -> str:
    """Where a password is set from: whoever writes another one there says so by another version."""
    told = secret.reference
    if len(secret.words) > 1:  # of a program's arguments only whether they are the same
        told += f" #{hashlib.sha256(repr(secret.words).encode()).hexdigest()[:8]}"
    return f"set from {told}" + (f", version {version}" if version else "")


def announce(collected: Collector, system: model.System, shares: Sequence[model.Managed]) -> None:
    """What Macs are told of all shares of a machine."""
    name = f"studio-backup-{collected.studio.name}.service"
    mark = owner_mark(collected.studio.name, f"{system.full_name}/{AvahiService.kind}/{name}", None)
    told = "".join(f"     {line.removeprefix('# ')}\n" for line in mark.splitlines())
    text = f"<!--\n{told}-->\n{described(tuple(one.name for one in shares))}"
    needs = tuple(f"{system.full_name}/{SambaShare.kind}/{one.name}" for one in shares)
    collected.add(AvahiService(system=system.full_name, name=name, place=shares[0].place, requires=needs, text=text))
