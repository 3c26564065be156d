"""Both ends of a push from Windows: its job, interpreted, and the keeper's own, with a landing that both have."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.shells.job_bench import RECEIVER, call
from tests.shells.job_running import Job
from tests.shells.job_server import Server
from tests.shells.share_bench import Shared, make_shared
from tests.sim.windows.copying import Copying, set_up
from tests.sim.windows.machine import Windows
from tests.windows_copies import PUSH, studio


@dataclass
class Ends:
    """What sends, and what keeps."""

    push: Copying
    sent: Shared

    def both(self) -> tuple[dict[str, Any], dict[str, object]]:
        """A push, and what the look after it makes of it."""
        return self.send(), self.sent.keeper.run(manual=False).record

    def send(self) -> dict[str, Any]:
        """A push; what it wrote belongs to the share's user, as Samba has it."""
        time.sleep(1.1)  # the keeper tells one push from the next by its second
        record = self.push.run()
        call("chown", "-R", f"{RECEIVER}:", self.sent.landing, *self.sent.share.iterdir())
        return record


@contextmanager
def windows_ends(job: Job, door: Server) -> Iterator[Ends]:
    """Both, with nothing sent so far; what the stand-in was asked and does not know is a failure."""
    with Windows() as windows:
        push, sent = set_up(windows, studio(PUSH), "on-nas"), make_shared(job, door)
        landing = sent.keeper.target / "landing"
        sent.fill(0)
        (path,) = windows.drives.shares
        windows.drives.shares[path] = landing
        push.landing, push.target = landing, sent.landing
        yield Ends(push, sent)
        assert windows.refused() == []
