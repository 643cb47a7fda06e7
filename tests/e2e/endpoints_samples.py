"""A small valid object of every resource in endpoints.tsv, and a status that its status endpoint takes.

SAMPLES: collection path -> (apiVersion, kind, the rest of the object). STATUS: collection path -> status.
"""

TEMPLATE = {"metadata": {"labels": {"app": "endpoints"}},
            "spec": {"schedulerName": "nobody", "containers": [{"name": "app", "image": "none"}]}}
SELECTOR = {"matchLabels": {"app": "endpoints"}}
NS = "/namespaces/{namespace}"
RULE = {"operations": ["CREATE"], "apiGroups": ["example.org"], "apiVersions": ["v1"], "resources": ["nothings"]}
HOOK = {"name": "hook.example.org", "clientConfig": {"url": "https://hook.example.org/"}, "rules": [RULE],
        "sideEffects": "None", "admissionReviewVersions": ["v1"], "failurePolicy": "Ignore"}
NO_MATCH = {"resourceRules": [RULE]}

CORE, ADMISSION = "/api/v1", "/apis/admissionregistration.k8s.io/v1"
APPS, BATCH, RESOURCE = "/apis/apps/v1", "/apis/batch/v1", "/apis/resource.k8s.io/v1"
NETWORK, STORAGE, FLOW = "/apis/networking.k8s.io/v1", "/apis/storage.k8s.io/v1", "/apis/flowcontrol.apiserver.k8s.io/v1"

