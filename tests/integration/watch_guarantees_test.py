"""What a watch promises, while members die: python3 watch_guarantees_test.py BIN_DIR [--seconds N] [--seed N].

Writers change a small set of keys through any member of three; members are killed, stopped and restarted one at a time;
the history is compacted. Watchers of every kind (all, a range, one key, without deletes, slow ones) lose their
connections and go on at another member from the last revision they know. In the end all that was seen is compared."""
import argparse
import http.client
import json
import random
import signal
import socket
import sys
import threading
import time

import store_cluster
from store_cluster import Client, Refused, StoreCluster, b64, unb64
from watch_history import Broken, History, Seen

store_cluster.CLIENT_PORT, store_cluster.PEER_PORT = 26579, 26580
KEYS = [f"w/{i:02}" for i in range(24)]
TROUBLE = (OSError, http.client.HTTPException, Refused, ValueError)


class Worker(threading.Thread):
    """Runs `turn` until it is stopped; keeps the first thing that must not happen."""

    def __init__(self, test, seed):
        super().__init__(daemon=True)
        self.test, self.random, self.failure, self.over = test, random.Random(seed), None, threading.Event()

    def run(self):
        try:
            while not self.over.is_set() and not self.test.failed.is_set():
                self.turn()
        except Exception as failure:  # Whatever it is, the test must hear of it.
            self.failure = failure
            self.test.failed.set()


class Writer(Worker):
    def __init__(self, test, number):
        super().__init__(test, test.seed * 1000 + number)
        self.number, self.count, self.acknowledged = number, 0, {}
        self.clients = [Client(m.port, test.cluster.context, timeout=3) for m in test.cluster.members]

    def turn(self):
        keys = self.random.sample(KEYS, self.random.choice((1, 1, 1, 2, 4)))
        operations = []
        for key in keys:
            self.count += 1
            if self.random.random() < 0.25:
                operations.append({"request_delete_range": {"key": b64(key)}})
            else:
                operations.append({"request_put": {"key": b64(key), "value": b64(f"{self.number}.{self.count}")}})
        try:
            answer = self.random.choice(self.clients).call("kv/txn", success=operations)
            done = [(k, o) for k, o, r in zip(keys, operations, answer["responses"])
                    if "response_put" in r or r["response_delete_range"].get("deleted")]
            if done:
                self.acknowledged[int(answer["header"]["revision"])] = {k: o for k, o in done}
        except TROUBLE:
            time.sleep(0.02)  # It may have happened or not: only what is acknowledged is known.
        time.sleep(self.random.choice((0, 0.002, 0.01)))

    def check(self, history):
        """Reliable: what was acknowledged is seen, at its revision."""
        for revision, done in self.acknowledged.items():
            seen = history.revisions.get(revision)
            values = {k: unb64(o["request_put"]["value"]) if "request_put" in o else None for k, o in done.items()}
            if seen is None or {k: e["value"] for k, e in seen.items()} != values:
                raise Broken(f"acknowledged at {revision}: {values}; seen: {seen}")


class Stream:
    """A watch over one connection, both ways at once."""

    def __init__(self, client, create, receive_bytes=None):
        self.connection = client.connect()
        self.connection.connect()
        if receive_bytes:
            self.connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self.connection.putrequest("POST", "/v3/watch")
        self.connection.putheader("Transfer-Encoding", "chunked")
        self.connection.endheaders()
        self.send({"create_request": create})
        self.answer = self.connection.getresponse()
        if self.answer.status != 200:
            raise Refused(self.answer.status, self.answer.read().decode())

    def send(self, message):
        text = json.dumps(message).encode()
        self.connection.sock.sendall(b"%x\r\n%s\r\n" % (len(text), text))

    def next(self):
        """The next answer's result. Raises OSError when there is none."""
        line = self.answer.readline()
        if not line.endswith(b"\n"):
            raise OSError("the stream ended")
        message = json.loads(line)
        if "result" not in message:
            raise OSError(f"the stream ended: {message}")
        return message["result"]

    def close(self):
        self.connection.close()


