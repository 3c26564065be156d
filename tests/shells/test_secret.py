"""What a step must know and nobody may read: it reaches the step in every shell, and shows nowhere else."""

from __future__ import annotations

import dataclasses

import pytest

from studio_backup.errors import UsageError
from studio_backup.manifest import entry_path
from studio_backup.probe import Reply
from studio_backup.script import SKIPPED, build, calls_of, outcomes
from studio_backup.secret import Secret
from studio_backup.source import Place
from studio_backup.step import Outcome, Step, Task
from tests.sandbox import SHELLS, Sandbox

TOKEN = "5f0c1d2e3b4a6978"
REFERENCE = Secret(kind="env", words=("TM_WS_A",), place=Place("p.yml", 3, 5))
CANARY = "canary-5a1e-ü $(x) 'y' \\n \"%s"
#: What the step says of itself while it holds the secret: every command line and environment of the machine.
TELL = r"""printf '%s\n' "$secret" | sh -c '
cat >/srv/got
for one in /proc/[0-9]*; do tr "\0" "\n" <"$one/cmdline"; tr "\0" "\n" <"$one/environ"; done >/srv/seen 2>/dev/null
:'"""


def task(address: str, script: str, secret: Secret | None = REFERENCE, needs: tuple[str, ...] = ()) -> Task:
    step = Step(title=address, script=script, secret=secret)
    return Task(address=address, steps=(step,), entry_path=entry_path("northlight", address),
                entry=f"address\t{address}\n", needs=frozenset(needs))  # fmt: skip


@pytest.mark.parametrize("name", SHELLS)
def test_it_reaches_the_step_and_shows_nowhere_else(sandbox: Sandbox, name: str) -> None:
    tasks = [task("user", TELL), task("share", ":", secret=None, needs=("user",))]
    done = sandbox.run(build(tasks, TOKEN, reveal=lambda _: CANARY), SHELLS[name])
    found = outcomes(tasks, Reply(done.returncode, done.stdout, done.stderr), TOKEN)
    if name == "mksh":  # its printf is a program: a command line would hold the secret
        assert found["share"] == Outcome(SKIPPED, "")
        assert found["user"] == Outcome(1, "printf is a program in this shell, which would show the secret to all")
        assert sandbox.run("test -e /srv/got").returncode == 1
    else:
        assert found == {"user": Outcome(0, ""), "share": Outcome(0, "")}
        assert sandbox.read("/srv/got") == f"{CANARY}\n"
        assert "canary" not in sandbox.read("/srv/seen")
        assert "PATH=" in sandbox.read("/srv/seen")
    assert "canary" not in done.stdout + done.stderr
    sandbox.run("rm -f /srv/got")
    assert sandbox.run("grep -rl canary /etc/studio-backup /var/lib/studio-backup /srv").stdout == ""


def test_one_that_is_not_found_fails_its_step_and_what_rests_on_it(sandbox: Sandbox) -> None:
    def missing(secret: Secret) -> str:
        raise UsageError(f"{secret.place}: there is no variable {secret.words[0]}", "export it")

    tasks = [
        task("user", "echo ran >/srv/ran"),
        task("share", ":", secret=None, needs=("user",)),
        task("else", ":", None),
    ]
    done = sandbox.run(build(tasks, TOKEN, reveal=missing))
    assert outcomes(tasks, Reply(done.returncode, done.stdout, done.stderr), TOKEN) == {
        "user": Outcome(1, "p.yml:3:5: there is no variable TM_WS_A"),
        "share": Outcome(SKIPPED, ""),
        "else": Outcome(0, ""),
    }
    assert sandbox.run("test -e /srv/ran").returncode == 1


def test_steps_with_secrets_are_never_joined_and_a_plan_holds_them_to_the_reference() -> None:
    step = Step(title="t", script="x", args=("1",), secret=REFERENCE)
    tasks = [Task(address=name, steps=(step,), entry_path=f"/x/{name}", entry="e\n") for name in ("a", "b")]
    assert len(calls_of(tasks)) == 2
    other = dataclasses.replace(step, secret=dataclasses.replace(REFERENCE, words=("TM_WS_B",)))
    assert other.digest() != step.digest() != dataclasses.replace(step, secret=None).digest()
