# shellcheck shell=sh
# Jobs of launchd: loading and unloading them, and what each exit status of launchctl means. What it says is not
# believed: whether a job is loaded is read again each time.
#
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

launchctl=/bin/launchctl
# Seconds that a job may take to go, and that loading one may have to be tried again.
launchd_patience=5

# Says what went wrong: VERB LABEL CODE WORDS.
launchd_says() {
  case $3 in
    0) launchd_means='it said that all is well, and that is not so' ;;
    1) launchd_means='not permitted: it was not asked as root' ;;
    3) launchd_means='no such job is loaded' ;;
    5) launchd_means='no reason given: the file is not root:wheel 0644, is no property list, or the old job still goes' ;;
    36) launchd_means='it is still being unloaded' ;;
    37) launchd_means='it is being loaded or unloaded already' ;;
    113) launchd_means='no such job' ;;
    119) launchd_means='it is disabled' ;;
    125) launchd_means='the domain has no such jobs: ours belong to system' ;;
    150) launchd_means='a job of Apple, which System Integrity Protection keeps' ;;
    *) launchd_means='an exit status that is not known' ;;
  esac
  printf '%s %s: launchctl %s (%s): %s\n' "$1" "$2" "$3" "$launchd_means" "$4"
}

# 0: the job is loaded; 1: it is not; 2: nobody can say.
launchd_has() {
  launchd_said=$("$launchctl" print "system/$1" 2>&1)
  launchd_code=$?
  case $launchd_code in 0) return 0 ;; 113) return 1 ;; esac
  launchd_says print "$1" "$launchd_code" "$launchd_said"
  return 2
}

# A `bootout` may end before the job is gone.
launchd_unload() {
  launchd_said=$("$launchctl" bootout "system/$1" 2>&1)
  launchd_code=$?
  case $launchd_code in
    0 | 3 | 36 | 113) ;;
    *) launchd_says bootout "$1" "$launchd_code" "$launchd_said" && return 1 ;;
  esac
  launchd_waited=0
  while :; do
    launchd_has "$1"
    case $? in 1) return 0 ;; 2) return 1 ;; esac
    if [ "$launchd_waited" -ge "$launchd_patience" ]; then
      launchd_says bootout "$1" 36 "still there after $launchd_patience s"
      return 1
    fi
    sleep 1
    launchd_waited=$((launchd_waited + 1))
  done
}

launchd_enable() {
  launchd_said=$("$launchctl" enable "system/$1" 2>&1) && return 0
  launchd_says enable "$1" $? "$launchd_said"
  return 1
}

# What stood there under this label goes first: launchd keeps what it read once.
launchd_load() {
  launchd_enable "$1" || return 1
  launchd_unload "$1" || return 1
  launchd_tries=0
  while :; do
    launchd_said=$("$launchctl" bootstrap system "$2" 2>&1)
    launchd_bootstrap=$? launchd_words=$launchd_said
    launchd_has "$1"
    case $? in 0) return 0 ;; 2) return 1 ;; esac
    case $launchd_bootstrap in
      5 | 37) ;;
      119) launchd_enable "$1" || return 1 ;;
      *) launchd_tries=$launchd_patience ;;
    esac
    if [ "$launchd_tries" -ge "$launchd_patience" ]; then
      launchd_says bootstrap "$1" "$launchd_bootstrap" "$launchd_words"
      return 1
    fi
    launchd_tries=$((launchd_tries + 1))
    sleep 1
  done
}
