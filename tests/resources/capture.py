"""Capture replies: `python -m tests.resources.capture [KIND/CASE…]` brings a machine to each setup.sh and asks it.

The first lines of setup.sh say where: `# machine: dash`, `bash` or `busybox` is this machine behind a private /etc,
/var/lib, /root and /srv; `macos-15` is the stand-in of a Mac of that version; `raid` is the virtual machine, `raid-zfs`
the one with OpenZFS; any other name is a booted lab machine. A setup.sh of the kind, which may be a link to that of
another, goes before that of a case. A case without setup.sh is made by hand.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
from datetime import date

from studio_backup.probe import PREAMBLE, Reply
from tests.lab.machines import inside
from tests.lab.vm import client, facts
from tests.resources.cases import Case, every_case, shown
from tests.sandbox import BUSYBOX, SHELLS, Sandbox
from tests.sim.macos.machine import Mac

_UNDO = """systemctl stop 'studio-backup-golden*' 2>/dev/null
systemctl disable studio-backup-golden_x.timer 2>/dev/null
rm -rf /etc/systemd/system/studio-backup-golden* /run/systemd/system/studio-backup-golden*
systemctl daemon-reload; systemctl reset-failed 2>/dev/null; true"""

#: The virtual machine, plain and with `--zfs`, and whose answers are of interest there.
VIRTUAL = {facts.NAME: "mdadm 4.2", f"{facts.NAME}-zfs": "OpenZFS 2.3.2"}


def question(case: Case) -> str:
    """The kind's own probe as a joined script would run it."""
    probe = case.want().probe()
    return f"( set -eu\nset -- {shlex.join(probe.args)}\n{probe.script}\n) </dev/null\n"


def local(case: Case, shell: str, setup: str) -> tuple[str, Reply]:
    """The reply of this machine with one of its shells; BusyBox with its own programs."""
    path = f"PATH={BUSYBOX}; export PATH\n" if shell == "busybox" else ""
    with Sandbox() as sandbox:
        done = sandbox.run(f"set -eu\n{setup}")
        assert done.returncode == 0, (case.name, done.stderr)
        asked = sandbox.run(f"{PREAMBLE}\n{path}{question(case)}", SHELLS[shell])
    tools = "BusyBox v1.35.0 shell and programs" if path else f"{shell}, GNU coreutils 9.1, mawk 1.3.4"
    return f"Debian 12, {tools}, {date.today()}", Reply(asked.returncode, asked.stdout, asked.stderr)


def mac(case: Case, version: str, setup: str) -> tuple[str, Reply]:
    """The reply of a stand-in: it proves our side only, and what it says is what the notes on macOS say."""
    with Mac(version) as standin:
        standin.do(f"set -eu\n{setup}")
        standin.settle()
        asked = standin.run(f"{PREAMBLE}\n{question(case)}")
        assert standin.refused() == [], case.name
    origin = f"STAND-IN of macOS {version} made from notes, no Mac; bash as sh, {date.today()}"
    return origin, Reply(asked.returncode, asked.stdout, asked.stderr)


def lab(case: Case, name: str, setup: str) -> tuple[str, Reply]:
    """The reply of a booted lab machine."""
    try:
        inside.run(name, f"set -eu\n{setup}", check=True)
        asked = inside.run(name, f"{PREAMBLE}\n{question(case)}")
    finally:
        inside.run(name, _UNDO)
    origin = f"Debian 12 lab machine {name}, systemd 252, GNU coreutils 9.1, mawk 1.3.4, {date.today()}"
    return origin, Reply(asked.returncode, asked.stdout, asked.stderr)


def raid(case: Case, setup: str, tool: str) -> tuple[str, Reply]:
    """The reply of the virtual machine that `scripts/lab vm up` boots; setup.sh of the kind blanks its disks."""
    client.run(setup, timeout=300)  # without -e: what is refused, such as to fail a last disk, is part of some cases
    asked = client.run(f"{PREAMBLE}\n{question(case)}")
    origin = f"Debian 12 virtual machine, Linux 6.1, {tool}, dash, GNU coreutils 9.1, mawk 1.3.4, {date.today()}"
    return origin, Reply(asked.returncode, asked.stdout, asked.stderr)


def capture(case: Case) -> None:
    """Write reply.txt anew, and expect.txt as it would be; `git diff` shows what changed."""
    script = case.folder / "setup.sh"
    if script.exists():
        text = script.read_text(encoding="utf-8")
        machine = text.split("\n", 1)[0].removeprefix("# machine: ")
        shared = case.folder.parent / "setup.sh"
        text = f"{shared.read_text(encoding='utf-8')}\n{text}" if shared.exists() else text
        if machine.startswith("macos-"):
            origin, reply = mac(case, machine.removeprefix("macos-"), text)
        elif machine in VIRTUAL:
            origin, reply = raid(case, text, VIRTUAL[machine])
        else:
            origin, reply = local(case, machine, text) if machine in SHELLS else lab(case, machine, text)
        case.keep(origin, reply)
    (case.folder / "expect.txt").write_text(shown(case), encoding="utf-8", errors="surrogateescape")


if __name__ == "__main__":
    for chosen in every_case():
        if not sys.argv[1:] or any(chosen.name.startswith(word) for word in sys.argv[1:]):
            try:
                capture(chosen)
            except (AssertionError, subprocess.SubprocessError) as error:
                print(f"{chosen.name}: {error}", file=sys.stderr)
