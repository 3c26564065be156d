# shellcheck shell=sh
# The last look before a device is overwritten: exactly what the plan saw, and nobody uses it, or nothing is done.
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
  [ "$expected_now" = "$3" ] && { ask_alone || expected_refuse "$1" "$2" 'something holds it'; return; }
  expected_words=$(tell_content "$expected_now") || expected_words='something else'
  [ "$expected_words" != "$2" ] || expected_words='the same at first sight, but its bytes or ids have changed'
  expected_refuse "$1" "$2" "$expected_words"
}

# Fails where anything holds the device, shown or not, in another name space too: asks for it alone, erases nothing.
ask_alone() {
  wipefs --no-act --all "$device" >/dev/null || return 1
  # udev looks at what was open for writing; what comes next should not meet it.
  ! command -v udevadm >/dev/null || udevadm settle --timeout=10 || :
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
    $1 == "size" { size = $2 }
    $1 == "serial" { serial = ", serial " $2 }
    $1 == "mounted-last" { mounted = ", last mounted at " $2 }
    $1 == "partition" { partitions++ }
    $1 == "edges" && $2 != "zero" { data = 1 }
    $1 == "signature" {
      text = $2
      if ($2 == "gpt" || $2 == "PMBR") text = "GPT partition table"
      if ($2 == "dos") text = "MBR partition table"
      gsub(/\\x20/, " ", $5)
      if ($5 != "") text = text " \047" $5 "\047"
      if ($4 != "") text = text " (" (length($4) > 9 ? substr($4, 1, 8) "..." : $4) ")"
      add(text)
    }
    END {
      if (partitions) add(partitions (partitions == 1 ? " partition" : " partitions"))
      if (what == "") what = data ? "unknown data" : "blank"
      unit = "MB"; size /= 1000000
      if (size >= 1000) { unit = "GB"; size /= 1000 }
      if (size >= 1000) { unit = "TB"; size /= 1000 }
      printf (size < 10 ? "%s, %.1f %s%s%s\n" : "%s, %.0f %s%s%s\n"), what, size, unit, serial, mounted
    }'
}
