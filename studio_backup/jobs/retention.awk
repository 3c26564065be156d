# Which restore points go. In: names, newest first. Variables: last hourly daily weekly monthly yearly (numbers or empty),
# hold (names, in the environment). Out: keep<TAB>NAME<TAB>rules or remove<TAB>NAME, in the order read.
# Only periods that hold a point count, and of each the newest point stays; no rule set: everything stays.

function leading(number) { return int(number / 1) }

function day_number(year, month, day) {
  if (month <= 2) { year -= 1; month += 9 } else month -= 3
  return year * 365 + leading(year / 4) - leading(year / 100) + leading(year / 400) + leading((153 * month + 2) / 5) + day - 719469
}

# One number or word a period; weeks begin on Monday, and 1970-01-01 was a Thursday.
function period_of(rule, name) {
  if (rule == "hourly") return substr(name, 1, 13)
  if (rule == "daily") return substr(name, 1, 10)
  if (rule == "monthly") return substr(name, 1, 7)
  if (rule == "yearly") return substr(name, 1, 4)
  if (rule == "weekly")
    return leading((day_number(substr(name, 1, 4) + 0, substr(name, 6, 2) + 0, substr(name, 9, 2) + 0) + 3) / 7)
  return name
}

function decide(name,    number, rule, period, why) {
  if (NR == 1) why = why " newest"
  if (name in held) why = why " hold"
  if (!rules) why = why " no-rule"
  for (number = 1; number <= 6; number++) {
    rule = rule_name[number]
    period = period_of(rule, name)
    if (!limit[rule] || seen[rule] >= limit[rule] || (seen[rule] && latest[rule] == period)) continue
    latest[rule] = period
    seen[rule]++
    why = why " " rule
  }
  if (why == "") print "remove\t" name
  else print "keep\t" name "\t" substr(why, 2)
}

BEGIN {
  split("last hourly daily weekly monthly yearly", rule_name, " ")
  limit["last"] = last + 0; limit["hourly"] = hourly + 0; limit["daily"] = daily + 0
  limit["weekly"] = weekly + 0; limit["monthly"] = monthly + 0; limit["yearly"] = yearly + 0
  for (number = 1; number <= 6; number++) if (limit[rule_name[number]] > 0) rules++
  count = split(ENVIRON["hold"], lines, /[ \t\n]+/)
  for (number = 1; number <= count; number++) if (lines[number] != "") held[lines[number]] = 1
}

{ decide($1) }
