# machine: dash
others; ours
printf '[ tm-ws-a ]\n   guest ok = yes\n' >>"$conf"
