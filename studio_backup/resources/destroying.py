"""The steps that destroy, built in one place: what they overwrite, whose names they ask for, their guard."""

from __future__ import annotations

from collections.abc import Mapping

from studio_backup.resources import device
from studio_backup.step import Risk, Step


def making(address: str, title: str, script: str, devices: Mapping[str, str], contents: Mapping[str, str]) -> Step:
    """Makes `address` out of its members: its own name is asked for, and that of each member that is not blank.

    `devices`: member -> designator; `contents`: member -> what the plan saw on it, as device_content prints it.
    """
    return Step(
        title=title,
        script=script,
        guard=device.guard({devices[member]: content for member, content in contents.items()}),
        risk=Risk.DESTROYS,
        names=device.names(address, contents),
        stakes=device.stakes(contents),
    )


def overwriting(address: str, member: str, title: str, script: str, designator: str, content: str) -> Step:
    """Overwrites one member of `address` that stands already: that member's name alone is asked for, blank or not."""
    return Step(
        title=title,
        script=script,
        guard=device.guard({designator: content}),
        risk=Risk.DESTROYS,
        names=(f"{address}#{member}",),
        stakes=device.stakes({member: content}),
    )
