"""A cluster for a test: started by scripts/up as a person would, driven with stock clients, removed at the end.

Every test program here is `python3 NAME.py BIN_DIR [unittest arguments]`, BIN_DIR holding the daemons.
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLIENTS = pathlib.Path(os.environ.get("COX_CLIENTS", ROOT / "tests" / ".clients"))
# Other shapes of the same tests: more flags for scripts/up, and other ports so that several can run at once.
MORE_FLAGS = os.environ.get("COX_E2E_FLAGS", "").split()
MORE_OFFSET = int(os.environ.get("COX_E2E_OFFSET", "0"))


def run(args, check=True, timeout=120, **kwargs):
    """The finished process with its output as text; the test fails with that output when `check` and it failed."""
    done = subprocess.run([str(a) for a in args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          timeout=timeout, stdin=kwargs.pop("stdin", subprocess.DEVNULL) if "input" not in kwargs else None,
                          **kwargs)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(str(a) for a in args)}\nexit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def eventually(what, condition, timeout=60, every=0.2):
    """Waits until `condition()` is true and returns what it gave; fails with its last answer or error."""
    deadline = time.monotonic() + timeout
    last = None
    while time.monotonic() < deadline:
        try:
            last = condition()
            if last:
                return last
        except (AssertionError, KeyError, IndexError, OSError, ValueError, subprocess.TimeoutExpired) as error:
            last = error
        time.sleep(every)
    raise AssertionError(f"not in {timeout} s: {what}; last: {last}")


def client(name, version):
    """The path of a stock kubectl or helm; fetched when it is not here."""
    path = CLIENTS / version / name
    if not path.exists():
        run([ROOT / "scripts" / "clients", "--dir", CLIENTS, version], timeout=600)
    return path


class Cluster:
    """One cluster in a directory of its own, its ports moved by `offset`."""

    def __init__(self, bin_dir, offset, *flags):
        self.bin, self.offset, self.flags = pathlib.Path(bin_dir).resolve(), offset, flags
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="coxswain-e2e-"))
        self.server = f"https://127.0.0.1:{6443 + offset}"
        self.pki = self.dir / "pki"

    def up(self, timeout=180):
        run([ROOT / "scripts" / "up", "--dir", self.dir, "--bin", self.bin, "--port-offset", self.offset, *self.flags],
            timeout=timeout)

    def remove(self, failed=False):
        run([ROOT / "scripts" / "down", "--dir", self.dir], check=False)
        if failed:
            self.show_logs()
        run([ROOT / "scripts" / "down", "--dir", self.dir, "--wipe"], check=False)
        shutil.rmtree(self.dir, ignore_errors=True)

    def show_logs(self):
        for log in sorted((self.dir / "logs").glob("*.log")):
            lines = log.read_text(errors="replace").splitlines()[-40:]
            print(f"--- the end of {log.name}", *lines, sep="\n", file=sys.stderr)

    def pid(self, name):
        return int((self.dir / "run" / name).read_text().split()[0])

    def daemons(self):
        return sorted(p.name for p in (self.dir / "run").iterdir())

    def kill(self, name, how=signal.SIGKILL):
        """Ends a daemon and waits until its process is gone."""
        pid = self.pid(name)
        os.kill(pid, how)
        eventually(f"{name} gone", lambda: not alive(pid), timeout=20, every=0.02)

    def kubectl(self, *args, version="v35", check=True, timeout=120, **kwargs):
        home = {**os.environ, "KUBECONFIG": str(self.dir / "admin.kubeconfig"), "HOME": str(self.dir)}
        return run([client("kubectl", version), *args], check=check, timeout=timeout, env=home, **kwargs)

    def get(self, *args, version="v35"):
        return json.loads(self.kubectl("get", *args, "-o", "json", version=version).stdout)

    def curl(self, path, *args, identity="admin", check=True):
        """curl with the administrator's certificate, or without one when identity is None."""
        who = ["--cert", self.pki / f"{identity}.crt", "--key", self.pki / f"{identity}.key"] if identity else []
        return run(["curl", "--silent", "--show-error", "--max-time", "30", "--cacert", self.pki / "ca.crt", *who, *args,
                    self.server + path], check=check)

    def api(self, method, path, body=None, content_type="application/json", identity="admin", headers=()):
        """(status, decoded body) of one request."""
        args = ["--request", method, "--write-out", "\n%{http_code}"]
        for header in headers:
            args += ["--header", header]
        if body is not None:
            text = body if isinstance(body, str) else json.dumps(body)
            file = self.dir / "body"
            file.write_text(text)
            args += ["--header", f"Content-Type: {content_type}", "--data-binary", f"@{file}"]
        text, status = self.curl(path, *args, identity=identity).stdout.rsplit("\n", 1)
        try:
            return int(status), json.loads(text)
        except ValueError:
            return int(status), text


def alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


class ClusterTest(unittest.TestCase):
    """Starts one cluster for all tests of the class; its logs are shown when a test failed."""

    # Every port stays below 32768, where the ephemeral ones begin.
    offset, flags, bin = 19500, (), None
    any_failed = False

    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(cls.bin, cls.offset + MORE_OFFSET, *cls.flags, *MORE_FLAGS)
        try:
            cls.cluster.up()
        except BaseException:
            cls.cluster.remove(failed=True)
            raise

    @classmethod
    def tearDownClass(cls):
        cls.cluster.remove(failed=cls.any_failed)

    def run(self, result=None):
        result = super().run(result)
        if result and not result.wasSuccessful():
            type(self).any_failed = True
        return result


def main():
    ClusterTest.bin = sys.argv.pop(1)
    # After a failure the later steps say little, unless one wants to see them all.
    unittest.main(verbosity=2, failfast="COX_E2E_KEEP_GOING" not in os.environ)
