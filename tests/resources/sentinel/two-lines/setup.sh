# machine: dash
mkdir -p /srv/tank; printf 'northlight\tnas/tank\t7a4b0001-0000-4000-8000-000000000001\n' >/srv/tank/.studio-backup-volume
echo more >>/srv/tank/.studio-backup-volume
