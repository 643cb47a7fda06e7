"""An extension API server behind the aggregation layer: availability, discovery, requests as their user, its absence."""
import base64
import json

import harness
import https_server

GROUP = "ext.example.com"
FLUNDER = {"apiVersion": f"{GROUP}/v1", "kind": "Flunder", "metadata": {"name": "first", "namespace": "default"}}


class AggregationTest(harness.ClusterTest):
    offset = 18400

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seen = []
        cls.certificate, key = https_server.make_certificate(cls.cluster.dir / "extension", "ext.default.svc")
        cls.extension = https_server.HttpsServer(cls.certificate, key, cls.respond,
                                                 client_ca=cls.cluster.pki / "front-proxy-ca.crt")
        cls.addClassCleanup(cls.extension.stop)

    @classmethod
    def respond(cls, method, path, headers, body):
        cls.seen.append((method, path, {k.lower(): headers.get_all(k) for k in headers.keys()}))
        path = path.split("?")[0]
        if path == f"/apis/{GROUP}/v1":
            return 200, {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": f"{GROUP}/v1", "resources": [
                {"name": "flunders", "singularName": "flunder", "namespaced": True, "kind": "Flunder",
                 "verbs": ["create", "delete", "get", "list"], "shortNames": ["fl"]}]}
        if path.endswith("/flunders") and method == "POST":
            return 201, {**json.loads(body), "status": {"made": True}}
        if path.endswith("/flunders"):
            return 200, {"kind": "FlunderList", "apiVersion": f"{GROUP}/v1", "metadata": {}, "items": [FLUNDER]}
        if path.endswith("/flunders/first"):
            return 200, FLUNDER
        return 404, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404,
                     "message": "no such flunder"}

    def available(self, name):
        for c in self.cluster.get("apiservice", name)["status"].get("conditions", []):
            if c["type"] == "Available":
                return c["status"], c["reason"]
        return None

    def test_1_own_group_versions(self):
        harness.eventually("local ones", lambda: self.available("v1.apps") == ("True", "Local"))
        self.assertEqual(self.cluster.get("apiservice", "v1.")["spec"]["groupPriorityMinimum"], 18000)
        trust = self.cluster.get("configmap", "-n", "kube-system", "extension-apiserver-authentication")["data"]
        self.assertEqual(json.loads(trust["requestheader-allowed-names"]), ["front-proxy-client"])
        self.assertIn("BEGIN CERTIFICATE", trust["requestheader-client-ca-file"])

    def test_2_without_its_service(self):
        self.cluster.kubectl("create", "-f", "-", input=json.dumps({
            "apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService", "metadata": {"name": f"v1.{GROUP}"},
            "spec": {"group": GROUP, "version": "v1", "groupPriorityMinimum": 1000, "versionPriority": 15,
                     "caBundle": base64.b64encode(self.certificate.read_bytes()).decode(),
                     "service": {"namespace": "default", "name": "ext", "port": self.extension.port}}}))
        harness.eventually("no service", lambda: self.available(f"v1.{GROUP}") == ("False", "ServiceNotFound"))
        status, text = self.cluster.api("GET", f"/apis/{GROUP}/v1/namespaces/default/flunders")
        self.assertEqual((status, text), (503, "service unavailable\n"))

    def test_3_requests_reach_it_as_their_user(self):
        self.cluster.kubectl("create", "service", "externalname", "ext", "--external-name=localhost",
                             f"--tcp={self.extension.port}")
        harness.eventually("available", lambda: self.available(f"v1.{GROUP}") == ("True", "Passed"))
        self.assertIn("flunders", self.cluster.kubectl("api-resources", f"--api-group={GROUP}").stdout)
        self.assertEqual(self.cluster.get("fl", "first")["kind"], "Flunder")
        self.seen.clear()
        status, made = self.cluster.api("POST", f"/apis/{GROUP}/v1/namespaces/default/flunders?fieldManager=x", FLUNDER,
                                        headers=["X-Remote-User: mallory", "X-Remote-Group: system:masters"])
        self.assertEqual((status, made["status"]), (201, {"made": True}))
        method, path, headers = self.seen[-1]
        self.assertEqual((method, path), ("POST", f"/apis/{GROUP}/v1/namespaces/default/flunders?fieldManager=x"))
        self.assertEqual(headers["x-remote-user"], ["kubernetes-admin"])
        self.assertIn("system:masters", headers["x-remote-group"])
        status, refused = self.cluster.api("GET", f"/apis/{GROUP}/v1/namespaces/default/flunders/none")
        self.assertEqual((status, refused["message"]), (404, "no such flunder"))

    def test_4_when_it_goes(self):
        self.extension.stop()
        # Looked at again by itself, at the latest after half a minute.
        self.cluster.kubectl("annotate", "service", "ext", "look=again")
        harness.eventually("away", lambda: self.available(f"v1.{GROUP}") == ("False", "FailedDiscoveryCheck"))
        self.assertEqual(self.cluster.api("GET", f"/apis/{GROUP}/v1/namespaces/default/flunders")[0], 503)
        self.cluster.kubectl("delete", "apiservice", f"v1.{GROUP}")
        harness.eventually("gone", lambda: self.cluster.api("GET", f"/apis/{GROUP}/v1")[0] == 404)


if __name__ == "__main__":
    harness.main()
