"""Bad input over the wire: each case gets the proper Status or TLS refusal, and the server keeps serving."""
import http.client
import json
import pathlib
import re
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


SHEETS = harness.ROOT / "services" / "apiserver" / "kinds" / "testdata"


class Sheet:
    """What one kind refuses; see the README beside the sheets."""

    def __init__(self, path):
        self.path, self.base, self.rows = path, "", []

    def good(self):
        return json.loads(self.base)


def read_sheets(file):
    sheets = []
    for number, line in enumerate(file.read_text().splitlines(), 1):
        if line.startswith("/"):
            sheets.append(Sheet(line))
        elif line.startswith(("- ", "~ ")):
            sheets[-1].rows.append((number, line[0] == "~", line[2:], []))
        elif line.startswith("  ! "):
            sheets[-1].rows[-1][3].append(line[4:])
        elif line and not line.startswith("#") and sheets and not sheets[-1].rows:
            sheets[-1].base += line
    return sheets


def steps_of(path):
    return [int(index) if index else quoted or name
            for name, index, quoted in re.findall(r'([^.\[\]"]+)(?!")|\[(\d+)\]|\["([^"]*)"\]', path)]


def step_into(value, step, otherwise):
    """The member or element there; made when it is absent."""
    if isinstance(step, int):
        while len(value) <= step:
            value.append(None)
    if isinstance(step, str) and step not in value or value[step] is None:
        value[step] = otherwise
    return value[step]


def changed(base, changes):
    root = json.loads(json.dumps(base))
    for change in changes.split(" ; "):
        removes = change.startswith("delete ")
        path, _, text = (change[7:], "", "") if removes else change.partition(" = ")
        steps = steps_of(path)
        at = root
        for step, after in zip(steps, steps[1:]):
            at = step_into(at, step, [] if isinstance(after, int) else {})
        if removes:
            at.pop(steps[-1], None)
        elif isinstance(steps[-1], int) and len(at) <= steps[-1]:
            at.append(json.loads(text))
        else:
            at[steps[-1]] = json.loads(text)
    return root


def without_made(text):
    """The error without the value, when that holds what the server made (uids) or filled in."""
    return re.sub(r"(Invalid value|Unsupported value|Duplicate value): [{\[].*[}\]]: ", r"\1: ", text)


class Connection:
    """One connection to the apiserver, kept for many requests."""

    def __init__(self, cluster):
        context = ssl.create_default_context(cafile=cluster.pki / "ca.crt")
        context.load_cert_chain(cluster.pki / "admin.crt", cluster.pki / "admin.key")
        self.http = http.client.HTTPSConnection("127.0.0.1", 6443 + cluster.offset, timeout=30, context=context)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.http.close()

    def request(self, method, path, body=None, media="application/json"):
        """(status, decoded body)."""
        self.http.request(method, path, json.dumps(body) if body is not None else None,
                          {"Content-Type": media, "Accept": "application/json"})
        answer = self.http.getresponse()
        return answer.status, json.loads(answer.read() or b"null")


def shown(cause):
    """A cause as the sheets have it."""
    return (cause.get("field", "") + ": " + cause["message"]).split("\n")[0]


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

    def test_every_sheet(self):
        """Each row of each sheet as a request: the same causes over the wire, and the code that goes with them."""
        with Connection(self.cluster) as connection:
            for file in sorted(SHEETS.glob("*.txt")):
                for sheet in read_sheets(file):
                    self.check_sheet(connection, file, sheet)
        self.still_serving()

    def served(self, connection):
        """(group, resource, collection path, kind, verbs) of every resource, subresources left out."""
        groups = connection.request("GET", "/apis")[1]["groups"]
        versions = [("", "v1", "/api/v1")]
        versions += [(g["name"], v["version"], "/apis/" + v["groupVersion"]) for g in groups for v in g["versions"]]
        for group, version, path in versions:
            for r in connection.request("GET", path)[1]["resources"]:
                if "/" not in r["name"] and "get" in r["verbs"]:
                    place = path + ("/namespaces/default/" if r["namespaced"] else "/") + r["name"]
                    yield group, r["name"], place, {"apiVersion": path.split("/", 2)[2], "kind": r["kind"]}, r["verbs"]

    def test_every_kind(self):
        """What every resource answers to the same mistakes: absent objects, another kind, no name, no such verb."""
        with Connection(self.cluster) as connection:
            for group, resource, path, head, verbs in self.served(connection):
                absent = f'{resource}{"." if group else ""}{group} "absent" not found'
                mistakes = [("get", "GET", path + "/absent", None, 404, "NotFound", absent),
                            ("delete", "DELETE", path + "/absent", None, 404, "NotFound", absent),
                            ("patch", "PATCH", path + "/absent", {}, 404, "NotFound", absent),
                            ("create", "POST", path, {"apiVersion": "v1", "kind": "Other"}, 400, "BadRequest", ""),
                            ("create", "POST", path, {**head, "metadata": {"resourceVersion": "5", "name": "x"}}, 400, "BadRequest",
                             "resourceVersion should not be set on objects to be created"),
                            ("create", "PUT", path, head, 405, "MethodNotAllowed", "the server does not allow this method"),
                            ("list", "GET", path + "?limit=x", None, 400, "BadRequest", ""),
                            ("list", "GET", path + "?labelSelector=a%20b", None, 400, "BadRequest", "unable to parse requirement"),
                            ("list", "GET", path + "?fieldSelector=spec.no=x", None, 400, "BadRequest", "field label not supported")]
                for verb, method, at, body, code, reason, part in mistakes:
                    if verb not in verbs:
                        continue
                    with self.subTest(f"{method} {at}"):
                        media = "application/merge-patch+json" if method == "PATCH" else "application/json"
                        status, answer = connection.request(method, at, body, media)
                        self.assertEqual((status, answer.get("reason")), (code, reason), answer)
                        self.assertIn(part, answer["message"])

    def check_sheet(self, connection, file, sheet):
        for number, update, changes, errors in sheet.rows:
            with self.subTest(f"{file.name}:{number}: {changes}"):
                if update:
                    status, answer = self.updated(connection, sheet, f"-{number}", changes)
                else:
                    status, answer = connection.request("POST", sheet.path + "?dryRun=All", changed(sheet.good(), changes))
                self.assertEqual(status, 422 if errors else 200 if update else 201, answer)
                if errors:
                    self.check_refusal(answer, errors)

    def updated(self, connection, sheet, suffix, changes):
        """The answer to a changed object's PUT; controllers may write it too, so a conflict is tried again."""
        good = sheet.good()
        good["metadata"]["name"] += suffix
        one = sheet.path + "/" + good["metadata"]["name"]
        status, answer = connection.request("POST", sheet.path, good)
        self.assertEqual(status, 201, answer)
        try:
            for _ in range(10):
                now = connection.request("GET", one)[1]
                status, answer = connection.request("PUT", one, changed(now, changes))
                if status != 409:
                    break
            return status, answer
        finally:
            connection.request("DELETE", one + "?gracePeriodSeconds=0&propagationPolicy=Background")

    def check_refusal(self, answer, errors):
        self.assertEqual((answer["kind"], answer["status"], answer["reason"], answer["code"]), ("Status", "Failure", "Invalid", 422))
        causes = [shown(c) for c in answer["details"]["causes"]]
        self.assertEqual([without_made(c) for c in causes], [without_made(e) for e in errors])
        for field in (e.split(": ")[0] for e in errors):
            self.assertIn(field, answer["message"])

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
