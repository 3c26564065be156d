# machine: dash
mkdir -p /etc/studio-backup/northlight/jobs; printf '# Written by studio-backup\nstudio='"'northlight'"'\n' >/etc/studio-backup/northlight/jobs/ws-a_sessions_on-nas.conf; chmod 0644 /etc/studio-backup/northlight/jobs/ws-a_sessions_on-nas.conf
mkdir -p '/etc/studio-backup/northlight/x
-rw-r--r-- 1 root root 5 Nov 22 03:54 /etc/studio-backup/northlight/jobs'; : >'/etc/studio-backup/northlight/x
-rw-r--r-- 1 root root 5 Nov 22 03:54 /etc/studio-backup/northlight/jobs/ws-a_sessions_on-nas.conf'
rm /etc/studio-backup/northlight/jobs/ws-a_sessions_on-nas.conf
