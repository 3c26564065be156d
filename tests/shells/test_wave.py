"""The script of a wave, really run in every shell: all or nothing, in order, staged, and converging after any kill."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence

import pytest

from studio_backup.lock import STARTED
from studio_backup.manifest import PROBES, Entry, entry_path, entry_text, parse
from studio_backup.probe import Reply, end_mark
from studio_backup.script import REFUSED, SKIPPED, build, outcomes
from studio_backup.step import Outcome, Staged, Step, Task
from tests.sandbox import SHELLS, Sandbox

TOKEN = "5f0c1d2e3b4a6978"
STUDIO = "northlight"
UNITS = "/etc/systemd/system"


def entry_of(address: str) -> Entry:
    return Entry(STUDIO, address, "studio.yml", "0123456789abcdef")


def task(address: str, *steps: Step, needs: Sequence[str] = (), removes: bool = False) -> Task:
    return Task(
        address=address,
        steps=steps,
        entry_path=entry_path(STUDIO, address),
        entry=None if removes else entry_text(entry_of(address)),
        needs=frozenset(needs),
    )


def step(script: str, *args: str, guard: str = "", title: str = "a step") -> Step:
    return Step(title=title, script=script, args=args, guard=guard)


def write(path: str, text: str, mode: str = "0644") -> Step:
    folder = path.rsplit("/", 1)[0]
    staged = (Staged(path=path, text=text, mode=mode),)
    return Step(
        title=f"write {path}", script=f'mkdir -p {folder}; mv -f -- "$@" {folder}/', args=(path,), staged=staged
    )


def carry_out(
    sandbox: Sandbox, tasks: list[Task], shell: Sequence[str] = ("dash",)
) -> tuple[dict[str, Outcome | None], subprocess.CompletedProcess[str]]:
    done = sandbox.run(build(tasks, TOKEN), shell)
    return outcomes(tasks, Reply(done.returncode, done.stdout, done.stderr), TOKEN), done


def entries(sandbox: Sandbox) -> set[str]:
    """The addresses that the manifest holds, and nothing damaged beside them."""
    lock, listed = (sandbox.run(f"( set -eu\nset -- {' '.join(one.args)}\n{one.script}\n)") for one in PROBES)
    found = parse(*(Reply(done.returncode, done.stdout, done.stderr) for done in (lock, listed)))
    assert found is not None
    assert found.damaged == ()
    return {address for _, address in found.entries}


def test_steps_run_in_order_with_logs_entries_and_both_end_marks(sandbox: Sandbox, shell: list[str]) -> None:
    tasks = [
        task("a", step("echo one; echo two >&2")),
        task("b", step('printf "%s no newline" "$1"', "it's $HOME `id`\n*")),
    ]
    found, done = carry_out(sandbox, tasks, shell)
    assert found == {"a": Outcome(0, "one\ntwo"), "b": Outcome(0, "it's $HOME `id`\n* no newline")}
    assert done.returncode == 0
    assert done.stdout.endswith(f"{end_mark(TOKEN)}\n")
    assert done.stderr == f"{end_mark(TOKEN)}\n"
    assert entries(sandbox) == {"a", "b"}
    assert sandbox.run(f"cat /var/lib/studio-backup/log/apply-{TOKEN}.log").stdout in done.stdout
    assert sandbox.read("/var/lib/studio-backup/generation") == f"{TOKEN}\n"
    assert sandbox.run("test -e /var/lib/studio-backup/step").returncode == 1


def test_what_it_leaves_is_root_s_alone(sandbox: Sandbox) -> None:
    carry_out(sandbox, [task("a", step(":"))])
    listing = sandbox.run("cd /var/lib; stat -c '%a %n' studio-backup studio-backup/* studio-backup/*/*").stdout.split(
        "\n"
    )
    modes = {line.split()[1]: line.split()[0] for line in listing if line}
    assert modes.pop("studio-backup") == "711"
    assert set(modes.values()) == {"700", "600"}


def test_a_failed_step_skips_what_needs_it_and_nothing_else(sandbox: Sandbox, shell: list[str]) -> None:
    tasks = [
        task("fails", step("echo before; false; echo after")),
        task("needs", step("echo no"), needs=["fails"]),
        task("needs the one that needs", step("echo no"), needs=["needs"]),
        task("free", step("echo yes")),
    ]
    found, _ = carry_out(sandbox, tasks, shell)
    assert found == {
        "fails": Outcome(1, "before"),
        "needs": Outcome(SKIPPED, ""),
        "needs the one that needs": Outcome(SKIPPED, ""),
        "free": Outcome(0, "yes"),
    }


def test_a_guard_refuses_before_its_step_runs(sandbox: Sandbox, shell: list[str]) -> None:
    tasks = [
        task("refused", step("echo no", guard="echo looked; false; true")),
        task("unset", step("echo no", guard='[ "$NEVER_SET" = 1 ]')),
        task("allowed", step("echo yes", "x", guard='[ "$1" = x ]')),
    ]
    found, _ = carry_out(sandbox, tasks, shell)
    assert found["refused"] == Outcome(REFUSED, "looked")
    unset = found["unset"]
    assert unset is not None
    assert unset.exit == REFUSED
    assert found["allowed"] == Outcome(0, "yes")


def test_a_guard_and_a_step_cannot_read_the_script(sandbox: Sandbox, shell: list[str]) -> None:
    found, _ = carry_out(sandbox, [task("a", step("cat; echo done", guard="cat")), task("b", step("echo b"))], shell)
    assert found == {"a": Outcome(0, "done"), "b": Outcome(0, "b")}


def test_equal_steps_are_one_call_with_all_arguments(sandbox: Sandbox) -> None:
    tasks = [task(name, step('echo "$#: $*"', name)) for name in ("a", "b", "c")]
    found, _ = carry_out(sandbox, tasks)
    assert found == dict.fromkeys("abc", Outcome(0, "3: a b c"))


def test_equal_steps_are_not_joined_across_what_they_wait_for(sandbox: Sandbox) -> None:
    same = 'echo "$@" >>/srv/order'
    tasks = [
        task("first", step(same, "first")),
        task("between", step("echo between >>/srv/order"), needs=["first"]),
        task("last", step(same, "last"), needs=["between"]),
    ]
    found, _ = carry_out(sandbox, tasks)
    assert all(outcome == Outcome(0, "") for outcome in found.values())
    assert sandbox.read("/srv/order") == "first\nbetween\nlast\n"


def test_files_are_staged_with_their_modes_and_bytes(sandbox: Sandbox, shell: list[str]) -> None:
    hostile = 'it\'s "a" $(touch /srv/hit) `id` \\n %s \\0\n\n\tlast line without end \udcff'
    tasks = [
        task("program", write("/etc/studio-backup/northlight/job", "#!/bin/sh\n", "0755")),
        task("secret", write("/etc/studio-backup/northlight/jobs/a.conf", hostile, "0600")),
        task("empty", write("/etc/studio-backup/northlight/jobs/empty", "", "0644")),
        task("unit", write(f"{UNITS}/studio-backup-northlight_a.service", "[Unit]\n")),
    ]
    found, done = carry_out(sandbox, tasks, shell)
    assert all(outcome == Outcome(0, "") for outcome in found.values()), done.stdout
    assert sandbox.read("/etc/studio-backup/northlight/jobs/a.conf") == hostile
    modes = sandbox.run(
        f"stat -c %a /etc/studio-backup/northlight/job /etc/studio-backup/northlight/jobs/* {UNITS}/studio-backup-*"
    )
    assert modes.stdout.split() == ["755", "600", "644", "644"]
    assert sandbox.run("test -e /srv/hit").returncode == 1
    assert left_over(sandbox) == ""


def left_over(sandbox: Sandbox) -> str:
    """Whatever stands half made somewhere."""
    return sandbox.run(
        "find /etc/studio-backup /etc/systemd/system /var/lib/studio-backup"
        " -name '.studio-backup-stage*' -o -name '.new*'"
    ).stdout


def test_a_check_that_fails_renames_nothing(sandbox: Sandbox, shell: list[str]) -> None:
    path = f"{UNITS}/studio-backup-northlight_a.service"
    check = step('grep -q "^\\[Unit\\]" "$@" || { echo "bad: ${1##*/}"; exit 1; }', path)
    good = task("good", write("/etc/studio-backup/northlight/job", "#!/bin/sh\n", "0755"))
    found, _ = carry_out(sandbox, [task("unit", check, write(path, "nonsense\n")), good], shell)
    assert found["unit"] == Outcome(1, "bad: studio-backup-northlight_a.service")
    assert found["good"] == Outcome(0, "")
    assert sandbox.run(f"test -e {path}").returncode == 1
    assert left_over(sandbox) == ""


def test_an_entry_goes_only_when_its_steps_went_well(sandbox: Sandbox) -> None:
    carry_out(sandbox, [task("stays", step(":")), task("goes", step(":"))])
    carry_out(sandbox, [task("stays", step("false"), removes=True), task("goes", step(":"), removes=True)])
    assert entries(sandbox) == {"stays"}


def test_what_is_already_gone_only_loses_its_entry(sandbox: Sandbox) -> None:
    carry_out(sandbox, [task("gone", step(":"))])
    found, _ = carry_out(sandbox, [task("gone", removes=True)])
    assert found == {"gone": Outcome(0, "")}
    assert entries(sandbox) == set()


def test_left_overs_of_an_earlier_kill_are_cleaned(sandbox: Sandbox) -> None:
    stage = "/etc/studio-backup/.studio-backup-stage.0000/0"
    sandbox.run(f"mkdir -p {stage} /var/lib/studio-backup/manifest/.new.0000; echo half >{stage}/job")
    sandbox.run("echo half >/var/lib/studio-backup/manifest/.new.0000/x")
    carry_out(sandbox, [task("a", write("/etc/studio-backup/northlight/job", "#!/bin/sh\n", "0755"))])
    assert left_over(sandbox) == ""
    assert entries(sandbox) == {"a"}


SMALL = [
    task("a", write("/etc/studio-backup/northlight/job", "#!/bin/sh\necho it's a 'job'\n", "0755")),
    task("b", step("echo ran >/srv/ran"), needs=["a"]),
]


@pytest.mark.parametrize("name", SHELLS)
def test_a_script_that_was_cut_while_it_came_runs_nothing(sandbox: Sandbox, name: str) -> None:
    """Every byte in one shell, every seventh in the others."""
    script = build(SMALL, TOKEN).encode()
    body = script.rstrip().removesuffix(b"}")
    every = 1 if name == "dash" else 23
    loop = f"""number=0
