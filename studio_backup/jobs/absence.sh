# shellcheck shell=sh
# Proving that something is not there: by a whole listing of the nearest folder above it that lacks its name.

# Ends with 0 when PATH is proven absent, 1 when it is there, 2 when nothing can tell.
absent() {
  case $1 in /*) ;; *) return 2 ;; esac
  above=$1
  while [ ! -d "$above" ]; do missing=${above##*/}; above=${above%/*}; above=${above:-/}; done
  [ "$above" != "$1" ] || return 1
  names=$(ls -a "$above") || return 2
  case "
$names
" in *"
$missing
"*) return 1 ;; esac
}

# Prints the names in a folder, one a line, and none where it is proven absent; fails when it cannot be read.
names_in() {
  if [ -d "$1" ]; then ls "$1" 2>/dev/null; else absent "$1" 2>/dev/null; fi
}
