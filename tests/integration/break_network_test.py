"""Networks that are cut and mended under load, in namespaces: python3 break_network_test.py BIN_DIR."""
import random
import time

import breaking


class ThreeMembers(breaking.BreakTest):
    networked = True

    def broken(self, fault, break_it, at_most=2.0, heal_at_most=2.0):
        """Breaks under load, judges, mends."""
        load = self.load()
        since = time.monotonic()
        break_it()
        self.served_on(load, fault, since, at_most)
        mended = time.monotonic()
        self.network.heal()
        self.served_on(load, fault + ", mended", mended, heal_at_most)
        for member in self.cluster.members:
            member.wait_ready()
        self.judge(load)

    def test_leader_isolated(self):
        leader = self.cluster.leader()
        self.broken("leader cut off from all", lambda: self.network.isolate(leader.index))

    def test_leader_cut_from_peers(self):
        leader = self.cluster.leader()
        others = [m.index for m in self.others(leader)]
        self.broken("leader cut off from its peers only", lambda: self.network.cut(leader.index, others))

    def test_follower_isolated(self):
        leader = self.cluster.leader()
        follower = self.others(leader)[0]
        term = leader.status()["raftTerm"]
        self.broken("follower cut off", lambda: self.network.isolate(follower.index), at_most=0.5, heal_at_most=0.5)
        self.assertEqual(self.cluster.leader().status()["raftTerm"], term, "the one that came back deposed the leader")

    def test_leader_is_not_heard(self):
        leader = self.cluster.leader()
        self.broken("what the leader sends to its peers is lost",
                    lambda: [self.network.drop(leader.index, m.index) for m in self.others(leader)])

    @breaking.thorough
    def test_leader_does_not_hear(self):
        leader = self.cluster.leader()
        self.broken("what peers send to the leader is lost",
                    lambda: [self.network.drop(m.index, leader.index) for m in self.others(leader)])

    @breaking.thorough
    def test_leader_and_one_follower_cut(self):
        # The third one hears both: it must not let the follower depose a leader that serves.
        leader = self.cluster.leader()
        follower = self.others(leader)[0]
        self.broken("cut between leader and one follower",
                    lambda: self.network.cut(leader.index, [follower.index]), at_most=0.5, heal_at_most=0.5)

    def test_cuts_at_random(self):
        load = self.load()
        dice = random.Random(load.seed)
        for _ in range(8):
            indexes = [m.index for m in self.cluster.members]
            one, other = dice.sample(indexes, 2)
            kind = dice.randrange(3)
            if kind == 0:
                self.network.isolate(one)
            elif kind == 1:
                self.network.cut(one, [i for i in indexes if i != one])
            else:
                self.network.drop(one, other)
            time.sleep(dice.uniform(0.1, 1.5))
            self.network.heal()
            time.sleep(dice.uniform(0, 0.5))
        self.served_on(load, "after cuts at random", time.monotonic(), at_most=3.0)
        for member in self.cluster.members:
            member.wait_ready()
        self.judge(load)

    @breaking.thorough
    def test_slow_and_lossy(self):
        load = self.load()
        self.network.disturb("delay", "20ms", "10ms", "loss", "2%")
        load.wait_writes(100)
        leader = self.cluster.leader()
        since = time.monotonic()
        leader.end()
        self.served_on(load, "leader SIGKILL with 20 ms delay and 2 % loss", since)
        leader.start()
        leader.wait_ready()
        self.judge(load)


class FiveMembers(breaking.BreakTest):
    size, networked = 5, True

    def test_leader_in_the_minority(self):
        leader = self.cluster.leader()
        mate, *majority = self.others(leader)
        load = self.load()
        since = time.monotonic()
        for member in (leader, mate):
            self.network.cut(member.index, [m.index for m in majority])
        self.served_on(load, "five: leader in a minority of two", since)
        mended = time.monotonic()
        self.network.heal()
        self.served_on(load, "five: leader in a minority of two, mended", mended)
        for member in self.cluster.members:
            member.wait_ready()
        self.judge(load)


if __name__ == "__main__":
    breaking.main()
