"""Restoring: which point, which part, where to; what is refused, and what a cut stream leaves."""

import signal

import pytest

from tests.lab.conftest import Lab
from tests.lab.copies import A_OFF, A, hashes, place, points, process, ready, target
from tests.lab.slow import wait_until
from tests.lab.studio import Studio, finished

pytestmark = pytest.mark.lab

OLD = {"Lied/Gesang.wav": b"old" * 1000, "Lied/Bass.wav": b"bass" * 1000, "Liedchen/Takt.wav": b"t", "brief.txt": b"1"}
NEW = {"Lied/Gesang.wav": b"new, longer" * 1000}


@pytest.fixture(scope="module")
def studio(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Studio:
    made = ready(lab, tmp_path_factory.mktemp("restore") / "spec")
    place(lab, "ws-a", OLD)
    made.run("run", A, code=0)
    made.run("run", A_OFF, code=0)
    place(lab, "ws-a", NEW)
    made.run("run", A, code=0)
    return made


def restore(studio: Studio, to: str, *words: str, code: int = 0) -> dict[str, object]:
    return studio.json("restore", "ws-a/sessions", "--to", to, *words, code=code)


def test_without_more_words_it_is_the_newest_point_of_all(lab: Lab, studio: Studio) -> None:
    done = restore(studio, "ws-a:/srv/newest")
    assert (done["copy"], done["restore_point"]) == ("on-nas", points(lab)[-1])
    assert hashes(lab, "ws-a", "/srv/newest") == hashes(lab, "ws-a", "/srv/sessions")


def test_an_older_point_by_its_name_and_by_a_time(lab: Lab, studio: Studio) -> None:
    first = points(lab)[0]
    when = f"{first[:10]} {first[11:19].replace('-', ':')}+00:00"
    for number, at in enumerate((first, when)):
        done = restore(studio, f"vault:/srv/older-{number}", "--at", at)
        assert done["restore_point"] == first
        found = lab.run("vault", f"cat /srv/older-{number}/Lied/Gesang.wav").stdout
        assert found.encode() == OLD["Lied/Gesang.wav"]


def test_from_the_copy_that_was_asked_for(lab: Lab, studio: Studio) -> None:
    done = restore(studio, "ws-b:/srv/afar", "--from", "off-site")
    assert (done["copy"], done["restore_point"], done["files"]) == ("off-site", points(lab, A_OFF)[0], 4)


@pytest.mark.parametrize(
    ("path", "names"),
    [("Lied", {b"Lied/Gesang.wav", b"Lied/Bass.wav"}),
     ("./Lied//Bass.wav", {b"Lied/Bass.wav"}), ("brief.txt", {b"brief.txt"})],
)  # fmt: skip
def test_only_a_part(lab: Lab, studio: Studio, path: str, names: set[bytes]) -> None:
    folder = "/srv/part-" + path.replace("/", "_")
    assert restore(studio, f"ws-a:{folder}", "--path", path)["files"] == len(names)
    assert set(hashes(lab, "ws-a", folder)) == names


def test_nothing_is_ever_written_over(lab: Lab, studio: Studio) -> None:
    lab.run("ws-a", "mkdir -p /srv/full; echo mine >/srv/full/.mine; echo file >/srv/a-file", check=True)
    before = hashes(lab, "ws-a", "/srv/sessions")
    for folder in ("/srv/full", "/srv/a-file", "/srv/sessions"):
        refused = studio.run("restore", "ws-a/sessions", "--to", f"ws-a:{folder}", code=5)
        assert "never writes over anything" in refused.stderr
        assert restore(studio, f"ws-a:{folder}", code=5)["error"]
    assert lab.run("ws-a", "ls -A /srv/full; cat /srv/full/.mine /srv/a-file").stdout == ".mine\nmine\nfile\n"
    assert hashes(lab, "ws-a", "/srv/sessions") == before


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--at", "2001-01-01"), 5, "no restore point that fits"),
        (("--at", "2001-01-01T00-00-00Z"), 5, "no restore point that fits"),
        (("--at", "yesterday"), 1, "not a time"),
        (("--from", "off-sight"), 1, "off-site"),
        (("--path", "../../../etc"), 1, "must stay inside"),
        (("--path", "no/such/file"), 1, "no/such/file"),
    ],
)
def test_what_is_not_there_is_said_plainly(
    lab: Lab, studio: Studio, words: tuple[str, ...], code: int, said: str
) -> None:
    assert said in studio.run("restore", "ws-a/sessions", "--to", "ws-a:/srv/nothing", *words, code=code).stderr
    assert lab.run("ws-a", "ls -A /srv/nothing 2>/dev/null").stdout == ""


