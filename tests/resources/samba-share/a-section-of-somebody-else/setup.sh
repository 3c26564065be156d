# machine: dash
others
printf '[TM-ws-a]\n   path = /srv/elsewhere\n' >>"$conf"
