# machine: dash
others; ours
sed -i 's/valid users = tm-ws-a/&, kim/' "$conf"
