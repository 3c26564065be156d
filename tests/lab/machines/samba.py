"""The Samba root: the Debian root with a server for Time Machine on it, and the clients that look at one."""

import shutil
from pathlib import Path

from tests.lab.machines import sources
from tests.lab.machines.command import LabError, run

#: The modules that shares for Macs need are in a package of their own, which samba only recommends.
PACKAGES = ("samba", "samba-vfs-modules", "smbclient", "avahi-daemon", "avahi-utils")
#: What the packages bring that no share needs.
MASKED = ("nmbd.service", "samba-ad-dc.service")
UNPACK = (
    "apt-get -q -y --no-install-recommends -o Dpkg::Options::=--force-unsafe-io"
    " -o Dpkg::Options::=--path-exclude=/usr/share/doc/* -o Dpkg::Options::=--path-exclude=/usr/share/man/*"
    " -o Dpkg::Options::=--path-exclude=/usr/share/locale/* install"
)


def furnish(debian: Path, root: Path) -> None:
    """Make ROOT a copy of the Debian root with these packages; raises LabError with apt's last words."""
    run("cp", "-a", "--reflink=auto", str(debian), str(root))
    resolver = root / "etc/resolv.conf"
    shutil.copy("/etc/resolv.conf", resolver)
    hosts = (root / "etc/hosts").read_text() if (root / "etc/hosts").is_file() else ""
    shutil.copy("/etc/hosts", root / "etc/hosts")
    options = root / "etc/apt/apt.conf.d/99lab"
    options.write_text("\n".join(sources.host_options()) + "\n")
    script = (
        f"export DEBIAN_FRONTEND=noninteractive; apt-get -q update && {UNPACK} {' '.join(PACKAGES)} && apt-get clean"
    )
    try:
        run("chroot", str(root), "sh", "-c", script, timeout=1800)
    except LabError as error:
        raise LabError(f"the samba root could not be built\n{error}") from error
    finally:
        resolver.unlink()
        options.unlink()
        (root / "etc/hosts").write_text(hosts)
    for unit in MASKED:
        (root / "etc/systemd/system" / unit).unlink(missing_ok=True)
        (root / "etc/systemd/system" / unit).symlink_to("/dev/null")
