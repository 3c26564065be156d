"""Samba and Macs: a server that shows twice, and versions that break Time Machine."""

from __future__ import annotations

import dataclasses

import pytest

from studio_backup.diff import Present
from studio_backup.probe import Reply
from studio_backup.resources.avahi_service import AvahiService
from studio_backup.resources.samba_server import SambaServer
from tests.resources.cases import FOLDER, Case


@pytest.mark.trap(10)
def test_where_smbd_tells_of_its_shares_no_file_of_ours_does() -> None:
    alone = Case(FOLDER / "avahi-service" / "smbd-tells-it").change()
    assert alone.verb == "ok"
    twice = Case(FOLDER / "avahi-service" / "told-twice")
    seen = twice.seen()
    assert isinstance(seen, Present)
    assert isinstance(seen.value, AvahiService)
    want = twice.want()
    assert isinstance(want, AvahiService)
    steps = want.update(seen.value, frozenset({"told"}))
    assert [step.script for step in steps] == ['rm -f -- "$@"']
    # What somebody else pasted there is told, and never touched.
    theirs = Case(FOLDER / "avahi-service" / "a-file-of-somebody-else-makes-a-second-server").change()
    assert (theirs.verb, [item.before for item in theirs.fields]) == (
        "watch",
        ["/etc/avahi/services/timemachine.service"],
    )


@pytest.mark.trap(11)
@pytest.mark.parametrize(
    ("version", "mended"),
    [("4.17.12-Debian", ""), ("4.21.9", ""), ("4.22.0", "4.22.6"), ("4.22.5-Debian-4.22.5+dfsg-1", "4.22.6"),
     ("4.22.6", ""), ("4.23.0", "4.23.3"), ("4.23.2", "4.23.3"), ("4.23.3", ""), ("4.24.0", "")],
)  # fmt: skip
def test_a_version_that_breaks_time_machine_is_posture(version: str, mended: str) -> None:
    case = Case(FOLDER / "samba-server" / "ok")
    want, reply = case.want(), case.reply()
    assert "4.17.12-Debian" in reply.out
    seen = want.parse(Reply(0, reply.out.replace("4.17.12-Debian", version), ""))
    assert isinstance(seen, SambaServer)
    if not mended:
        assert seen == want
    else:
        assert f"{mended} mends it" in str(seen.macs)
        assert dataclasses.replace(seen, macs="served") == want
