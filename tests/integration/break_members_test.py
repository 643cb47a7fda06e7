"""Members that come and go under load, and those that are not who they say: python3 break_members_test.py BIN_DIR."""
import shutil
import time

import breaking
from store_cluster import eventually


class Changes(breaking.BreakTest):
    spares = 4

    def some_client(self, *but):
        return self.others(*but)[0].client

    def join(self):
        """A further member: added as a learner, started, promoted once it has caught up."""
        client = self.some_client()
        fresh = self.cluster.newcomer()
        added = client.call("cluster/member/add", peerURLs=[fresh.peer_url()], isLearner=True)["member"]["ID"]
        fresh.start()
        fresh.wait_ready()
        eventually("it is promoted", lambda: client.call("cluster/member/promote", ID=added), every=0.1)
        return fresh

    def leave(self, member):
        """Removed, it ends by itself and says why."""
        identity = member.id()
        client = self.some_client(member)
        eventually("it is removed", lambda: client.call("cluster/member/remove", ID=identity), every=0.1)
        self.assertNotEqual(member.wait_end(), 0)
        self.assertIn("removed from the cluster", member.last_line())
        self.assertIn("member add", member.last_line())
        self.cluster.members.remove(member)

    def voters(self):
        members = self.some_client().call("cluster/member/list", linearizable=True)["members"]
        return len([m for m in members if not m.get("isLearner")])

    def test_every_member_is_replaced(self):
        load = self.load()
        first = list(self.cluster.members)
        for old in sorted(first, key=lambda m: m.leads()):  # The leader last.
            since = time.monotonic()
            self.join()
            self.leave(old)
            self.served_on(load, "a member replaced", since)
        self.assertEqual(self.voters(), 3)
        self.assertFalse(set(first) & set(self.cluster.members))
        self.judge(load)

    def test_from_three_to_five_to_three(self):
        load = self.load()
        since = time.monotonic()
        self.join()
        self.join()
        self.assertEqual(self.voters(), 5)
        self.served_on(load, "from three to five", since)
        since = time.monotonic()
        self.leave(self.cluster.leader())
        self.leave(self.cluster.leader())
        self.assertEqual(self.voters(), 3)
        self.served_on(load, "from five to three, leaders removed", since)
        self.judge(load)

    @breaking.thorough
    def test_one_that_was_away_learns_that_it_was_removed(self):
        member = self.others(self.cluster.leader())[0]
        identity = member.id()
        member.end()
        client = self.some_client(member)
        eventually("it is removed", lambda: client.call("cluster/member/remove", ID=identity), every=0.1)
        member.start()
        self.assertNotEqual(member.wait_end(), 0)
        self.assertIn("removed from the cluster", member.last_line())


class Identities(breaking.BreakTest):
    def refused(self, member, *words):
        """The member does not start, or ends by itself; the others serve on."""
        member.start()
        self.assertNotEqual(member.wait_end(), 0)
        for word in words:
            self.assertIn(word, member.last_line())
        self.assertEqual(self.others(member)[0].client.put("a", "1")["header"]["cluster_id"], self.cluster_id)

    def setUp(self):
        super().setUp()
        self.member = self.others(self.cluster.leader())[0]
        self.cluster_id = self.member.status()["header"]["cluster_id"]

    def test_the_data_of_another_member(self):
        other = self.others(self.member)[0]
        self.member.end()
        shutil.rmtree(self.member.data_dir())
        other.end()
        shutil.copytree(other.data_dir(), self.member.data_dir())
        other.start()
        other.wait_ready()
        self.refused(self.member, "belongs to another member", str(self.member.data_dir()))

    def test_another_cluster(self):
        self.member.end()
        shutil.rmtree(self.member.data_dir())
        self.member.more_flags = ["--initial-cluster-token=another"]
        self.refused(self.member, "is of another cluster", "--initial-cluster-token")

    def test_the_certificate_of_another_authority(self):
        self.member.end()
        other = breaking.StoreCluster(breaking.bin_dir, 3)
        self.addCleanup(other.remove, False)
        pki = other.pki / "etcd"
        self.member.more_flags = [f"--peer-cert-file={pki}/{self.member.name}-peer.crt",
                                  f"--peer-key-file={pki}/{self.member.name}-peer.key",
                                  f"--peer-trusted-ca-file={pki}/ca.crt"]
        self.member.start()
        leader = self.cluster.leader_of(self.others(self.member))
        log = lambda m: m.log_path().read_text()
        eventually("it says what is wrong", lambda: "certificate verify failed" in log(self.member))
        eventually("the leader says so", lambda: "peer cannot be reached" in log(leader))
        leader.client.put("a", "1")
        self.assertEqual(self.member.status().get("leader", "0"), "0")
        self.member.end()
        self.member.more_flags = []
        self.member.start()
        self.member.wait_ready()
        self.assertEqual(self.member.client.get("a"), "1")


if __name__ == "__main__":
    breaking.main()
