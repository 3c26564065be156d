# shellcheck shell=sh
# What a run leaves behind: one JSON line of numbers and known words, and a log for everything else.
#
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

# Every reason there is. The control side shows a sentence for each; words that come from outside are checked here.
#   ok with a reason:  period (this period has its point) nothing-newer (chain) clock-behind (retention stopped; made, if
#                      there was something to make)
#   rsync-NN:          rsync ended with an exit code that has no word of its own
known_reasons='
 source-unmounted source-wrong-volume source-unread source-sentinel source-missing source-empty source-busy
 source-no-subvolume source-clock too-few-files no-points
 target-unmounted target-wrong-volume target-unread target-sentinel target-foreign target-missing
 no-space state-full brake-deletions brake-rewrites newer-at-target clock-behind period nothing-newer
 landing-busy landing-missing incomplete nothing-landed
 no-answer host-key login gate-refused request option unknown-dataset config
 rsync-missing rsync-partial rsync-protocol rsync-network rsync-local
 tool tool-missing tool-config tool-listing send receive no-base hold hold-unread restore-point interrupted stopped
'

# Sets reason to $1 if it is a known one, else to $2.
known_reason() {
  case $known_reasons in
    *[[:space:]]"$1"[[:space:]]*) reason=$1 ;;
    *) case $1 in rsync-[0-9] | rsync-[0-9][0-9] | rsync-[0-9][0-9][0-9]) reason=$1 ;; *) reason=$2 ;; esac ;;
  esac
}

say() {
  printf '%s\n' "$*" >>"$log_file"
}

# A JSON string of a word, or null. Whatever is no plain character is left out: no escapes, nothing to smuggle.
json_word() {
  case $1 in
    '') json=null ;;
    *[!A-Za-z0-9@._/:+\ -]*) json=\"$(printf '%s' "$1" | tr -cd 'A-Za-z0-9@._/:+ -')\" ;;
    *) json=\"$1\" ;;
  esac
}

json_number() {
  case $1 in '' | *[!0-9]*) json=null ;; *) json=$1 ;; esac
}

# Prints the record of this run: RESULT REASON.
print_record() {
  record='{"version":1'
  for record_pair in studio="$studio" dataset="$dataset" copy="$copy" run="$run" result="$1" reason="$2"; do
    json_word "${record_pair#*=}"
    record="$record,\"${record_pair%%=*}\":$json"
  done
  for record_pair in started="$started" ended="$ended" seconds="$seconds" files="$files" bytes="$bytes" \
    created="$created" deleted="$deleted" rewritten="$rewritten"; do
    json_number "${record_pair#*=}"
    record="$record,\"${record_pair%%=*}\":$json"
  done
  json_word "$restore_point"
  record="$record,\"restore_point\":$json"
  json_word "$source_name"
  record="$record,\"source\":$json"
  case $open in 1) json=true ;; *) json=false ;; esac
  record="$record,\"open\":$json"
  json_word "$accepted_by"
  printf '%s,"accepted_by":%s}\n' "$record" "$json"
}

# The end of a record's name is its state, so a reader sees the old one or the new one, never half of one.
write_record() {
  print_record "$1" "$2" >"$record_file.new" && mv -f "$record_file.new" "$record_file"
}

open_record() {
  record_file=$state/runs/$id.$run.json
  list_file=$state/runs/$id.$run.list
  progress_file=$state/runs/$id.$run.progress
  log_file=$state/log/$id.$run.log
  out_file=$progress_file err_file=$progress_file.err scratch=$progress_file.scratch
  busy_folder=$state/busy
  started=$now ended='' seconds=''
  say "$dataset/$copy: run $run"
  write_record running ''
}

# We hold the lock, so a record that says `running` belongs to a run that was killed.
close_interrupted() {
  grep -l '"result":"running"' "$state/runs/$id".*.json 2>/dev/null | while IFS= read -r interrupted; do
    sed 's/"result":"running","reason":null/"result":"failed","reason":"interrupted"/' "$interrupted" >"$interrupted.new" &&
      mv -f "$interrupted.new" "$interrupted"
    rm -f "${interrupted%.json}.progress"*
  done
  # What was being written when it was killed: nobody else writes here while we hold the lock.
  for interrupted in "$state/runs/$id".*.new; do
    [ ! -e "$interrupted" ] || rm -f "$interrupted"
  done
  # Its end of the lock; a number that lives is somebody's who asks for the lock right now.
  for interrupted in "$lock".[0-9]*; do
    kill -0 "${interrupted##*.}" 2>/dev/null || rm -f "$interrupted"
  done
}

# Keeps the newest 200 records with what belongs to them. By a clock that was set back this run's may be the oldest.
rotate_records() {
  set -- "$state/runs/$id".*.json
  while [ $# -gt 200 ]; do
    if [ "$1" = "$record_file" ]; then shift && continue; fi
    rotated=${1##*/}
    rotated=${rotated%.json}
    rm -f "$1" "$state/runs/$rotated.list" "$state/runs/$rotated.progress" "$state/log/$rotated.log"
    shift
  done
}

# A push that waits is looked at every five minutes: for one reason it has one record a day, or there would be no room
# for others. RESULT REASON. What this run has dealt with is told for itself.
says_nothing_new() {
  if [ "$kind" != landing ] || [ "$manual" = 1 ] || [ "$1" = ok ] || [ -n "$dealt_with" ] || [ -e "$list_file" ]; then return 1; fi
  if [ "$1" = refused ] && [ -n "$landed_judged" ]; then return 1; fi
  said_last=''
  for said in "$state/runs/$id".*.json; do
    [ "$said" = "$record_file" ] || said_last=$said
  done
  grep -q "\"result\":\"$1\",\"reason\":\"$2\"," "$said_last" 2>/dev/null || return 1
  said_moment=$(sed -n '1s/.*"started":\([0-9]*\).*/\1/p' "$said_last")
  case $said_moment in '' | *[!0-9]*) return 1 ;; esac
  [ "$said_moment" -le "$now" ] && [ $((now - said_moment)) -lt 86400 ]
}

# Ends the run: RESULT REASON. Exit codes: 0 ok, 1 failed, 3 away or busy, 5 refused.
finish() {
  trap '' TERM INT HUP
  look_away
  read_clock
  ended=$now
  seconds=$((ended - started))
  say "result: $1${2:+ ($2)}"
  if says_nothing_new "$1" "$2"; then rm -f "$record_file" "$log_file"; else write_record "$1" "$2"; fi
  [ "$1" != refused ] || note_refused
  # A list belongs to a run that somebody has to decide about.
  if [ "$1" = ok ] && [ -e "$list_file" ]; then rm -f "$list_file"; fi
  rotate_records
  release_lock "$progress_file"* ${landing_taken:+"$landing_taken"} ${landing_closed:+"$landing_closed"}
  print_record "$1" "$2"
  case $1 in
    ok) exit 0 ;;
    away | busy) exit 3 ;;
    refused) exit 5 ;;
    *) exit 1 ;;
  esac
}
