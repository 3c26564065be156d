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


def boot(collected: Collector, system: model.System, array: MdArray) -> None:
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
            requires=(array.address,),
        )
    )


def monitor(collected: Collector, system: model.System, asking: list[tuple[MdArray, str]]) -> None:
    """One program for all arrays of a system: (array, `yes` or an address); what cannot degrade says nothing."""
    arrays = [(array, word) for array, word in asking if array.level not in BARE]
    if not arrays:
        return
    place: Place = arrays[0][0].place
    addresses = " ".join(sorted({word for _, word in arrays if word != "yes"}))
    path = f"{configuration(collected.studio.name)}/md-event"
    text = shipped("md-event.sh").replace("addresses=''", f"addresses='{addresses}'")
    program = collected.file(system, path, place, text, "0755", shared=True)
    collected.add(
        MdadmConf(
            system=system.full_name,
            name=MONITOR,
            place=place,
            lines=f"PROGRAM {path}",
            monitor="running",
            mailer="there" if addresses else None,
            requires=(program, *(array.address for array, _ in arrays)),
        )
    )