SAMPLES = {
    CORE + NS + "/configmaps": ("v1", "ConfigMap", {"data": {"a": "1"}}),
    CORE + NS + "/endpoints": ("v1", "Endpoints", {"subsets": [{"addresses": [{"ip": "10.9.8.7"}], "ports": [{"port": 80}]}]}),
    CORE + NS + "/events": ("v1", "Event", {"involvedObject": {"kind": "Pod", "namespace": "{namespace}", "name": "x"},
                                            "reason": "Tried", "message": "a try", "type": "Normal",
                                            "source": {"component": "endpoints-test"}}),
    CORE + NS + "/limitranges": ("v1", "LimitRange", {"spec": {"limits": [{"type": "Pod", "max": {"cpu": "100"}}]}}),
    CORE + NS + "/persistentvolumeclaims": ("v1", "PersistentVolumeClaim", {"spec": {
        "accessModes": ["ReadWriteOnce"], "storageClassName": "nobody", "resources": {"requests": {"storage": "1Gi"}}}}),
    CORE + NS + "/pods": ("v1", "Pod", {"spec": TEMPLATE["spec"]}),
    CORE + NS + "/podtemplates": ("v1", "PodTemplate", {"template": TEMPLATE}),
    CORE + NS + "/replicationcontrollers": ("v1", "ReplicationController", {"spec": {
        "replicas": 1, "selector": {"app": "endpoints"}, "template": TEMPLATE}}),
    CORE + NS + "/resourcequotas": ("v1", "ResourceQuota", {"spec": {"hard": {"pods": "500"}}}),
    CORE + NS + "/secrets": ("v1", "Secret", {"stringData": {"a": "1"}}),
    CORE + NS + "/serviceaccounts": ("v1", "ServiceAccount", {}),
    CORE + NS + "/services": ("v1", "Service", {"spec": {"ports": [{"port": 80}], "selector": {"app": "nobody"}}}),
    CORE + "/namespaces": ("v1", "Namespace", {}),
    CORE + "/nodes": ("v1", "Node", {}),
    CORE + "/persistentvolumes": ("v1", "PersistentVolume", {"spec": {
        "capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "storageClassName": "nobody",
        "hostPath": {"path": "/tmp/endpoints"}}}),
    ADMISSION + "/mutatingadmissionpolicies": ("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicy", {"spec": {
        "matchConstraints": NO_MATCH, "reinvocationPolicy": "Never", "failurePolicy": "Ignore",
        "mutations": [{"patchType": "JSONPatch", "jsonPatch": {
            "expression": '[JSONPatch{op: "add", path: "/metadata/labels/x", value: "y"}]'}}]}}),
    ADMISSION + "/mutatingadmissionpolicybindings": (
        "admissionregistration.k8s.io/v1", "MutatingAdmissionPolicyBinding", {"spec": {"policyName": "nobody.example.org"}}),
    ADMISSION + "/mutatingwebhookconfigurations": (
        "admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", {"webhooks": [HOOK]}),
    ADMISSION + "/validatingadmissionpolicies": ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", {"spec": {
        "matchConstraints": NO_MATCH, "validations": [{"expression": "true"}]}}),
    ADMISSION + "/validatingadmissionpolicybindings": (
        "admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding",
        {"spec": {"policyName": "nobody.example.org", "validationActions": ["Deny"]}}),
    ADMISSION + "/validatingwebhookconfigurations": (
        "admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", {"webhooks": [HOOK]}),
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions": (
        "apiextensions.k8s.io/v1", "CustomResourceDefinition", {"spec": {
            "group": "{name}.example.org", "scope": "Namespaced", "names": {"plural": "things", "kind": "Thing"},
            "versions": [{"name": "v1", "served": True, "storage": True,
                          "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": {
                              "type": "object", "x-kubernetes-preserve-unknown-fields": True}}}}}]}}),
    "/apis/apiregistration.k8s.io/v1/apiservices": ("apiregistration.k8s.io/v1", "APIService", {"spec": {
        "group": "{name}.example.org", "version": "v1", "groupPriorityMinimum": 1000, "versionPriority": 15,
        "insecureSkipTLSVerify": True, "service": {"namespace": "default", "name": "nobody"}}}),
    APPS + NS + "/controllerrevisions": ("apps/v1", "ControllerRevision", {"revision": 1, "data": {"a": 1}}),
    APPS + NS + "/daemonsets": ("apps/v1", "DaemonSet", {"spec": {"selector": SELECTOR, "template": {
        **TEMPLATE, "spec": {**TEMPLATE["spec"], "nodeSelector": {"nobody": "here"}}}}}),
    APPS + NS + "/deployments": ("apps/v1", "Deployment", {"spec": {
        "replicas": 1, "selector": SELECTOR, "template": TEMPLATE}}),
    APPS + NS + "/replicasets": ("apps/v1", "ReplicaSet", {"spec": {
        "replicas": 1, "selector": SELECTOR, "template": TEMPLATE}}),
    APPS + NS + "/statefulsets": ("apps/v1", "StatefulSet", {"spec": {
        "replicas": 1, "serviceName": "nobody", "selector": SELECTOR, "template": TEMPLATE}}),
    BATCH + NS + "/cronjobs": ("batch/v1", "CronJob", {"spec": {
        "schedule": "0 0 1 1 *", "jobTemplate": {"spec": {"template": {
            "spec": {**TEMPLATE["spec"], "restartPolicy": "Never"}}}}}}),
    BATCH + NS + "/jobs": ("batch/v1", "Job", {"spec": {"suspend": True, "template": {
        "spec": {**TEMPLATE["spec"], "restartPolicy": "Never"}}}}),
    "/apis/certificates.k8s.io/v1/certificatesigningrequests": (
        "certificates.k8s.io/v1", "CertificateSigningRequest", {"spec": {
            "request": "{csr}", "signerName": "example.org/nobody", "usages": ["digital signature"]}}),
    "/apis/coordination.k8s.io/v1" + NS + "/leases": ("coordination.k8s.io/v1", "Lease", {"spec": {
        "holderIdentity": "me", "leaseDurationSeconds": 30}}),
    "/apis/discovery.k8s.io/v1" + NS + "/endpointslices": ("discovery.k8s.io/v1", "EndpointSlice", {
        "addressType": "IPv4", "endpoints": [{"addresses": ["10.9.8.7"]}], "ports": [{"port": 80}]}),
    "/apis/events.k8s.io/v1" + NS + "/events": ("events.k8s.io/v1", "Event", {
        "eventTime": "2026-01-01T00:00:00.000000Z", "reportingController": "example.org/endpoints", "action": "Try",
        "reportingInstance": "one", "reason": "Tried", "type": "Normal",
        "regarding": {"kind": "Pod", "namespace": "{namespace}", "name": "x"}}),
    FLOW + "/flowschemas": ("flowcontrol.apiserver.k8s.io/v1", "FlowSchema", {"spec": {
        "matchingPrecedence": 9000, "priorityLevelConfiguration": {"name": "nobody"},
        "rules": [{"subjects": [{"kind": "User", "user": {"name": "nobody"}}],
                   "nonResourceRules": [{"verbs": ["get"], "nonResourceURLs": ["/nothing"]}]}]}}),
    FLOW + "/prioritylevelconfigurations": ("flowcontrol.apiserver.k8s.io/v1", "PriorityLevelConfiguration", {"spec": {
        "type": "Limited", "limited": {"nominalConcurrencyShares": 1, "limitResponse": {"type": "Reject"}}}}),
    NETWORK + "/ingressclasses": ("networking.k8s.io/v1", "IngressClass", {"spec": {"controller": "example.org/nobody"}}),
    NETWORK + "/ipaddresses": ("networking.k8s.io/v1", "IPAddress", {"spec": {
        "parentRef": {"resource": "services", "namespace": "default", "name": "kubernetes"}}}),
    NETWORK + NS + "/ingresses": ("networking.k8s.io/v1", "Ingress", {"spec": {
        "defaultBackend": {"service": {"name": "nobody", "port": {"number": 80}}}}}),
    "/apis/node.k8s.io/v1/runtimeclasses": ("node.k8s.io/v1", "RuntimeClass", {"handler": "nobody"}),
    "/apis/policy/v1" + NS + "/poddisruptionbudgets": ("policy/v1", "PodDisruptionBudget", {"spec": {
        "minAvailable": 0, "selector": {"matchLabels": {"app": "nobody"}}}}),
    RESOURCE + "/deviceclasses": ("resource.k8s.io/v1", "DeviceClass", {"spec": {
        "selectors": [{"cel": {"expression": 'device.driver == "example.org"'}}]}}),
    RESOURCE + NS + "/resourceclaims": ("resource.k8s.io/v1", "ResourceClaim", {"spec": {"devices": {"requests": [
        {"name": "one", "exactly": {"deviceClassName": "nobody.example.org"}}]}}}),
    RESOURCE + NS + "/resourceclaimtemplates": ("resource.k8s.io/v1", "ResourceClaimTemplate", {"spec": {"spec": {
        "devices": {"requests": [{"name": "one", "exactly": {"deviceClassName": "nobody.example.org"}}]}}}}),
    RESOURCE + "/resourceslices": ("resource.k8s.io/v1", "ResourceSlice", {"spec": {
        "driver": "example.org", "nodeName": "nobody", "devices": [{"name": "one"}],
        "pool": {"name": "pool", "generation": 1, "resourceSliceCount": 1}}}),
    "/apis/scheduling.k8s.io/v1/priorityclasses": ("scheduling.k8s.io/v1", "PriorityClass", {"value": 7}),
    STORAGE + "/csidrivers": ("storage.k8s.io/v1", "CSIDriver", {"spec": {"attachRequired": False}}),
    STORAGE + "/csinodes": ("storage.k8s.io/v1", "CSINode", {"spec": {"drivers": []}}),
    STORAGE + NS + "/csistoragecapacities": ("storage.k8s.io/v1", "CSIStorageCapacity", {"storageClassName": "nobody"}),
    STORAGE + "/storageclasses": ("storage.k8s.io/v1", "StorageClass", {"provisioner": "example.org/nobody"}),
    STORAGE + "/volumeattachments": ("storage.k8s.io/v1", "VolumeAttachment", {"spec": {
        "attacher": "example.org", "nodeName": "nobody", "source": {"persistentVolumeName": "nobody"}}}),
    STORAGE + "/volumeattributesclasses": ("storage.k8s.io/v1", "VolumeAttributesClass", {
        "driverName": "example.org", "parameters": {"iops": "3000"}}),
}

