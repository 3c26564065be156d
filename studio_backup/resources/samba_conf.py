"""Our section of smb.conf: what stands in it, how it is read beside those of others, and how it is written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from studio_backup.resources.marked import READ, STAGE, THEIRS, outside

PATH = "/etc/samba/smb.conf"

#: What every share of ours says besides where and for whom. The order of the modules is that of vfs_fruit(8); they are
#: set for our share alone, since in [global] they would change how the shares of others store names and streams.
_ALWAYS = """   comment = Time Machine
   read only = no
   create mask = 0600
   directory mask = 0700
   vfs objects = catia fruit streams_xattr
   fruit:metadata = stream
   fruit:model = MacSamba
   fruit:veto_appledouble = no
   fruit:wipe_intentionally_left_blank_rfork = yes
   fruit:delete_empty_adfiles = yes
   fruit:time machine = yes
   root preexec = {guard}
   root preexec close = yes"""
#: Characters that Windows has in no name, as macOS stores them where Windows looks on as well (on exFAT): in the order
#: of its list. A file has one name, whichever of the two sends it.
_FOREIGN = '"*:<>?\\|'
_MAPPINGS = ",".join(
    [f"0x{code:02x}:0x{0xF000 + code:04x}" for code in range(1, 32)]
    + [f"0x{ord(letter):02x}:0x{0xF020 + place:04x}" for place, letter in enumerate(_FOREIGN)]
)
#: What the share of a landing says. Nothing of a file but its name, size and time is kept: copies compare no more; no
#: link is followed. Names are shown whole: a shortened one would be taken for another file, and removed.
_LANDING = """   comment = what {machine} pushes
   browseable = no
   read only = no
   guest ok = no
   create mask = 0600
   force create mode = 0600
   directory mask = 0700
   force directory mode = 0700
   follow symlinks = no
   wide links = no
   vfs objects = catia
   catia:mappings = {mappings}
   ea support = no
   nt acl support = no
   store dos attributes = no
   map archive = no
   map hidden = no
   map system = no
   map readonly = no
   hide dot files = no
   case sensitive = no
   preserve case = yes
   short preserve case = yes
   mangled names = no
   root preexec = {guard}
   root preexec close = yes"""
#: Lines that have a field of their own.
_OWN = {"path": "path", "valid users": "user", "fruit:time machine max size": "quota"}

#: smb.conf, all of it.
SCRIPT = rf"""{READ}
read_shared {PATH}
printf 'complete\n'"""

#: Refuses when others' lines are not those that were read: $1 is their check sum then.
GUARD = rf"""{THEIRS}
if [ -e {PATH} ]; then now=$(theirs {PATH}); else now=absent; fi
[ "$now" = "$1" ] || {{ printf '{PATH} changed since it was read\n' >&2; false; }}"""

#: Puts $3 between our marks $2 of $1. testparm ends with 0 whatever it ignores: what it complains of and did not before
#: is a failure. Mixing shares with and without fruit is what we do, and say (docs). smbd is told, never restarted; one
#: that was not told reads the file by itself within a minute. It tells Avahi of its shares only as it connects to it,
#: so Avahi starts anew, which no backup notices.
WRITE = rf"""{STAGE}
testparm -s "$stage/new" >/dev/null 2>"$stage/said" || {{ cat "$stage/said"; rm -rf "$stage"; exit 1; }}
[ ! -e "$1" ] || testparm -s "$1" >/dev/null 2>"$stage/before" || :
[ -e "$stage/before" ] || : >"$stage/before"
printf '%s\n' 'Load smb config files from ' 'WARNING: some services use vfs_fruit' 'Loaded services file OK.' \
  'Weak crypto is ' 'Server role: ' >"$stage/known"
awk 'FILENAME == ARGV[1] {{ known[++number] = $0; next }} FILENAME == ARGV[2] {{ before[$0] = 1; next }}
  {{ for (one = 1; one <= number; one++) if (index($0, known[one]) == 1) next }}
  $0 != "" && !($0 in before)' "$stage/known" "$stage/before" "$stage/said" >"$stage/complaints"
if [ -s "$stage/complaints" ]; then cat "$stage/complaints"; rm -rf "$stage"; exit 1; fi
mv -f -- "$stage/new" "$1"
rm -rf "$stage"
smbcontrol smbd reload-config 2>/dev/null || :
if systemctl is-active --quiet avahi-daemon.service 2>/dev/null; then systemctl restart avahi-daemon.service; fi"""


@dataclass(frozen=True)
class Section:
    """What stands in a section of ours; `options` are its lines that have no field of their own."""

    path: str
    user: str
    quota: str
    options: str

    def text(self, name: str) -> str:
        """As it stands in the file, without the marks."""
        own = {key: value for key, field in _OWN.items() if (value := getattr(self, field))}
        return "\n".join([f"[{name}]", *(f"   {key} = {value}" for key, value in own.items()), self.options])


def options(guard: str) -> str:
    """The lines of every share of a Mac; `guard` is what must end well before anybody is let in."""
    return _ALWAYS.format(guard=guard)


def landing_options(machine: str, guard: str) -> str:
    """The lines of a share that a machine pushes into."""
    return _LANDING.format(machine=machine, guard=guard, mappings=_MAPPINGS)


def section(lines: Sequence[str], name: str) -> Section:
    """What our lines say. A line that should not be there, or is there twice, is among the options."""
    found: dict[str, str] = {}
    rest: list[str] = []
    for number, line in enumerate(lines):
        key, equals, value = line.partition("=")
        field = _OWN.get(" ".join(key.split()).lower()) if equals else None
        if field is not None and field not in found:
            found[field] = value.strip()
        elif number or line != f"[{name}]":
            rest.append(line)
    return Section(**{field: found.get(field, "") for field in _OWN.values()}, options="\n".join(rest))


def in_the_way(lines: Sequence[str], name: str, mark: str) -> str:
    """What somebody else wrote that would change our share: a section of its name, or lines that fall into it; else
    nothing."""
    for number, text in outside(lines):
        head = re.fullmatch(r"\s*\[\s*(.*?)\s*\]\s*", text)
        if head and head[1].lower() == name.lower():
            return f"line {number} of {PATH}: {text.strip()}"
    after = lines[lines.index(f"# <<< {mark}") + 1 :] if f"# <<< {mark}" in lines else []
    for text in after:
        line = text.strip()
        if line.startswith("["):
            break
        if line and line[0] not in "#;":
            return f"a line behind our section, which falls into it: {line}"
    return ""
