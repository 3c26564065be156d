# machine: nas
printf '%s' '[Unit]
Description=studio-backup golden

[Service]
Type=oneshot
ExecStart=/bin/true
' >/etc/systemd/system/studio-backup-golden_x.service; chmod 0644 /etc/systemd/system/studio-backup-golden_x.service
systemctl daemon-reload
printf '%s' '[Timer]
OnCalendar=daily

[Install]
WantedBy=timers.target
' >/etc/systemd/system/studio-backup-golden_x.timer; chmod 0644 /etc/systemd/system/studio-backup-golden_x.timer
systemctl daemon-reload; systemctl enable --now studio-backup-golden_x.timer
sleep 1.1; touch /etc/systemd/system/studio-backup-golden_x.timer
