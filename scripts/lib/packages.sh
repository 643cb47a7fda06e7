# The Debian packages the build and the daemons need, and how they get here. Sourced after common.sh.

build_packages=(
  build-essential cmake ninja-build lld pkg-config python3
  libboost1.81-dev libboost-system1.81-dev libboost-json1.81-dev libboost-url1.81-dev
  libssl-dev librocksdb-dev libyaml-cpp-dev prometheus-cpp-dev zlib1g-dev
  libjemalloc-dev libnghttp2-dev libre2-dev catch2
)
# What the scripts themselves and the daemons call at run time.
run_packages=(ca-certificates curl iproute2 util-linux)
# What the end-to-end tests call: scripts/clients unpacks kubectl and Helm out of npm packages; python3-kubernetes is the
# Python client.
test_packages=(unzip openssl python3-kubernetes)
# Node.js from elsewhere than Debian brings its own npm and refuses Debian's.
command -v npm >/dev/null || test_packages+=(npm)
# The second compiler with its sanitizers, and the checkers; only the clang, fuzz and tidy builds use them.
clang_packages=(clang-16 libclang-rt-16-dev clang-format clang-tidy)

# The names in "$@" that are not installed, one a line.
missing_packages() {
  local installed
  installed=" $(dpkg-query -W -f '${Status} ${Package}\n' 2>/dev/null | awk '$3 == "installed" {print $4}' | tr '\n' ' ') "
  local name
  for name in "$@"; do
    [[ "$installed" == *" $name "* ]] || printf '%s\n' "$name"
  done
}

as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "installing packages needs root, and sudo is not here" "run scripts/deps as root once, then go on as yourself"
  fi
}

# install_packages NAME...: installs what is missing; silent when nothing is.
install_packages() {
  local missing
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  command -v apt-get >/dev/null ||
    die "apt-get is not here; this builds on Debian 12" "install what the list in scripts/lib/packages.sh names by other means"
  step "installing ${#missing[@]} packages: ${missing[*]}"
  need_space /var/cache 1500 "the packages"
  local log
  log="$(mktemp)"
  # Package lists may be old or absent: try with what is here, then fetch them and try again.
  local install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends -q "${missing[@]}")
  if ! as_root "${install[@]}" >"$log" 2>&1 </dev/null; then
    if ! as_root apt-get update -q >>"$log" 2>&1 </dev/null || ! as_root "${install[@]}" >>"$log" 2>&1 </dev/null; then
      tail -n 15 "$log" >&2
      explain_apt_failure "$log"
    fi
  fi
  rm -f "$log"
}

explain_apt_failure() {
  if grep -qE 'Temporary failure resolving|Could not resolve|Could not connect|Network is unreachable|Connection (timed out|failed)' "$1"; then
    die "the package servers cannot be reached" "check the network (and the proxy of apt), or install the packages above by other means"
  elif grep -qE 'No space left|not have enough free space' "$1"; then
    die "the disk is full" "free some space and run this again"
  elif grep -qE 'Unable to locate package|has no installation candidate' "$1"; then
    die "a package is unknown to apt here" "this needs Debian 12 (bookworm) or a system with the same packages"
  elif grep -qE 'Could not get lock' "$1"; then
    die "another apt is running" "wait for it and run this again"
  fi
  die "apt-get failed; the end of its output is above (all of it: $1)"
}
