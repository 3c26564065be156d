"""Taking the lock of every machine that a plan will touch, before its first step, and holding them to the end."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from types import TracebackType

from studio_backup.abreast import abreast
from studio_backup.errors import Locked, StudioBackupError, TransportError
from studio_backup.lock import answer
from studio_backup.shells import SHELLS
from studio_backup.transport import Remote, Transport

#: Seconds that the slower of two applies waits for the other to give way, before it takes locks one by one.
_PAUSE = 0.2


class Locks:
    """The locks of some systems, released when the block ends or this process dies.

    All are asked for at once, since nobody waits while holding: whoever meets a held lock lets go of all of its own.
    Two applies that met crosswise then take them one by one in sorted order, where one of them is always first.
    """

    def __init__(self, who: str, break_lock: bool = False) -> None:
        self._who = who
        self._break = break_lock
        self._held: dict[str, Remote] = {}
        self.generations: dict[str, str] = {}

    def take(self, transports: Mapping[str, Transport]) -> None:
        """Hold every one of these systems; raises Locked with who holds one, and then holds none."""
        names = sorted(transports)
        held = self._together(names, transports)
        if held is None:
            return
        self.release()
        time.sleep(_PAUSE)
        for name in names:
            problem = self._one(name, transports[name])
            if problem is not None:
                self.release()
                raise problem

    def _together(self, names: list[str], transports: Mapping[str, Transport]) -> StudioBackupError | None:
        problems = abreast(names, lambda name: self._one(name, transports[name]), 16)
        return next(filter(None, problems), None)

    def _one(self, name: str, transport: Transport) -> StudioBackupError | None:
        token = secrets.token_hex(8)
        try:
            remote = transport.open(SHELLS[transport.language].acquire(self._who, token, self._break))
            self._held[name] = remote
            said = ""
            while (found := answer(said, token)) is None:
                data = remote.read(4096)
                if not data:
                    return StudioBackupError(f"{name}: its lock could not be taken", remote.errors().strip())
                said += data.decode("utf-8", "replace")
        except TransportError as error:
            return error
        match found:
            case ("held", generation):
                self.generations[name] = generation
                return None
            case ("locked", holder):
                return Locked(
                    f"{name} is locked by {holder}",
                    "wait for it, or end it there; --break-lock takes the lock if you are sure that it is dead",
                )
        return StudioBackupError(f"{name}: its lock could not be taken", remote.errors().strip())

    def again(self, name: str, transport: Transport) -> StudioBackupError | None:
        """Hold one more system, or one whose connection was lost; why not, if not. The others stay held."""
        self._let_go(name)
        problem = self._one(name, transport)
        if problem is not None:
            self._let_go(name)
        return problem

    def _let_go(self, name: str) -> None:
        remote = self._held.pop(name, None)
        if remote is not None:
            with ExitStack() as stack:
                stack.callback(remote.close)
                stack.callback(remote.finish_writing)

    def release(self) -> None:
        """Let go of everything."""
        with ExitStack() as stack:
            for remote in self._held.values():
                stack.callback(remote.close)
                stack.callback(remote.finish_writing)
        self._held.clear()
        self.generations.clear()

    def __enter__(self) -> Locks:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.release()


def stale(generations: Mapping[str, str], planned: Callable[[str], str], names: Iterable[str]) -> list[str]:
    """The systems that somebody changed between our survey and our lock."""
    return [name for name in names if generations.get(name, "") != planned(name)]
