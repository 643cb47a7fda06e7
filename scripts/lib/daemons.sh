# How a daemon runs under scripts/up: started, found again, waited for, stopped. Sourced after common.sh.
# `state` is the state directory. Of each daemon NAME it holds
#   logs/NAME.log   what it wrote
#   run/NAME        process id, its start time, and a fingerprint of binary and flags
# The start time tells our process from another one that got its number later.

# A process that has ended but was not waited for by its parent counts as gone.
start_time_of() { awk '$3 != "Z" {print $22}' "/proc/$1/stat" 2>/dev/null || true; }

# pid_of NAME: the process id if it runs, else nothing.
pid_of() {
  local pid started rest
  [[ -f "$state/run/$1" ]] || return 0
  read -r pid started rest <"$state/run/$1" || return 0
  [[ -n "$pid" && "$(start_time_of "$pid")" == "$started" ]] && printf '%s' "$pid"
  return 0
}

fingerprint_of() { { stat -c '%Y %s' "$1"; printf '%s\0' "$@"; } | sha256sum | cut -c 1-16; }

names_running() {
  local file
  for file in "$state"/run/*; do
    [[ -f "$file" ]] || continue
    file="$(basename "$file")"
    [[ -z "$(pid_of "$file")" ]] || printf '%s\n' "$file"
  done
}

port_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

port_holder() {
  command -v ss >/dev/null || return 0
  ss -Hltnp "sport = :$1" 2>/dev/null | sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/ by \1 (process \2)/p' | head -n 1
}

# start NAME "PORT..." BINARY FLAGS...: does nothing if it runs with these flags; restarts it if it runs with others.
start() {
  local name="$1" ports="$2" port
  shift 2
  local fingerprint pid
  fingerprint="$(fingerprint_of "$@")"
  pid="$(pid_of "$name")"
  if [[ -n "$pid" ]]; then
    [[ "$(awk '{print $3}' "$state/run/$name")" == "$fingerprint" ]] && return 0
    say "    $name has a new binary or new flags: restarting it"
    stop "$name"
  fi
  for port in $ports; do
    ! port_open "$port" || die "port $port is taken$(port_holder "$port"); $name needs it" \
      "stop what uses it, or move the whole cluster with --port-offset N"
  done
  rotate "$state/logs/$name.log"
  # Descriptor 9 is the lock of scripts/up, which must not outlive it.
  setsid "$@" >>"$state/logs/$name.log" 2>&1 </dev/null 9>&- &
  pid=$!
  printf '%s %s %s\n' "$pid" "$(start_time_of "$pid")" "$fingerprint" >"$state/run/$name"
  disown "$pid" 2>/dev/null || true
}

rotate() {
  local size
  size="$(stat -c %s "$1" 2>/dev/null || echo 0)"
  ((size < 50000000)) || mv -f "$1" "$1.1"
}

# The end of a daemon's log and why that matters; never returns.
give_up() {
  say "the last lines of $state/logs/$1.log:" >&2
  tail -n 15 "$state/logs/$1.log" >&2 || true
  if tail -n 50 "$state/logs/$1.log" 2>/dev/null | grep -qiE 'no space left'; then
    die "$1 $2: the disk is full" "free some space and run scripts/up again"
  fi
  die "$1 $2" "the log above says why; after mending it, run scripts/up again"
}

# wait_for NAME SECONDS COMMAND...: until the command succeeds; fails early if the daemon has died.
wait_for() {
  local name="$1" deadline=$((SECONDS + $2))
  shift 2
  until "$@" >/dev/null 2>&1; do
    [[ -n "$(pid_of "$name")" ]] || give_up "$name" "stopped right after its start"
    ((SECONDS < deadline)) || give_up "$name" "did not become ready in time"
    sleep 0.1
  done
}

# stop NAME...: asks all politely, waits up to 20 seconds for all, then ends them hard.
stop() {
  local name pid deadline=$((SECONDS + 20))
  for name in "$@"; do
    pid="$(pid_of "$name")"
    [[ -z "$pid" ]] || kill -TERM "$pid" 2>/dev/null || true
  done
  for name in "$@"; do
    while pid="$(pid_of "$name")" && [[ -n "$pid" ]]; do
      if ((SECONDS >= deadline)); then
        warn "$name does not stop; ending it with SIGKILL"
        kill -KILL "$pid" 2>/dev/null || true
        deadline=$((SECONDS + 5))
      fi
      sleep 0.1
    done
    rm -f "$state/run/$name"
  done
}

# end_pods NODE: pods outlive their node-agent; this ends what it left running. Uses: bin, state.
end_pods() {
  local left="$state/data/$1/runtime"
  [[ -d "$left/containers" && -x "$bin/process-shim" ]] || return 0
  "$bin/process-shim" end "$left" || warn "pods of $1 still run"
}
