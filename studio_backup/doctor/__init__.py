"""What a machine must have for its part in the copies, what it was seen to lack, and the command that mends it."""

from studio_backup.doctor.examining import examine
from studio_backup.doctor.finding import MISSING, OK, UNSEEN, Finding, Span
from studio_backup.doctor.needs import Wanted, wanted

__all__ = ["MISSING", "OK", "UNSEEN", "Finding", "Span", "Wanted", "examine", "wanted"]
