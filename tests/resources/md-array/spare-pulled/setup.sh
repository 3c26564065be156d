# machine: raid
W=/dev/disk/by-id/wwn-0x5000c50000000a0
mdadm --create /dev/md/tank --metadata=1.2 --uuid=a0000000:00000000:00000000:00000001 --name=tank --homehost=nas --size=65536 --run --level=1 --raid-devices=2 --spare-devices=1 --bitmap=internal --assume-clean ${W}1 ${W}2 ${W}3
name=$(readlink -f ${W}3); echo 1 >/sys/block/${name##*/}/device/delete
udevadm settle
