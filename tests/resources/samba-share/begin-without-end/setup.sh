# machine: dash
others; ours
sed -i '/^# <<</d' "$conf"
