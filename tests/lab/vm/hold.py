"""The lock that keeps two users of the virtual machine apart; the other machines of the lab have their own."""

from contextlib import AbstractContextManager

from tests.lab.machines import state

HOLDER = "STUDIO_BACKUP_VM_HELD_BY"


def in_use(wait: bool = True) -> AbstractContextManager[None]:
    """Hold the machine for a run of tests or for one command; raises LabError without WAIT when it is held."""
    return state.in_use(wait, lock="vm-in-use", holder=HOLDER)
