"""The main job with curl alone: create, wait, scale, update, watch, delete, with the client certificate."""
import json
import subprocess
import time

import harness

PODS = "/api/v1/namespaces/default/pods"
DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"


def documents(path):
    """The objects of a YAML file with several documents, still as text: the server reads YAML itself."""
    return [part for part in path.read_text().split("\n---\n") if "kind:" in part]


class CurlTest(harness.ClusterTest):
    offset = 19200

    def ready_pods(self):
        status, pods = self.cluster.api("GET", PODS + "?labelSelector=app%3Dweb")
        self.assertEqual(status, 200)
        return [p for p in pods["items"] if "deletionTimestamp" not in p["metadata"] and
                any(c["type"] == "Ready" and c["status"] == "True" for c in p["status"].get("conditions", []))]

    def test_1_create_from_yaml(self):
        where = {"ConfigMap": "/api/v1/namespaces/default/configmaps", "Secret": "/api/v1/namespaces/default/secrets",
                 "Deployment": DEPLOYMENTS, "Service": "/api/v1/namespaces/default/services"}
        for text in documents(harness.ROOT / "charts" / "examples" / "web.yaml"):
            kind = next(line.split(": ")[1] for line in text.splitlines() if line.startswith("kind: "))
            status, made = self.cluster.api("POST", where[kind], text, content_type="application/yaml")
            self.assertEqual(status, 201, made)
        harness.eventually("three ready pods", lambda: len(self.ready_pods()) == 3, timeout=90)

    def test_2_scale(self):
        status, scale = self.cluster.api("PATCH", DEPLOYMENTS + "/web/scale", {"spec": {"replicas": 4}},
                                         content_type="application/merge-patch+json")
        self.assertEqual((status, scale["kind"]), (200, "Scale"))
        harness.eventually("four ready pods", lambda: len(self.ready_pods()) == 4)

    def test_3_watch_resumes_without_a_gap(self):
        version = self.cluster.api("GET", PODS)[1]["metadata"]["resourceVersion"]
        patch = {"metadata": {"labels": {"seen": "yes"}}}
        names = [p["metadata"]["name"] for p in self.ready_pods()]
        for name in names:
            status, _ = self.cluster.api("PATCH", f"{PODS}/{name}", patch, content_type="application/merge-patch+json")
            self.assertEqual(status, 200)
        out = subprocess.run(["curl", "--silent", "--no-buffer", "--max-time", "3", "--cacert", self.cluster.pki / "ca.crt",
                              "--cert", self.cluster.pki / "admin.crt", "--key", self.cluster.pki / "admin.key",
                              f"{self.cluster.server}{PODS}?watch=1&resourceVersion={version}&timeoutSeconds=2"],
                             stdout=subprocess.PIPE, text=True, timeout=30).stdout
        events = [json.loads(line) for line in out.splitlines()]
        changed = {e["object"]["metadata"]["name"] for e in events if e["object"]["metadata"].get("labels", {}).get("seen")}
        self.assertEqual(changed, set(names))

    def test_4_table(self):
        status, table = self.cluster.api("GET", PODS, headers=["Accept: application/json;as=Table;v=v1;g=meta.k8s.io"])
        self.assertEqual((status, table["kind"]), (200, "Table"))
        self.assertEqual([c["name"] for c in table["columnDefinitions"]][:5],
                         ["Name", "Ready", "Status", "Restarts", "Age"])

    def test_5_delete_in_the_foreground(self):
        status, _ = self.cluster.api("DELETE", DEPLOYMENTS + "/web", {"propagationPolicy": "Foreground"})
        self.assertEqual(status, 200)
        harness.eventually("the deployment gone", lambda: self.cluster.api("GET", DEPLOYMENTS + "/web")[0] == 404, timeout=90)
        self.assertEqual(self.cluster.api("GET", PODS + "?labelSelector=app%3Dweb")[1]["items"], [])

    def test_6_what_is_there(self):
        self.assertEqual(self.cluster.curl("/readyz").stdout, "ok")
        groups = {g["name"] for g in self.cluster.api("GET", "/apis")[1]["groups"]}
        self.assertLessEqual({"apps", "batch", "rbac.authorization.k8s.io", "coordination.k8s.io"}, groups)
        self.assertIn("apiserver_request_total", self.cluster.curl("/metrics").stdout)
        self.assertEqual(self.cluster.api("GET", "/version")[1]["major"], "1")


if __name__ == "__main__":
    harness.main()
