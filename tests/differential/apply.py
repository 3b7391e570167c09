#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The differential test of server-side apply: managers that apply, force, update and give up fields, against a real kube-apiserver.

apply.py OURS_KUBECONFIG THEIRS_KUBECONFIG [--seed N] [--cases N] [--least PERCENT]
"""
import argparse
import copy
import random
import sys
import time

import objects
from pair import Pair, Server

APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"


def deployment(rng, name):
    container = lambda n: {k: v for k, v in {"name": n, "image": rng.choice(["a:1", "a:2"]), "env": rng.choice([None, [{"name": "A", "value": rng.choice("12")}], [{"name": "B", "value": "1"}, {"name": "A", "value": "1"}]]),
                                             "ports": rng.choice([None, [{"containerPort": 80}], [{"containerPort": 80, "protocol": "UDP"}, {"containerPort": 81, "name": "x"}]]),
                                             "args": rng.choice([None, ["x"], ["y", "z"]])}.items() if v is not None}
    spec = {"selector": {"matchLabels": {"app": "x"}}, "template": {"metadata": {"labels": {"app": "x"}}, "spec": {"containers": [container(n) for n in rng.choice([["m"], ["m", "s"], ["s", "m"]])]}}}
    if rng.random() < 0.5:
        spec["replicas"] = rng.choice([1, 2])
    if rng.random() < 0.2:
        spec["template"]["spec"]["nodeSelector"] = {rng.choice("ab"): "1"}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": spec}


def config_map(rng, name):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {k: rng.choice("12") for k in rng.sample("abcd", rng.randint(1, 3))}}


def service(rng, name):
    ports = rng.sample([{"port": 80, "name": "a"}, {"port": 81, "name": "b"}, {"port": 80, "protocol": "UDP", "name": "c"}], rng.randint(1, 3))
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": {"selector": {rng.choice("ab"): "1"}, "ports": ports}}


def widget(rng, name):
    return objects.make("Widget", name, rng)


def gadget(rng, name):
    return {"apiVersion": "diff.example.com/v1beta1", "kind": "Gadget", "metadata": {"name": name}, "spec": {k: rng.choice([1, {"x": rng.choice("12")}, [1, 2]]) for k in rng.sample("abcd", 2)}}


MAKERS = {"deployments": (deployment, "/apis/apps/v1"), "configmaps": (config_map, "/api/v1"), "services": (service, "/api/v1"),
          "widgets": (widget, "/apis/diff.example.com/v1"), "gadgets": (gadget, "/apis/diff.example.com/v1beta1")}


def meta(rng, body):
    if rng.random() < 0.5:
        body["metadata"]["labels"] = {k: rng.choice("12") for k in rng.sample("abc", rng.randint(1, 2))}
    if rng.random() < 0.3:
        body["metadata"]["annotations"] = {rng.choice("ab"): rng.choice("12")}
    if rng.random() < 0.1:
        body["metadata"]["finalizers"] = rng.sample(["example.com/a", "example.com/b"], rng.randint(1, 2))


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("ours")
    arguments.add_argument("theirs")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--cases", type=int, default=200)
    arguments.add_argument("--least", type=float, default=0)
    options = arguments.parse_args()
    rng = random.Random(options.seed)
    pair = Pair(Server(options.ours), Server(options.theirs))
    namespace = "ssa-" + "".join(random.choice("abcdefghij") for _ in range(6))
    for server in (pair.ours, pair.theirs):
        server.send("POST", "/api/v1/namespaces", {"metadata": {"name": namespace}})
        for crd in objects.CRDS:
            server.send("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd)
    time.sleep(2)
    case = 0
    while case < options.cases:
        resource = rng.choice(list(MAKERS))
        make, root = MAKERS[resource]
        name = f"case-{case}"
        path = f"{root}/namespaces/{namespace}/{resource}"
        if rng.random() < 0.3:
            pair.send(f"{resource}: create", "POST", f"{path}?fieldManager={rng.choice(['maker', 'one'])}", make(rng, name))
        for _ in range(rng.randint(2, 6)):
            case += 1
            body = make(rng, name)
            meta(rng, body)
            way = rng.random()
            manager = rng.choice(["one", "two", "kubectl"])
            if way < 0.75:
                force = "&force=true" if rng.random() < 0.5 else ""
                pair.send(f"{resource}: apply{force}", "PATCH", f"{path}/{name}?fieldManager={manager}{force}", body, APPLY)
            elif way < 0.85:
                pair.send(f"{resource}: merge", "PATCH", f"{path}/{name}?fieldManager={manager}", {"metadata": {"labels": {rng.choice("abc"): rng.choice(["1", "2", None])}}}, MERGE)
            elif way < 0.92 and resource in ("deployments", "widgets"):
                status = {"apiVersion": body["apiVersion"], "kind": body["kind"], "metadata": {"name": name}, "status": {"replicas": rng.choice([1, 2])}}
                pair.send(f"{resource}: apply status", "PATCH", f"{path}/{name}/status?fieldManager={manager}", status, APPLY)
            else:
                plain = copy.deepcopy(body)
                plain["spec" if "spec" in plain else "data"] = {}
                pair.send(f"{resource}: apply less", "PATCH", f"{path}/{name}?fieldManager={manager}&force=true", {k: v for k, v in body.items() if k in ("apiVersion", "kind", "metadata")}, APPLY)
    sys.exit(0 if pair.report() >= options.least else 1)


main()
