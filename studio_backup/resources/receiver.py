"""The unprivileged user that receives one source's files: no password, no shell, nothing but its own copy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from studio_backup.probe import Probe, Reply
from studio_backup.resource import Resource, Unparsable, fixed, managed, whole
from studio_backup.source import Place
from studio_backup.step import Step

SHELL = "/usr/sbin/nologin"


@dataclass(frozen=True, kw_only=True)
class Receiver(Resource):
    """A local system user; its name is the user's."""

    kind: ClassVar[str] = "receiver"
    summary: ClassVar[str] = "the unprivileged user that writes what one source sends (compiled)"

    home: str = fixed("")
    shell: str = managed(SHELL)

    def probe(self) -> Probe:
        """The whole list of local users."""
        return Probe(script="cat /etc/passwd; printf 'complete\\n'")

    def parse(self, reply: Reply) -> Self | None:
        """Its line of the list."""
        lines = whole(reply).split("\n")
        if not any(line.startswith("root:") for line in lines):
            raise Unparsable("no whole list of users")
        for line in lines:
            parts = line.split(":")
            if parts[0] == self.name and len(parts) < 7:
                raise Unparsable(f"half a line about {self.name}")
            if parts[0] == self.name:
                return type(self)(system=self.system, name=self.name, place=self.place, home=parts[5], shell=parts[6])
        return None

    def create(self) -> tuple[Step, ...]:
        """A system user with a locked password; its home is a folder resource of its own."""
        options = f"--system --no-create-home --home-dir {self.home} --shell {self.shell}"
        if self.shell != SHELL:
            # `!` in the place of a password locks out keys, too, where sshd does not ask PAM; `*` does not.
            options += " --password '*'"
        script = f"""for user do
  # A group of that name may be left from an earlier user.
  if grep -q "^$user:" /etc/group; then useradd {options} -g "$user" -- "$user"
  else useradd {options} --user-group -- "$user"; fi
done"""
        return (Step(title=f"add user {self.name}", script=script, args=(self.name,)),)

    def update(self, seen: Self, fields: frozenset[str]) -> tuple[Step, ...]:
        """Only its shell can differ here; a home is decided when it is made."""
        del seen, fields
        return (
            Step(
                title=f"mend user {self.name}",
                script=f'for user do usermod --shell {self.shell} -- "$user"; done',
                args=(self.name,),
            ),
        )

    def remove(self) -> tuple[Step, ...] | None:
        """Released: it owns the files of a copy, which stay."""
        return None

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Only the user's name is known."""
        return cls(system=system, name=name, place=place)
