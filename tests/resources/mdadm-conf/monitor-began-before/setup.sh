# machine: raid
ours PROGRAM 'PROGRAM /etc/studio-backup/northlight/md-event'
touch -d 2027-01-01T00:00:00 /etc/mdadm/mdadm.conf
