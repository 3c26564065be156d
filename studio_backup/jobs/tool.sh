# shellcheck shell=sh
# Snapshots that another program makes, names and lets go, by a configuration of ours; our guards and brake come first.
#
# It is believed by its own listing alone: a snapshot was made when it lists one that it did not list before.
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

# Sets newest to the newest restore point that the program lists, and newest_path to where it lies; to nothing where
# there is none. Fails when it cannot list them.
find_made() {
  newest='' newest_path='' ahead=''
  list_made >"$scratch.made" 2>>"$log_file" || return 1
  # Killed on its way, sort would leave none, and without a newest one there is no brake.
  newest=$(sort "$scratch.made") || return 1
  newest=$(printf '%s\n' "$newest" | tail -n 1)
  newest_path=${newest#*"$tab"} newest=${newest%%"$tab"*}
}

# Prints `POINT<TAB>PATH` for each snapshot of the dataset.
list_made() {
  case $by in
    btrbk) list_btrbk ;;
    sanoid) list_sanoid ;;
  esac
}

# What has a name without seconds is none of ours.
list_btrbk() {
  # Where its folder is proven absent it has made none; it would call that an error.
  names_in "$target/points" >/dev/null || return 1
  [ -d "$target/points" ] || return 0
  made_told=$(btrbk -c "$tool_configuration" --format=col:h:snapshot_subvolume list snapshots) || return 1
  printf '%s\n' "$made_told" | while IFS= read -r made_path; do
    ! read_made_moment "${made_path##*.}" || printf '%s\t%s\n' "$made_point" "$made_path"
  done
}

# Sets made_point to the moment, in UTC, of btrbk's own form: YYYYMMDDThhmmss+hhmm, with _N behind a second one.
read_made_moment() {
  made_local=${1%%_*}
  case $made_local in
    [0-9][0-9][0-9][0-9][01][0-9][0-3][0-9]T[0-2][0-9][0-5][0-9][0-6][0-9][+-][0-2][0-9][0-5][0-9]) ;;
    *) return 1 ;;
  esac
  made_point=$(printf '%s' "$made_local" | sed 's/^\(....\)\(..\)\(..T..\)\(..\)\(..\).*/\1-\2-\3-\4-\5Z/')
  made_zone=${made_local#???????????????}
  made_hours=${made_zone#?} made_minutes=${made_zone#???}
  made_hours=${made_hours%??}
  made_ahead=$((${made_hours#0} * 60 + ${made_minutes#0}))
  [ "$made_ahead" -ne 0 ] || return 0
  case $made_zone in -*) made_ahead=-$made_ahead ;; esac
  read_point_epoch "$made_point"
  made_point=$(date -u -d "@$((point_epoch - made_ahead * 60))" +%Y-%m-%dT%H-%M-%SZ)
}

# sanoid has no listing of its own: its names are known to ZFS, and so are their moments.
list_sanoid() {
  dataset_at "$source_path" || return 1
  made_told=$(zfs list -H -p -d 1 -t snapshot -o creation,name "$zfs_dataset") || return 1
  printf '%s\n' "$made_told" | while IFS=$tab read -r made_moment made_name; do
    case $made_name in *@autosnap_*) ;; *) continue ;; esac
    printf '%s\t%s\n' "$(date -u -d "@$made_moment" +%Y-%m-%dT%H-%M-%SZ)" "$target/points/${made_name#*@}"
  done
}

# After the guards: the program makes its snapshot, and lets go what its rules do not keep.
run_tool() {
  mv "$scratch.made" "$scratch.before" || finish failed tool-listing
  # Two of one moment would be one restore point.
  while read_clock && [ "$newest" = "$now_point" ]; do sleep 1; done
  case $by in
    btrbk) run_btrbk ;;
    sanoid) run_sanoid ;;
  esac
  tool_code=$?
  find_taken
  case $tool_code in
    0) ;;
    2) finish failed tool-config ;;
    *) finish failed tool ;;
  esac
  if [ -z "$restore_point" ] && [ "$by" = sanoid ] && sanoid_has_made; then finish ok "$reason"; fi
  [ -n "$restore_point" ] || finish failed tool
}

# Sets restore_point to the newest that is listed and was not listed before.
find_taken() {
  find_made || finish failed tool-listing
  restore_point=$(awk 'before { there[$0] = 1; next } !($0 in there)' \
    before=1 "$scratch.before" before=0 "$scratch.made" | sort | tail -n 1 | cut -f 1)
}

# It goes by its own hours and days: what it has made already it does not make again, whoever asks.
sanoid_has_made() {
  manual=0
  [ "${period:-0}" -gt 0 ] || period=3600
  ! is_due
}

# Ends with 0; 2: its configuration is not one; anything else: it failed.
run_btrbk() {
  set -- run
  [ "$clock_behind" -eq 0 ] || set -- --preserve run
  btrbk --quiet -c "$tool_configuration" "$@" >>"$log_file" 2>&1
}

run_sanoid() {
  call_sanoid --take-snapshots || return
  # One that makes none where it should, and says nothing, lets nothing old go either.
  find_taken
  [ -n "$restore_point" ] || sanoid_has_made || return 1
  [ "$clock_behind" -eq 1 ] || call_sanoid --prune-snapshots
}

# With a memory and a lock of its own: another sanoid.conf of this machine is none of its business.
call_sanoid() {
  sanoid --configdir="$tool_configuration" --cache-dir="$state/sanoid/$id" --run-dir="$state/sanoid/$id" \
    --force-update --verbose "$@" >"$scratch.said" 2>&1
  called_code=$?
  cat "$scratch.said" >>"$log_file"
  # It warns of what failed, and ends with 0.
  if grep -q '^FATAL' "$scratch.said"; then return 2; fi
  if grep -qE '^(CRITICAL|could not|cannot)' "$scratch.said"; then return 1; fi
  return "$called_code"
}

# What its own rules would keep.
preview_tool() {
  case $by in
    btrbk) btrbk -c "$tool_configuration" --dry-run --print-schedule prune ;;
    sanoid) cat "$tool_configuration/sanoid.conf" ;;
  esac
}