CONDITION = {"type": "Tried", "status": "True", "reason": "Tried", "message": "a try",
             "lastTransitionTime": "2026-01-01T00:00:00Z"}
WITH_CONDITION = {"conditions": [CONDITION]}

STATUS = {
    CORE + NS + "/persistentvolumeclaims": {"phase": "Pending", "conditions": [CONDITION]},
    CORE + NS + "/pods": WITH_CONDITION,
    CORE + NS + "/replicationcontrollers": {"replicas": 0, "conditions": [CONDITION]},
    CORE + NS + "/resourcequotas": {"hard": {"pods": "500"}, "used": {"pods": "0"}},
    CORE + NS + "/services": WITH_CONDITION,
    CORE + "/namespaces": WITH_CONDITION,
    CORE + "/nodes": WITH_CONDITION,
    CORE + "/persistentvolumes": {"phase": "Available", "message": "a try"},
    ADMISSION + "/validatingadmissionpolicies": WITH_CONDITION,
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions": WITH_CONDITION,
    "/apis/apiregistration.k8s.io/v1/apiservices": WITH_CONDITION,
    APPS + NS + "/daemonsets": WITH_CONDITION,
    APPS + NS + "/deployments": WITH_CONDITION,
    APPS + NS + "/replicasets": WITH_CONDITION,
    APPS + NS + "/statefulsets": WITH_CONDITION,
    BATCH + NS + "/cronjobs": {"lastScheduleTime": "2026-01-01T00:00:00Z"},
    BATCH + NS + "/jobs": WITH_CONDITION,
    "/apis/certificates.k8s.io/v1/certificatesigningrequests": WITH_CONDITION,
    FLOW + "/flowschemas": WITH_CONDITION,
    FLOW + "/prioritylevelconfigurations": WITH_CONDITION,
    NETWORK + NS + "/ingresses": {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}},
    "/apis/policy/v1" + NS + "/poddisruptionbudgets": WITH_CONDITION,
    RESOURCE + NS + "/resourceclaims": {"devices": []},
    STORAGE + "/volumeattachments": {"attached": True},
}

# Names that are not free: what an address is called, and what a CRD's and an APIService's name must be.
NAMES = {
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions": "things.{name}.example.org",
    "/apis/apiregistration.k8s.io/v1/apiservices": "v1.{name}.example.org",
    NETWORK + "/ipaddresses": "10.99.{number}.1",
}
