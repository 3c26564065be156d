"""The BusyBox root: an appliance with BusyBox, Dropbear and rsync, and nothing else."""

import re
import shutil
from pathlib import Path

from tests.lab.machines.command import LabError, run
from tests.lab.machines.debian import install_script

PACKAGES = ("busybox-static", "dropbear-bin", "rsync")
PROGRAMS = ("usr/sbin/dropbear", "usr/bin/dbclient", "usr/bin/rsync")
# The appliances this machine stands for have no way to read a file system's id.
LEFT_OUT = {"blkid", "findfs", "dpkg", "dpkg-deb", "rpm", "rpm2cpio"}
DIRECTORIES = ("dev", "etc/init.d", "etc/dropbear", "mnt", "proc", "run", "srv", "sys", "usr/lib", "var/log")
PASSWD = """\
root:x:0:0:root:/root:/bin/sh
tech:x:1000:1000::/home/tech:/bin/sh
nopw:x:1001:1001::/home/nopw:/bin/sh
nobody:x:65534:65534:nobody:/nonexistent:/bin/false
"""
GROUP = "root:x:0:\ntech:x:1000:\nnopw:x:1001:\nnogroup:x:65534:\n"


def furnish(packages: Path, root: Path, files: Path) -> None:
    """Make the root from unpacked packages: BusyBox with its links, a few programs, their libraries."""
    for directory in ("bin", "sbin", "usr/bin", "usr/sbin", "usr/local/sbin", *DIRECTORIES):
        (root / directory).mkdir(parents=True, exist_ok=True)
    (root / "tmp").mkdir()
    (root / "tmp").chmod(0o1777)
    link_applets(packages, root)
    for program in PROGRAMS:
        shutil.copy(packages / program, root / program)
        copy_libraries(packages, root, program)
    (root / "etc/os-release").write_text('ID=lab-appliance\nPRETTY_NAME="Lab appliance (BusyBox)"\n')
    (root / "etc/passwd").write_text(PASSWD)
    (root / "etc/group").write_text(GROUP)
    (root / "etc/shells").write_text("/bin/sh\n/bin/ash\n")
    (root / "etc/nsswitch.conf").write_text("passwd: files\ngroup: files\nhosts: files\n")
    shadow = root / "etc/shadow"
    # `*` and not `!`: Dropbear refuses even a key for an account it takes for locked.
    shadow.write_text("".join(f"{name}:*:19000:0:99999:7:::\n" for name in ("root", "tech", "nopw")))
    shadow.chmod(0o600)
    for name, number in (("root", 0), ("tech", 1000), ("nopw", 1001)):
        home = root / ("root" if number == 0 else f"home/{name}")
        home.mkdir(parents=True)
        home.chmod(0o700)
        shutil.chown(home, number, number)
    shutil.copy(files / "inittab", root / "etc/inittab")
    install_script(files / "rcS.sh", root / "etc/init.d/rcS")
    install_script(files / "lab-mounts.sh", root / "usr/local/sbin/lab-mounts")


def link_applets(packages: Path, root: Path) -> None:
    """Copy BusyBox and link every applet but those an appliance would not have."""
    shutil.copy(packages / "bin/busybox", root / "bin/busybox")
    for path in run("chroot", str(root), "/bin/busybox", "--list-full").stdout.split():
        if Path(path).name not in LEFT_OUT | {"busybox"}:
            (root / path).symlink_to("/bin/busybox")


def copy_libraries(packages: Path, root: Path, program: str) -> None:
    """Copy the loader and each library the program names, to the same paths."""
    loader = next(iter((packages / "lib64").glob("ld-linux*")), None) or next(
        iter((packages / "lib").glob("ld-linux*")), None
    )
    if loader is None:
        raise LabError(f"no dynamic loader among the unpacked packages in {packages}")
    inside = "/" + str(loader.relative_to(packages))
    listed = run("chroot", str(packages), inside, "--list", f"/{program}").stdout
    for path in {inside, *re.findall(r"=> (/\S+)", listed)}:
        target = root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        # Followed inside the unpacked tree: an absolute link in it would lead to the host's own library.
        source = Path(run("chroot", str(packages), "/bin/busybox", "readlink", "-f", path).stdout.strip())
        shutil.copy(packages / str(source).lstrip("/"), target)
