# Compares two listings of `ls -lnd`, the source's and the target's: what would a clone change there?
# Out: `files before created deleted rewritten`, counts. list=FILE gets `deleted<TAB>name` and `rewritten<TAB>name`;
# names=1 prints these and `created<TAB>name` before the counts. Times are only as fine as `ls` tells them.

# A name is what follows eight fields and one blank; devices have one field more, and their numbers stand for a size.
function parse(    rest, fields, at) {
  rest = $0
  fields = (rest ~ /^[bc]/ && $5 ~ /,$/) ? 9 : 8
  looks = substr($1, 1, 1)
  for (at = 1; at <= fields; at++) {
    sub(/^ +/, "", rest)
    if (at >= 5) looks = looks " " substr(rest, 1, index(rest " ", " ") - 1)
    rest = substr(rest, index(rest, " "))
  }
  name = substr(rest, 2)
  if (/^l/) { at = index(name, " -> "); if (at) { looks = "l " substr(name, at + 4); name = substr(name, 1, at - 1) } }
  sub(/^\.\//, "", name)
}

function tell(word, what) {
  gsub(/\t/, "\\#011", what)
  if (list != "" && word != "created") print word "\t" what > list
  if (names) print word "\t" what
}

FILENAME == ARGV[1] { parse(); source[name] = looks; files++; next }
{
  parse()
  before++
  if (!(name in source)) { deleted++; tell("deleted", name); next }
  if (source[name] != looks) { rewritten++; tell("rewritten", name) }
  seen[name] = 1
}
END {
  for (name in source) if (!(name in seen)) { created++; tell("created", name) }
  print files + 0, before + 0, created + 0, deleted + 0, rewritten + 0
}
