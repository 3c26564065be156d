"""How jobs stand on Windows, in the words that a POSIX shell says it in: `status` reads both alike."""

from __future__ import annotations

import json
from collections.abc import Mapping

from studio_backup.probe import Probe, Reply
from studio_backup.programs import shipped
from studio_backup.records import INTERRUPTED_WORDS, RUNNING
from studio_backup.resource import Unparsable
from studio_backup.windows.answers import document, documents, listed

_SCRIPT = "\n".join((*map(shipped, ("holding.ps1", "volume.ps1", "standing.ps1")), "Read-Standing -Wanted $Words"))
_WORDS = ("Id", "Ended", "Newest", "Volume", "Capacity", "Free")


def probe(state: str, identity: str, root: str, volume: str) -> Probe:
    """Asks for one job: where its records are, its id, and the mount path and id of the volume that it writes to."""
    word = json.dumps({"state": state, "id": identity, "root": root, "volume": volume})
    return Probe(script=_SCRIPT, args=(word,), touches=True)


def spoken(reply: Reply) -> Reply:
    """The answer of standing.ps1 as standing.sh would have given it; one that is none of both stays as it is."""
    try:
        jobs = documents(document(reply).get("Jobs"))
        return Reply(0, "".join(map(_job, jobs)) + "complete\n", "")
    except Unparsable as error:
        return Reply(1, "", str(error))


def _job(one: Mapping[str, object]) -> str:
    values = {word: one.get(word) for word in _WORDS}
    if not all(isinstance(value, str) and "\n" not in value for value in values.values()):
        raise Unparsable("half a line about a job")
    told = {word: str(value) for word, value in values.items()}
    lines = [f"job\t{told['Id']}"]
    newest, ended = told["Newest"], told["Ended"]
    if RUNNING in newest and one.get("Held") is not True:
        newest = ended = newest.replace(RUNNING, INTERRUPTED_WORDS)
    lines += [f"{word}\t{record}" for word, record in (("ended", ended), ("newest", newest)) if record]
    lines += ["moved\t" + str(moved).replace(" ", "\t") for moved in listed(one.get("Moved"))]
    size, free = told["Capacity"], told["Free"]
    if told["Volume"] == "right" and size.isdigit() and free.isdigit():
        lines.append(f"room\t{int(size) // 1024}\t{int(free) // 1024}")
    lines.append(f"volume\t{told['Volume']}")
    return "".join(f"{line}\n" for line in lines)
