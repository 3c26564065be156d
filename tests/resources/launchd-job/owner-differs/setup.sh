# machine: macos-15
plist 2; load
chown 501:20 "$file"
