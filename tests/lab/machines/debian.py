"""The Debian root: systemd, OpenSSH and nothing that is slow to start."""

import shutil
from pathlib import Path

from tests.lab.machines.command import run

PACKAGES = (
    "systemd",
    "systemd-sysv",
    "dbus",
    "openssh-server",
    "rsync",
    "btrfs-progs",
    "e2fsprogs",
    "iproute2",
    "util-linux",
    "procps",
    "sudo",
)
MASKED = (
    "apt-daily.timer",
    "apt-daily-upgrade.timer",
    "console-getty.service",
    "dpkg-db-backup.timer",
    "e2scrub_all.timer",
    "e2scrub_reap.service",
    "fstrim.timer",
    "getty@tty1.service",
    "systemd-logind.service",
    "systemd-networkd-wait-online.service",
    "systemd-pstore.service",
)
PASSWORD = "studio"


def furnish(root: Path, files: Path) -> None:
    """Turn a fresh minbase root into a lab machine that only lacks its own name and keys."""
    units = root / "etc/systemd/system"
    for unit in MASKED:
        (units / unit).unlink(missing_ok=True)
        (units / unit).symlink_to("/dev/null")
    (units / "default.target").symlink_to("/lib/systemd/system/multi-user.target")
    (units / "multi-user.target.wants/lab-mounts.service").symlink_to("/etc/systemd/system/lab-mounts.service")
    shutil.copy(files / "lab-mounts.service", units)
    install_script(files / "lab-mounts.sh", root / "usr/local/sbin/lab-mounts")
    shutil.copy(files / "sshd.conf", root / "etc/ssh/sshd_config.d/lab.conf")
    for key in (root / "etc/ssh").glob("ssh_host_*"):
        key.unlink()
    journal = root / "etc/systemd/journald.conf.d"
    journal.mkdir(exist_ok=True)
    # Nothing may hold a file of the root open for writing, or it could not be remounted read-only.
    (journal / "lab.conf").write_text("[Journal]\nStorage=volatile\nRuntimeMaxUse=8M\n")
    (root / "etc/resolv.conf").unlink(missing_ok=True)
    add_users(root)


def install_script(script: Path, target: Path) -> None:
    """Copy a script into a root and make it executable."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(script, target)
    target.chmod(0o755)


def add_users(root: Path) -> None:
    """Make `tech`, whose sudo asks for a password, and `nopw`, whose sudo does not."""
    for name, number in (("tech", "1000"), ("nopw", "1001")):
        run("chroot", str(root), "useradd", "-m", "-u", number, "-s", "/bin/bash", name)
    run("chroot", str(root), "chpasswd", text=f"tech:{PASSWORD}\n")
    rules = root / "etc/sudoers.d/lab"
    rules.write_text("tech ALL=(ALL:ALL) ALL\nnopw ALL=(ALL:ALL) NOPASSWD: ALL\n")
    rules.chmod(0o440)
