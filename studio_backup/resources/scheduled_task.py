"""Scheduled tasks of Windows: what they start, when, as whom and under which conditions; and how the last run ended."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, Self
from xml.sax.saxutils import escape

from studio_backup.probe import Probe, Reply
from studio_backup.programs import shipped
from studio_backup.resource import Resource, Unparsable, fixed, learned, managed, watched
from studio_backup.resources.task_results import outcome, unsigned
from studio_backup.resources.task_triggers import trigger_xml
from studio_backup.resources.task_xml import meaning
from studio_backup.source import Place
from studio_backup.step import Risk, Step
from studio_backup.windows.answers import document, documents, listed

_PROGRAM = f"{shipped('windows-standing.ps1')}\n{shipped('scheduled-task.ps1')}\n"
#: So many are missed by a system that was merely off for a while; the counter goes back to none with the next run.
_MISSED = 3
#: What is said of each task that could be read.
_READ = {"xml", "state", "result", "last", "next", "missed"}
#: In the order that Windows itself exports them in.
SETTINGS = (
    "DisallowStartIfOnBatteries false", "ExecutionTimeLimit PT0S", "StartWhenAvailable true",
    "StopIfGoingOnBatteries false",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ScheduledTask(Resource):
    """A task in `\\studio-backup\\STUDIO\\`; its name is STUDIO/TASK."""

    kind: ClassVar[str] = "scheduled-task"
    summary: ClassVar[str] = "a scheduled task of ours on Windows: what it starts, when, and as whom (compiled)"
    language: ClassVar[str] = "powershell"

    owner: str = fixed()
    description: str = managed()
    execute: str = managed()
    arguments: str = managed()
    directory: str = managed()
    triggers: tuple[str, ...] = managed()
    account: str = managed("S-1-5-18")
    level: str = managed("HighestAvailable")
    enabled: str = managed("yes")
    settings: tuple[str, ...] = managed(SETTINGS)
    last_result: str = watched("fine")
    missed: str = watched("few")
    standing: str = learned("absent")  # digest of the definition that was seen

    @property
    def folder(self) -> str:
        """Its folder as Task Scheduler names it."""
        return f"\\studio-backup\\{self.name.partition('/')[0]}\\"

    @property
    def task(self) -> str:
        """Its name in that folder."""
        return self.name.partition("/")[2]

    def probe(self) -> Probe:
        """All tasks of the studio's folder, out of a listing of all there are."""
        return Probe(script=f"{_PROGRAM}Read-OurTask -Folders $Words", args=(self.folder,))

    def parse(self, reply: Reply) -> Self | None:
        """What its definition means, whatever it looks like, and what is known of its runs."""
        entry = _task(reply, self.folder, self.task)
        if entry is None:
            return None
        if entry["trouble"] or not entry["xml"]:
            raise Unparsable(f"the task {self.name} cannot be read: {entry['trouble'] or 'no definition'}")
        text, seen = str(entry["xml"]), meaning(str(entry["xml"]))
        return type(self)(
            system=self.system, name=self.name, place=self.place, owner=seen.owner, description=seen.description,
            execute=seen.execute, arguments=seen.arguments, directory=seen.directory, triggers=seen.triggers,
            account=seen.account, level=seen.level, enabled=seen.enabled, settings=seen.settings,
            last_result=_result(entry), missed=_missed(entry),
            standing=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        )  # fmt: skip

    def xml(self) -> str:
        """What it is registered as."""
        settings = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in map(_parted, self.settings))
        return (
            '<?xml version="1.0" encoding="UTF-16"?>\n'
            '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">\n'
            f"<RegistrationInfo><Source>{escape(_source(self.owner))}</Source>"
            f"<Description>{escape(self.description)}</Description></RegistrationInfo>\n"
            f"<Triggers>{''.join(map(trigger_xml, self.triggers))}</Triggers>\n"
            f'<Principals><Principal id="Author"><UserId>{escape(self.account)}</UserId>'
            f"<RunLevel>{self.level}</RunLevel></Principal></Principals>\n"
            f"<Settings>{settings}<Enabled>{'true' if self.enabled == 'yes' else 'false'}</Enabled></Settings>\n"
            f'<Actions Context="Author"><Exec><Command>{escape(self.execute)}</Command>'
            f"<Arguments>{escape(self.arguments)}</Arguments>"
            f"<WorkingDirectory>{escape(self.directory)}</WorkingDirectory></Exec></Actions>\n"
            "</Task>\n"
        )

    def create(self) -> tuple[Step, ...]:
        """Registered; Task Scheduler makes its folders."""
        return (self._register("absent"),)

    def update(self, seen: Self, fields: frozenset[str]) -> tuple[Step, ...]:
        """Registered anew in the place of exactly what was seen; never while a run of it is under way."""
        del fields
        return (self._register(seen.standing),)

    def by_hand(self, seen: Self, fields: frozenset[str]) -> tuple[str, str] | None:
        """A task of somebody else under our name is theirs."""
        if "owner" in fields:
            whose = f"it is of {seen.owner}" if seen.owner.count(" ") == 1 else seen.owner
            return (
                f"another task stands there under this name: {whose}",
                f"rename or delete {self.folder}{self.task} in Task Scheduler, then apply again",
            )
        return None

    def _register(self, seen: str) -> Step:
        word = {"folder": self.folder, "name": self.task, "seen": seen, "xml": self.xml()}
        return Step(
            title=f"register task {self.name}",
            script=f"{_PROGRAM}Set-OurTask -Words $Words",
            guard=self._guard(),
            args=(json.dumps(word),),
        )

    def _guard(self) -> str:
        # Steps with one guard are carried out together: a task that runs would keep all others from their change.
        apart = hashlib.sha256(self.name.encode()).hexdigest()[:12]
        return f"{_PROGRAM}Assert-OurTask -Words $Words # {apart}"

    def remove(self) -> tuple[Step, ...] | None:
        """Unregistered, then its folders where nothing is left in them; never while a run of it is under way."""
        if not self.task or "\\" in self.name or "/" in self.task or self.owner == "not one of ours":
            raise Unparsable(f"{self.name} is not a task of ours")
        word = json.dumps({"folder": self.folder, "name": self.task, "seen": self.standing})
        script = f"{_PROGRAM}Remove-OurTask -Words $Words"
        return (
            Step(title=f"remove task {self.name}", script=script, guard=self._guard(), args=(word,), risk=Risk.SAFE),
        )

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Only its name is known."""
        return cls(
            system=system, name=name, place=place, owner="", description="", execute="", arguments="", directory="",
            triggers=(),
        )  # fmt: skip


def _source(owner: str) -> str:
    studio, _, address = owner.partition(" ")
    return f"studio-backup for studio {studio}: {address}"


def _parted(setting: str) -> tuple[str, str]:
    name, _, value = setting.partition(" ")
    return (name, value)


def _task(reply: Reply, folder: str, name: str) -> dict[str, Any] | None:
    """One task; None where a listing proves it absent; raises Unparsable otherwise."""
    said = _listing(reply)
    if not str(said["listed"]).isdigit() or int(said["listed"]) == 0:
        raise Unparsable("Task Scheduler lists no task at all, which no Windows is without")
    for found in documents(said["folders"]):
        if str(found["folder"]).casefold() != folder.casefold():
            continue
        tasks = {str(task["name"]).casefold(): task for task in documents(found["tasks"])}
        troubles = listed(said["troubles"])
        alone = (
            {str(one).casefold() for one in listed(found["names"])} if found["named"] == "yes" else {name.casefold()}
        )
        if name.casefold() not in tasks and troubles and name.casefold() in alone:
            fix = "mend or delete the task that Task Scheduler cannot read"
            raise Unparsable(f"not every task could be listed: {troubles[0]}", fix)
        return tasks.get(name.casefold())
    raise Unparsable(f"{folder} is not in the listing")


@lru_cache(maxsize=16)
def _listing(reply: Reply) -> dict[str, Any]:
    said = document(reply)
    known = {"listed", "troubles", "folders"} <= set(said)
    folders = documents(said["folders"]) if known else []
    if not known or any(not {"folder", "tasks", "named", "names"} <= set(one) for one in folders):
        raise Unparsable("the listing of tasks is not one that is known")
    for task in (task for one in folders for task in documents(one["tasks"])):
        # What could not be read to its end has its name and what went wrong.
        if not ({"name", "trouble"} <= set(task) and (task["trouble"] or set(task) >= _READ)):
            raise Unparsable("a task of the listing is not one that is known")
    return said


def _result(entry: dict[str, Any]) -> str:
    """How the last run ended; `fine` for a task that never ran, whatever number stands there."""
    try:
        code = unsigned(str(entry["result"]))
        if str(entry["last"] or "1999")[:4] < "2000":
            return "fine"
    except ValueError as error:
        raise Unparsable(f"the last result of {entry['name']} is no number") from error
    return outcome(code)


def _missed(entry: dict[str, Any]) -> str:
    count = str(entry["missed"])
    if not count.isdigit():
        raise Unparsable(f"the missed runs of {entry['name']} are no number")
    return "few" if int(count) < _MISSED else f"{count} runs one after another"
