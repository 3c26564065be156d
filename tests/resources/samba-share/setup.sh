# What others have in smb.conf, and behind it our share as we write it.
conf=/etc/samba/smb.conf
mkdir -p /etc/samba
others() { printf '[global]\n   workgroup = STUDIO\n[music]\n   path = /srv/music\n' >"$conf"; }
ours() {
  cat >>"$conf" <<'END'
# >>> studio-backup nas/linux/samba-share/tm-ws-a (edits between these lines show as drift)
[tm-ws-a]
   path = /srv/tank/time-machine/ws-a
   valid users = tm-ws-a
   fruit:time machine max size = 2T
   comment = Time Machine
   read only = no
   create mask = 0600
   directory mask = 0700
   vfs objects = catia fruit streams_xattr
   fruit:metadata = stream
   fruit:model = MacSamba
   fruit:veto_appledouble = no
   fruit:wipe_intentionally_left_blank_rfork = yes
   fruit:delete_empty_adfiles = yes
   fruit:time machine = yes
   root preexec = /etc/studio-backup/northlight/share /srv/tank 7a4b0001-0000-4000-8000-000000000001 nas/tank northlight
   root preexec close = yes
# <<< studio-backup nas/linux/samba-share/tm-ws-a (edits between these lines show as drift)
END
}
