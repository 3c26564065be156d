# machine: dash
btrfs subvolume delete /srv/work/sessions
mkdir /srv/work/sessions
