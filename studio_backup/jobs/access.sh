# shellcheck shell=sh
# note_access STATE: whether a program that launchd started on a Mac may read every file. Only such a program can tell:
# what holds for those who come by SSH does not hold for it. The next survey reads the note.

note_access() {
  access=unknown
  for private in /Library/Preferences/com.apple.TimeMachine.plist '/Library/Application Support/com.apple.TCC/TCC.db'; do
    if refusal=$(head -c1 "$private" 2>&1 >/dev/null); then access=yes; break; fi
    case $refusal in *'Operation not permitted'*) access=no; break ;; esac
  done
  printf '%s\n' "$access" >"$1/access.new" && mv -f "$1/access.new" "$1/access"
}
