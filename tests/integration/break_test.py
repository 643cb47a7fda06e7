"""Processes of three and five members killed, stopped and restarted under load: python3 break_test.py BIN_DIR."""
import signal
import time

import breaking
import faults


class ThreeMembers(breaking.BreakTest):
    def kill_leader(self, signal_to_send, fault):
        leader = self.cluster.leader()
        load = self.load()
        since = time.monotonic()
        leader.end(signal_to_send)
        self.served_on(load, fault, since)
        leader.start()
        leader.wait_ready()
        time.sleep(0.3)
        self.judge(load)

    def test_leader_killed(self):
        self.kill_leader(signal.SIGKILL, "leader SIGKILL")

    @breaking.thorough
    def test_leader_terminated(self):
        self.kill_leader(signal.SIGTERM, "leader SIGTERM")

    def test_follower_killed(self):
        follower = self.others(self.cluster.leader())[0]
        load = self.load()
        since = time.monotonic()
        follower.end()
        self.served_on(load, "follower SIGKILL", since, at_most=0.5)
        follower.start()
        follower.wait_ready()
        self.judge(load)

    def stopped(self, member, fault, at_most):
        load = self.load()
        since = time.monotonic()
        member.process.send_signal(signal.SIGSTOP)
        self.served_on(load, fault, since, at_most)
        member.process.send_signal(signal.SIGCONT)
        back = time.monotonic()
        self.served_on(load, fault + ", continued", back, at_most=1.0)
        member.wait_ready()
        self.judge(load)

    def test_leader_stopped(self):
        self.stopped(self.cluster.leader(), "leader SIGSTOP", at_most=2.0)

    @breaking.thorough
    def test_follower_stopped(self):
        self.stopped(self.others(self.cluster.leader())[0], "follower SIGSTOP", at_most=0.5)

    def test_all_killed_at_once(self):
        load = self.load()
        for member in self.cluster.members:
            member.process.kill()
        for member in self.cluster.members:
            member.end()
        since = time.monotonic()
        for member in self.cluster.members:
            member.start()
        for member in self.cluster.members:
            member.wait_ready()
        self.served_on(load, "all SIGKILL and started again", since, at_most=5.0)
        self.judge(load)

    def test_rolling_restart(self):
        load = self.load()
        for member in list(self.cluster.members):
            since = time.monotonic()
            self.assertEqual(member.end(signal.SIGTERM), 0)
            member.start()
            member.wait_ready()
            self.served_on(load, "rolling restart, a member", since, at_most=1.0)
        self.judge(load)


class Clocks(breaking.BreakTest):
    def prepare(self):
        self.clock = faults.Clock(self.cluster.dir)
        self.cluster.members[0].prefix = self.clock.prefix()

    def test_the_leaders_clock_jumps(self):
        leader = self.cluster.members[0]
        if not leader.leads():
            self.cluster.leader().client.call("maintenance/transfer-leadership", targetID=leader.id())
        self.assertIs(self.cluster.leader(), leader)
        lease = leader.client.call("lease/grant", TTL="60")["ID"]
        load = self.load()
        # Not further: at the bounds of their validity the certificates would be refused, and rightly.
        for seconds in (3000, -240, 0):
            since = time.monotonic()
            self.clock.jump(seconds)
            self.served_on(load, f"leader's clock jumps to {seconds:+} s", since, at_most=0.5)
        self.assertTrue(leader.leads())
        left = int(leader.client.call("lease/timetolive", ID=lease)["TTL"])
        self.assertTrue(40 < left <= 60, left)
        self.judge(load)


class FiveMembers(breaking.BreakTest):
    size = 5

    def test_leader_and_a_follower_killed(self):
        leader = self.cluster.leader()
        follower = self.others(leader)[0]
        load = self.load()
        since = time.monotonic()
        leader.process.kill()
        follower.end()
        leader.end()
        self.served_on(load, "five: leader and a follower SIGKILL", since)
        for member in (leader, follower):
            member.start()
        for member in (leader, follower):
            member.wait_ready()
        self.judge(load)


if __name__ == "__main__":
    breaking.main()
