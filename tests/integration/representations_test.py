"""Every form of an answer over the wire: python3 representations_test.py BIN_DIR [unittest arguments].

What a request's headers get, as stock clients and browsers see it, from an API server over one member of the store.
Protobuf is taken apart by a reader of its own here, so that it is not only our own reader that understands our writer.
"""
import base64
import gzip
import http.client
import json
import os
import socket
import ssl
import struct
import sys
import unittest

import apiserver_store_test
import store_cluster
from store_cluster import StoreCluster

store_cluster.CLIENT_PORT, store_cluster.PEER_PORT = 26879, 26880
apiserver_store_test.API_PORT = API_PORT = 26930
BIN = None

MAPS = "/api/v1/namespaces/default/configmaps"
PROTOBUF = "application/vnd.kubernetes.protobuf"
META = ";g=meta.k8s.io;v=v1"
OFFERED = "application/json, application/yaml, application/vnd.kubernetes.protobuf"
DISCOVERY = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"

# (path, Accept, status, Content-Type, what the body must begin with or hold)
ROWS = [
    (MAPS + "/m", None, 200, "application/json", '{"kind":"ConfigMap"'),
    (MAPS + "/m", "*/*", 200, "application/json", '{"kind":"ConfigMap"'),
    (MAPS + "/m", "application/*", 200, "application/json", '{"kind":"ConfigMap"'),
    (MAPS + "/m?pretty=1", "application/json", 200, "application/json", '{\n  "kind": "ConfigMap"'),
    (MAPS + "/m", "application/json;pretty=1", 200, "application/json", '{\n  "kind": "ConfigMap"'),
    (MAPS + "/m", "application/yaml", 200, "application/yaml", "kind: ConfigMap\n"),
    (MAPS + "/m", PROTOBUF, 200, PROTOBUF, "k8s\0"),
    (MAPS + "/m", PROTOBUF + ", application/json", 200, PROTOBUF, "k8s\0"),
    (MAPS + "/m", PROTOBUF + ";q=0.5, application/json", 200, "application/json", '{"kind":"ConfigMap"'),
    (MAPS + "/m", "application/cbor, application/json", 200, "application/json", '{"kind":"ConfigMap"'),
    (MAPS + "/m", "application/cbor", 406, "application/json", OFFERED),
    (MAPS + "/m", "text/html", 406, "application/json", OFFERED),
    (MAPS + "/m", "application/json;as=Table" + META, 200, "application/json", '{"kind":"Table","apiVersion":"meta.k8s.io/v1"'),
    (MAPS + "/m", "application/json;as=Table;g=meta.k8s.io;v=v1beta1", 200, "application/json", "meta.k8s.io/v1beta1"),
    (MAPS + "/m", "application/json;as=Table;g=meta.k8s.io;v=v9, application/json", 200, "application/json",
     '{"kind":"ConfigMap"'),
    (MAPS + "/m", PROTOBUF + ";as=Table" + META, 406, "application/json", OFFERED),
    (MAPS + "/m", PROTOBUF + ";as=PartialObjectMetadata" + META, 200, PROTOBUF, "PartialObjectMetadata"),
    (MAPS + "/m", "application/json;as=PartialObjectMetadata" + META, 200, "application/json",
     '{"kind":"PartialObjectMetadata"'),
    (MAPS + "/m", "application/json;as=PartialObjectMetadataList" + META, 406, "application/json", "is not a list"),
    (MAPS, "application/json;as=PartialObjectMetadata" + META, 406, "application/json", "is a list"),
    (MAPS, "application/json;as=PartialObjectMetadataList" + META, 200, "application/json",
     '{"kind":"PartialObjectMetadataList"'),
    (MAPS, PROTOBUF + ";as=PartialObjectMetadataList" + META, 200, PROTOBUF, "PartialObjectMetadataList"),
    (MAPS, PROTOBUF, 200, PROTOBUF, "ConfigMapList"),
    (MAPS, "application/yaml", 200, "application/yaml", "kind: ConfigMapList\n"),
    (MAPS + "?includeObject=All", "application/json;as=Table" + META, 400, "application/json", "must be 'Metadata'"),
    (MAPS + "/absent", PROTOBUF, 404, PROTOBUF, "NotFound"),
    (MAPS + "/absent", "application/yaml", 404, "application/yaml", "reason: NotFound"),
    (MAPS + "/absent", "image/png", 406, "application/json", OFFERED),
    (MAPS + "?watch=1", "application/yaml", 406, "application/yaml", "stream=watch"),
    ("/api", PROTOBUF, 200, PROTOBUF, "APIVersions"),
    ("/apis", PROTOBUF, 200, PROTOBUF, "APIGroupList"),
    ("/apis/apps/v1", PROTOBUF, 200, PROTOBUF, "APIResourceList"),
    ("/apis/apps/v1", "application/yaml", 200, "application/yaml", "kind: APIResourceList\n"),
    ("/apis/apps/v1", "application/json;as=Table" + META, 406, "application/json", OFFERED),
    ("/apis", DISCOVERY, 200, DISCOVERY.replace(";as=APIGroupDiscoveryList", "") + ";as=APIGroupDiscoveryList",
     "APIGroupDiscoveryList"),
    ("/livez/ping", None, 200, "text/plain; charset=utf-8", "ok"),
    ("/readyz?verbose&exclude=etcd", None, 200, "text/plain; charset=utf-8", "[+]etcd excluded: ok\n"),
    ("/readyz?verbose&exclude=nothing", None, 200, "text/plain; charset=utf-8", 'no matches for "nothing"\n'),
]


