"""Which rsync a system has, watched: the job's options come from one table, and what it loses is said by the plan."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import ClassVar, Self

from studio_backup.flavours import CLONE, CLONE_SHARED, COPY, PUSH, PUSH_SHARED, Use, flavour_of, lacking
from studio_backup.probe import Probe, Reply
from studio_backup.resource import Unparsable, Watched, watched, whole
from studio_backup.source import Place

#: Asked for like the job does, which takes a rsync that somebody installed before the system's own.
_SCRIPT = r"""PATH=/usr/local/bin:/opt/homebrew/bin:$PATH
found=$(command -v rsync) || found=
printf 'program\t%s\n' "$found"
if [ -x /usr/libexec/rsync/rsync.samba ]; then printf 'wrapped\n'; fi
if [ -n "$found" ]; then rsync --version 2>&1 </dev/null | sed 's/^/version	/'; fi
printf 'complete\n'"""

USES: dict[str, Use] = {
    "push": PUSH,
    "push-shared": PUSH_SHARED,
    "clone": CLONE,
    "clone-shared": CLONE_SHARED,
    "copy": COPY,
}


@dataclass(frozen=True, kw_only=True)
class RsyncProgram(Watched):
    """The rsync of one system; its name is what it is used for, a key of `USES`."""

    kind: ClassVar[str] = "rsync"
    summary: ClassVar[str] = "which rsync a system has, and what a job loses with it (compiled)"

    usable: str = watched("yes")
    loses: str = watched("nothing")
    flavour: str = field(default="", compare=False)
    path: str = field(default="", compare=False)

    def probe(self) -> Probe:
        """Once a system."""
        return Probe(script=_SCRIPT)

    def parse(self, reply: Reply) -> Self | None:
        """Never absent: no rsync at all is one that cannot be used."""
        lines = whole(reply).split("\n")
        found = next((line.partition("\t")[2] for line in lines if line.startswith("program\t")), None)
        if found is None:
            raise Unparsable("nothing was said of rsync")
        version = "\n".join(line.partition("\t")[2] for line in lines if line.startswith("version\t"))
        if not found:
            return self._seen("no: none is installed", "nothing", "", "")
        if not version:
            raise Unparsable(f"{found} --version says nothing")
        flavour = flavour_of(version, "wrapped" in lines)
        if flavour is None:
            first = re.sub(r"[^ -~]", "?", version.split("\n", 1)[0])[:80]
            return self._seen(f"no: nobody knows what this one takes: {first}", "nothing", "", found)
        use = USES[self.name]
        missing = " ".join(lacking(use, flavour))
        return self._seen(
            f"no: it lacks {missing}" if missing else "yes", use.losses.get(flavour, "nothing"), flavour, found
        )

    def _seen(self, usable: str, loses: str, flavour: str, path: str) -> Self:
        return type(self)(
            system=self.system, name=self.name, place=self.place, usable=usable, loses=loses, flavour=flavour, path=path
        )

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Only what it is for is known."""
        return cls(system=system, name=name, place=place)
