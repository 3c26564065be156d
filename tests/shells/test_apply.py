"""Plan and apply on a machine that is a namespace of this one: done is seen done, and a second time nothing is done."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from studio_backup.apply import Applied, carry_out
from studio_backup.diff import drift_class
from studio_backup.engine import Engine
from studio_backup.looking import Scope, look
from studio_backup.plan import Plan
from studio_backup.resource import After, Derived, Resource
from studio_backup.result import Result
from studio_backup.spec.model import Machine, System
from studio_backup.survey import Survey
from studio_backup.transport import Local, Transport
from tests.sandbox import SHELLS, Sandbox
from tests.values import FOLDER, NAS, PLACE, STUDIO, block, by_address, file, folder, key

STATE = "/var/lib/studio-backup"
SYSTEM = System(
    machine="nas", name="linux", os="linux", address="x", port=22, user="root", host_key="ssh-ed25519 AAAA", place=PLACE
)
MACHINE = Machine(
    name="nas", role="nas", site="s", room=None, exclusive=False, systems={"linux": SYSTEM}, disks={}, arrays={},
    volumes={}, groups=(), variables={}, asleep_limit=0, place=PLACE,
)  # fmt: skip


@pytest.fixture
def sandbox(sandbox: Sandbox) -> Sandbox:
    sandbox.run("rm -rf /root/.ssh")
    return sandbox


def things() -> list[Resource]:
    """A little of each kind that needs neither systemd nor a volume."""
    top = folder("/etc/studio-backup")
    ours = folder(FOLDER, requires=(top.address,))
    keys = folder(f"{STATE}/northlight/receivers/r", mode="0700", requires=(folder(STATE, mode="0711").address,))
    pair = key(requires=(keys.address,))
    pair = type(pair)(system=NAS, name=pair.name, place=PLACE, owner="root", requires=pair.requires)
    lines = Derived(('restrict,command="/bin/true" ', After(pair.address, "public")))
    return [
        block(lines, system=NAS),
        pair,
        keys,
        folder(STATE, mode="0711"),
        file("job", "#!/bin/sh\n", mode="0755", requires=(ours.address,)),
        file("jobs.conf", "it's $HOME\n", requires=(ours.address,)),
        ours,
        top,
    ]


class Studio:
    """What the commands do, with a shell in place of a connection."""

    def __init__(self, sandbox: Sandbox, shell: Sequence[str], wanted: list[Resource], whole: bool = True) -> None:
        self.scope = Scope(STUDIO, by_address(*wanted), [MACHINE], lambda _: True, frozenset(), whole)
        self._shell = sandbox.argv(shell)

    def _engine(self) -> Engine:
        def connect(system: System, siblings: Sequence[System]) -> tuple[Transport, System]:
            del siblings
            return Local(self._shell), system

        return Engine(connect)

    def plan(self) -> Plan:
        return look(self._engine(), self.scope)[1]

    def apply(self, told: list[Result] | None = None) -> Applied:
        engine = self._engine()
        survey: Survey
        survey, plan = look(engine, self.scope)
        return carry_out(engine, self.scope, survey, plan, (told if told is not None else []).extend)


def verbs(plan: Plan) -> set[str]:
    return {change.verb for change in plan.changes}


@pytest.mark.parametrize("name", SHELLS)
def test_from_nothing_then_nothing(sandbox: Sandbox, name: str) -> None:
    studio = Studio(sandbox, SHELLS[name], things())
    told: list[Result] = []
    applied = studio.apply(told)
    assert [(result.change.address, result.reason) for result in applied.failed] == []
    assert len(told) == len(things())
    assert max(applied.plan.waves.values(), default=0) == 0
    assert verbs(applied.plan) == verbs(studio.plan()) == {"ok"}
    assert sandbox.run(f"{FOLDER}/job").returncode == 0
    public = sandbox.read(f"{things()[1].name}.pub").split()[1]
    assert public in sandbox.read("/root/.ssh/authorized_keys")
    again = studio.apply()
    assert again.results == {}


def test_keys_of_others_keep_every_byte_owner_and_mode(sandbox: Sandbox) -> None:
    theirs = "# mine\\nssh-ed25519 AAAA kim@desk\\n\\n\\tssh-rsa BBBB lee\\n"
    sandbox.run(
        f"mkdir -p /root/.ssh; printf '{theirs}' >/root/.ssh/authorized_keys; chmod 0640 /root/.ssh/authorized_keys"
    )
    before = sandbox.read("/root/.ssh/authorized_keys")
    studio = Studio(sandbox, ["dash"], things())
    assert studio.apply().failed == []
    assert sandbox.read("/root/.ssh/authorized_keys").startswith(before)
    assert sandbox.run("stat -c '%a %U' /root/.ssh/authorized_keys").stdout == "640 root\n"
    assert Studio(sandbox, ["dash"], things()[1:]).apply().failed == []
    assert sandbox.read("/root/.ssh/authorized_keys") == before
    assert sandbox.run("ls -A /root/.ssh").stdout == "authorized_keys\n"


def test_drift_is_put_back_and_named(sandbox: Sandbox) -> None:
    studio = Studio(sandbox, ["dash"], things())
    studio.apply()
    sandbox.run(f"echo evil >>{FOLDER}/job; chmod 0777 {FOLDER}; rm {FOLDER}/jobs.conf; chmod 0644 {things()[1].name}")
    classes = {change.address: drift_class(change) for change in studio.plan().acting()}
    assert len(classes) == 4
    assert set(classes.values()) == {"drifted"}
    assert studio.apply().failed == []
    assert verbs(studio.plan()) == {"ok"}


def test_what_leaves_the_spec_is_removed_unless_it_was_edited(sandbox: Sandbox) -> None:
    Studio(sandbox, ["dash"], [*things(), file("old", "old\n"), file("edited", "old\n")]).apply()
    sandbox.run(f"echo mine >>{FOLDER}/edited")
    some = Studio(sandbox, ["dash"], things(), whole=False)
    assert some.apply().results == {}
    applied = Studio(sandbox, ["dash"], things()).apply()
    assert [(result.change.resource.name, result.done) for result in applied.results.values()] == [
        (f"{FOLDER}/old", True)
    ]
    listing = sandbox.run(f"ls {FOLDER}").stdout.split()
    assert listing == ["edited", "job", "jobs.conf"]


def test_another_studio_s_things_are_left_alone(sandbox: Sandbox) -> None:
    studio = Studio(sandbox, ["dash"], [file("theirs", "x\n", requires=(things()[-2].address,)), *things()])
    studio.apply()
    other = Studio(sandbox, ["dash"], things()[-2:])
    other.scope = Scope("southlight", by_address(*things()[-2:]), [MACHINE], lambda _: True, frozenset(), True)
    assert verbs(other.plan()) == {"ok"}
    assert other.apply().results == {}
    assert verbs(studio.plan()) == {"ok"}


def test_nothing_is_tried_that_rests_on_a_failed_step_however_far_away(sandbox: Sandbox) -> None:
    """A key whose folder cannot be made, the line made of that key, and a file that needs the line."""
    last = file("last", requires=(block("").address.replace("ws-a/linux", NAS),))
    sandbox.run(f"mkdir -p {STATE}/northlight; mount -t tmpfs -o ro tmpfs {STATE}/northlight")
    try:
        told: list[Result] = []
        applied = Studio(sandbox, ["dash"], [*things(), last]).apply(told)
    finally:
        sandbox.run(f"umount {STATE}/northlight")
    failed = {result.change.resource.name.rsplit("/", 1)[-1] for result in applied.failed}
    assert failed == {"r", "key"}
    assert last.address not in applied.results
    assert sandbox.run(f"test -e {last.name}").returncode == 1
    entries = sandbox.run(f"cat {STATE}/manifest/*").stdout
    assert last.address not in entries
    assert Studio(sandbox, ["dash"], [*things(), last]).apply().failed == []


def test_a_file_where_a_folder_should_be_is_said_and_stays(sandbox: Sandbox) -> None:
    sandbox.run(f"mkdir -p /etc/studio-backup; echo precious >{FOLDER}")
    applied = Studio(sandbox, ["dash"], things()).apply()
    assert sandbox.read(FOLDER) == "precious\n"
    changes = {change.resource.name: change for change in applied.plan.changes}
    assert changes[FOLDER].verb == "conflict"
    assert changes[f"{FOLDER}/job"].verb in ("deferred", "unread")
