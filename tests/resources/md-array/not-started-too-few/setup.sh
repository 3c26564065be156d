# machine: raid
W=/dev/disk/by-id/wwn-0x5000c50000000a0
ln -s /dev/null /etc/udev/rules.d/64-md-raid-assembly.rules; udevadm control --reload
mdadm --create /dev/md/tank --metadata=1.2 --uuid=a0000000:00000000:00000000:00000001 --name=tank --homehost=nas --size=65536 --run --level=5 --raid-devices=3 --bitmap=internal --assume-clean ${W}1 ${W}2 ${W}3
mkfs.ext4 -q /dev/md127; sync; sleep 2; mdadm --stop --scan; udevadm settle; mdadm --zero-superblock ${W}2 ${W}3
udevadm settle
