"""The end that writes: folders, the job and its configuration, receiver and key, pinned hosts, service and timer."""

from __future__ import annotations

from studio_backup.compile import conf
from studio_backup.compile.collect import Collector
from studio_backup.compile.landing import make_landing
from studio_backup.compile.route import Route, host_alias
from studio_backup.compile.snapshots import watch
from studio_backup.compile.starting import daemon
from studio_backup.compile.units import LOOK_AT_LANDING, mounts, service_text, timer_text
from studio_backup.paths import configuration
from studio_backup.resources.directory import Directory
from studio_backup.resources.receiver import Receiver
from studio_backup.resources.rsync_program import RsyncProgram
from studio_backup.resources.ssh_key import SshKey
from studio_backup.spec.copies import SNAPSHOTS_FOLDER

#: The parts of the job program, beside one another on the machine.
JOB_PARTS = (
    "job.sh", "moment.sh", "absence.sh", "volume.sh", "guard.sh", "lock.sh", "record.sh", "receiver.sh", "points.sh",
    "connect.sh", "transfer.sh", "source.sh", "judge.sh", "retention.sh", "versioned.sh", "mirror.sh", "preview.sh",
    "snapshots.sh", "zfs-snapshots.sh", "zfs-points.sh", "snapshot.sh", "tool.sh",
    "replicate.sh", "receive.sh", "btrfs-receive.sh", "zfs-receive.sh",
    "flavour.sh", "push.sh", "shared.sh", "left-out.sh", "forms.sh", "alike.sh", "arrived.sh", "landed.sh", "clone.sh",
    "items.awk", "verdict.awk", "brake.awk", "retention.awk", "clone.awk", "forms.awk", "alike.awk",
)  # fmt: skip

#: In the root of a dataset that is a whole volume: the file system's own, never the studio's.
_NEVER_DATA = ("/lost+found/", f"/{SNAPSHOTS_FOLDER}/")
#: In the root of each volume of a Mac: what macOS knows of that very volume.
_MAC_OWN = ("/.Spotlight-V100/", "/.fseventsd/", "/.Trashes/", "/.TemporaryItems/", "/.DocumentRevisions-V100/")
#: In the root of each volume of Windows: what Windows knows of that very volume.
_WINDOWS_OWN = ("/$RECYCLE.BIN/", "/System Volume Information/", "/pagefile.sys", "/hiberfil.sys", "/swapfile.sys")


def receive(collected: Collector, route: Route) -> None:
    """Everything that the writing system of a route needs."""
    system, place = route.writer, route.copy.place
    volume = collected.volume(system, route.volume)
    needs: list[str] = [collected.state_folder(system, name, place) for name in ("runs", "log", "accept", "lock")]
    needs += [collected.program(system, part, place) for part in JOB_PARTS]
    if route.local:
        collected.volume(system, route.readers[0].volume)
    elif not route.pushed:
        needs += _connection(collected, route)
    name, root = system.full_name, route.target_root
    target = Directory(system=name, name=route.target, place=place, mode="0755", guard=root, requires=volume)
    needs.append(collected.add(target))
    if route.copy.engine == "snapshot":
        needs += watch(collected, route, volume)
    if route.pushed:
        needs += make_landing(collected, route, needs[-1])
    if route.copy.mode == "clone":
        collected.add(RsyncProgram(system=name, name="clone-shared" if route.mixed else "clone", place=place))
    elif system.os == "macos":
        collected.add(RsyncProgram(system=name, name="copy", place=place))
    needs.append(collected.file(system, route.job_conf, place, conf.job(route)))
    needs.append(collected.file(system, exclude_of(route.job_conf), place, excluded(route)))
    _units(collected, route, tuple(needs))


def exclude_of(job_conf: str) -> str:
    """The file of patterns beside a job's configuration."""
    return job_conf.removesuffix(".conf") + ".exclude"


def excluded(route: Route) -> str:
    """What is never copied, one pattern a line."""
    return "".join(f"{pattern}\n" for pattern in excluded_patterns(route))


def excluded_patterns(route: Route) -> tuple[str, ...]:
    """What is never copied, as rsync's patterns: the file system's own, and what the dataset leaves out."""
    # ZFS shows it where somebody asked for that (snapdir=visible): every snapshot, as if it were data.
    shown = ("/.zfs/",) if any(reader.volume.filesystem == "zfs" for reader in route.readers) else ()
    of_mac = route.copy.mode == "clone" or (route.pushed and any(one.system.os == "macos" for one in route.readers))
    of_windows = any(system.os == "windows" for system in (route.writer, *(one.system for one in route.readers)))
    never = (*_NEVER_DATA, *shown, *(_MAC_OWN if of_mac else ()), *(_WINDOWS_OWN if of_windows else ()))
    return tuple(dict.fromkeys((*never, *conf.left_out(route))))


def _connection(collected: Collector, route: Route) -> list[str]:
    system, place = route.writer, route.copy.place
    user = collected.add(Receiver(system=system.full_name, name=route.receiver, place=place, home=route.home))
    parent = collected.folder(system, route.home.rsplit("/", 1)[0], place)
    home = collected.add(
        Directory(
            system=system.full_name, name=route.home, place=place, mode="0711",
            requires=(user, parent),
        )
    )  # fmt: skip
    key = collected.add(
        SshKey(
            system=system.full_name,
            name=f"{route.home}/key",
            place=place,
            owner=route.receiver,
            requires=(home,),
        )
    )
    # Every system of the source machine: another dataset of it may be read from another one.
    pins = "".join(f"{host_alias(source)} {source.host_key}\n" for source in collected.sources(route.source_machine))
    return [key, collected.file(system, route.known_hosts, place, pins, shared=True)]


def _units(collected: Collector, route: Route, needs: tuple[str, ...]) -> None:
    system, place = route.writer, route.copy.place
    if system.os == "macos":
        program = f"{configuration(route.studio, system.os)}/job"
        daemon(collected, system, route.id, route.copy.every, [program, route.job_conf, "run"], needs, place)
        return
    used = [(route.volume, route.target_root)]
    used += [(reader.volume, reader.root) for reader in route.readers if route.local]
    body = service_text(route, system, mounts(collected, used), (route.target_root,))
    service = collected.unit(system, f"{route.unit}.service", place, body, needs)
    # What is pushed comes when it comes: somebody looks often whether it has.
    calendar = LOOK_AT_LANDING if route.pushed else route.copy.every.on_calendar()
    if calendar:
        collected.unit(system, f"{route.unit}.timer", place, timer_text(route, calendar), (service,))
