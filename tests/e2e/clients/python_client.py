"""What a program with Debian's python3-kubernetes does: CRUD, lists, patches, watches, the dynamic client.

Usage: python_client.py KUBECONFIG NAMESPACE
"""
import json
import sys
import threading
import time

import yaml
from kubernetes import client, config, dynamic, utils, watch
from kubernetes.client.rest import ApiException

KUBECONFIG, NAMESPACE = sys.argv[1:3]
MAP = client.V1ConfigMap(metadata=client.V1ObjectMeta(name="one", labels={"of": "python"}), data={"a": "1"})


def check(condition, what):
    if not condition:
        raise SystemExit(f"not so: {what}")
    print("ok", what, flush=True)


def refused(call, status):
    try:
        call()
    except ApiException as error:
        return error.status == status
    return False


def crud(core):
    made = core.create_namespaced_config_map(NAMESPACE, MAP)
    check(made.metadata.uid and made.metadata.creation_timestamp, "create gives an object with uid and time")
    check(refused(lambda: core.create_namespaced_config_map(NAMESPACE, MAP), 409), "a second create conflicts")
    read = core.read_namespaced_config_map("one", NAMESPACE)
    check(read.data == {"a": "1"}, "read")
    read.data["b"] = "2"
    replaced = core.replace_namespaced_config_map("one", NAMESPACE, read)
    check(replaced.data["b"] == "2", "replace")
    check(refused(lambda: core.replace_namespaced_config_map("one", NAMESPACE, read), 409), "a stale replace conflicts")
    patched = core.patch_namespaced_config_map("one", NAMESPACE, {"data": {"a": None, "c": "3"}})
    check(patched.data == {"b": "2", "c": "3"}, "patch")
    found = core.list_namespaced_config_map(NAMESPACE, label_selector="of in (python)").items
    check([m.metadata.name for m in found] == ["one"], "list by labels")
    core.delete_namespaced_config_map("one", NAMESPACE)
    check(refused(lambda: core.read_namespaced_config_map("one", NAMESPACE), 404), "deleted")


def pages(core):
    for i in range(5):
        core.create_namespaced_secret(NAMESPACE, {"metadata": {"name": f"page-{i}", "labels": {"of": "pages"}}})
    names, token = [], None
    while True:
        page = core.list_namespaced_secret(NAMESPACE, label_selector="of=pages", limit=2, _continue=token)
        names += [s.metadata.name for s in page.items]
        token = page.metadata._continue
        if not token:
            break
    check(names == [f"page-{i}" for i in range(5)], "a list in pages")
    core.delete_collection_namespaced_secret(NAMESPACE, label_selector="of=pages")
    check(not core.list_namespaced_secret(NAMESPACE, label_selector="of=pages").items, "a collection deleted")


def watches(core):
    version = core.list_namespaced_config_map(NAMESPACE).metadata.resource_version

    def write():
        core.create_namespaced_config_map(NAMESPACE, {"metadata": {"name": "seen"}})
        core.patch_namespaced_config_map("seen", NAMESPACE, {"data": {"x": "y"}})
        core.delete_namespaced_config_map("seen", NAMESPACE)

    writer = threading.Timer(0.3, write)
    writer.start()
    seen = []
    for event in watch.Watch().stream(core.list_namespaced_config_map, NAMESPACE, resource_version=version, timeout_seconds=20):
        seen.append((event["type"], event["object"].metadata.name))
        if event["type"] == "DELETED":
            break
    writer.join()
    check(seen == [("ADDED", "seen"), ("MODIFIED", "seen"), ("DELETED", "seen")], "a watch sees every change")


def workload(api):
    text = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: sleepers}
spec:
  replicas: 2
  selector: {matchLabels: {app: sleepers}}
  template:
    metadata: {labels: {app: sleepers}}
    spec: {terminationGracePeriodSeconds: 0, containers: [{name: sleep, image: none, command: [sleep, "1000"]}]}
"""
    utils.create_from_dict(api, yaml.safe_load(text), namespace=NAMESPACE)
    apps = client.AppsV1Api(api)
    deadline = time.monotonic() + 60
    while (apps.read_namespaced_deployment_status("sleepers", NAMESPACE).status.ready_replicas or 0) < 2:
        if time.monotonic() >= deadline:
            check(False, "two replicas ready in a minute")
        time.sleep(0.2)
    check(True, "a Deployment made from YAML is ready")
    scale = apps.patch_namespaced_deployment_scale("sleepers", NAMESPACE, {"spec": {"replicas": 0}})
    check(scale.spec.replicas in (0, None), "scaled")


def dynamically(api):
    resources = dynamic.DynamicClient(api).resources
    deployments = resources.get(api_version="apps/v1", kind="Deployment")
    check(deployments.get(name="sleepers", namespace=NAMESPACE).spec.template.spec.containers[0].name == "sleep",
          "the dynamic client discovers and reads")
    maps = resources.get(api_version="v1", kind="ConfigMap")
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "applied"}, "data": {"k": "v"}}
    # As text: this version of the library encodes no object of this content type itself.
    maps.server_side_apply(body=json.dumps(body), name="applied", namespace=NAMESPACE, field_manager="python")
    managers = maps.get(name="applied", namespace=NAMESPACE).metadata.managedFields
    check([m.manager for m in managers] == ["python"], "server-side apply by the dynamic client")


def main():
    config.load_kube_config(KUBECONFIG)
    with client.ApiClient() as api:
        core = client.CoreV1Api(api)
        core.create_namespace({"metadata": {"name": NAMESPACE}})
        check(client.VersionApi(api).get_code().major == "1", "version")
        crud(core)
        pages(core)
        watches(core)
        workload(api)
        dynamically(api)
        core.delete_namespace(NAMESPACE)


main()
