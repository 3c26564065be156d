"""--only and --except: what they choose, and that one that matches nothing is an error with near matches."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_backup.errors import UsageError
from studio_backup.spec import load
from studio_backup.spec.files import load_paths
from studio_backup.spec.model import Studio
from studio_backup.spec.selector import KINDS, parse_selector
from studio_backup.spec.selectors import select

GOOD = Path(__file__).parent / "spec" / "good"
ALL = {"ws-a/macos", "ws-a/windows", "ws-b/linux", "nas/linux", "vault/linux"}
ADDRESSES = ["nas/linux/file/etc/x", "nas/linux/md-array/tank", "nas/linux/md-array/tank#bay1", "ws-b/linux/file/y"]


def good_studio() -> Studio:
    studio = load_paths([GOOD / "inventory.yml"], [GOOD / "playbook.yml"]).studio
    assert studio is not None
    return studio


STUDIO = good_studio()


@pytest.mark.parametrize(
    ("only", "excluded", "systems"),
    [
        ([], [], ALL),
        (["machine:ws-a"], [], {"ws-a/macos", "ws-a/windows"}),
        (["machine:ws-*"], [], {"ws-a/macos", "ws-a/windows", "ws-b/linux"}),
        (["room:a", "room:b"], [], {"ws-a/macos", "ws-a/windows", "ws-b/linux"}),
        (["site:home"], [], {"vault/linux"}),
        (["role:nas"], [], {"nas/linux"}),
        (["group:tracking-rooms"], ["room:a"], {"ws-b/linux"}),
        (["system:ws-a/macos"], [], {"ws-a/macos"}),
        (["system:linux"], [], {"ws-b/linux", "nas/linux", "vault/linux"}),
        (["os:linux", "os:macos"], ["site:home"], {"ws-a/macos", "ws-b/linux", "nas/linux"}),
        ([], ["os:windows"], ALL - {"ws-a/windows"}),
        (["resource:nas/linux/md-array/tank"], [], {"nas/linux"}),
        (["resource:*/linux/file/*"], [], ALL),
        (["kind:file"], [], ALL),
    ],
)
def test_systems(only: list[str], excluded: list[str], systems: set[str]) -> None:
    selection = select(STUDIO, only, excluded)
    assert {name for name in ALL if selection.system(name)} == systems
    assert selection.everything == (not only and not excluded)


@pytest.mark.parametrize(
    ("only", "excluded", "datasets"),
    [
        ([], [], {"ws-a/sessions", "ws-b/sessions"}),
        (["machine:ws-a"], [], {"ws-a/sessions"}),
        (["dataset:ws-b/sessions"], [], {"ws-b/sessions"}),
        (["dataset:*/sessions"], ["dataset:ws-a/*"], {"ws-b/sessions"}),
        (["machine:nas"], [], set()),
        (["machine:nas", "dataset:ws-a/sessions"], [], {"ws-a/sessions"}),
    ],
)
def test_datasets(only: list[str], excluded: list[str], datasets: set[str]) -> None:
    selection = select(STUDIO, only, excluded)
    assert {name for name in STUDIO.datasets if selection.dataset(name)} == datasets


@pytest.mark.parametrize(
    ("only", "excluded", "chosen"),
    [
        ([], [], ADDRESSES),
        (["kind:file"], [], [ADDRESSES[0], ADDRESSES[3]]),
        (["kind:file", "machine:nas"], [], [ADDRESSES[0]]),
        (["resource:nas/linux/md-array/tank"], [], ADDRESSES[1:3]),
        ([], ["kind:md-array"], [ADDRESSES[0], ADDRESSES[3]]),
        (["resource:nas/linux/*"], ["resource:*#bay1"], ADDRESSES[:2]),
        (["kind:file"], ["machine:nas"], [ADDRESSES[3]]),
    ],
)
def test_resources(only: list[str], excluded: list[str], chosen: list[str]) -> None:
    selection = select(STUDIO, only, excluded)
    selection.check_resources(ADDRESSES)
    assert [address for address in ADDRESSES if selection.resource(address)] == chosen


def test_resources_of_a_dataset() -> None:
    chosen = select(STUDIO, ["dataset:ws-a/sessions"], [])
    assert chosen.resource(ADDRESSES[0], ["ws-a/sessions", "ws-b/sessions"])
    assert not chosen.resource(ADDRESSES[0], ["ws-b/sessions"])
    assert not chosen.resource(ADDRESSES[0])
    without = select(STUDIO, [], ["dataset:ws-a/sessions"])
    assert without.resource(ADDRESSES[0], ["ws-a/sessions", "ws-b/sessions"])
    assert not without.resource(ADDRESSES[0], ["ws-a/sessions"])
    assert without.resource(ADDRESSES[0])


@pytest.mark.parametrize(
    ("selector", "fix"),
    [
        ("ws-a", "machine:NAME"),
        ("romo:a", "'room'"),
        ("room:", "'room'"),
        ("room:aa", "'room:a'"),
        ("machine:vualt", "'machine:vault'"),
        ("group:tracking", "'group:tracking-rooms'"),
        ("os:bsd", "os:linux"),
        ("dataset:sesions", "'dataset:sessions'"),
        ("dataset:sessions", "ws-a/sessions"),
    ],
)
def test_what_matches_nothing_or_two_is_an_error(selector: str, fix: str) -> None:
    for only, excluded in (([selector], []), ([], [selector])):
        with pytest.raises(UsageError) as raised:
            select(STUDIO, only, excluded)
        assert fix in raised.value.fix + raised.value.message


@pytest.mark.parametrize(
    ("selector", "near"), [("kind:fil", "'kind:file'"), ("resource:nas/linux/md-array/tnak", "tank'")]
)
def test_resources_are_checked_once_they_are_known(selector: str, near: str) -> None:
    with pytest.raises(UsageError) as raised:
        select(STUDIO, [selector], []).check_resources(ADDRESSES)
    assert near in raised.value.fix


def test_selectors_that_leave_nothing_are_an_error() -> None:
    with pytest.raises(UsageError):
        select(STUDIO, ["machine:ws-a"], ["room:a"])


@given(st.text(max_size=30))
def test_any_text_is_a_selector_or_a_usage_error(text: str) -> None:
    try:
        selector = parse_selector(text)
    except UsageError:
        return
    assert selector.kind in KINDS
    assert str(selector) == text


def test_whose_data_it_is_selects_datasets() -> None:
    """S5: work, personal and client data are told apart."""
    text = (GOOD / "playbook.yml").read_text(encoding="utf-8")
    mine = text.replace("hosts: tracking-rooms", "hosts: ws-a").replace("policy: 3-2-1", "class: work")
    theirs = text.replace("hosts: tracking-rooms", "hosts: ws-b")
    theirs = theirs.replace("policy: 3-2-1", "class: client\n      client: acme")
    found = load(
        [("i.yml", (GOOD / "inventory.yml").read_text(encoding="utf-8"))], [("p.yml", mine), ("q.yml", theirs)]
    )
    assert found.studio is not None

    def chosen(*only: str, excluded: list[str] | None = None) -> set[str]:
        assert found.studio is not None
        return set(select(found.studio, list(only), excluded or []).datasets)

    assert chosen("class:work") == {"ws-a/sessions"}
    assert chosen("client:acme") == chosen("client:a*") == {"ws-b/sessions"}
    assert chosen("class:work", "class:client") == {"ws-a/sessions", "ws-b/sessions"}
    assert chosen("class:work", "dataset:ws-b/sessions") == set()
    assert chosen(excluded=["class:client"]) == {"ws-a/sessions"}
    with pytest.raises(UsageError, match="matches nothing"):
        chosen("client:acne")
