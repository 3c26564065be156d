# machine: raid
W=/dev/disk/by-id/wwn-0x5000c50000000a0
printf "label: gpt\nsize=50M\n" | sfdisk -q ${W}1; mkfs.ext4 -q ${W}2
udevadm settle
