# machine: busybox
mkdir -p "/srv/tank/it's -> a 'take'"; chmod 0755 "/srv/tank/it's -> a 'take'"
