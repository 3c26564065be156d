"""What mdadm.conf says of the arrays that plays keep: their names at every start, and what the monitor calls."""

from __future__ import annotations

from studio_backup.compile.collect import Collector
from studio_backup.paths import configuration
from studio_backup.programs import shipped
from studio_backup.resource import After, Derived
from studio_backup.resources.md_array import MdArray
from studio_backup.resources.md_change import BARE
from studio_backup.resources.md_steps import conf_line
from studio_backup.resources.mdadm_conf import MONITOR, MdadmConf
from studio_backup.source import Place
from studio_backup.spec import model


def configured(collected: Collector, system: model.System, arrays: list[tuple[MdArray, str, str]]) -> None:
    """For all arrays of a system: (array, `boot`, `monitor`), each `no`, `yes`, or an address to tell.

    What the monitor calls is written first: an initial RAM disk that is younger than the file knows all of it.
    """
    first = _monitor(collected, system, [(array, word) for array, _, word in arrays if word != "no"])
    for array, word, _ in arrays:
        if word == "yes":
            _boot(collected, system, array, first)


def _boot(collected: Collector, system: model.System, array: MdArray, first: tuple[str, ...]) -> None:
    """The array's line; its UUID is the one that it has, unless the spec says which."""
    head, _, tail = conf_line(array.name, "\0").partition("\0")
    uuid = Derived((head, After(array.address, "identity"), tail)) if array.uuid is None else head + array.uuid + tail
    collected.add(
        MdadmConf(
            system=system.full_name,
            name=array.name,
            place=array.place,
            lines=uuid,
            initramfs="current",
            requires=(array.address, *first),
        )
    )


def _monitor(collected: Collector, system: model.System, asking: list[tuple[MdArray, str]]) -> tuple[str, ...]:
    """One program for all arrays of a system: (array, `yes` or an address); what cannot degrade says nothing."""
    arrays = [(array, word) for array, word in asking if array.level not in BARE]
    if not arrays:
        return ()
    place: Place = arrays[0][0].place
    addresses = " ".join(sorted({word for _, word in arrays if word != "yes"}))
    path = f"{configuration(collected.studio.name)}/md-event"
    text = shipped("md-event.sh").replace("addresses=''", f"addresses='{addresses}'")
    program = collected.file(system, path, place, text, "0755", shared=True)
    monitor = MdadmConf(
        system=system.full_name,
        name=MONITOR,
        place=place,
        lines=f"PROGRAM {path}",
        monitor="running",
        mailer="there" if addresses else None,
        requires=(program, *(array.address for array, _ in arrays)),
    )
    return (collected.add(monitor),)
