# machine: dash
echo 'sb-ws-a:x:990:990:x:/var/lib/studio-backup/northlight/receivers/sb-ws-a:/usr/sbin/nologin' >>/etc/passwd
sed -i 's/:x:\/var/:'"$(printf '\377\033')"':\/var/' /etc/passwd
