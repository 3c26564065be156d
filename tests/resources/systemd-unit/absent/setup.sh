# machine: nas
systemctl daemon-reload
