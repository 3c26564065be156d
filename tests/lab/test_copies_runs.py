"""Runs that go well: pulled, chained, from BusyBox, by a timer; and what `run` and `status` say of them."""

import pytest

from tests.lab.conftest import Lab
from tests.lab.copies import (
    A_OFF,
    A,
    B,
    away_from_the_turn_of_the_hour,
    hashes,
    place,
    points,
    ready,
    records,
    service,
    target,
)  # fmt: skip
from tests.lab.slow import wait_until
from tests.lab.studio import Studio

pytestmark = pytest.mark.lab

FILES = {"Lied/Audio Files/Gesang.wav": b"la" * 50_000, "Lied/Lied.ptx": b"session", "leer.txt": b""}
RUN = {"dataset", "copy", "run", "result", "started", "seconds", "files", "bytes", "deleted", "rewritten",
       "restore_point", "reason"}  # fmt: skip
#: Fires once, at once, whatever the calendar says.
AT_ONCE = "[Timer]\\nOnCalendar=\\nOnActiveSec=0\\nRandomizedDelaySec=0\\nAccuracySec=10ms\\nPersistent=false\\n"


@pytest.fixture(scope="module")
def studio(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Studio:
    made = ready(lab, tmp_path_factory.mktemp("runs") / "spec")
    for machine in ("ws-a", "ws-b"):
        place(lab, machine, FILES)
    return made


def test_a_run_counts_what_it_moved_and_its_point_is_read_only(lab: Lab, studio: Studio) -> None:
    done = studio.json("run", A, code=0)
    assert set(done) >= RUN
    assert (done["dataset"], done["copy"], done["result"], done["reason"]) == ("ws-a/sessions", "on-nas", "ok", None)
    assert (done["files"], done["bytes"], done["deleted"], done["rewritten"]) == (3, 100_007, 0, 0)
    assert done["source"] == "ws-a/studio-os"
    assert points(lab) == [done["restore_point"]]
    point = f"{target(A)[1]}/points/{done['restore_point']}"
    assert hashes(lab, "nas", point) == hashes(lab, "ws-a", "/srv/sessions")
    assert lab.run("nas", f"btrfs property get {point} ro").stdout.strip() == "ro=true"
    refused = lab.run("nas", f"touch {point}/new; rm {point}/leer.txt; echo x >>{point}/Lied/Lied.ptx")
    assert refused.stderr.count("Read-only file system") == 3
    assert lab.run("nas", f"test -e {point}/.studio-backup-volume").returncode == 1, "the sentinel was copied"


def test_a_second_run_moves_only_what_changed(lab: Lab, studio: Studio) -> None:
    before = points(lab)
    place(lab, "ws-a", {"Lied/Lied.ptx": b"session, saved again", "Lied/neu.wav": b"n" * 1000})
    lab.run("ws-a", "rm /srv/sessions/leer.txt", check=True)
    said = studio.run("run", A, code=0).stdout
    assert f"{A}: ok" in said
    assert "1 new, 1 rewritten, 1 deleted" in said
    assert len(points(lab)) == len(before) + 1
    assert points(lab)[-1] in said
    assert lab.run("nas", f"cat {target(A)[1]}/points/{before[-1]}/Lied/Lied.ptx").stdout == "session"


def test_a_chain_keeps_the_date_of_the_point_it_copies(lab: Lab, studio: Studio) -> None:
    newest = points(lab)[-1]
    done = studio.json("run", A_OFF, code=0)
    assert (done["result"], done["restore_point"], done["source"]) == ("ok", newest, "nas/linux")
    assert points(lab, A_OFF) == [newest]
    assert hashes(lab, "vault", f"{target(A_OFF)[1]}/points/{newest}") == hashes(lab, "ws-a", "/srv/sessions")
    again = studio.json("run", A_OFF, code=0)
    assert (again["result"], again["reason"]) == ("ok", "nothing-newer")
    assert points(lab, A_OFF) == [newest]


def test_a_timer_that_fires_makes_one_point_a_period(lab: Lab, studio: Studio) -> None:
    away_from_the_turn_of_the_hour()
    timer = service(B).replace(".service", ".timer")
    folder = f"/run/systemd/system/{timer}.d"
    lab.run("nas", f"mkdir {folder}; printf '{AT_ONCE}' >{folder}/now.conf; systemctl daemon-reload", check=True)
    try:
        for fired in (1, 2, 3):
            lab.run("nas", f"systemctl restart {timer}", check=True)
            wait_until(lambda count=fired: len([one for one in records(lab, B) if one["result"] != "running"]) == count)  # type: ignore[misc]
            wait_until(lambda: lab.run("nas", f"systemctl is-active {service(B)}").stdout == "inactive\n")
    finally:
        lab.run("nas", f"rm -r {folder}; systemctl daemon-reload; systemctl restart {timer}", check=True)
    assert [(one["result"], one["reason"]) for one in records(lab, B)] == [("ok", None), *[("ok", "period")] * 2]
    assert records(lab, B)[0]["source"] == "ws-b/linux"
    assert len(points(lab, B)) == 1
    assert hashes(lab, "nas", f"{target(B)[1]}/points/{points(lab, B)[0]}") == hashes(lab, "ws-b", "/srv/sessions")
    asked = studio.json("run", B, code=0)
    assert (asked["result"], asked["restore_point"]) == ("ok", points(lab, B)[-1]), "asked by hand, it makes one"
    assert len(points(lab, B)) == 2


def test_status_says_what_every_copy_has(lab: Lab, studio: Studio) -> None:
    before = studio.json("status", code=2)
    jobs = {f"{job['dataset']}/{job['copy']}": job for job in before["jobs"]}
    assert {name: job["state"] for name, job in jobs.items()} == {
        A: "fresh", B: "fresh", A_OFF: "fresh", "ws-b/sessions/off-site": "none"
    }  # fmt: skip
    assert jobs["ws-b/sessions/off-site"]["result"] == "never"
    for name, job in jobs.items():
        assert set(job) >= RUN
        assert job["points"] == points(lab, name)
    assert 0 <= jobs[A]["age"] < jobs[A]["limit"] == 3 * 3600
    said = studio.run("status", code=2).stdout
    assert "Next: studio-backup run ws-b/sessions/off-site" in said
    studio.run("run", "ws-b/sessions/off-site", code=0)
    said = studio.run("status", code=0).stdout
    assert "4 copies: 4 fresh" in said
    rows = {line.split()[0]: line.split()[1:] for line in said.splitlines() if line.startswith("ws-")}
    assert rows[A][:2] == ["ok", points(lab)[-1]]
    assert {row[-1] for row in rows.values()} == {"fresh"}
    assert max(map(len, said.splitlines())) <= 80


def test_a_copy_that_is_not_there_yet_is_no_crash(studio: Studio) -> None:
    wrong = studio.run("run", "ws-a/sessions/on-nass", code=1)
    assert "on-nas" in wrong.stderr
