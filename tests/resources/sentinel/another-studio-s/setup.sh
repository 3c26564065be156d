# machine: busybox
mkdir -p /srv/tank; printf 'northlight\tnas/tank\t7a4b0001-0000-4000-8000-000000000001\n' >/srv/tank/.studio-backup-volume
sed -i s/northlight/southlight/ /srv/tank/.studio-backup-volume
