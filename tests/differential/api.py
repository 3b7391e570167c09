#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The differential test of the API: a generated sequence of requests, good and bad, to Puppis and to a real kube-apiserver.

api.py OURS_KUBECONFIG THEIRS_KUBECONFIG [--seed N] [--count N] [--least PERCENT]
"""
import argparse
import copy
import random
import sys
import time

import objects
from further import Further
from pair import Pair, Server

STRATEGIC = "application/strategic-merge-patch+json"
MERGE = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"
APPLY = "application/apply-patch+yaml"


class Run(Further):
    def __init__(self, pair, rng):
        self.pair, self.rng = pair, rng
        self.namespace = "diff-" + "".join(random.choice("abcdefghij") for _ in range(6))
        self.live = {}  # (kind, name) to the object last sent

    def path(self, kind, name=None, sub=None, query=""):
        spec = objects.KINDS[kind]
        base = f"/apis/{spec.group}" if "/" in spec.group else f"/api/{spec.group}"
        if spec.namespaced:
            base += f"/namespaces/{self.namespace}"
        base += f"/{spec.resource}"
        for part in (name, sub):
            if part:
                base += f"/{part}"
        return base + (f"?{query}" if query else "")

    def prepare(self):
        for server in (self.pair.ours, self.pair.theirs):
            server.send("POST", "/api/v1/namespaces", {"metadata": {"name": self.namespace}})
        # What ours puts into each namespace; the other has no controllers that would.
        for resource, name in (("serviceaccounts", "default"), ("configmaps", "kube-root-ca.crt")):
            path = f"/api/v1/namespaces/{self.namespace}/{resource}"
            while (found := self.pair.ours.send("GET", f"{path}/{name}"))[0] != 200:
                time.sleep(0.05)
            manager = found[2]["metadata"].get("managedFields", [{"manager": "any"}])[0]["manager"]
            meta = {key: value for key, value in found[2]["metadata"].items() if key in ("name", "annotations")}
            self.pair.theirs.send("POST", f"{path}?fieldManager={manager}", {**found[2], "metadata": meta})
        for crd in objects.CRDS:
            self.pair.send("create a CustomResourceDefinition", "POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd, compare=False)
        time.sleep(3)

    def pick(self):
        return self.rng.choice(list(self.live)) if self.live and self.rng.random() < 0.9 else None

    def step(self):
        steps = [(self.create, 20), (self.create_bad, 9), (self.get, 8), (self.list, 8), (self.update, 8), (self.update_bad, 5), (self.patch, 14),
                 (self.patch_bad, 6), (self.apply, 10), (self.delete, 5), (self.subresource, 5), (self.odd, 4), (self.dry_run, 4)] + self.further_steps()
        self.rng.choices([s for s, _ in steps], [w for _, w in steps])[0]()

    def create(self):
        kind = self.rng.choice(list(objects.KINDS))
        name = f"{kind.lower()}-{self.rng.randrange(12)}"
        body = objects.make(kind, name, self.rng)
        if not objects.KINDS[kind].namespaced:
            body["metadata"]["name"] = name = f"{self.namespace}-{name}"
        query = self.rng.choice(["", "", "fieldManager=tester", "fieldValidation=Strict", "fieldValidation=Ignore"])
        answers = self.pair.send(f"create {kind}", "POST", self.path(kind, query=query), body, remember=f"{kind}/{name}")
        if answers[1][0] == 201:
            self.live[kind, name] = body

    def create_bad(self):
        kind = self.rng.choice(list(objects.KINDS))
        body = objects.make(kind, f"bad-{self.rng.randrange(1000)}", self.rng)
        if not objects.KINDS[kind].namespaced:
            body["metadata"]["name"] = f"{self.namespace}-" + body["metadata"]["name"]
        what, body, query = objects.spoil(kind, body, self.rng)
        self.pair.send(f"create bad {kind}: {what}", "POST", self.path(kind, query=query), body)

    def get(self):
        kind, name = self.pick() or (self.rng.choice(list(objects.KINDS)), "absent")
        query = self.rng.choice(["", "", "resourceVersion=0", "pretty=false"])
        self.pair.send(f"get {kind}", "GET", self.path(kind, name, query=query))

    def list(self):
        kind = self.rng.choice(list(objects.KINDS))
        if not objects.KINDS[kind].namespaced:
            return
        query = self.rng.choice(["", "limit=2", "labelSelector=app%3Dweb", "labelSelector=app+in+(web,db)", "fieldSelector=metadata.name%3Dx",
                                 "fieldSelector=spec.nothing%3Dx", "labelSelector=a%3D%3D%3D", "limit=3&labelSelector=tier", "labelSelector=!app",
                                 "resourceVersionMatch=Exact", "resourceVersion=0", "continue=nonsense", "resourceVersion=abc"])
        headers = self.rng.choice([None, None, {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"},
                                   {"Accept": "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"}])
        self.pair.send(f"list {kind} {query} {'table' if headers and 'Table' in headers['Accept'] else ''}", "GET", self.path(kind, query=query), headers=headers)

    def update(self):
        at = self.pick()
        if at is None:
            return
        kind, name = at
        body = objects.change(kind, copy.deepcopy(self.live[at]), self.rng)
        if self.rng.random() < 0.5 or kind in objects.CONDITIONAL:
            self.pair.send("", "GET", self.path(kind, name), remember=f"{kind}/{name}", compare=False)
            body["metadata"]["resourceVersion"] = {"$rv": f"{kind}/{name}"}
        answers = self.pair.send(f"update {kind}", "PUT", self.path(kind, name, query=self.rng.choice(["", "fieldManager=other"])), body, remember=f"{kind}/{name}")
        if answers[1][0] == 200:
            body["metadata"].pop("resourceVersion", None)
            self.live[at] = body

    def update_bad(self):
        kind, name = self.pick() or ("ConfigMap", "absent")
        body = copy.deepcopy(self.live.get((kind, name)) or objects.make(kind, name, self.rng))
        which = self.rng.randrange(6)
        if which == 0:
            body["metadata"]["name"] = "another"
        elif which == 1:
            body["metadata"]["resourceVersion"] = "1"
        elif which == 2:
            body["metadata"]["uid"] = "00000000-0000-0000-0000-000000000000"
        elif which == 3:
            body["metadata"]["namespace"] = "elsewhere"
        elif which == 4:
            del body["metadata"]["name"]
        else:
            name = "absent"
            body["metadata"]["name"] = name
        self.pair.send(f"update bad {kind}: {['name', 'conflict', 'uid', 'namespace', 'no name', 'absent'][which]}", "PUT", self.path(kind, name), body)

    def patch(self):
        at = self.pick()
        if at is None:
            return
        kind, name = at
        custom = objects.KINDS[kind].custom
        which = self.rng.choice(["labels", "merge", "json", "strategic"])
        if which == "labels":
            body, type_ = {"metadata": {"labels": {"tier": self.rng.choice(["a", "b", None]), "x": "y"}}}, MERGE
        elif which == "json":
            body, type_ = [{"op": "add", "path": "/metadata/annotations", "value": {"note": str(self.rng.randrange(5))}}], JSON_PATCH
        elif which == "strategic" and not custom:
            body, type_ = objects.strategic(kind, self.rng), STRATEGIC
        else:
            body, type_ = objects.merge(kind, self.rng), MERGE
        query = self.rng.choice(["", "fieldManager=patcher", "dryRun=All"])
        self.pair.send(f"patch {kind} ({type_.split('/')[1].split('+')[0]})", "PATCH", self.path(kind, name, query=query), body, type_)

    def patch_bad(self):
        kind, name = self.pick() or ("Deployment", "absent")
        which = self.rng.randrange(8)
        body, type_, query = [({"metadata": {"name": "other"}}, MERGE, ""), ([{"op": "remove", "path": "/spec/nothing"}], JSON_PATCH, ""),
                              ([{"op": "test", "path": "/kind", "value": "Nothing"}], JSON_PATCH, ""), ({"kind": "Nothing"}, MERGE, ""),
                              ("{not json", MERGE, ""), ({"metadata": {"labels": {"bad key!": "x"}}}, MERGE, ""),
                              ({"metadata": {"nothing": 1}}, MERGE, "fieldValidation=Strict"), ({"spec": 1}, "text/plain", "")][which]
        self.pair.send(f"patch bad {kind}: {which}", "PATCH", self.path(kind, name, query=query), body, type_)

    def apply(self):
        kind = self.rng.choice(list(objects.KINDS))
        if not objects.KINDS[kind].namespaced:
            return
        name = f"{kind.lower()}-{self.rng.randrange(12)}"
        body = objects.make(kind, name, self.rng)
        manager = self.rng.choice(["one", "two"])
        force = self.rng.choice(["", "&force=true"])
        answers = self.pair.send(f"apply {kind}", "PATCH", self.path(kind, name, query=f"fieldManager={manager}{force}"), body, APPLY)
        if answers[1][0] in (200, 201):
            self.live.setdefault((kind, name), body)

    def delete(self):
        at = self.pick()
        kind, name = at or ("ConfigMap", "absent")
        body = self.rng.choice([None, None, {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Background"},
                                {"preconditions": {"uid": "00000000-0000-0000-0000-000000000000"}}, {"propagationPolicy": "Sideways"},
                                {"preconditions": {"resourceVersion": "1"}}])
        query = self.rng.choice(["", "", "dryRun=All"])
        if kind == "Job":  # whose dependents are orphaned otherwise, by a controller that the other has not
            body = {"propagationPolicy": "Background"}
        answers = self.pair.send(f"delete {kind} {'' if body is None else list(body)[-1]}", "DELETE", self.path(kind, name, query=query), body)
        if at and answers[1][0] == 200 and not query:
            del self.live[at]

    def subresource(self):
        at = self.pick()
        if at is None:
            return
        kind, name = at
        which = self.rng.choice(["status", "scale", "nothing"])
        if which == "status" and objects.KINDS[kind].status:
            self.pair.send(f"patch status {kind}", "PATCH", self.path(kind, name, "status"), objects.status(kind, self.rng), MERGE)
        elif which == "scale" and kind in objects.SCALES:
            self.pair.send(f"get scale {kind}", "GET", self.path(kind, name, "scale"))
            self.pair.send(f"patch scale {kind}", "PATCH", self.path(kind, name, "scale"), {"spec": {"replicas": self.rng.choice([1, 2, 5, -1])}}, MERGE)
        else:
            self.pair.send(f"get a subresource that is none {kind}", "GET", self.path(kind, name, "nothing"))

    def dry_run(self):
        kind = self.rng.choice(list(objects.KINDS))
        if not objects.KINDS[kind].namespaced:
            return
        self.pair.send(f"create {kind} dry", "POST", self.path(kind, query="dryRun=All"), objects.make(kind, f"dry-{self.rng.randrange(1000)}", self.rng))

    def odd(self):
        name, method, path, body, type_ = self.rng.choice([
            ("no such group", "GET", "/apis/nothing.example/v1/things", None, ""),
            ("no such resource", "GET", f"/api/v1/namespaces/{self.namespace}/things", None, ""),
            ("no such path", "GET", "/nothing", None, ""),
            ("post to an object", "POST", f"/api/v1/namespaces/{self.namespace}/configmaps/x", {}, "application/json"),
            ("delete all of a kind", "DELETE", f"/api/v1/namespaces/{self.namespace}/limitranges", None, ""),
            ("broken JSON", "POST", f"/api/v1/namespaces/{self.namespace}/configmaps", "{", "application/json"),
            ("an array for a body", "POST", f"/api/v1/namespaces/{self.namespace}/configmaps", [], "application/json"),
            ("an empty body", "POST", f"/api/v1/namespaces/{self.namespace}/configmaps", "", "application/json"),
            ("another kind", "POST", f"/api/v1/namespaces/{self.namespace}/configmaps", {"kind": "Secret", "apiVersion": "v1", "metadata": {"name": "x"}}, "application/json"),
            ("another version", "POST", f"/api/v1/namespaces/{self.namespace}/configmaps", {"kind": "ConfigMap", "apiVersion": "v2", "metadata": {"name": "x"}}, "application/json"),
            ("another namespace", "POST", f"/api/v1/namespaces/{self.namespace}/configmaps", {"metadata": {"name": "x", "namespace": "y"}}, "application/json"),
            ("a namespace that is none", "POST", "/api/v1/namespaces/absent/configmaps", {"metadata": {"name": "x"}}, "application/json"),
            ("no name", "POST", f"/api/v1/namespaces/{self.namespace}/configmaps", {"metadata": {}}, "application/json"),
            ("a generated name", "POST", f"/api/v1/namespaces/{self.namespace}/configmaps", {"metadata": {"generateName": "gen-"}}, "application/json"),
            ("a body of another type", "POST", f"/api/v1/namespaces/{self.namespace}/configmaps", "x", "text/plain"),
            ("YAML", "POST", f"/api/v1/namespaces/{self.namespace}/configmaps?dryRun=All", "metadata: {name: y}\ndata: {a: b}\n", "application/yaml"),
            ("a resourceVersion on create", "POST", f"/api/v1/namespaces/{self.namespace}/configmaps", {"metadata": {"name": "rv", "resourceVersion": "5"}}, "application/json"),
            ("the API's groups", "GET", "/apis/apps", None, ""),
            ("an access review", "POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {"spec": {"resourceAttributes": {"verb": "get", "resource": "pods"}}}, "application/json"),
            ("apply without a manager", "PATCH", f"/api/v1/namespaces/{self.namespace}/configmaps/x", {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}, APPLY),
        ])
        self.pair.send(f"odd: {name}", method, path, body, type_ or "application/json")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("ours")
    arguments.add_argument("theirs")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--count", type=int, default=2000)
    arguments.add_argument("--least", type=float, default=0)
    options = arguments.parse_args()
    pair = Pair(Server(options.ours), Server(options.theirs))
    run = Run(pair, random.Random(options.seed))
    run.prepare()
    while pair.total < options.count:
        run.step()
    sys.exit(0 if pair.report() >= options.least else 1)


main()
