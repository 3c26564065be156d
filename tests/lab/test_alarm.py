"""A machine tells itself that its job was refused, and that it is well again, with nobody at the control machine."""

import pytest

from tests.lab.conftest import Lab
from tests.lab.copies import A, place, ready
from tests.lab.studio import Studio, broken

pytestmark = pytest.mark.lab

UNIT = "studio-backup-northlight_alarm"
#: What stands in for a mail program on the NAS.
SENDMAIL = "#!/bin/sh\ncat >>/var/tmp/letters\n"


@pytest.fixture(scope="module")
def studio(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Studio:
    made = ready(lab, tmp_path_factory.mktemp("alarm") / "spec")
    room = "    room: machine-room\n"
    made.edit("inventory/machine-room.yml", room, f"{room}    alarm: {{mail: root}}\n")
    made.apply()
    lab.run("nas", "cat >/usr/sbin/sendmail && chmod 0755 /usr/sbin/sendmail", text=SENDMAIL, check=True)
    place(lab, "ws-a", {f"take {number}": b"x" for number in range(10)})
    return made


def letters(lab: Lab) -> str:
    """What was sent since the last look, by the machine's own timer's service."""
    script = f"systemctl start {UNIT}.service && cat /var/tmp/letters 2>/dev/null; rm -f /var/tmp/letters"
    return lab.run("nas", script, check=True).stdout


def test_a_refused_job_is_told_by_the_machine_itself(lab: Lab, studio: Studio) -> None:
    assert lab.run("nas", f"systemctl is-active {UNIT}.timer", check=True).stdout.strip() == "active"
    studio.run("run", A, code=0)
    assert letters(lab) == ""
    with broken(lab, "ws-a", "unmount-sessions", "remount"):
        studio.run("run", A, code=5)
        said = letters(lab)
    assert "To: root\nSubject: northlight on nas/linux: ws-a/sessions/on-nas: refused, source-unmounted\n" in said
    assert letters(lab) == ""
    studio.run("run", A, code=0)
    assert "ws-a/sessions/on-nas: well again" in letters(lab)
    assert letters(lab) == ""
    # Nothing that it keeps differs from the spec.
    studio.settled()
