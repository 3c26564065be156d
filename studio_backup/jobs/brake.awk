# The brake. In: a list of `deleted<TAB>name` and `rewritten<TAB>name` lines; an accepted list before it, if any.
# Variables: percent, least (files), before (files in the newest point), accepted (its file name), deleted and
# rewritten when they are only known as numbers (list empty).
# Out: `WORD deleted rewritten`, WORD one of brake-deletions, brake-rewrites or - (may pass).

FILENAME == accepted { if (accepted != "") forgiven[$0] = 1; next }
!($0 in forgiven) { split($0, field, "\t"); count[field[1]]++ }

END {
  gone = count["deleted"] + deleted
  other = count["rewritten"] + rewritten
  over = (gone + other) * 100 > percent * before && gone + other > least
  print (over ? (gone >= other ? "brake-deletions" : "brake-rewrites") : "-"), gone, other
}
