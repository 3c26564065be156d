# machine: dash
bay ata-ST8000VN004-2M2101_LAB0001
mkfs.ext4 -q -F -U 7a4b0001-0000-4000-8000-000000000001 -L sessions "$bay"
mkdir /srv/sessions; mount "$bay" /srv/sessions; echo mix >/srv/sessions/mix; cat /srv/sessions/mix >/dev/null; umount /srv/sessions
