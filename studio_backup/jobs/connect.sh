# shellcheck shell=sh
# Reaching a source: one ssh with one key, one pinned host key and nothing of the user's own configuration.
#
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

# Sets ssh_line, one word an option: PORT HOSTKEYALIAS. rsync and the shell both split it at spaces.
make_ssh_line() {
  ssh_line="ssh -F /dev/null -a -x -T -p $1 -i $home/key -o IdentitiesOnly=yes -o IdentityAgent=none"
  ssh_line="$ssh_line -o UserKnownHostsFile=$known_hosts -o GlobalKnownHostsFile=/dev/null"
  ssh_line="$ssh_line -o StrictHostKeyChecking=yes -o UpdateHostKeys=no -o HostKeyAlias=$2 -o BatchMode=yes"
  ssh_line="$ssh_line -o PreferredAuthentications=publickey -o ClearAllForwardings=yes -o ConnectTimeout=10"
  ssh_line="$ssh_line -o ServerAliveInterval=15 -o ServerAliveCountMax=4 -o ControlPath=none -o LogLevel=ERROR"
}

# Runs `$1 ARGUMENTS` for each source in order until one answers; $1 is a function that sets verdict and reason.
# Machines with two systems share an address: the pin that does not fit belongs to the one that sleeps, so a wrong host
# key is only reported when no other system answers.
try_sources() {
  try_way=$1
  shift
  held_verdict=no-answer silent_address=''
  while IFS=$tab read -r source_alias source_user source_address source_port source_key_alias source_gate; do
    [ -n "$source_alias" ] || continue
    # Where nobody answers, nobody answers for the machine's other system either.
    [ "$source_address $source_port" != "$silent_address" ] || continue
    source_name=$source_alias
    make_ssh_line "${source_port:-22}" "$source_key_alias"
    "$try_way" "$@"
    case $verdict in
      no-answer) silent_address="$source_address $source_port" ;;
      # A system that refuses the key has shown the right pin; the pin that does not fit is the sleeping one's.
      login) held_verdict=login ;;
      host-key) [ "$held_verdict" = login ] || held_verdict=host-key ;;
      *) return ;;
    esac
    say "$source_alias: $verdict"
  done <<EOF
$sources
EOF
  verdict=$held_verdict source_name=''
}

# A source that does not answer is away; one that does not let us in, or is somebody else, is a failure.
settle_verdict() {
  case $verdict in
    no-answer) verdict=away reason=no-answer ;;
    host-key | login) reason=$verdict verdict=failed ;;
  esac
}

# Asks the gate of the current source for the name of its newest point; sets candidate.
ask_newest() {
  # The line is meant to be split.
  # shellcheck disable=SC2086
  candidate=$(as_receiver $ssh_line "$source_user@$source_address" "newest $source_gate" </dev/null 2>"$err_file")
  read_verdict $? "$err_file" 0
  cat "$err_file" >>"$log_file"
  if [ "$verdict" = ok ] && ! is_point "$candidate"; then
    if [ -z "$candidate" ]; then verdict=refused reason=no-points; else verdict=failed reason=gate-refused; fi
  fi
}

# Sets verdict, reason and open from an exit code and what was said on stderr: CODE FILE COMPLETE.
read_verdict() {
  if [ "$1" -eq 0 ] && [ ! -s "$2" ]; then
    verdict=ok reason='' open=0
    return
  fi
  read_words=$(awk -v code="$1" -v complete="$3" -f "$program/verdict.awk" "$2")
  verdict=${read_words%% *}
  open=${read_words##* }
  read_words=${read_words#* }
  case $verdict in ok) reason='' ;; *) known_reason "${read_words% *}" gate-refused ;; esac
}
