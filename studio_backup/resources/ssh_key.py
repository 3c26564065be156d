"""A key pair made on the machine that connects; its private half never leaves that machine, nor is it ever read."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import ClassVar, Self

from studio_backup.absence import ABSENT
from studio_backup.paths import is_state
from studio_backup.probe import Probe, Reply
from studio_backup.resource import Resource, Unparsable, managed, watched, whole
from studio_backup.resources.listing import listed
from studio_backup.source import Place
from studio_backup.step import Step

#: For each key file in "$@": its two halves as `ls` shows them, and the public one; the private one is never read.
_SCRIPT = rf"""{ABSENT}
for key do
  printf 'key\t%s\n' "$key"
  for file in "$key" "$key.pub"; do
    if [ -e "$file" ] || [ -L "$file" ]; then ls -ld -- "$file"
    elif absent "$file"; then :
    else printf '%s cannot be read\n' "$file" >&2; exit 1; fi
  done
  if [ -f "$key.pub" ]; then public=$(head -n 1 "$key.pub"); printf 'public\t%s\n' "$public"; fi
done
printf 'complete\n'"""


@dataclass(frozen=True, kw_only=True)
class SshKey(Resource):
    """An ed25519 key pair; its name is the path of the private key."""

    kind: ClassVar[str] = "ssh-key"
    summary: ClassVar[str] = (
        "a backup key, made where it is used; the public half is read, never the private (compiled)"
    )

    owner: str = managed()
    mode: str = managed("0400")
    public: str | None = watched(None)  # "ssh-ed25519 AAAA…", known after it is made

    def probe(self) -> Probe:
        """All keys in one call."""
        return Probe(script=_SCRIPT, args=(self.name,))

    def parse(self, reply: Reply) -> Self | None:
        """Present only as a whole pair; half a pair is read as absent and made anew."""
        text = whole(reply)
        section = re.search(rf"^key\t{re.escape(self.name)}\n(.*?)(?=^key\t|\Z)", text, re.MULTILINE | re.DOTALL)
        if section is None:
            raise Unparsable(f"{self.name} is not in the listing")
        lines = section[1].split("\n")
        private = next((listed(line) for line in lines if line.endswith(f" {self.name}")), None)
        public = next((line[7:] for line in lines if line.startswith("public\t")), None)
        if private is None or public is None:
            return None
        found = re.match(r"ssh-ed25519 [A-Za-z0-9+/]+=*(?= |$)", public)
        if found is None:
            raise Unparsable(f"{self.name}.pub is not an ed25519 public key")
        return type(self)(
            system=self.system,
            name=self.name,
            place=self.place,
            owner=private.owner,
            mode=private.mode,
            public=found[0],
        )

    def create(self) -> tuple[Step, ...]:
        """Made in a fresh file beside its place; the public half is renamed last, so that half a pair shows."""
        comment = shlex.quote(f"studio-backup {self.address}")
        script = f"""for key do
  rm -f -- "$key" "$key.pub" "$key.new" "$key.new.pub"
  ssh-keygen -q -t ed25519 -N '' -C {comment} -f "$key.new"
  chmod {self.mode} "$key.new"; chmod 0644 "$key.new.pub"
  chown -h -- {shlex.quote(self.owner)} "$key.new"
  mv -f -- "$key.new" "$key"; mv -f -- "$key.new.pub" "$key.pub"
done"""
        return (Step(title=f"make key {self.name}", script=script, args=(self.name,)),)

    def update(self, seen: Self, fields: frozenset[str]) -> tuple[Step, ...]:
        """Mode and owner."""
        del seen, fields
        # The key stands in a folder that its unprivileged owner may write to: never through a link.
        guard = 'for key do [ -f "$key" ] && [ ! -L "$key" ] || exit 1; done'
        script = f'chmod {self.mode} "$@"; chown -h -- {shlex.quote(self.owner)} "$@"'
        return (Step(title=f"mend key {self.name}", script=script, guard=guard, args=(self.name,)),)

    def remove(self) -> tuple[Step, ...] | None:
        """Both halves, below our own state only."""
        if ".." in self.name.split("/") or not is_state(self.name):
            raise Unparsable(f"{self.name} is not below a folder of ours")
        script = 'for key do rm -f -- "$key" "$key.pub"; done'
        return (Step(title=f"remove key {self.name}", script=script, args=(self.name,)),)

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Only its path is known."""
        return cls(system=system, name=name, place=place, owner="root")
