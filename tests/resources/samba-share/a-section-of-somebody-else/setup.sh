# machine: dash
mkdir -p /etc/samba
cat >/etc/samba/smb.conf <<'END'
[global]
   workgroup = STUDIO
[music]
   path = /srv/music
[TM-ws-a]
   path = /srv/elsewhere
END
