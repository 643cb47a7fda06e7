#!/usr/bin/env python3
"""Stands in for every daemon in the test of scripts/up: takes its flags and answers /readyz over TLS.

The name it is called by says which daemon it is. FAIL=NAME makes that one end right away.
"""
import http.server
import json
import os
import ssl
import sys

TLS_FLAGS = {
    "raft-store": ("cert-file", "key-file", "trusted-ca-file"),
    "apiserver": ("tls-cert-file", "tls-private-key-file", "client-ca-file"),
    "node-agent": ("tls-cert-file", "tls-private-key-file", "client-ca-file"),
}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        status = {"conditions": [{"type": "Ready", "status": "True"}]}
        nodes = [{"metadata": {"name": f"node-{i}"}, "status": status} for i in range(1, 10)]
        body = json.dumps({"items": nodes}).encode() if self.path.endswith("/nodes") else b"ok"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main():
    name = os.path.basename(sys.argv[0])
    flags = dict(a.lstrip("-").partition("=")[::2] for a in sys.argv[1:])
    if os.environ.get("FAIL") == name:
        sys.exit("refusing to start, as told")
    address = flags.get("listen-client-urls") or flags.get("secure-port") or flags["port"]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(address.rsplit(":", 1)[-1])), Handler)
    if name in TLS_FLAGS:
        certificate, key, authority = (flags[f] for f in TLS_FLAGS[name])
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        context.load_verify_locations(authority)
        context.verify_mode = ssl.CERT_REQUIRED
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.serve_forever()


main()
