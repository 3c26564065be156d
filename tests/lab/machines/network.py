"""The lab's network: one bridge on the host, and a network namespace with one cable for each machine."""

import hashlib
import ipaddress
import json
import shutil
from pathlib import Path
from typing import Any

from tests.lab.machines import places
from tests.lab.machines.command import LabError, environment, run
from tests.lab.machines.facts import BRIDGE, HOST_ADDRESS, NETWORK, Machine

CABLE = "sbl-"
FIREWALL = ("FORWARD", "-i", BRIDGE, "-o", BRIDGE, "-j", "ACCEPT")


def _owner_mark() -> str:
    # The hardware address is the one mark that comes with the link itself: no crash can part them.
    digest = hashlib.sha256(str(places.running()).encode()).digest()
    return ":".join(f"{byte:02x}" for byte in (0x02, *digest[:5]))


def _links(*selection: str) -> list[dict[str, Any]]:
    done = run("ip", "-json", "-details", "link", "show", *selection, check=False)
    return [link for link in json.loads(done.stdout or "[]") if link]


def bridge_is_up() -> bool:
    """Tell whether our bridge stands; raises LabError when one of that name is somebody else's."""
    for link in _links("dev", BRIDGE):
        if link.get("address") == _owner_mark():
            return True
        owner = link.get("ifalias", "not made by this lab")
        raise LabError(
            f"an interface {BRIDGE} exists already ({owner}). If it is a lab with another cache, "
            f"take that one down (XDG_CACHE_HOME=… scripts/lab down); else remove it: ip link del {BRIDGE}"
        )
    return False


def ensure_bridge() -> None:
    """Make the bridge; raises LabError when its addresses are in use on this host."""
    if bridge_is_up():
        return
    wanted = ipaddress.IPv4Network(NETWORK)
    for link in json.loads(run("ip", "-json", "address", "show").stdout):
        for address in link.get("addr_info", []):
            if address["family"] == "inet" and ipaddress.IPv4Address(address["local"]) in wanted:
                raise LabError(
                    f"{address['local']} on {link['ifname']} lies in the lab's network {NETWORK}; "
                    "the lab cannot run while that interface has it"
                )
    for route in json.loads(run("ip", "-json", "route", "show").stdout or "[]"):
        if "/" in route["dst"] and ipaddress.IPv4Network(route["dst"]).subnet_of(wanted):
            raise LabError(f"this host has a route to {route['dst']} already; the lab needs {NETWORK}")
    alias = f"studio-backup lab in {places.running()}"[:250]
    lines = [
        f"link add {BRIDGE} address {_owner_mark()} type bridge forward_delay 0",
        f"link set {BRIDGE} alias '{alias}'",
        f"address add {HOST_ADDRESS}/24 dev {BRIDGE}",
        f"link set {BRIDGE} up",
    ]
    run("ip", "-batch", "-", text="\n".join(lines) + "\n")
    if _bridge_is_filtered():
        run("iptables", "-I", *FIREWALL)


def _bridge_is_filtered() -> bool:
    # Docker sends bridged frames through iptables and drops what it does not know.
    switch = Path("/proc/sys/net/bridge/bridge-nf-call-iptables")
    on = switch.is_file() and switch.read_text().strip() == "1"
    return on and shutil.which("iptables", path=environment()["PATH"]) is not None


def remove_bridge() -> None:
    """Remove the bridge and what was allowed on its behalf."""
    if not bridge_is_up():
        return
    if _bridge_is_filtered():
        run("iptables", "-D", *FIREWALL, check=False)
    run("ip", "link", "del", BRIDGE)


def namespace(name: str) -> Path:
    """Return the file that keeps a machine's network namespace."""
    return places.of_machine(name) / "net"


def connect(machine: Machine) -> None:
    """Give a machine its namespace, cable and address; does nothing when it has them."""
    place = namespace(machine.name)
    if place.is_mount() or str(place) in mounts():
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    place.touch()
    run("unshare", f"--net={place}", "true")
    cable = CABLE + machine.name
    run("ip", "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", str(place))
    run("ip", "link", "set", cable, "master", BRIDGE, "up")
    inside = f"link set lo up\naddress add {machine.address}/24 dev eth0\nlink set eth0 up\n"
    run("nsenter", f"--net={place}", "ip", "-batch", "-", text=inside)


def disconnect(name: str) -> None:
    """Take a machine's cable and namespace away."""
    run("ip", "link", "del", CABLE + name, check=False)
    place = namespace(name)
    while str(place) in mounts():
        run("umount", str(place))
    place.unlink(missing_ok=True)


def cable(name: str, plugged: bool) -> None:
    """Plug a machine's cable in or pull it out: pulled, it falls silent without a goodbye."""
    run("ip", "link", "set", CABLE + name, "up" if plugged else "down")


def mounts() -> set[str]:
    """Return the lab's mount points on the host (those of the machines are in the machines)."""
    ours = str(places.running()) + "/"
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    points = (line.split()[4].encode().decode("unicode_escape") for line in lines)
    return {point for point in points if point.startswith(ours)}


def cables() -> list[str]:
    """Return the machines whose cable hangs on our bridge."""
    return [link["ifname"].removeprefix(CABLE) for link in _links("master", BRIDGE) if link["ifname"].startswith(CABLE)]
