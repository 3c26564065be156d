"""The image with real OpenZFS: the plain one, with the kernel's module compiled into it."""

import shlex
from dataclasses import replace

from tests.lab.machines import sources
from tests.lab.vm import image

BACKPORTS = f"{sources.SUITE}-backports"
# Some 6 minutes of compiling. What only the compiler needs is purged again; the modules are kept aside meanwhile.
COMPILE = (
    "export DEBIAN_FRONTEND=noninteractive\n"
    "echo 'zfs-dkms zfs-dkms/note-incompatible-licenses note true' | debconf-set-selections\n"
    f"install='apt-get install -q -y --no-install-recommends -t {BACKPORTS}'\n"
    "$install zfs-dkms && $install zfsutils-linux\n"
    "cd /lib/modules/*-cloud-amd64\n"
    "mkdir /extra && cp updates/dkms/*.ko* /extra/\n"
    "apt-get purge -q -y --auto-remove zfs-dkms dkms build-essential linux-headers-cloud-amd64\n"
    "mv /extra extra\n"
    'depmod "${PWD##*/}"\n'
    'modinfo -k "${PWD##*/}" zfs'
)


def _backports() -> list[str]:
    """Return the line of the suite that has OpenZFS 2.3, from where the host takes the release itself."""
    (release, *_) = (entry for entry in sources.host_entries() if entry.suite == sources.SUITE)
    return [f"{replace(release, suite=BACKPORTS).line} contrib"]


OPENZFS = image.System(
    image.PREFIXES[1],
    10,
    more_sources=_backports,
    packages=("build-essential", "dkms", "linux-headers-cloud-amd64"),
    commands=(f'chroot "$1" sh -euc {shlex.quote(COMPILE)}',),
    # The machine has a gibibyte, of which OpenZFS would take half.
    files={"etc/modprobe.d/lab-zfs.conf": "options zfs zfs_arc_max=100663296\n"},
)
