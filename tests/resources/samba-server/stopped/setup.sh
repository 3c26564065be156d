# machine: tm
systemctl stop smbd
