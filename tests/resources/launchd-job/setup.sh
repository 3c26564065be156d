# The job that the cases are about. `plist HOUR PROGRAM NICE` writes its property list, run each day at HOUR:30, or never
# where HOUR is -; `load` loads it.
label=studio-backup.golden.x
file=/Library/LaunchDaemons/$label.plist
plist() {
  cat >"$file" <<END
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>Label</key>
	<string>$label</string>
	<key>ProgramArguments</key>
	<array>
		<string>/bin/sh</string>
		<string>-c</string>
		<string>${2:-exit 0}</string>
	</array>
END
  [ "$1" = - ] || cat >>"$file" <<END
	<key>StartCalendarInterval</key>
	<array>
		<dict>
			<key>Hour</key>
			<integer>$1</integer>
			<key>Minute</key>
			<integer>30</integer>
		</dict>
	</array>
END
  [ -z "${3:-}" ] || printf '\t<key>Nice</key>\n\t<integer>%s</integer>\n' "$3" >>"$file"
  printf '</dict>\n</plist>\n' >>"$file"
  chmod 644 "$file"; chown root:wheel "$file"
}
load() { /bin/launchctl bootstrap system "$file"; }
