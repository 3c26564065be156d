"""Messages really sent: to a webhook and a mail server of this machine, past one that hangs; secrets stay secret."""

from __future__ import annotations

import json
import logging
import pickle
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from studio_backup import notify
from studio_backup.cli import main
from studio_backup.errors import UsageError
from studio_backup.notify import deliver
from studio_backup.report.message import Message
from studio_backup.reveal import Hidden, look_up
from studio_backup.secret import Secret
from studio_backup.spec.model import Receiver
from tests.reports import PLACE
from tests.test_report_compliance import ROOT, nobody

__all__ = ["nobody"]
PASSWORD = "correct-horse"
HELLO = Message("problem", "northlight: 1 new finding", "FAIL ws/mixes\n\nMore: studio-backup drift")


def receiver(variable: str, name: str = "owner") -> Receiver:
    return Receiver(name=name, url=secret("env", variable), about=("problem",), silent_after=1, place=PLACE)


def secret(kind: str, *words: str) -> Secret:
    return Secret(kind=kind, words=words, place=PLACE)


@pytest.fixture
def webhook() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A web server on the loopback, and what was posted to it."""
    posted: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"json://user:{PASSWORD}@127.0.0.1:{server.server_port}/", posted
    server.shutdown()
    server.server_close()


@pytest.fixture
def silent_server() -> Iterator[int]:
    """A port that takes every connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


