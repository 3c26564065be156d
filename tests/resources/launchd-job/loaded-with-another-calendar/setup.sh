# machine: macos-15
cat >/Library/LaunchDaemons/studio-backup.golden.x.plist <<'END'
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>Label</key>
	<string>studio-backup.golden.x</string>
	<key>ProgramArguments</key>
	<array>
		<string>/bin/sh</string>
		<string>-c</string>
		<string>exit 0</string>
	</array>
	<key>StartCalendarInterval</key>
	<array>
		<dict>
			<key>Hour</key>
			<integer>3</integer>
			<key>Minute</key>
			<integer>30</integer>
		</dict>
	</array>
</dict>
</plist>
END
chmod 644 /Library/LaunchDaemons/studio-backup.golden.x.plist; chown root:wheel /Library/LaunchDaemons/studio-backup.golden.x.plist
/bin/launchctl bootstrap system /Library/LaunchDaemons/studio-backup.golden.x.plist
cat >/Library/LaunchDaemons/studio-backup.golden.x.plist <<'END'
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>Label</key>
	<string>studio-backup.golden.x</string>
	<key>ProgramArguments</key>
	<array>
		<string>/bin/sh</string>
		<string>-c</string>
		<string>exit 0</string>
	</array>
	<key>StartCalendarInterval</key>
	<array>
		<dict>
			<key>Hour</key>
			<integer>2</integer>
			<key>Minute</key>
			<integer>30</integer>
		</dict>
	</array>
</dict>
</plist>
END
chmod 644 /Library/LaunchDaemons/studio-backup.golden.x.plist; chown root:wheel /Library/LaunchDaemons/studio-backup.golden.x.plist
