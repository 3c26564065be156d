# machine: raid
echo 'ARRAY /dev/md/tank metadata=1.2 UUID=A0000000:00000000:00000000:00000001 name=nas:tank' >>/etc/mdadm/mdadm.conf
touch -d 2026-11-22T08:00:00 /etc/mdadm/mdadm.conf
