"""Server-side apply with stock clients: kubectl 1.35 and Helm 4, which applies everything it installs."""
import json
import os
import pathlib
import unittest

import harness

CHART = pathlib.Path(__file__).resolve().parent / "chart"


def deployment(replicas=1, image="web:1", labels=None, env=()):
    spec = {"selector": {"matchLabels": {"app": "one"}},
            "template": {"metadata": {"labels": {"app": "one"}},
                         "spec": {"containers": [{"name": "c", "image": image, "command": ["sleep", "3600"],
                                                  "env": [{"name": n, "value": "x"} for n in env]}]}}}
    if replicas is not None:
        spec["replicas"] = replicas
    return {"apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "one", "namespace": "default", "labels": labels or {}}, "spec": spec}


def config(data, name="settings"):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "default"}, "data": data}


def managers(found):
    return {(e["manager"], e["operation"], e.get("subresource", "")) for e in found["metadata"].get("managedFields", [])}


class ApplyTest(harness.ClusterTest):
    offset = 19600

    def k(self, *args, **kwargs):
        return self.cluster.kubectl(*args, **kwargs)

    def apply(self, manifest, *flags, check=True, server_side=True):
        how = ["--server-side"] if server_side else []
        return self.k("apply", *how, *flags, "-f", "-", input=json.dumps(manifest), check=check)

    def read(self, *what):
        return json.loads(self.k("get", *what, "-o", "json", "--show-managed-fields").stdout)

    def helm(self, *args, check=True):
        home = {**os.environ, "KUBECONFIG": str(self.cluster.dir / "admin.kubeconfig"), "HOME": str(self.cluster.dir)}
        return harness.run([harness.client("helm", "v35"), *args], check=check, env=home)

    def test_01_applied_twice_changes_nothing(self):
        self.assertIn("deployment.apps/one serverside-applied", self.apply(deployment()).stdout)
        self.k("rollout", "status", "deployment/one", "--timeout=60s")
        before = harness.eventually("quiet", self.settled)
        self.assertIn(("kubectl", "Apply", ""), managers(before))
        self.assertIn(("kube-controller-manager", "Update", "status"), managers(before))
        self.apply(deployment())
        after = self.read("deployment", "one")
        self.assertEqual(before["metadata"]["resourceVersion"], after["metadata"]["resourceVersion"])
        self.assertEqual(before["metadata"]["managedFields"], after["metadata"]["managedFields"])
        # kubectl does not show them unless it is asked to.
        self.assertNotIn("managedFields", self.k("get", "deployment", "one", "-o", "yaml").stdout)

    def settled(self):
        found = self.read("deployment", "one")
        conditions = {c["type"]: c for c in found["status"].get("conditions", [])}
        ready = found["status"].get("readyReplicas") == found["spec"]["replicas"]
        done = conditions.get("Progressing", {}).get("reason") == "NewReplicaSetAvailable"
        return found if ready and done else None

    def test_02_conflicts_name_the_manager_and_the_field(self):
        self.k("scale", "deployment/one", "--replicas=2")
        refused = self.apply(deployment(3), check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn('Apply failed with 1 conflict: conflict with "kubectl" with subresource "scale" using apps/v1: '
                      ".spec.replicas", refused.stderr)
        self.apply(deployment(3), "--force-conflicts")
        found = self.read("deployment", "one")
        self.assertEqual(found["spec"]["replicas"], 3)
        self.assertNotIn(("kubectl", "Update", "scale"), managers(found))
        refused = self.apply(deployment(4, image="web:2"), "--field-manager=other", check=False)
        self.assertIn('conflicts with "kubectl":', refused.stderr)
        self.assertIn('- .spec.template.spec.containers[name="c"].image', refused.stderr)

    def test_03_what_is_no_longer_applied_goes(self):
        self.apply(deployment(1, labels={"a": "1", "b": "2"}, env=["X", "Y"]))
        self.k("label", "deployment/one", "c=3")
        self.apply(deployment(1, labels={"a": "1"}, env=["Y"]))
        found = self.read("deployment", "one")
        self.assertEqual(found["metadata"]["labels"], {"a": "1", "c": "3"})
        self.assertEqual([e["name"] for e in found["spec"]["template"]["spec"]["containers"][0]["env"]], ["Y"])
        # Two appliers: the field stays until both have let go of it.
        self.apply({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "one", "labels": {"a": "1"}}},
                   "--field-manager=second")
        self.apply(deployment(1))
        self.assertEqual(self.read("deployment", "one")["metadata"]["labels"], {"a": "1", "c": "3"})
        self.apply({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "one"}}, "--field-manager=second")
        self.assertEqual(self.read("deployment", "one")["metadata"]["labels"], {"c": "3"})

    def test_04_from_client_side_apply_and_back(self):
        self.apply(config({"x": "1", "y": "2"}), server_side=False)
        self.assertIn(("kubectl-client-side-apply", "Update", ""), managers(self.read("configmap", "settings")))
        self.apply(config({"x": "3"}))
        found = self.read("configmap", "settings")
        self.assertEqual(found["data"], {"x": "3"})
        # The second one is kubectl's own, for the annotation alone.
        self.assertEqual(managers(found), {("kubectl", "Apply", ""), ("kubectl-last-applied", "Apply", "")})
        # The annotation goes on to say what was applied, so that client-side apply still knows what to remove.
        self.assertIn('"x":"3"', found["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"])
        self.apply(config({"z": "4"}), server_side=False)
        self.assertEqual(self.read("configmap", "settings")["data"], {"z": "4"})

    def test_05_diff(self):
        self.apply(config({"x": "1"}, "shown"))
        same = self.k("diff", "--server-side", "-f", "-", input=json.dumps(config({"x": "1"}, "shown")), check=False)
        self.assertEqual(same.returncode, 0, same.stderr)
        other = self.k("diff", "--server-side", "-f", "-", input=json.dumps(config({"x": "2"}, "shown")), check=False)
        self.assertEqual(other.returncode, 1, other.stderr)
        self.assertIn("+  x: \"2\"", other.stdout)
        self.assertEqual(self.read("configmap", "shown")["data"], {"x": "1"})

    def test_06_bad_configurations(self):
        wrong = config({"x": "1"}, "wrong")
        wrong["spec"] = {"a": 1}
        refused = self.apply(wrong, "--validate=ignore", check=False)
        self.assertIn(".spec: field not declared in schema", refused.stderr)
        path = "/api/v1/namespaces/default/configmaps/wrong"
        status, answer = self.cluster.api("PATCH", path, config({}, "wrong"), "application/apply-patch+yaml")
        self.assertEqual((status, answer["reason"]), (422, "Invalid"))
        status, answer = self.cluster.api("PATCH", path + "?fieldManager=x", "x", "application/apply-patch+cbor")
        self.assertEqual((status, answer["reason"]), (415, "UnsupportedMediaType"))

    def test_07_helm_installs_upgrades_and_rolls_back(self):
        self.helm("install", "web", CHART, "--wait", "--timeout=90s")
        found = self.read("deployment", "web")
        self.assertIn(("helm", "Apply", ""), managers(found))
        self.assertEqual(found["status"]["readyReplicas"], 2)
        self.assertIn("deployed", self.helm("status", "web").stdout)
        self.helm("upgrade", "web", CHART, "--set", "greeting=bye,extraLabel=yes,replicas=1", "--set",
                  "ports[0].name=http,ports[0].port=80,ports[1].name=more,ports[1].port=81", "--wait", "--timeout=90s")
        settings = self.read("configmap", "web-config")
        self.assertEqual(settings["data"], {"greeting": "bye"})
        self.assertEqual(settings["metadata"]["labels"]["extra"], "yes")
        self.assertEqual([p["port"] for p in self.read("service", "web")["spec"]["ports"]], [80, 81])
        self.helm("rollback", "web", "1", "--wait", "--timeout=90s")
        settings = self.read("configmap", "web-config")
        self.assertEqual(settings["data"], {"greeting": "hello"})
        self.assertNotIn("extra", settings["metadata"].get("labels", {}))
        self.assertEqual([p["port"] for p in self.read("service", "web")["spec"]["ports"]], [80])
        self.assertEqual(self.read("deployment", "web")["spec"]["replicas"], 2)
        self.assertEqual(len(json.loads(self.helm("history", "web", "-o", "json").stdout)), 3)

    def test_08_helm_meets_another_manager(self):
        self.apply(config({"greeting": "mine"}, "web-config"), "--force-conflicts")
        refused = self.helm("upgrade", "web", CHART, "--set", "greeting=theirs", check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn('conflict with "kubectl"', refused.stderr)
        self.helm("upgrade", "web", CHART, "--set", "greeting=theirs", "--force-conflicts")
        self.assertEqual(self.read("configmap", "web-config")["data"], {"greeting": "theirs"})

    def test_09_helm_uninstalls(self):
        self.helm("uninstall", "web", "--wait", "--timeout=90s")
        for kind in ("deployment/web", "service/web", "configmap/web-config"):
            self.assertEqual(self.k("get", kind, "--ignore-not-found").stdout, "")


if __name__ == "__main__":
    harness.main()