class Mail(threading.Thread):
    """A mail server for one letter."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.server.getsockname()[1]
        self.letter = ""

    def run(self) -> None:
        connection, _ = self.server.accept()
        with connection, connection.makefile("rwb") as stream:

            def say(text: str) -> None:
                stream.write(f"{text}\r\n".encode())
                stream.flush()

            say("220 here")
            for line in iter(stream.readline, b""):
                word = line.split()[0].upper()
                if word == b"EHLO":
                    say("250 here")
                elif word == b"DATA":
                    say("354 go on")
                    lines = []
                    while (text := stream.readline()) not in (b".\r\n", b""):
                        lines.append(text.decode())
                    self.letter = "".join(lines)
                    say("250 taken")
                else:
                    say("221 bye" if word == b"QUIT" else "250 ok")
                    if word == b"QUIT":
                        return


def test_a_webhook_is_told(webhook: tuple[str, list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch) -> None:
    url, posted = webhook
    monkeypatch.setenv("STUDIO_URL", url)
    assert deliver([(receiver("STUDIO_URL"), [HELLO])]) == {"owner": ""}
    assert (posted[0]["title"], posted[0]["message"], posted[0]["type"]) == (HELLO.title, HELLO.body, "failure")


def test_a_letter_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    mail = Mail()
    mail.start()
    monkeypatch.setenv(
        "STUDIO_URL", f"mailto://127.0.0.1:{mail.port}?from=backup@studio.test&to=owner@studio.test&mode=insecure"
    )
    assert deliver([(receiver("STUDIO_URL"), [HELLO])]) == {"owner": ""}
    mail.join(5)
    assert "owner@studio.test" in mail.letter
    assert "northlight" in mail.letter


def test_a_mail_server_that_hangs_is_left_behind_and_delays_nobody(
    webhook: tuple[str, list[dict[str, Any]]], silent_server: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, posted = webhook
    monkeypatch.setenv("STUDIO_URL", url)
    monkeypatch.setenv(
        "HANGS", f"mailto://u:{PASSWORD}@127.0.0.1:{silent_server}?from=a@b.test&to=c@d.test&mode=insecure"
    )
    began = time.monotonic()
    told = deliver([(receiver("HANGS", "mail"), [HELLO]), (receiver("STUDIO_URL", "web"), [HELLO])], seconds=2)
    assert told == {"mail": "no answer within 2 s", "web": ""}
    assert time.monotonic() - began < 4
    assert len(posted) == 1


@pytest.mark.parametrize("url", ["nonsense", "nothing://x", f"json://u:{PASSWORD}@127.0.0.1:1/"])
def test_what_cannot_be_sent_says_so_without_the_secret(
    url: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("STUDIO_URL", url)
    with caplog.at_level(logging.DEBUG):
        (why,) = deliver([(receiver("STUDIO_URL"), [HELLO])], seconds=20).values()
    assert why
    out, err = capfd.readouterr()
    assert PASSWORD not in why + out + err + caplog.text


def test_where_a_secret_is_to_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_URL", "from-env")
    file = tmp_path / "url"
    file.write_text("from-file\nand more\n")
    file.chmod(0o600)
    assert look_up(secret("env", "STUDIO_URL")).read() == "from-env"
    assert look_up(secret("file", str(file))).read() == "from-file"
    assert look_up(secret("command", "printf", "%s\\n", "from-command", "x")).read() == "from-command"


@pytest.mark.parametrize("kind", ["env", "file", "others", "command", "fails", "empty"])
def test_a_secret_that_is_not_there_says_where_it_should_be(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "url"
    file.write_text(PASSWORD)
    file.chmod(0o644)
    bad = {
        "env": secret("env", "NO_SUCH_VARIABLE"),
        "file": secret("file", str(tmp_path / "none")),
        "others": secret("file", str(file)),
        "command": secret("command", str(tmp_path / "none")),
        "fails": secret("command", "sh", "-c", f"echo {PASSWORD} >&2; exit 3"),
        "empty": secret("command", "true"),
    }
    with pytest.raises(UsageError) as caught:
        look_up(bad[kind])
    assert str(PLACE) in caught.value.message
    assert PASSWORD not in caught.value.message + caught.value.fix
    assert caught.value.fix


def test_a_secret_shows_itself_nowhere() -> None:
    hidden = Hidden(PASSWORD)
    assert PASSWORD not in f"{hidden} {hidden!r} {[hidden]} {vars(type(hidden))}"
    with pytest.raises(TypeError):
        pickle.dumps(hidden)


# The command itself.


def drift(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as caught:
        main(["drift", "--notify", "--format", "html", "--output", "report.html", *arguments])
    assert isinstance(caught.value.code, int)
    return caught.value.code, capsys.readouterr().err


@pytest.fixture
def telling(nobody: Path) -> Path:
    (nobody / "playbooks").symlink_to(ROOT / "playbooks")
    (nobody / "inventory" / "notify.yml").write_text("notify: {owner: {url: {env: STUDIO_URL}}}\n")
    return nobody


def test_what_is_new_is_sent_once(
    telling: Path,
    webhook: tuple[str, list[dict[str, Any]]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    url, posted = webhook
    monkeypatch.setenv("STUDIO_URL", url)
    assert drift(capsys) == (3, "")
    assert [one["title"] for one in posted] == ["northlight: 7 new findings"]
    assert drift(capsys) == (3, "")
    assert len(posted) == 1
    kept = (telling / "state/studio-backup/northlight/evidence.sqlite").read_bytes()
    assert PASSWORD.encode() not in kept
    assert PASSWORD not in (telling / "report.html").read_text(encoding="utf-8")


def test_a_server_that_hangs_leaves_the_report_and_is_tried_again(
    telling: Path, silent_server: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(
        "STUDIO_URL", f"mailto://u:{PASSWORD}@127.0.0.1:{silent_server}?from=a@b.test&to=c@d.test&mode=insecure"
    )
    real = notify.deliver
    monkeypatch.setattr(notify, "deliver", lambda waiting: real(waiting, seconds=1))
    for _ in range(2):
        code, said = drift(capsys)
        assert code == 1  # else a unit that takes 2 and 3 for results would be green, and nobody told
        assert said == "warning: owner could not be told: no answer within 1 s\n"
    assert "UNKNOWN" in (telling / "report.html").read_text(encoding="utf-8")
    with sqlite3.connect(telling / "state/studio-backup/northlight/evidence.sqlite") as database:
        assert database.execute("SELECT * FROM told").fetchall() == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--only", "machine:nas"], "whole studio"),
        (["--no-record"], "needs the record"),
        (["-p", str(ROOT / "playbooks")], "whole studio"),
    ],
)
@pytest.mark.usefixtures("telling")
def test_a_part_or_no_record_tells_nobody(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, err = drift(capsys, *arguments)
    assert code == 1
    assert said in err


def test_without_receivers_it_says_where_to_write_them(telling: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (telling / "inventory" / "notify.yml").unlink()
    code, err = drift(capsys)
    assert code == 1
    assert "no notify:" in err
