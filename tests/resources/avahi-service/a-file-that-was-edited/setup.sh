# machine: tm
fresh; untold; ours
sed -i 's/0x82/0x83/' "$folder/studio-backup-northlight.service"
