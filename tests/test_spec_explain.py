"""explain, names on the command line, files on the disk, and problems as people see them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from studio_backup.errors import SpecError, UsageError
from studio_backup.source import Place, Problem
from studio_backup.spec import Loaded, explain, find_copy, find_dataset, load
from studio_backup.spec.files import load_paths
from studio_backup.spec.model import Studio
from studio_backup.spec.showing import show_problem, show_problems

ROOT = Path(__file__).parent.parent
GOOD = ROOT / "tests" / "spec" / "good"


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return load_paths([GOOD / "inventory.yml"], [GOOD / "playbook.yml"])


@pytest.fixture(scope="module")
def studio(loaded: Loaded) -> Studio:
    assert loaded.studio is not None
    return loaded.studio


def rows(loaded: Loaded, address: str) -> dict[str, tuple[str, str]]:
    """Path -> value and line, `-` for what is not written."""
    return {each.path: (each.value, str(each.place.line) if each.place else "-") for each in explain(loaded, address)}


def test_a_system_shows_which_layer_set_what(loaded: Loaded) -> None:
    shown = rows(loaded, "ws-b/linux")
    assert shown["systems.linux.user"] == ("tech", "7")
    assert shown["systems.linux.services"] == ("none", "23")
    assert shown["systems.linux.port"] == ("22", "-")
    assert shown["systems.linux.os"] == ("linux", "-")


def test_a_machine_shows_all_of_it(loaded: Loaded) -> None:
    shown = rows(loaded, "ws-b")
    assert shown["role"] == ("workstation", "20")
    assert shown["vars.nightly"] == ("day at 02:30", "8")
    assert shown["systems.linux.address"] == ("10.0.0.12", "23")
    assert shown["asleep-limit"] == ("7 days", "-")


def test_what_a_play_keeps_is_shown_with_what_holds_unwritten() -> None:
    play = "[{name: x, hosts: nas, disk: {bay1: {}}, md-array: {tank: {chunk: 64K}}, mount: {tank: {}}}]"
    kept = load([("i.yml", (GOOD / "inventory.yml").read_text())], [("p.yml", play)])
    shown = rows(kept, "nas/tank")
    assert shown["md-array.tank.chunk"] == ("64K", "1")
    assert shown["mount.tank"] == ("{}", "1")
    assert rows(kept, "nas/bay1")["disk.bay1.smart"] == ("yes", "-")


def test_one_name_for_several_things_shows_them_all(loaded: Loaded) -> None:
    shown = rows(loaded, "nas/tank")
    assert shown["arrays.tank.members[1]"] == ("bay2", "33")
    assert shown["volumes.tank.path"] == ("/srv/tank", "35")
    both = rows(loaded, "ws-a/sessions")
    assert both["volumes.sessions.ids.windows"] == ("1C2D3E4F", "18")
    assert both["datasets.sessions.source.volume"] == ("sessions", "5")
    assert both["datasets.sessions.quiet"] == ("10 min", "-")
    assert both["datasets.sessions.copies.on-nas.brake.percent"] == ("20", "-")


def test_a_copy_shows_filled_in_values_and_what_follows_from_them(loaded: Loaded) -> None:
    shown = rows(loaded, "ws-a/sessions/off-site")
    prefix = "datasets.sessions.copies.off-site."
    assert shown[prefix + "to"] == ("vault:cold/ws-a", "10")
    assert shown[prefix + "every"] == ("day at 02:30", "10")
    assert shown[prefix + "max-age"] == ("54 hours", "-")
    assert all(path.startswith(prefix) for path in shown)


@pytest.mark.parametrize(
    ("address", "hint"),
    [("ws-c", "'ws-b'"), ("ws-a/sesions", "'sessions'"), ("ws-a/sessions/on-nass", ""), ("", ""), ("nas/", None)],
)
def test_what_cannot_be_explained(loaded: Loaded, address: str, hint: str | None) -> None:
    if hint is None:
        assert explain(loaded, address)
        return
    with pytest.raises(UsageError) as raised:
        explain(loaded, address)
    assert hint in raised.value.fix


def test_datasets_and_copies_by_name(studio: Studio) -> None:
    assert find_dataset(studio, "ws-a/sessions").machine == "ws-a"
    assert find_copy(studio, "ws-b/sessions/on-nas").full_name == "ws-b/sessions/on-nas"
    with pytest.raises(UsageError, match="fits ws-a/sessions, ws-b/sessions"):
        find_dataset(studio, "sessions")
    with pytest.raises(UsageError) as raised:
        find_dataset(studio, "ws-a/sesions")
    assert "'ws-a/sessions'" in raised.value.fix
    with pytest.raises(UsageError) as raised:
        find_copy(studio, "ws-a/sessions/on-nass")
    assert "'on-nas'" in raised.value.fix
    with pytest.raises(UsageError):
        find_copy(studio, "sessions")


def test_a_bare_name_will_do_where_it_fits_one(tmp_path: Path) -> None:
    text = (GOOD / "playbook.yml").read_text().replace("tracking-rooms", "ws-a")
    (tmp_path / "p.yaml").write_text(text)
    studio = load_paths([GOOD / "inventory.yml"], [tmp_path]).studio
    assert studio is not None
    assert find_dataset(studio, "sessions").full_name == "ws-a/sessions"


def test_folders_are_read_by_name_and_hidden_files_are_not(tmp_path: Path) -> None:
    (tmp_path / "b.yml").write_text("version: 1\n")
    (tmp_path / "a.yaml").write_text("studio: [\n")
    (tmp_path / ".hidden.yml").write_text("[")
    (tmp_path / "notes.txt").write_text("[")
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "c.yml").write_text("[")
    result = load_paths([tmp_path], [GOOD / "playbook.yml"])
    assert [Path(problem.place.file).name for problem in result.problems] == ["a.yaml"]


def test_paths_without_a_spec_are_problems_not_empty_studios(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    pipe = tmp_path / "pipe.yml"
    os.mkfifo(pipe)
    for inventory, playbooks in [(tmp_path / "none", GOOD), (GOOD / "inventory.yml", empty), (pipe, GOOD)]:
        result = load_paths([inventory], [playbooks / "playbook.yml" if playbooks == GOOD else playbooks])
        assert result.studio is None
        assert [problem.code for problem in result.problems] == ["SB112"]


def test_a_huge_file_is_not_read_whole(tmp_path: Path) -> None:
    huge = tmp_path / "huge.yml"
    with huge.open("wb") as stream:
        stream.truncate(2**40)
    result = load_paths([huge], [GOOD / "playbook.yml"])
    assert [problem.code for problem in result.problems] == ["SB102"]


def test_a_part_of_the_playbooks_is_not_the_whole() -> None:
    studio = load_paths([GOOD / "inventory.yml"], [GOOD / "playbook.yml"], whole=False).studio
    assert studio is not None
    assert not studio.whole


def test_caret_points_at_the_column_of_long_and_odd_lines() -> None:
    for before in ("", "\t\tx: ", "é" * 10, "x" * 300, "\x1b[31m"):
        line = before + "HERE" + "y" * 300
        shown = show_problem(Problem(Place("f.yml", 1, len(before) + 1), "SB203", "wrong", "mend it"), [line])
        _, source, caret, fix = shown.split("\n")
        assert source[caret.index("^") :].startswith("HERE")
        assert len(source) <= 80
        assert shown.isprintable() or shown.replace("\n", "").isprintable()
        assert fix == "  fix: mend it"


def test_problems_fit_the_error_for_a_bad_spec() -> None:
    problems = [Problem(Place("f.yml", line, 1), "SB203", "wrong", "mend it") for line in (1, 2)]
    error = SpecError(problems)
    assert error.problems[0].as_json()["line"] == 1
    assert show_problems(problems, {}).count("fix:") == 2
