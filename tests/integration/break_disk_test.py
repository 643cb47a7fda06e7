"""Disks that are full, break or lose their data under load: python3 break_disk_test.py BIN_DIR."""
import http.client
import shutil
import time

import breaking
import faults
from store_cluster import Refused


class FullAndBroken(breaking.BreakTest):
    """Each member's data on a small file system of its own."""

    def prepare(self):
        self.disks = {}
        for member in self.cluster.members:
            # The alarm that comes before the disk is full would keep it from being filled.
            member.more_flags = ["--quota-disk-reserve-bytes=-1"]
            self.disks[member.name] = faults.Disk(member.data_dir())
            self.addCleanup(self.disks[member.name].remove)

    def remove(self, failed):
        for member in self.cluster.running() if self.cluster else []:
            member.end()
        for disk in self.disks.values():
            disk.remove()
        super().remove(failed)

    def fails(self, member, fault, break_it, words):
        """The member ends by itself, with what happened and what to do in its last line; the others serve on."""
        load = self.load()
        since = time.monotonic()
        break_it(self.disks[member.name])
        self.assertNotEqual(member.wait_end(), 0)
        self.served_on(load, fault, since)
        for word in words:
            self.assertIn(word, member.last_line())
        return load

    def mended(self, member, load):
        member.start()
        member.wait_ready()
        self.judge(load)

    def fill(self, member, fault):
        load = self.fails(member, fault, lambda disk: self.fill_disk(disk),
                          ["No space left on device", "make room", str(member.data_dir())])
        # Started before there is room: the same answer, and nothing is lost by it.
        member.start()
        self.assertNotEqual(member.wait_end(), 0)
        self.assertIn("make room", member.last_line())
        self.disks[member.name].make_room()
        self.mended(member, load)

    def fill_disk(self, disk):
        """What the log has reserved already is used up by some large writes."""
        disk.fill()
        client = self.others(self.cluster.leader())[0].client
        for i in range(100):
            if any(m.process.poll() is not None for m in self.cluster.members):
                return
            try:
                client.put("zz", "x" * (1 << 20))  # Not where the load's watcher looks.
            except (OSError, http.client.HTTPException, Refused):
                client.close()

    def test_full_at_the_leader(self):
        self.fill(self.cluster.leader(), "leader's disk full")

    def test_full_at_a_follower(self):
        self.fill(self.others(self.cluster.leader())[0], "follower's disk full")

    def test_read_only_at_the_leader(self):
        leader = self.cluster.leader()
        load = self.fails(leader, "leader's disk read-only", lambda disk: disk.break_down(),
                          ["dmesg", "mount", str(leader.data_dir())])
        # The kernel's word for an aborted journal: a write meets the one, a sync under way the other.
        self.assertRegex(leader.last_line(), "Read-only file system|Input/output error")
        self.disks[leader.name].mount_again("ro")
        leader.start()
        self.assertNotEqual(leader.wait_end(), 0)
        self.assertIn("Read-only file system", leader.last_line())
        self.disks[leader.name].mount_again()
        self.mended(leader, load)


class Deleted(breaking.BreakTest):
    """The data of a member is gone: it may not pass for the one it was, whose vote and acknowledgements count."""

    def lose(self, member):
        member.end()
        shutil.rmtree(member.data_dir())

    def refused(self, member):
        member.start()
        self.assertNotEqual(member.wait_end(), 0)
        line = member.last_line()
        for word in ("member remove", "member add", str(member.data_dir())):
            self.assertIn(word, line)

    def test_it_is_refused_and_added_again(self):
        member = self.others(self.cluster.leader())[0]
        load = self.load()
        self.lose(member)
        self.refused(member)
        member.state = "existing"
        self.refused(member)
        self.replace(member)
        load.wait_writes(50)
        self.judge(load)

    def test_no_acknowledged_write_is_lost_by_it(self):
        """One has everything, one nothing, one lags: the last two must not make a majority."""
        leader = self.cluster.leader()
        full, lagging = self.others(leader)
        leader.client.put("shared/before", "1")
        lagging.end()
        for i in range(20):
            leader.client.put(f"own/{i:02}", "x")  # Acknowledged by leader and `full`.
        leader.end()
        self.lose(full)
        # Nobody is there who could tell it that it was a member.
        full.start()
        lagging.start()
        time.sleep(3)
        for member in (full, lagging):
            if member.process.poll() is None:
                status = member.status()
                self.assertEqual(status.get("leader", "0"), "0", "a member without its data helped to elect a leader")
        leader.start()
        leader.wait_ready()
        self.assertEqual(len(leader.client.all("own/")), 20)
        self.assertNotEqual(full.wait_end(), 0)
        self.assertIn("member remove", full.last_line())
        self.replace(full)
        self.assertEqual(len(full.client.all("own/")), 20)


if __name__ == "__main__":
    breaking.main()
