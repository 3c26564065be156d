# machine: raid
W=/dev/disk/by-id/wwn-0x5000c50000000a0
mdadm --create /dev/md/tank --metadata=1.2 --uuid=a0000000:00000000:00000000:00000001 --name=tank --homehost=nas --size=65536 --run --level=1 --raid-devices=2 --spare-devices=1 --bitmap=internal --assume-clean ${W}1 ${W}2 ${W}3
mdadm /dev/md127 --fail ${W}2
sleep 1; mdadm --wait /dev/md127
udevadm settle
