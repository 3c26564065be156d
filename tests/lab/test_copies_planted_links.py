"""Whoever writes a landing cannot lead the root side out of it: links in the copy's folder are never followed."""

import pytest

from tests.lab.conftest import Lab
from tests.lab.copies import A_OFF, A, hashes, place, points, ready, receiver, records, target
from tests.lab.studio import Studio

pytestmark = pytest.mark.lab

FILES = {"Lied/take.wav": b"x" * 1000, "Lied/deep/er/take.wav": b"y" * 1000}


@pytest.fixture(scope="module")
def installed(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Studio:
    made = ready(lab, tmp_path_factory.mktemp("planted") / "spec")
    place(lab, "ws-a", FILES)
    made.run("run", A, code=0)
    made.run("run", A_OFF, code=0)
    for machine in ("nas", "vault"):
        lab.run(machine, "mkdir /victim && cp -a /etc/hostname /etc/passwd /victim && chmod 777 /victim", check=True)
    return made


def plant(lab: Lab, copy: str, script: str) -> None:
    """Run a script in the copy's folder as somebody who may write there: more than the receiver itself may."""
    machine, folder = target(copy)
    lab.run(machine, f"cd {folder} && sh -c '{script}'", check=True)


@pytest.mark.parametrize("copy", [A, A_OFF])
@pytest.mark.parametrize(
    "script",
    ["mv points aside", "ln -s /victim .removing", "rm .studio-backup-copy", "mkdir .partial", "touch points/x"],
)
def test_the_receiver_moves_nothing_about_in_the_copys_folder(
    lab: Lab, installed: Studio, copy: str, script: str
) -> None:
    assert installed.folder.is_dir()
    assert points(lab, copy)
    machine, folder = target(copy)
    user = receiver(lab, "ws-a" if machine == "nas" else "nas", machine)
    before = lab.run(machine, f"ls -la {folder} {folder}/points").stdout
    as_receiver = f"cd {folder} && setpriv --reuid {user} --regid {user} --clear-groups sh -c '{script}'"
    assert lab.run(machine, as_receiver).returncode != 0
    assert lab.run(machine, f"ls -la {folder} {folder}/points").stdout == before


def victim(lab: Lab, copy: str) -> str:
    return lab.run(target(copy)[0], "cd /victim && ls -lan; cksum *").stdout


def news(lab: Lab) -> None:
    """Something for both copies to copy, made before anything is planted at the first one."""
    place(lab, "ws-a", {f"Lied/{len(points(lab))}.wav": b"z" * 500})


@pytest.mark.parametrize("copy", [A, A_OFF])
@pytest.mark.parametrize(
    ("name", "code", "reason"),
    [
        (".partial", 1, "restore-point"),
        # Where ZFS keeps the points this is a link of ours: one that leads elsewhere tells nothing about them.
        ("points", 5, "target-unread"),
        (".studio-backup-copy", 5, "target-foreign"),
    ],
)
def test_a_link_in_the_place_of_ours_stops_the_run(
    lab: Lab, installed: Studio, copy: str, name: str, code: int, reason: str
) -> None:
    news(lab)
    if copy == A_OFF:
        installed.run("run", A, code=0)
    machine, folder = target(copy)
    plant(lab, copy, f"[ ! -e {name} ] || mv {name} aside; ln -s /victim {name}")
    before = victim(lab, copy)
    try:
        assert installed.json("run", copy, code=code)["reason"] == reason
        assert victim(lab, copy) == before
    finally:
        lab.run(machine, f"cd {folder} && rm {name} && {{ [ ! -e aside ] || mv aside {name}; }}", check=True)
    assert installed.json("run", copy, code=0)["result"] == "ok"
    point = f"{folder}/points/{points(lab, copy)[-1]}"
    assert hashes(lab, machine, point) == hashes(lab, "ws-a", "/srv/sessions")


@pytest.mark.parametrize("copy", [A, A_OFF])
def test_what_is_cleared_away_is_never_what_a_link_leads_to(lab: Lab, installed: Studio, copy: str) -> None:
    machine, folder = target(copy)
    news(lab)
    if copy == A_OFF:
        installed.run("run", A, code=0)
    plant(lab, copy, "ln -s /victim .removing")
    before = victim(lab, copy)
    installed.json("run", copy, code=0)
    assert victim(lab, copy) == before
    lab.run(machine, f"rm {folder}/.removing", check=True)


@pytest.mark.parametrize("copy", [A, A_OFF])
def test_a_half_made_tree_full_of_links_leads_nowhere(lab: Lab, installed: Studio, copy: str) -> None:
    """What an earlier run left is the receiver's own; the next run writes through none of its links."""
    machine, folder = target(copy)
    news(lab)
    if copy == A_OFF:
        installed.run("run", A, code=0)
    plant(lab, copy, "mkdir .partial && cd .partial && ln -s /victim Lied && ln -s /victim/passwd x && ln -s /etc y")
    user = receiver(lab, "ws-a" if machine == "nas" else "nas", machine)
    lab.run(machine, f"chown -hR {user} {folder}/.partial", check=True)
    before = victim(lab, copy)
    done = installed.json("run", copy, code=0)
    assert victim(lab, copy) == before
    point = f"{folder}/points/{done['restore_point']}"
    assert lab.run(machine, f"find {point} -type l").stdout == ""
    assert hashes(lab, machine, point) == hashes(lab, "ws-a", "/srv/sessions")


def test_a_link_at_the_source_leads_nowhere_in_the_copy(lab: Lab, installed: Studio) -> None:
    """A folder that becomes a link at the source must not lead the next run, or the chain, out of the copy."""
    lab.run("ws-a", "cd /srv/sessions && mv Lied Lied-alt && ln -s /victim Lied", check=True)
    before = victim(lab, A), victim(lab, A_OFF)
    for copy in (A, A_OFF):
        installed.run("run", copy, code=0)
    lab.run("ws-a", "cd /srv/sessions && rm Lied && mv Lied-alt Lied", check=True)
    for copy in (A, A_OFF):
        installed.run("run", copy, code=0)
    assert (victim(lab, A), victim(lab, A_OFF)) == before
    point = f"{target(A_OFF)[1]}/points/{points(lab, A_OFF)[-1]}"
    assert hashes(lab, "vault", point) == hashes(lab, "ws-a", "/srv/sessions")
    assert records(lab)[-1]["result"] == "ok"
