#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The workload controllers beside kube-controller-manager, kube-scheduler and kwok: the same objects, then what they became.

nodes.py OURS_KUBECONFIG THEIRS_KUBECONFIG [--only NAME] [--least PERCENT]

Both have five nodes (`puppis server --nodes 5`, `tests/lab/up.sh 5`). A scenario is a list of steps; after each, both sides are left
alone until nothing changes any more, and then what stands in the namespace is compared: names (random parts masked), counts, owners
and statuses without times, addresses and sentences.
"""
import argparse
import json
import random
import re
import sys
import time

from pair import Pair, Server, differences

WATCHED = {"pods": "v1", "services": "v1", "endpoints": "v1", "persistentvolumeclaims": "v1", "replicationcontrollers": "v1", "resourcequotas": "v1",
           "deployments": "apps/v1", "replicasets": "apps/v1", "statefulsets": "apps/v1", "daemonsets": "apps/v1", "controllerrevisions": "apps/v1",
           "jobs": "batch/v1", "cronjobs": "batch/v1", "horizontalpodautoscalers": "autoscaling/v2", "poddisruptionbudgets": "policy/v1", "endpointslices": "discovery.k8s.io/v1"}
HASH = re.compile(r"-[a-z0-9]{8,10}(?=-|$)")
SUFFIX = re.compile(r"-[bcdfghjklmnpqrstvwxz2456789]{5}$")
DROPPED = {"lastTransitionTime", "lastUpdateTime", "lastProbeTime", "message", "startTime", "completionTime", "podIP", "podIPs", "hostIP", "hostIPs", "containerStatuses", "collisionCount",
           "uncountedTerminatedPods", "lastScheduleTime", "lastSuccessfulTime", "qosClass", "currentRevision", "updateRevision", "observedGeneration", "disruptedPods", "initContainerStatuses", "terminatingReplicas"}
PATIENCE = 90.0


def path(version, resource, namespace=None, name=None):
    out = (f"/apis/{version}" if "/" in version else f"/api/{version}") + (f"/namespaces/{namespace}" if namespace else "") + f"/{resource}"
    return out + (f"/{name}" if name else "")


def masked(name):
    return SUFFIX.sub("-RANDOM", HASH.sub("-HASH", name))


def plain(value):
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if key not in DROPPED}
    if isinstance(value, list):
        return sorted((plain(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    return value


def pod_view(pod):
    conditions = {c["type"]: (c["status"], c.get("reason")) for c in pod.get("status", {}).get("conditions", []) if c["type"] in ("PodScheduled", "Ready")}
    if pod["status"].get("phase") == "Succeeded":
        conditions.pop("Ready", None)  # kwok leaves it True; a kubelet, and Puppis, say PodCompleted
    return {"phase": pod["status"].get("phase"), "conditions": conditions, "placed": bool(pod["spec"].get("nodeName"))}


def view_of(resource, item):
    meta = item["metadata"]
    out = {"name": masked(meta["name"]), "owners": [(o["kind"], masked(o["name"])) for o in meta.get("ownerReferences", [])], "going": "deletionTimestamp" in meta}
    revision = meta.get("annotations", {}).get("deployment.kubernetes.io/revision")
    if revision:
        out["revision"] = revision
    if resource == "pods":
        return {**out, **pod_view(item)}
    if resource == "endpoints":
        return {**out, "subsets": [(len(s.get("addresses", [])), len(s.get("notReadyAddresses", [])), s.get("ports")) for s in item.get("subsets") or []]}
    if resource == "endpointslices":
        return {**out, "endpoints": sorted(json.dumps(e.get("conditions"), sort_keys=True) for e in item.get("endpoints") or []), "ports": item.get("ports")}
    if resource == "controllerrevisions":
        return {**out, "revision": item["revision"]}
    if resource == "services":
        return out
    status = plain(item.get("status", {}))
    if "replicas" in item.get("spec", {}):
        out["wants"] = item["spec"]["replicas"]
    return {**out, "status": status}


class Side:
    def __init__(self, server, namespace):
        self.server, self.namespace = server, namespace

    def snapshot(self):
        out = {}
        for resource, version in WATCHED.items():
            status, _, answer = self.server.send("GET", path(version, resource, self.namespace))
            assert status == 200, answer
            out[resource] = answer["items"]
        return out

    def settled(self, quiet=3.0):
        """What stands when nothing has changed for `quiet` seconds."""
        end, since, before = time.time() + PATIENCE, time.time(), None
        while time.time() < end:
            now = self.snapshot()
            state = sorted((r, i["metadata"]["name"], i["metadata"]["resourceVersion"]) for r, items in now.items() for i in items if r != "horizontalpodautoscalers")
            if state != before:
                before, since = state, time.time()
            elif time.time() - since >= quiet:
                break
            time.sleep(0.3)
        return {resource: sorted((view_of(resource, item) for item in items), key=lambda v: json.dumps(v, sort_keys=True)) for resource, items in now.items() if items}


def template(labels, **more):
    return {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": "nginx:1"}], **more}}


def workload(kind, name, spec, version="apps/v1"):
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}, "spec": spec}


def deployment(replicas=3, **more):
    return workload("Deployment", "web", {"replicas": replicas, "selector": {"matchLabels": {"app": "web"}}, "template": template({"app": "web"}), **more})


def stateful(replicas=3, **more):
    return workload("StatefulSet", "db", {"replicas": replicas, "serviceName": "db", "selector": {"matchLabels": {"app": "db"}}, "template": template({"app": "db"}), **more})


def job(name="j", **more):
    return workload("Job", name, {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "busybox"}]}}, **more}, "batch/v1")


IMAGE = lambda tag: {"spec": {"template": {"spec": {"containers": [{"name": "c", "image": f"nginx:{tag}"}]}}}}
DEPLOY, STATEFUL = ("apps/v1", "deployments", "web"), ("apps/v1", "statefulsets", "db")


def apply(*objects):
    return "apply", objects


def patch(where, body):
    return "patch", (where, body)


def delete(where, policy="Background"):
    return "delete", (where, policy)


SERVICE = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}]}}
SCENARIOS = {
    "a deployment": [apply(deployment())],
    "a deployment of none": [apply(deployment(0))],
    "scaling": [apply(deployment(2)), patch(DEPLOY, {"spec": {"replicas": 5}}), patch(DEPLOY, {"spec": {"replicas": 1}})],
    "a rolling update": [apply(deployment()), patch(DEPLOY, IMAGE(2)), patch(DEPLOY, IMAGE(3))],
    "back to an earlier revision": [apply(deployment(2)), patch(DEPLOY, IMAGE(2)), patch(DEPLOY, IMAGE(1))],
    "one at a time": [apply(deployment(4, strategy={"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}})), patch(DEPLOY, IMAGE(2))],
    "all at once": [apply(deployment(3, strategy={"rollingUpdate": {"maxSurge": "100%", "maxUnavailable": 0}})), patch(DEPLOY, IMAGE(2))],
    "recreation": [apply(deployment(3, strategy={"type": "Recreate"})), patch(DEPLOY, IMAGE(2))],
    "a pause": [apply(deployment(2)), patch(DEPLOY, {"spec": {"paused": True}}), patch(DEPLOY, IMAGE(2)), patch(DEPLOY, {"spec": {"paused": False}})],
    "little history": [apply(deployment(1, revisionHistoryLimit=1)), patch(DEPLOY, IMAGE(2)), patch(DEPLOY, IMAGE(3)), patch(DEPLOY, IMAGE(4))],
    "minimum ready time": [apply(deployment(2, minReadySeconds=2))],
    "deletion in the background": [apply(deployment(2)), delete(DEPLOY)],
    "deletion in the foreground": [apply(deployment(2)), delete(DEPLOY, "Foreground")],
    "orphans": [apply(deployment(2)), delete(DEPLOY, "Orphan")],
    "a pod deleted": [apply(deployment(2)), ("delete pods", "app=web")],
    "a replica set": [apply(workload("ReplicaSet", "rs", {"replicas": 2, "selector": {"matchLabels": {"a": "b"}}, "template": template({"a": "b"})}))],
    "a replication controller": [apply({"apiVersion": "v1", "kind": "ReplicationController", "metadata": {"name": "rc"}, "spec": {"replicas": 2, "selector": {"a": "b"}, "template": template({"a": "b"})}})],
    "a stateful set": [apply(stateful())],
    "a parallel stateful set": [apply(stateful(3, podManagementPolicy="Parallel")), patch(STATEFUL, {"spec": {"replicas": 1}})],
    "a stateful update": [apply(stateful()), patch(STATEFUL, IMAGE(2))],
    "a partition": [apply(stateful(3, updateStrategy={"type": "RollingUpdate", "rollingUpdate": {"partition": 2}})), patch(STATEFUL, IMAGE(2))],
    "update by deletion": [apply(stateful(2, updateStrategy={"type": "OnDelete"})), patch(STATEFUL, IMAGE(2)), ("delete pods", "app=db")],
    "ordinals": [apply(stateful(2, ordinals={"start": 5}))],
    "a daemon set": [apply(workload("DaemonSet", "d", {"selector": {"matchLabels": {"d": "d"}}, "template": template({"d": "d"})})), patch(("apps/v1", "daemonsets", "d"), IMAGE(2))],
    "a daemon set for no node": [apply(workload("DaemonSet", "d", {"selector": {"matchLabels": {"d": "d"}}, "template": template({"d": "d"}, nodeSelector={"absent": "x"})}))],
    "a job": [apply(job())],
    "a job of three": [apply(job(completions=3, parallelism=2))],
    "an indexed job": [apply(job(completions=3, parallelism=3, completionMode="Indexed"))],
    "a suspended job": [apply(job(suspend=True)), patch(("batch/v1", "jobs", "j"), {"spec": {"suspend": False}})],
    "a job that is cleared away": [apply(job(ttlSecondsAfterFinished=1))],
    "a cron job that rests": [apply(workload("CronJob", "c", {"schedule": "0 0 1 1 *", "suspend": True, "jobTemplate": {"spec": job()["spec"]}}, "batch/v1"))],
    "a service": [apply(SERVICE, deployment(2))],
    "a headless service": [apply({**SERVICE, "spec": {**SERVICE["spec"], "clusterIP": "None"}}, deployment(2))],
    "a service of nothing": [apply(SERVICE)],
    "a service that loses its pods": [apply(SERVICE, deployment(2)), patch(DEPLOY, {"spec": {"replicas": 0}})],
    "a budget": [apply(deployment(3), {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "b"}, "spec": {"minAvailable": 2, "selector": {"matchLabels": {"app": "web"}}}})],
    "a budget by share": [apply(deployment(4), {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "b"}, "spec": {"maxUnavailable": "30%", "selector": {"matchLabels": {"app": "web"}}}})],
    "a budget for nobody": [apply({"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "b"}, "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "none"}}}})],
    "a pod that fits nowhere": [apply({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {**template({})["spec"], "nodeSelector": {"absent": "x"}}})],
    "a pod that wants too much": [apply({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "x", "resources": {"requests": {"cpu": "100000"}}}]}})],
    "a claim for a volume that is there": [("volume", None), apply({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "c"}, "spec": {"storageClassName": "", "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}})],
}


class Run:
    def __init__(self, pair):
        self.pair = pair

    def do(self, side, step, what):
        namespace, server = side.namespace, side.server
        if step == "apply":
            for body in what:
                resource = next(r for r, v in RESOURCES.items() if v == (body["apiVersion"], body["kind"]))
                status, _, answer = server.send("POST", path(body["apiVersion"], resource, namespace), body)
                assert status == 201, answer
        elif step == "patch":
            (version, resource, name), body = what
            status, _, answer = server.send("PATCH", path(version, resource, namespace, name), body, "application/strategic-merge-patch+json")
            assert status == 200, answer
        elif step == "delete":
            (version, resource, name), policy = what
            server.send("DELETE", path(version, resource, namespace, name), {"propagationPolicy": policy})
        elif step == "delete pods":
            for pod in server.send("GET", path("v1", "pods", namespace) + f"?labelSelector={what}")[2]["items"]:
                server.send("DELETE", path("v1", "pods", namespace, pod["metadata"]["name"]))
        elif step == "volume":
            server.send("POST", "/api/v1/persistentvolumes", {"metadata": {"name": namespace}, "spec": {"capacity": {"storage": "2Gi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/x"}, "claimRef": {"namespace": namespace, "name": "c"}}})

    def scenario(self, name, steps):
        namespace = "nodes-" + "".join(random.choice("abcdefghij") for _ in range(6))
        sides = [Side(self.pair.ours, namespace), Side(self.pair.theirs, namespace)]
        for side in sides:
            side.server.send("POST", "/api/v1/namespaces", {"metadata": {"name": namespace}})
            while side.server.send("GET", path("v1", "serviceaccounts", namespace, "default"))[0] != 200:
                time.sleep(0.1)
        for at, (step, what) in enumerate(steps):
            for side in sides:
                self.do(side, step, what)
            ours, theirs = (side.settled() for side in sides)
            self.pair.total += 1
            found = differences(json.loads(json.dumps(ours)), json.loads(json.dumps(theirs)))
            if found:
                print(f"{name}, after step {at + 1} ({step}):", *found[:6], sep="\n    ", flush=True)
                self.pair.failures.append((name, f"after step {at + 1} ({step})", found))
            else:
                self.pair.equal += 1
        for side in sides:
            side.server.send("DELETE", path("v1", "namespaces", name=namespace))
            if ("volume", None) in steps:
                side.server.send("DELETE", path("v1", "persistentvolumes", name=namespace))


RESOURCES = {"pods": ("v1", "Pod"), "services": ("v1", "Service"), "persistentvolumeclaims": ("v1", "PersistentVolumeClaim"), "replicationcontrollers": ("v1", "ReplicationController"), "resourcequotas": ("v1", "ResourceQuota"),
             "deployments": ("apps/v1", "Deployment"), "replicasets": ("apps/v1", "ReplicaSet"), "statefulsets": ("apps/v1", "StatefulSet"), "daemonsets": ("apps/v1", "DaemonSet"), "jobs": ("batch/v1", "Job"),
             "cronjobs": ("batch/v1", "CronJob"), "poddisruptionbudgets": ("policy/v1", "PodDisruptionBudget")}


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("ours")
    arguments.add_argument("theirs")
    arguments.add_argument("--only", default="")
    arguments.add_argument("--every", type=int, default=1, help="run each N-th scenario only")
    arguments.add_argument("--least", type=float, default=0)
    options = arguments.parse_args()
    run = Run(Pair(Server(options.ours), Server(options.theirs)))
    for at, (name, steps) in enumerate(SCENARIOS.items()):
        if options.only in name and at % options.every == 0:
            run.scenario(name, steps)
    sys.exit(0 if run.pair.report(verbose=6) >= options.least else 1)


main()
