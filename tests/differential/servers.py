"""The two servers that are compared: etcd as the oracle, and raft-store; as processes on loopback, in clear text."""
import http.client
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import threading
import time

# Below the ephemeral ports, and apart from those of the other tests (tests/integration, tests/e2e).
PORTS = {"etcd": 26479, "raft-store": 26489}
START_SECONDS = 20
ANSWER_SECONDS = 20


class Broken(Exception):
    """A server that ended, hung or spoke no HTTP."""


class Answer:
    def __init__(self, status, content_type, text):
        self.status, self.content_type, self.text = status, content_type, text


class Stream:
    """A watch stream whose requests are all in the body: etcd's gateway answers over HTTP/1.1 only when it has them all."""

    def __init__(self, port, path, body):
        self.messages, self.status, self.ended = [], None, False
        self.changed = threading.Condition()
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        self.connection.connect()
        self.socket = self.connection.sock
        self.thread = threading.Thread(target=self.read, args=(path, body), daemon=True)
        self.thread.start()

    def read(self, path, body):
        try:
            self.connection.request("POST", path, body)
            answer = self.connection.getresponse()
            self.status = answer.status
            for line in answer:
                if line.strip():
                    with self.changed:
                        self.messages.append(json.loads(line))
                        self.changed.notify_all()
        except (OSError, http.client.HTTPException, ValueError, AttributeError):
            pass
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def wait(self, condition, seconds):
        """True once `condition(messages)` holds; false after `seconds`, or when the stream has ended without."""
        with self.changed:
            self.changed.wait_for(lambda: self.ended or condition(self.messages), seconds)
            return condition(self.messages)

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.thread.join(timeout=5)
        self.connection.close()


class Server:
    """One member, fresh. `names` has what this server calls what both have: the placeholders of requests."""

    def __init__(self, name, program):
        self.name, self.program, self.port = name, pathlib.Path(program), PORTS[name]
        self.process, self.connection, self.dir = None, None, None
        self.names, self.streams = {}, {}

    def start(self):
        for port in (self.port, self.port + 1):
            if socket.socket().connect_ex(("127.0.0.1", port)) == 0:
                raise Broken(f"somebody serves port {port} already")
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix=f"coxswain-{self.name}-", dir=in_memory()))
        client, peer = f"http://127.0.0.1:{self.port}", f"http://127.0.0.1:{self.port + 1}"
        flags = ["--name=only", f"--data-dir={self.dir / 'data'}", f"--listen-client-urls={client}",
                 f"--advertise-client-urls={client}", f"--listen-peer-urls={peer}",
                 f"--initial-advertise-peer-urls={peer}", f"--initial-cluster=only={peer}"]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("ETCD_")}
        with open(self.dir / "log", "wb") as log:
            self.process = subprocess.Popen([self.program, *flags], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                            env=environment, cwd=self.dir)
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Broken(f"{self.name} does not start:\n{self.log_end()}")
            time.sleep(0.02)
        self.names["@peer@"] = peer
        self.names["@member@"] = json.loads(self.request("POST", "/v3/maintenance/status", "{}").text)["header"]["member_id"]

    def is_ready(self):
        try:
            return self.request("GET", "/health").status == 200
        except Broken:
            return False

    def log_end(self):
        return "\n".join((self.dir / "log").read_text(errors="replace").splitlines()[-30:])

    def request(self, method, path, body=None, headers=None):
        for attempt in range(2):
            fresh = self.connection is None
            try:
                if fresh:
                    self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
                self.connection.request(method, path, body, headers or {})
                answer = self.connection.getresponse()
                text = answer.read()
                return Answer(answer.status, answer.headers.get_content_type(), text.decode("utf-8", "replace"))
            except (OSError, http.client.HTTPException) as error:
                self.hang_up()
                if fresh or attempt:  # A kept connection may have been closed meanwhile.
                    alive = self.process and self.process.poll() is None
                    raise Broken(f"{self.name}: {error!r}; " + ("it runs" if alive else f"it ended:\n{self.log_end()}"))

    def hang_up(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def stop(self):
        for stream in self.streams.values():
            stream.close()
        self.streams, self.names = {}, {}
        self.hang_up()
        if self.process:
            self.process.kill()
            self.process.wait()
        self.process = None
        if self.dir:
            shutil.rmtree(self.dir, ignore_errors=True)


def in_memory():
    """Nothing here tests the disk, and etcd waits long for a busy one."""
    try:
        room = os.statvfs("/dev/shm")
        return "/dev/shm" if room.f_bavail * room.f_frsize > 1 << 30 else None
    except OSError:
        return None
