# machine: dash
mkdir -p /var/lib/studio-backup/northlight/runs; chmod 0755 /var/lib/studio-backup/northlight/runs
