# machine: dash
others; ours
sed -i '/comment = /a\   guest ok = yes' "$conf"
