# machine: macos-15
ln -s /etc/hosts "$file"
