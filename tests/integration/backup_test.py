"""Backups and what is restored from them: python3 backup_test.py BIN_DIR [unittest arguments]."""
import base64
import hashlib
import json
import pathlib
import signal
import subprocess
import sys
import threading
import time
import unittest

import store_cluster
from store_cluster import Client, Member, StoreCluster, b64, eventually

# Apart from the other tests', so that both can run at once.
store_cluster.CLIENT_PORT, store_cluster.PEER_PORT = 27779, 27780
BIN = None


class Writer(threading.Thread):
    """Changes a few keys over and over at one member; remembers the revision each change made."""

    def __init__(self, cluster, member):
        super().__init__(daemon=True)
        self.client = Client(member.port, cluster.context)
        self.acknowledged, self.stopping = 0, False

    def run(self):
        i = 0
        while not self.stopping:
            i += 1
            try:
                if i % 7 == 0:
                    answer = self.client.call("kv/deleterange", key=b64(f"k{i % 20:02}"))
                else:
                    answer = self.client.put(f"k{i % 20:02}", str(i))
                self.acknowledged = int(answer["header"]["revision"])
            except (OSError, store_cluster.http.client.HTTPException, store_cluster.Refused):
                self.client.close()
                time.sleep(0.02)

    def wait_revision(self, revision):
        eventually(f"revision {revision}", lambda: self.acknowledged >= revision, timeout=30)

    def finish(self):
        self.stopping = True
        self.join(timeout=20)
        self.client.close()
        return self.acknowledged


class Flagged(Member):
    """A member with further flags."""
    further = ()

    def flags(self):
        return [*super().flags(), *self.further]


