"""The login of one machine at its shares: a user of Samba's own list, whose password nobody can read back."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from typing import ClassVar, Self

from studio_backup.paths import STATE
from studio_backup.probe import Probe, Reply
from studio_backup.resource import Resource, Unparsable, managed, secret, whole
from studio_backup.secret import Secret
from studio_backup.source import Place
from studio_backup.step import Step

#: What we remember of each password: where it was found, and when Samba says that it was set. Neither is a secret.
RECORDS = f"{STATE}/samba"
#: What is seen of a password that was not set by us, or was set again by somebody since.
_OTHER = "set by somebody else"

#: Samba's list of users without their hashes, and our record of each of them. Clocks are read as UTC on both occasions.
_SCRIPT = rf"""if ! command -v pdbedit >/dev/null; then
  printf 'samba is not installed: apt-get install samba samba-vfs-modules\n' >&2; exit 1
fi
users=$(TZ=UTC pdbedit -L -v)
printf '%s\n' "$users" | awk -F ': *' '
  $1 == "Unix username" {{ name = $2 }} $1 == "Account Flags" {{ flags = $2 }}
  $1 == "Password last set" {{ sub(/^[^:]*: */, ""); print "user\t" name "\t" flags "\t" $0 }}'
if [ -d {RECORDS} ]; then
  for record in {RECORDS}/*; do
    if [ ! -f "$record" ] || [ -L "$record" ]; then continue; fi
    printf 'record\t%s\t' "${{record##*/}}"; head -n 1 "$record"
  done
fi
printf 'complete\n'"""

#: Sets the password of $1 and remembers that it came from $2.
_SET = rf"""printf '%s\n%s\n' "${{secret:?}}" "${{secret:?}}" | smbpasswd -s -a "$1"
set_at=$(TZ=UTC pdbedit -L -v -u "$1" | sed -n 's/^Password last set: *//p')
[ -n "$set_at" ]
umask 077
printf '%s\t%s\n' "$2" "$set_at" >{RECORDS}/."$1.new"
mv -f {RECORDS}/."$1.new" {RECORDS}/"$1" """

#: Refuses while the user $1 has a file of a share open: a backup runs; or where nothing tells.
_UNUSED = r"""user_number=$(id -u "$1") || user_number=none
listed=$(smbstatus -L 2>/dev/null) || {
  printf 'smbstatus does not tell whether a backup by this user is running\n' >&2; false; }
open=$(printf '%s\n' "$listed" | number=$user_number awk '$2 == ENVIRON["number"]')
[ -z "$open" ] || { printf 'a backup by this user is running\n' >&2; false; }"""


@dataclass(frozen=True, kw_only=True)
class SambaUser(Resource):
    """One user of Samba; its name is that of the local user."""

    kind: ClassVar[str] = "samba-user"
    summary: ClassVar[str] = "the login of one machine at its shares; its password is set, never read (compiled)"

    password: str = secret()  # where it was set from
    enabled: str = managed("yes")

    source: Secret | None = field(default=None, compare=False)

    def probe(self) -> Probe:
        """All users in one call."""
        return Probe(script=_SCRIPT)

    def parse(self, reply: Reply) -> Self | None:
        """Its line of the list. A password is the one that we set while Samba says that nobody has set it since."""
        text, name = whole(reply), re.escape(self.name)
        if not re.fullmatch(r"(?:(?:user|record)\t[^\n]*\n)*", text):
            raise Unparsable("no whole list of Samba's users")
        found = re.search(rf"^user\t{name}\t\[([A-Z ]*)\]\t([^\t\n]+)$", text, re.MULTILINE)
        if found is None:
            if re.search(rf"^user\t{name}\t", text, re.MULTILINE):
                raise Unparsable(f"half a line about {self.name}")
            return None
        record = re.search(rf"^record\t{name}\t([^\t\n]+)\t([^\t\n]+)$", text, re.MULTILINE)
        flags = {"D": "no", "N": "without a password"}
        return type(self)(
            system=self.system,
            name=self.name,
            place=self.place,
            password=record[1] if record and record[2] == found[2] else _OTHER,
            enabled=next((word for letter, word in flags.items() if letter in found[1]), "yes"),
        )

    def create(self) -> tuple[Step, ...]:
        """Added with its password, which goes through a pipe."""
        return (self._set(),)

    def update(self, seen: Self, fields: frozenset[str]) -> tuple[Step, ...]:
        """The password set anew, also where somebody locked it or took it away; then it opens again."""
        del seen
        allow = Step(
            title=f"let {self.name} in with its password",
            script=f"pdbedit -r -u {shlex.quote(self.name)} -c '[]' >/dev/null",
        )
        return (self._set(), allow) if "enabled" in fields else (self._set(),)

    def _set(self) -> Step:
        return Step(
            title=f"set the password of {self.name}",
            script=f"set -- {shlex.join((self.name, self.password))}\n{_SET}",
            secret=self.source,
        )

    def remove(self) -> tuple[Step, ...] | None:
        """Nobody gets in by it any more; the local user stays, since the Mac's files are its own. Not while a backup
        runs."""
        name = shlex.quote(self.name)
        return (
            Step(
                title=f"take {self.name} off Samba's list",
                script=f"smbpasswd -x {name}\nrm -f {RECORDS}/{name}",
                guard=f"set -- {name}\n{_UNUSED}",
            ),
        )

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Only the user's name."""
        return cls(system=system, name=name, place=place, password="")
