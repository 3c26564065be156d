"""A copy that is pushed: the landing where it arrives, and the job of the machine that sends."""

from __future__ import annotations

import dataclasses

from studio_backup.compile import conf
from studio_backup.compile.collect import Collector
from studio_backup.compile.landing_share import landing_owner, make_share
from studio_backup.compile.reader import GATE_PARTS
from studio_backup.compile.route import Reader, Route, host_alias
from studio_backup.flavours import PUSH, PUSH_SHARED
from studio_backup.paths import configuration, state
from studio_backup.resource import After, Derived
from studio_backup.resources.block import Block
from studio_backup.resources.directory import Directory
from studio_backup.resources.receiver import Receiver
from studio_backup.resources.ssh_key import SshKey

#: A forced command is run by the user's shell.
_SHELL = "/bin/sh"


def make_landing(collected: Collector, route: Route, target: str) -> list[str]:
    """On the machine that keeps the copy: the landing, its owner, and a door for each system that sends."""
    system, place = route.writer, route.copy.place
    name, studio = system.full_name, route.studio
    home = f"{state(studio, system.os)}/receivers/{route.lander}"
    user = collected.add(Receiver(system=name, name=route.lander, place=place, home=home, shell=_SHELL))
    above = collected.folder(system, home.rsplit("/", 1)[0], place)
    own_home = collected.add(Directory(system=name, name=home, place=place, mode="0711", requires=(user, above)))
    records = collected.folder(system, route.landing_records.rsplit("/", 1)[0], place)
    notes = Directory(
        system=name, name=route.landing_records, place=place, mode="0700", owner=route.lander, requires=(user, records)
    )
    owner, mode = landing_owner(route)
    landing = dataclasses.replace(
        notes, name=route.landing, mode=mode, owner=owner, guard=route.target_root, requires=(user, target)
    )
    needs = [collected.program(system, part, place) for part in GATE_PARTS]
    for reader in route.readers:
        if reader.system.os == "windows":  # it comes by the share
            continue
        key_name = _key_name(reader)
        door = f"{configuration(studio, system.os)}/gate.d/{key_name}/{route.id}.conf"
        collected.file(system, door, place, _gate(route), shared=True)
        key = After(f"{reader.system.full_name}/{SshKey.kind}/{_home(route, reader)}/key", "public")
        program = f"{configuration(studio, system.os)}/gate"
        collected.add(
            Block(
                system=name,
                name=f"authorized_keys:{route.lander}/{studio}.{key_name}.{system.machine}",
                place=place,
                lines=Derived((f'restrict,command="{program} {key_name}" ', key, f" {_comment(route, reader)}")),
                requires=(*needs, own_home),
                ours=True,
            )
        )
    made = [collected.add(notes), collected.add(landing)]
    return made + (make_share(collected, route, made[-1], user) if route.shared else [])


def _gate(route: Route) -> str:
    """What the gate of the landing reads."""
    return conf.assignments(
        {
            "studio": route.studio,
            "dataset": route.dataset.full_name,
            "copy_id": route.id,
            "kind": "landing",
            "path": route.landing,
            "root": route.target_root,
            "id": route.volume.ids[route.writer.name],
            "volume": route.volume.full_name,
            "landing": route.landing_records,
            **({"records": route.share_records} if route.shared else {}),
        }
    )


def _comment(route: Route, reader: Reader) -> str:
    return f"studio-backup {route.studio} {reader.system.full_name}"


def _key_name(reader: Reader) -> str:
    return f"{reader.system.machine}_{reader.system.name}"


def _home(route: Route, reader: Reader) -> str:
    """Where a sender keeps its key for one machine; one key reaches every landing that it has there."""
    return f"{state(route.studio, reader.system.os)}/senders/{route.writer.machine}"


def _known_hosts(route: Route, reader: Reader) -> str:
    return f"{configuration(route.studio, reader.system.os)}/known_hosts/to-{route.writer.machine}"


def sender_key(collected: Collector, route: Route, reader: Reader) -> list[str]:
    """On a system that sends: its key, and the pins of the machine that it sends to."""
    system, place = reader.system, route.copy.place
    home = collected.folder(system, _home(route, reader), place, mode="0700")
    key = SshKey(
        system=system.full_name, name=f"{_home(route, reader)}/key", place=place, owner="root", requires=(home,)
    )
    pins = "".join(f"{host_alias(one)} {one.host_key}\n" for one in collected.sources(route.writer.machine))
    return [collected.add(key), collected.file(system, _known_hosts(route, reader), place, pins, shared=True)]


def sender_conf(route: Route, reader: Reader) -> str:
    """What the job of a system that sends reads."""
    copy, dataset, system, writer = route.copy, route.dataset, reader.system, route.writer
    to = (writer.full_name, route.lander, writer.address, str(writer.port), host_alias(writer), route.id)
    return conf.assignments(
        {
            "studio": route.studio,
            "dataset": dataset.full_name,
            "copy": copy.name,
            "id": route.id,
            "kind": "push",
            "mode": "versioned",
            "engine": "rsync",
            "store": "tree",
            "home": _home(route, reader),
            "known_hosts": _known_hosts(route, reader),
            "sources": "\t".join(to),
            **conf.source(reader),
            "brake_percent": copy.brake.percent,
            "brake_files": copy.brake.files,
            "floor": copy.floor,
            **conf.quiet(route),
            "bandwidth": copy.bandwidth,
            "state": state(route.studio, system.os),
            "program": configuration(route.studio, system.os),
            **conf.rsync_options(PUSH_SHARED if route.mixed else PUSH, conf.window(route)),
            **({"alike": conf.window(route)} if route.mixed else {}),
        }
    )
