"""A load on the store's members: a few clients, each over one kept-alive connection, that remember every call and what
became of it; and a watcher that follows all changes. history.py judges what they saw."""
import dataclasses
import http.client
import itertools
import json
import random
import threading
import time
import typing

from store_cluster import Client, Refused, b64, unb64

SHARED = "shared/"  # Few keys, which all clients write: their histories are judged for linearizability.
OWN = "own/"        # Written once each and never again: none of the acknowledged may be missing.
SHARED_KEYS = 8
PAUSE = 0.004       # Between two calls of a client: the faults are tested here, not the speed.


@dataclasses.dataclass
class Call:
    """One call. `end` None: no answer; it may have happened. `refused`: it surely did not."""
    client: int
    kind: str                    # put, delete, swap, read
    key: str
    value: typing.Optional[str]  # To be written.
    begin: float
    expected: typing.Optional[str] = None
    end: typing.Optional[float] = None
    before: typing.Optional[str] = None  # What it met.
    revision: int = 0            # Of the answer's header.
    changed: bool = False
    refused: bool = False
    error: str = ""


class LoadClient(threading.Thread):
    def __init__(self, load, number):
        super().__init__(daemon=True)
        self.load, self.number, self.random = load, number, random.Random(f"{load.seed} {number}")
        self.calls, self.clients, self.at = [], {}, number
        self.counter, self.known = itertools.count(), {}

    def run(self):
        while not self.load.stopping.is_set():
            call = self.choose()
            self.calls.append(call)
            self.make(call)
            time.sleep(PAUSE)
        for client in self.clients.values():
            client.close()

    def choose(self):
        value = f"c{self.number}-{next(self.counter)}"
        dice = self.random.random()
        if dice < 0.4:
            return Call(self.number, "put", f"{OWN}{self.load.name}/{value}", value, 0.0)
        key = f"{SHARED}{self.random.randrange(SHARED_KEYS)}"
        kind = "put" if dice < 0.6 else "swap" if dice < 0.75 else "delete" if dice < 0.8 else "read"
        call = Call(self.number, kind, key, value if kind in ("put", "swap") else None, 0.0)
        if kind == "swap":
            call.expected = self.known.get(key)
            if call.expected is None:
                call.kind = "put"
        return call

    def member(self):
        members = self.load.cluster.members
        member = members[self.at % len(members)]
        if member.name not in self.clients:
            self.clients[member.name] = Client(member.port, self.load.context, timeout=self.load.timeout,
                                               host=member.host)
        return self.clients[member.name]

    def make(self, call):
        client = self.member()
        call.begin = time.monotonic()
        try:
            getattr(self, call.kind)(client, call)
            call.end = time.monotonic()
            if call.changed:
                self.load.written.append((call.end, self.number))
            return
        except Refused as refused:
            call.error = str(refused)
            call.refused = "no leader" in call.error  # What the store promises by these words.
        except ConnectionRefusedError as error:
            call.error, call.refused = repr(error), True
        except (OSError, http.client.HTTPException) as error:
            call.error = repr(error)
            client.close()
        if not call.refused:
            call.end = None
        self.at += 1
        time.sleep(0.01)

    def took(self, call, answer, before):
        call.before = unb64(before.get("value", "")) if before else None
        call.revision = int(answer["header"]["revision"])
        self.known[call.key] = call.before

    def put(self, client, call):
        answer = client.put(call.key, call.value, prev_kv=True)
        self.took(call, answer, answer.get("prev_kv"))
        call.changed = True
        self.known[call.key] = call.value

    def delete(self, client, call):
        answer = client.call("kv/deleterange", key=b64(call.key), prev_kv=True)
        self.took(call, answer, (answer.get("prev_kvs") or [None])[0])
        call.changed = int(answer.get("deleted", 0)) > 0
        self.known[call.key] = None

    def swap(self, client, call):
        read = [{"request_range": {"key": b64(call.key)}}]
        answer = client.call("kv/txn",
                             compare=[{"key": b64(call.key), "target": "VALUE", "value": b64(call.expected)}],
                             success=read + [{"request_put": {"key": b64(call.key), "value": b64(call.value)}}],
                             failure=read)
        self.took(call, answer, (answer["responses"][0]["response_range"].get("kvs") or [None])[0])
        call.changed = bool(answer.get("succeeded"))
        if call.changed:
            self.known[call.key] = call.value

    def read(self, client, call):
        answer = client.call("kv/range", key=b64(call.key))
        self.took(call, answer, (answer.get("kvs") or [None])[0])