class Watcher(Worker):
    def __init__(self, test, number, key, range_end, filters=(), slow=False):
        super().__init__(test, test.seed * 1000 + 500 + number)
        self.fields = {"key": b64(key), "prev_kv": True, "progress_notify": True, "filters": list(filters)}
        if range_end:
            self.fields["range_end"] = b64(range_end)
        self.whole, self.slow = (key, range_end, filters) == ("w/", "w0", ()), slow

        def wanted(event):
            kind = "NODELETE" if event["type"] == "DELETE" else "NOPUT"
            return kind not in filters and (key <= event["key"] < range_end if range_end else event["key"] == key)
        self.seen = Seen(f"watcher {number} of {key}..{range_end} {list(filters)}{' (slow)' if slow else ''}", wanted, test.base)
        self.clients = [Client(m.port, test.cluster.context, timeout=2) for m in test.cluster.members]
        self.at = number % len(self.clients)
        self.resumed = self.compacted = self.marks = 0

    def turn(self):
        """One connection; the next one is to another member."""
        self.at = (self.at + self.random.choice((1, 2))) % len(self.clients)
        try:
            stream = Stream(self.clients[self.at], {**self.fields, "start_revision": str(self.seen.upto + 1)},
                            receive_bytes=4096 if self.slow else None)
        except TROUBLE:
            return time.sleep(0.05)
        try:
            self.resumed += 1
            self.follow(stream, time.monotonic() + self.random.uniform(0.1, 2.5))
        except TROUBLE:
            pass
        finally:
            stream.close()

    def follow(self, stream, until):
        self.seen.connected()
        while time.monotonic() < until and not self.over.is_set():
            result = stream.next()
            if result.get("compact_revision"):
                return self.list_again(int(result["compact_revision"]))
            if result.get("canceled"):
                raise Broken(f"{self.seen.name}: cancelled: {result}")
            if result.get("events"):
                self.take([event_of(e) for e in result["events"]])
            elif not result.get("created"):
                self.marks += 1
                self.seen.mark(int(result["header"]["revision"]))
            if self.random.random() < 0.05:
                stream.send({"progress_request": {}})
            if self.slow:
                time.sleep(self.random.choice((0, 0.02, 0.1)))
            elif self.random.random() < 0.01:
                time.sleep(0.5)

    def take(self, events):
        self.seen.batch(events)
        if not self.whole:
            return
        for revision in sorted({e["revision"] for e in events}):
            self.test.history.add(self.seen.name, revision, {e["key"]: e for e in events if e["revision"] == revision})

    def list_again(self, compacted):
        if self.seen.upto + 1 >= compacted:
            raise Broken(f"{self.seen.name}: {self.seen.upto + 1} is not below the compaction at {compacted}")
        answer = self.clients[self.at].call("kv/range", key=b64("w/"), range_end=b64("w0"))
        self.compacted += 1
        self.test.listings.append((int(answer["header"]["revision"]), state_of(answer)))
        self.seen.lost_to_compaction(int(answer["header"]["revision"]))


def event_of(event):
    kv = event["kv"]
    return {"revision": int(kv["mod_revision"]), "key": unb64(kv["key"]), "type": event.get("type", "PUT"),
            "value": unb64(kv["value"]) if "value" in kv else None, "version": int(kv.get("version", 0)),
            "create_revision": int(kv.get("create_revision", 0)), "prev": unb64(event.get("prev_kv", {}).get("value", ""))}


def state_of(answer):
    return {unb64(kv["key"]): (int(kv["mod_revision"]), int(kv["version"]), unb64(kv["value"])) for kv in answer.get("kvs", [])}


class Faults(Worker):
    def __init__(self, test):
        super().__init__(test, test.seed)
        self.killed = self.stopped = self.compactions = 0
        self.client_of = {m.name: Client(m.port, test.cluster.context, timeout=3) for m in test.cluster.members}

    def turn(self):
        member = self.random.choice(self.test.cluster.members)
        kind = self.random.choice(("kill", "kill", "end", "stop", "compact", "compact", "compact"))
        if kind == "compact":
            self.compact(self.client_of[member.name])
        elif kind == "stop":
            self.stopped += 1
            member.process.send_signal(signal.SIGSTOP)
            self.pause(0.2, 1.5)
            member.process.send_signal(signal.SIGCONT)
        else:
            self.killed += 1
            member.end(signal.SIGKILL if kind == "kill" else signal.SIGTERM)
            self.pause(0.1, 1)
            member.start()
            member.wait_ready()
        self.pause(0.1, 0.8)

    def pause(self, least, most):
        self.over.wait(self.random.uniform(least, most))

    def compact(self, client):
        try:
            now = int(client.call("kv/range", key=b64("w/"))["header"]["revision"])
            # Not past what one watcher of everything has told, or nobody could know what was there.
            revision = min(now - self.random.choice((0, 1, 20, 200)), self.test.history.gapless)
            client.call("kv/compaction", revision=str(revision))
            self.compactions += 1
        except TROUBLE:
            pass


