"""How Macs learn of the shares: smbd tells it itself where it can; a file of ours for Avahi only where it cannot."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Self

from studio_backup.probe import Probe, Reply
from studio_backup.resource import Resource, Unparsable, managed, watched, whole
from studio_backup.source import Place
from studio_backup.step import Staged, Step

FOLDER = "/etc/avahi/services"

#: Whether smbd registers the shares with Avahi, whether that runs, every file that tells of a Time Machine, our own.
_SCRIPT = rf"""if ! command -v smbd >/dev/null; then
  printf 'samba is not installed: apt-get install samba samba-vfs-modules\n' >&2; exit 1
fi
built=$(smbd -b); tells=no
case $built in *WITH_AVAHI_SUPPORT*)
  tells=$(testparm -s --parameter-name='multicast dns register' 2>/dev/null)
esac
printf 'smbd\t%s\ndaemon\t%s\n' "$tells" "$(systemctl is-active avahi-daemon.service || :)"
for file in {FOLDER}/*.service; do
  [ -f "$file" ] || continue
  [ -r "$file" ]
  case $(cat "$file") in *_adisk._tcp*) printf 'tells\t%s\n' "$file" ;; esac
done
for name do
  file={FOLDER}/$name
  if [ -f "$file" ]; then printf 'file\t%s\n' "$name"; awk '{{ print "\t" $0 }}' "$file"; fi
done
printf 'complete\n'"""


@dataclass(frozen=True, kw_only=True)
class AvahiService(Resource):
    """What Macs are told about the shares of one machine; its name is that of our file."""

    kind: ClassVar[str] = "avahi-service"
    summary: ClassVar[str] = (
        "Time Machine shares told to Macs, once: by smbd where it can, else by a file of ours for Avahi (compiled)"
    )
    adoptable: ClassVar[bool] = True

    text: str = managed()  # of our file, where there must be one
    told: str = managed("once")
    others: str = watched("none")  # files of others that tell of a Time Machine, too: Macs see two servers
    daemon: str = watched("running")

    def probe(self) -> Probe:
        """One question for all."""
        return Probe(script=_SCRIPT, args=(self.name,))

    def parse(self, reply: Reply) -> Self | None:
        """Absent where smbd cannot tell it and nobody else does; where it can, no file is as it should be."""
        text = whole(reply)
        found = re.match(r"smbd\t(Yes|No|no)\ndaemon\t(\w+)\n((?:tells\t[^\n]*\n)*)((?:file\t|\t)[^\n]*\n)*\Z", text)
        if found is None:
            raise Unparsable("whether smbd tells of its shares is not known")
        others = [path for path in re.findall(r"^tells\t(.*)$", found[3], re.MULTILINE) if path != self._path]
        mine = re.search(rf"^file\t{re.escape(self.name)}\n((?:\t[^\n]*\n)*)", text, re.MULTILINE)
        own = re.sub(r"(?m)^\t", "", mine[1]) if mine else None
        by_itself = found[1] == "Yes"
        if own is None and not by_itself and not others:
            return None
        return type(self)(
            system=self.system,
            name=self.name,
            place=self.place,
            text=self.text if own is None or by_itself else own,
            told="twice" if own is not None and by_itself else "once",
            others=", ".join(others) if others and (by_itself or own is not None) else "none",
            daemon="running" if found[2] == "active" else f"{found[2]}: Macs find no share by themselves",
        )

    @property
    def _path(self) -> str:
        return f"{FOLDER}/{self.name}"

    def create(self) -> tuple[Step, ...]:
        """Avahi reads its folder again by itself."""
        return (
            Step(
                title="tell Macs of the shares",
                script=f'mv -f -- "$@" {FOLDER}/',
                args=(self._path,),
                staged=(Staged(path=self._path, text=self.text, mode="0644"),),
            ),
        )

    def update(self, seen: Self, fields: frozenset[str]) -> tuple[Step, ...]:
        """Our file goes where smbd tells them; else it is written anew."""
        del fields
        return self.remove() if seen.told == "twice" else self.create()

    def remove(self) -> tuple[Step, ...]:
        """Our file, where there is one."""
        return (Step(title="tell Macs nothing of our own", script='rm -f -- "$@"', args=(self._path,)),)

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Only the name of our file."""
        return cls(system=system, name=name, place=place, text="")


def described(shares: tuple[str, ...]) -> str:
    """The file for Avahi: the server, what Macs shall draw it as, and each share as a Time Machine (0x82) over SMB."""
    disks = "".join(
        f"    <txt-record>dk{number}=adVN={share},adVF=0x82</txt-record>\n" for number, share in enumerate(shares)
    )
    return f"""<service-group>
  <name replace-wildcards="yes">%h</name>
  <service>
    <type>_smb._tcp</type>
    <port>445</port>
  </service>
  <service>
    <type>_device-info._tcp</type>
    <port>9</port>
    <txt-record>model=TimeCapsule8,119</txt-record>
  </service>
  <service>
    <type>_adisk._tcp</type>
    <port>9</port>
    <txt-record>sys=waMa=0,adVF=0x100</txt-record>
{disks}  </service>
</service-group>
"""
