"""The password for sudo is on no machine, in no process list and in no file, whatever becomes of the apply."""

import threading
from pathlib import Path

import pytest

from tests.lab.conftest import Lab
from tests.lab.studio import Studio

pytestmark = pytest.mark.lab
PASSWORD = "canary-7d1f-ü $(x) 'y'"
NEEDLE = "canary-7d1f"


def local_processes() -> set[str]:
    """Command lines on the control machine that hold the password."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            text = entry.read_bytes().decode("utf-8", "replace")
        except OSError:
            continue
        if NEEDLE in text:
            found.add(text)
    return found


def test_the_password_for_sudo_is_nowhere(lab: Lab, tmp_path: Path) -> None:
    lab.reset()
    studio = Studio(tmp_path / "spec")
    lab.run("nas", "chpasswd", text=f"tech:{PASSWORD}\n", check=True)
    file = studio.folder / "inventory/machine-room.yml"
    line = next(line for line in file.read_text().splitlines() if "address:" in line)
    indent = line[: len(line) - len(line.lstrip())]
    studio.edit("inventory/machine-room.yml", line, f"{line}\n{indent}user: tech\n{indent}become: sudo")
    seen: set[str] = set()
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            seen.update(local_processes())
            # In a class of its own, so that the search does not find itself.
            listed = lab.run("nas", "ps -eo args | grep '[c]anary-7d1f'; grep -l '[c]anary-7d1f' /proc/[0-9]*/environ")
            seen.update(listed.stdout.split("\n"))
            over.wait(0.1)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        said = []
        for arguments, code in ((("plan", "--save", "kept.plan", "-v"), 2), (("apply", "--yes", "-v"), 0)):
            done = studio.run(*arguments, code=code, STUDIO_BACKUP_SUDO_PASSWORD=PASSWORD)
            said.append(done.stdout + done.stderr)
    finally:
        over.set()
        watcher.join()
    assert seen <= {""}
    assert not any(NEEDLE in text for text in said)
    everywhere = f"grep -rlF {NEEDLE} /etc /var /tmp /root /home /run /srv 2>/dev/null"
    assert lab.run("nas", everywhere).stdout == ""
    for path in studio.folder.rglob("*"):
        assert not path.is_file() or NEEDLE.encode() not in path.read_bytes(), path


def test_without_a_password_or_with_a_wrong_one_it_says_so(lab: Lab, tmp_path: Path) -> None:
    studio = Studio(tmp_path / "spec")
    lab.run("nas", "true", check=True)
    file = studio.folder / "inventory/machine-room.yml"
    line = next(line for line in file.read_text().splitlines() if "address:" in line)
    indent = line[: len(line) - len(line.lstrip())]
    studio.edit("inventory/machine-room.yml", line, f"{line}\n{indent}user: tech\n{indent}become: sudo")
    only = ("plan", "--only", "system:nas/linux")
    assert "sudo asks for a password of tech and none was given" in studio.run(*only, code=3).stdout
    wrong = studio.run(*only, code=3, STUDIO_BACKUP_SUDO_PASSWORD="wrong")
    assert "sudo does not take the password of tech" in wrong.stdout
