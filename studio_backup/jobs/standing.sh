# shellcheck shell=sh
# Each argument is `STATE ID VOLUME-ID ROOT<TAB>TARGET`, with `<TAB>PROGRAM CONFIGURATION` where another program makes
# the points: then its own listing is printed. Prints the newest record that has an end, the newest of all,
# what each run moved, every point, whether the right volume is mounted and how much room it has. A record that says
# `running` while its process is gone belongs to a run that was killed.
#
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

set +eu
# Does the process that a lock names live? The machine's boot does not matter here: nothing is taken or broken.
held() {
  read -r pid began rest 2>/dev/null <"$1" || return 1
  [ -n "$pid" ] && [ "$(process_start "$pid")" = "$began" ]
}
# The last of these names; one that a wrong clock dated to come, by the hour, only where there is no other.
newest_of() {
  awk -v start="${#1}" -v hour="$(date -u +%Y-%m-%dT%H)" '
    { last = $0 }
    substr($0, start + 1, 13) <= hour { good = $0 }
    END { if (good != "") print good; else if (last != "") print last }'
}
list_made() {
  case $by in
    sanoid*) zfs list -H -p -d 1 -t snapshot -o name,creation "$mount_source" ;;
    *) "${by%% *}" -c "${by#* }" --format=raw list snapshots ;;
  esac
}
for job do
  state=${job%% *}; rest=${job#* }; id=${rest%% *}; rest=${rest#* }; volume=${rest%% *}; rest=${rest#* }
  root=${rest%%"$tab"*}; target=${rest#*"$tab"}; by=
  case $target in *"$tab"*) by=${target#*"$tab"}; target=${target%%"$tab"*} ;; esac
  printf 'job\t%s\n' "$id"
  if [ -d "$state/runs" ]; then
    ls "$state/runs" >/dev/null || exit 1
    newest=; ended=
    for record in "$state/runs/$id".*.json; do
      [ -f "$record" ] || continue
      newest=$record
    done
    # One look at up to 200 records: a program for each would take longer than the whole survey.
    if [ -n "$newest" ]; then
      newest=$(printf '%s\n' "$state/runs/$id".*.json | newest_of "$state/runs/$id.")
      ended=$(grep -L '"result":"running"' "$state/runs/$id".*.json | newest_of "$state/runs/$id.")
    fi
    if [ "$newest" != "$ended" ] && ! held "$state/lock/$id"; then
      printf 'ended\t'; head -n 1 "$newest" | sed "$interrupted"
    else
      if [ -n "$ended" ]; then printf 'ended\t'; head -n 1 "$ended"; fi
      if [ -n "$newest" ]; then printf 'newest\t'; head -n 1 "$newest"; fi
    fi
    moved='s/.*"result":"ok".*"started":\([0-9]*\).*"bytes":\([0-9]*\).*'"/moved$tab\\1$tab\\2/p"
    [ -z "$ended" ] || sed -n "$moved" "$state/runs/$id".*.json
  fi
  # A bare mount point may hold what looks like a copy: without the right volume nothing is known of the points.
  mounted=unmounted
  if find_mount "$root"; then
    mounted_id_is "$root" "$volume"
    case $? in 0) mounted=right ;; 1) mounted=wrong-volume ;; *) mounted=unread ;; esac
  fi
  if [ "$mounted" = right ] && [ -n "$by" ] && [ -e "$target/points" ]; then
    if made=$(list_made); then
      [ -z "$made" ] || printf '%s\n' "$made" | sed 's/^/made\t/'
    else mounted=unlisted; fi
  elif [ "$mounted" = right ] && on_zfs "$target"; then
    # Its own word counts: what is encrypted, and has no key here, shows none of its points as a folder.
    dataset_of "$target"
    case $? in
      0) if points=$(zfs_names); then printf '%s\n' "$points" | sed 's/^/point\t/'; else mounted=unread; fi ;;
      1) ;;
      *) mounted=unread ;;
    esac
  elif [ "$mounted" = right ] && [ -e "$target/points" ]; then
    if points=$(ls "$target/points"); then
      printf '%s\n' "$points" | sed 's/^/point\t/'
    else mounted=missing; fi
  fi
  if [ "$mounted" = right ]; then room "$root"; fi
  printf 'volume\t%s\n' "$mounted"
done
printf 'complete\n'
