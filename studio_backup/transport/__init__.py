"""Ways to ask a system something: the interface, the local machine, a recording."""

from studio_backup.transport.answer import NO_EXIT, STREAM_LIMIT, Answer
from studio_backup.transport.interface import Remote, Transport
from studio_backup.transport.local import Local
from studio_backup.transport.process import SUDO_PASSWORD
from studio_backup.transport.recorded import Recorded, UnrecordedScript

__all__ = [
    "NO_EXIT",
    "STREAM_LIMIT",
    "SUDO_PASSWORD",
    "Answer",
    "Local",
    "Recorded",
    "Remote",
    "Transport",
    "UnrecordedScript",
]
