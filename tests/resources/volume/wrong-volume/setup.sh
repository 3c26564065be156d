# machine: dash
truncate -s 128M /run/studio-backup-sandbox/image; mkfs.ext4 -q -U 7a4b0001-0000-4000-8000-0000000000ff /run/studio-backup-sandbox/image; mkdir -p '/srv/tank'; mount -o loop /run/studio-backup-sandbox/image '/srv/tank'
