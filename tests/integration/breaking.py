"""What the tests share that break clusters under load: the cluster, the load, the judgement, the figures.

COX_CHAOS_ROUNDS=20 runs every test of a file so many times, also those left out of a quick run; the table of figures comes
at the end."""
import os
import pathlib
import shutil
import statistics
import sys
import time
import unittest

import faults
import history
from load import Load
from store_cluster import StoreCluster

ROUNDS = int(os.environ.get("COX_CHAOS_ROUNDS", "0"))
thorough = unittest.skipIf(ROUNDS == 0, "not in a quick run; COX_CHAOS_ROUNDS=1 runs it")
FIGURES = {}
bin_dir = None


class BreakTest(unittest.TestCase):
    size, spares, networked, quorum_left = 3, 1, False, True

    def setUp(self):
        self.network = faults.Network(self.size + self.spares) if self.networked else None
        self.cluster = None
        try:
            self.cluster = StoreCluster(bin_dir, self.size, self.network, self.spares)
            self.prepare()
            self.cluster.start()
            self.cluster.leader()
            self.cluster.wait_published()
        except BaseException:
            self.remove(failed=True)
            raise

    def prepare(self):
        """Before the members start."""

    def tearDown(self):
        outcome = self._outcome
        failed = bool(outcome.errors and any(e for _, e in outcome.errors)) if hasattr(outcome, "errors") \
            else not outcome.success
        self.remove(failed)

    def remove(self, failed):
        if self.cluster:
            self.cluster.remove(failed)
        if self.network:
            self.network.remove()

    def load(self, **options):
        load = Load(self.cluster, **options).start()
        self.addCleanup(load.stopping.set)
        load.wait_writes(50)
        return load

    def judge(self, load):
        load.finish()
        history.check(load, pathlib.Path(bin_dir, "check_history"))

    def others(self, *members):
        return [m for m in self.cluster.members if m not in members]

    def replace(self, member):
        """The way out for a member whose data are lost, as the messages name it."""
        asked = self.others(member)[0].client
        old = next(m["ID"] for m in asked.call("cluster/member/list")["members"] if m["name"] == member.name)
        asked.call("cluster/member/remove", ID=old)
        asked.call("cluster/member/add", peerURLs=[member.peer_url()])
        shutil.rmtree(member.data_dir(), ignore_errors=True)
        member.state = "existing"
        member.start()
        member.wait_ready()

    def served_on(self, load, fault, since, at_most=2.0):
        """Writes go on after `fault`, at `since`; notes for how long they did not, and for how long at worst for a client."""
        load.wait_writes(100)
        time.sleep(max(0.0, since + load.timeout + 0.7 - time.monotonic()))
        gap, slowest = load.gap(since), load.slowest(since)
        FIGURES.setdefault(fault, []).append((gap, slowest))
        print(f"\n    {fault}: no write for {gap:.2f} s, the slowest client waited {slowest:.2f} s", file=sys.stderr)
        if at_most:
            self.assertLess(gap, at_most, fault)


def print_figures():
    if not FIGURES:
        return
    print("\n| fault | times | no write, median | at most | slowest client, median | at most |\n"
          "| --- | --- | --- | --- | --- | --- |", file=sys.stderr)
    for fault, figures in sorted(FIGURES.items()):
        gaps, slowest = zip(*figures)
        cells = (statistics.median(gaps), max(gaps), statistics.median(slowest), max(slowest))
        print(f"| {fault} | {len(figures)} |", " | ".join(f"{c:.2f} s" for c in cells), "|", file=sys.stderr)


def main():
    """python3 FILE BIN_DIR [unittest arguments]"""
    global bin_dir
    bin_dir = sys.argv.pop(1)
    passed = True
    not_run = []
    for _ in range(max(1, ROUNDS)):
        program = unittest.main(module="__main__", verbosity=2, exit=False)
        passed &= program.result.wasSuccessful()
        not_run = [(t, why) for t, why in program.result.skipped if not why.startswith("not in a quick run")]
        if not passed:
            break
    print_figures()
    for test, reason in not_run:
        print(f"NOT RUN: {test}: {reason}", file=sys.stderr)
    sys.exit(0 if passed else 1)
