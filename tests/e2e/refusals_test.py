"""Bad input over the wire: each case gets the proper Status or TLS refusal, and the server keeps serving."""
import json
import pathlib
import socket
import ssl
import subprocess

import harness

CONFIGMAPS = "/api/v1/namespaces/default/configmaps"
PODS = "/api/v1/namespaces/default/pods"


def configmap(**extra):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, **extra}


def pod(**container):
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"},
            "spec": {"containers": [{"name": "c", "image": "i", **container}]}}


# (what, method, path, body, content type, status, reason, a part of the message)
REFUSALS = [
    ("malformed JSON", "POST", CONFIGMAPS, '{"kind": ', "application/json", 400, "BadRequest", ""),
    ("malformed YAML", "POST", CONFIGMAPS, "a: [1,\nb: }", "application/yaml", 400, "BadRequest", ""),
    ("an empty body", "POST", CONFIGMAPS, "", "application/json", 400, "BadRequest", ""),
    ("not an object", "POST", CONFIGMAPS, "[1, 2]", "application/json", 400, "BadRequest", ""),
    ("a deep body", "POST", CONFIGMAPS, "[" * 100000, "application/json", 400, "BadRequest", ""),
    ("another kind", "POST", CONFIGMAPS, pod(), "application/json", 400, "BadRequest", ""),
    ("a wrong type", "POST", CONFIGMAPS, configmap(data=7), "application/json", 400, "BadRequest", "data"),
    ("a wrong type deep", "POST", PODS, pod(ports="many"), "application/json", 400, "BadRequest", "ports"),
    ("a bad name", "POST", CONFIGMAPS, configmap(metadata={"name": "A_b"}), "application/json", 422, "Invalid", "RFC 1123"),
    ("no name", "POST", CONFIGMAPS, configmap(metadata={}), "application/json", 422, "Invalid", "name or generateName"),
    ("a bad quantity", "POST", PODS, pod(resources={"requests": {"cpu": "lots"}}), "application/json", 400, "BadRequest", ""),
    ("a required field missing", "POST", PODS, {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": {}},
     "application/json", 422, "Invalid", "spec.containers"),
    ("an unknown field, Strict", "POST", CONFIGMAPS + "?fieldValidation=Strict", configmap(colour="red"),
     "application/json", 400, "BadRequest", 'unknown field "colour"'),
    ("a bad fieldValidation", "POST", CONFIGMAPS + "?fieldValidation=Perhaps", configmap(), "application/json", 422, "Invalid", ""),
    ("an unknown media type", "POST", CONFIGMAPS, "x", "text/x-unknown", 415, "UnsupportedMediaType", ""),
    ("another namespace", "POST", CONFIGMAPS, configmap(metadata={"name": "x", "namespace": "other"}), "application/json", 400,
     "BadRequest", "namespace"),
    ("a missing namespace", "POST", "/api/v1/namespaces/none/configmaps", configmap(), "application/json", 404, "NotFound", ""),
    ("an unknown resource", "GET", "/api/v1/namespaces/default/nothings", None, "", 404, "NotFound", ""),
    ("an unknown group", "GET", "/apis/no.such.group/v1/things", None, "", 404, "NotFound", ""),
    ("a missing object", "GET", CONFIGMAPS + "/absent", None, "", 404, "NotFound", 'configmaps "absent" not found'),
    ("a bad label selector", "GET", PODS + "?labelSelector=a%3D%3D%3Db%2C%2C", None, "", 400, "BadRequest", ""),
    ("an unknown field label", "GET", PODS + "?fieldSelector=spec.colour%3Dred", None, "", 400, "BadRequest", "spec.colour"),
    ("a bad limit", "GET", PODS + "?limit=many", None, "", 400, "BadRequest", ""),
    ("a bad continue", "GET", PODS + "?limit=1&continue=rubbish", None, "", 400, "BadRequest", ""),
    ("a bad resourceVersion", "GET", PODS + "?watch=1&resourceVersion=abc", None, "", 400, "BadRequest", ""),
    ("a verb it does not have", "PUT", PODS, pod(), "application/json", 405, "MethodNotAllowed", ""),
    ("a bad patch", "PATCH", CONFIGMAPS + "/kube-root-ca.crt", '{"data": ', "application/merge-patch+json", 400, "BadRequest", ""),
    ("a bad patch type", "PATCH", CONFIGMAPS + "/kube-root-ca.crt", "{}", "application/json", 415, "UnsupportedMediaType", ""),
    ("bad delete options", "DELETE", CONFIGMAPS + "/kube-root-ca.crt", '{"gracePeriodSeconds": "x"}', "application/json", 400,
     "BadRequest", ""),
    ("an answer form it lacks", "GET", PODS, None, "", 406, "NotAcceptable", ""),
]


class RefusalsTest(harness.ClusterTest):
    offset = 19300

    def still_serving(self):
        self.assertEqual(self.cluster.curl("/readyz").stdout, "ok")

    def test_statuses(self):
        for what, method, path, body, media, code, reason, part in REFUSALS:
            with self.subTest(what):
                headers = ["Accept: image/png"] if code == 406 else []
                status, answer = self.cluster.api(method, path, body, content_type=media, headers=headers)
                self.assertEqual(status, code, answer)
                self.assertEqual((answer["kind"], answer["status"], answer["code"]), ("Status", "Failure", code))
                self.assertEqual(answer.get("reason"), reason, answer)
                self.assertIn(part, answer["message"])
        self.still_serving()

    def test_unknown_fields_warn_or_pass(self):
        out = self.cluster.curl(CONFIGMAPS + "?fieldValidation=Warn", "--include", "--header", "Content-Type: application/json",
                                "--data", json.dumps(configmap(colour="red"))).stdout
        self.assertIn('299 - "unknown field \\"colour\\""', out)
        self.assertEqual(self.cluster.api("DELETE", CONFIGMAPS + "/x")[0], 200)
        status, made = self.cluster.api("POST", CONFIGMAPS + "?fieldValidation=Ignore", configmap(colour="red"))
        self.assertEqual(status, 201)
        self.assertNotIn("colour", made)
        self.assertEqual(self.cluster.api("DELETE", CONFIGMAPS + "/x")[0], 200)

    def test_an_oversized_body(self):
        large = configmap(data={"a": "x" * 4_000_000})
        status, answer = self.cluster.api("POST", CONFIGMAPS, large)
        self.assertEqual(status, 413, answer)
        self.still_serving()

    def test_broken_connections(self):
        port = 6443 + self.cluster.offset
        context = ssl.create_default_context(cafile=self.cluster.pki / "ca.crt")
        context.load_cert_chain(self.cluster.pki / "admin.crt", self.cluster.pki / "admin.key")
        rubbish = [b"", b"\x16\x03\x01\x00\x05hello", b"GET / HTTP/1.1\r\n\r\n", bytes(range(256)) * 10]
        for data in rubbish:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as s:
                s.sendall(data)
        half = b"POST " + CONFIGMAPS.encode() + b" HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
        for data in (half, b"GET / HTTP/9.9\r\n\r\n", b"\0" * 5000, b"GET " + b"/" * 100_000):
            with socket.create_connection(("127.0.0.1", port), timeout=5) as s:
                with context.wrap_socket(s, server_hostname="127.0.0.1") as tls:
                    try:
                        tls.sendall(data)
                    except OSError:
                        pass
        self.still_serving()

    def test_certificates(self):
        stranger, late = self.self_signed(), self.signed_and_expired()
        for what, pair in (("signed by nobody we know", stranger), ("expired", late)):
            with self.subTest(what):
                out = subprocess.run(["curl", "--silent", "--max-time", "10", "--cacert", str(self.cluster.pki / "ca.crt"),
                                      "--cert", str(pair[0]), "--key", str(pair[1]), "--write-out", "\n%{http_code}",
                                      self.cluster.server + PODS], stdout=subprocess.PIPE, text=True)
                if out.returncode == 0:
                    self.assertEqual(out.stdout.rsplit("\n", 1)[1], "401", out.stdout)
        status, answer = self.cluster.api("GET", PODS, identity=None)
        self.assertEqual((status, answer["reason"]), (401, "Unauthorized"))
        self.assertEqual(self.cluster.api("GET", PODS, identity=None, headers=["Authorization: Bearer rubbish"])[0], 401)
        self.assertEqual(self.cluster.curl("/livez", identity=None).stdout, "ok")
        self.still_serving()

    def self_signed(self):
        crt, key = self.cluster.dir / "stranger.crt", self.cluster.dir / "stranger.key"
        harness.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
                     "-subj", "/O=system:masters/CN=admin", "-keyout", key, "-out", crt])
        return crt, key

    def signed_and_expired(self):
        crt, key, csr = (self.cluster.dir / f"late.{end}" for end in ("crt", "key", "csr"))
        harness.run(["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                     "-subj", "/O=system:masters/CN=admin", "-keyout", key, "-out", csr])
        harness.run(["openssl", "x509", "-req", "-in", csr, "-CA", self.cluster.pki / "ca.crt", "-CAkey",
                     self.cluster.pki / "ca.key", "-days", "-1", "-out", crt])
        return crt, key

    def test_the_store_refuses_strangers(self):
        store = f"https://127.0.0.1:{2379 + self.cluster.offset}/v3/kv/range"
        args = ["curl", "--silent", "--max-time", "5", "--cacert", str(self.cluster.pki / "etcd" / "ca.crt"), "--data", '{"key":"AA=="}']
        self.assertNotEqual(subprocess.run([*args, store], stdout=subprocess.PIPE).returncode, 0)
        admin = ["--cert", str(self.cluster.pki / "admin.crt"), "--key", str(self.cluster.pki / "admin.key")]
        self.assertNotEqual(subprocess.run([*args, *admin, store], stdout=subprocess.PIPE).returncode, 0)


if __name__ == "__main__":
    harness.main()
