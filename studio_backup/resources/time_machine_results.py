"""What Time Machine says of its last attempt at a destination: its RESULT codes in words."""

from __future__ import annotations

#: What is noted for a backup that somebody, or a job of ours, stopped.
CANCELLED = 22
#: From the texts of the TimeMachineStatus program, which shows them to people.
_WORDS = {
    3: "the destination has a format that it cannot use",
    6: "the destination has a format that it cannot use",
    7: "only a part was copied: no room is left",
    8: "the destination is read-only",
    15: "the destination is full",
    16: "the destination is full",
    17: "no disk is chosen",
    18: "the disk was not found",
    19: "the disk was not available",
    20: "the disk image could not be made",
    21: "the disk image could not be opened",
    CANCELLED: "it was cancelled",
    26: "the network was cut",
    27: "the disk was ejected",
    28: "the destination is full",
    29: "the network password was refused",
    31: "the disk image is in use",
    32: "the disk image is missing",
    39: "the destination was encrypted, and is not any more",
    45: "the network share cannot take Time Machine",
    49: "a snapshot failed",
    50: "a snapshot failed: the source is full",
    52: "the password is empty",
    53: "the password is wrong",
    60: "a managed profile forbids it",
    70: "the disk image was disconnected",
    100: "it ran on battery",
    101: "the battery was low",
    102: "the Mac was too warm",
    103: "FileVault was converting the disk",
    104: "the destination is locked",
    105: "files of a cloud were still on their way",
    450: "the seal of the system is broken",
    501: "the history must be erased and begun anew",
    703: "somebody ejected the disk",
    704: "somebody ejected the disk",
}


def result(code: int) -> str:
    """What went wrong; nothing for a good one."""
    if code == 0:
        return ""
    return f"{_WORDS.get(code, 'an error that is not known here')} ({code})"
