"""raft-store as processes: python3 store_test.py BIN_DIR [unittest arguments]."""
import http.client
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import unittest

from store_cluster import CLIENT_PORT, Client, Refused, StoreCluster, b64, eventually, unb64

BIN = None


class StoreTest(unittest.TestCase):
    """A cluster of `size` for each test."""
    size = 1

    def setUp(self):
        self.cluster = StoreCluster(BIN, self.size)
        try:
            self.cluster.start()
        except BaseException:
            self.cluster.remove(failed=True)
            raise

    def tearDown(self):
        outcome = self._outcome
        failed = bool(outcome.errors and any(e for _, e in outcome.errors)) if hasattr(outcome, "errors") \
            else not outcome.success
        self.cluster.remove(failed)

    def refused(self, status, call, *args, **fields):
        with self.assertRaises(Refused) as caught:
            call(*args, **fields)
        self.assertEqual(caught.exception.status, status, caught.exception)
        return caught.exception.body


class Writer(threading.Thread):
    """Puts one key after the other, each at whichever member answers; remembers what was acknowledged."""

    def __init__(self, cluster, prefix):
        super().__init__(daemon=True)
        self.clients = [Client(m.port, cluster.context, timeout=3) for m in cluster.members]
        self.prefix, self.acknowledged, self.times, self.stopping = prefix, {}, [], False

    def run(self):
        turn = i = 0
        while not self.stopping:
            client = self.clients[turn % len(self.clients)]
            key, value = f"{self.prefix}{i:06}", str(i)
            i += 1
            try:
                client.put(key, value)
                self.acknowledged[key] = value
                self.times.append(time.monotonic())
            except (OSError, http.client.HTTPException, Refused):
                turn += 1
                time.sleep(0.01)

    def finish(self):
        self.stopping = True
        self.join(timeout=20)
        for client in self.clients:
            client.close()
        return self.acknowledged


