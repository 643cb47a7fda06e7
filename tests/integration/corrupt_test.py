"""A member whose data differs from its peers', found and replaced: python3 corrupt_test.py BIN_DIR [unittest arguments].

It comes about as it would by mistake: three members restored, one of them from another snapshot. Revision and keys are the
same there, a value is not."""
import json
import os
import shutil
import subprocess
import sys
import unittest

import store_cluster
from store_cluster import Refused, StoreCluster, eventually

store_cluster.CLIENT_PORT, store_cluster.PEER_PORT = 26679, 26680
BIN = None
RIGHT, WRONG = "right", "wrong"


class Corrupt(unittest.TestCase):
    checks = ["--experimental-corrupt-check-time=1s"]

    def setUp(self):
        self.cluster = StoreCluster(BIN, 3)
        self.failed = True
        self.addCleanup(lambda: self.cluster.remove(self.failed))
        right, wrong = self.snapshot_with(RIGHT), self.snapshot_with(WRONG)
        names = ",".join(f"{m.name}={m.peer_url()}" for m in self.cluster.members)
        for member in self.cluster.members:
            self.coxctl("snapshot", "restore", wrong if member.index == 3 else right, "--name", member.name,
                        "--data-dir", member.data_dir(), "--initial-cluster", names,
                        "--initial-advertise-peer-urls", member.peer_url())
            member.more_flags = list(self.checks)

    def passed(self):
        self.failed = False

    def run_coxctl(self, *words):
        env = {**os.environ, "COXCTL_PKI": str(self.cluster.pki),
               "ETCDCTL_ENDPOINTS": ",".join(f"127.0.0.1:{m.port}" for m in self.cluster.members)}
        return subprocess.run([self.cluster.bin / "coxctl", "store", *map(str, words)], env=env, capture_output=True,
                              text=True, timeout=60)

    def succeeds(self, *words):
        return self.run_coxctl(*words).returncode == 0

    def coxctl(self, *words, code=0):
        """What `coxctl store WORDS` prints, to stdout and stderr."""
        done = self.run_coxctl(*words)
        self.assertEqual(done.returncode, code, f"{words}\n{done.stdout}\n{done.stderr}")
        return done.stdout + done.stderr

    def snapshot_with(self, value):
        """Of a store where all is the same but one value."""
        member = self.cluster.members[0]
        member.peers = [member]
        member.start()
        member.wait_ready()
        for i in range(20):
            member.client.put(f"key{i:02}", value if i == 7 else str(i))
        file = self.cluster.dir / f"{value}.snapshot"
        self.coxctl("snapshot", "save", file, "--endpoints", f"127.0.0.1:{member.port}")
        member.end()
        member.peers = self.cluster.members
        shutil.rmtree(member.data_dir())
        return file

    def replace(self, member):
        """As services/raft-store/README.md has it: stop, remove, delete, add again, start."""
        identity = self.hex_id(member)
        if member.process:
            member.end()
        # In the first moments the cluster may still be busy with itself.
        eventually("it is removed", lambda: self.succeeds("member", "remove", identity), every=0.2)
        shutil.rmtree(member.data_dir())
        eventually("it is added", lambda: self.succeeds("member", "add", member.name, f"--peer-urls={member.peer_url()}"),
                   every=0.2)
        member.state = "existing"
        member.start()
        member.wait_ready()

    def hex_id(self, member):
        members = self.cluster.members[0].client.call("cluster/member/list")["members"]
        return f"{int(next(m['ID'] for m in members if m['name'] == member.name)):x}"

    def values(self):
        return {m.name: m.client.get("key07", serializable=True) for m in self.cluster.members}


