"""The end that writes: folders, the job and its configuration, receiver and key, pinned hosts, service and timer."""

from __future__ import annotations

from studio_backup.compile import conf
from studio_backup.compile.collect import Collector
from studio_backup.compile.routes import Route, host_alias
from studio_backup.compile.snapshots import watch
from studio_backup.compile.starting import daemon
from studio_backup.paths import STATE, configuration
from studio_backup.resources.directory import Directory
from studio_backup.resources.receiver import Receiver
from studio_backup.resources.ssh_key import SshKey
from studio_backup.spec.copies import SNAPSHOTS_FOLDER

#: The parts of the job program, beside one another on the machine.
JOB_PARTS = (
    "job.sh", "moment.sh", "absence.sh", "volume.sh", "guard.sh", "lock.sh", "record.sh", "receiver.sh", "points.sh",
    "connect.sh", "transfer.sh", "source.sh", "judge.sh", "retention.sh", "versioned.sh", "mirror.sh", "preview.sh",
    "snapshots.sh", "zfs-snapshots.sh", "zfs-points.sh", "snapshot.sh", "tool.sh",
    "replicate.sh", "receive.sh", "btrfs-receive.sh", "zfs-receive.sh",
    "items.awk", "verdict.awk", "brake.awk", "retention.awk",
)  # fmt: skip

#: In the root of a dataset that is a whole volume: the file system's own, never the studio's.
_NEVER_DATA = ("/lost+found/", f"/{SNAPSHOTS_FOLDER}/")


def receive(collected: Collector, route: Route) -> None:
    """Everything that the writing system of a route needs."""
    system, place = route.writer, route.copy.place
    volume = collected.volume(system, route.volume)
    needs: list[str] = [collected.state_folder(system, name, place) for name in ("runs", "log", "accept", "lock")]
    needs += [collected.program(system, part, place) for part in JOB_PARTS]
    if route.local:
        collected.volume(system, route.readers[0].volume)
    else:
        needs += _connection(collected, route)
    name, root = system.full_name, route.target_root
    target = Directory(system=name, name=route.target, place=place, mode="0755", guard=root, requires=volume)
    needs.append(collected.add(target))
    if route.copy.engine == "snapshot":
        needs += watch(collected, route, volume)
    needs.append(collected.file(system, route.job_conf, place, conf.job(route)))
    # ZFS shows it where somebody asked for that (snapdir=visible): every snapshot, as if it were data.
    shown = ("/.zfs/",) if any(reader.volume.filesystem == "zfs" for reader in route.readers) else ()
    excluded = "".join(f"{pattern}\n" for pattern in (*_NEVER_DATA, *shown, *route.dataset.exclude))
    needs.append(collected.file(system, route.job_conf.removesuffix(".conf") + ".exclude", place, excluded))
    _units(collected, route, tuple(needs))


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
    body = _service(route, _mounts(collected, route))
    service = collected.unit(system, f"{route.unit}.service", place, body, needs)
    calendar = route.copy.every.on_calendar()
    if calendar:
        collected.unit(system, f"{route.unit}.timer", place, _timer(route, calendar), (service,))


def _mounts(collected: Collector, route: Route) -> str:
    """What systemd mounts before the job, and without which it does not start it: of what is kept, there is a unit."""
    used = [(route.volume, route.target_root)]
    used += [(reader.volume, reader.root) for reader in route.readers if route.local]
    paths = dict.fromkeys(root for volume, root in used if volume.full_name in collected.mounts)
    return f"RequiresMountsFor={' '.join(map(_quoted, paths))}\n" if paths else ""


def _service(route: Route, mounts: str) -> str:
    # Exit 3 is "away" or "busy": a state, not a failure. ProtectSystem leaves just the target and our state writable; a
    # target that is not mounted is the job's own guard to see, since systemd binds the bare folder there.
    writable = " ".join(_quoted(path, "-") for path in (route.target_root, STATE))
    return f"""[Unit]
Description=studio-backup {route.copy.full_name}
After=network-online.target local-fs.target
Wants=network-online.target
{mounts}
[Service]
Type=oneshot
ExecStart={configuration(route.studio)}/job {route.job_conf} run
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


def _timer(route: Route, calendar: str) -> str:
    return f"""[Unit]
Description=studio-backup {route.copy.full_name}: {route.copy.every.text}

[Timer]
OnCalendar={calendar}
Persistent=true
RandomizedDelaySec=5min
FixedRandomDelay=true
AccuracySec=1min

[Install]
WantedBy=timers.target
"""
