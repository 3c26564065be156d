# shellcheck shell=sh
# Acting as the receiver: the user without rights that writes what comes from another machine.
#
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

# Replaces this shell by a program run as the receiver, or as root when the job has none.
exec_as_receiver() {
  [ -n "$receiver" ] || exec "$@"
  if [ -z "${receiver_uid:-}" ]; then find_receiver || exit 126; fi
  case $receiver_way in
    setpriv) exec setpriv --reuid "$receiver_uid" --regid "$receiver_gid" --clear-groups "$@" ;;
    # BusyBox wants the user before the command, util-linux takes that too.
    *) exec su -s /bin/sh "$receiver" -c 'exec "$@"' -- sh "$@" ;;
  esac
}

as_receiver() {
  (exec_as_receiver "$@")
}

# The copy's folder is root's, so that the receiver cannot move restore points about; what it fills is its own.
give_to_receiver() {
  [ -z "$receiver" ] || chown -h "$receiver" "$1"
}

find_receiver() {
  receiver_way=su
  receiver_uid=$(id -u "$receiver" 2>/dev/null) && receiver_gid=$(id -g "$receiver" 2>/dev/null) || return 1
  [ "$receiver_uid" -ne 0 ] || return 1
  ! setpriv --reuid "$receiver_uid" --regid "$receiver_gid" --clear-groups true 2>/dev/null || receiver_way=setpriv
}
