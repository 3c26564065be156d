"""A fleet boots beside the studio and goes without a trace."""

from pathlib import Path

import pytest

from tests.lab.conftest import Lab
from tests.lab.machines import facts, host, lifecycle
from tests.lab.machines.command import LabError

SIZE = 12


@pytest.mark.lab
def test_a_fleet_boots_with_disks_and_the_inotify_limit_is_put_back(lab: Lab) -> None:
    limit = host.INSTANCES.read_text()
    names = [facts.fleet_machine(number).name for number in range(1, SIZE + 1)]
    try:
        lab.up(*names)
        assert set(lifecycle.running()) == {*facts.STUDIO, *names}
        last = lab.ssh("m12", "hostname; findmnt -no UUID /srv/data; hostname -I")
        assert last.stdout.split() == ["m12", "f1ee0000-0000-4000-8000-000000000012", "198.18.77.112"]
        assert int(host.INSTANCES.read_text()) >= 128 + host.INSTANCES_A_MACHINE * len(names)
        lab.down()
        assert host.INSTANCES.read_text() == limit
        assert not Path("/sys/class/net", facts.BRIDGE).exists()
    finally:
        lab.down()
        lab.reset()


def test_the_names_and_addresses_of_a_fleet() -> None:
    assert (facts.fleet_machine(1).name, facts.fleet_machine(1).address) == ("m01", "198.18.77.101")
    assert (facts.fleet_machine(100).name, facts.fleet_machine(100).address) == ("m100", "198.18.77.200")
    assert facts.machine_named("m07") == facts.fleet_machine(7)
    addresses = [machine.address for machine in facts.everybody()]
    assert len(set(addresses)) == len(addresses) == 105


@pytest.mark.parametrize("name", ["m7", "m007", "m101", "m0", "m00", "m", "nas2", ""])
def test_a_name_that_is_nobody_s_is_refused(name: str) -> None:
    with pytest.raises(LabError):
        facts.machine_named(name)
