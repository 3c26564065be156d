"""What is run to make a pool with its virtual disk and volume, to put a disk into it, and to let an old one go."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studio_backup.programs import shipped
from studio_backup.resources import device
from studio_backup.resources.space_listing import Physical
from studio_backup.resources.space_seen import pool_name
from studio_backup.resources.windows_disk import PROGRAM
from studio_backup.step import Risk, Step

_PROGRAM = f"{PROGRAM}\n{shipped('space.ps1')}\n{shipped('space-steps.ps1')}"


@dataclass(frozen=True, kw_only=True)
class Making:
    """What is wanted, and what was seen on its disks. `devices`: member -> designator; `contents`: member -> text."""

    address: str
    array: str
    level: str
    members: tuple[str, ...]
    devices: Mapping[str, str]
    contents: Mapping[str, str]
    filesystem: str  # "" where no volume of the inventory lies on it
    label: str
    path: str

    def create(self) -> Step:
        """All of it, on exactly the disks that were planned for."""
        return self._step(
            f"make the {self.level} space {self.array} of {', '.join(self.members)}",
            "New-StudioSpace",
            "Assert-NewSpace",
            {**self._wanted(), "disks": [self._disk(member) for member in self.members]},
            risk=Risk.DESTROYS,
            names=device.names(self.address, self.contents),
            stakes=device.stakes(self.contents),
        )

    def finish(self, pool: str) -> Step:
        """What was begun and not ended: only where nothing is on what is there."""
        return self._step(
            f"make the rest of the {self.level} space {self.array}",
            "Complete-StudioSpace",
            "Assert-UnfinishedSpace",
            {**self._wanted(), "id": pool},
            risk=Risk.DISRUPTS,
        )

    def put_in(self, pool: str, member: str, old: Physical | None) -> Step:
        """A new disk; the one that it replaces is emptied onto the others, and leaves later."""
        title = f"put {member} into {self.array}" + (f" in place of {old.known_by}, which is emptied" if old else "")
        contents = {member: self.contents[member]}
        return self._step(
            title,
            "Add-StudioDisk",
            "Assert-NewDisk",
            {"id": pool, "old": old.unique if old else "", "disks": [self._disk(member)]},
            risk=Risk.DESTROYS,
            names=(f"{self.address}#{member}",),
            stakes=device.stakes(contents),
        )

    def let_go(self, pool: str, told: str, disks: list[str]) -> Step:
        """Retired disks that hold nothing any more."""
        return self._step(
            f"take {told} out of {self.array}: retired, and empty",
            "Remove-StudioDisk",
            "Assert-EmptyDisk",
            {"id": pool, "old": disks},
            risk=Risk.DISRUPTS,
        )

    def _wanted(self) -> dict[str, Any]:
        return {
            "pool": pool_name(self.array),
            "level": self.level,
            "filesystem": self.filesystem,
            "label": self.label,
            "path": self.path,
        }

    def _disk(self, member: str) -> dict[str, str]:
        content = self.contents[member]
        return {"designator": self.devices[member], "told": device.told(content), "content": content}

    def _step(self, title: str, call: str, guard: str, word: dict[str, Any], **more: Any) -> Step:
        return Step(
            title=title,
            script=f"{_PROGRAM}\n{call} -Words $Words",
            guard=f"{_PROGRAM}\n{guard} -Words $Words",
            args=(json.dumps(word),),
            **more,
        )
