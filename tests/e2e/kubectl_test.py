"""Every kubectl command that needs no container, with the kubectl that COX_KUBECTL names (v35)."""
import json
import os
import re
import signal
import subprocess
import threading
import urllib.request

import harness

VERSION = os.environ.get("COX_KUBECTL", "v35")
MAP = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"a": "1"}}
DEPLOYMENT = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {
    "replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": {
        "metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "app", "image": "one"}]}}}}


class KubectlTest(harness.ClusterTest):
    offset = 20400 if VERSION == "v35" else 20700
    flags = ("--runtime", "hollow")

    def kubectl(self, *args, **kwargs):
        return self.cluster.kubectl(*args, version=VERSION, **kwargs)

    def out(self, *args, **kwargs):
        return self.kubectl(*args, **kwargs).stdout

    def fails(self, words, *args, **kwargs):
        done = self.kubectl(*args, check=False, **kwargs)
        self.assertNotEqual(done.returncode, 0, done.stdout)
        self.assertIn(words, done.stderr)

    def file(self, *objects):
        path = self.cluster.dir / "objects.json"
        path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)}))
        return path

    def test_01_create_get_describe(self):
        self.assertEqual(self.out("create", "-f", self.file(MAP, DEPLOYMENT)),
                         "configmap/settings created\ndeployment.apps/web created\n")
        self.fails('configmaps "settings" already exists', "create", "-f", self.file(MAP))
        self.out("rollout", "status", "deployment/web", "--timeout=60s")
        lines = self.out("get", "deployments").splitlines()
        self.assertEqual(lines[0].split(), ["NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"])
        self.assertEqual(lines[1].split()[:4], ["web", "2/2", "2", "2"])
        wide = self.out("get", "deployments", "-o", "wide").splitlines()
        self.assertEqual(wide[0].split()[-3:], ["CONTAINERS", "IMAGES", "SELECTOR"])
        self.assertEqual(self.out("get", "pods", "-l", "app=web", "-o", "name").count("pod/web-"), 2)
        self.assertEqual(self.out("get", "configmap", "settings", "-o", "jsonpath={.data.a}"), "1")
        self.assertIn("a: \"1\"", self.out("get", "configmap", "settings", "-o", "yaml"))
        self.assertIn("StrategyType:           RollingUpdate", self.out("describe", "deployment", "web"))
        self.fails('pods "nobody" not found', "get", "pod", "nobody")
        self.fails("the server doesn't have a resource type", "get", "nonsense")
        all_of_it = self.out("get", "all")
        for name in ("pod/web-", "service/kubernetes", "deployment.apps/web", "replicaset.apps/web-"):
            self.assertIn(name, all_of_it)

    def test_02_create_by_generators(self):
        for args in (("namespace", "extra"), ("secret", "generic", "s", "--from-literal=a=1"), ("serviceaccount", "robot"),
                     ("role", "reader", "--verb=get", "--resource=pods"), ("job", "once", "--image=x"),
                     ("rolebinding", "readers", "--role=reader", "--serviceaccount=default:robot"),
                     ("cronjob", "often", "--image=x", "--schedule=0 0 1 1 *"), ("quota", "q", "--hard=pods=100"),
                     ("ingress", "i", "--rule=example.org/*=web:80"), ("pdb", "p", "--selector=app=no", "--min-available=0"),
                     ("priorityclass", "high", "--value=10"), ("service", "clusterip", "front", "--tcp=80:8080")):
            self.assertIn("created", self.out("create", *args))
        token = self.out("create", "token", "robot").strip()
        self.assertEqual(token.count("."), 2)
        # The namespace's: others may have stayed behind in it by then.
        self.assertIn("deleted", self.out("delete", "namespace", "extra", "--timeout=60s"))

    def test_03_apply_and_diff(self):
        changed = {**MAP, "data": {"a": "2", "b": "3"}}
        done = self.kubectl("diff", "-f", self.file(changed), check=False)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("+  b: \"3\"", done.stdout)
        self.assertEqual(self.out("apply", "-f", self.file(changed)), "configmap/settings configured\n")
        self.assertEqual(self.out("apply", "-f", self.file(changed)), "configmap/settings unchanged\n")
        self.assertEqual(self.kubectl("diff", "-f", self.file(changed)).stdout, "")
        self.out("apply", "-f", self.file(MAP))
        self.assertEqual(self.out("get", "configmap", "settings", "-o", "jsonpath={.data}"), '{"a":"1"}')
        self.assertIn("dry run", self.out("apply", "-f", self.file(changed), "--dry-run=server"))
        self.assertIn("configured", self.out("replace", "-f", self.file(MAP)).replace("replaced", "configured"))

    def test_04_edit_patch_label_annotate(self):
        editor = {"KUBE_EDITOR": "sed -i s/a:.\\\"1\\\"/a:\\ \\\"9\\\"/"}
        env = {**os.environ, "KUBECONFIG": str(self.cluster.dir / "admin.kubeconfig"), **editor}
        done = harness.run([harness.client("kubectl", VERSION), "edit", "configmap", "settings"], env=env)
        self.assertIn("edited", done.stdout)
        self.assertEqual(self.out("get", "configmap", "settings", "-o", "jsonpath={.data.a}"), "9")
        for kind, patch in (("strategic", '{"spec":{"template":{"spec":{"containers":[{"name":"app","image":"two"}]}}}}'),
                            ("merge", '{"metadata":{"labels":{"x":"y"}}}'),
                            ("json", '[{"op":"remove","path":"/metadata/labels/x"}]')):
            self.assertIn("patched", self.out("patch", "deployment", "web", "--type", kind, "-p", patch))
        self.assertEqual(self.out("get", "deployment", "web", "-o", "jsonpath={..containers[0].image}"), "two")
        self.assertIn("labeled", self.out("label", "deployment", "web", "tier=front"))
        self.fails("already has a value (front)", "label", "deployment", "web", "tier=back")
        self.assertIn("labeled", self.out("label", "deployment", "web", "tier=back", "--overwrite"))
        self.assertIn("annotated", self.out("annotate", "deployment", "web", "note=a"))
        self.assertIn("unlabeled", self.out("label", "deployment", "web", "tier-"))

    def test_05_scale_rollout_set(self):
        self.assertIn("scaled", self.out("scale", "deployment", "web", "--replicas=3"))
        self.assertIn("successfully rolled out", self.out("rollout", "status", "deployment/web", "--timeout=60s"))
        self.assertIn("image updated", self.out("set", "image", "deployment/web", "app=three"))
        self.out("rollout", "status", "deployment/web", "--timeout=60s")
        self.assertEqual(len(re.findall(r"^\d+ ", self.out("rollout", "history", "deployment/web"), re.M)), 3)
        self.assertIn("rolled back", self.out("rollout", "undo", "deployment/web"))
        self.out("rollout", "status", "deployment/web", "--timeout=60s")
        self.assertEqual(self.out("get", "deployment", "web", "-o", "jsonpath={..containers[0].image}"), "two")
        self.assertIn("restarted", self.out("rollout", "restart", "deployment/web"))
        for word in ("paused", "resumed"):
            self.assertIn(word, self.out("rollout", word[:-1] if word == "paused" else "resume", "deployment/web"))
        self.assertIn("env updated", self.out("set", "env", "deployment/web", "A=b"))
        self.assertIn("resource requirements updated", self.out("set", "resources", "deployment/web", "--requests=cpu=1m"))
        self.assertIn("autoscaled", self.out("autoscale", "deployment", "web", "--max=4"))
        self.assertIn("exposed", self.out("expose", "deployment", "web", "--port=80"))

    def test_06_wait_and_delete(self):
        self.assertIn("condition met", self.out("wait", "deployment/web", "--for=condition=Available", "--timeout=60s"))
        self.assertIn("condition met", self.out("wait", "configmap/settings", "--for=jsonpath={.data.a}=9", "--timeout=5s"))
        self.fails("timed out", "wait", "deployment/web", "--for=condition=Nonsense", "--timeout=1s")
        self.assertIn('pod "once" deleted', self.once_deleted())
        self.assertIn("deleted", self.out("delete", "configmap", "settings"))
        self.fails("not found", "delete", "configmap", "settings")
        self.assertIn("deleted", self.out("delete", "job,cronjob,ingress", "--all", "--timeout=60s"))

    def once_deleted(self):
        self.out("run", "once", "--image=x", "--restart=Never")
        return self.out("delete", "pod", "once", "--timeout=60s")

    def test_07_explain_and_discovery(self):
        explained = self.out("explain", "deployment.spec.strategy")
        self.assertIn("rollingUpdate", explained)
        self.assertIn("FIELDS:", explained)
        self.assertIn("<[]Container>", self.out("explain", "pods.spec"))
        self.fails('field "nonsense" does not exist', "explain", "pods.nonsense")
        resources = self.out("api-resources", "-o", "wide")
        for words in (r"^pods +po +v1 +true +Pod ", r"^deployments +deploy +apps/v1 +true +Deployment "):
            self.assertRegex(resources, re.compile(words, re.M))
        self.assertIn("apps/v1\n", self.out("api-versions"))
        self.assertIn("Server Version: v1.", self.out("version"))
        self.assertIn("is running at", self.out("cluster-info"))

    def test_08_auth(self):
        self.assertEqual(self.out("auth", "can-i", "create", "pods").strip(), "yes")
        who = ("--as", "system:serviceaccount:default:robot")
        self.assertEqual(self.out("auth", "can-i", "get", "pods", *who).strip(), "yes")
        self.assertIn("no", self.kubectl("auth", "can-i", "delete", "pods", *who, check=False).stdout)
        self.assertRegex(self.out("auth", "can-i", "--list", *who), r"pods +\[\] +\[\] +\[get\]")
        self.assertIn("system:masters", self.out("auth", "whoami"))
        rules = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "reader", "namespace": "default"},
                 "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}]}
        self.assertIn("reconciled", self.out("auth", "reconcile", "-f", self.file(rules)))
        self.fails("forbidden", "get", "secrets", *who)

    def test_09_top_without_metrics(self):
        self.fails("Metrics API not available", "top", "nodes")

    def test_10_nodes(self):
        node = self.out("get", "nodes", "-o", "name").strip()
        self.assertIn("cordoned", self.out("cordon", node))
        self.assertIn("SchedulingDisabled", self.out("get", node))
        self.assertIn("drained", self.out("drain", node, "--ignore-daemonsets", "--delete-emptydir-data", "--force",
                                          "--timeout=60s"))
        self.assertIn("uncordoned", self.out("uncordon", node))
        self.assertIn("tainted", self.out("taint", "node", node.removeprefix("node/"), "k=v:NoSchedule"))
        self.assertIn("untainted", self.out("taint", "node", node.removeprefix("node/"), "k-"))
        self.assertIn("Allocatable:", self.out("describe", node))

    def test_11_proxy(self):
        env = {**os.environ, "KUBECONFIG": str(self.cluster.dir / "admin.kubeconfig")}
        proxy = subprocess.Popen([harness.client("kubectl", VERSION), "proxy", "--port=0"], env=env,
                                 stdout=subprocess.PIPE, text=True)
        try:
            address = proxy.stdout.readline().split()[-1]
            with urllib.request.urlopen(f"http://{address}/api/v1/namespaces/default", timeout=10) as answer:
                self.assertEqual(json.load(answer)["kind"], "Namespace")
        finally:
            proxy.send_signal(signal.SIGTERM)
            proxy.wait(10)
            proxy.stdout.close()

    def test_12_config_and_raw(self):
        self.assertIn("current-context", self.out("config", "view"))
        self.assertEqual(self.out("get", "--raw", "/readyz"), "ok")
        self.assertIn("[+]ping ok", self.out("get", "--raw", "/livez?verbose"))
        events = self.out("events", "--types=Normal")
        self.assertIn("ScalingReplicaSet", events)

    def test_13_watch(self):
        env = {**os.environ, "KUBECONFIG": str(self.cluster.dir / "admin.kubeconfig")}
        watch = subprocess.Popen([harness.client("kubectl", VERSION), "get", "configmaps", "--watch-only", "-o", "name"],
                                 env=env, stdout=subprocess.PIPE, text=True)
        lines = []
        reader = threading.Thread(target=lambda: [lines.append(line) for line in watch.stdout])
        reader.start()
        try:
            # It begins at some moment: what is written before that it does not see.
            harness.eventually("the watch sees one", lambda: self.watched(lines), timeout=20)
        finally:
            watch.kill()
            watch.wait(10)
            reader.join()
            watch.stdout.close()

    def watched(self, lines):
        self.out("create", "configmap", "watched")
        self.out("delete", "configmap", "watched")
        return "configmap/watched\n" in lines

    def test_14_apply_server_side(self):
        made = {**MAP, "metadata": {"name": "applied"}}
        self.assertIn("serverside-applied", self.out("apply", "--server-side", "-f", self.file(made)))
        other = {**made, "data": {"a": "other"}}
        self.fails('conflict with "kubectl"', "apply", "--server-side", "--field-manager=me", "-f", self.file(other))
        self.assertIn("serverside-applied", self.out("apply", "--server-side", "--field-manager=me", "--force-conflicts",
                                                     "-f", self.file(other)))


if __name__ == "__main__":
    harness.main()
