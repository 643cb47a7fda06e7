"""The operator's guide, services/raft-store/README.md, done as typed: python3 guide_test.py BIN_DIR.

One shell goes through the page and gets its blocks line for line, in an empty directory and a network of its own, where
the guide's ports are free. Where the guide says "as printed" the words are taken from what was printed, and ID is looked up,
as the reader would; what takes long takes less (SHORTER)."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest

GUIDE = pathlib.Path(__file__).resolve().parents[2] / "services" / "raft-store" / "README.md"
SHORTER = {"check perf --load=s": "check perf --load=s --duration=2s", "ask -N ": "ask -N --retry 0 --max-time 1 "}
BIN = None


def blocks_of(section):
    """The blocks of commands of a section of the guide: lists of commands, each of one or more lines."""
    text = re.search(rf"^## {re.escape(section)}\n(.*?)(?=^## |\Z)", GUIDE.read_text(), re.DOTALL | re.MULTILINE)[1]
    blocks = [[line[4:] for line in block.rstrip("\n").split("\n")] for block in re.findall(r"(?:^    .*\n)+", text, re.MULTILINE)]
    return [commands_of(block) for block in blocks]


def commands_of(lines):
    """Lines that belong together: after a backslash, and within for and a function."""
    commands, open_ones, goes_on = [], 0, False
    for line in lines:
        if open_ones or goes_on:
            commands[-1] += "\n" + line
        else:
            commands.append(line)
        code = line.split("  #")[0]
        open_ones += len(re.findall(r"(?:^|; *| )do$|\{$", code.rstrip())) - len(re.findall(r"^ *(?:done|\})", code))
        goes_on = line.endswith("\\")
    return commands


class Shell:
    """bash as a person uses it, but that it reads from a pipe."""

    def __init__(self, folder):
        self.folder = folder
        home = {k: v for k, v in os.environ.items() if not k.startswith(("ETCDCTL_", "COXCTL_"))}
        self.process = subprocess.Popen(
            ["unshare", "--net", "--map-root-user", "bash"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, cwd=folder, start_new_session=True,
            env={**home, "PATH": f"{BIN}:{home['PATH']}", "http_proxy": "", "https_proxy": ""})
        self.output, self.arrived = [], threading.Condition()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            with self.arrived:
                self.output.append(line)
                self.arrived.notify_all()
        with self.arrived:
            self.output.append(None)
            self.arrived.notify_all()

    def run(self, command, timeout=30):
        """What it wrote, and how it ended."""
        with self.arrived:
            self.output.clear()
            self.process.stdin.write(command + "\necho \"::$?::\"\n")
            self.process.stdin.flush()
            ended = self.arrived.wait_for(lambda: any(o is None or re.search(r"::\d+::$", o) for o in self.output), timeout)
            text = "".join(o for o in self.output if o)
        match = re.search(r"::(\d+)::\n$", text)
        if not ended or not match:
            raise AssertionError(f"not over after {timeout} s: {command}\n{text}")
        return text[:match.start()], int(match[1])

    def close(self):
        """With all that it started: it runs in a session of its own."""
        try:
            os.killpg(self.process.pid, 9)
        except ProcessLookupError:
            pass
        self.process.wait(timeout=20)
        self.process.stdin.close()
        self.process.stdout.close()


class Guide(unittest.TestCase):
    def setUp(self):
        tried = subprocess.run(["unshare", "--net", "--map-root-user", "ip", "link", "set", "lo", "up"], capture_output=True,
                               text=True, timeout=20)
        missing = [p for p in ("curl", "jq") if not shutil.which(p)]
        if tried.returncode != 0 or missing:
            self.skipTest(f"NOT RUN: {tried.stderr.strip() or 'not installed: ' + ' '.join(missing)}")
        room = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="coxswain-guide-", dir=room))
        self.shell = Shell(self.folder)
        self.printed, self.walked = "", []
        self.addCleanup(self.clean_up)
        self.do("shopt -s expand_aliases; ip link set lo up")

    def clean_up(self):
        self.shell.close()
        if sys.exc_info()[0] or not getattr(self, "done", False):
            print("--- the walk", *self.walked[-12:], sep="\n", file=sys.stderr)
            for log in sorted(self.folder.glob("*.log")):
                print(f"--- {log.name}", *log.read_text(errors="replace").splitlines()[-15:], sep="\n", file=sys.stderr)
        shutil.rmtree(self.folder, ignore_errors=True)

    def do(self, command, fails=False):
        """Runs a command of the guide; it must succeed."""
        for long, short in SHORTER.items():
            command = command.replace(long, short)
        text, code = self.shell.run(command)
        self.walked.append(f"$ {command}\n{text}[{code}]")
        self.printed = text or self.printed
        self.assertEqual(code != 0, fails, self.walked[-1])
        self.assertNotIn("command not found", text)
        self.assertNotRegex(text, r'^\{"error"', command)
        return text

    def walk(self, block):
        return [self.do(command, fails="ask -N" in command) for command in block]

    # --- what the reader does between two blocks

    def eventually(self, what, command, good=lambda text: True, timeout=20):
        deadline = time.monotonic() + timeout
        while True:
            text, code = self.shell.run(command)
            if code == 0 and good(text):
                return text
            self.assertLess(time.monotonic(), deadline, f"{what}: {text}")
            time.sleep(0.1)

    def status(self):
        """Waits until all serve and one leads; the rows of `coxctl store status` by name."""
        def rows(text):
            lines = [[c.strip() for c in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("|")]
            return {row[0]: dict(zip(lines[0], row)) for row in lines[1:]}
        return rows(self.eventually("all serve", "coxctl store status",
                                    lambda text: any(row["IS LEADER"] == "true" for row in rows(text).values())))

    def leader(self):
        return next(name for name, row in self.status().items() if row["IS LEADER"] == "true")

    def as_printed(self, command):
        """ "WORDS ... # as printed": the command that begins with these words in what was printed."""
        begin = re.split(r" \.\.\. | ID ", command)[0].strip()
        pattern = r" +".join(map(re.escape, begin.split())) + r"(?:[^\n]*\\\n)*[^\n]*"
        return re.search(pattern, self.added)[0]

    # --- the walk

    def test_as_typed(self):
        self.one_member(*blocks_of("One member"))
        start, look, kill, grow, shrink = blocks_of("Three members")
        self.walk(start)
        self.assertIn("store-3", self.printed)
        self.look_after(look)
        self.kill_the_leader(kill)
        self.grow(grow)
        self.shrink(shrink)
        self.back_up_and_restore(*blocks_of("Back up and restore"))
        self.make_room(*blocks_of("What it does for itself"))
        self.done = True

    def one_member(self, start, use):
        self.walk(start)
        ready, put, got, watched = self.walk(use)[1:5]
        self.assertIn("readyz check passed", ready)
        self.assertEqual(json.loads(put)["header"]["revision"], "2")
        self.assertEqual(json.loads(got)["kvs"][0]["value"], "YmFy")
        self.assertIn('"mod_revision":"2"', watched)
        self.do("wait")

    def look_after(self, block):
        self.do(block[0])
        self.status()
        said = self.walk(block[1:])
        self.assertEqual(said[0].count("https://"), 3)
        self.assertEqual(said[2], "OK\nfoo\nbar\n")
        self.assertRegex(said[4], r"(PASS|FAIL)\n$")

    def kill_the_leader(self, block):
        kill, start = block
        number = self.leader()[-1]
        commands = kill.replace("pid[1]", f"pid[{number}]").split("; ")
        self.do("; ".join(commands[:2]))
        self.assertIn("refused", self.do(commands[2], fails=True))
        self.assertEqual(self.do(commands[3]), "OK\n")
        self.do(start.replace("start 1", f"start {number}"))
        self.assertEqual(len(self.status()), 3)

    def grow(self, block):
        for command in block:
            if "# as printed" in command:
                printed = self.as_printed(command)
                if printed.startswith("raft-store"):
                    name = re.search(r"--name=(\S+)", printed)[1]
                    self.do(f"{printed} > {name}.log 2>&1 &")
                    self.eventually(f"{name} is there", "coxctl store status", lambda t: name in t)
                else:
                    self.eventually("it has caught up", printed)
            else:
                text = self.do(command)
                self.added = text if "member add" in command else getattr(self, "added", "")
        self.assertEqual(len(self.status()), 5)

    def shrink(self, block):
        remove, = block[0:]
        for name in ("store-4", "store-5"):
            self.eventually("it is removed", remove.replace("ID", self.status()[name]["ID"]))
        self.assertEqual(set(self.status()), {"store-1", "store-2", "store-3"})

    def back_up_and_restore(self, snapshot, backups, restore, to_revision):
        self.do("coxctl store put foo saved")
        table = self.walk(snapshot)[1]
        self.assertIn("REVISION", table.upper())
        self.do(backups[0])
        self.status()
        self.eventually("the first is taken", backups[1], lambda t: "restor" in t)
        self.do(backups[2])
        self.do("coxctl store put foo good")
        self.do(backups[3])
        self.do("coxctl store put foo mistake")
        self.walk(restore)
        self.status()
        self.assertEqual(self.do("coxctl store get foo"), "foo\nsaved\n")
        self.walk(to_revision)
        self.status()
        self.assertEqual(self.do("coxctl store get foo"), "foo\ngood\n")

    def make_room(self, block):
        self.do("""ask https://127.0.0.1:2379/v3/maintenance/alarm -d '{"action":"ACTIVATE","memberID":"1","alarm":"NOSPACE"}'""")
        self.do("coxctl store put foo more", fails=True)
        said = self.walk(block)
        self.assertEqual(said[2].count("Finished defragmenting"), 3)
        self.assertIn("NOSPACE", said[3])
        self.assertEqual(self.do("coxctl store put foo more"), "OK\n")


if __name__ == "__main__":
    BIN = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main(verbosity=2)
