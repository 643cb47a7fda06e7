"""coxctl store, as a new operator walks through it: python3 coxctl_store_test.py BIN_DIR [unittest arguments]."""
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import unittest

import store_cluster
from store_cluster import StoreCluster, eventually

store_cluster.CLIENT_PORT, store_cluster.PEER_PORT = 27579, 27580
BIN = None


class Walk(unittest.TestCase):
    """A cluster of `size`, and coxctl with the environment of somebody who set it once."""
    size = 1

    def setUp(self):
        self.cluster = StoreCluster(BIN, self.size)
        self.newcomers = {}
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("ETCDCTL_")}
        self.env["COXCTL_PKI"] = str(self.cluster.pki)
        self.env["ETCDCTL_ENDPOINTS"] = ",".join(f"127.0.0.1:{m.port}" for m in self.cluster.members)
        try:
            self.cluster.start()
            eventually("all have told where clients reach them", lambda: self.succeeds("status"))
        except BaseException:
            self.end(True)
            raise

    def tearDown(self):
        result = self._outcome.result
        self.end(any(test is self for test, _ in result.errors + result.failures))

    def end(self, failed):
        for name, process in self.newcomers.items():
            if process.poll() is None:
                process.kill()
            process.wait()
            if failed:
                print(f"--- {name}'s log", (self.cluster.dir / f"{name}.log").read_text()[-3000:], sep="\n",
                      file=sys.stderr)
        self.cluster.remove(failed)

    def command(self, *words):
        return [str(self.cluster.bin / "coxctl"), "store", *map(str, words)]

    def ask(self, *words, code=0, stdin=""):
        """What `coxctl store WORDS...` writes to stdout."""
        run = subprocess.run(self.command(*words), env=self.env, input=stdin, capture_output=True, text=True, timeout=60)
        self.assertEqual(run.returncode, code, f"{words}\n{run.stdout}\n{run.stderr}")
        self.said = run.stderr
        return run.stdout

    def succeeds(self, *words):
        return subprocess.run(self.command(*words), env=self.env, capture_output=True, timeout=30).returncode == 0

    def status(self, code=0):
        """The table of `coxctl store status`, by name."""
        lines = [[c.strip() for c in line.split("|")[1:-1]] for line in self.ask("status", code=code).splitlines()
                 if line.startswith("|")]
        return {row[0]: dict(zip(lines[0], row)) for row in lines[1:]}

    def leader(self):
        leaders = [name for name, row in self.status().items() if row["IS LEADER"] == "true"]
        return leaders[0] if len(leaders) == 1 else None


