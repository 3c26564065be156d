"""What a survey keeps of a system's answers: everything that was read out of them, and not the answers themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from studio_backup.diff import Absent, Present, Unread
from studio_backup.engine import Engine
from studio_backup.manifest import ENTRIES, LOCK
from studio_backup.probe import Probe, Reply, Unanswered, end_mark, merge
from studio_backup.resource import Resource
from studio_backup.spec.model import Machine, System
from studio_backup.survey import Answered, Silent, Survey, questions
from studio_backup.transport import Answer, Local, Transport
from tests.values import NAS, PLACE, STUDIO, answered, entry_of, file, lock_reply

THERE, GONE = file("there"), file("gone")


class Scripted(Local):
    """A machine that gives these answers to the questions about these resources."""

    def __init__(self, answers: Mapping[tuple[str, bool], Reply | Unanswered], resources: Sequence[Resource]) -> None:
        super().__init__()
        self._answers, self._probes = answers, merge(questions(resources))

    def run(self, script: str, timeout: float, end: str | None = None) -> Answer:  # noqa: ARG002
        assert end is not None
        nonce = end.split(" ")[0]
        out = err = ""
        for number, probe in enumerate(self._probes):
            reply = self._answers[probe.script, probe.touches]
            assert isinstance(reply, Reply)
            out += f"\n{nonce} {number}>\n{reply.out}\n{nonce} {number} {reply.exit}>"
            err += f"\n{nonce} {number}>\n{reply.err}\n{nonce} {number} {reply.exit}>"
        assert end == end_mark(nonce[1:])
        return Answer(Reply(0, f"{out}\n{end}\n", f"{err}\n{end}\n"), whole=True)


def nas() -> Machine:
    empty: dict[str, Any] = {"disks": {}, "arrays": {}, "volumes": {}, "groups": (), "variables": {}}
    system = System(machine="nas", name="linux", os="linux", address="nas", port=22, user="u", host_key="", place=PLACE)
    return Machine(
        name="nas", role="nas", site="here", room=None, exclusive=False, systems={"linux": system}, asleep_limit=60,
        place=PLACE, **empty,
    )  # fmt: skip


def surveyed(answers: Answered) -> Survey:
    resources = [THERE, GONE]

    def connect(system: System, _: Sequence[System]) -> tuple[Transport, System]:
        return Scripted(answers.answers, resources), system

    return Engine(connect).survey([nas()], {NAS: resources})


def test_the_answers_are_let_go_and_what_they_said_is_kept() -> None:
    survey = surveyed(answered([THERE], [GONE], [entry_of(THERE)], generation="g1", holder="Kim"))
    sighting = survey.systems[NAS]
    assert isinstance(sighting, Answered)
    assert sighting.answers == {}
    assert survey.seen(THERE) == Present(THERE)
    assert survey.seen(GONE) == Absent()
    manifest = survey.manifests[NAS]
    assert manifest.entries == {(STUDIO, THERE.address): entry_of(THERE)}
    assert (manifest.holder, manifest.generation) == ("Kim", "g1")


def test_what_was_not_among_the_questions_is_unread_and_never_absent() -> None:
    survey = surveyed(answered([THERE], [GONE]))
    assert survey.seen(file("another")) == Unread("was not asked")


@pytest.mark.parametrize("lacking", [LOCK, ENTRIES], ids=["lock", "entries"])
def test_a_manifest_that_cannot_be_read_silences_the_system(lacking: Probe) -> None:
    whole = answered([THERE], [GONE])
    broken = {**whole.answers, (lacking.script, lacking.touches): Reply(1, "", "cannot open: Input/output error\n")}
    survey = surveyed(Answered(broken))
    silent = survey.systems[NAS]
    assert isinstance(silent, Silent)
    assert silent.reason == "its manifest could not be read: cannot open: Input/output error"
    assert survey.manifests == {}
    assert survey.seen(THERE) == Unread(silent.reason, silent.fix)


def test_answers_without_resources_to_read_are_kept_for_whoever_asked() -> None:
    asked = Answered({(LOCK.script, LOCK.touches): lock_reply()})

    def connect(system: System, _: Sequence[System]) -> tuple[Transport, System]:
        return _Lock(asked), system

    assert Engine(connect).read([nas()], {NAS: [LOCK]}) == {NAS: asked}


class _Lock(Scripted):
    def __init__(self, asked: Answered) -> None:
        super().__init__(asked.answers, [])
        self._probes = [LOCK]


def test_answers_to_what_was_asked_besides_stay() -> None:
    also = Probe(script="echo copies", touches=True)
    known = answered([THERE], [GONE], [entry_of(THERE)])
    told = {(also.script, also.touches): Reply(0, "copies\n", "")}
    kept = Answered({**known.answers, **told}).reading([THERE, GONE], [also])
    assert isinstance(kept, Answered)
    assert dict(kept.answers) == told
    assert kept.seen == {THERE.address: Present(THERE), GONE.address: Absent()}
