# machine: busybox
mkdir -p '/srv/tank/Größe'; chmod 0755 '/srv/tank/Größe'
