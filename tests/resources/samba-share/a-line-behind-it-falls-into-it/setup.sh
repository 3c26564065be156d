# machine: dash
others; ours
printf '   guest ok = yes\n[films]\n   path = /srv/films\n' >>"$conf"
