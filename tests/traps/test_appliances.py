"""Arrays of appliances: more slots than the box has bays, so that `degraded` alone says nothing."""

from __future__ import annotations

import pytest

from studio_backup.diff import Present
from studio_backup.resources.md_array import MdArray
from tests.resources.cases import FOLDER, Case


@pytest.mark.trap(12)
def test_a_mirror_with_slots_to_spare_is_clean_until_a_disk_has_failed() -> None:
    states = {}
    for name in ("appliance-slots", "appliance-slots-one-faulty"):
        seen = Case(FOLDER / "md-array" / name).seen()
        assert isinstance(seen, Present)
        assert isinstance(seen.value, MdArray)
        states[name] = (seen.value.state, seen.value.faults)
    assert states["appliance-slots"] == ("clean", "none")
    assert states["appliance-slots-one-faulty"][0] == "degraded"
    assert "has failed" in states["appliance-slots-one-faulty"][1]
