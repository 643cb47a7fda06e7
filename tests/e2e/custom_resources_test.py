"""CustomResourceDefinitions and their objects with stock kubectl: establish, explain, create, scale, convert, delete."""
import base64
import json

import harness
import https_server

SCHEMA = {
    "type": "object", "description": "A table of jobs.",
    "properties": {
        "spec": {"type": "object", "required": ["cronSpec"], "properties": {
            "cronSpec": {"type": "string", "description": "When it runs.", "pattern": r"^(\d+|\*)(/\d+)?(\s+(\d+|\*)(/\d+)?){4}$"},
            "image": {"type": "string", "default": "busybox"},
            "replicas": {"type": "integer", "minimum": 1, "maximum": 10}}},
        "status": {"type": "object", "properties": {"replicas": {"type": "integer"}, "labelSelector": {"type": "string"}}}}}
NAME = "crontabs.stable.example.com"


def version(name, storage, schema=None):
    return {"name": name, "served": True, "storage": storage, "schema": {"openAPIV3Schema": schema or SCHEMA},
            "subresources": {"status": {}, "scale": {"specReplicasPath": ".spec.replicas",
                                                     "statusReplicasPath": ".status.replicas",
                                                     "labelSelectorPath": ".status.labelSelector"}},
            "additionalPrinterColumns": [{"name": "Spec", "type": "string", "jsonPath": ".spec.cronSpec"},
                                         {"name": "Image", "type": "string", "jsonPath": ".spec.image", "priority": 1},
                                         {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"}]}


def definition(*versions, **more):
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": NAME},
            "spec": {"group": "stable.example.com", "scope": "Namespaced", "versions": list(versions),
                     "names": {"plural": "crontabs", "singular": "crontab", "kind": "CronTab", "shortNames": ["ct"],
                               "categories": ["all"]}, **more}}


def tab(name, **spec):
    return {"apiVersion": "stable.example.com/v1", "kind": "CronTab", "metadata": {"name": name},
            "spec": {"cronSpec": "* * * * */5", **spec}}


class CustomResourcesTest(harness.ClusterTest):
    offset = 18700

    def apply(self, document, *args, check=True):
        return self.cluster.kubectl("create", "-f", "-", *args, input=json.dumps(document), check=check)

    def test_1_establish_and_explain(self):
        self.apply(definition(version("v1beta1", False), version("v1", True)))
        self.cluster.kubectl("wait", "--for=condition=established", "--timeout=30s", f"crd/{NAME}")
        # What was just established is served at once.
        self.apply(tab("first", replicas=2))
        self.assertIn("crontabs", self.cluster.kubectl("api-resources", "--api-group=stable.example.com").stdout)
        explained = self.cluster.kubectl("explain", "crontab.spec").stdout
        self.assertIn("cronSpec", explained)
        self.assertIn("When it runs.", explained)

    def test_2_show(self):
        shown = self.cluster.kubectl("get", "ct").stdout.splitlines()
        self.assertEqual(shown[0].split(), ["NAME", "SPEC", "AGE"])
        self.assertEqual(shown[1].split()[:2], ["first", "*"])
        self.assertIn("IMAGE", self.cluster.kubectl("get", "crontabs", "-o", "wide").stdout.splitlines()[0])
        self.assertIn("crontab.stable.example.com/first", self.cluster.kubectl("get", "all").stdout)
        self.assertIn("Cron Spec", self.cluster.kubectl("describe", "ct", "first").stdout)
        old = self.cluster.get("crontabs.v1beta1.stable.example.com", "first")
        self.assertEqual((old["apiVersion"], old["spec"]["image"]), ("stable.example.com/v1beta1", "busybox"))

    def test_3_change(self):
        self.cluster.kubectl("scale", "crontab/first", "--replicas=5")
        self.assertEqual(self.cluster.get("ct", "first")["spec"]["replicas"], 5)
        self.cluster.kubectl("patch", "ct", "first", "--type=merge", "-p", '{"spec":{"image":"other"}}')
        self.cluster.kubectl("patch", "ct", "first", "--subresource=status", "--type=merge", "-p",
                             '{"status":{"replicas":3}}')
        now = self.cluster.get("ct", "first")
        self.assertEqual((now["spec"]["image"], now["status"]["replicas"], now["metadata"]["generation"]), ("other", 3, 3))
        self.cluster.kubectl("label", "ct", "first", "a=b")
        for side in ("--server-side=false", "--server-side"):
            for image in ("one", "two"):
                applied = tab("applied", image=image)
                self.cluster.kubectl("apply", side, "--force-conflicts=" + str(side == "--server-side").lower(), "-f", "-",
                                     input=json.dumps(applied))
                self.assertEqual(self.cluster.get("ct", "applied")["spec"]["image"], image)
        self.cluster.kubectl("delete", "ct", "applied")
        self.assertEqual(len(self.cluster.get("ct", "-l", "a=b")["items"]), 1)

    def test_4_refuse(self):
        refusals = [
            (tab("bad", cronSpec="never"), "spec.cronSpec: Invalid value: \"never\": spec.cronSpec in body should match"),
            (tab("bad", replicas=11), "spec.replicas: Invalid value: 11: spec.replicas in body should be less than or equal to 10"),
            (tab("bad", replicas="x"), "spec.replicas: Invalid value: \"string\": spec.replicas in body must be of type integer: \"string\""),
            (tab("bad", unknown=1), "unknown field \"spec.unknown\""),
        ]
        for document, why in refusals:
            done = self.apply(document, check=False)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(why, done.stderr)
        done = self.cluster.kubectl("patch", "ct", "first", "-p", '{"spec":{"replicas":1}}', check=False)
        self.assertNotEqual(done.returncode, 0)

    def test_5_namespaces_take_their_custom_resources_along(self):
        self.cluster.kubectl("create", "namespace", "passing")
        self.cluster.kubectl("create", "-n", "passing", "-f", "-", input=json.dumps(tab("inside")))
        self.cluster.kubectl("delete", "namespace", "passing", "--timeout=60s")
        self.assertEqual([o["metadata"]["name"] for o in self.cluster.get("ct", "-A")["items"]], ["first"])

    def test_6_delete(self):
        self.cluster.kubectl("delete", "crd", NAME, "--timeout=60s")
        done = self.cluster.kubectl("get", "ct", check=False)
        # By what kubectl remembers of discovery, or by discovery itself.
        self.assertRegex(done.stderr, "could not find the requested resource|doesn't have a resource type")
        self.assertEqual(self.cluster.api("GET", "/apis/stable.example.com")[0], 404)

    def test_7_convert_with_a_webhook(self):
        certificate, key = https_server.make_certificate(self.cluster.dir / "hook", "127.0.0.1")

        def convert(method, path, headers, body):
            review = json.loads(body)
            request = review["request"]
            out = []
            for o in request["objects"]:
                spec = o["spec"]
                if request["desiredAPIVersion"].endswith("/v2"):
                    spec["when"] = spec.pop("cronSpec")
                else:
                    spec["cronSpec"] = spec.pop("when")
                out.append({**o, "apiVersion": request["desiredAPIVersion"]})
            return 200, {"apiVersion": review["apiVersion"], "kind": "ConversionReview",
                         "response": {"uid": request["uid"], "result": {"status": "Success"}, "convertedObjects": out}}

        hook = https_server.HttpsServer(certificate, key, convert)
        self.addCleanup(hook.stop)
        second = {"type": "object", "properties": {"spec": {"type": "object", "properties": {"when": {"type": "string"}}}}}
        self.apply(definition(version("v1", True), version("v2", False, second), conversion={
            "strategy": "Webhook", "webhook": {"conversionReviewVersions": ["v1"], "clientConfig": {
                "url": f"https://127.0.0.1:{hook.port}/convert",
                "caBundle": base64.b64encode(certificate.read_bytes()).decode()}}}))
        self.cluster.kubectl("wait", "--for=condition=established", "--timeout=30s", f"crd/{NAME}")
        self.apply(tab("a"))
        self.assertEqual(self.cluster.get("crontabs.v2.stable.example.com", "a")["spec"]["when"], "* * * * */5")
        self.cluster.kubectl("patch", "crontabs.v2.stable.example.com", "a", "--type=merge", "-p",
                             '{"spec":{"when":"1 1 1 1 1"}}')
        self.assertEqual(self.cluster.get("crontabs.v1.stable.example.com", "a")["spec"]["cronSpec"], "1 1 1 1 1")
        items = self.cluster.get("crontabs.v2.stable.example.com")["items"]
        self.assertEqual([i["spec"]["when"] for i in items], ["1 1 1 1 1"])
        hook.stop()
        done = self.cluster.kubectl("get", "crontabs.v2.stable.example.com", "a", check=False)
        self.assertIn("conversion webhook for stable.example.com/v1, Kind=CronTab failed", done.stderr)
        self.cluster.kubectl("delete", "crd", NAME, "--timeout=60s")


if __name__ == "__main__":
    harness.main()
