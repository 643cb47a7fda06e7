"""What watchers of a store saw, and whether it is what etcd promises of a watch. Source: etcd's documentation, "KV API
guarantees", Watch APIs.

A revision is all that one write changed. Every write of the test is below one prefix, so that the history has no gaps:
a revision that nobody saw was lost."""
import threading


class Broken(AssertionError):
    """A guarantee does not hold."""


def alike(one, other):
    """Equal, but for a previous value that a compaction took before one of them was told."""
    def bare(events):
        return {key: {**event, "prev": ""} for key, event in events.items()}
    return bare(one) == bare(other) and \
        all(e["prev"] == other[key]["prev"] or not (e["prev"] and other[key]["prev"]) for key, e in one.items())


class History:
    """Revision by revision, what changed; put together from all watchers, who must agree. Thread-safe."""

    def __init__(self, base):
        self.base = base           # The revision before the first write.
        self.revisions = {}        # revision -> {key: event}
        self.gapless = base        # All up to this one are known.
        self.lock = threading.Lock()

    def add(self, who, revision, events):
        """A whole revision, as a watcher of the whole prefix saw it."""
        with self.lock:
            known = self.revisions.setdefault(revision, events)
            while self.gapless + 1 in self.revisions:
                self.gapless += 1
        if not alike(known, events):
            raise Broken(f"{who} saw revision {revision} as {events}, another as {known}")

    def last(self):
        with self.lock:
            return max(self.revisions, default=self.base)

    def check(self, final):
        """That it is gapless and each event fits the one before; that it ends in `final`: {key: (mod, version, value)}."""
        state = {}
        for revision in range(self.base + 1, self.last() + 1):
            if revision not in self.revisions:
                raise Broken(f"nobody saw revision {revision} of {self.last()}")
            for event in self.revisions[revision].values():
                apply(state, revision, event)
        seen = {key: (kv["mod_revision"], kv["version"], kv["value"]) for key, kv in state.items()}
        if seen != final:
            raise Broken(f"the events lead to {seen}, the store holds {final}")

    def between(self, first, last, wanted):
        """The events with revision in [first, last] for which `wanted(event)`: {(revision, key): event}."""
        with self.lock:
            return {(revision, key): event for revision, events in self.revisions.items() if first <= revision <= last
                    for key, event in events.items() if wanted(event)}


def apply(state, revision, event):
    key, before = event["key"], state.get(event["key"])
    if (event["prev"] or None) != (before["value"] if before else None):
        raise Broken(f"revision {revision}: {key} was {before}, the event says {event['prev']}")
    if event["type"] == "DELETE":
        if not before:
            raise Broken(f"revision {revision} deletes {key}, which was not there")
        del state[key]
        return
    wanted = (before["create_revision"], before["version"] + 1) if before else (revision, 1)
    if (event["create_revision"], event["version"]) != wanted:
        raise Broken(f"revision {revision}: {event} does not follow {before}")
    state[key] = {"mod_revision": revision, "create_revision": event["create_revision"], "version": event["version"],
                  "value": event["value"]}


class Seen:
    """What one watcher saw, over all its connections: windows without a gap, each with what was in it."""

    def __init__(self, name, wanted, base):
        self.name, self.wanted = name, wanted
        self.first, self.upto = base + 1, base  # The window goes on: everything in [first, upto] was seen.
        self.events, self.windows = {}, []
        self.reached = base  # The revision of the last event or mark.
        self.here = 0  # The same, on this connection.

    def connected(self):
        """Goes on after `upto`, which any member may have told."""
        self.here = self.upto

    def batch(self, events):
        """The events of one message."""
        for event in events:
            revision, key = event["revision"], event["key"]
            if not self.wanted(event):
                raise Broken(f"{self.name}: did not ask for {event}")
            if revision < self.reached or revision <= self.upto:
                raise Broken(f"{self.name}: revision {revision} after {self.reached}, and {self.upto} was told whole")
            if (revision, key) in self.events:
                raise Broken(f"{self.name}: twice {event}")
            self.reached = self.here = revision
            self.events[(revision, key)] = event
        # Atomic: all of a revision is in one message, so what comes next is above it.
        if events:
            self.upto = self.reached

    def mark(self, revision):
        """Everything up to `revision` was told. Not below what was known when this connection began, though its member
        may lag."""
        if revision < self.here:
            raise Broken(f"{self.name}: a mark at {revision}, and {self.here} was told")
        self.here = revision
        self.upto = self.reached = max(self.upto, revision)

    def lost_to_compaction(self, listed):
        """What is between the window and `listed`, a revision that was listed, is gone."""
        self.windows.append((self.first, self.upto, self.events))
        self.first, self.upto, self.reached, self.events = listed + 1, listed, listed, {}

    def check(self, history):
        for first, upto, events in [*self.windows, (self.first, self.upto, self.events)]:
            expected = history.between(first, upto, self.wanted)
            if not alike(expected, events):
                missing = sorted(set(expected) - set(events))[:5]
                extra = sorted(set(events) - set(expected))[:5]
                other = [k for k in expected if k in events and expected[k] != events[k]][:5]
                raise Broken(f"{self.name} in [{first}, {upto}]: lost {missing}, too many {extra}, different {other}")
