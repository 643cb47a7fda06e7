"""Programs with the Python and the JavaScript client library against the whole cluster."""
import harness

PROGRAMS = harness.ROOT / "tests" / "e2e" / "clients"


class ClientsTest(harness.ClusterTest):
    offset = 20100

    def test_python(self):
        # Debian's package serves Debian's Python, which need not be the first one in PATH.
        out = harness.run(["/usr/bin/python3", PROGRAMS / "python_client.py", self.cluster.dir / "admin.kubeconfig",
                           "from-python"], timeout=180).stdout
        self.assertIn("ok a watch sees every change", out)

    def test_javascript(self):
        modules = harness.CLIENTS / "node"
        harness.run([harness.ROOT / "scripts" / "clients", "--dir", harness.CLIENTS, "node"], timeout=600)
        out = harness.run(["node", PROGRAMS / "node_client.mjs", modules, self.cluster.dir / "admin.kubeconfig",
                           "from-node"], timeout=180).stdout
        self.assertIn("ok and its output arrives", out)


if __name__ == "__main__":
    harness.main()
