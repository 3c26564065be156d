# machine: macos-15
ln -s /etc/hosts /Library/LaunchDaemons/studio-backup.golden.x.plist
