"""Sizes and bandwidths as they are written, and the numbers that they stand for."""

from __future__ import annotations

import re

from studio_backup.spec.wording import MalformedError, shorten

_BANDWIDTH = re.compile(r"([0-9]{1,7}) ?(KiB/s|kB/s|MiB/s|MB/s|GiB/s|Mbit/s|Gbit/s)")
_KIB = {"KiB/s": 1, "kB/s": 1000 / 1024, "MiB/s": 1024, "MB/s": 1e6 / 1024, "GiB/s": 1048576,
        "Mbit/s": 125000 / 1024, "Gbit/s": 125e6 / 1024}  # fmt: skip
_SIZE = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?) ?([A-Za-z]+)")
_BYTES = {"MB": 10**6, "GB": 10**9, "TB": 10**12, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}


def parse_size(text: str) -> int:
    """Bytes."""
    found = _SIZE.fullmatch(text.strip())
    if not found or found[2] not in _BYTES:
        raise MalformedError(f"'{shorten(text)}' is not a size", "write a number and GB, TB, GiB or TiB")
    return int(float(found[1]) * _BYTES[found[2]])


def parse_bandwidth(text: str) -> int:
    """KiB a second, at least 1."""
    found = _BANDWIDTH.fullmatch(text.strip())
    if not found or not int(found[1]):
        raise MalformedError(f"'{shorten(text)}' is not a bandwidth", "write a number and KiB/s, MiB/s, MB/s or Mbit/s")
    return max(1, round(int(found[1]) * _KIB[found[2]]))
