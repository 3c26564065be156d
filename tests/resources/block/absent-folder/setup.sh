# machine: busybox
rm -rf /root/.ssh
