"""Judges what a load saw: nothing acknowledged is lost, no revision is used twice or goes back in time, watches tell every
change once and in order, all members hold the same, and the values of each key are linearizable (the search of tests/sim)."""
import subprocess
import tempfile

from load import OWN, SHARED
from store_cluster import eventually


def check(load, binary):
    """Raises AssertionError with what is wrong. The load is finished, all members run."""
    calls = load.calls()
    members = load.cluster.running()
    state, revision = level(members)
    lost = [c for c in calls if c.key.startswith(OWN) and c.end and c.changed and
            state.get(c.key) != (c.value, c.revision)]
    assert not lost, f"{len(lost)} acknowledged writes are lost or changed, the first: {lost[0]}"
    done = [c for c in calls if c.refused and c.key.startswith(OWN) and c.key in state]
    assert not done, f"refused, and yet done: {done[0]}"
    check_revisions(calls)
    check_watch(load, calls, state, revision)
    check_linearizable(calls, binary)


def level(members):
    """What all members hold, and at which revision; they must hold the same."""
    revision = int(members[0].client.call("kv/range", key="AA==")["header"]["revision"])
    hashes = {}
    for member in members:
        eventually(f"{member.name} is at {revision}",
                   lambda m=member: int(m.status()["header"]["revision"]) >= revision, timeout=30)
        hashes[member.name] = member.client.call("maintenance/hashkv", revision=str(revision))["hash"]
    assert len(set(hashes.values())) == 1, f"the members differ: {hashes}"
    state = {}
    for prefix in (OWN, SHARED):
        for key, value, mod in members[-1].client.all_with_revisions(prefix, revision=str(revision)):
            state[key] = (value, mod)
    return state, revision


def check_revisions(calls):
    """Each acknowledged change has a revision of its own; what began after another had ended is not older."""
    users = {}
    for call in calls:
        if call.end and call.changed:
            other = users.setdefault(call.revision, call)
            assert other is call, f"revision {call.revision} was used twice: {other} and {call}"
    answered = [c for c in calls if c.end and not c.refused]
    ended = iter(sorted(answered, key=lambda c: c.end))
    newest, nearest = None, next(ended, None)
    for call in sorted(answered, key=lambda c: c.begin):
        while nearest and nearest.end < call.begin:
            if newest is None or nearest.revision > newest.revision:
                newest = nearest
            nearest = next(ended, None)
        if newest:
            assert call.revision >= newest.revision + (1 if call.changed else 0), \
                f"an answer from before its call: {call} after {newest}"


def check_watch(load, calls, state, revision):
    watcher = load.watcher
    assert not watcher.error, watcher.error
    revisions = [r for r, _, _ in watcher.events]
    assert all(a < b for a, b in zip(revisions, revisions[1:])), "events out of order, or twice"
    # It was ended with the load: of what came later it need not know.
    seen = {(r, k): v for r, k, v in watcher.events}
    upto = revisions[-1] if revisions else 0
    for call in calls:
        if call.end and call.changed and call.revision <= upto:
            event = seen.get((call.revision, call.key), "no event")
            wanted = None if call.kind == "delete" else call.value
            assert event == wanted, f"the watch told {event!r} of {call}"
    if upto == revision:
        told = {}
        for r, key, value in watcher.events:
            told[key] = (value, r)
        mine = {k: v for k, v in told.items() if v[0] is not None}
        wrong = {k for k in told if mine.get(k) != state.get(k)}
        assert not wrong, f"the watch tells another state of {sorted(wrong)[:3]}"


def check_linearizable(calls, binary):
    """In the form of tests/sim/check_history.cpp."""
    def text(value):
        return "-" if value is None else "=" + value

    with tempfile.NamedTemporaryFile("w", suffix=".history") as file:
        for number, call in enumerate(calls):
            if call.refused or not call.key.startswith(SHARED):
                continue
            answered = call.end is not None
            kind = {"put": "write", "delete": "write"}.get(call.kind, call.kind)
            begin, end = int(call.begin * 1e6), int(call.end * 1e6) if answered else "?"
            print(call.key, kind, begin, end, text(call.value), text(call.expected),
                  text(call.before) if answered else "?", f"client-{call.client}#{number}", file=file)
        file.flush()
        done = subprocess.run([binary, file.name], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