def fields(message):
    """[(number, value)] of a protobuf message: numbers and bytes."""
    out, at = [], 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(message):
        tag = varint()
        if tag & 7 == 0:
            out.append((tag >> 3, varint()))
        elif tag & 7 == 2:
            size = varint()
            out.append((tag >> 3, message[at:at + size]))
            at += size
        else:
            raise ValueError(f"wire type {tag & 7}")
    return out


def field(message, *path):
    """The first field at the end of a path of numbers."""
    for number in path:
        message = next(value for n, value in fields(message) if n == number)
    return message


def unwrap(document):
    """(kind, message) of what is in the envelope."""
    assert document[:4] == b"k8s\0", document[:20]
    return field(document[4:], 1, 2).decode(), field(document[4:], 2)


class Representations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = StoreCluster(BIN, 1)
        cls.addClassCleanup(cls.cluster.remove, failed=False)
        cls.cluster.start()
        cls.cluster.leader()
        cls.api = apiserver_store_test.ApiServer(cls.cluster)
        cls.addClassCleanup(cls.api.end)
        cls.api.start()
        cls.make("m", {"b": "2", "a": "1"})

    @classmethod
    def make(cls, name, data):
        cls.api.call("POST", MAPS, {"metadata": {"name": name}, "data": data})

    def connect(self):
        return http.client.HTTPSConnection("127.0.0.1", API_PORT, context=self.api.context, timeout=30)

    def ask(self, path, accept=None, method="GET", body=None, **headers):
        """The answer and its body, as bytes."""
        connection = self.connect()
        self.addCleanup(connection.close)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if accept:
            headers["Accept"] = accept
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        self.addCleanup(answer.close)
        return answer, answer.read()

    def test_rows(self):
        for path, accept, status, content_type, part in ROWS:
            with self.subTest(path=path, accept=accept):
                answer, body = self.ask(path, accept)
                self.assertEqual(answer.status, status, body)
                self.assertEqual(answer.headers["Content-Type"], content_type)
                self.assertIn(part, body.decode(errors="replace"))

    def test_curl_gets_line_breaks(self):
        self.assertTrue(self.ask(MAPS + "/m", User_Agent="curl/8")[1].startswith(b"{\n"))
        self.assertFalse(self.ask(MAPS + "/m?pretty=0", User_Agent="curl/8")[1].startswith(b"{\n"))

    def test_protobuf_says_the_same_as_json(self):
        kind, message = unwrap(self.ask(MAPS + "/m", PROTOBUF)[1])
        said = json.loads(self.ask(MAPS + "/m")[1])
        self.assertEqual(kind, "ConfigMap")
        self.assertEqual(field(message, 1, 1), b"m")
        self.assertEqual(field(message, 1, 6).decode(), said["metadata"]["resourceVersion"])
        self.assertEqual([(field(entry, 1), field(entry, 2)) for n, entry in fields(message) if n == 2],
                         [(b"a", b"1"), (b"b", b"2")])
        kind, message = unwrap(self.ask("/api/v1/namespaces", PROTOBUF)[1])
        self.assertEqual(kind, "NamespaceList")
        names = [field(item, 1, 1).decode() for n, item in fields(message) if n == 2]
        self.assertEqual(names, [i["metadata"]["name"] for i in json.loads(self.ask("/api/v1/namespaces")[1])["items"]])

    def test_bodies_in_protobuf(self):
        def text(number, content):
            assert len(content) < 128
            return bytes([number << 3 | 2, len(content)]) + content
        body = b"k8s\0" + text(1, text(1, b"v1") + text(2, b"ConfigMap")) + text(2, text(1, text(1, b"sent")) +
                                                                               text(2, text(1, b"k") + text(2, b"v")))
        answer, made = self.ask(MAPS, PROTOBUF, "POST", body, Content_Type=PROTOBUF)
        self.assertEqual(answer.status, 201, made)
        self.assertEqual(field(unwrap(made)[1], 2, 2), b"v")
        answer, _ = self.ask(MAPS, None, "POST", b"k8s", Content_Type=PROTOBUF)
        self.assertEqual(answer.status, 400)
        answer, refusal = self.ask(MAPS, None, "POST", b"{}", Content_Type="application/cbor")
        self.assertEqual((answer.status, json.loads(refusal)["message"].rsplit(": ", 1)[1]), (415, OFFERED))

    def test_long_answers_are_compressed(self):
        for i in range(3):
            self.make(f"long-{i}", {"x": "y" * 60_000})
        for form in ("application/json", "application/yaml", PROTOBUF, "application/json;as=Table" + META):
            path = MAPS + "?includeObject=Object"
            plain, body = self.ask(path, form)
            small, packed = self.ask(path, form, Accept_Encoding="gzip")
            self.assertEqual((plain.headers["Content-Encoding"], small.headers["Content-Encoding"]), (None, "gzip"))
            self.assertEqual(gzip.decompress(packed), body)
        self.assertIsNone(self.ask(MAPS + "/m", Accept_Encoding="gzip")[0].headers["Content-Encoding"])

    def test_watch_in_protobuf(self):
        answer, body = self.ask(MAPS + "?watch=1&timeoutSeconds=1&fieldSelector=metadata.name%3Dm", PROTOBUF)
        self.assertEqual(answer.headers["Content-Type"], PROTOBUF + ";stream=watch")
        size, = struct.unpack(">I", body[:4])
        event = body[4:4 + size]
        self.assertEqual(field(event, 1), b"ADDED")
        kind, message = unwrap(field(event, 2, 1))
        self.assertEqual((kind, field(message, 1, 1)), ("ConfigMap", b"m"))

    def test_watch_over_a_websocket(self):
        for accept, opcode in (("application/json", 1), (PROTOBUF, 2)):
            raw = self.connect()
            raw.connect()
            key = base64.b64encode(os.urandom(16)).decode()
            raw.sock.sendall((f"GET {MAPS}?watch=1&fieldSelector=metadata.name%3Dm HTTP/1.1\r\nHost: localhost\r\n"
                              f"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nAccept: {accept}\r\n"
                              f"Origin: https://localhost\r\nSec-WebSocket-Key: {key}\r\n\r\n").encode())
            stream = raw.sock.makefile("rb")
            self.assertIn(b"101", stream.readline())
            while stream.readline() != b"\r\n":
                pass
            first, size = stream.read(2)
            if size == 126:
                size, = struct.unpack(">H", stream.read(2))
            message = stream.read(size)
            self.assertEqual(first, 0x80 | opcode)
            if opcode == 1:
                self.assertEqual(json.loads(message)["object"]["metadata"]["name"], "m")
            else:
                self.assertEqual(field(message, 1), b"ADDED")
            raw.sock.shutdown(socket.SHUT_RDWR)
            raw.close()

    def test_documents_seen_before_are_not_sent_again(self):
        for path, accept in (("/apis", DISCOVERY), ("/openapi/v3", "application/json")):
            first, _ = self.ask(path, accept)
            again, body = self.ask(path, accept, If_None_Match=first.headers["ETag"])
            self.assertEqual((again.status, body), (304, b""))

    def test_fields_are_described(self):
        _, text = self.ask("/openapi/v3/api/v1", "application/json")
        schemas = json.loads(text)["components"]["schemas"]
        self.assertIn("network", schemas["io.k8s.api.core.v1.Pod"]["description"])
        self.assertEqual(schemas["io.k8s.api.core.v1.Container"]["properties"]["image"]["description"], "Image it is made of.")


if __name__ == "__main__":
    BIN = sys.argv.pop(1)
    unittest.main()
