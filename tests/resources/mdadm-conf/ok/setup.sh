# machine: raid
ours tank 'ARRAY /dev/md/tank UUID=a0000000:00000000:00000000:00000001'
touch -d 2026-11-22T08:00:00 /etc/mdadm/mdadm.conf
