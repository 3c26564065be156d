"""Backblaze Computer Backup on a Mac: its daemon, and the files below /Library/Backblaze.bzpkg, which all may read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, Self

from studio_backup.probe import Probe, Reply
from studio_backup.resource import Unparsable
from studio_backup.resources.backblaze import Backblaze
from studio_backup.resources.backblaze_seen import ATTRIBUTES, REPORTS, SETTINGS, Tagged, client, moment, tags_of
from studio_backup.resources.mac_told import TOLD, Told, answers, asked

#: Where it keeps what it did.
DATA = "/Library/Backblaze.bzpkg/bzdata"
_TAGS = rf"""tags() {{
  stat -f %m "$1" && awk -v RS='>' -v told=' {" ".join(ATTRIBUTES)} ' '{{
    gsub(/[\r\n\t]/, " ")
    if (!match($0, /<\/?[A-Za-z_]+/)) next
    rest = substr($0, RSTART + RLENGTH); line = substr($0, RSTART + 1, RLENGTH - 1)
    while (match(rest, /[A-Za-z_]+="[^"]*"/)) {{
      pair = substr(rest, RSTART, RLENGTH - 1); rest = substr(rest, RSTART + RLENGTH); at = index(pair, "=")
      if (index(told, " " substr(pair, 1, at - 1) " ")) line = line "\t" substr(pair, 1, at) substr(pair, at + 2)
    }}
    print line }}' "$1"
}}"""
_SCRIPT = rf"""{TOLD}
{_TAGS}
told now date -u +%Y-%m-%dT%H:%M:%SZ
told data ls -d {DATA}
told process pgrep -x bzserv
for file in {" ".join(SETTINGS)} {" ".join(f"bzreports/{name}" for name in REPORTS)}; do
  [ ! -e "{DATA}/$file" ] || told "file ${{file##*/}}" tags "{DATA}/$file"
done
for file in {DATA}/bzfilelists/*filelist.dat; do
  [ ! -e "$file" ] || told "list ${{file##*/}}" stat -f %m "$file"
done
for root do
  [ ! -e "${{root%/}}/.bzvol/bzvol_id.xml" ] || told "mark $root" tags "${{root%/}}/.bzvol/bzvol_id.xml"
done
printf 'complete\n'"""
_GONE = re.compile(r"No such file or directory\s*$")


@dataclass(frozen=True, kw_only=True)
class MacBackblaze(Backblaze):
    """One Mac's."""

    kind: ClassVar[str] = "backblaze"
    summary: ClassVar[str] = "Backblaze on a Mac: what it really copied, and what it copies at all (a spec writes it)"

    def probe(self) -> Probe:
        """Among the last: the mark in the root of a volume may hang."""
        return Probe(script=_SCRIPT, args=tuple(sorted({one.root for one in self.copies.values()})), touches=True)

    def parse(self, reply: Reply) -> Self:
        """Never absent: a Mac without it is seen as such."""
        now, data, daemon = moment(asked(reply, "now").text.strip()), asked(reply, "data"), asked(reply, "process")
        if data.exit and _GONE.search(data.text):
            return self._seen(None)
        if data.exit or daemon.exit > 1:
            raise Unparsable(f"what Backblaze left cannot be looked at: {data.line if data.exit else daemon.line}")
        said = answers(reply)
        files = {name[5:]: _tagged(one, name[5:]) for name, one in said.items() if name.startswith("file ")}
        lists = {name[5:]: _written(one.text, name) for name, one in said.items() if name.startswith("list ")}
        marks = {name[5:]: _tagged(one, name).first("vguid") for name, one in said.items() if name.startswith("mark ")}
        state = "running" if daemon.exit == 0 else "stopped"
        return self._seen(client(now, state, files, lists, {root: mark[0] for root, mark in marks.items() if mark}))


def _tagged(told: Told, name: str) -> Tagged:
    written, _, lines = told.text.partition("\n")
    if told.exit:
        raise Unparsable(f"{name} cannot be read: {told.line}")
    return Tagged(_written(written, name), () if name == "pauseinfo.xml" else tags_of(lines.splitlines(), name))


def _written(text: str, name: str) -> datetime:
    if not re.fullmatch(r"[0-9]{1,11}", text.strip()):
        raise Unparsable(f"when {name} was written is not told: {text.strip()[:40]}")
    return datetime.fromtimestamp(int(text), UTC)
