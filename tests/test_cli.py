"""The command line without a network: exit codes, one JSON document whatever happens, near misses, no traceback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from studio_backup.cli import COMMANDS
from studio_backup.resources import KINDS

ROOT = Path(__file__).parents[1]
CASES = sorted(path.name for path in (ROOT / "tests" / "spec").iterdir() if path.name != "good")
GOOD = ("-i", str(ROOT / "inventory"), "-p", str(ROOT / "playbooks"))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code and both streams, in this process."""
    from studio_backup.cli import main

    capsys.readouterr()
    with pytest.raises(SystemExit) as caught:
        main(list(arguments))
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    assert isinstance(caught.value.code, int)
    return caught.value.code, out, err


def document(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    """Exit code and the one JSON document on standard output."""
    code, out, _ = run(capsys, *arguments)
    found = json.loads(out)
    assert isinstance(found, dict)
    return code, found


def bad_spec(name: str, folder: Path) -> tuple[str, str, str, str]:
    """The good spec with the files of one bad case over it, as options."""
    shutil.copytree(ROOT / "tests" / "spec" / "good", folder / "inventory")
    shutil.copytree(ROOT / "tests" / "spec" / name, folder / "inventory", dirs_exist_ok=True)
    (folder / "playbooks").mkdir()
    shutil.move(str(folder / "inventory" / "playbook.yml"), str(folder / "playbooks" / "playbook.yml"))
    return "-i", str(folder / "inventory"), "-p", str(folder / "playbooks")


def test_discover_asks_nobody_when_the_spec_does_not_hold(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    code, found = document(capsys, *bad_spec(CASES[0], folder), "discover", "nas", "--format", "json")
    assert code == 1
    assert found["problems"]


def test_discover_says_what_is_no_host_key(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "discover", "127.0.0.1:1", "--host-key", "foo")
    assert code == 1
    assert "error: --host-key: 'foo' is not a host key" in err


@pytest.mark.parametrize(
    ("host", "said"), [("nas/linus", "did you mean 'linux'"), ("ns/linux", "no address"), ("", "no address")]
)
def test_discover_takes_no_other_system_for_the_one_that_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, host: str, said: str
) -> None:
    monkeypatch.setattr("studio_backup.cli.discover._ask", lambda *_: pytest.fail("it was asked"))
    code, _, err = run(capsys, *GOOD, "discover", host, "--timeout", "1")
    assert code == 1
    assert said in err


def test_the_example_studio_is_valid(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "validate", *GOOD)
    assert (code, err) == (0, "")
    assert out.startswith("northlight: 4 machines")
    assert "Next: studio-backup plan" in out
    assert document(capsys, "validate", "--format", "json", *GOOD) == (0, {"problems": []})


def test_options_stand_before_and_after_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, *GOOD, "validate")[0] == 0
    assert run(capsys, *GOOD[:2], "validate", *GOOD[2:])[0] == 0


@pytest.mark.parametrize("name", CASES)
def test_a_bad_spec_is_one_document_and_exit_code_1_and_a_warning_stops_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    options = bad_spec(name, folder)
    code, found = document(capsys, "validate", "--format=json", *options)
    key, expected = ("warnings", 0) if name.startswith("SB5") else ("problems", 1)
    assert code == expected
    assert name[:5] in {problem["code"] for problem in found[key]}
    for problem in found[key]:
        assert set(problem) == {"file", "line", "column", "code", "message", "fix"}
    code, out, _ = run(capsys, "validate", *options)
    assert code == expected
    assert name[:5] in out


CONNECTING = ("plan", "apply", "drift", "status", "run ws-a/sessions/on-nas", "restore ws-a/sessions --to nas:/x",
              "explain nas")  # fmt: skip


@pytest.mark.parametrize("command", CONNECTING)
def test_no_command_goes_on_with_a_bad_spec(folder: Path, capsys: pytest.CaptureFixture[str], command: str) -> None:
    options = bad_spec("SB201-unknown-key", folder)
    code, found = document(capsys, *command.split(), "--format", "json", *options)
    assert (code, list(found)) == (1, ["problems"])
    code, out, err = run(capsys, *command.split(), *options)
    assert (code, out) == (1, "")
    assert "SB201" in err


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("wrong", ["--no-such-option", "--timeout", "too many words to be right ever"])
def test_a_wrong_command_line_is_an_error_document(
    capsys: pytest.CaptureFixture[str], command: str, wrong: str
) -> None:
    code, found = document(capsys, command, "--format", "json", *(wrong.split() if " " in wrong else [wrong]))
    assert code == 1
    assert set(found["error"]) == {"code", "message", "fix"}
    assert found["error"]["code"] == "usage"
    code, out, err = run(capsys, command, *(wrong.split() if " " in wrong else [wrong]))
    assert (code, out) == (1, "")
    assert err.startswith("error: ")
    assert "fix: " in err