class GuaranteesTest:
    def __init__(self, bin_dir, seed):
        self.seed, self.failed = seed, threading.Event()
        self.listings = []
        self.cluster = StoreCluster(bin_dir, 3)
        for member in self.cluster.members:
            member.flags = lambda flags=member.flags: [*flags(), "--watch-progress-notify-interval=200ms"]

    def run(self, seconds):
        self.cluster.start()
        self.cluster.leader()
        self.base = int(self.cluster.members[0].client.call("kv/range", key=b64("w/"))["header"]["revision"])
        self.history = History(self.base)
        writers = [Writer(self, i) for i in range(3)]
        kinds = [("w/", "w0")] * 3 + [("w/05", "w/15"), ("w/03", None), ("w/", "w0", ("NODELETE",)), ("w/", "w0", ("NOPUT",))]
        watchers = [Watcher(self, i, *kind) for i, kind in enumerate(kinds)]
        watchers += [Watcher(self, 10, "w/", "w0", slow=True), Watcher(self, 11, "w/", "w/12", slow=True)]
        faults = Faults(self)
        workers = [*watchers, *writers, faults]
        for worker in workers:
            worker.start()
        self.failed.wait(seconds)
        self.finish(writers, watchers, faults)
        self.report(writers, watchers, faults)

    def finish(self, writers, watchers, faults):
        """Stops the writers first, so that all watchers can come to the end."""
        self.end([*writers, faults])
        self.cluster.leader()
        client = self.cluster.members[0].client
        final = client.call("kv/range", key=b64("w/"), range_end=b64("w0"))
        end = int(final["header"]["revision"])
        deadline = time.monotonic() + 30
        while any(w.seen.upto < end for w in watchers) and not self.failed.is_set():
            if time.monotonic() > deadline:
                raise Broken(f"after 30 s without writes: {[(w.seen.name, w.seen.upto) for w in watchers if w.seen.upto < end]}, "
                             f"the store is at {end}")
            time.sleep(0.05)
        self.end(watchers)
        self.history.check(state_of(final))
        for watcher in watchers:
            watcher.seen.check(self.history)
        for writer in writers:
            writer.check(self.history)

    @staticmethod
    def end(workers):
        for worker in workers:
            worker.over.set()
        for worker in workers:
            worker.join(timeout=60)
            if worker.failure:
                raise worker.failure

    def report(self, writers, watchers, faults):
        print(f"{self.history.last() - self.base} revisions, {sum(len(w.acknowledged) for w in writers)} acknowledged writes; "
              f"{faults.killed} members ended, {faults.stopped} stopped, {faults.compactions} compactions; "
              f"{sum(w.resumed for w in watchers)} connections of {len(watchers)} watchers, "
              f"{sum(w.compacted for w in watchers)} listed again after a compaction, {sum(w.marks for w in watchers)} marks, "
              f"{sum(len(e) for w in watchers for _, _, e in [*w.seen.windows, (0, 0, w.seen.events)])} events")
        if not (faults.killed and faults.compactions and sum(w.marks for w in watchers)):
            raise Broken("too little happened to show anything")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin_dir")
    parser.add_argument("--seconds", type=float, default=12)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    test, failed = GuaranteesTest(arguments.bin_dir, arguments.seed), True
    try:
        test.run(arguments.seconds)
        failed = False
    except Broken as broken:
        print(f"BROKEN with --seed {arguments.seed}: {broken}", file=sys.stderr)
    finally:
        test.failed.set()
        test.cluster.remove(failed)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
