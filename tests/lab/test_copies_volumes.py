"""Volumes that are not there, not the right ones, empty or full: refused with the reason, nothing written or lost."""

from collections.abc import Callable

import pytest

from tests.lab.conftest import Lab
from tests.lab.copies import A_OFF, A, B, flat, hashes, place, points, process, ready, records, target
from tests.lab.slow import wait_until
from tests.lab.studio import Studio, broken, finished

pytestmark = pytest.mark.lab

SENTINEL = ".studio-backup-volume"


@pytest.fixture(scope="module")
def studio(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Studio:
    limit = ("max-age: 3 hours", "bandwidth: 8 MiB/s\n          max-age: 3 hours")
    made = ready(lab, tmp_path_factory.mktemp("volumes") / "spec", limit)
    for machine, copy in (("ws-a", A), ("ws-b", B)):
        place(lab, machine, {f"take {number}": b"x" * number for number in range(10)})
        made.run("run", copy, code=0)
    made.run("run", A_OFF, code=0)
    return made


def refused(lab: Lab, studio: Studio, copy: str, reason: str, sentence: str) -> None:
    """The run is refused for that reason, said so, recorded so, and took or changed no restore point."""
    before = points(lab, copy)
    said = studio.run("run", copy, code=5)
    assert f"{copy}: refused, {sentence}" in said.stdout
    assert "every restore point is as it was" in said.stdout
    assert (records(lab, copy)[-1]["result"], records(lab, copy)[-1]["reason"]) == ("refused", reason)
    assert points(lab, copy) == before
    preview = studio.run("run", copy, "--preview", code=5)
    assert f"would be refused: {sentence}" in preview.stdout


@pytest.mark.parametrize(("copy", "machine"), [(A, "ws-a"), (B, "ws-b")])
def test_a_source_that_is_not_what_it_should_be(lab: Lab, studio: Studio, copy: str, machine: str) -> None:
    path = "/srv/sessions"
    with broken(lab, machine, "unmount-sessions", "remount"):
        refused(lab, studio, copy, "source-unmounted", "the source volume is not mounted")
    with broken(lab, machine, "swap-disk", "remount"):
        lab.run(machine, f"echo other >{path}/other", check=True)
        refused(lab, studio, copy, "source-wrong-volume", "another volume is mounted where the source should be")
    sentinel = lab.run(machine, f"cat {path}/{SENTINEL}", check=True).stdout
    lab.run(machine, f"rm {path}/{SENTINEL}", check=True)
    refused(lab, studio, copy, "source-sentinel", "the source volume does not carry its sentinel")
    lab.run(machine, f"echo somebody else >{path}/{SENTINEL}", check=True)
    refused(lab, studio, copy, "source-sentinel", "the source volume does not carry its sentinel")
    lab.run(machine, f"cat >{path}/{SENTINEL}", text=sentinel, check=True)
    lab.run(machine, f"mkdir /srv/aside && cp -a {path}/take* /srv/aside && rm {path}/take*", check=True)
    refused(lab, studio, copy, "source-empty", "the source is empty")
    lab.run(machine, f"cp -a /srv/aside/take* {path}; rm -r /srv/aside", check=True)
    assert studio.json("run", copy, code=0)["deleted"] == 0


@pytest.mark.trap(7)
@pytest.mark.parametrize(("copy", "fault"), [(A, "unmount-target"), (A_OFF, "unmount-target")])
def test_beneath_a_target_that_is_not_mounted_nothing_is_written(
    lab: Lab, studio: Studio, copy: str, fault: str
) -> None:
    machine, folder = target(copy)
    root = "/".join(folder.split("/")[:3])
    before = points(lab, copy)
    lab.fault(machine, fault)
    try:
        said = studio.run("run", copy, code=5).stdout
        assert "refused, the target volume is not mounted" in said
        assert lab.run(machine, f"ls -A {root}").stdout == ""
        assert "would be refused" in studio.run("run", copy, "--preview", code=5).stdout
        status = flat(studio.run("status", code=2).stdout)
        assert "the target volume is not mounted" in status
    finally:
        lab.fault(machine, "remount")
    assert points(lab, copy) == before
    assert lab.run(machine, f"umount {root}; ls -A {root}; /usr/local/sbin/lab-mounts").stdout == ""
    studio.run("run", copy, code=0)


@pytest.mark.parametrize("copy", [A, A_OFF])
def test_another_disk_in_the_target_s_place_stays_as_it_is(lab: Lab, studio: Studio, copy: str) -> None:
    machine, folder = target(copy)
    root = "/".join(folder.split("/")[:3])
    before = points(lab, copy)
    with broken(lab, machine, "swap-disk", "remount"):
        said = studio.run("run", copy, code=5).stdout
        assert "refused, another volume is mounted where the target should be" in said
        assert lab.run(machine, f"ls -A {root}").stdout.split() in ([], ["lost+found"])
    lab.run(machine, f"mv {root}/{SENTINEL} {root}/away", check=True)
    assert "the target volume does not carry its sentinel" in studio.run("run", copy, code=5).stdout
    lab.run(machine, f"mv {root}/away {root}/{SENTINEL}", check=True)
    assert points(lab, copy) == before
    studio.run("run", copy, code=0)


def test_a_folder_that_belongs_to_something_else_is_left_alone(lab: Lab, studio: Studio) -> None:
    folder = target("ws-b/sessions/off-site")[1]
    lab.run("vault", f"echo mine >{folder}/mine", check=True)
    said = studio.run("run", "ws-b/sessions/off-site", code=5).stdout
    assert "the target folder belongs to something else" in said
    assert lab.run("vault", f"ls -A {folder}; cat {folder}/mine; rm {folder}/mine").stdout == "mine\nmine\n"
    studio.run("run", "ws-b/sessions/off-site", code=0)


@pytest.mark.parametrize("copy", [A, A_OFF])
def test_a_target_without_room_keeps_its_points(lab: Lab, studio: Studio, copy: str) -> None:
    machine, _ = target(copy)
    with broken(lab, machine, "fill-disk", "free-disk"):
        refused(lab, studio, copy, "no-space", "no space left on the target")
    studio.run("run", copy, code=0)


def test_a_target_that_fills_up_on_the_way_keeps_its_last_point(lab: Lab, studio: Studio) -> None:
    before, kept = points(lab), hashes(lab, "nas", f"{target(A)[1]}/points/{points(lab)[-1]}")
    lab.run("ws-a", "dd if=/dev/urandom of=/srv/sessions/big bs=1048576 count=60 2>/dev/null", check=True)
    partial: Callable[[], bool] = lambda: (  # noqa: E731
        lab.run("nas", f"find {target(A)[1]}/.partial -name '.big.*' -size +1M | grep .").returncode == 0
    )
    with studio.start("run", A) as running:
        wait_until(partial)
        with broken(lab, "nas", "fill-disk", "free-disk"):
            failed = finished(running, 1)
            assert "failed, no space left on the target" in failed.stdout
            assert points(lab) == before
            assert lab.run("nas", f"ls -d {target(A)[1]}/.partial").returncode != 0, "what filled the disk is kept"
    assert hashes(lab, "nas", f"{target(A)[1]}/points/{before[-1]}") == kept
    assert records(lab)[-1]["reason"] == "no-space"
    done = studio.json("run", A, code=0)
    point = f"{target(A)[1]}/points/{done['restore_point']}"
    assert hashes(lab, "nas", point) == hashes(lab, "ws-a", "/srv/sessions")
    assert not process(lab, "nas", "rsync")
