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
import threading
import time

import faults

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

    def __init__(self, port, context, timeout=10, host="127.0.0.1"):
        self.host, self.port, self.context, self.timeout = host, port, context, timeout
        self.connection = None

    def connect(self):
        return http.client.HTTPSConnection(self.host, self.port, context=self.context, timeout=self.timeout)

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

    def all_with_revisions(self, prefix, **fields):
        """(key, value, revision of the last change) of each key."""
        end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        answer = self.call("kv/range", key=b64(prefix), range_end=b64(end), **fields)
        return [(unb64(kv["key"]), unb64(kv.get("value", "")), int(kv["mod_revision"])) for kv in answer.get("kvs", [])]

    def all(self, prefix, **fields):
        return {key: value for key, value, _ in self.all_with_revisions(prefix, **fields)}

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
        self.peers, self.state, self.more_flags, self.prefix = [self], "new", [], []
        self.name = f"store-{index}"
        self.host = cluster.host_of(index)
        self.port, self.peer_port = CLIENT_PORT + 10 * (index - 1), PEER_PORT + 10 * (index - 1)
        self.client = Client(self.port, cluster.context, host=self.host)

    def data_dir(self):
        return self.cluster.dir / self.name

    def peer_url(self):
        return f"https://{self.host}:{self.peer_port}"

    def flags(self):
        pki = self.cluster.pki / "etcd"
        flags = [f"--name={self.name}", f"--data-dir={self.data_dir()}",
                 f"--listen-client-urls=https://{self.host}:{self.port}",
                 f"--advertise-client-urls=https://{self.host}:{self.port}",
                 f"--listen-peer-urls={self.peer_url()}", f"--initial-advertise-peer-urls={self.peer_url()}",
                 "--initial-cluster=" + ",".join(f"{m.name}={m.peer_url()}" for m in self.peers),
                 f"--initial-cluster-state={self.state}", "--client-cert-auth",
                 f"--cert-file={pki}/{self.name}.crt", f"--key-file={pki}/{self.name}.key",
                 f"--trusted-ca-file={pki}/ca.crt", f"--peer-cert-file={pki}/{self.name}-peer.crt",
                 f"--peer-key-file={pki}/{self.name}-peer.key", f"--peer-trusted-ca-file={pki}/ca.crt"]
        changed = {flag.split("=")[0] for flag in self.more_flags}
        return [*(f for f in flags if f.split("=")[0] not in changed), *self.more_flags]

    def command(self):
        """Dies with the test, also if that is killed: with its main thread, for it is the starting thread that counts."""
        main = threading.current_thread() is threading.main_thread()
        guard = ["setpriv", "--pdeathsig", "KILL"] if main and shutil.which("setpriv") else []
        return [*guard, *self.cluster.prefix_of(self.index), *self.prefix, self.cluster.bin / "raft-store", *self.flags()]

    def log_path(self):
        return self.cluster.dir / f"{self.name}.log"

    def start(self):
        with open(self.log_path(), "ab") as log:
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def wait_ready(self, timeout=20):
        def ready():
            assert self.process.poll() is None, f"{self.name} ended: {self.log_path().read_text()[-2000:]}"
            return self.client.request("GET", "/readyz?exclude=non_learner")
        eventually(f"{self.name} is ready", ready, timeout)

    def end(self, how=signal.SIGKILL):
        """Ends the process; its exit code."""
        self.client.close()
        self.process.send_signal(how)
        code = self.process.wait(timeout=20)
        self.process = None
        return code

    def wait_end(self, timeout=20):
        """Until the process has ended by itself; its exit code."""
        code = self.process.wait(timeout=timeout)
        self.client.close()
        self.process = None
        return code

    def last_line(self):
        return self.log_path().read_text(errors="replace").rstrip().splitlines()[-1]

    def id(self):
        return self.status()["header"]["member_id"]

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
    """`network` (faults.Network): each member has its own namespace, else all are on loopback."""

    def __init__(self, bin_dir, size, network=None, spares=1):
        self.network = network
        self.bin = pathlib.Path(bin_dir).resolve()
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="coxswain-store-", dir=roomy_directory()))
        self.pki = self.dir / "pki"
        subprocess.run([self.bin / "coxctl", "certs", "init", "--quiet", "--dir", self.pki, "--stores", str(size + spares),
                        "--nodes", "0", "--addresses", ",".join(self.addresses(size + spares))], check=True, stdout=subprocess.DEVNULL, timeout=60)
        self.context = self.tls("apiserver-etcd-client")
        self.made, self.members = size, [Member(self, i + 1) for i in range(size)]
        for member in self.members:
            member.peers = self.members

    def host_of(self, index):
        return faults.address(index) if self.network else "127.0.0.1"

    def addresses(self, size):
        return ["127.0.0.1", *(self.host_of(i + 1) for i in range(size) if self.network)]

    def prefix_of(self, index):
        return self.network.prefix(index) if self.network else []

    def tls(self, identity=None):
        context = ssl.create_default_context(cafile=str(self.pki / "etcd" / "ca.crt"))
        if identity:
            context.load_cert_chain(self.pki / f"{identity}.crt", self.pki / f"{identity}.key")
        return context

    def newcomer(self):
        """A further member, to join those there are; not started."""
        self.made += 1
        member = Member(self, self.made)
        member.peers, member.state = [*self.members, member], "existing"
        self.members = member.peers
        return member

    def start(self):
        for member in self.members:
            member.start()
        for member in self.members:
            member.wait_ready()

    def wait_published(self):
        """Until all members are known to all, as they are a moment after the first start."""
        def published():
            return all(m.get("clientURLs") for x in self.running()
                       for m in x.client.call("cluster/member/list")["members"])
        eventually("all members are known", published)

    def running(self):
        return [m for m in self.members if m.process]

    def leader(self, timeout=20):
        """The running member that all running ones follow."""
        return self.leader_of(None, timeout)

    def leader_of(self, members, timeout=20):
        def agreed():
            asked = members or self.running()
            leaders = {m.status().get("leader") for m in asked}
            if len(leaders) != 1:
                return None
            return next((m for m in asked if m.leads()), None)
        return eventually("a leader", agreed, timeout)

    def remove(self, failed):
        for member in self.running():
            member.process.send_signal(signal.SIGCONT)
            member.end()
        if failed:
            for member in self.members:
                lines = member.log_path().read_text(errors="replace").splitlines()[-40:] \
                    if member.log_path().exists() else []
                print(f"--- the end of {member.name}'s log", *lines, sep="\n", file=sys.stderr)
        shutil.rmtree(self.dir, ignore_errors=True)
