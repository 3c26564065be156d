"""One login at one share of a machine of the lab, over SMB."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import smbclient


@dataclass
class Login:
    """Who logs in where."""

    address: str
    user: str
    password: str
    share: str

    def path(self, name: str) -> str:
        """A name on the share; it may be longer than Windows' own 260 letters."""
        return rf"\\{self.address}\{self.share}" + "".join(f"\\{part}" for part in name.split("/") if part)

    @contextmanager
    def logged_in(self) -> Iterator[None]:
        """A session of its own; the end of the block ends it. Raises what the server says against it."""
        smbclient.reset_connection_cache(fail_on_error=False)
        smbclient.register_session(self.address, username=self.user, password=self.password, connection_timeout=20)
        try:
            yield
        finally:
            smbclient.reset_connection_cache(fail_on_error=False)