while [ "$number" -lt {len(body)} ]; do
  head -c "$number" /run/studio-backup-sandbox/script | {" ".join(SHELLS[name])} -s >/dev/null 2>&1
  if [ -e /var/lib/studio-backup ] || [ -e /etc/studio-backup ] || [ -e /srv/ran ]; then
    echo "ran at $number"; exit 1
  fi
  number=$((number + {every}))
done"""
    sandbox.run(b"cat >/run/studio-backup-sandbox/script <<'END-OF-SCRIPT'\n" + script + b"END-OF-SCRIPT\n")
    done = sandbox.run(loop)
    assert (done.returncode, done.stdout) == (0, "")
    assert "ran" not in sandbox.run("ls /srv").stdout
    assert sandbox.run(script, SHELLS[name]).returncode == 0
    assert sandbox.read("/srv/ran") == "ran\n"


def test_a_connection_cut_while_it_runs_lets_it_finish(sandbox: Sandbox, shell: list[str]) -> None:
    begun = sandbox.start([*shell, "-s"])
    script = build([task("a", step("echo begun >/srv/begun; sleep 0.4; echo loud; echo done >/srv/done"))], TOKEN)
    assert begun.stdin is not None
    begun.stdin.write(script.encode())
    begun.stdin.close()
    sandbox.run("until [ -e /srv/begun ]; do sleep 0.05; done")
    for stream in (begun.stdout, begun.stderr):
        assert stream is not None
        stream.close()
    os.killpg(begun.pid, signal.SIGHUP)
    sandbox.run("tries=0; until [ -e /srv/done ] || [ $tries -gt 200 ]; do tries=$((tries + 1)); sleep 0.05; done")
    assert sandbox.read("/srv/done") == "done\n"
    begun.wait()
    assert "loud" in sandbox.read(f"/var/lib/studio-backup/log/apply-{TOKEN}.log")


def test_killed_in_the_middle_it_converges_when_run_again(sandbox: Sandbox, shell: list[str]) -> None:
    tasks = [
        task("a", write("/etc/studio-backup/northlight/job", "#!/bin/sh\n", "0755")),
        task("b", step("echo $$ >/srv/pid; [ -e /srv/again ] || sleep 30"), needs=["a"]),
        task("c", write("/etc/studio-backup/northlight/gate", "#!/bin/sh\n", "0755"), needs=["b"]),
    ]
    begun = sandbox.start([*shell, "-s"])
    assert begun.stdin is not None
    begun.stdin.write(build(tasks, "0123456789abcdef").encode())
    begun.stdin.close()
    sandbox.run("until [ -s /srv/pid ]; do sleep 0.05; done")
    held = f'{STARTED}\nread -r pid start </var/lib/studio-backup/step; alive "$pid" "$start"'
    assert sandbox.run(held).returncode == 0
    os.killpg(begun.pid, signal.SIGKILL)
    begun.wait()
    assert sandbox.run(held).returncode == 1
    assert sandbox.read("/var/lib/studio-backup/generation").strip() not in ("", "0123456789abcdef")
    assert entries(sandbox) == {"a", "b", "c"}
    sandbox.run(": >/srv/again")
    found, _ = carry_out(sandbox, tasks, shell)
    assert found == dict.fromkeys("abc", Outcome(0, ""))
    assert left_over(sandbox) == ""
    assert sandbox.read("/etc/studio-backup/northlight/gate") == "#!/bin/sh\n"


def test_an_entry_that_cannot_be_written_keeps_every_step_from_running(sandbox: Sandbox) -> None:
    carry_out(sandbox, [task("a", step(":"))])
    sandbox.run("mount -t tmpfs -o size=4k,nr_inodes=2 tmpfs /var/lib/studio-backup/manifest")
    try:
        found, done = carry_out(sandbox, [task("a", step("echo ran >/srv/ran")), task("b", step("echo ran >/srv/ran"))])
    finally:
        sandbox.run("umount /var/lib/studio-backup/manifest")
    assert found == {"a": None, "b": None}
    assert done.returncode == 1
    assert "No space left" in done.stdout
    assert sandbox.run("test -e /srv/ran").returncode == 1
    assert entries(sandbox) == {"a"}


def test_an_answer_that_was_cut_says_only_what_it_says() -> None:
    tasks = [task("a", step("echo a")), task("b", step("echo b"))]
    whole = f"<{TOKEN} 0>\na\n\n<{TOKEN} 0 0>\n<{TOKEN} 1>\nb\n\n<{TOKEN} 1 3>\n"
    for end in range(len(whole)):
        found = outcomes(tasks, Reply(-1, whole[:end], ""), TOKEN)
        assert found["a"] in (None, Outcome(0, "a"))
        assert found["b"] is None or found["b"] == Outcome(3, "b")
    assert outcomes(tasks, Reply(-1, whole, ""), TOKEN) == {"a": Outcome(0, "a"), "b": Outcome(3, "b")}


def test_the_worst_step_of_a_change_is_its_outcome() -> None:
    tasks = [task("a", step("echo a"), step("echo b"))]
    reply = Reply(0, f"<{TOKEN} 0>\na\n\n<{TOKEN} 0 2>\n<{TOKEN} 1>\n\n<{TOKEN} 1 {SKIPPED}>\n", "")
    assert outcomes(tasks, reply, TOKEN) == {"a": Outcome(2, "a")}
