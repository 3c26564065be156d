# machine: dash
others; ours
sed -i 's/max size = 2T/max size = 900G/' "$conf"
