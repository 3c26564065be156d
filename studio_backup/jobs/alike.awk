# What two systems made of one tree: which files of two listings are alike although rsync would send them again.
#
# Arguments: part=1 THERE part=2 HERE part=3 HERE, listings of `f SIZE SECONDS ./NAME` and `d 0 0 ./NAME`, folders before
# what they hold, last `end<TAB>COUNT`. forms.awk stands before it. Alike is: as large, and written within two seconds of the other, or of a
# whole number of hours from it, up to `window` seconds.
# Out: `name<TAB>OLD<TAB>NEW`, what has another form there and is to be called as here, in this order; `stale<TAB>NAME`,
# what differs in its time alone and was written anew; with same=1 `alike<TAB>NAME`, what differs and is alike; last `end<TAB>COUNT`. Exit 3: a name that no
# line can hold; 4 and 5: the listing of there or of here has no end, and is none.

function entry() {
  if ($0 !~ /^[df] [0-9]+ -?[0-9]+ \.(\/.+)?$/ || /\t/) { odd = 1; return 0 }
  path = substr($0, length($1) + length($2) + length($3) + 6)
  if (path == "") return 0
  match(path, /[^\/]*$/)
  base = substr(path, RSTART)
  parent = RSTART > 1 ? substr(path, 1, RSTART - 2) : ""
  plain = base !~ /[^ -~]/
  return 1
}

function below(folder, name) { return folder == "" ? name : folder "/" name }

function is_alike(one, other,    apart) {
  apart = one > other ? one - other : other - one
  if (apart <= 2) return 1
  return apart <= window && (apart % 3600 <= 2 || apart % 3600 >= 3598)
}

# The entry there that this one is: of this very name, else one that only its form tells apart and that is no other's.
function find_twin(folder,    list, count, at, found) {
  found = below(folder, base)
  if (found in there) return found
  if (plain) return ""
  count = split(others[folder "/" folded(base)], list, "/")
  for (at = 2; at <= count; at++) {
    found = below(folder, list[at])
    if (!(found in used) && !(below(parent, list[at]) in here)) { used[found] = 1; return found }
  }
  return ""
}

function tell(line) { print line; told++ }

# What was cut may end in any way: whether it is whole is asked before what its lines say.
function is_whole(which) { return last[which] == "end\t" (lines[which] - 1) }

BEGIN { home[""] = "" }
{ lines[part] = FNR; last[part] = $0 }
closed[part] { odd = 1 }
odd { next }
/^end\t[0-9]+$/ { closed[part] = 1; next }
!entry() { next }
part == 1 {
  there[path] = $1 " " $2 " " $3
  if (!plain) others[parent "/" folded(base)] = others[parent "/" folded(base)] "/" base
  next
}
part == 2 { if (!plain) here[path] = 1; next }
parent in home {
  twin = find_twin(home[parent])
  if (twin == "") next
  split(there[twin], is, " ")
  if (is[1] != $1) next
  if ($1 == "d") home[path] = twin
  twin_base = twin
  sub(/^.*\//, "", twin_base)
  if (twin_base != base) tell("name\t" below(parent, twin_base) "\t" path)
  if ($1 != "f" || is[2] != $2) next
  if (!is_alike(is[3] + 0, $3 + 0)) tell("stale\t" path)
  else if (same) tell("alike\t" path)
}
END {
  if (!is_whole(1)) exit 4
  if (!is_whole(2)) exit 5
  if (odd) exit 3
  print "end\t" told + 0
}
