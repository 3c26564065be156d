"""Whatever is written, `load` answers: a studio, or problems, and never an exception."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio_backup.spec import load

GOOD = Path(__file__).parent / "spec" / "good"

WORDS = (
    "version", "studio", "sites", "machines", "groups", "defaults", "vars", "system", "systems", "rooms", "room",
    "site", "role", "linux", "address", "host_key", "disks", "arrays", "volumes", "members", "on", "id", "ids",
    "path", "paths", "name", "hosts", "datasets", "source", "volume", "copies", "to", "from", "every", "keep",
    "ws-a", "nas", "tank", "a", "jump", "exclude", "disk", "md-array", "filesystem", "mount", "options", "label",
)  # fmt: skip
VALUES = (
    "", "x", "1", "a-b", "{{ machine.name }}", "{{ vars.x }}", "{{", "nas:tank/x", "day at 02:30", "*", "-1",
)  # fmt: skip
NODES = st.recursive(
    st.sampled_from(VALUES),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(WORDS), inner, max_size=4)),
    max_leaves=12,
)
INSTEAD = ("", "x", " ", "\n", "{", "]", "'", "*a", "{{ x }}", "~", "0")


def written(node: object) -> str:
    if isinstance(node, dict):
        return "{" + ", ".join(f"{key}: {written(value)}" for key, value in node.items()) + "}"
    if isinstance(node, list):
        return "[" + ", ".join(map(written, node)) + "]"
    return f"'{node}'" if node else ""


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(NODES, NODES)
def test_no_structure_raises(stock: object, play: object) -> None:
    result = load([("i.yml", written(stock))], [("p.yml", written(play))])
    assert (result.studio is None) == bool(result.problems)


CUTS = st.tuples(st.integers(0, 4000), st.integers(0, 60), st.sampled_from(INSTEAD))


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(CUTS, CUTS)
def test_no_damage_to_a_good_spec_raises(first: tuple[int, int, str], second: tuple[int, int, str]) -> None:
    texts = [(GOOD / "inventory.yml").read_text(), (GOOD / "playbook.yml").read_text()]
    for number, (start, length, instead) in enumerate((first, second)):
        at = start % len(texts[number])
        texts[number] = texts[number][:at] + instead + texts[number][at + length :]
    result = load([("i.yml", texts[0])], [("p.yml", texts[1])])
    assert (result.studio is None) == bool(result.problems)
    assert list(result.problems) == sorted(result.problems)
