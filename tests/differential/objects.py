# SPDX-License-Identifier: Apache-2.0
"""Objects to send: valid ones drawn at random, and ways to spoil or change them."""
import copy
from dataclasses import dataclass


@dataclass
class Kind:
    group: str  # with its version
    resource: str
    namespaced: bool = True
    custom: bool = False
    status: bool = False


KINDS = {
    "ConfigMap": Kind("v1", "configmaps"),
    "Secret": Kind("v1", "secrets"),
    "Service": Kind("v1", "services", status=True),
    "ServiceAccount": Kind("v1", "serviceaccounts"),
    "Pod": Kind("v1", "pods", status=True),
    "PersistentVolumeClaim": Kind("v1", "persistentvolumeclaims", status=True),
    "LimitRange": Kind("v1", "limitranges"),
    "ResourceQuota": Kind("v1", "resourcequotas", status=True),
    "Endpoints": Kind("v1", "endpoints"),
    "Deployment": Kind("apps/v1", "deployments", status=True),
    "StatefulSet": Kind("apps/v1", "statefulsets", status=True),
    "DaemonSet": Kind("apps/v1", "daemonsets", status=True),
    "ReplicaSet": Kind("apps/v1", "replicasets", status=True),
    "Job": Kind("batch/v1", "jobs", status=True),
    "CronJob": Kind("batch/v1", "cronjobs", status=True),
    "Ingress": Kind("networking.k8s.io/v1", "ingresses", status=True),
    "NetworkPolicy": Kind("networking.k8s.io/v1", "networkpolicies"),
    "HorizontalPodAutoscaler": Kind("autoscaling/v2", "horizontalpodautoscalers", status=True),
    "PodDisruptionBudget": Kind("policy/v1", "poddisruptionbudgets", status=True),
    "Role": Kind("rbac.authorization.k8s.io/v1", "roles"),
    "RoleBinding": Kind("rbac.authorization.k8s.io/v1", "rolebindings"),
    "ClusterRole": Kind("rbac.authorization.k8s.io/v1", "clusterroles", False),
    "Lease": Kind("coordination.k8s.io/v1", "leases"),
    "Widget": Kind("diff.example.com/v1", "widgets", custom=True, status=True),
    "Gadget": Kind("diff.example.com/v1beta1", "gadgets", custom=True),
}
CONDITIONAL = {"Widget", "Gadget", "Lease", "PodDisruptionBudget"}
SCALES = {"Deployment", "StatefulSet", "ReplicaSet", "Widget"}

