"""The Samba of a machine, watched: does it run, does it start with the machine, can Macs back up to this version?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Self

from studio_backup.probe import Probe, Reply
from studio_backup.resource import Unparsable, Watched, watched, whole
from studio_backup.source import Place

#: Versions that break Time Machine on macOS 26 (Samba's bug 15926): the first of a series, and the one that mends it.
_BROKEN = (((4, 22, 0), (4, 22, 6)), ((4, 23, 0), (4, 23, 3)))

#: Debian has the modules that a share needs in a package of their own, and testparm says nothing of one that lacks.
_SCRIPT = r"""if ! command -v smbd >/dev/null; then
  printf 'samba is not installed: apt-get install samba samba-vfs-modules\n' >&2; exit 1
fi
printf 'version\t%s\n' "$(smbd -V)"
built=$(smbd -b)
modules=$(printf '%s\n' "$built" | sed -n 's/^ *MODULESDIR: *//p')
for module in catia fruit streams_xattr; do
  case ${built##*Builtin modules:} in *"vfs_$module"*) continue ;; esac
  [ -e "$modules/vfs/$module.so" ] || {
    printf 'samba has no module %s: apt-get install samba-vfs-modules\n' "$module" >&2; exit 1; }
done
systemctl show -p Id -p LoadState -p ActiveState -p UnitFileState smbd.service smb.service
printf 'complete\n'"""


@dataclass(frozen=True, kw_only=True)
class SambaServer(Watched):
    """What serves the shares; its name is `smbd`."""

    kind: ClassVar[str] = "samba-server"
    summary: ClassVar[str] = (
        "the Samba that serves shares: running, and of a version that Macs can use; watched (compiled)"
    )

    running: str = watched("yes")
    starts: str = watched("yes")
    macs: str | None = watched("served")

    def probe(self) -> Probe:
        """One question; a machine has one Samba."""
        return Probe(script=_SCRIPT)

    def parse(self, reply: Reply) -> Self | None:
        """Never absent: a machine without Samba, or without its modules, is unread, and nothing is set up on it."""
        text = whole(reply)
        version = re.match(r"version\tVersion (\d+)\.(\d+)\.(\d+)", text)
        units = [dict(re.findall(r"^(\w+)=(.*)$", block, re.MULTILINE)) for block in text.split("\n\n")]
        loaded = [unit for unit in units if unit.get("LoadState") == "loaded"]
        if version is None or not {"ActiveState", "UnitFileState"} <= (units[-1].keys() & units[0].keys()):
            raise Unparsable("which Samba this is, and whether it runs, is not known")
        return type(self)(
            system=self.system,
            name=self.name,
            place=self.place,
            running="yes" if any(unit["ActiveState"] == "active" for unit in loaded) else "no",
            starts="yes" if any(unit["UnitFileState"] == "enabled" for unit in loaded) else "no",
            macs=_macs((int(version[1]), int(version[2]), int(version[3]))),
        )

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """There is nothing more to know."""
        return cls(system=system, name=name, place=place)


def _macs(version: tuple[int, int, int]) -> str:
    for first, mended in _BROKEN:
        if first <= version < mended:
            now, then = (".".join(map(str, one)) for one in (version, mended))
            return f"not on macOS 26: Samba {now} breaks Time Machine, {then} mends it"
    return "served"