class Watcher(threading.Thread):
    """Follows all that the load writes, over the loss of any member, from the last revision that it saw whole."""

    def __init__(self, load):
        super().__init__(daemon=True)
        self.load, self.events, self.resumed, self.error = load, [], 0, None
        self.next = load.first

    def run(self):
        turn = 0
        while not self.load.stopping.is_set():
            members = self.load.cluster.members
            member = members[turn % len(members)]
            turn += 1
            try:
                self.follow(Client(member.port, self.load.context, timeout=1.5, host=member.host))
            except (OSError, http.client.HTTPException, ValueError):
                pass  # The member is gone, or said nothing for long: the next one.
            except Refused:
                time.sleep(0.05)
            self.resumed += 1
        self.resumed -= 1

    def follow(self, client):
        stream = client.watch({"create_request": {"key": b64("a"), "range_end": b64("z"),
                                                  "start_revision": str(self.next)}})
        try:
            for message in stream:
                if "error" in message:
                    return
                result = message["result"]
                if result.get("canceled"):
                    self.error = self.error or f"a watch was cancelled: {result}"
                    return
                self.take(result.get("events", []))
                if self.load.stopping.is_set():
                    return
        finally:
            stream.close()

    def take(self, events):
        # A message holds whole revisions, since no fragments were asked for.
        for event in events:
            kv = event["kv"]
            deleted = event.get("type") == "DELETE"
            self.events.append((int(kv["mod_revision"]), unb64(kv["key"]),
                                None if deleted else unb64(kv.get("value", ""))))
        if events:
            self.next = self.events[-1][0] + 1


class Load:
    """Clients, each at home at another member, and a watcher; from `start` to `finish`."""

    def __init__(self, cluster, clients=6, timeout=1.5, name="load"):
        self.cluster, self.context, self.timeout, self.name = cluster, cluster.context, timeout, name
        self.seed, self.stopping = random.randrange(1 << 30), threading.Event()
        self.written = []  # (when, client) of every acknowledged write.
        self.first = int(cluster.leader().status()["header"]["revision"]) + 1
        self.clients = [LoadClient(self, i) for i in range(clients)]
        self.watcher = Watcher(self)

    def start(self):
        self.watcher.start()
        for client in self.clients:
            client.start()
        return self

    def calls(self):
        return [call for client in self.clients for call in client.calls]

    def gap(self, since, until=None):
        """The longest time in seconds, within these, in which nobody's write was acknowledged."""
        until = until or time.monotonic()
        times = sorted(t for t, _ in list(self.written) if since <= t <= until)
        return max(b - a for a, b in zip([since, *times], [*times, until]))

    def slowest(self, since, until=None):
        """The same for the client that fared worst."""
        until = until or time.monotonic()
        worst = 0.0
        for client in self.clients:
            times = sorted(t for t, n in list(self.written) if n == client.number and since <= t <= until)
            worst = max(worst, *(b - a for a, b in zip([since, *times], [*times, until])))
        return worst

    def wait_writes(self, number, timeout=15):
        """Until so many more writes were acknowledged."""
        target, deadline = len(self.written) + number, time.monotonic() + timeout
        while len(self.written) < target:
            if time.monotonic() > deadline:
                raise AssertionError(f"no {number} writes in {timeout} s; the last errors: {self.last_errors()}")
            time.sleep(0.01)

    def last_errors(self):
        return [next((c.error for c in reversed(list(client.calls)) if c.error), "") for client in self.clients]

    def finish(self):
        self.stopping.set()
        for client in self.clients:
            client.join(timeout=self.timeout + 20)
        self.watcher.join(timeout=20)
        return self
