# machine: dash
others; ours
sed -i '/path = \/srv\/tank/a\   path = /srv/other' "$conf"
