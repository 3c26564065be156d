# machine: dash
mkdir -p /etc/studio-backup/northlight/jobs; printf '# Written by studio-backup\nstudio='"'northlight'"'\n' >/etc/studio-backup/northlight/jobs/ws-a_sessions_on-nas.conf; chmod 0644 /etc/studio-backup/northlight/jobs/ws-a_sessions_on-nas.conf
printf '# Written by studio-backup\nstudio='"'northlight'" >/etc/studio-backup/northlight/jobs/ws-a_sessions_on-nas.conf
