# What every script shares: where things are, how it speaks, how it gives up. Sourced, never run.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"

if [[ -t 1 ]]; then bold=$'\e[1m' red=$'\e[31m' plain=$'\e[0m'; else bold='' red='' plain=''; fi

say() { printf '%s\n' "$*"; }
step() { printf '%s==>%s %s\n' "$bold" "$plain" "$*"; }
warn() { printf '%swarning:%s %s\n' "$red" "$plain" "$*" >&2; }

# die MESSAGE [WHAT TO DO]: the reason first, then the way out.
die() {
  printf '%serror:%s %s\n' "$red" "$plain" "$1" >&2
  [[ $# -lt 2 ]] || printf '       %s\n' "$2" >&2
  exit 1
}

# need_space DIRECTORY MEGABYTES WHAT_FOR
need_space() {
  local dir="$1" free
  while [[ ! -d "$dir" ]]; do dir="$(dirname "$dir")"; done
  free="$(df -Pm "$dir" | awk 'NR == 2 {print $4}')"
  if ((free < $2)); then
    die "the disk of $dir has $free MB left; $3 needs about $2 MB" "free some space, or use --dir to keep the state on another disk"
  fi
}

# number NAME VALUE MIN MAX: checks a flag's value.
number() {
  [[ "$2" =~ ^[0-9]+$ ]] && (($2 >= $3 && $2 <= $4)) || die "$1 must be a number from $3 to $4, not \"$2\""
}
