"""Made-up studios as values, for tests of what is judged without any YAML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hypothesis import strategies as st

from studio_backup.source import Place
from studio_backup.spec.model import Array, Copy, Dataset, Disk, Machine, Site, Studio, System, Volume
from studio_backup.spec.retention import Retention
from studio_backup.spec.schedule import Schedule

HERE = Place("playbooks/three-two-one.yml", 12, 9)


def system(machine: str) -> System:
    return System(machine=machine, name="linux", os="linux", address="192.0.2.1", port=22, user="root",
                  host_key="ssh-ed25519 AAAA", place=HERE)  # fmt: skip


def machine(
    name: str,
    disks: Mapping[str, str],
    arrays: Mapping[str, tuple[str, str, Sequence[str]]] | None = None,
    *,
    site: str = "studio",
    room: str | None = None,
    role: str = "nas",
) -> Machine:
    """A machine with disks (name -> medium) and arrays (name -> kind, level, members), a volume on each of them."""
    joined = {key: Array(name=key, kind=kind, level=level, members=tuple(members), place=HERE)
              for key, (kind, level, members) in (arrays or {}).items()}  # fmt: skip
    members = {member for array in joined.values() for member in array.members}
    places = [*joined, *(disk for disk in disks if disk not in members)]
    volumes = {on: Volume(machine=name, name=on, on=on, filesystem="ext4", ids={"linux": f"id-{name}-{on}"},
                          paths={"linux": f"/srv/{on}"}, place=HERE) for on in places}  # fmt: skip
    return Machine(
        name=name,
        role=role,
        site=site,
        room=room,
        exclusive=False,
        systems={"linux": system(name)},
        disks={
            key: Disk(name=key, serial=f"S-{name}-{key}", by_id=None, medium=medium, in_service=None, place=HERE)
            for key, medium in disks.items()
        },
        arrays=joined,
        volumes=volumes,
        groups=(),
        variables={},
        asleep_limit=86400,
        place=HERE,
    )


def copy(name: str, to: str, *, every: str = "day at 02:30", keep: Retention | None = None, mode: str = "versioned",
         source: str | None = None, dataset: str = "ws/sessions") -> Copy:  # fmt: skip
    """A copy to MACHINE:VOLUME."""
    target, volume = to.split(":")
    return Copy(name=name, dataset=dataset, machine=target, volume=volume, path=name, source_copy=source,
                every=Schedule.parse(every), keep=keep or Retention(daily=30), mode=mode, place=HERE)  # fmt: skip


def studio(machines: Sequence[Machine], copies: Sequence[Copy], volume: str = "work", policy: str = "3-2-1") -> Studio:
    """A studio whose one dataset, ws/sessions, has these copies."""
    dataset = Dataset(machine="ws", name="sessions", volume=volume, path="", exclude=(), policy=policy, quiet=600,
                      quiet_limit=3600, busy_patterns=(), place=HERE,
                      copies={one.name: one for one in copies})  # fmt: skip
    return Studio(
        name="northlight",
        sites={one.site: Site(name=one.site, rooms={}) for one in machines},
        machines={one.name: one for one in machines},
        groups={},
        datasets={dataset.full_name: dataset},
    )


WORKSTATION = machine("ws", {"work": "nvme", "second": "ssd"}, room="a", role="workstation")
NAS = machine("nas", {"bay1": "hdd", "bay2": "hdd"}, {"tank": ("md", "raid1", ["bay1", "bay2"])}, room="rack")
VAULT = machine("vault", {"cold": "hdd"}, site="home", role="offsite")

_MEDIA = st.sampled_from(["nvme", "ssd", "hdd", "tape"])
_KEEP = st.builds(
    Retention,
    last=st.integers(0, 4),
    hourly=st.integers(0, 5),
    daily=st.integers(0, 40),
    weekly=st.integers(0, 5),
    monthly=st.integers(0, 3),
)
_EVERY = st.sampled_from(
    ["hour", "6 hours", "day at 02:30", "week on sunday at 04:00", "month on 1 at 03:00", "manual"]
)


@st.composite
def any_studio(draw: st.DrawFn) -> Studio:
    """A workstation, up to four other machines at three sites, and up to five copies anywhere on them."""
    machines = [machine("ws", {"work": draw(_MEDIA), "second": draw(_MEDIA)}, room="a", role="workstation")]
    for number in range(draw(st.integers(0, 4))):
        media = draw(st.lists(_MEDIA, min_size=2, max_size=3))
        disks = {f"d{index}": medium for index, medium in enumerate(media)}
        level = draw(st.sampled_from([None, "raid0", "raid1"]))
        arrays = {"array": ("md", level, list(disks)[:2])} if level else {}
        site = draw(st.sampled_from(["studio", "home", "bank"]))
        machines.append(machine(f"m{number}", disks, arrays, site=site, room=draw(st.sampled_from([None, "a", "b"]))))
    places = [f"{one.name}:{volume}" for one in machines for volume in one.volumes]
    copies: list[Copy] = []
    for number in range(draw(st.integers(0, 5))):
        sources = [None, *(one.name for one in copies)]
        copies.append(
            copy(
                f"c{number}",
                draw(st.sampled_from(places)),
                every=draw(_EVERY),
                keep=draw(_KEEP),
                mode=draw(st.sampled_from(["versioned", "versioned", "mirror"])),
                source=draw(st.sampled_from(sources)),
            )
        )
    return studio(machines, copies, policy=draw(st.sampled_from(["3-2-1", "2-1-0", "4-3-2", "1-1-0"])))
