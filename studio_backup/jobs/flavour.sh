# shellcheck shell=sh
# Which of the rsyncs this is: rsync 3 of samba.org, or one of the three that macOS has had. Their options differ, and
# what this job gives to each was decided where the job was written.
#
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

# Sets rsync_flavour: rsync-3, apple-2.6.9, apple-wrapper, openrsync, or unknown.
read_flavour() {
  rsync_flavour=unknown
  flavour_text=$(rsync --version 2>/dev/null) || return 1
  case $flavour_text in
    'openrsync: '*)
      rsync_flavour=openrsync
      [ ! -x /usr/libexec/rsync/rsync.samba ] || rsync_flavour=apple-wrapper ;;
    'rsync  version 2.6.9 '*) rsync_flavour=apple-2.6.9 ;;
    'rsync  version '[3-9].*) rsync_flavour=rsync-3 ;;
  esac
}

# Sets rsync_options for this machine's rsync, and rsync_counts to 1 when its output can be counted.
choose_options() {
  read_flavour || return 1
  rsync_counts=0
  case $rsync_flavour in
    rsync-3) rsync_options=$options_rsync_3 rsync_counts=1 ;;
    apple-2.6.9) rsync_options=$options_apple_2_6_9 ;;
    apple-wrapper) rsync_options=$options_apple_wrapper ;;
    openrsync) rsync_options=$options_openrsync ;;
    *) return 1 ;;
  esac
  [ -n "$rsync_options" ]
}