class FoundWhileItRuns(Corrupt):
    def test_is_told_refused_and_replaced(self):
        corrupt = self.cluster.members[2]
        for member in self.cluster.members:
            member.start()
        self.cluster.leader()
        identity = corrupt.id()
        eventually("the alarm names the one member", lambda: self.alarms() == [identity])
        self.assertEqual(self.values(), {"store-1": RIGHT, "store-2": RIGHT, "store-3": WRONG})
        self.refuses_writes_and_serves_reads()
        self.coxctl_shows(identity)
        self.replace(corrupt)
        eventually("it has the others' data", lambda: set(self.values().values()) == {RIGHT})
        self.coxctl("put", "a", "1", code=1)
        self.assertIn(f"memberID:{identity} alarm:CORRUPT", self.coxctl("alarm", "disarm"))
        self.assertIn("OK", self.coxctl("put", "a", "1"))
        for member in self.cluster.members:
            eventually(f"{member.name} is ready", lambda m=member: m.client.request("GET", "/readyz"))
        revision = json.loads(self.coxctl("get", "a", "-w", "json"))["header"]["revision"]
        hashes = json.loads(self.coxctl("endpoint", "hashkv", "--cluster", f"--rev={revision}", "-w", "json"))
        self.assertEqual(len({h["HashKV"]["hash"] for h in hashes}), 1)
        self.assertEqual(self.alarms(), [])
        self.passed()

    def alarms(self):
        answer = self.cluster.members[0].client.call("maintenance/alarm")
        return [a["memberID"] for a in answer.get("alarms", []) if a["alarm"] == "CORRUPT"]

    def refuses_writes_and_serves_reads(self):
        for member in self.cluster.members:
            client = member.client
            for path, fields in (("kv/put", {"key": "YQ=="}), ("kv/deleterange", {"key": "YQ=="}),
                                 ("kv/txn", {"success": [{"request_put": {"key": "YQ=="}}]}),
                                 ("kv/compaction", {"revision": "3"}), ("lease/grant", {"TTL": "60"})):
                with self.assertRaises(Refused) as refused:
                    client.call(path, **fields)
                self.assertIn("etcdserver: corrupt cluster", str(refused.exception), path)
            self.assertEqual(client.get("key03"), "3")
            with self.assertRaises(Refused) as unready:
                client.request("GET", "/readyz")
            self.assertIn("[-]data_corruption", str(unready.exception))
            client.request("GET", "/livez")

    def coxctl_shows(self, identity):
        self.assertIn(f"memberID:{identity} alarm:CORRUPT", self.coxctl("alarm", "list"))
        self.assertIn("CORRUPT", self.coxctl("status"))
        self.assertIn("CORRUPT", self.coxctl("endpoint", "health", code=1))
        self.assertIn("corrupt cluster", self.coxctl("put", "a", "1", code=1))


class FoundAtCompaction(Corrupt):
    checks = ["--experimental-compact-hash-check-enabled", "--experimental-compact-hash-check-time=1s"]

    def test_the_alarm_is_raised(self):
        for member in self.cluster.members:
            member.start()
        self.cluster.leader().client.call("kv/compaction", revision="15")
        corrupt = self.cluster.members[2].id()
        client = self.cluster.members[0].client
        eventually("the alarm", lambda: [a["memberID"] for a in client.call("maintenance/alarm").get("alarms", [])] ==
                   [corrupt])
        self.passed()


class FoundAtStart(Corrupt):
    checks = ["--experimental-initial-corrupt-check"]

    def test_it_does_not_start(self):
        corrupt = self.cluster.members[2]
        for member in self.cluster.members[:2]:
            member.start()
        self.cluster.leader()
        corrupt.start()
        self.assertNotEqual(corrupt.wait_end(), 0)
        self.assertIn("differs from its peers' at revision", corrupt.last_line())
        self.assertIn("remove the member, delete its data directory and add it again", corrupt.last_line())
        self.replace(corrupt)
        eventually("it has the others' data", lambda: set(self.values().values()) == {RIGHT})
        self.passed()


if __name__ == "__main__":
    BIN = sys.argv.pop(1)
    unittest.main(verbosity=2)
