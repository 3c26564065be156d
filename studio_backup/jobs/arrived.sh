# shellcheck shell=sh
# What has landed, and whether it is news: a push that is whole, one that is lost, or why nothing was sent.
#
# A push comes through the gate (landing.sh has its records) or by a share (shared.sh has them). What was dealt with is
# remembered out of the sender's reach, for each of the two ways by itself.
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

# How long a push may have neither an end nor anybody who writes, in seconds.
landing_grace=900

# Sets landed_run, landed_point, landed_files, landed_open of a push that is whole, or landed_lost for one that is not
# and will not be, or told_run, told_result, told_reason. Succeeds when one of them is news.
landing_waits() {
  # Whoever closed it and was killed opens it no more: we hold the job's lock, so nobody else reads it now.
  rm -f "$landing.closed"
  landed_run='' landed_point='' landed_files='' landed_open=0 landed_lost='' told_run='' landing_used=0
  open_share
  ! landing_is_used || landing_used=1
  if hear_sender; then return 0; fi
  if ! read_landed_begun || ! is_news "settled$landed_way" "$landed_begun"; then return 1; fi
  if read_landed_end; then
    landed_run=$landed_begun
    ! was_refused || return 1
    if [ "$landing_used" -eq 1 ]; then [ "$manual" = 1 ]; else landing_is_due; fi
    return
  fi
  # Who sends by the share holds no lock.
  if [ -n "$landed_way" ] && share_sends; then landing_used=1; fi
  # Between its words a long push has nobody here for a moment: told as lost, it may still turn out to be whole.
  if [ "$landing_used" -eq 1 ] || ! is_news "lost$landed_way" "$landed_begun"; then return 1; fi
  if [ "$manual" != 1 ] && [ $((now - landed_seen)) -lt "$landing_grace" ] && [ "$landed_seen" -le "$now" ]; then return 1; fi
  landed_lost=$landed_begun
}

# Why nothing was sent. Each of the two ways tells for itself, and was heard for itself.
hear_sender() {
  if read_landing told && is_news heard "$record_run"; then
    told_at=heard
  elif share_is_there && read_share_told && is_news heard-share "$record_run"; then
    told_at=heard-share
  else
    return 1
  fi
  told_run=$record_run
  # shellcheck disable=SC2086
  set -- $record_rest
  told_result=${1:-} told_reason=${2:-}
}

# What was told before a push had begun there is no answer to it. One that is dated to come says nothing of before.
read_share_told() {
  told_since=0
  if read_shared begun && [ "$record_moment" -le "$now" ]; then told_since=$record_moment; fi
  read_shared told && [ "$record_moment" -ge "$told_since" ]
}

# Sets landed_way (where its records are: nothing, or -share), landed_begun, landed_point, landed_seen (last sign of life).
# What came by the share came last, since a push through the gate clears it away: then none of those counts any more.
read_landed_begun() {
  landed_way=''
  if came_by_share; then
    if read_landing begun && is_news settled "$record_run"; then note_landing settled "$record_run" || return 1; fi
    landed_way=-share
    read_share || return 1
    landed_begun=$share_run landed_seen=$share_seen landed_moment=$share_begun
    landed_point=$(date -u -d "@$share_begun" +%Y-%m-%dT%H-%M-%SZ) || return 1
  else
    read_landing begun || return 1
    landed_begun=$record_run landed_point=$record_rest landed_moment=''
    is_point "$landed_point" || return 1
    read_point_epoch "$landed_point"
    landed_seen=$point_epoch
  fi
  is_point "$landed_point"
}

read_landed_end() {
  if [ -n "$landed_way" ]; then
    read_share_end || return 1
    landed_files=$share_files landed_open=$share_open
  else
    if ! read_landing ended || [ "$record_run" != "$landed_begun" ]; then return 1; fi
    # shellcheck disable=SC2086
    set -- $record_rest
    landed_files=${1:-} landed_open=${2:-}
  fi
}

# Sets record_run and record_rest of one record; a link is none, nor is anything but plain words.
read_landing() {
  record_run='' record_rest=''
  if [ ! -f "$landing/$1" ] || [ -h "$landing/$1" ]; then return 1; fi
  record_line=$(head -c 200 "$landing/$1" 2>/dev/null | head -n 1)
  case $record_line in '' | *[!A-Za-z0-9\ -]*) return 1 ;; esac
  record_run=${record_line%% *} record_rest=${record_line#* }
}

# What was dealt with is remembered out of the sender's reach.
is_news() {
  news_known=''
  { [ -f "$state/landings/$id.$1" ] && IFS= read -r news_known <"$state/landings/$id.$1"; } || :
  [ "$news_known" != "$2" ]
}

settle_landing() {
  note_landing "$@" || finish failed restore-point
}

note_landing() {
  dealt_with=$1
  settled_file=$state/landings/$id.$1
  printf '%s\n' "$2" >"$settled_file.new" && mv -f "$settled_file.new" "$settled_file"
}

# Judged and refused, it is not judged again before there is another push or somebody's word: for as long as it is read
# the landing is closed, also to the push that would mend it.
was_refused() {
  [ "$manual" != 1 ] && [ ! -e "$state/accept/$id" ] && ! is_news "refused$landed_way" "$landed_run"
}

note_refused() {
  [ -z "$landed_judged" ] || note_landing "refused$landed_way" "$landed_judged"
}

# A push that comes too early waits for the period to end, and leaves no record until then.
landing_is_due() {
  find_newest
  reading=$landed_point
  if is_due; then return 0; fi
  [ "$reason" != period ]
}
