# machine: dash
others; ours
sed -i '/root preexec close/d' "$conf"
