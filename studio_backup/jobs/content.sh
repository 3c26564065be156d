# shellcheck shell=sh
# What exactly is on a disk or an array. Nothing here writes to it, and what cannot be read is no answer.
#
# device.sh stands before it in every script.
# shellcheck disable=SC2154

content_tab='	'

# What is on a device, one fact a line in a fixed order, or a failure and not a word: equal texts are equal contents as
# far as size, serial, partitions, every known signature and the first and last MiB go.
device_content() {
  content_name=${1##*/}
  read -r content_sectors <"/sys/class/block/$content_name/size" || return 1
  [ "$content_sectors" != 0 ] || { device_trouble "$1 has no size" || return; }
  content_serial=$(device_serial "$content_name") || return 1
  content_partitions=$(device_partitions "$content_name") || return 1
  content_signatures=$(device_signatures "$1") || return 1
  # Sizes are beyond the arithmetic of some shells: bytes, and blocks of which size, how many a MiB, from which on.
  content_plan=$(awk -v sectors="$content_sectors" 'BEGIN {
    block = sectors % 8 ? 512 : 4096; all = sectors * 512 / block; count = 1048576 / block
    if (count > all) count = all
    printf "%.0f %d %d %.0f\n", sectors * 512, block, count, all - count }') || return 1
  content_edges=$(device_edges "$1" "${content_plan#* }") || return 1
  content_mounted=''
  case $content_signatures in
    *"signature${content_tab}ext"[234]"$content_tab"*)
      content_mounted=$(dd if="$1" bs=8 skip=145 count=8 2>/dev/null | tr -d '\000' | tr -c '\040-\176' '?') || return 1
      ;;
  esac
  printf 'size\t%s\n' "${content_plan%% *}"
  [ -z "$content_serial" ] || printf 'serial\t%s\n' "$content_serial"
  [ -z "$content_partitions" ] || printf '%s\n' "$content_partitions"
  [ -z "$content_signatures" ] || printf '%s\n' "$content_signatures"
  printf '%s\n' "$content_edges"
  [ -z "$content_mounted" ] || printf 'mounted-last\t%s\n' "$content_mounted"
}

# The kernel's word first, then udev's, then what the link is called.
device_serial() {
  serial_text=''
  for serial_file in "/sys/class/block/$1/device/serial" "/sys/class/block/$1/serial"; do
    [ -n "$serial_text" ] || [ ! -r "$serial_file" ] || read -r serial_text <"$serial_file" || :
  done
  read -r serial_number <"/sys/class/block/$1/dev" || return 1
  if [ -z "$serial_text" ] && [ -r "/run/udev/data/b$serial_number" ]; then
    serial_text=$(awk -F = '$1 == "E:ID_SCSI_SERIAL" { best = $2 } $1 == "E:ID_SERIAL_SHORT" { text = $2 }
      END { print best ? best : text }' "/run/udev/data/b$serial_number") || return 1
  fi
  for serial_link in "$device_links"/ata-* "$device_links"/nvme-* "$device_links"/usb-* "$device_links"/virtio-*; do
    if [ -n "$serial_text" ] || [ ! -e "$serial_link" ]; then continue; fi
    [ "$(readlink -f "$serial_link")" = "/dev/$1" ] || continue
    serial_text=${serial_link##*/} serial_text=${serial_text%-[0-9]*:[0-9]*}
    case $serial_text in *_*) serial_text=${serial_text##*_} ;; *) serial_text=${serial_text#*-} ;; esac
  done
  case $serial_text in
    *[!A-Za-z0-9._-]*) printf %s "$serial_text" | tr -c '\040-\176' ' ' | sed 's/^ *//; s/ *$//' ;;
    *) printf %s "$serial_text" ;;
  esac
}

# Where each one lies, and what is known of what is in it.
device_partitions() {
  for partition_folder in "/sys/class/block/$1/$1"*; do
    [ -e "$partition_folder/partition" ] || continue
    read -r partition_number <"$partition_folder/partition" && read -r partition_start <"$partition_folder/start" &&
      read -r partition_size <"$partition_folder/size" || return 1
    printf 'partition\t%s\t%s\t%s\n' "$partition_number" "$partition_start" "$partition_size"
    partition_device=/dev/${partition_folder##*/}
    partition_found=$(wipefs --noheadings --parsable --output TYPE,UUID,LABEL "$partition_device") || return 1
    [ -n "$partition_found" ] || continue
    printf '%s\n' "$partition_found" | awk -F , -v OFS='\t' -v number="$partition_number" '{
      label = $3; for (i = 4; i <= NF; i++) label = label "," $i
      print "inside", number, $1, $2, label }' || return 1
  done
}

# Every signature that wipefs knows; what only blkid knows stands there without a place.
device_signatures() {
  signatures_listed=$(wipefs --noheadings --parsable --output TYPE,OFFSET,UUID,LABEL "$1") || return 1
  signatures_code=0
  signatures_probed=$(blkid -p -o export "$1" 2>&1) || signatures_code=$?
  case $signatures_code in
    0 | 2) ;;
    8) signatures_probed=TYPE=ambiguous ;;
    *) device_trouble "blkid: $signatures_probed" || return ;;
  esac
  [ -n "$signatures_listed" ] || [ "$signatures_code" -ne 2 ] || return 0
  signatures_told=$(printf '%s\n' "$signatures_listed" | awk -F , -v OFS='\t' 'NF {
      label = $4; for (i = 5; i <= NF; i++) label = label "," $i
      print "signature", $1, $2, $3, label }') || return 1
  [ -z "$signatures_told" ] || printf '%s\n' "$signatures_told" | LC_ALL=C sort || return 1
  [ "$signatures_code" -ne 2 ] || return 0
  printf '%s\n' "$signatures_probed" | listed=$signatures_listed awk -F = -v OFS='\t' '
    $1 != "TYPE" && $1 != "PTTYPE" { next }
    !index("\n" ENVIRON["listed"], "\n" $2 ",") { print "signature", $2, "-", "", "" }'
}

# `edges zero`, or the check sums of the first and of the last MiB; a short read is a failure.
device_edges() {
  edges_block=${2%% *} edges_last=${2##* } edges_count=${2#* } edges_count=${edges_count%% *}
  edges_one=$(edge_sum "$1" 0) && edges_other=$(edge_sum "$1" "$edges_last") || return 1
  # Equal sums alone could be chance: not one other byte may be there.
  edges_rest=$(edge_rest "$1" 0) || return 1
  [ -n "$edges_rest" ] || edges_rest=$(edge_rest "$1" "$edges_last") || return 1
  if [ -z "$edges_rest" ]; then printf 'edges\tzero\n'; else printf 'edges\t%s\t%s\n' "$edges_one" "$edges_other"; fi
}

edge_sum() {
  edge_read=$(dd if="$1" bs="$edges_block" skip="$2" count="$edges_count" 2>/dev/null | cksum) || return 1
  [ "${edge_read#* }" -eq "$((edges_block * edges_count))" ] || { device_trouble "$1 cannot be read whole" || return; }
  printf '%s\n' "${edge_read%% *}"
}

# Prints a word when any byte is not zero. Two bytes more prove that all programs of the pipeline were there.
edge_rest() {
  edge_count=$({ dd if="$1" bs="$edges_block" skip="$2" count="$edges_count" 2>/dev/null && echo .; } |
    tr -d '\000' | wc -c)
  [ "$edge_count" -ge 2 ] || { device_trouble "$1 cannot be read whole" || return; }
  [ "$edge_count" -eq 2 ] || printf 'more'
}
