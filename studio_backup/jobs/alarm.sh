#!/bin/sh
# The alarm: tells somebody when a job of this machine failed, is well again, or has made nothing for too long.
#
# alarm CONF
# It reads what the jobs leave behind (runs/*.json), never what systemd remembers: a job that a failed mount or assertion
# kept from starting leaves no trace there, but here it grows late.
# Exit codes: 0 told, or nothing to tell; 1 somebody could not be told, or there is nothing to tell with.
#
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

LC_ALL=C
TZ=UTC0
PATH=/usr/local/bin:$PATH:/usr/sbin:/sbin
export LC_ALL TZ PATH
umask 077

studio='' state='' mail='' webhook='' jobs='' host=''
letter='' changed='' status=0
# Seconds that the mail program may take: one whose relay is down may wait for hours. The unit ends after two minutes.
mail_seconds=60

parts=${0%/*}
# shellcheck source=/dev/null
. "$parts/moment.sh"
# shellcheck source=/dev/null
. "$parts/lock.sh"

complain() {
  printf 'alarm: %s\n' "$*" >&2
  status=1
}

# Sets value to what a record says under a key: a plain word or a number, else nothing.
read_value() {
  value=$(sed -n '1s/.*"'"$2"'":"\{0,1\}\([A-Za-z0-9-]*\).*/\1/p' "$1" 2>/dev/null)
  case $value in null) value='' ;; esac
}

# Sets newest, ended and good: the last record of all, of those that say how the job fares (away and busy do not: what
# failed before has not mended), and of those that made something. One from a day to come was dated by a wrong clock:
# it would stand behind all others until that day.
find_records() {
  newest='' ended='' good='' records=$state/runs/$1
  shift
  for record in "$records".*.json; do
    [ -f "$record" ] || continue
    day=${record#"$records".}
    day=${day%%T*}
    case $day in '' | *[!0-9]*) day=0 ;; esac
    [ "$day" -le "${now_run%%T*}" ] || continue
    set -- "$@" "$record"
    newest=$record
  done
  [ -n "$newest" ] || return 0
  ended=$(grep -l -e '"result":"ok"' -e '"result":"failed"' -e '"result":"refused"' "$@" | tail -n 1)
  # A run that found nothing newer, or its period's point made, is fine and made nothing.
  good=$(grep -l -e '"result":"ok","reason":null' -e '"result":"ok","reason":"clock-behind".*"restore_point":"' "$@" |
    tail -n 1)
}

# Sets word (ok, failed, refused or late) and why: ID LIMIT.
judge_job() {
  word=ok why=''
  find_records "$1"
  if [ -n "$newest" ] && grep -q '"result":"running"' "$newest" && ! lock_is_held "$state/lock/$1"; then
    word=failed why=interrupted
  elif [ -n "$ended" ]; then
    read_value "$ended" result
    case $value in
      failed | refused)
        word=$value
        read_value "$ended" reason
        why=$value
        ;;
    esac
  fi
  [ "$word" = ok ] || return 0
  # A job without a good run is as old as the first look at it; the record of a good one may be rotated away since.
  since_file=$state/alarm/$1.since
  since=$now
  [ ! -f "$since_file" ] || read -r since <"$since_file"
  if [ -n "$good" ]; then
    read_value "$good" started
    since=$value
  fi
  case $since in '' | *[!0-9]*) since=0 ;; esac
  [ "$since" -le "$now" ] || since=$now
  printf '%s\n' "$since" >"$since_file.new" && mv -f "$since_file.new" "$since_file"
  if [ $((now - since)) -gt "$2" ]; then word=late; fi
}

# Adds a line to the letter when this job is not what it was when it was told of: ID LIMIT NAME.
look_at_job() {
  judge_job "$1" "$2"
  before='ok '
  [ ! -f "$state/alarm/$1" ] || IFS= read -r before <"$state/alarm/$1"
  [ "$before" != "$word $why" ] || return 0
  case $word in
    ok) line="$3: well again" ;;
    late) line="$3: nothing made since $(date -u -d "@$since" '+%Y-%m-%d %H:%M') UTC; it may take $(($2 / 3600)) h" ;;
    *) line="$3: $word${why:+, $why}" ;;
  esac
  letter="$letter$line
"
  changed="$changed$1 $word $why
"
}

send_mail() {
  {
    printf 'To: %s\nSubject: %s\nAuto-Submitted: auto-generated\n' "$mail" "$subject"
    printf 'Content-Type: text/plain; charset=utf-8\n\n%s\nstudio-backup status\n' "$letter"
  } | timeout "$mail_seconds" sendmail -t -i
}

# The URL is a secret: it is read from a file that root alone may read, and reaches curl by its standard input.
read_url() {
  # shellcheck disable=SC2012
  listed=$(ls -ldLn "$webhook" 2>/dev/null)
  case $listed in
    -r[w-]-------' '* | -r[w-]-------.' '*) ;;
    *)
      complain "$webhook is not there, or others may read it: chmod 600 $webhook"
      return 1
      ;;
  esac
  # shellcheck disable=SC2086
  set -- $listed
  if [ "$3" != "$(id -u)" ]; then
    complain "$webhook belongs to somebody else: chown root $webhook"
    return 1
  fi
  IFS= read -r url <"$webhook" || [ -n "$url" ]
  case $url in
    *[\"\\[:space:][:cntrl:]]*) ;;
    http://?* | https://?*) return 0 ;;
  esac
  complain "the first line of $webhook is no http or https URL"
  return 1
}

# Names and reasons hold nothing that JSON would have to escape but the ends of lines.
send_webhook() {
  read_url || return 1
  body=$(printf '%s\n%s' "$subject" "$letter" | sed 's/["\\]//g; s/$/\\n/' | tr -d '\n')
  printf 'url = "%s"\n' "$url" | curl -q --config - --fail --silent --output /dev/null --max-time 30 \
    --proto '=http,https' --header 'Content-Type: application/json' --data-binary "{\"text\":\"$body\"}"
}

tell() {
  subject="$studio on $host: $(printf '%s' "$letter" | head -n 1)"
  reached=no
  if [ -n "$mail" ]; then
    if send_mail; then reached=yes; else complain "no mail went out to $mail: is sendmail there?"; fi
  fi
  if [ -n "$webhook" ]; then
    if send_webhook; then reached=yes; else complain "the webhook of $webhook was not reached"; fi
  fi
  # What nobody heard is told again.
  [ "$reached" = yes ] || return 0
  printf '%s' "$changed" | while read -r id word why; do
    printf '%s %s\n' "$word" "$why" >"$state/alarm/$id.new" && mv -f "$state/alarm/$id.new" "$state/alarm/$id"
  done
}

configuration=${1:-}
if [ ! -f "$configuration" ]; then
  printf 'usage: alarm CONF\n' >&2
  exit 1
fi
case $configuration in /*) ;; *) configuration=$PWD/$configuration ;; esac
# shellcheck source=/dev/null
. "$configuration"
case $state in /?*) ;; *)
  complain "$configuration: state"
  exit 1
  ;;
esac
[ -d "$state/alarm" ] || mkdir -p "$state/alarm" || exit 1
boot_id
read_clock
while IFS=' ' read -r id limit name; do
  case $id in '' | *[!a-z0-9_-]*) continue ;; esac
  case $limit in '' | *[!0-9]*) continue ;; esac
  look_at_job "$id" "$limit" "$name"
done <<LIST
$jobs
LIST
[ -z "$letter" ] || tell
exit "$status"
