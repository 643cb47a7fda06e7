"""etcd and raft-store, asked the same: python3 differential_test.py BIN_DIR [--seed N] [--seeds N] [--steps N]
[--minutes N] [--replay FILE] [--etcd PROGRAM]. See README.md."""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

import differences
from comparing import Comparison, Difference, printable
from generator import Generator
from servers import Broken, Server

sys.setrecursionlimit(20_000)  # Transactions nest.
ROOT = pathlib.Path(__file__).resolve().parents[2]
SHRINK_SECONDS = 90


def etcd_program(given):
    if given or os.environ.get("COX_ETCD"):
        return given or os.environ["COX_ETCD"]
    fetched = subprocess.run([ROOT / "scripts" / "etcd"], check=True, stdout=subprocess.PIPE, text=True)
    return fetched.stdout.strip().splitlines()[-1]


class Tester:
    def __init__(self, etcd, ours):
        self.programs = etcd, ours

    def comparison(self, view=None):
        return Comparison(Server("etcd", self.programs[0]), Server("raft-store", self.programs[1]), view)

    def search(self, seed, steps, settle_every=120):
        """The steps up to the first difference, and it; None if there is none."""
        generator = Generator(seed)
        with self.comparison(generator.view) as comparison:
            try:
                for i in range(1, steps + 1):
                    comparison.run(generator.next())
                    if i % settle_every == 0 or i == steps:
                        comparison.run({"op": "settle"})
            except (Difference, Broken) as difference:
                return comparison.steps, difference
        return None

    def replay(self, steps):
        """The first difference in these steps, and how many it took; None if there is none."""
        with self.comparison() as comparison:
            try:
                for step in steps:
                    comparison.run(step)
            except (Difference, Broken) as difference:
                return len(comparison.steps), difference
        return None

    def shrink(self, steps, until):
        """Fewer steps that end in a difference too; and that difference. None if these do not show one again."""
        best = self.replay(steps)
        if best is None:
            return None
        steps, difference = steps[:best[0]], best[1]
        size = len(steps) // 2
        while size >= 1 and time.monotonic() < until:
            at = 0
            while at < len(steps) - 1 and time.monotonic() < until:
                fewer = steps[:at] + steps[min(at + size, len(steps) - 1):]
                found = self.replay(fewer)
                if found:
                    steps, difference = fewer[:found[0]], found[1]
                else:
                    at += size
            size //= 2
        return steps, difference


def report(tester, seed, steps, difference, shrink_seconds):
    print(f"\nDIFFERENCE with --seed {seed} at step {len(steps)}:\n{difference}\n", flush=True)
    if isinstance(difference, Broken):
        print("in:", printable(steps[-1]))
    if isinstance(difference, Broken) or not shrink_seconds:
        return
    print("looking for a shorter way there ...", flush=True)
    shrunk = tester.shrink(steps, time.monotonic() + shrink_seconds)
    if shrunk is None:
        print("the same steps did not show it again: it depends on time")
        return
    path = pathlib.Path(f"difference-{seed}.json")
    path.write_text(json.dumps(shrunk[0], indent=1))
    print(f"{len(shrunk[0])} steps show one (--replay {path}):")
    for step in shrunk[0]:
        print("  ", printable(step))
    print(shrunk[1])


def main():
    parser = argparse.ArgumentParser(description="Compares raft-store's answers with etcd's.")
    parser.add_argument("bin_dir")
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=500, help="of each seed")
    parser.add_argument("--minutes", type=float, help="go on with further seeds for so long")
    parser.add_argument("--replay", help="run the steps in this file instead")
    parser.add_argument("--etcd", help="the program; else $COX_ETCD, else what scripts/etcd fetches")
    parser.add_argument("--keep-going", action="store_true", help="print each difference without shrinking, go on")
    arguments = parser.parse_args()
    tester = Tester(etcd_program(arguments.etcd), pathlib.Path(arguments.bin_dir).resolve() / "raft-store")
    if arguments.replay:
        found = tester.replay(json.loads(pathlib.Path(arguments.replay).read_text()))
        print(f"step {found[0]}: {found[1]}" if found else "no difference")
        return 1 if found else 0
    begun, seed, failed = time.monotonic(), arguments.seed, 0
    while True:
        found = tester.search(seed, arguments.steps)
        if found:
            failed += 1
            report(tester, seed, *found, shrink_seconds=0 if arguments.keep_going else SHRINK_SECONDS)
            if not arguments.keep_going:
                break
        seed += 1
        over = time.monotonic() - begun > arguments.minutes * 60 if arguments.minutes else \
            seed >= arguments.seed + arguments.seeds
        if over:
            break
    print(f"seeds {arguments.seed} to {seed - 1}, {arguments.steps} steps each, in {time.monotonic() - begun:.1f} s: "
          f"{failed} with a difference")
    for name, reason, _ in differences.RULES:
        print(f"  {differences.USED[name]:6} x {name}: {reason}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