@pytest.mark.parametrize(
    "arguments",
    [["--format", "json"], ["no-such", "--format=json"], ["validate", "--format", "json", "--format", "xml"]],
)
def test_what_names_no_command_is_an_error_document_too(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    code, found = document(capsys, *arguments)
    assert (code, found["error"]["code"]) == (1, "usage")


@pytest.mark.parametrize(("wrong", "right"), [("validte", "validate"), ("aply", "apply"), ("statsu", "status")])
def test_a_near_miss_is_named(capsys: pytest.CaptureFixture[str], wrong: str, right: str) -> None:
    code, _, err = run(capsys, wrong)
    assert code == 1
    assert f"did you mean {right}?" in err


def test_a_spec_that_is_not_there_says_where_it_looked(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "validate")
    assert code == 1
    assert "inventory" in out + err


def test_a_selector_that_matches_nothing_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("plan", "drift", "status", "apply"):
        code, found = document(capsys, command, "--only", "machine:nsa", "--format", "json", *GOOD)
        assert (code, found["error"]["code"]) == (1, "usage")
        assert "nas" in found["error"]["message"] + found["error"]["fix"]


@pytest.mark.parametrize(
    "arguments",
    ["run ws-a/sessions/on-nsa", "run no-such/thing/at-all", "restore ws-a/sesions --to nas:/x", "explain nsa",
     "restore ws-a/sessions --to nas", "restore ws-a/sessions --to nas:/a/../b",
     "restore ws-a/sessions --to nas:/x --at noon",
     "restore ws-a/sessions --to nas:/x --path ../x", "run ws-a/sessions/on-nas --accept ../../x", "schema inventry"],
)  # fmt: skip
def test_words_that_fit_nothing_are_usage_errors_with_a_fix(capsys: pytest.CaptureFixture[str], arguments: str) -> None:
    options = () if arguments.startswith("schema") else GOOD
    code, found = document(capsys, *arguments.split(), "--format", "json", *options)
    assert code == 1
    assert found["error"]["fix"]


def test_a_plan_file_that_is_a_folder_is_a_usage_error(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = document(capsys, "apply", str(folder), "--format", "json", *GOOD)
    assert (code, found["error"]["code"]) == (1, "usage")


def test_schemas_are_listed_and_printed(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "schema")
    names = out.split()
    assert code == 0
    assert names == ["inventory", "playbook", "plan", "report", *KINDS]
    for name in names:
        code, out, _ = run(capsys, "schema", name)
        assert code == 0
        assert json.loads(out)["$schema"].startswith("http://json-schema.org/draft-07/schema")


def test_output_goes_to_a_file_and_a_file_that_cannot_be_is_said(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for extra in ((), ("--format", "json")):
        code, out, _ = run(capsys, "validate", "--output", "result", *extra, *GOOD)
        assert (code, out) == (0, "")
        text = (folder / "result").read_text(encoding="utf-8")
        assert (json.loads(text) == {"problems": []}) if extra else text.startswith("northlight: ")
        code, out, err = run(capsys, "validate", "--output", str(folder), *extra, *GOOD)
        assert code == 1
        assert "cannot be written" in out + err


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_fits_80_columns_and_names_the_exit_codes(capsys: pytest.CaptureFixture[str], command: str) -> None:
    code, out, err = run(capsys, *command.split(), "--help")
    assert (code, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80
    if command in ("", "plan", "apply", "drift", "run", "status", "validate"):
        assert "xit codes" in out


def test_without_a_command_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys)
    assert code in (0, 1)
    assert "Commands" in out + err


HEAVY = ("paramiko", "fabric", "yaml", "jsonschema", "jinja2", "rich", "sqlite3", "tabulate")


@pytest.mark.parametrize(
    ("arguments", "absent"),
    [(["--help"], HEAVY), (["--version"], HEAVY), (["validate", *GOOD], ("paramiko", "fabric", "rich", "sqlite3"))],
)
def test_a_command_imports_what_it_needs_and_no_more(arguments: list[str], absent: tuple[str, ...]) -> None:
    script = (
        "import sys, json\nfrom studio_backup.cli import main\n"
        "try:\n    main(json.loads(sys.argv[1]))\n"
        "except SystemExit as end:\n    print(json.dumps([end.code, sorted(sys.modules)]), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, json.dumps(arguments)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    code, modules = json.loads(done.stderr)
    assert code == 0
    assert not set(modules) & set(absent)


def test_a_pipe_that_closes_early_is_no_traceback() -> None:
    program = [sys.executable, "-c", "from studio_backup.cli import main; main()", "schema", "inventory"]
    process = subprocess.Popen(
        program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert b"Traceback" not in process.stderr.read()
    process.wait()
