"""Full Disk Access of what launchd starts: noted by the job itself, read by a survey that loads nothing."""

from __future__ import annotations

from datetime import datetime

from tests.sim.macos.copying import plug_in, spec, studio
from tests.sim.macos.machine import Mac

NOTED = "/Library/studio-backup/state/northlight/access"
ADDRESS = "ws-a/macos/full-disk-access/macos-jobs"


def test_a_job_tells_what_it_may_read(mac: Mac) -> None:
    plug_in(mac)
    studio(mac, spec()).converge()
    mac.settle()
    assert mac.do(f"cat {NOTED}") == "yes\n"  # it starts when it is loaded, and copies nothing yet
    with mac.state() as state:
        state["fda_jobs"] = False
    assert studio(mac, spec()).differs() == {}  # a look starts nothing
    mac.play(datetime(2026, 3, 3, 12))
    found = studio(mac, spec()).differs()
    assert list(found) == [ADDRESS]
    assert found[ADDRESS] == ("posture", "watch")
    mac.do(f"echo yes >{NOTED}; touch -t 202601010000 {NOTED}")
    assert list(studio(mac, spec()).differs()) == [ADDRESS]  # a yes of long ago is none
    mac.do(f"rm {NOTED}")
    assert list(studio(mac, spec()).differs()) == [ADDRESS]  # what nobody noted is not known, and no yes
    with mac.state() as state:
        state["fda_jobs"] = True
    mac.play(datetime(2026, 3, 4, 12))
    assert studio(mac, spec()).differs() == {}
