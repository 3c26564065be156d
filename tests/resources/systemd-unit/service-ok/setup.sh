# machine: nas
printf '%s' '[Unit]
Description=studio-backup golden

[Service]
Type=oneshot
ExecStart=/bin/true
' >/etc/systemd/system/studio-backup-golden_x.service; chmod 0644 /etc/systemd/system/studio-backup-golden_x.service
systemctl daemon-reload
