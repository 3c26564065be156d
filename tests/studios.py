"""Made-up studios as values, for tests of what is judged without any YAML."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from studio_backup.source import Place
from studio_backup.spec.model import Array, Copy, Dataset, Disk, Machine, Site, Studio, System, Volume
from studio_backup.spec.outside import Account, Drive, External, Whereabouts
from studio_backup.spec.retention import Retention
from studio_backup.spec.schedule import DAY, Schedule, rhythm
from studio_backup.spec.tools import TOOLS

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


def drive(name: str, home: str = "", *, plugged_into: str | None = None, medium: str = "hdd", **more: Any) -> Drive:
    """A drive that is kept at SITE or SITE/ROOM; one that stays plugged in stands in the studio."""
    site, _, room = (home or ("studio" if plugged_into else "home")).partition("/")
    where = Whereabouts(site, room or None)
    return Drive(name=name, serial=f"S-{name}", medium=medium, home=where, at=where, plugged_into=plugged_into,
                 place=HERE, **more)  # fmt: skip


def account(name: str, provider: str = "backblaze-b2", **more: Any) -> Account:
    return Account(name=name, provider=provider, place=HERE, **more)


def external(name: str, tool: str, to: str, *, every: str = "", dataset: str = "ws/sessions", **more: Any) -> External:
    """A copy by another product to drive:NAME, account:NAME or MACHINE:VOLUME."""
    kind, _, rest = to.partition(":")
    goal = {kind: rest} if kind in ("drive", "account") else {"machine": kind, "volume": rest}
    timing = rhythm(every or TOOLS[tool].every)
    found: dict[str, Any] = {"level": TOOLS[tool].level, "versions": TOOLS[tool].versions, "max_age": timing.max_age()}
    return External(name=name, dataset=dataset, tool=tool, every=timing, place=HERE, **{**found, **goal, **more})


def studio(
    machines: Sequence[Machine],
    copies: Sequence[Copy],
    volume: str = "work",
    policy: str = "3-2-1",
    externals: Sequence[External] = (),
    drives: Sequence[Drive] = (),
    accounts: Sequence[Account] = (),
    **more: Any,
) -> Studio:
    """A studio whose one dataset, ws/sessions, has these copies; `more` is said of the dataset."""
    dataset = Dataset(machine="ws", name="sessions", volume=volume, path="", exclude=(), policy=policy, quiet=600,
                      quiet_limit=3600, busy_patterns=(), place=HERE,
                      copies={one.name: one for one in copies}, external={one.name: one for one in externals},
                      **more)  # fmt: skip
    sites = [*(one.site for one in machines), *(one.home.site for one in drives)]
    travelling = {one.name: one for one in drives}
    machines = [with_drives(one, travelling) for one in machines]
    return Studio(
        name="northlight",
        sites={name: Site(name=name, rooms={}) for name in sites},
        machines={one.name: one for one in machines},
        groups={},
        datasets={dataset.full_name: dataset},
        drives=travelling,
        accounts={one.name: one for one in accounts},
    )


def with_drives(machine: Machine, drives: Mapping[str, Drive]) -> Machine:
    """The machine with a volume on each drive, as if each was plugged in now and then."""
    disks = {name: Disk(name=name, serial=one.serial, by_id=None, medium=one.medium, in_service=None, travels=True,
                        place=HERE) for name, one in drives.items()}  # fmt: skip
    volumes = {on: Volume(machine=machine.name, name=on, on=on, filesystem="ext4", ids={"linux": f"id-{on}"},
                          paths={"linux": f"/srv/{on}"}, place=HERE) for on in drives}  # fmt: skip
    return dataclasses.replace(machine, disks={**machine.disks, **disks}, volumes={**machine.volumes, **volumes})


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

DRIVES = [
    drive("shuttle-1", "home"),
    drive("shuttle-2", "studio/a"),
    drive("desk", "studio/a", plugged_into="ws"),
    drive("tape", "bank", medium="tape"),
]
ACCOUNTS = [account("b2", erased_by=("person:mara",), lock=30 * DAY), account("box", erased_by=("machine:ws",))]
#: Copies by other products, none of them a sync: one that is added may stop another product from looking.
_EXTERNAL = st.sampled_from(
    [
        external("hand", "by-hand", "drive:shuttle-1", every="week"),
        external("other-hand", "by-hand", "drive:shuttle-2", versions=30 * DAY),
        external("clone", "other", "drive:desk", every="day"),
        external("tape", "tape", "drive:tape", versions=365 * DAY),
        external("cloud", "rclone", "account:b2", versions=90 * DAY),
        external("box", "restic", "account:box", versions=90 * DAY),
    ]
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
    policy = draw(st.sampled_from(["3-2-1", "2-1-0", "4-3-2", "1-1-0", "3-2-1-1-0", "3-2-1-local"]))
    named = draw(st.lists(_EXTERNAL, max_size=3, unique_by=lambda one: one.name))
    return studio(machines, copies, policy=policy, externals=named, drives=DRIVES, accounts=ACCOUNTS)
