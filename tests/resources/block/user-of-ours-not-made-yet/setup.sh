# machine: dash
mkdir -p /root/.ssh; file=/root/.ssh/authorized_keys; block='# >>> studio-backup northlight.nas_linux.ws-a (edits between these lines show as drift)
restrict,command="/etc/studio-backup/northlight/gate nas_linux" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAYH28FYkuNex30uefrjURvqRrApy+O+E2YDwPo7IgnQ studio-backup northlight nas/linux
# <<< studio-backup northlight.nas_linux.ws-a (edits between these lines show as drift)
'
them='ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHEk26q2FKwXlPRLYXC1mAQ8zi2nd9kcyYBH0 kim@desk'
