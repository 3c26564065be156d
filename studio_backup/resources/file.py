"""Files of ours: programs and configuration below our own folder, whole and with an owner mark."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import ClassVar, Self

from studio_backup.paths import is_configuration, studio_folder
from studio_backup.probe import Probe, Reply
from studio_backup.resource import Resource, Unparsable, managed
from studio_backup.resources.listing import FOLDERS, find, same
from studio_backup.source import Place
from studio_backup.step import Staged, Step


@dataclass(frozen=True, kw_only=True)
class File(Resource):
    """A file below /etc/studio-backup/STUDIO; its name is its path."""

    kind: ClassVar[str] = "file"
    summary: ClassVar[str] = "a program or configuration file of ours, compared byte by byte (compiled)"

    text: str = managed()
    mode: str = managed("0644")

    def probe(self) -> Probe:
        """Lists our whole folder, so that what does not belong there is seen, too."""
        return Probe(script=FOLDERS, args=(self._folder(),))

    def _folder(self) -> str:
        return studio_folder(self.name)

    def parse(self, reply: Reply) -> Self | None:
        """The file as it is; anything at its path that is no plain file is read as text None."""
        found = find(reply, self._folder(), self.name)
        if found is None:
            return None
        return type(self)(
            system=self.system,
            name=self.name,
            place=self.place,
            text=same(found.content(), self.text),
            mode=found.listed.mode,
        )

    def create(self) -> tuple[Step, ...]:
        """Staged beside its place, then renamed onto it."""
        folder = self.name.rsplit("/", 1)[0]
        return (
            Step(
                title=f"write {self.name}",
                script=f'mv -f -- "$@" {shlex.quote(folder)}/',
                args=(self.name,),
                staged=(Staged(path=self.name, text=self.text, mode=self.mode),),
            ),
        )

    def update(self, seen: Self, fields: frozenset[str]) -> tuple[Step, ...]:
        """The same as making it: a rename replaces text and mode at once."""
        del seen, fields
        return self.create()

    def remove(self) -> tuple[Step, ...] | None:
        """Only below our own folders, whatever an address says."""
        if ".." in self.name.split("/") or not is_configuration(self.name):
            raise Unparsable(f"{self.name} is not below a folder of ours")
        return (Step(title=f"remove {self.name}", script='rm -f -- "$@"', args=(self.name,)),)

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Only its path is known."""
        return cls(system=system, name=name, place=place, text="")
