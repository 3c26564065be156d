# machine: nas
mkdir /etc/systemd/system/studio-backup-golden_x.service; systemctl daemon-reload
