"""What the doctor makes of an answer: proven missing, not seen, and the command of that system's own packages."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio_backup.cli import main
from studio_backup.cli.doctor import _record
from studio_backup.doctor import Finding, Wanted, examine, wanted
from studio_backup.probe import Reply, Unanswered
from studio_backup.report.doctor import screen
from studio_backup.report.text import Paint
from studio_backup.spec.model import System
from studio_backup.survey import Answered, Silent
from tests.laws.scripts import example
from tests.studios import HERE

ASKED = (1000.0, 1010.0)


def need(name: str = "nas/linux") -> Wanted:
    """What a system of the example studio needs, its volumes aside."""
    return dataclasses.replace(wanted(example())[name], volumes=[])


def answer(*lines: str, exit_status: int = 0, of: Wanted | None = None) -> Answered:
    probe = (of or need()).probes()[0]
    return Answered({(probe.script, False): Reply(exit_status, "".join(f"{line}\n" for line in lines), "")})


ALL = tuple(f"program\t{name}" for name in ("rsync", "systemctl", "ssh", "ssh-keygen", "useradd", "btrfs"))
GOOD = ("user\t0", "clock\t1005", "systemd\tyes", "manager\tapt-get", *ALL, "complete")


def without(*words: str) -> tuple[str, ...]:
    return tuple(line for line in GOOD if line not in words)


def wrong(answered: Answered, of: Wanted | None = None) -> list[Finding]:
    return [one for one in examine(of or need(), answered, ASKED) if one.state != "ok"]


def test_a_system_that_has_it_all() -> None:
    assert wrong(answer(*GOOD)) == []
    assert {one.what for one in examine(need(), answer(*GOOD), ASKED)} >= {"rsync", "root", "clock", "btrfs"}


@pytest.mark.parametrize(
    ("manager", "fix"),
    [
        ("manager\tapt-get", "apt-get install openssh-client"),
        ("manager\tdnf", "dnf install openssh-clients"),
        ("manager\tapk", "apk add openssh-client"),
        ("manager\tpacman", "pacman -S openssh"),
        ("", "install ssh there"),
    ],
)
def test_what_is_missing_comes_with_the_command_of_that_system(manager: str, fix: str) -> None:
    lines = ("user\t0", "clock\t1005", "systemd\tyes", *([manager] if manager else []), *ALL, "complete")
    (found,) = wrong(answer(*(line for line in lines if line != "program\tssh")))
    assert (found.what, found.state, found.fix) == ("ssh", "missing", fix)


def test_a_source_needs_no_systemd() -> None:
    source = need("ws-b/linux")
    assert set(source.programs) == {"rsync"}
    lines = answer("user\t0", "clock\t1005", "program\trsync", "complete", of=source)
    assert wrong(lines, source) == []


def test_a_writer_that_systemd_did_not_boot() -> None:
    (found,) = wrong(answer(*without("systemd\tyes")))
    assert (found.what, found.detail) == ("systemd", "it did not boot this system")


@pytest.mark.parametrize(("clock", "state"), [("940", None), ("1070", None), ("939", "missing"), ("1071", "missing"),
                                              ("x", "unseen")])  # fmt: skip
def test_clocks(clock: str, state: str | None) -> None:
    found = wrong(answer(*without("clock\t1005"), f"clock\t{clock}", "complete"))
    assert [one.state for one in found] == ([state] if state else [])


def test_who_is_not_root() -> None:
    (found,) = wrong(answer(*without("user\t0", "complete"), "user\t1000", "complete"))
    assert found.fix == "log in as root, or set become: sudo for it"


@pytest.mark.parametrize(
    "sighting",
    [
        answer(*GOOD[:-1]),
        answer(*GOOD, exit_status=1),
        Answered({(need().probes()[0].script, False): Unanswered("hung", began=True)}),
        Answered({}),
        Silent("no answer", "host-down", "switch it on"),
    ],
)
def test_what_was_not_read_is_not_missing(sighting: Answered | Silent) -> None:
    assert [one.state for one in examine(need(), sighting, ASKED)] == ["unseen"]


def test_nothing_that_a_machine_says_reaches_the_screen_raw() -> None:
    system = System(machine="nas", name="linux", os="linux", address="a", port=22, user="u", host_key="", place=HERE)
    found = examine(Wanted(system), Silent("\x1b[2Jgone\n", "", "\x07"), ASKED)
    text = "\n".join(screen(found, Paint(False)))
    assert "\x1b" not in text
    assert "\x07" not in text


@pytest.fixture
def nobody() -> Iterator[None]:
    """Not root, whom no folder is closed to; for as long as a test takes."""
    before = os.getresuid()
    if before[0] == 0:
        os.setresuid(65534, 65534, 0)
    yield
    if before[0] == 0:
        os.setresuid(*before)


def test_a_record_behind_a_closed_folder_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    monkeypatch.setenv("XDG_STATE_HOME", str(closed / "state"))
    request.getfixturevalue("nobody")
    found = _record(example())
    assert found.state == "missing"
    assert found.detail.endswith("cannot be written")


def test_stand_ins_a_bad_key_file_and_no_record_are_found_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    for arguments in (["init", "--name", "n", "--starter", "home", "--off-site"], ["doctor"]):
        with pytest.raises(SystemExit) as caught:
            main(arguments)
    out = capsys.readouterr().out
    assert caught.value.code == 2
    assert "host key of vault/linux: that of vault/linux only holds a place" in out
    assert "MISSING  keys: no agent and no key in ~/.ssh" in out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["inventory", "playbooks"]
    key = tmp_path / "key"
    key.write_text("x")
    key.chmod(0o644)
    file = tmp_path / "inventory/studio.yml"
    file.write_text(file.read_text().replace("user: root", f"identity: {key}\n    user: root"))
    with pytest.raises(SystemExit):
        main(["doctor", "vault"])
    out = capsys.readouterr().out
    assert f"fix: chmod 600 {key}" in " ".join(out.split())
    assert "ws-1" not in out
    with pytest.raises(SystemExit) as caught:
        main(["doctor", "vaul"])
    assert caught.value.code == 1
    assert "did you mean 'vault'" in capsys.readouterr().err
