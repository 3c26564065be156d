# shellcheck shell=sh
# The last look before a device is overwritten: exactly what the plan saw, and nobody uses it, or nothing is done.
#
# The device is never opened for writing here: on closing it udev would start the very array that lies on it. What no
# listing shows, mdadm and mkfs find out by themselves, since they ask the kernel for a device that is theirs alone.
#
# device.sh and content.sh stand before it in every script.
# shellcheck disable=SC2154

expected_devices=' '

# expect_device DESIGNATOR TOLD CONTENT: TOLD is CONTENT in words.
expect_device() {
  expected_code=0
  find_device "$1" || expected_code=$?
  case $expected_code in
    0) ;;
    2) expected_refuse "$1" "$2" 'several devices answer to that' || return ;;
    *) expected_refuse "$1" "$2" 'nothing can tell which device that is' || return ;;
  esac
  [ -n "$device" ] || { expected_refuse "$1" "$2" 'it is not there' || return; }
  case $expected_devices in
    *" $device "*) expected_refuse "$1" "$2" "it is $device, as another one is" || return ;;
  esac
  expected_devices="$expected_devices$device "
  expected_now=$(device_users "$device") || { expected_refuse "$1" "$2" 'nothing can tell who uses it' || return; }
  if [ -n "$expected_now" ]; then
    expected_now=$(printf '%s\n' "$expected_now" | awk '{ printf "%s%s", between, $0; between = "; " }') || :
    expected_refuse "$1" "$2" "in use: $expected_now" || return
  fi
  expected_now=$(device_writers "$device")
  [ -z "$expected_now" ] || { expected_refuse "$1" "$2" "in use: $expected_now" || return; }
  expected_now=$(device_content "$device") || { expected_refuse "$1" "$2" 'it cannot be read whole' || return; }
  [ "$expected_now" = "$3" ] && return
  expected_words=$(tell_content "$expected_now") || expected_words='something else'
  [ "$expected_words" != "$2" ] || expected_words='the same at first sight, but its bytes or ids have changed'
  expected_refuse "$1" "$2" "$expected_words"
}

# Programs that may write to it without asking for it alone, such as a virtual machine that has it as its disk.
device_writers() {
  # Processes end while they are listed: that is no failure.
  { ls -l /proc/[0-9]*/fd 2>/dev/null || :; } | awk -v device="$1" '
    BEGIN { whole = "^" device (device ~ /[0-9]$/ ? "(p[0-9]+)?$" : "[0-9]*$") }
    /^\/proc\/[0-9]+\/fd:$/ { split($0, part, "/"); process = part[3] }
    $1 ~ /^l.w/ && $NF ~ whole && !seen[process]++ {
      name = ""; getline name <("/proc/" process "/comm")
      printf "%sopen for writing by process %s (%s)", between, process, name; between = "; " }'
}

expected_refuse() {
  printf '%s is not what the plan saw: expected %s; now: %s\n' "$1" "$2" "$3"
  return 1
}

# What device_content printed, in one line for people.
tell_content() {
  printf '%s\n' "$1" | awk -F '\t' '
    function add(text) { if (!(text in had)) { had[text] = 1; what = what (what == "" ? "" : " + ") text } }
    function named(text, id, label) {
      if (text == "gpt" || text == "PMBR") text = "GPT partition table"
      if (text == "dos") text = "MBR partition table"
      gsub(/\\x20/, " ", label)
      if (label != "") text = text " \047" label "\047"
      if (id != "") text = text " (" (length(id) > 9 ? substr(id, 1, 8) "..." : id) ")"
      return text
    }
    $1 == "size" { size = $2 }
    $1 == "serial" { serial = ", serial " $2 }
    $1 == "mounted-last" { mounted = ", last mounted at " $2 }
    $1 == "partition" { partitions++ }
    $1 == "edges" && $2 != "zero" { data = 1 }
    $1 == "signature" { add(named($2, $4, $5)) }
    $1 == "inside" { inside[++insides] = named($3, $4, $5) }
    END {
      if (partitions) add(partitions (partitions == 1 ? " partition" : " partitions"))
      for (i = 1; i <= insides; i++) add(inside[i])
      if (what == "") what = data ? "unknown data" : "blank"
      unit = "MB"; size /= 1000000
      if (size >= 1000) { unit = "GB"; size /= 1000 }
      if (size >= 1000) { unit = "TB"; size /= 1000 }
      printf (size < 10 ? "%s, %.1f %s%s%s\n" : "%s, %.0f %s%s%s\n"), what, size, unit, serial, mounted
    }'
}
