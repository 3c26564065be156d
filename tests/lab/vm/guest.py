"""What makes the Debian root a machine that boots under qemu: network, keys, modules, few and quick services."""

from pathlib import Path

from tests.lab.machines import debian, keys, overlay, roots
from tests.lab.vm import facts

ADDRESS = "10.0.2.15"
# On top of what the other machines do without: daemons that cost seconds here and watch nothing at first.
MASKED = (
    *debian.MASKED,
    "getty.target",
    "lvm2-monitor.service",
    "systemd-random-seed.service",
    "systemd-timesyncd.service",
    "systemd-update-utmp.service",
    "systemd-update-utmp-runlevel.service",
)
DISABLED = ("smartmontools.service", "cron.service")
INITRD_SETTINGS = {
    # An emulated processor unpacks slowly: few modules, and the quickest compression.
    "etc/initramfs-tools/conf.d/lab": "MODULES=list\nCOMPRESS=lz4\nCOMPRESSLEVEL=1\n",
    # With the driver of the bays, arrays are assembled as on Debian everywhere: before the machine knows its name.
    "usr/share/initramfs-tools/modules.d/lab": "virtio_pci\nvirtio_blk\nvirtio_scsi\nsd_mod\next4\n",
}
SETTINGS = {
    "etc/hostname": f"{facts.NAME}\n",
    "etc/hosts": f"127.0.0.1\tlocalhost\n127.0.1.1\t{facts.NAME}\n",
    "etc/fstab": "/dev/vda / ext4 defaults 0 1\n",
    # The kernel knows the ATA disks only through this driver, and does not load it by itself.
    "etc/modules-load.d/lab.conf": "ata_piix\n",
    "etc/systemd/network/lab.network": (
        f"[Match]\nName=en* eth*\n[Network]\nAddress={ADDRESS}/24\nLinkLocalAddressing=no\nIPv6AcceptRA=no\n"
    ),
    "etc/systemd/journald.conf.d/lab.conf": "[Journal]\nStorage=volatile\nRuntimeMaxUse=8M\n",
    "etc/machine-id": "5e551001d0004000800000000000a1d0\n",
}


def files() -> dict[str, str]:
    """Return every file that goes into the root as it is, by path; the recipe's hash holds them."""
    sshd = (roots.FILES / "sshd.conf").read_text()
    return {**INITRD_SETTINGS, **SETTINGS, "etc/ssh/sshd_config.d/lab.conf": sshd}


def before_configuring() -> str:
    """Return the option of mmdebstrap that writes the settings which the kernel's own installation reads."""
    steps = [
        f'mkdir -p "$1/{Path(path).parent}" && printf "{text.encode("unicode_escape").decode()}" > "$1/{path}"'
        for path, text in INITRD_SETTINGS.items()
    ]
    return f"--essential-hook={' && '.join(steps)}"


def furnish(root: Path) -> None:
    """Turn a fresh minbase root with a kernel into the RAID machine."""
    for path, text in files().items():
        overlay.write(root, path, text)
    units = root / "etc/systemd/system"
    for unit in MASKED:
        (units / unit).unlink(missing_ok=True)
        (units / unit).symlink_to("/dev/null")
    for unit in DISABLED:
        for wanting in units.glob("*.wants"):
            (wanting / unit).unlink(missing_ok=True)
    (units / "default.target").unlink(missing_ok=True)
    (units / "default.target").symlink_to("/lib/systemd/system/multi-user.target")
    network = units / "multi-user.target.wants/systemd-networkd.service"
    network.symlink_to("/lib/systemd/system/systemd-networkd.service")
    (root / "etc/resolv.conf").unlink(missing_ok=True)
    debian.add_users(root)
    for key in (root / "etc/ssh").glob("ssh_host_*"):
        key.unlink()
    overlay.write(root, "etc/ssh/ssh_host_ed25519_key", keys.openssh_private(facts.NAME), 0o600)
    overlay.write(root, "etc/ssh/ssh_host_ed25519_key.pub", keys.public_line(facts.NAME) + "\n")
    overlay.let_in(root, keys.client_public())
