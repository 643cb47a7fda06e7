#!/usr/bin/env bash
# Drives scripts/up and scripts/down through a cluster's life with stand-ins for the daemons.
# usage: up_down_test.sh PATH_OF_COXCTL
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
scripts="$here/../../scripts"
work="$(mktemp -d)"
state="$work/state"
trap '"$scripts/down" --dir "$state" >/dev/null 2>&1 || true; kill "${intruder:-}" 2>/dev/null || true; rm -rf "$work"' EXIT

mkdir "$work/bin"
ln -s "$1" "$work/bin/coxctl"
for daemon in raft-store apiserver scheduler controllers node-agent process-shim; do
  cp "$here/stand_in.py" "$work/bin/$daemon"
done

# Ports above the usual ones and below the ephemeral range, moved by the process id so that two runs seldom meet.
offset=$((12000 + $$ % 600 * 10))
up() { "$scripts/up" --bin "$work/bin" --dir "$state" "$@" 2>&1; }
pid() { awk '{print $1}' "$state/run/$1"; }
fail() { printf 'FAILED: %s\n' "$1" >&2; exit 1; }
# expect TEXT COMMAND...: the command fails and says so.
expect() {
  local text="$1" output
  shift
  if output="$("$@")"; then fail "$* should have failed"; fi
  [[ "$output" == *"$text"* ]] || fail "$* said: $output"
}

up --port-offset "$offset" --stores 3 --apiservers 2 --nodes 2 >"$work/first" || { cat "$work/first"; fail "first start"; }
grep -q "The cluster is up" "$work/first" || fail "no closing words"
for name in store-1 store-3 apiserver-2 scheduler controllers node-2; do
  kill -0 "$(pid "$name")" || fail "$name does not run"
done
[[ "$(stat -c %a "$state/pki/ca.key")" == 600 ]] || fail "ca.key can be read by others"

before="$(cat "$state"/run/*)"
up >/dev/null || fail "second start"
[[ "$(cat "$state"/run/*)" == "$before" ]] || fail "a second start is not idle"

kill -KILL "$(pid scheduler)"
up --nodes 1 >/dev/null || fail "start after a kill"
kill -0 "$(pid scheduler)" || fail "the scheduler was not started again"
[[ ! -e "$state/run/node-2" ]] || fail "node-2 is still there"

touch "$work/bin/controllers"
old="$(pid controllers)"
up >/dev/null || fail "start with a new binary"
[[ "$(pid controllers)" != "$old" ]] || fail "a new binary was not started"

expect "--stores cannot change that" up --stores 1
expect "unknown argument" up --nonsense
expect "must be a number" up --nodes many
expect "must be process or hollow" up --runtime other

"$scripts/down" --dir "$state" >/dev/null || fail "down"
[[ -z "$(ls "$state/run")" ]] || fail "something still runs"

python3 -m http.server "$((6443 + offset))" --bind 127.0.0.1 >/dev/null 2>&1 &
intruder=$!
until (exec 3<>"/dev/tcp/127.0.0.1/$((6443 + offset))") 2>/dev/null; do sleep 0.1; done
expect "port $((6443 + offset)) is taken" up
kill "$intruder"
wait "$intruder" 2>/dev/null || true
FAIL=node-agent expect "node-1 stopped right after its start" up

"$scripts/down" --dir "$state" --wipe >/dev/null || fail "wipe"
[[ ! -e "$state" ]] || fail "the state is still there"
"$scripts/down" --dir "$state" | grep -q "there is no cluster" || fail "down without a cluster"
echo "ok"
