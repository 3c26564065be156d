# Counts what rsync says it does. In: rsync's stdout with --out-format='%i<TAB>%l<TAB>%M<TAB>%n' --stats --no-h.
# Out: `files created bytes size deleted rewritten hardlinked newer lost`, where - is unknown; everything but directories
# is a file. files and created come from --stats, bytes is what was moved, size what the tree holds, hardlinked are
# new names of other files. lost is 1 when rsync counted more than there are lines: on a disk that is full for a while
# it goes on without a word, and lines from the middle are not there.
# Variables: reverse=1 when the newest point was compared against the new tree (new here means deleted there);
# list=FILE gets `deleted<TAB>name`, `rewritten<TAB>name`, `newer<TAB>name`; names=1 prints these and
# `created<TAB>name` instead of the counts.
# A name's control bytes come escaped from rsync, except the tab, which is escaped here alike.

function without_directories(text,    total, directories) {
  total = text
  sub(/ .*/, "", total)
  directories = 0
  if (match(text, /dir: [0-9]+/)) directories = substr(text, RSTART + 5, RLENGTH - 5)
  return total - directories
}

function tell(word, name) {
  gsub(/\t/, "\\#011", name)
  if (list != "") print word "\t" name > list
  if (names) print word "\t" name
}

function item_name(    name) {
  name = $0
  sub(/^[^\t]*\t[^\t]*\t[^\t]*\t/, "", name)
  return name
}

function item(flags, name) {
  if (flags ~ /^\*deleting/) seen["deleted"]++
  if (flags ~ /^..\+/) seen["created"]++
  if (flags ~ /^[<>]f/) seen["transferred"]++
  if (flags ~ /^\*deleting/) { if (name !~ /\/$/) gone(name, reverse ? "created" : "deleted"); return }
  if (flags ~ /^.d/) return
  if (flags ~ /^..\+/) { if (flags ~ /^h/ && !reverse) hardlinked++; gone(name, reverse ? "deleted" : "created"); return }
  if (flags ~ /^[<>]f/ || flags ~ /^hf.*[st]/ || flags ~ /^cLc/) { rewritten++; tell("rewritten", name) }
}

function gone(name, word) {
  if (word == "deleted") { deleted++; tell(word, name) }
  else if (names) tell(word, name)
}

# Of a line of --stats: more of a kind than lines?
function claim(kind,    number) {
  number = $0
  sub(/^[^:]*: /, "", number)
  sub(/ .*/, "", number)
  if (number + 0 > seen[kind] + 0) lost = 1
}

BEGIN { FS = "\t"; files = made = bytes = size = "-"; deleted = rewritten = hardlinked = newer = 0 }
{ sub(/^.*\r/, "") }
/^[<>ch.*][fdLDSe][^\t]*\t *[0-9]+\t[^\t]*\t./ { item($1, item_name()); next }
/^Number of files: / { sub(/^[^:]*: /, ""); files = without_directories($0); next }
/^Number of deleted files: / { claim("deleted"); next }
/^Number of (regular )?files transferred: / { claim("transferred"); next }
/^Number of created files: / { claim("created"); sub(/^[^:]*: /, ""); made = without_directories($0); next }
/^Total file size: / { size = $0; gsub(/[^0-9]/, "", size); next }
/^Total transferred file size: / { bytes = $0; gsub(/[^0-9]/, "", bytes); next }
/ is newer$/ { newer++; sub(/ is newer$/, ""); tell("newer", $0); next }
END {
  if (!names) print files, made, bytes, size, deleted, rewritten, hardlinked, newer, lost + 0
}
