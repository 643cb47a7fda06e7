"""Members of raft-store for a test: real processes over mutual TLS, in a directory that goes with the test."""
import base64
import http.client
import json
import os
import pathlib
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time

# Below the ephemeral ports, and apart from those of the end-to-end tests.
CLIENT_PORT, PEER_PORT = 27379, 27380


def b64(text):
    return base64.b64encode(text.encode()).decode()


def unb64(text):
    return base64.b64decode(text).decode()


def eventually(what, condition, timeout=20, every=0.02):
    """Waits until `condition()` is true and returns what it gave."""
    deadline = time.monotonic() + timeout
    last = None
    while time.monotonic() < deadline:
        try:
            last = condition()
            if last:
                return last
        except (OSError, http.client.HTTPException, Refused) as error:
            last = error
        time.sleep(every)
    raise AssertionError(f"not in {timeout} s: {what}; last: {last!r}")


class Refused(Exception):
    """An answer other than 200."""

    def __init__(self, status, text):
        super().__init__(f"{status} {text}")
        self.status = status
        try:
            self.body = json.loads(text)
        except ValueError:
            self.body = text


class Client:
    """Speaks JSON to one member over one kept-alive connection."""

    def __init__(self, port, context, timeout=10):
        self.port, self.context, self.timeout = port, context, timeout
        self.connection = None

    def connect(self):
        return http.client.HTTPSConnection("127.0.0.1", self.port, context=self.context, timeout=self.timeout)

    def request(self, method, path, body=None):
        try:
            self.connection = self.connection or self.connect()
            self.connection.request(method, path, body, {"Content-Type": "application/json"})
            answer = self.connection.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        if answer.status != 200:
            raise Refused(answer.status, text)
        return text

    def call(self, path, **fields):
        return json.loads(self.request("POST", "/v3/" + path, json.dumps(fields)))

    def put(self, key, value, **fields):
        return self.call("kv/put", key=b64(key), value=b64(value), **fields)

    def get(self, key, **fields):
        """The value; None if there is none."""
        kvs = self.call("kv/range", key=b64(key), **fields).get("kvs")
        return unb64(kvs[0].get("value", "")) if kvs else None

    def all(self, prefix, **fields):
        end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        answer = self.call("kv/range", key=b64(prefix), range_end=b64(end), **fields)
        return {unb64(kv["key"]): unb64(kv.get("value", "")) for kv in answer.get("kvs", [])}

    def watch(self, *requests):
        """The answers of a watch stream, as they come."""
        connection = self.connect()
        connection.request("POST", "/v3/watch", "".join(json.dumps(r) for r in requests))
        answer = connection.getresponse()
        if answer.status != 200:
            raise Refused(answer.status, answer.read().decode())
        try:
            for line in answer:
                yield json.loads(line)
        finally:
            connection.close()

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None


class Member:
    def __init__(self, cluster, index):
        self.cluster, self.index, self.process = cluster, index, None
        self.peers, self.state = [self], "new"
        self.name = f"store-{index}"
        self.port, self.peer_port = CLIENT_PORT + 10 * (index - 1), PEER_PORT + 10 * (index - 1)
        self.client = Client(self.port, cluster.context)

    def flags(self):
        pki = self.cluster.pki / "etcd"
        return [f"--name={self.name}", f"--data-dir={self.cluster.dir / self.name}",
                f"--listen-client-urls=https://127.0.0.1:{self.port}",
                f"--advertise-client-urls=https://127.0.0.1:{self.port}",
                f"--listen-peer-urls=https://127.0.0.1:{self.peer_port}",
                f"--initial-advertise-peer-urls=https://127.0.0.1:{self.peer_port}",
                "--initial-cluster=" + ",".join(f"{m.name}=https://127.0.0.1:{m.peer_port}"
                                                for m in self.peers),
                f"--initial-cluster-state={self.state}", "--client-cert-auth",
                f"--cert-file={pki}/{self.name}.crt", f"--key-file={pki}/{self.name}.key",
                f"--trusted-ca-file={pki}/ca.crt", f"--peer-cert-file={pki}/{self.name}-peer.crt",
                f"--peer-key-file={pki}/{self.name}-peer.key", f"--peer-trusted-ca-file={pki}/ca.crt"]

    def log_path(self):
        return self.cluster.dir / f"{self.name}.log"

    def start(self):
        with open(self.log_path(), "ab") as log:
            self.process = subprocess.Popen([self.cluster.bin / "raft-store", *self.flags()], stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL)

    def wait_ready(self, timeout=20):
        def ready():
            assert self.process.poll() is None, f"{self.name} ended: {self.log_path().read_text()[-2000:]}"
            return self.client.request("GET", "/readyz")
        eventually(f"{self.name} is ready", ready, timeout)

    def end(self, how=signal.SIGKILL):
        """Ends the process; its exit code."""
        self.client.close()
        self.process.send_signal(how)
        code = self.process.wait(timeout=20)
        self.process = None
        return code

    def status(self):
        return self.client.call("maintenance/status")

    def leads(self):
        status = self.status()
        return status.get("leader") == status["header"]["member_id"]


def roomy_directory():
    """In memory where there is room: killing a process tests no disk, and a busy one can take seconds for a sync."""
    try:
        room = os.statvfs("/dev/shm")
        return "/dev/shm" if room.f_bavail * room.f_frsize > 1 << 30 else None
    except OSError:
        return None


class StoreCluster:
    def __init__(self, bin_dir, size):
        self.bin = pathlib.Path(bin_dir).resolve()
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="coxswain-store-", dir=roomy_directory()))
        self.pki = self.dir / "pki"
        subprocess.run([self.bin / "coxctl", "certs", "init", "--quiet", "--dir", self.pki, "--stores", str(size + 1),
                        "--nodes", "0"], check=True, stdout=subprocess.DEVNULL, timeout=60)
        self.context = self.tls("apiserver-etcd-client")
        self.members = [Member(self, i + 1) for i in range(size)]
        for member in self.members:
            member.peers = self.members

    def tls(self, identity=None):
        context = ssl.create_default_context(cafile=str(self.pki / "etcd" / "ca.crt"))
        if identity:
            context.load_cert_chain(self.pki / f"{identity}.crt", self.pki / f"{identity}.key")
        return context

    def newcomer(self):
        """A further member, to join those there are; not started."""
        member = Member(self, len(self.members) + 1)
        member.peers, member.state = [*self.members, member], "existing"
        self.members = member.peers
        return member

    def start(self):
        for member in self.members:
            member.start()
        for member in self.members:
            member.wait_ready()

    def running(self):
        return [m for m in self.members if m.process]

    def leader(self, timeout=20):
        """The running member that all running ones follow."""
        def agreed():
            leaders = {m.status().get("leader") for m in self.running()}
            if len(leaders) != 1:
                return None
            return next((m for m in self.running() if m.leads()), None)
        return eventually("a leader", agreed, timeout)

    def remove(self, failed):
        for member in self.running():
            member.end()
        if failed:
            for member in self.members:
                lines = member.log_path().read_text(errors="replace").splitlines()[-40:] \
                    if member.log_path().exists() else []
                print(f"--- the end of {member.name}'s log", *lines, sep="\n", file=sys.stderr)
        shutil.rmtree(self.dir, ignore_errors=True)
