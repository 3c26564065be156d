"""Text of the spec that tries to be a command: refused by validate, or taken word by word on every machine."""

from pathlib import Path

import pytest
import yaml

from tests.lab.conftest import Lab
from tests.lab.copies import hashes, place
from tests.lab.machines import facts
from tests.lab.studio import Studio

pytestmark = pytest.mark.lab

#: Everything that means something to a shell, systemd, awk, ls, find, rsync or a configuration file of ours.
HOSTILE = (
    'it\'s "a" $(touch pwned) `touch pwned` ${HOME} 100%n \\n back\\ ;touch pwned; & | > < * ? [x] {a,b} ! # ü 日 ~'
)
COPY = "ws-a/sessions/on-nas"


def hostile(studio: Studio, source: str, target: str) -> None:
    """The dataset of room A lies below SOURCE and its copies below TARGET; room B has none."""
    path = studio.folder / "playbooks/three-two-one.yml"
    plays = yaml.safe_load(path.read_text())
    plays[0]["hosts"] = "machine:ws-a"
    dataset = plays[0]["datasets"]["sessions"]
    dataset["source"]["path"] = source
    dataset["exclude"] = ["$(touch pwned)", "it's; touch pwned", '"quoted" `x`', "back\\slash", "100% -v"]
    dataset["copies"]["on-nas"]["to"] = f"nas:tank/{target}"
    dataset["copies"]["off-site"]["to"] = f"vault:cold/{target}"
    path.write_text(yaml.safe_dump(plays, allow_unicode=True))


def test_hostile_paths_are_taken_word_by_word(lab: Lab, tmp_path: Path) -> None:
    lab.reset()
    studio = Studio(tmp_path / "spec")
    source, target = f"in/{HOSTILE}/x", f"to/{HOSTILE}/- -y"
    hostile(studio, source, target)
    place(lab, "ws-a", {f"{source}/Song/take.wav": b"take", f"{source}/it's; touch pwned": b"left out"})
    studio.run("validate", code=0)
    studio.apply()
    studio.settled()
    studio.run("run", COPY, code=0)
    studio.run("run", "ws-a/sessions/off-site", code=0)
    for machine, root in (("nas", "/srv/tank"), ("vault", "/srv/cold")):
        arrived = [name.decode() for name in hashes(lab, machine, root)]
        assert any(name.startswith(f"{target}/") and name.endswith("/Song/take.wav") for name in arrived), arrived
        assert not any("left out" in name or name.endswith("touch pwned") for name in arrived), arrived
    studio.run("restore", "ws-a/sessions", "--to", f"ws-a:/srv/sessions/back {HOSTILE}", code=0)
    assert f"back {HOSTILE}/Song/take.wav".encode() in hashes(lab, "ws-a", "/srv/sessions")
    studio.settled()
    for name in facts.STUDIO:
        assert lab.run(name, "find / -xdev -name pwned; find /srv -name pwned").stdout == "", name


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("playbooks/three-two-one.yml", "{volume: sessions}", "{volume: sessions, path: '-rf'}"),
        ("playbooks/three-two-one.yml", "{volume: sessions}", "{volume: sessions, path: '../etc'}"),
        ("playbooks/three-two-one.yml", "{volume: sessions}", '{volume: sessions, path: "a\\nb"}'),
        ("playbooks/three-two-one.yml", "sessions:   ", '"$(id)":   '),
        ("playbooks/three-two-one.yml", "on-nas", '"on nas;id"'),
        ("playbooks/three-two-one.yml", '"*.tmp"', '"a\\nb"'),
        ("inventory/machine-room.yml", "198.18.77.20", "-oProxyCommand=id"),
        ("inventory/machine-room.yml", "198.18.77.20", "'198.18.77.20; id'"),
        ("inventory/machine-room.yml", "path: /srv/tank", 'path: "/srv/tank\\nx"'),
        ("inventory/machine-room.yml", "7a4b0001-0000-4000-8000-000000000001", "'$(id)'"),
        ("inventory/machine-room.yml", "ata-LAB_NAS_BAY1", "'a;b'"),
        ("inventory/studio.yml", "studio: northlight", "studio: 'a/../b'"),
        ("inventory/studio.yml", "user: root", "user: '-oX root'"),
    ],
)
def test_what_cannot_be_taken_is_refused_before_anything_connects(
    tmp_path: Path, file: str, old: str, new: str
) -> None:
    studio = Studio(tmp_path / "spec")
    studio.edit(file, old, new)
    problems = studio.json("validate", code=1)["problems"]
    assert problems
    assert all({"file", "line", "column", "code", "message", "fix"} <= set(problem) for problem in problems)
    assert studio.json("apply", "--yes", code=1)["problems"] == problems
