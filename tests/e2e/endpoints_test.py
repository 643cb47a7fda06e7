"""Walks every endpoint that the conformance suite counts (endpoints.tsv), from create to delete, and checks the answers."""
import base64
import copy
import http.client
import json
import pathlib
import ssl
import subprocess

import harness
from endpoints_samples import NAMES, NS, SAMPLES, STATUS

FILE = pathlib.Path(__file__).with_name("endpoints.tsv")
ENDPOINTS = {tuple(line.split("\t")) for line in FILE.read_text().splitlines()[1:]}
NAMESPACE = "endpoints"
MERGE = "application/merge-patch+json"
ECHO = """
import http.server, os, sys
class Echo(http.server.BaseHTTPRequestHandler):
    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = (self.command + " " + self.path + " " + self.rfile.read(length).decode()).encode()
        self.send_response(200)
        self.send_header("X-Method", self.command)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer
print("listening", flush=True)
http.server.ThreadingHTTPServer((os.environ["IP"], 8080), Echo).serve_forever()
"""
ECHO_POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "echo", "labels": {"app": "echo"}},
            "spec": {"terminationGracePeriodSeconds": 1, "containers": [{
                "name": "echo", "image": "python", "command": ["python3", "-c", ECHO], "ports": [{"containerPort": 8080}],
                "env": [{"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}]}]}}
ECHO_SERVICE = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "echo"},
                "spec": {"selector": {"app": "echo"}, "ports": [{"name": "http", "port": 80, "targetPort": 8080}]}}


class EndpointsTest(harness.ClusterTest):
    offset = 19800

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visited = set()
        context = ssl.create_default_context(cafile=cls.cluster.pki / "ca.crt")
        context.load_cert_chain(cls.cluster.pki / "admin.crt", cls.cluster.pki / "admin.key")
        cls.connection = http.client.HTTPSConnection("127.0.0.1", 6443 + cls.cluster.offset, context=context, timeout=30)
        status, body = cls.send("POST", "/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})
        assert status == 201, body

    @classmethod
    def send(cls, method, path, body=None, content_type="application/json"):
        headers = {"Content-Type": content_type} if body is not None else {}
        cls.connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        response = cls.connection.getresponse()
        text = response.read().decode()
        cls.last_headers = response.headers
        try:
            return response.status, json.loads(text)
        except ValueError:
            return response.status, text

    def visit(self, method, template, body=None, content_type="application/json", expect=(200,), query="", **names):
        """One request to an endpoint of the list; its answer."""
        self.assertIn((method, template), ENDPOINTS)
        path = template.replace("{namespace}", NAMESPACE)
        for name, value in names.items():
            path = path.replace("{" + name + "}", value)
        status, answer = self.send(method, path + query, body, content_type)
        self.assertIn(status, expect, f"{method} {path}: {answer}")
        self.visited.add((method, template))
        return answer

    def sample(self, collection, name, number):
        version, kind, rest = SAMPLES[collection]
        text = json.dumps(rest).replace("{namespace}", NAMESPACE).replace("{name}", name).replace("{csr}", self.csr(name))
        called = NAMES.get(collection, "{name}").replace("{name}", name).replace("{number}", str(number))
        return {"apiVersion": version, "kind": kind, "metadata": {"name": called, "labels": {"walk": "yes"}},
                **json.loads(text)}

    def csr(self, name):
        key = self.cluster.dir / "walk.key"
        done = subprocess.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                               "-keyout", key, "-subj", f"/CN={name}"], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, check=True)
        return base64.b64encode(done.stdout).decode()

    def change(self, template, wanted, name, read=True):
        """GET, PATCH and PUT of an object or of its subresource; `wanted` is merged in."""
        if read:
            self.visit("GET", template, name=name)
        patched = self.visit("PATCH", template, wanted, MERGE, name=name)
        if ("PUT", template) in ENDPOINTS:
            self.put(template, patched, name)
        return patched

    def put(self, template, instead, name):
        """Controllers write, too: what they changed meanwhile is read, and the update tried again."""
        path = template.replace("{namespace}", NAMESPACE).replace("{name}", name)
        for _ in range(20):
            status, answer = self.send("PUT", path, instead)
            if status != 409:
                break
            instead = self.send("GET", path)[1]
        self.assertEqual(status, 200, f"PUT {path}: {answer}")
        self.visited.add(("PUT", template))

    def walk(self, collection, number):
        made = self.visit("POST", collection, self.sample(collection, "walk-one", number), expect=(201,))
        name = made["metadata"]["name"]
        self.assertTrue(made["metadata"]["uid"])
        everywhere = collection.replace(NS, "")
        for path in {collection, everywhere}:
            answer = self.visit("GET", path, query="?labelSelector=walk%3Dyes")
            self.assertEqual(answer["kind"], made["kind"] + "List")
            self.assertIn(name, [o["metadata"]["name"] for o in answer["items"]])
        item = collection + "/{name}"
        self.visit("GET", item, name=name)
        changed = self.change(item, {"metadata": {"labels": {"changed": "yes"}}}, name)
        self.assertEqual(changed["metadata"]["labels"]["changed"], "yes")
        self.walk_status(collection, name)
        self.walk_scale(item + "/scale", name)
        self.walk_rest(collection, name)
        self.remove(collection, name, number)

    def walk_status(self, collection, name):
        template = collection + "/{name}/status"
        if ("PATCH", template) not in ENDPOINTS:
            return
        wanted = STATUS[collection]
        patched = self.change(template, {"status": wanted}, name, read=("GET", template) in ENDPOINTS)
        for member, value in wanted.items():
            got = patched["status"].get(member, [] if value == [] else None)
            if member == "conditions":
                got = [c for c in got if c["type"] == "Tried"]
                self.assertEqual(got[0]["status"], "True", template)
            else:
                self.assertEqual(got, value, template)

    def walk_scale(self, template, name):
        if ("GET", template) in ENDPOINTS:
            scale = self.change(template, {"spec": {"replicas": 0}}, name)
            self.assertEqual((scale["kind"], scale["spec"].get("replicas", 0)), ("Scale", 0))

    def walk_rest(self, collection, name):
        """Subresources of one kind alone."""
        item = collection + "/{name}"
        if collection.endswith("/certificatesigningrequests"):
            self.change(item + "/approval", {"status": {"conditions": [
                {"type": "Denied", "status": "True", "reason": "Tried", "message": "a try"}]}}, name)
        if collection.endswith("/serviceaccounts"):
            token = self.visit("POST", item + "/token", {"spec": {"audiences": ["walk"]}}, expect=(201,), name=name)
            self.assertEqual(token["status"]["token"].count("."), 2)
        if collection.endswith("/pods"):
            container = {"name": "debug", "image": "none"}
            added = self.change(item + "/ephemeralcontainers", {"spec": {"ephemeralContainers": [container]}}, name)
            self.assertEqual(added["spec"]["ephemeralContainers"][0]["name"], "debug")
            self.change(item + "/resize", {"metadata": {"labels": {"resized": "yes"}}}, name)
        if collection == "/api/v1/namespaces":
            self.visit("PUT", item + "/finalize", self.visit("GET", item, name=name), name=name)

    def remove(self, collection, name, number):
        self.visit("DELETE", collection + "/{name}", expect=(200, 202), name=name)
        item = (collection + "/" + name).replace("{namespace}", NAMESPACE)
        harness.eventually(f"{item} gone", lambda: self.send("GET", item)[0] == 404)
        if ("DELETE", collection) not in ENDPOINTS:
            return
        made = self.visit("POST", collection, self.sample(collection, "walk-two", number + 100), expect=(201,))
        self.visit("DELETE", collection, query="?labelSelector=walk%3Dyes")
        item = (collection + "/" + made["metadata"]["name"]).replace("{namespace}", NAMESPACE)
        harness.eventually(f"{item} gone", lambda: self.send("GET", item)[0] == 404)

    def test_1_resources(self):
        for number, collection in enumerate(SAMPLES):
            with self.subTest(collection):
                self.walk(collection, number)

    def test_2_service_cidrs_are_read(self):
        base = "/apis/networking.k8s.io/v1/servicecidrs"
        items = self.visit("GET", base)["items"]
        self.assertEqual([i["metadata"]["name"] for i in items], ["kubernetes"])
        for template in (base + "/{name}", base + "/{name}/status"):
            self.assertEqual(self.visit("GET", template, name="kubernetes")["kind"], "ServiceCIDR")

    def test_3_discovery(self):
        for method, path in sorted(ENDPOINTS):
            if method != "GET" or "{" in path or not path.endswith("/"):
                continue
            answer = self.visit(method, path)
            parts = path.strip("/").split("/")
            if path == "/version/":
                self.assertTrue(answer["gitVersion"].startswith("v1."))
            elif path == "/api/":
                self.assertEqual(answer["versions"], ["v1"])
            elif path == "/apis/":
                self.assertEqual(answer["kind"], "APIGroupList")
            elif parts[0] == "apis" and len(parts) == 2:
                self.assertEqual((answer["kind"], answer["name"]), ("APIGroup", parts[1]))
            else:
                self.assertEqual((answer["kind"], answer["groupVersion"]),
                                 ("APIResourceList", "/".join(parts[1:])))

    def test_4_reviews(self):
        access = {"spec": {"user": "nobody", "resourceAttributes": {"namespace": NAMESPACE, "verb": "get", "resource": "pods"}}}
        base = "/apis/authorization.k8s.io/v1"
        for path, allowed in ((base + "/subjectaccessreviews", False), (base + NS + "/localsubjectaccessreviews", False),
                              (base + "/selfsubjectaccessreviews", True)):
            body = copy.deepcopy(access)
            if allowed:
                del body["spec"]["user"]
            answer = self.visit("POST", path, body, expect=(201,))
            self.assertEqual(answer["status"]["allowed"], allowed)
        answer = self.visit("POST", "/apis/authentication.k8s.io/v1/tokenreviews", {"spec": {"token": "nonsense"}},
                            expect=(201,))
        self.assertFalse(answer["status"].get("authenticated", False))

    def test_5_proxies(self):
        for body, path in ((ECHO_POD, "pods"), (ECHO_SERVICE, "services")):
            status, answer = self.send("POST", f"/api/v1/namespaces/{NAMESPACE}/{path}", body)
            self.assertEqual(status, 201, answer)
        pods, services = (f"/api/v1{NS}/{kind}/{{name}}/proxy" for kind in ("pods", "services"))
        through = services.replace("{namespace}", NAMESPACE).replace("{name}", "http:echo:80")
        harness.eventually("an answer", lambda: self.send("GET", through + "/")[0] == 200, timeout=60)
        for template, name in ((pods, "echo:8080"), (services, "http:echo:80")):
            for method in ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"):
                body = {"a": 1} if method in ("PATCH", "POST", "PUT") else None
                # A read of the proxy itself leads to its root, so that relative links work.
                moved = method in ("GET", "HEAD")
                self.visit(method, template, body, name=name, expect=(301,) if moved else (200,))
                answer = self.visit(method, template + "/{path}", body, name=name, path="some/path", query="?x=1")
                self.assertEqual(self.last_headers["X-Method"], method)
                if method != "HEAD":
                    text = json.dumps(body) if body else ""
                    self.assertEqual(answer, f"{method} /some/path?x=1 {text}")

    def test_6_running_pod(self):
        item = f"/api/v1{NS}/pods/{{name}}"
        self.assertIn("listening", self.visit("GET", item + "/log", name="echo"))
        out = self.cluster.kubectl("exec", "-n", NAMESPACE, "echo", "--", "echo", "it", "works").stdout
        self.assertEqual(out, "it works\n")
        self.visited.add(("GET", item + "/exec"))  # By kubectl: it is a WebSocket.
        pending = self.sample(f"/api/v1{NS}/pods", "to-bind", 0)
        self.assertEqual(self.send("POST", f"/api/v1/namespaces/{NAMESPACE}/pods", pending)[0], 201)
        self.visit("POST", item + "/binding", {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": "to-bind"},
                                               "target": {"kind": "Node", "name": "nowhere"}}, expect=(201,), name="to-bind")
        bound = self.send("GET", f"/api/v1/namespaces/{NAMESPACE}/pods/to-bind")[1]
        self.assertEqual(bound["spec"]["nodeName"], "nowhere")
        self.visit("POST", item + "/eviction", {"apiVersion": "policy/v1", "kind": "Eviction",
                                                "metadata": {"name": "echo", "namespace": NAMESPACE}},
                   expect=(201,), name="echo")
        gone = f"/api/v1/namespaces/{NAMESPACE}/pods/echo"
        harness.eventually("the evicted pod gone", lambda: self.send("GET", gone)[0] == 404)

    def test_7_none_is_left_out(self):
        left = sorted(ENDPOINTS - self.visited)
        self.assertEqual(left, [], f"{len(left)} of {len(ENDPOINTS)} endpoints were not visited")


if __name__ == "__main__":
    harness.main()