class OneMember(StoreTest):
    def test_serves_keys_watches_and_leases(self):
        store = self.cluster.members[0].client
        self.assertEqual(store.put("a", "1")["header"]["revision"], "2")
        self.assertEqual(store.get("a"), "1")
        guarded = {"compare": [{"key": b64("a"), "target": "MOD", "mod_revision": "2"}],
                   "success": [{"request_put": {"key": b64("a"), "value": b64("2")}}],
                   "failure": [{"request_range": {"key": b64("a")}}]}
        self.assertTrue(store.call("kv/txn", **guarded)["succeeded"])
        again = store.call("kv/txn", **guarded)
        self.assertNotIn("succeeded", again)
        self.assertEqual(unb64(again["responses"][0]["response_range"]["kvs"][0]["value"]), "2")

        watch = store.watch({"create_request": {"key": b64("a"), "start_revision": "2"}})
        self.assertTrue(next(watch)["result"]["created"])
        values = []
        while len(values) < 2:
            values += [unb64(e["kv"]["value"]) for e in next(watch)["result"]["events"]]
        self.assertEqual(values, ["1", "2"])
        store.call("kv/deleterange", key=b64("a"))
        self.assertEqual(next(watch)["result"]["events"][0]["type"], "DELETE")
        watch.close()

        lease = store.call("lease/grant", TTL="2")["ID"]
        store.put("leased", "x", lease=lease)
        self.assertEqual(store.call("lease/keepalive", ID=lease)["result"]["TTL"], "2")
        left = store.call("lease/timetolive", ID=lease, keys=True)
        self.assertEqual([unb64(k) for k in left["keys"]], ["leased"])
        ended = store.watch({"create_request": {"key": b64("leased")}})
        next(ended)
        self.assertEqual(next(ended)["result"]["events"][0]["type"], "DELETE")
        ended.close()
        self.assertIsNone(store.get("leased"))
        self.assertEqual(store.call("lease/timetolive", ID=lease)["TTL"], "-1")

    def test_refuses_strangers_and_nonsense(self):
        store = self.cluster.members[0].client
        for context in (self.cluster.tls(), self.cluster.tls("admin")):
            with self.assertRaises((ssl.SSLError, OSError, http.client.HTTPException)):
                Client(CLIENT_PORT, context).get("a")
        plain = http.client.HTTPConnection("127.0.0.1", CLIENT_PORT, timeout=5)
        with self.assertRaises((OSError, http.client.HTTPException)):
            plain.request("GET", "/health")
            plain.getresponse()
        plain.close()
        self.assertEqual(self.refused(400, store.request, "POST", "/v3/kv/put", "{nonsense")["code"], 3)
        self.refused(404, store.call, "nonsense")
        self.refused(405, store.request, "GET", "/v3/kv/range")
        too_large = self.refused(400, store.put, "a", "x" * (2 << 20))
        self.assertEqual(too_large["message"], "etcdserver: request is too large")
        half = socket.create_connection(("127.0.0.1", CLIENT_PORT))
        half.send(b"\x16\x03")
        half.close()
        self.assertIsNone(store.get("a"))

    def test_loses_nothing_acknowledged(self):
        member = self.cluster.members[0]
        for _ in range(3):
            writer = Writer(self.cluster, "k")
            writer.start()
            time.sleep(0.4)
            member.end(signal.SIGKILL)
            acknowledged = writer.finish()
            self.assertGreater(len(acknowledged), 10)
            member.start()
            member.wait_ready()
            found = member.client.all("k")
            missing = {k for k, v in acknowledged.items() if found.get(k) != v}
            self.assertFalse(missing)
            member.client.call("kv/deleterange", key=b64("k"), range_end=b64("l"))

    def test_ends_in_order_on_sigterm(self):
        member = self.cluster.members[0]
        watch = member.client.watch({"create_request": {"key": b64("a")}})
        next(watch)
        member.client.put("b", "1")
        begun = time.monotonic()
        self.assertEqual(member.end(signal.SIGTERM), 0)
        self.assertLess(time.monotonic() - begun, 5)
        self.assertEqual(next(watch)["error"]["message"], "etcdserver: server stopped")
        self.assertEqual(list(watch), [])
        member.start()
        member.wait_ready()
        self.assertEqual(member.client.get("b"), "1")

    def test_a_second_process_is_refused(self):
        member = self.cluster.members[0]
        second = subprocess.run([self.cluster.bin / "raft-store", *member.flags()], capture_output=True, text=True,
                                timeout=20)
        self.assertEqual(second.returncode, 1)
        self.assertIn("cannot start", second.stderr)
        self.assertIn(str(self.cluster.dir / member.name), second.stderr)
        without = [f for f in member.flags() if not f.startswith("--cert-file")]
        wrong = subprocess.run([self.cluster.bin / "raft-store", *without], capture_output=True, text=True, timeout=20)
        self.assertEqual(wrong.returncode, 1)
        self.assertIn("--cert-file", wrong.stderr)


