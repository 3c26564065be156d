# machine: raid
W=/dev/disk/by-id/wwn-0x5000c50000000a0
for n in 1 2; do printf "label: gpt\nsize=20M\nsize=80M\n" | sfdisk -q $W$n; done; udevadm settle; mdadm --stop --scan; udevadm settle
for n in 1 2; do wipefs -aq $W$n-part2; done; udevadm settle
mdadm --create /dev/md/tank --metadata=1.2 --uuid=a0000000:00000000:00000000:00000001 --name=tank --homehost=nas --size=65536 --run --level=1 --raid-devices=16 --bitmap=internal --assume-clean ${W}1-part2 ${W}2-part2 missing missing missing missing missing missing missing missing missing missing missing missing missing missing
mdadm /dev/md127 --fail ${W}2-part2
udevadm settle