class OneMember(Walk):
    def test_keys(self):
        self.assertEqual(self.ask("put", "a", "1"), "OK\n")
        self.assertEqual(self.ask("put", "a", stdin="2"), "OK\n")
        self.assertEqual(self.ask("put", "--prev-kv", "b", "--", "-1"), "OK\n")
        self.assertEqual(self.ask("get", "a"), "a\n2\n")
        self.assertEqual(self.ask("get", "a", "--rev=2", "--print-value-only"), "1\n")
        self.assertEqual(self.ask("get", "--prefix", "", "--order=descend", "--keys-only"), "b\n\na\n\n")
        self.assertEqual(self.ask("get", "a", "--hex"), "\\x61\n\\x32\n")
        self.assertEqual(self.ask("get", "--from-key", "a", "--count-only"), "2\n")
        self.assertEqual(self.ask("get", "nothing"), "")
        answer = json.loads(self.ask("get", "a", "-w", "json"))
        self.assertEqual((answer["kvs"][0]["mod_revision"], answer["kvs"][0]["value"]), (3, "Mg=="))
        self.assertIn('"Value" : "2"', self.ask("get", "a", "-w", "fields"))
        txn = 'mod("a") > "2"\nval("b") = "-1"\n\nput a 3\nget b\n\nput a none\n\n'
        self.assertEqual(self.ask("txn", stdin=txn), "SUCCESS\n\nOK\n\nb\n-1\n")
        self.assertEqual(self.ask("txn", stdin='ver("a") = "0"\n\n\ndel a\n'), "FAILURE\n\n1\n")
        self.assertEqual(self.ask("compact", "5"), "compacted revision 5\n")
        self.ask("get", "a", "--rev=3", code=1)
        self.assertIn("required revision has been compacted", self.said)
        self.assertEqual(self.ask("del", "--prefix", "--prev-kv", ""), "1\nb\n-1\n")

    def test_watches_go_on_when_a_member_comes_back(self):
        watch = subprocess.Popen(self.command("watch", "--prefix", "w", "--rev=1"), env=self.env, text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            self.ask("put", "w1", "a")
            self.assertEqual([watch.stdout.readline() for _ in range(3)], ["PUT\n", "w1\n", "a\n"])
            member = self.cluster.members[0]
            member.end(signal.SIGKILL)
            member.start()
            member.wait_ready()
            self.ask("del", "w1")
            self.assertEqual([watch.stdout.readline() for _ in range(3)], ["DELETE\n", "w1\n", "\n"])
            watch.send_signal(signal.SIGINT)
            self.assertEqual(watch.wait(timeout=10), 130)
        finally:
            watch.kill()
            watch.wait()
            watch.stdout.close()
            watch.stderr.close()

    def test_leases(self):
        granted = self.ask("lease", "grant", "60")
        lease = re.fullmatch(r"lease ([0-9a-f]{16}) granted with TTL\(60s\)\n", granted)[1]
        self.ask("put", "leased", "x", f"--lease={lease}")
        self.assertIn("attached keys([leased])", self.ask("lease", "timetolive", lease, "--keys"))
        self.assertEqual(self.ask("lease", "list"), f"found 1 leases\n{lease}\n")
        self.assertEqual(self.ask("lease", "keep-alive", "--once", lease), f"lease {lease} keepalived with TTL(60)\n")
        self.assertEqual(self.ask("lease", "revoke", lease), f"lease {lease} revoked\n")
        self.assertEqual(self.ask("get", "leased"), "")
        self.assertIn("already expired", self.ask("lease", "timetolive", lease))
        self.ask("lease", "keep-alive", "--once", lease, code=1)

    def test_mistakes_are_explained(self):
        for words, reason in [(["membr", "list"], "did you mean"), (["member"], "one word more"),
                              (["get"], "too few arguments; usage: coxctl store get KEY [RANGE_END]"),
                              (["get", "a", "--prefx"], "did you mean --prefix"), (["status", "-w", "yaml"], "yaml"),
                              (["move-leader", "store-1"], "hexadecimal"), (["member", "add", "x"], "--peer-urls"),
                              (["status", "--pki=/nonexistent"], "certs init")]:
            self.ask(*words, code=2)
            self.assertIn(reason, self.said)
        self.assertIn("KEY [RANGE_END]", self.ask("get", "--help"))
        self.assertIn("member promote", self.ask("--help"))
        pki = self.cluster.pki
        for words, reason in [(["--endpoints=127.0.0.1:1"], "is a member running there?"),
                              (["--endpoints=http://127.0.0.1:27579"], "https://"),
                              ([f"--cacert={pki}/ca.crt"], "is not signed by"),
                              ([f"--cert={pki}/admin.crt", f"--key={pki}/admin.key"], "does not accept")]:
            self.ask("status", *words, code=1)
            self.assertIn(reason, self.said)


class ThreeMembers(Walk):
    size = 3

    def join(self, name, index, *flags):
        """Adds a member as the printed text says, and waits until it is there. Its id."""
        url = f"https://127.0.0.1:{store_cluster.PEER_PORT + 10 * index}"
        text = self.ask("member", "add", name, f"--peer-urls={url}", *flags)
        made = re.search(r"coxctl (certs store .*)", self.said)[1]
        subprocess.run([self.cluster.bin / "coxctl", *shlex.split(made)], check=True, stdout=subprocess.DEVNULL,
                       timeout=20)
        line = re.search(r"(raft-store .*?)\n(?:\n|$)", text + "\n", re.DOTALL)[1]
        words = shlex.split(line.replace("\\\n", ""))
        with open(self.cluster.dir / f"{name}.log", "ab") as log:
            self.newcomers[name] = subprocess.Popen([self.cluster.bin / "raft-store", *words[1:]], stdout=log, stderr=log,
                                                    cwd=self.cluster.dir, stdin=subprocess.DEVNULL)
        eventually(f"{name} is there", lambda: self.ready(name))
        return self.status()[name]["ID"]

    def ready(self, name):
        lines = self.ask("member", "list", "--consistency=s").splitlines()
        started = any(f", started, {name}, " in line for line in lines)
        return started and self.succeeds("status")

    def test_grows_to_five_and_shrinks_to_three(self):
        self.ask("put", "a", "1")
        self.assertEqual(set(self.status()), {"store-1", "store-2", "store-3"})
        fourth = self.join("fourth", 3, "--learner")
        self.assertEqual(self.status()["fourth"]["IS LEARNER"], "true")
        eventually("it is promoted", lambda: self.succeeds("member", "promote", fourth), every=0.2)
        fifth = self.join("fifth", 4)
        self.assertEqual(len(self.status()), 5)
        self.assertEqual(self.ask("get", "a", "--consistency=s", f"--endpoints=127.0.0.1:{store_cluster.CLIENT_PORT + 40}"),
                         "a\n1\n")
        self.assertIn(f"to {fourth}", self.ask("move-leader", fourth))
        self.assertEqual(self.leader(), "fourth")
        self.assertEqual(self.ask("defrag", "--cluster").count("Finished defragmenting"), 5)
        revision = json.loads(self.ask("get", "a", "-w", "json"))["header"]["revision"]
        hashes = json.loads(self.ask("endpoint", "hashkv", "--cluster", f"--rev={revision}", "-w", "json"))
        self.assertEqual(len({h["HashKV"]["hash"] for h in hashes}), 1)
        for member in fourth, fifth:  # The leader first.
            self.assertIn(f"Member {member} removed", self.ask("member", "remove", member))
            eventually("the rest goes on", lambda: self.succeeds("endpoint", "health", "--cluster"))
        self.assertEqual(set(self.status()), {"store-1", "store-2", "store-3"})
        self.assertEqual(self.ask("put", "a", "2"), "OK\n")

    def test_a_member_down_is_shown(self):
        gone = next(m for m in self.cluster.members if m is not self.cluster.leader())
        gone.end(signal.SIGKILL)
        table = self.status(code=1)
        self.assertIn("refused", table[gone.name]["ERRORS"])
        self.assertEqual(len([r for r in table.values() if r["ERRORS"]]), 1)
        self.ask("endpoint", "health", "--cluster", code=1)
        self.assertIn("unhealthy cluster", self.said)
        rows = json.loads(self.ask("endpoint", "status", "--cluster", "-w", "json", code=1))
        self.assertEqual(sum("Error" in row for row in rows), 1)
        self.assertEqual(self.ask("put", "a", "1"), "OK\n")

    def test_alarms(self):
        member = self.cluster.members[0]
        member.client.call("maintenance/alarm", action="ACTIVATE", memberID=member.status()["header"]["member_id"],
                           alarm="NOSPACE")
        self.assertRegex(self.ask("alarm", "list"), r"memberID:\d+ alarm:NOSPACE")
        self.ask("endpoint", "health", code=1)
        self.ask("put", "a", "1", code=1)
        self.assertIn("coxctl store alarm disarm", self.said)
        self.assertRegex(self.ask("alarm", "disarm"), r"memberID:\d+ alarm:NOSPACE")
        self.assertEqual(self.ask("alarm", "list"), "")
        self.assertEqual(self.ask("put", "a", "1"), "OK\n")

    def test_check_perf(self):
        run = subprocess.run(self.command("check", "perf", "--load=s", "--duration=3s", "--auto-compact", "--auto-defrag"),
                             env=self.env, capture_output=True, text=True, timeout=60)
        # How fast this machine is today is not what is tested.
        self.assertRegex(run.stdout, r"Throughput (is|too low:) \d+ writes/s")
        self.assertRegex(run.stdout, r"(PASS|FAIL)\n$")
        self.assertEqual(run.returncode, 0 if run.stdout.endswith("\nPASS\n") else 1)
        self.assertIn("Compacted with revision", run.stdout)
        self.assertIn("00:03/00:03", run.stderr)
        self.assertEqual(self.ask("get", "--prefix", "/etcdctl-check-perf/", "--count-only"), "0\n")
        self.ask("put", "/etcdctl-check-perf/x", "mine")
        self.ask("check", "perf", code=1)
        self.assertIn("has keys", self.said)
        self.assertEqual(self.ask("get", "/etcdctl-check-perf/x", "--print-value-only"), "mine\n")

    def test_an_interrupted_check_cleans_up(self):
        check = subprocess.Popen(self.command("check", "perf", "--load=s"), env=self.env, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
        eventually("it writes", lambda: self.ask("get", "--prefix", "/etcdctl-check-perf/", "--count-only") != "0\n")
        check.send_signal(signal.SIGINT)
        self.assertEqual(check.wait(timeout=20), 130)
        self.assertEqual(self.ask("get", "--prefix", "/etcdctl-check-perf/", "--count-only"), "0\n")


if __name__ == "__main__":
    BIN = sys.argv.pop(1)
    unittest.main(verbosity=2)