CRDS = [
    {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "widgets.diff.example.com"},
     "spec": {"group": "diff.example.com", "scope": "Namespaced", "names": {"plural": "widgets", "singular": "widget", "kind": "Widget", "listKind": "WidgetList", "shortNames": ["wd"]},
              "versions": [{"name": "v1", "served": True, "storage": True,
                            "subresources": {"status": {}, "scale": {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas", "labelSelectorPath": ".status.selector"}},
                            "additionalPrinterColumns": [{"name": "Size", "type": "string", "jsonPath": ".spec.size"}, {"name": "Replicas", "type": "integer", "jsonPath": ".spec.replicas"},
                                                         {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"}],
                            "schema": {"openAPIV3Schema": {"type": "object", "required": ["spec"], "properties": {
                                "spec": {"type": "object", "required": ["size"], "properties": {
                                    "size": {"type": "string", "enum": ["small", "large"]},
                                    "replicas": {"type": "integer", "minimum": 0, "maximum": 10, "default": 1},
                                    "name": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 8},
                                    "ratio": {"type": "number"}, "port": {"x-kubernetes-int-or-string": True},
                                    "tags": {"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": "set", "maxItems": 3},
                                    "parts": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["id"],
                                              "items": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}, "weight": {"type": "integer", "default": 5}}}},
                                    "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
                                    "map": {"type": "object", "additionalProperties": {"type": "string"}},
                                    "whole": {"type": "object", "x-kubernetes-map-type": "atomic", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}}}},
                                "status": {"type": "object", "properties": {"replicas": {"type": "integer"}, "selector": {"type": "string"}, "phase": {"type": "string"}}}}}}}]}},
    {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "gadgets.diff.example.com"},
     "spec": {"group": "diff.example.com", "scope": "Namespaced", "names": {"plural": "gadgets", "singular": "gadget", "kind": "Gadget", "listKind": "GadgetList"},
              "versions": [{"name": "v1beta1", "served": True, "storage": True,
                            "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}}]}},
]


def container(rng, name="main"):
    out = {"name": name, "image": rng.choice(["nginx", "nginx:1.25", "busybox:latest"])}
    if rng.random() < 0.5:
        out["ports"] = [{"containerPort": rng.choice([80, 8080])}]
    if rng.random() < 0.4:
        out["env"] = [{"name": "A", "value": "1"}, {"name": "B", "value": rng.choice(["2", "3"])}]
    if rng.random() < 0.4:
        out["resources"] = {"requests": {"cpu": rng.choice(["100m", "0.5", "1"]), "memory": rng.choice(["64Mi", "1024Mi", "1e6"])}, "limits": {"cpu": "2"}}
    if rng.random() < 0.3:
        out["readinessProbe"] = {"httpGet": {"path": "/", "port": rng.choice([80, "http"])}, "periodSeconds": 5}
    if rng.random() < 0.2:
        out["command"] = ["sleep", "60"]
    return out


def template(rng, labels, restart=None):
    spec = {"containers": [container(rng)]}
    if rng.random() < 0.3:
        spec["containers"].append(container(rng, "side"))
    if rng.random() < 0.3:
        spec["volumes"] = [{"name": "v", rng.choice(["emptyDir", "emptyDir"]): {}}]
        spec["containers"][0]["volumeMounts"] = [{"name": "v", "mountPath": "/v"}]
    if restart:
        spec["restartPolicy"] = restart
    return {"metadata": {"labels": labels}, "spec": spec}


def make(kind, name, rng):
    labels = {"app": rng.choice(["web", "db"])}
    meta = {"name": name}
    if rng.random() < 0.7:
        meta["labels"] = dict(labels)
    if rng.random() < 0.3:
        meta["annotations"] = {"note": rng.choice(["x", "y"])}
    if rng.random() < 0.05:
        meta["finalizers"] = ["example.com/hold"]
    body = {"apiVersion": KINDS[kind].group, "kind": kind, "metadata": meta}
    fixed = {"app": "web"}
    if kind == "ConfigMap":
        body["data"] = {"a": rng.choice(["1", "2"]), "b": "x"}
    elif kind == "Secret":
        body[rng.choice(["stringData", "stringData"])] = {"k": rng.choice(["v", "w"])}
        if rng.random() < 0.3:
            body["type"] = "Opaque"
    elif kind == "Service":
        body["spec"] = {"selector": fixed, "ports": [{"port": 80, "targetPort": rng.choice([8080, "http"])}]}
        if rng.random() < 0.3:
            body["spec"]["clusterIP"] = "None"
        elif rng.random() < 0.3:
            body["spec"]["type"] = "NodePort"
    elif kind == "Pod":
        body["spec"] = template(rng, labels)["spec"]
    elif kind == "PersistentVolumeClaim":
        body["spec"] = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": rng.choice(["1Gi", "2048Mi"])}}}
    elif kind == "LimitRange":
        body["spec"] = {"limits": [{"type": "PersistentVolumeClaim", "max": {"storage": "10Gi"}}]}
    elif kind == "ResourceQuota":
        body["spec"] = {"hard": {"persistentvolumeclaims": "1000"}}
    elif kind == "Endpoints":
        body["subsets"] = [{"addresses": [{"ip": "10.1.2.3"}], "ports": [{"port": 80}]}]
    elif kind == "Deployment":
        body["spec"] = {"selector": {"matchLabels": fixed}, "template": template(rng, fixed)}
        if rng.random() < 0.7:
            body["spec"]["replicas"] = rng.choice([0, 1, 3])
        if rng.random() < 0.2:
            body["spec"]["strategy"] = {"type": rng.choice(["Recreate", "RollingUpdate"])}
    elif kind == "StatefulSet":
        body["spec"] = {"serviceName": "s", "selector": {"matchLabels": fixed}, "template": template(rng, fixed), "replicas": rng.choice([1, 2])}
    elif kind == "DaemonSet":
        body["spec"] = {"selector": {"matchLabels": fixed}, "template": template(rng, fixed)}
    elif kind == "ReplicaSet":
        body["spec"] = {"selector": {"matchLabels": fixed}, "template": template(rng, fixed), "replicas": rng.choice([0, 2])}
    elif kind == "Job":
        body["spec"] = {"template": template(rng, {"a": "b"}, "Never"), "backoffLimit": rng.choice([0, 4])}
        if rng.random() < 0.5:
            del body["spec"]["backoffLimit"]
    elif kind == "CronJob":
        body["spec"] = {"schedule": rng.choice(["* * * * *", "@daily"]), "jobTemplate": {"spec": {"template": template(rng, {"a": "b"}, "OnFailure")}}}
    elif kind == "Ingress":
        body["spec"] = {"rules": [{"host": "a.example.com", "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "s", "port": {"number": 80}}}}]}}]}
    elif kind == "NetworkPolicy":
        body["spec"] = {"podSelector": {"matchLabels": fixed}, "ingress": [{"from": [{"podSelector": {}}], "ports": [{"port": 80}]}]}
    elif kind == "HorizontalPodAutoscaler":
        body["spec"] = {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "d"}, "maxReplicas": rng.choice([3, 5]),
                        "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}}]}
    elif kind == "PodDisruptionBudget":
        body["spec"] = {"selector": {"matchLabels": fixed}, "minAvailable": rng.choice([1, "50%"])}
    elif kind in ("Role", "ClusterRole"):
        body["rules"] = [{"apiGroups": [""], "resources": ["pods"], "verbs": rng.choice([["get"], ["get", "list"]])}]
    elif kind == "RoleBinding":
        body["roleRef"] = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}
        body["subjects"] = [{"kind": "User", "name": rng.choice(["a", "b"])}]
    elif kind == "Lease":
        body["spec"] = {"holderIdentity": rng.choice(["a", "b"]), "leaseDurationSeconds": 15}
    elif kind == "Widget":
        body["spec"] = {"size": rng.choice(["small", "large"])}
        for key, values in {"replicas": [0, 3], "name": ["abc"], "ratio": [1.5, 2], "port": [80, "http"], "tags": [["a", "b"], ["b"]],
                            "parts": [[{"id": "x"}, {"id": "y", "weight": 1}]], "free": [{"any": {"thing": 1}}], "map": [{"k": "v"}], "whole": [{"a": "1"}, {"b": "2"}]}.items():
            if rng.random() < 0.4:
                body["spec"][key] = rng.choice(values)
    elif kind == "Gadget":
        body["spec"] = {"anything": [1, {"goes": True}], "n": rng.choice([1, 2.5, "x"])}
    return body


def pod_spec(body):
    spec = body.get("spec", {})
    if body["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    if "template" in spec:
        spec = spec["template"]["spec"]
    return spec if "containers" in spec else None


def spoil(kind, body, rng):
    """What was done, the body, and a query."""
    body = copy.deepcopy(body)
    pods = pod_spec(body)
    ways = ["unknown strict", "unknown warn", "bad name", "bad label", "bad namespace", "wrong type", "long name", "bad finalizer", "bad owner"]
    if pods:
        ways += ["no image", "no containers", "duplicate container", "bad restart", "bad port", "bad quantity", "missing volume"]
    if kind in ("Deployment", "ReplicaSet", "StatefulSet"):
        ways += ["negative replicas", "selector mismatch", "no selector"]
    if kind == "Service":
        ways += ["no ports", "service port", "service type"]
    if kind == "Widget":
        ways += ["enum", "maximum", "pattern", "max length", "max items", "required", "type", "duplicate set", "duplicate key", "no spec"]
    if kind == "Role":
        ways += ["no verbs"]
    if kind == "HorizontalPodAutoscaler":
        ways += ["hpa minimum"]
    if kind == "CronJob":
        ways += ["bad schedule"]
    if kind == "Ingress":
        ways += ["bad path"]
    if kind == "RoleBinding":
        ways += ["no role"]
    way, query = rng.choice(ways), ""
    meta = body["metadata"]
    if way == "unknown strict":
        body["nothing"], query = 1, "fieldValidation=Strict"
        if "spec" in body and isinstance(body["spec"], dict):
            body["spec"]["nope"] = {"a": 1}
    elif way == "unknown warn":
        body["nothing"], query = 1, "dryRun=All"
    elif way == "bad name":
        meta["name"] = "Bad_Name!"
    elif way == "bad label":
        meta["labels"] = {"a b": "c", "ok": "not ok!"}
    elif way == "bad namespace":
        meta["namespace"] = "other"
    elif way == "wrong type":
        meta["labels"] = {"a": 1}
    elif way == "long name":
        meta["name"] = "a" * 260
    elif way == "bad finalizer":
        meta["finalizers"] = ["nodomain"]
    elif way == "bad owner":
        meta["ownerReferences"] = [{"apiVersion": "v1", "kind": "", "name": "x", "uid": ""}]
    elif way == "no image":
        del pods["containers"][0]["image"]
    elif way == "no containers":
        pods["containers"] = []
    elif way == "duplicate container":
        pods["containers"] = [{"name": "a", "image": "x"}, {"name": "a", "image": "y"}]
    elif way == "bad restart":
        pods["restartPolicy"] = "Sometimes"
    elif way == "bad port":
        pods["containers"][0]["ports"] = [{"containerPort": 70000, "protocol": "FTP"}]
    elif way == "bad quantity":
        pods["containers"][0]["resources"] = {"requests": {"cpu": rng.choice(["lots", "-1"])}}
    elif way == "missing volume":
        pods["containers"][0]["volumeMounts"] = [{"name": "absent", "mountPath": "/x"}]
    elif way == "negative replicas":
        body["spec"]["replicas"] = -1
    elif way == "selector mismatch":
        body["spec"]["selector"] = {"matchLabels": {"other": "x"}}
    elif way == "no selector":
        del body["spec"]["selector"]
    elif way == "no ports":
        body["spec"]["ports"] = []
    elif way == "service port":
        body["spec"]["ports"] = [{"port": 0}, {"port": 99999}]
    elif way == "service type":
        body["spec"]["type"] = "Sideways"
    elif way == "enum":
        body["spec"]["size"] = "medium"
    elif way == "maximum":
        body["spec"]["replicas"] = rng.choice([11, -1])
    elif way == "pattern":
        body["spec"]["name"] = "ABC"
    elif way == "max length":
        body["spec"]["name"] = "abcdefghijk"
    elif way == "max items":
        body["spec"]["tags"] = ["a", "b", "c", "d"]
    elif way == "required":
        body["spec"] = {"replicas": 1}
    elif way == "type":
        body["spec"]["replicas"] = "three"
    elif way == "duplicate set":
        body["spec"]["tags"] = ["a", "a"]
    elif way == "duplicate key":
        body["spec"]["parts"] = [{"id": "a"}, {"id": "a"}]
    elif way == "no spec":
        del body["spec"]
    elif way == "no verbs":
        body["rules"][0]["verbs"] = []
    elif way == "hpa minimum":
        body["spec"]["minReplicas"] = 9
    elif way == "bad schedule":
        body["spec"]["schedule"] = "whenever"
    elif way == "bad path":
        body["spec"]["rules"][0]["http"]["paths"][0]["path"] = "no-slash"
    elif way == "no role":
        body["roleRef"] = {"apiGroup": "x", "kind": "Y", "name": ""}
    return way, body, query


def change(kind, body, rng):
    meta = body["metadata"]
    meta.setdefault("labels", {})["changed"] = rng.choice(["1", "2"])
    if kind == "ConfigMap":
        body["data"]["a"] = rng.choice(["7", "8"])
    elif kind in ("Deployment", "StatefulSet", "ReplicaSet"):
        body["spec"]["replicas"] = rng.choice([1, 4])
        pod_spec(body)["containers"][0]["image"] = rng.choice(["nginx:1", "nginx:2"])
    elif kind == "Widget":
        body["spec"]["size"] = rng.choice(["small", "large"])
    elif kind == "Service" and rng.random() < 0.3:
        body["spec"]["ports"].append({"name": "more", "port": 81})
        body["spec"]["ports"][0]["name"] = "first"
    elif kind in ("Role", "ClusterRole"):
        body["rules"].append({"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get"]})
    elif kind == "DaemonSet" and rng.random() < 0.3:
        body["spec"]["selector"] = {"matchLabels": {"app": "other"}}
    return body


def merge(kind, rng):
    if kind in ("Deployment", "StatefulSet", "ReplicaSet", "Widget"):
        return {"spec": {"replicas": rng.choice([0, 2, 6])}}
    if kind == "ConfigMap":
        return {"data": {"b": None, "c": rng.choice(["x", "y"])}}
    return {"metadata": {"annotations": {"merged": rng.choice(["1", "2"])}}}


def strategic(kind, rng):
    if kind in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"):
        return {"spec": {"template": {"spec": {"containers": [{"name": "main", "image": rng.choice(["nginx:3", "nginx:4"]), "env": [{"name": "A", "value": "9"}]}]}}}}
    if kind == "Service":
        return {"spec": {"ports": [{"port": 80, "name": "p"}]}}
    if kind == "ServiceAccount":
        return {"imagePullSecrets": [{"name": rng.choice(["a", "b"])}]}
    return {"metadata": {"labels": {"strategic": rng.choice(["1", "2"])}}}


def status(kind, rng):
    if kind in ("Deployment", "ReplicaSet", "StatefulSet"):
        return {"status": {"replicas": rng.choice([1, 2]), "observedGeneration": 1}}
    if kind == "Widget":
        return {"status": {"replicas": rng.choice([1, 2]), "phase": "Up"}, "spec": {"size": "small"}}
    if kind == "Pod":
        return {"status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}}
    if kind == "Job":
        return {"status": {"active": 1}}
    return {"metadata": {"annotations": {"by": "status"}}}