@pytest.mark.parametrize(
    ("to", "said"),
    [("ws-z:/srv/x", "no machine 'ws-z'"), ("ws-a:relative", "absolute"), ("ws-a:/srv/../etc", "absolute")],
)  # fmt: skip
def test_a_place_that_is_none(studio: Studio, to: str, said: str) -> None:
    assert said in studio.run("restore", "ws-a/sessions", "--to", to, code=1).stderr


def test_a_copy_whose_machine_is_down_leaves_the_other_one(lab: Lab, studio: Studio) -> None:
    lab.fault("nas", "down")
    try:
        done = restore(studio, "ws-a:/srv/without-nas", "--timeout", "3")
        assert done["copy"] == "off-site"
        unreachable = studio.run(
            "restore", "ws-a/sessions", "--from", "on-nas", "--to", "ws-a:/srv/none", "--timeout", "3", code=3
        )
        assert "nas" in unreachable.stderr
    finally:
        lab.fault("nas", "up")


def test_what_restore_proves_is_the_way_and_not_the_copy(lab: Lab, studio: Studio) -> None:
    """A byte that rotted in the copy is read as it is: every hash is equal to what was read, and the file is not."""
    point = f"{target(A_OFF)[1]}/points/{points(lab, A_OFF)[0]}"
    lab.run("vault", f"printf X | dd of={point}/brief.txt conv=notrunc 2>/dev/null", check=True)
    assert restore(studio, "ws-a:/srv/rotten", "--from", "off-site")["verified"] is True
    assert lab.run("ws-a", "cat /srv/rotten/brief.txt").stdout == "X"


@pytest.mark.parametrize("number", [signal.SIGKILL, pytest.param(signal.SIGTERM, marks=pytest.mark.long)])
def test_a_stream_that_is_cut_is_never_called_whole(lab: Lab, studio: Studio, number: signal.Signals) -> None:
    if "big" not in lab.run("ws-a", "ls /srv/sessions").stdout:
        lab.run("ws-a", "dd if=/dev/urandom of=/srv/sessions/big bs=1048576 count=150 2>/dev/null", check=True)
        studio.run("run", A, code=0)
    folder = f"/srv/cut-{number}"
    with studio.start("restore", "ws-a/sessions", "--to", f"ws-a:{folder}") as running:
        wait_until(lambda: lab.run("ws-a", f"test -s {folder}/big").returncode == 0)
        senders = process(lab, "nas", "tar -cf - -- .")
        assert senders, "it was over before it could be cut"
        lab.run("nas", f"kill -{number.value} {' '.join(map(str, senders))}", check=True)
        failed = finished(running, 1)
    assert "could not be read whole" in failed.stderr
    assert "equal" not in failed.stdout


def test_a_control_machine_that_dies_leaves_no_tar_behind(lab: Lab, studio: Studio) -> None:
    with studio.start("restore", "ws-a/sessions", "--to", "ws-a:/srv/died") as running:
        wait_until(lambda: lab.run("ws-a", "test -s /srv/died/big").returncode == 0)
        running.kill()
    wait_until(lambda: not process(lab, "nas", "tar -cf - -- .") and not process(lab, "ws-a", "tar -xpf -"))
    assert "never writes over" in studio.run("restore", "ws-a/sessions", "--to", "ws-a:/srv/died", code=5).stderr