class ThreeMembers(StoreTest):
    size = 3

    def converge(self, acknowledged):
        """All members hold what was acknowledged, and hold the same."""
        for member in self.cluster.members:
            def held(client=member.client):
                found = client.all("k", serializable=True)
                return all(found.get(k) == v for k, v in acknowledged.items())
            eventually(f"{member.name} holds all", held, timeout=20, every=0.1)
        revision = self.cluster.members[0].client.call("kv/range", key=b64("k"))["header"]["revision"]
        hashes = set()
        for member in self.cluster.members:
            eventually(f"{member.name} is at {revision}", lambda m=member: int(
                m.status()["header"]["revision"]) >= int(revision))
            hashes.add(member.client.call("maintenance/hashkv", revision=revision)["hash"])
        self.assertEqual(len(hashes), 1)

    def test_a_lost_leader_is_survived(self):
        leader = self.cluster.leader()
        follower = next(m for m in self.cluster.members if m is not leader)
        leader.client.put("a", "1")
        self.assertEqual(follower.client.get("a"), "1")
        follower.client.put("a", "2")
        self.assertEqual(leader.client.get("a"), "2")
        lease = follower.client.call("lease/grant", TTL="60")["ID"]
        self.assertEqual(follower.client.call("lease/keepalive", ID=lease)["result"]["TTL"], "60")

        writer = Writer(self.cluster, "k")
        writer.start()
        time.sleep(0.5)
        killed = time.monotonic()
        leader.end(signal.SIGKILL)
        eventually("writes go on", lambda: writer.times and writer.times[-1] > killed + 0.1, timeout=15)
        back = next(t for t in writer.times if t > killed + 0.1) - killed
        next_leader = self.cluster.leader()
        self.assertIsNot(next_leader, leader)
        time.sleep(0.3)
        leader.start()
        leader.wait_ready()
        time.sleep(0.3)
        acknowledged = writer.finish()
        print(f"\n    writes were back {back:.2f} s after the leader was killed; {len(acknowledged)} acknowledged",
              file=sys.stderr)
        self.assertLess(back, 8)
        self.converge(acknowledged)
        self.assertEqual(next_leader.client.call("lease/timetolive", ID=lease)["grantedTTL"], "60")

    def test_without_a_majority_nothing_is_written_or_lost(self):
        leader = self.cluster.leader()
        leader.client.put("k", "before")
        others = [m for m in self.cluster.members if m is not leader]
        for member in others:
            member.end(signal.SIGKILL)
        eventually("it notices", lambda: leader.status().get("leader", "0") == "0", timeout=10)
        begun = time.monotonic()
        refused = self.refused(503, leader.client.put, "k", "lost")
        self.assertIn("etcdserver: ", refused["message"])
        self.assertLess(time.monotonic() - begun, 9)
        self.refused(503, leader.client.request, "GET", "/readyz")
        self.assertEqual(leader.client.get("k", serializable=True), "before")
        leader.client.request("GET", "/livez")
        for member in others:
            member.start()
        for member in others:
            member.wait_ready()
        self.assertEqual(self.cluster.leader().client.get("k"), "before")
        leader.client.put("k", "after")
        self.converge({"k": "after"})

    def test_leadership_is_handed_over(self):
        leader = self.cluster.leader()
        other = next(m for m in self.cluster.members if m is not leader)
        target = other.status()["header"]["member_id"]
        # Asked of a follower, which passes it on.
        third = next(m for m in self.cluster.members if m not in (leader, other))
        third.client.call("maintenance/transfer-leadership", targetID=target)
        self.assertIs(self.cluster.leader(), other)
        begun = time.monotonic()
        self.assertEqual(other.end(signal.SIGTERM), 0)
        third.client.put("k", "at once")
        self.assertLess(time.monotonic() - begun, 5)
        self.assertIn("leadership handed over", other.log_path().read_text())
        other.start()
        other.wait_ready()
        members = lambda: third.client.call("cluster/member/list")["members"]
        self.assertEqual(sorted(m["name"] for m in members()), ["store-1", "store-2", "store-3"])
        eventually("all have published their URLs", lambda: all(len(m.get("clientURLs", [])) == 1 for m in members()))

    def test_a_member_joins_and_another_leaves(self):
        leader = self.cluster.leader()
        follower = next(m for m in self.cluster.members if m is not leader)
        for i in range(50):
            leader.client.put(f"k{i:02}", str(i))
        fresh = self.cluster.newcomer()
        with self.assertRaises(AssertionError):  # Nobody added it.
            fresh.start()
            fresh.wait_ready(timeout=8)
        self.assertIn("add the member first", fresh.log_path().read_text())
        url = f"https://127.0.0.1:{fresh.peer_port}"
        added = follower.client.call("cluster/member/add", peerURLs=[url], isLearner=True)["member"]
        self.refused(400, follower.client.call, "cluster/member/promote", ID=added["ID"])
        fresh.start()
        fresh.wait_ready()
        self.assertEqual(fresh.client.get("k49"), "49")
        eventually("it is promoted", lambda: follower.client.call("cluster/member/promote", ID=added["ID"]))
        follower.client.call("cluster/member/remove", ID=leader.status()["header"]["member_id"])
        leader.end(signal.SIGKILL)
        self.cluster.members.remove(leader)
        # What is on its way to the former leader may be lost; a client tries again.
        eventually("writes go on", lambda: fresh.client.put("k50", "50"))
        self.assertEqual(len(fresh.client.call("cluster/member/list", linearizable=True)["members"]), 3)
        self.assertEqual(fresh.end(signal.SIGTERM), 0)
        fresh.start()
        fresh.wait_ready()
        self.converge({f"k{i:02}": str(i) for i in range(51)})


if __name__ == "__main__":
    BIN = sys.argv.pop(1)
    unittest.main(verbosity=2)