class BackupTest(unittest.TestCase):
    """A member alone, with backups in `self.backups` if there are flags for it."""
    flags = None

    def setUp(self):
        self.cluster = StoreCluster(BIN, 3)
        self.member = Flagged(self.cluster, 1)
        self.cluster.members = self.member.peers = [self.member]
        self.backups = self.cluster.dir / "backups"
        try:
            self.prepare()
            if self.flags:
                self.member.further = [f"--backup-dir={self.backups}", *self.flags]
            self.cluster.start()
        except unittest.SkipTest:
            self.cluster.remove(failed=False)
            raise
        except BaseException:
            self.cluster.remove(failed=True)
            raise

    def prepare(self):
        """Before the member starts."""

    def tearDown(self):
        outcome = self._outcome
        failed = bool(outcome.errors and any(e for _, e in outcome.errors)) if hasattr(outcome, "errors") \
            else not outcome.success
        self.cluster.remove(failed)

    def coxctl(self, *words, code=0):
        """`coxctl store WORDS`; what it prints, on stdout or, if it fails, stderr."""
        pki = self.cluster.pki
        done = subprocess.run(
            [self.cluster.bin / "coxctl", "store", *map(str, words), f"--endpoints=https://127.0.0.1:{self.member.port}",
             f"--cacert={pki}/etcd/ca.crt", f"--cert={pki}/apiserver-etcd-client.crt",
             f"--key={pki}/apiserver-etcd-client.key"], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout if code == 0 else done.stdout + done.stderr

    def state(self, revision=0):
        return self.member.client.all("k", revision=str(revision))

    def restore(self, size, *words):
        """A new cluster of `size` in the old one's place, each member restored with `coxctl store WORDS`."""
        if self.member.process:
            self.member.end(signal.SIGTERM)
        members = [Flagged(self.cluster, i + 1) for i in range(size)]
        for member in members:
            member.peers = members
            member.name = f"new-{member.index}-of-{size}-{int(time.time() * 1000)}"
        cluster = ",".join(f"{m.name}=https://127.0.0.1:{m.peer_port}" for m in members)
        for member in members:
            self.link_certificates(member)
            self.coxctl(*words, "--name", member.name, "--data-dir", self.cluster.dir / member.name,
                        "--initial-cluster", cluster, "--initial-cluster-token", "restored",
                        "--initial-advertise-peer-urls", f"https://127.0.0.1:{member.peer_port}")
            member.further = ["--initial-cluster-token=restored"]
        self.cluster.members = members
        self.member = members[0]
        self.cluster.start()
        return members

    def link_certificates(self, member):
        """Those of the member that stood at its place."""
        for kind in ("", "-peer"):
            for end in ("crt", "key"):
                link = self.cluster.pki / "etcd" / f"{member.name}{kind}.{end}"
                if not link.exists():
                    link.symlink_to(f"store-{member.index}{kind}.{end}")


class Snapshots(BackupTest):
    def stream(self, content_type="application/json"):
        connection = self.member.client.connect()
        connection.request("POST", "/v3/maintenance/snapshot", b"" if "proto" in content_type else b"{}",
                           {"Content-Type": content_type})
        answer = connection.getresponse()
        self.assertEqual(answer.status, 200)
        return connection, answer

    def test_is_streamed_while_writing_and_restored_to_one_and_three(self):
        store = self.member.client
        lease = store.call("lease/grant", TTL="600")["ID"]
        store.put("leased", "x", lease=lease)
        for i in range(30):
            store.put(f"large{i:02}", "x" * 100_000)
        writer = Writer(self.cluster, self.member)
        writer.start()
        writer.wait_revision(100)
        connection, answer = self.stream()
        blobs, left = [], []
        for line in answer:
            piece = json.loads(line)["result"]
            blobs.append(base64.b64decode(piece["blob"]))
            left.append(int(piece.get("remaining_bytes", "0")))
        connection.close()
        self.assertGreater(len(blobs), 10)
        self.assertEqual(left[-1], 0)
        self.assertNotIn(0, left[:-1])
        body = b"".join(blobs)
        self.assertEqual(hashlib.sha256(body[:-32]).digest(), body[-32:])

        file = self.cluster.dir / "saved"
        saved = self.coxctl("snapshot", "save", file)
        self.assertIn(f"Snapshot saved at {file}", saved)
        status = json.loads(self.coxctl("snapshot", "status", file, "--write-out=json"))
        revision = status["revision"]
        writer.wait_revision(revision + 20)
        writer.finish()
        expected = self.state(revision)
        hashed = store.call("maintenance/hashkv", revision=str(revision))["hash"]
        self.assertEqual(status["totalKey"], 31 + len(expected))
        old_cluster = self.member.status()["header"]["cluster_id"]

        members = self.restore(1, "snapshot", "restore", file)
        self.assertEqual(self.state(), expected)
        header = self.member.status()["header"]
        self.assertNotEqual(header["cluster_id"], old_cluster)
        self.assertEqual(int(header["revision"]), revision)
        self.assertEqual(self.member.client.call("maintenance/hashkv", revision=str(revision))["hash"], hashed)
        self.assertEqual(self.member.client.call("lease/timetolive", ID=lease)["grantedTTL"], "600")
        members[0].end(signal.SIGKILL)
        members[0].start()
        members[0].wait_ready()
        self.assertEqual(self.state(), expected)

        members = self.restore(3, "snapshot", "restore", file)
        self.cluster.leader().client.put("k-new", "1")
        for member in members:
            eventually("it has the data", lambda m=member: m.client.all("k", serializable=True) ==
                       {**expected, "k-new": "1"})
        self.a_member_joins(members)
        self.refuse_damaged(file)

    def a_member_joins(self, members):
        """One of the three is replaced by one that has nothing: it is sent the data, not only the log."""
        gone = members[-1]
        gone.end(signal.SIGKILL)
        keeper = members[0]
        listed = keeper.client.call("cluster/member/list")["members"]
        identity = next(m["ID"] for m in listed if m["name"] == gone.name)
        eventually("it is removed", lambda: keeper.client.call("cluster/member/remove", ID=identity))
        fresh = Flagged(self.cluster, gone.index)
        fresh.name = gone.name + "-again"
        self.link_certificates(fresh)
        fresh.peers, fresh.state = [*members[:-1], fresh], "existing"
        url = f"https://127.0.0.1:{fresh.peer_port}"
        eventually("it is added", lambda: keeper.client.call("cluster/member/add", peerURLs=[url]))
        self.cluster.members = [*members[:-1], fresh]
        fresh.start()
        fresh.wait_ready()
        eventually("it has the data", lambda: fresh.client.all("k", serializable=True) ==
                   keeper.client.all("k", serializable=True))
        self.assertEqual(len(fresh.client.all("large", serializable=True)), 30)

    def refuse_damaged(self, file):
        sound = file.read_bytes()
        target = self.cluster.dir / "refused"
        for place, what in ((0, "not such a file"), (len(sound) // 2, "damaged at byte"), (len(sound) - 1, "SHA-256")):
            damaged = bytearray(sound)
            damaged[place] ^= 1
            file.write_bytes(damaged)
            refused = self.coxctl("snapshot", "restore", file, "--data-dir", target, code=1)
            self.assertIn(what, refused)
            self.assertIn(str(file), refused)
            self.assertFalse((target / "member").exists())
        file.write_bytes(sound[:-100])
        self.assertIn("cut short", self.coxctl("snapshot", "status", file, code=1))
        target.mkdir(exist_ok=True)
        (target / "x").touch()
        file.write_bytes(sound)
        self.assertIn("is not empty", self.coxctl("snapshot", "restore", file, "--data-dir", target, code=1))

    def test_a_stream_waits_for_its_reader_and_ends_at_shutdown(self):
        for i in range(100):
            self.member.client.put(f"large{i:02}", "x" * 1_000_000)
        connection, answer = self.stream()
        answer.readline()
        begun = time.monotonic()
        ended = threading.Thread(target=lambda: self.member.end(signal.SIGTERM))
        ended.start()
        lines = [json.loads(line) for line in answer]
        connection.close()
        ended.join()
        self.assertLess(time.monotonic() - begun, 8)
        self.assertEqual(lines[-1]["error"]["message"], "etcdserver: server stopped")
        self.assertLess(sum(len(line["result"]["blob"]) for line in lines[:-1]), 90_000_000)

    def test_protobuf_carries_the_same(self):
        self.member.client.put("k", "1")
        connection, answer = self.stream("application/x-protobuf")
        body = answer.read()
        connection.close()
        self.assertIn(b"COXSTORE", body[:64])
        self.assertGreater(len(body), 200)


class PointInTime(BackupTest):
    flags = ["--backup-interval=2s", "--backup-retention=100"]

    def listed(self):
        clusters = json.loads(self.coxctl("backup", "list", self.backups, "--write-out=json"))["clusters"]
        self.assertEqual(len(clusters), 1)
        return clusters[0]

    def test_restores_what_was_at_any_revision(self):
        writer = Writer(self.cluster, self.member)
        writer.start()
        writer.wait_revision(50)
        states = {}

        def note():
            revision = writer.acknowledged
            writer.wait_revision(revision + 10)
            states[revision] = self.state(revision)

        for _ in range(2):
            note()
            time.sleep(1.3)
            self.member.end(signal.SIGKILL)
            self.member.start()
            self.member.wait_ready()
            note()
        last = writer.finish()
        states[last] = self.state(last)
        self.member.end(signal.SIGTERM)
        listed = self.listed()
        self.assertGreaterEqual(len(listed["snapshots"]), 2)
        self.assertEqual([r["to"] for r in listed["restorable"]], [last], "no gap, though it was killed")
        self.assertIn("revisions that can be restored", self.coxctl("backup", "verify", self.backups))
        snapshots = {s["revision"] for s in listed["snapshots"]}
        self.assertTrue(set(states) - snapshots, "at least one lies between two snapshots")
        for revision, expected in states.items():
            self.restore(1, "backup", "restore", self.backups, "--revision", revision)
            self.assertEqual(int(self.member.status()["header"]["revision"]), revision)
            self.assertEqual(self.state(), expected)
        refused = self.coxctl("backup", "restore", self.backups, "--revision", last + 1, "--data-dir",
                              self.cluster.dir / "never", code=1)
        self.assertIn(f"revision {last + 1} cannot be restored", refused)
        self.damage(listed, last)

    def damage(self, listed, last):
        """Whatever is damaged is found, named, and not restored from."""
        newest = pathlib.Path(listed["snapshots"][-1]["path"])
        for segment in map(lambda s: pathlib.Path(s["path"]), listed["segments"][-1:]):
            content = bytearray(segment.read_bytes())
            content[len(content) // 2] ^= 1
            segment.write_bytes(content)
            self.assertIn(f"{segment}: damaged", self.coxctl("backup", "verify", self.backups, code=1))
            self.coxctl("backup", "restore", self.backups, "--revision", last, "--data-dir",
                        self.cluster.dir / "never", code=1)
            self.assertFalse((self.cluster.dir / "never" / "member").exists())
        newest.write_bytes(newest.read_bytes()[:-7])
        self.assertIn(f"{newest}: cut short", self.coxctl("backup", "verify", self.backups, code=1))


class FullDisk(BackupTest):
    flags = ["--backup-interval=1h"]

    def prepare(self):
        """The backups on a small disk of their own."""
        self.backups.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=192m", "tmpfs", self.backups],
                                 capture_output=True, text=True, timeout=20)
        if mounted.returncode != 0:
            self.skipTest(f"no disk of its own, which needs root: {mounted.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", "--lazy", self.backups], timeout=20)

    def fill_disk(self):
        with open(self.backups / "ballast", "wb", buffering=0) as out:
            for size in (1 << 20, 4096, 1):
                try:
                    while out.write(b"x" * size):
                        pass
                except OSError:
                    continue

    def metric(self, name):
        text = self.member.client.request("GET", "/metrics")
        return next(float(line.split()[1]) for line in text.splitlines() if line.startswith(name + " "))

    def test_does_not_stop_the_store(self):
        eventually("a first snapshot", lambda: self.metric("raft_store_backup_snapshots_total") == 1)
        writer = Writer(self.cluster, self.member)
        writer.start()
        writer.wait_revision(20)
        self.fill_disk()
        for _ in range(10):
            self.member.client.put("large", "x" * 1_000_000)
        eventually("it is told", lambda: self.metric("raft_store_backup_archive_failures_total") > 0)
        before = writer.acknowledged
        writer.wait_revision(before + 50)
        self.member.client.request("GET", "/readyz")
        self.assertIn("the log cannot be archived", self.member.log_path().read_text())
        (self.backups / "ballast").unlink()
        eventually("it archives again", lambda: "the log is archived again" in self.member.log_path().read_text())
        last = writer.finish()
        expected = self.state()
        eventually("all is archived", lambda: self.metric("raft_store_backup_archived_revision") >= last)
        eventually("a snapshot closes the gap", lambda: self.metric("raft_store_backup_snapshots_total") >= 2)
        self.member.end(signal.SIGTERM)
        self.restore(1, "backup", "restore", self.backups)
        self.assertEqual(self.state(), expected)


if __name__ == "__main__":
    BIN = sys.argv.pop(1)
    unittest.main(verbosity=2)
