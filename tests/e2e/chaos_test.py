"""SIGKILL of each daemon in turn under a running rollout: nothing acknowledged is lost, the pods come out right."""
import os
import threading
import time
import unittest

import harness

ROUNDS = int(os.environ.get("COX_CHAOS_ROUNDS", "1"))
WEB = harness.ROOT / "charts" / "examples" / "web.yaml"
CONFIGMAPS = "/api/v1/namespaces/default/configmaps"


class Writer(threading.Thread):
    """Creates config maps for as long as it runs and remembers those the server acknowledged."""

    def __init__(self, cluster):
        super().__init__()
        self.cluster, self.stop, self.acknowledged, self.tried = cluster, threading.Event(), [], 0

    def run(self):
        while not self.stop.is_set():
            name = f"kept-{self.tried}"
            self.tried += 1
            body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"n": name}}
            try:
                status, _ = self.cluster.api("POST", CONFIGMAPS, body)
            except AssertionError:
                time.sleep(0.1)
                continue
            if status == 201:
                self.acknowledged.append(name)


class ChaosTest(harness.ClusterTest):
    offset = 19400

    def ready_pods(self):
        items = self.cluster.get("pods", "-l", "app=web")["items"]
        return {p["metadata"]["name"]: p for p in items if "deletionTimestamp" not in p["metadata"] and
                any(c["type"] == "Ready" and c["status"] == "True" for c in p["status"].get("conditions", []))}

    def test_kill_each_daemon_under_a_rollout(self):
        self.cluster.kubectl("apply", "-f", WEB)
        harness.eventually("three ready pods", lambda: len(self.ready_pods()) == 3, timeout=90)
        writer = Writer(self.cluster)
        writer.start()
        number = 0
        try:
            for _ in range(ROUNDS):
                for daemon in self.cluster.daemons():
                    with self.subTest(daemon=daemon):
                        number += 1
                        self.cluster.kubectl("set", "env", "deployment/web", f"ROUND=r{number}")
                        time.sleep(1)
                        self.cluster.kill(daemon)
                        time.sleep(1)
                        self.cluster.up()
                        self.cluster.kubectl("rollout", "status", "deployment/web", "--timeout=150s", timeout=180)
                        harness.eventually("three ready pods", lambda: len(self.ready_pods()) == 3, timeout=90)
        finally:
            writer.stop.set()
            writer.join()
        there = {c["metadata"]["name"] for c in self.cluster.get("configmaps")["items"]}
        self.assertEqual([n for n in writer.acknowledged if n not in there], [])
        self.assertGreater(len(writer.acknowledged), 20)

    def test_restarts_disturb_no_running_pod(self):
        self.cluster.kubectl("apply", "-f", WEB)
        self.cluster.kubectl("rollout", "status", "deployment/web", "--timeout=150s", timeout=180)
        before = harness.eventually("three ready pods", lambda: len(self.ready_pods()) == 3 and self.ready_pods(), timeout=90)
        for daemon in self.cluster.daemons():
            self.cluster.kill(daemon)
        self.cluster.up()
        harness.eventually("three ready pods", lambda: len(self.ready_pods()) == 3, timeout=90)
        time.sleep(3)
        after = self.ready_pods()
        self.assertEqual(set(before), set(after))
        for name, pod in after.items():
            old = before[name]["status"]["containerStatuses"][0]
            new = pod["status"]["containerStatuses"][0]
            self.assertEqual((old["containerID"], old["restartCount"]), (new["containerID"], new["restartCount"]))


if __name__ == "__main__":
    harness.main()
