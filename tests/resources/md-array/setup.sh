# Comes before every setup.sh here: all arrays stopped, the first six disks blank where anything could lie.
for host in /sys/class/scsi_host/host*/scan; do echo '- - -' >"$host"; done; udevadm settle
W=/dev/disk/by-id/wwn-0x5000c50000000a0
[ -e /sbin/mdadm ] || mv /sbin/mdadm.away /sbin/mdadm
[ -d /dev/disk/by-id ] || mv /dev/disk/by-id.away /dev/disk/by-id
echo 200000 >/proc/sys/dev/raid/speed_limit_max; echo 1000 >/proc/sys/dev/raid/speed_limit_min
echo 0 >/sys/module/md_mod/parameters/start_ro
rm -f /etc/udev/rules.d/64-md-raid-assembly.rules; udevadm control --reload
if mountpoint -q /mnt; then umount /mnt; fi
mdadm --stop --scan; udevadm settle
for n in 1 2 3 4 5 6; do
  wipefs -aq "$W$n"; last=$(($(blockdev --getsize64 "$W$n") / 1048576 - 3))
  dd if=/dev/zero of="$W$n" bs=1M count=40 conv=notrunc; dd if=/dev/zero of="$W$n" bs=1M seek="$last" count=3 conv=notrunc
done
udevadm settle; blockdev --rereadpt "$W"[1-6]; udevadm settle
