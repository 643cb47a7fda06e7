"""The main job, step by step, with the kubectl that COX_KUBECTL names (v35 or v28)."""
import hashlib
import http.client
import json
import os
import pathlib
import signal
import subprocess
import threading
import time
import unittest

import harness

VERSION = os.environ.get("COX_KUBECTL", "v35")
WEB = harness.ROOT / "charts" / "examples" / "web.yaml"


def ready(pod):
    return any(c["type"] == "Ready" and c["status"] == "True" for c in pod["status"].get("conditions", []))


def page(ip, timeout=2):
    connection = http.client.HTTPConnection(ip, 8080, timeout=timeout)
    try:
        connection.request("GET", "/")
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


class WebTest(harness.ClusterTest):
    offset = 19000 if VERSION == "v35" else 19100

    def k(self, *args, **kwargs):
        return self.cluster.kubectl(*args, version=VERSION, **kwargs).stdout

    def pods(self):
        items = self.cluster.get("pods", "-l", "app=web", version=VERSION)["items"]
        return [p for p in items if "deletionTimestamp" not in p["metadata"]]

    def wait_ready(self, n, timeout=90):
        return harness.eventually(f"{n} ready pods", lambda: self.exactly_ready(n), timeout)

    def exactly_ready(self, n):
        pods = self.pods()
        return pods if len(pods) == n and all(map(ready, pods)) else None

    def test_01_apply(self):
        out = self.k("apply", "-f", WEB)
        self.assertIn("deployment.apps/web created", out)
        self.k("rollout", "status", "deployment/web", "--timeout=90s")
        for pod in self.wait_ready(3):
            shown = page(pod["status"]["podIP"])
            self.assertEqual(shown["greeting"], "Hello from Coxswain")
            self.assertEqual(shown["pod"], pod["metadata"]["name"])
            secret = hashlib.sha256(b"correct horse battery staple").hexdigest()[:12]
            self.assertEqual(shown["password_sha256"], secret)
        self.assertIn("unchanged", self.k("apply", "-f", WEB))

    def test_02_a_killed_process_is_restarted(self):
        pod = self.wait_ready(3)[0]
        os.kill(self.host_pid(pod), signal.SIGKILL)
        name = pod["metadata"]["name"]

        def restarted():
            now = self.cluster.get("pod", name, version=VERSION)
            status = now["status"]["containerStatuses"][0]
            return status["restartCount"] >= 1 and ready(now) and now
        now = harness.eventually("restarted", restarted)
        ended = now["status"]["containerStatuses"][0]["lastState"]["terminated"]
        self.assertEqual(ended["exitCode"], 137)

    def host_pid(self, pod):
        """The server's process as this machine sees it: the one that carries the pod's name."""
        marker = f"POD_NAME={pod['metadata']['name']}".encode()
        for entry in pathlib.Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and b"server.py" in (entry / "cmdline").read_bytes() and \
                        marker in (entry / "environ").read_bytes().split(b"\0"):
                    return int(entry.name)
            except OSError:
                continue
        raise AssertionError("no process for " + pod["metadata"]["name"])

    def test_03_a_deleted_pod_is_replaced(self):
        before = self.wait_ready(3)
        gone = before[0]["metadata"]["name"]
        self.assertIn("deleted", self.k("delete", "pod", gone))
        after = self.wait_ready(3)
        self.assertNotIn(gone, [p["metadata"]["name"] for p in after])

    def test_04_scale(self):
        self.k("scale", "deployment/web", "--replicas=5")
        self.wait_ready(5)
        self.k("scale", "deployment/web", "--replicas=3")
        self.wait_ready(3)

    def test_05_rolling_update_without_a_gap(self):
        """While the update runs, never fewer than three endpoints, and every ready one answers."""
        self.wait_ready(3)
        stop, problems, served = threading.Event(), [], [0]

        def visitor():
            while not stop.is_set():
                slices = self.cluster.get("endpointslices", "-l", "kubernetes.io/service-name=web", version=VERSION)
                ips = [e["addresses"][0] for s in slices["items"] for e in s.get("endpoints") or []
                       if e["conditions"].get("ready")]
                if len(ips) < 3:
                    problems.append(f"{len(ips)} endpoints")
                for ip in ips:
                    try:
                        page(ip)
                        served[0] += 1
                    except OSError as error:
                        problems.append(f"{ip}: {error}")
        thread = threading.Thread(target=visitor)
        thread.start()
        try:
            self.k("set", "env", "deployment/web", "COLOR=green")
            self.k("rollout", "status", "deployment/web", "--timeout=120s", timeout=150)
        finally:
            stop.set()
            thread.join()
        self.assertEqual(problems, [])
        self.assertGreater(served[0], 10)
        for pod in self.wait_ready(3):
            self.assertEqual(page(pod["status"]["podIP"])["color"], "green")

    def test_06_history_and_undo(self):
        history = self.k("rollout", "history", "deployment/web")
        self.assertRegex(history, r"(?m)^1 ")
        self.assertRegex(history, r"(?m)^2 ")
        self.k("rollout", "undo", "deployment/web")
        self.k("rollout", "status", "deployment/web", "--timeout=120s", timeout=150)
        for pod in self.wait_ready(3):
            self.assertEqual(page(pod["status"]["podIP"])["color"], "blue")

    def test_07_set_image(self):
        self.k("set", "image", "deployment/web", "web=docker.io/library/python:3.12")
        self.k("rollout", "status", "deployment/web", "--timeout=120s", timeout=150)
        images = {p["spec"]["containers"][0]["image"] for p in self.wait_ready(3)}
        self.assertEqual(images, {"docker.io/library/python:3.12"})

    def test_08_logs_follow(self):
        pod = self.wait_ready(3)[0]
        name, ip = pod["metadata"]["name"], pod["status"]["podIP"]
        self.assertIn("listening on", self.k("logs", name))
        home = {**os.environ, "KUBECONFIG": str(self.cluster.dir / "admin.kubeconfig"), "HOME": str(self.cluster.dir)}
        follow = subprocess.Popen([harness.client("kubectl", VERSION), "logs", "-f", "--tail=1", name], env=home, text=True,
                                  stdout=subprocess.PIPE)
        try:
            lines = []
            reader = threading.Thread(target=lambda: lines.extend(iter(follow.stdout.readline, "")), daemon=True)
            reader.start()
            time.sleep(1)
            page(ip)
            harness.eventually("the request in the log", lambda: any("GET / " in line for line in lines), timeout=15)
        finally:
            follow.kill()
            follow.wait()
            reader.join(5)
            follow.stdout.close()

    def test_09_what_get_and_describe_show(self):
        wide = self.k("get", "pods", "-o", "wide")
        self.assertIn("NOMINATED NODE", wide)
        self.assertIn("Running", wide)
        self.assertIn("node-1", wide)
        self.assertIn("kind: Deployment", self.k("get", "deployment", "web", "-o", "yaml"))
        self.assertEqual(self.k("get", "deployment", "web", "-o", "jsonpath={.status.readyReplicas}"), "3")
        described = self.k("describe", "deployment", "web")
        self.assertIn("ScalingReplicaSet", described)
        self.assertIn("3 desired | 3 updated | 3 total | 3 available | 0 unavailable", described)
        pod = self.wait_ready(3)[0]["metadata"]["name"]
        described = self.k("describe", "pod", pod)
        for reason in ("Scheduled", "Created", "Started"):
            self.assertIn(reason, described)
        self.assertIn("Ready", self.k("get", "nodes"))
        self.assertIn("api-resources", self.k("api-resources", "--help"))
        self.assertIn("deployments", self.k("api-resources"))
        self.assertIn("replicas", self.k("explain", "deployment.spec"))

    def test_10_exec(self):
        if VERSION == "v28":
            self.skipTest("kubectl 1.28 execs over SPDY, which the API has left behind for WebSockets (KEP-4006)")
        pod = self.wait_ready(3)[0]["metadata"]["name"]
        self.assertEqual(self.k("exec", pod, "--", "/bin/echo", "hello"), "hello\n")
        self.assertEqual(self.cluster.kubectl("exec", "-i", pod, "--", "/bin/cat", input="through\n").stdout, "through\n")
        failed = self.cluster.kubectl("exec", pod, "--", "/bin/sh", "-c", "exit 7", check=False)
        self.assertEqual(failed.returncode, 7)

    def test_11_watch(self):
        home = {**os.environ, "KUBECONFIG": str(self.cluster.dir / "admin.kubeconfig"), "HOME": str(self.cluster.dir)}
        watch = subprocess.Popen([harness.client("kubectl", VERSION), "get", "deployment", "web", "-w"], env=home, text=True,
                                 stdout=subprocess.PIPE)
        lines = []
        reader = threading.Thread(target=lambda: lines.extend(iter(watch.stdout.readline, "")), daemon=True)
        reader.start()
        try:
            harness.eventually("the first state", lambda: any("3/3" in line for line in lines))
            self.k("scale", "deployment/web", "--replicas=4")
            harness.eventually("the next state", lambda: any("4/4" in line for line in lines))
        finally:
            watch.kill()
            watch.wait()
            reader.join(5)
            watch.stdout.close()

    def test_12_a_pod_that_cannot_be_placed_says_why(self):
        self.k("run", "large", "--image=none", "--overrides", json.dumps({"spec": {"containers": [
            {"name": "large", "image": "none", "command": ["/bin/true"], "resources": {"requests": {"cpu": "4000"}}}]}}))
        found = harness.eventually("FailedScheduling", lambda: "FailedScheduling" in self.k("describe", "pod", "large") and
                                   self.k("describe", "pod", "large"))
        self.assertIn("Insufficient cpu", found)
        self.k("delete", "pod", "large")

    def test_13_a_missing_command_is_an_error_the_pod_shows(self):
        self.k("run", "missing", "--image=none", "--restart=Never", "--command", "--", "/no/such/command")
        harness.eventually("the pod's error", lambda: "no such file or directory" in
                           json.dumps(self.cluster.get("pod", "missing", version=VERSION)["status"]))
        self.k("delete", "pod", "missing")

    def test_14_delete(self):
        self.k("delete", "-f", WEB, timeout=150)
        harness.eventually("no pods left", lambda: not self.cluster.get("pods", "-l", "app=web", version=VERSION)["items"])
        sets = self.cluster.get("replicasets", version=VERSION)["items"]
        self.assertEqual(sets, [])


if __name__ == "__main__":
    harness.main()
