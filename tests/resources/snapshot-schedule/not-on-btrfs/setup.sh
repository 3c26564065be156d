# machine: dash
umount /srv/work
mkdir -p /srv/work/sessions
