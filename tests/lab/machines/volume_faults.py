"""What can go wrong with a machine's volume, and how each is mended."""

from tests.lab.machines import disks, inside
from tests.lab.machines.facts import Machine


def unmount(machine: Machine, path: str) -> None:
    """Unmount the volume, lazily when something uses it."""
    inside.run(machine.name, f"umount '{path}' || umount -l '{path}'", check=True)


def remount(machine: Machine, path: str) -> None:
    """Take away whatever is mounted at the path and mount the right volume there."""
    empty = f"while grep -q ' {path} ' /proc/mounts; do umount -l '{path}' || exit; done"
    inside.run(machine.name, f"{empty}\n/usr/local/sbin/lab-mounts", check=True)


def swap(machine: Machine, path: str) -> None:
    """Mount another file system, with another id, in the volume's place."""
    device = disks.spare(machine)
    number = device.removeprefix("/dev/loop")
    unmount(machine, path)
    node = f"[ -b {device} ] || mknod {device} b 7 {number}"
    inside.run(machine.name, f"{node}\nmount -t {machine.volume.filesystem} {device} '{path}'", check=True)


def fill(machine: Machine, path: str) -> None:
    """Leave no space on the volume."""
    # Allocated first, which is quick; what allocation leaves over is written.
    script = f"""
        free=$(df -kP '{path}' | awk 'NR == 2 {{ print $4 }}')
        [ "$free" -lt 16384 ] || fallocate -l $(((free - 8192) * 1024)) '{path}/.lab-fill'
        for size in 1048576 4096; do
            dd if=/dev/zero bs=$size >> '{path}/.lab-fill' 2>/dev/null || :
        done
        sync
        [ "$(df -kP '{path}' | awk 'NR == 2 {{ print $4 }}')" -lt 1024 ]"""
    inside.run(machine.name, script, check=True)


def free(machine: Machine, path: str) -> None:
    """Give back the space that `fill` took."""
    inside.run(machine.name, f"rm -f '{path}/.lab-fill' && sync", check=True)


def hang(machine: Machine, path: str) -> None:
    """Put a mount over the path that never answers."""
    # A FUSE mount whose other end is held open and never read: the kernel waits for its first answer.
    script = f"""
        mkdir -p '{path}'
        exec 3<>/dev/fuse
        mount -i -t fuse -o fd=3,rootmode=40000,user_id=0,group_id=0 lab-hang '{path}'
        sleep 1000000 </dev/null >/dev/null 2>&1 &
        echo $! > /run/lab-hang.pid"""
    inside.run(machine.name, script, check=True)


def unhang(machine: Machine, _: str) -> None:
    """Take every mount that never answers away."""
    script = """
        kill "$(cat /run/lab-hang.pid)" || exit
        while path=$(awk '$1 == "lab-hang" { print $2; exit }' /proc/mounts) && [ -n "$path" ]; do
            umount -l "$path" || exit
        done
        rm /run/lab-hang.pid"""
    inside.run(machine.name, script, check=True)
