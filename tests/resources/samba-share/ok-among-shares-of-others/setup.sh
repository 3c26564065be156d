# machine: dash
others; ours
printf '[films]\n   path = /srv/films\n' >>"$conf"
