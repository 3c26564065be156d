# machine: busybox
rm -rf /srv/tank
