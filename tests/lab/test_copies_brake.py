"""The brake: a mass deletion or rewrite is refused, listed, and accepted once by somebody with a name."""

import getpass
from typing import Any

import pytest

from tests.lab.conftest import Lab
from tests.lab.copies import A, hashes, place, points, ready, records, target
from tests.lab.studio import Studio

pytestmark = pytest.mark.lab

BEGIN = {f"Takes/take {number:03}.wav": b"a" * (number + 1) for number in range(100)}


@pytest.fixture
def studio(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Studio:
    made = ready(lab, tmp_path_factory.mktemp("brake") / "spec")
    place(lab, "ws-a", BEGIN)
    made.run("run", A, code=0)
    return made


def lose(lab: Lab, first: int, last: int) -> None:
    """Delete the takes from one number to another."""
    names = " ".join(f"'/srv/sessions/Takes/take {number:03}.wav'" for number in range(first, last + 1))
    lab.run("ws-a", f"rm {names}", check=True)


def refused(studio: Studio, *words: str, reason: str = "brake-deletions") -> dict[str, Any]:
    done = studio.json("run", A, *words, code=5)
    assert (done["result"], done["reason"], done["restore_point"]) == ("refused", reason, None)
    return done


def test_a_mass_deletion_is_refused_shown_and_accepted_once(lab: Lab, studio: Studio) -> None:
    before, kept = points(lab), hashes(lab, "ws-a", "/srv/sessions")
    lose(lab, 0, 59)
    first = refused(studio)
    assert (first["deleted"], first["rewritten"]) == (60, 0)
    said = studio.run("run", A, code=5).stdout
    assert "refused, too many files would be deleted at once" in said
    assert "every restore point is as it was" in said
    again = records(lab)[-1]["run"]
    assert f"--accept {again}" in said
    assert points(lab) == before
    assert hashes(lab, "nas", f"{target(A)[1]}/points/{before[-1]}") == kept
    status = studio.run("status", code=2).stdout
    assert f"studio-backup run {A} --accept {again}" in status

    looked = studio.json("run", A, "--preview", code=0)["preview"]
    assert looked["brake"] is True
    assert sorted(looked["delete"]) == sorted(BEGIN)[:60]
    shown = studio.run("run", A, "--preview", "-v", code=0).stdout
    assert shown.count("\n  delete ") + shown.startswith("  delete ") == 60
    assert "The brake would refuse this run" in shown
    assert len(records(lab)) == 3, "a preview leaves no record"

    accepted = studio.run("run", A, "--accept", again, code=0).stdout
    assert getpass.getuser() in accepted
    assert records(lab)[-1]["accepted_by"].startswith(getpass.getuser())
    assert len(points(lab)) == 2
    assert len(hashes(lab, "nas", f"{target(A)[1]}/points/{points(lab)[-1]}")) == 40

    place(lab, "ws-a", {name: content for name, content in BEGIN.items() if name < "Takes/take 060.wav"})
    studio.run("run", A, code=0)
    lose(lab, 0, 59)
    refused(studio)
    assert len(points(lab)) == 3


def test_what_is_deleted_after_the_refusal_was_not_accepted(lab: Lab, studio: Studio) -> None:
    place(lab, "ws-a", {f"More/{number}": b"m" for number in range(100)})
    studio.run("run", A, code=0)
    before = points(lab)
    lose(lab, 0, 59)
    run = refused(studio)["run"]
    lab.run("ws-a", "rm -r /srv/sessions/More", check=True)
    later = refused(studio, "--accept", run)
    assert later["deleted"] == 160
    assert points(lab) == before
    refused(studio)
    for wrong in ("20010101T000000Z-1", "no-run"):
        failed = studio.run("run", A, "--accept", wrong, code=1)
        assert f"no refused run {wrong}" in failed.stderr
    assert "not a run's name" in studio.run("run", A, "--accept", "../../etc/passwd", code=1).stderr
    assert points(lab) == before


def test_a_mass_rewrite_is_refused(lab: Lab, studio: Studio) -> None:
    before = points(lab)
    place(lab, "ws-a", {name: b"encrypted " + content for name, content in list(BEGIN.items())[:60]})
    assert refused(studio, reason="brake-rewrites")["rewritten"] == 60
    assert points(lab) == before
    assert studio.json("run", A, "--preview", code=0)["preview"]["brake"] is True


def test_half_and_half_is_one_loss(lab: Lab, studio: Studio) -> None:
    lose(lab, 0, 29)
    place(lab, "ws-a", {name: b"encrypted " + content for name, content in list(BEGIN.items())[60:90]})
    assert studio.json("run", A, "--preview", code=0)["preview"]["brake"] is True
    assert "The brake would refuse" in studio.run("run", A, "--preview", code=0).stdout
    refused(studio)


@pytest.mark.long
def test_fifty_files_are_a_day_s_work(lab: Lab, studio: Studio) -> None:
    lose(lab, 0, 49)
    assert studio.json("run", A, "--preview", code=0)["preview"]["brake"] is False
    assert studio.json("run", A, code=0)["deleted"] == 50


@pytest.mark.long
def test_renamed_folders_are_deletions_too(lab: Lab, studio: Studio) -> None:
    lab.run("ws-a", "mv /srv/sessions/Takes /srv/sessions/Takes-old", check=True)
    assert refused(studio)["deleted"] == 100
