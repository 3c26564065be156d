# machine: raid
ours PROGRAM 'PROGRAM /etc/studio-backup/northlight/md-event'
touch -d 2026-11-22T08:00:00 /etc/mdadm/mdadm.conf
systemctl stop mdmonitor.service
