# SPDX-License-Identifier: Apache-2.0
"""Further requests of the differential test: what clients do besides writing single objects."""
import copy
import json

import objects

MERGE = "application/merge-patch+json"
APPLY = "application/apply-patch+yaml"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
PARTIAL = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"


class Further:
    """Steps that are mixed into a Run (api.py)."""

    def further_steps(self):
        return [(self.apply_conflict, 6), (self.scale, 4), (self.select, 5), (self.pages, 3), (self.watch, 1), (self.dry_writes, 4), (self.validation, 4),
                (self.yaml, 2), (self.collection, 2), (self.generate, 2), (self.preconditions, 3), (self.finalizers, 3), (self.owners, 2), (self.table, 4),
                (self.define, 3), (self.denied, 5), (self.tokens, 2), (self.reviews, 3), (self.packed, 2), (self.discover, 3), (self.status_writes, 4), (self.read_odd, 3)]

    def of_kind(self, *kinds):
        """A live object of one of these kinds, or nothing."""
        found = [at for at in self.live if at[0] in kinds]
        return self.rng.choice(found) if found else None

    def apply_conflict(self):
        at = self.of_kind("ConfigMap", "Deployment", "Service", "Widget", "Role")
        if at is None:
            return
        kind, name = at
        body = objects.make(kind, name, self.rng)
        body["metadata"].pop("finalizers", None)
        manager = self.rng.choice(["one", "two", "three"])
        query = f"fieldManager={manager}" + self.rng.choice(["", "", "&force=true", "&dryRun=All", "&fieldValidation=Strict"])
        if self.rng.random() < 0.2:
            body["nothing"] = 1
        if self.rng.random() < 0.15:
            body["metadata"]["resourceVersion"] = "1"
        self.pair.send(f"apply with others {kind}", "PATCH", self.path(kind, name, query=query), body, APPLY)

    def scale(self):
        at = self.of_kind("Deployment", "StatefulSet", "ReplicaSet", "Widget")
        if at is None:
            return
        kind, name = at
        path = self.path(kind, name, "scale", self.rng.choice(["", "fieldManager=scaler", "dryRun=All"]))
        scale = {"kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": {"name": name}, "spec": {"replicas": self.rng.choice([0, 1, 3, -2, "x"])}}
        way = self.rng.choice(["put", "put another", "merge", "json", "apply"])
        if way == "put another":
            scale["metadata"]["name"] = "another"
        if way.startswith("put"):
            self.pair.send(f"{way} scale {kind}", "PUT", path, scale)
        elif way == "json":
            self.pair.send(f"patch scale {kind} (JSON)", "PATCH", path, [{"op": "replace", "path": "/spec/replicas", "value": scale["spec"]["replicas"]}], "application/json-patch+json")
        elif way == "apply" and kind != "Widget":  # a kube-apiserver fails on the scale of a custom kind, see api.md
            self.pair.send(f"apply scale {kind}", "PATCH", path.split("?")[0] + "?fieldManager=" + self.rng.choice(["one", "hpa&force=true"]), scale, APPLY)
        else:
            self.pair.send(f"patch scale {kind}", "PATCH", path, {"spec": scale["spec"]}, MERGE)
        self.pair.send(f"get after scale {kind}", "GET", self.path(kind, name))

    def select(self):
        kind = self.rng.choice(["Pod", "ConfigMap", "Deployment", "Widget", "Secret", "Service"])
        selector = self.rng.choice(["app=web,tier=a", "app notin (web)", "tier in (a,b),app", "!tier", "app!=web", "app=", "app==db", "a in ()", "(a)", "a,b,", "a=b=c", "-a=b", "app=web db",
                                    "example.com/x=y", "app=" + "x" * 70, "app in (web", "changed>0", "changed<2", "x notin (y,z),app"])
        field = self.rng.choice(["", "metadata.name!=x", f"metadata.namespace={self.namespace}", "status.phase=Pending", "spec.nodeName=", "type=Opaque", "spec.restartPolicy=Always",
                                 "metadata.name", "=x", "metadata.name=a,metadata.name=b", "involvedObject.name=x"])
        from urllib.parse import quote
        query = "labelSelector=" + quote(selector) if self.rng.random() < 0.6 else "fieldSelector=" + quote(field)
        self.pair.send(f"select {kind} {query}", "GET", self.path(kind, query=query))

    def pages(self):
        """A list in pieces: the names of all pieces, and what each piece says of the rest."""
        kind = self.rng.choice(["ConfigMap", "Deployment", "Widget", "Role"])
        limit = self.rng.choice([1, 3, 4])
        walks = []
        for server in (self.pair.ours, self.pair.theirs):
            token, walk = "", []
            while True:
                status, _, answer = server.send("GET", self.path(kind, query=f"limit={limit}" + (f"&continue={token}" if token else "")))
                if status != 200:
                    walk.append(status)
                    break
                walk.append(([item["metadata"]["name"] for item in answer["items"]], answer["metadata"].get("remainingItemCount")))
                token = answer["metadata"].get("continue")
                if not token:
                    break
            walks.append(walk)
        self.pair.compare(f"pages of {kind}", f"GET {self.path(kind)} limit={limit}", *walks)

    def watch(self):
        """What a watch tells of a few writes: from where a list ended, from the beginning, or with the initial events as a stream."""
        kind = self.rng.choice(["ConfigMap", "Widget", "Deployment"])
        way = self.rng.choice(["resume", "resume", "initial", "all"])
        since = [server.send("GET", self.path(kind))[2]["metadata"]["resourceVersion"] for server in (self.pair.ours, self.pair.theirs)]
        for _ in range(3):
            self.rng.choice([self.create, self.patch, self.update, self.delete])()
        selector = self.rng.choice(["", "&labelSelector=app%3Dweb"])
        told = []
        for server, revision in zip((self.pair.ours, self.pair.theirs), since):
            query = {"resume": f"watch=1&resourceVersion={revision}", "all": "watch=1",
                     "initial": "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"}[way]
            status, _, text = server.send("GET", self.path(kind, query=query + "&timeoutSeconds=1" + selector))
            lines = [json.loads(line) for line in text.splitlines()] if isinstance(text, str) else [text]
            told.append([status] + sorted(({"type": e["type"], "object": e["object"]} for e in lines if e["type"] != "BOOKMARK" or "annotations" in e["object"]["metadata"]), key=lambda e: way != "resume" and e["object"].get("metadata", {}).get("name", "~")))
        self.pair.compare(f"watch {kind} ({way})", f"GET {self.path(kind)} watch {selector}", *told)

    def dry_writes(self):
        at = self.of_kind("ConfigMap", "Deployment", "Service", "Secret", "Widget", "Role", "Job")
        if at is None:
            return
        kind, name = at
        way = self.rng.choice(["update", "patch", "delete", "apply", "bad"])
        if way == "update":
            body = objects.change(kind, copy.deepcopy(self.live[at]), self.rng)
            if kind in objects.CONDITIONAL:
                return
            self.pair.send(f"dry update {kind}", "PUT", self.path(kind, name, query="dryRun=All"), body)
        elif way == "patch":
            self.pair.send(f"dry patch {kind}", "PATCH", self.path(kind, name, query="dryRun=All"), objects.merge(kind, self.rng), MERGE)
        elif way == "delete":
            self.pair.send(f"dry delete {kind}", "DELETE", self.path(kind, name, query="dryRun=All&propagationPolicy=Background"))
        elif way == "apply":
            self.pair.send(f"dry apply {kind}", "PATCH", self.path(kind, "dry-apply", query="dryRun=All&fieldManager=x"), objects.make(kind, "dry-apply", self.rng), APPLY)
        else:
            self.pair.send("a dry run that is none", "PATCH", self.path(kind, name, query="dryRun=Some"), objects.merge(kind, self.rng), MERGE)
        self.pair.send(f"get after a dry run {kind}", "GET", self.path(kind, name))

    def validation(self):
        at = self.of_kind("Deployment", "Widget", "Service", "Pod", "ConfigMap")
        if at is None:
            return
        kind, name = at
        mode = self.rng.choice(["Strict", "Warn", "Ignore", "Other"])
        place = self.rng.choice([{"spec": {"nope": 1}}, {"nope": {"a": 1}}, {"metadata": {"nope": 1}}, {"spec": {"template": {"spec": {"nope": 1}}}}])
        if self.rng.random() < 0.5:
            self.pair.send(f"patch with unknown fields {kind} {mode}", "PATCH", self.path(kind, name, query=f"fieldValidation={mode}&dryRun=All"), place, MERGE)
        else:
            body = objects.make(kind, f"strict-{self.rng.randrange(100)}", self.rng)
            for key, value in place.items():
                body.setdefault(key, {})
                if isinstance(body[key], dict) and isinstance(value, dict):
                    body[key] = {**body[key], **value}
            self.pair.send(f"create with unknown fields {kind} {mode}", "POST", self.path(kind, query=f"fieldValidation={mode}&dryRun=All"), body)

    def yaml(self):
        name = f"yaml-{self.rng.randrange(1000)}"
        text = self.rng.choice([f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  a: |\n    x\n    y\n  b: 'on'\n", f"metadata: {{name: {name}}}\ndata: {{a: 1}}\n", "a: [\n", "- a\n",
                                f"metadata:\n  name: {name}\n  labels: &l {{a: b}}\n  annotations: *l\n"])
        self.pair.send("create from YAML", "POST", self.path("ConfigMap", query="dryRun=All"), text, "application/yaml")

    def collection(self):
        kind = self.rng.choice(["LimitRange", "ResourceQuota", "Lease", "NetworkPolicy", "RoleBinding"])
        query = self.rng.choice(["labelSelector=app%3Dweb", "labelSelector=app%3Ddb&dryRun=All", "fieldSelector=metadata.name%3Dx", "labelSelector=app%3D%3D%3D", "limit=1"])
        answers = self.pair.send(f"delete a collection {kind} {query}", "DELETE", self.path(kind, query=query))
        if answers[1][0] == 200:
            for at in [at for at in self.live if at[0] == kind]:
                if self.pair.theirs.send("GET", self.path(*at))[0] == 404:
                    del self.live[at]

    def generate(self):
        kind = self.rng.choice(["ConfigMap", "Pod", "Job", "Widget", "Secret"])
        body = objects.make(kind, "x", self.rng)
        body["metadata"] = {"generateName": self.rng.choice(["gen-", "gen-x.", "Gen_", "gen-" + "a" * 70])}
        self.pair.send(f"generate a name {kind}", "POST", self.path(kind, query="dryRun=All"), body)

    def preconditions(self):
        at = self.of_kind("ConfigMap", "Secret", "Role", "Lease")
        if at is None:
            return
        kind, name = at
        ref = f"pre/{kind}/{name}"
        self.pair.send("", "GET", self.path(kind, name), remember=ref, compare=False)
        body = self.rng.choice([{"preconditions": {"resourceVersion": {"$rv": ref}}}, {"preconditions": {"resourceVersion": "1"}}, {"preconditions": {"uid": "no"}}, {"gracePeriodSeconds": 0}, {"gracePeriodSeconds": -1},
                                {"kind": "DeleteOptions", "apiVersion": "v1", "dryRun": ["All"]}, {"kind": "DeleteOptions", "apiVersion": "v1", "dryRun": ["Some"]}, {"orphanDependents": False}, {"orphanDependents": False, "propagationPolicy": "Background"},
                                {"kind": "Other", "apiVersion": "v1"}, "{"])
        answers = self.pair.send(f"delete on condition {kind} {list(body) if isinstance(body, dict) else body}", "DELETE", self.path(kind, name), body)
        if answers[1][0] == 200 and self.pair.theirs.send("GET", self.path(kind, name))[0] == 404:
            del self.live[at]

    def finalizers(self):
        kind = self.rng.choice(["ConfigMap", "Widget", "Secret"])
        name = f"held-{self.rng.randrange(1000)}"
        body = objects.make(kind, name, self.rng)
        body["metadata"]["finalizers"] = ["example.com/a", "example.com/b"]
        path = self.path(kind, name)
        self.pair.send(f"create held {kind}", "POST", self.path(kind), body)
        self.pair.send(f"delete held {kind}", "DELETE", path)
        self.pair.send(f"delete held again {kind}", "DELETE", path)
        self.pair.send(f"create over held {kind}", "POST", self.path(kind), body)
        self.pair.send(f"add a finalizer {kind}", "PATCH", path, {"metadata": {"finalizers": ["example.com/a", "example.com/c"]}}, MERGE)
        self.pair.send(f"change held {kind}", "PATCH", path, {"metadata": {"labels": {"x": "y"}}}, MERGE)
        self.pair.send(f"let one go {kind}", "PATCH", path, {"metadata": {"finalizers": ["example.com/b"]}}, MERGE)
        self.pair.send(f"let all go {kind}", "PATCH", path, {"metadata": {"finalizers": None}}, MERGE)
        self.pair.send(f"gone {kind}", "GET", path)

    def owners(self):
        reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": "11111111-2222-3333-4444-555555555555"}
        change = self.rng.choice([{}, {"uid": ""}, {"apiVersion": "a/b/c"}, {"controller": True}, {"controller": True, "blockOwnerDeletion": True}, {"kind": ""}, {"name": ""}, {"more": 1}])
        references = [{**reference, **change}] * self.rng.choice([1, 2])
        self.pair.send(f"owned {change} x{len(references)}", "POST", self.path("ConfigMap", query="dryRun=All"), {"metadata": {"name": "owned", "ownerReferences": references}})

    def table(self):
        kind = self.rng.choice([k for k in objects.KINDS if objects.KINDS[k].namespaced])
        accept = self.rng.choice([TABLE, TABLE, TABLE.replace("v=v1;", "v=v1beta1;"), TABLE + ",application/json", PARTIAL, "application/json;as=Other;v=v1;g=meta.k8s.io", "application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io,application/json",
                                  "text/html", "*/*"])
        at = self.of_kind(kind)
        query = self.rng.choice(["", "includeObject=None", "includeObject=Object", "includeObject=Metadata", "includeObject=Other"]) if "Table" in accept else ""
        self.pair.send(f"as {accept} {query} {kind}", "GET", self.path(kind, at[1] if at else None, query=query), headers={"Accept": accept})

    def define(self):
        """A definition of a custom kind with something wrong, or odd, about it."""
        crd = copy.deepcopy(self.rng.choice(objects.CRDS))
        name = f"things{self.rng.randrange(10**6)}"
        crd["metadata"]["name"] = f"{name}.diff.example.com"
        crd["spec"]["names"] = {"plural": name, "singular": name[:-1], "kind": name.capitalize(), "listKind": name.capitalize() + "List"}
        version = crd["spec"]["versions"][0]
        schema = version["schema"]["openAPIV3Schema"]
        way = self.rng.choice(["none", "name", "no versions", "no storage", "two storages", "scope", "no schema", "schema type", "bad default", "bad pattern", "ref", "bad column", "bad rule", "status path", "kind case", "short name",
                               "no type", "list keys", "items", "conversion", "preserve", "version name", "group", "metadata"])
        if way == "name":
            crd["metadata"]["name"] = "other.diff.example.com"
        elif way == "no versions":
            crd["spec"]["versions"] = []
        elif way == "no storage":
            version["storage"] = False
        elif way == "two storages":
            crd["spec"]["versions"].append({**version, "name": "v2"})
        elif way == "scope":
            crd["spec"]["scope"] = "Everywhere"
        elif way == "no schema":
            del version["schema"]
        elif way == "schema type":
            schema["type"] = "array"
        elif way == "bad default":
            schema.setdefault("properties", {})["d"] = {"type": "integer", "default": "x"}
        elif way == "bad pattern":
            schema.setdefault("properties", {})["p"] = {"type": "string", "pattern": "("}
        elif way == "ref":
            schema.setdefault("properties", {})["r"] = {"$ref": "#/x"}
        elif way == "bad column":
            version["additionalPrinterColumns"] = [{"name": "", "type": "thing", "jsonPath": "spec"}]
        elif way == "bad rule":
            schema.setdefault("properties", {})["v"] = {"type": "integer", "x-kubernetes-validations": [{"rule": "self ++ 1"}]}
        elif way == "status path":
            version["subresources"] = {"scale": {"specReplicasPath": "spec.replicas", "statusReplicasPath": ".spec.x"}}
        elif way == "kind case":
            crd["spec"]["names"]["kind"] = "lower-case_"
        elif way == "short name":
            crd["spec"]["names"]["shortNames"] = ["Bad Name"]
        elif way == "no type":
            schema.setdefault("properties", {})["n"] = {"description": "nothing"}
        elif way == "list keys":
            schema.setdefault("properties", {})["l"] = {"type": "array", "x-kubernetes-list-type": "map", "items": {"type": "object", "properties": {"k": {"type": "string"}}}}
        elif way == "items":
            schema.setdefault("properties", {})["l"] = {"type": "array"}
        elif way == "conversion":
            crd["spec"]["conversion"] = {"strategy": "Webhook"}
        elif way == "preserve":
            crd["spec"]["preserveUnknownFields"] = True
        elif way == "version name":
            version["name"] = "V1"
        elif way == "group":
            crd["spec"]["group"] = "nodots"
        elif way == "metadata":
            schema.setdefault("properties", {})["metadata"] = {"type": "object", "properties": {"name": {"type": "string", "maxLength": 3}, "labels": {"type": "object"}}}
        self.pair.send(f"define: {way}", "POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All", crd)

    def denied(self):
        """What somebody is told who may not."""
        who = self.rng.choice([{"Impersonate-User": "nobody"}, {"Impersonate-User": "nobody", "Impersonate-Group": "team"}, {"Impersonate-User": f"system:serviceaccount:{self.namespace}:default"},
                               {"Impersonate-User": "system:anonymous"}, {"Impersonate-Group": "team"}, {"Impersonate-User": "nobody", "Impersonate-Extra-scopes": "view"}])
        kind = self.rng.choice(list(objects.KINDS))
        method, path, body = self.rng.choice([("GET", self.path(kind), None), ("GET", self.path(kind, "x"), None), ("POST", self.path(kind), {}), ("DELETE", self.path(kind, "x"), None), ("DELETE", self.path(kind), None),
                                              ("PATCH", self.path(kind, "x", "status"), {}), ("PUT", self.path(kind, "x"), {}), ("GET", self.path(kind, query="watch=1"), None), ("GET", "/metrics", None), ("GET", "/api", None),
                                              ("GET", "/nothing", None), ("GET", "/api/v1/pods", None), ("GET", "/apis/nothing.example/v1/things", None), ("POST", self.path(kind, "x", "nothing"), {})])
        self.pair.send(f"denied: {method} {path.split('/')[-1]}", method, path, body, MERGE if method == "PATCH" else "application/json", headers=who)

    def tokens(self):
        account = self.rng.choice(["default", "absent"])
        spec = self.rng.choice([{}, {"expirationSeconds": 600}, {"expirationSeconds": 10}, {"audiences": ["a"]}, {"expirationSeconds": 1 << 40}, {"boundObjectRef": {"kind": "Pod", "apiVersion": "v1", "name": "absent"}}])
        path = self.path("ServiceAccount", account, "token")
        answers = self.pair.send(f"token {spec} {account}", "POST", path, {"spec": spec})
        if answers[1][0] == 201 and answers[0][0] == 201:
            reviews = [server.send("POST", "/apis/authentication.k8s.io/v1/tokenreviews", {"spec": {"token": answer[2]["status"]["token"]}})[2].get("status") for server, answer in zip((self.pair.ours, self.pair.theirs), answers)]
            for review in reviews:  # the token's own id
                review.get("user", {}).pop("extra", None)
            self.pair.compare(f"review of a token {spec}", "POST tokenreviews", *reviews)
            if "audiences" not in spec:
                mine = [server.send("GET", self.path("ConfigMap"), headers={"Authorization": "Bearer " + answer[2]["status"]["token"]}, anonymous=True) for server, answer in zip((self.pair.ours, self.pair.theirs), answers)]
                self.pair.compare("use of a token", "GET configmaps", *[(m[0], m[2]) for m in mine])
        self.pair.send("review of nonsense", "POST", "/apis/authentication.k8s.io/v1/tokenreviews", {"spec": {"token": self.rng.choice(["nonsense", "", "a.b.c"])}})

    def reviews(self):
        root = "/apis/authorization.k8s.io/v1"
        attributes = {"namespace": self.namespace, "verb": self.rng.choice(["get", "create", "*"]), "resource": self.rng.choice(["pods", "secrets", "*"]), "group": self.rng.choice(["", "apps"])}
        who = self.rng.choice([None, {"Impersonate-User": "nobody"}])
        name, path, body = self.rng.choice([
            ("self", f"{root}/selfsubjectaccessreviews", {"spec": {"resourceAttributes": attributes}}),
            ("self on a path", f"{root}/selfsubjectaccessreviews", {"spec": {"nonResourceAttributes": {"path": self.rng.choice(["/version", "/metrics"]), "verb": "get"}}}),
            ("self of nothing", f"{root}/selfsubjectaccessreviews", {"spec": {}}),
            ("self of both", f"{root}/selfsubjectaccessreviews", {"spec": {"resourceAttributes": attributes, "nonResourceAttributes": {"path": "/", "verb": "get"}}}),
            ("other", f"{root}/subjectaccessreviews", {"spec": {"user": "nobody", "groups": ["system:masters"], "resourceAttributes": attributes}}),
            ("other without a user", f"{root}/subjectaccessreviews", {"spec": {"resourceAttributes": attributes}}),
            ("local", f"{root}/namespaces/{self.namespace}/localsubjectaccessreviews", {"metadata": {"namespace": self.namespace}, "spec": {"user": "nobody", "resourceAttributes": attributes}}),
            ("who am I", "/apis/authentication.k8s.io/v1/selfsubjectreviews", {})])
        if name == "who am I":  # the administrators have other names
            who = {"Impersonate-User": "nobody", "Impersonate-Group": "team"}
        self.pair.send(f"review: {name}", "POST", path, body, headers=who)

    def packed(self):
        kind = self.rng.choice(["ConfigMap", "Deployment", "Pod"])
        self.pair.send(f"packed list {kind}", "GET", self.path(kind), headers={"Accept-Encoding": "gzip"})

    def discover(self):
        path = self.rng.choice(["/api/v1", "/apis/apps/v1", "/apis/batch/v1", "/apis/networking.k8s.io/v1", "/apis/autoscaling/v2", "/apis/policy/v1", "/apis/rbac.authorization.k8s.io/v1", "/apis/storage.k8s.io/v1", "/apis/coordination.k8s.io/v1",
                                "/apis/apiextensions.k8s.io/v1", "/apis/diff.example.com/v1", "/apis/diff.example.com", "/apis/batch", "/apis/nothing.example", "/apis/apps/v9", "/apis/events.k8s.io/v1", "/apis/discovery.k8s.io/v1"])
        self.pair.send(f"discover {path}", "GET", path)

    def status_writes(self):
        at = self.of_kind("Deployment", "Pod", "Widget", "Job", "Service", "PersistentVolumeClaim", "Ingress")
        if at is None:
            return
        kind, name = at
        path = self.path(kind, name, "status", self.rng.choice(["", "fieldManager=kubelet"]))
        way = self.rng.choice(["put", "merge", "apply", "labels"])
        if way == "put":
            found = [server.send("GET", self.path(kind, name))[2] for server in (self.pair.ours, self.pair.theirs)]
            if any(f.get("kind") != kind for f in found):
                return
            answers = []
            for server, body in zip((self.pair.ours, self.pair.theirs), found):
                body["metadata"].pop("managedFields", None)
                body.update(objects.status(kind, copy.deepcopy(self.rng)))
                answers.append(server.send("PUT", path, {**body, "apiVersion": objects.KINDS[kind].group}))
            self.pair.compare(f"put status {kind}", f"PUT {path}", *[(a[0], a[2]) for a in answers])
        elif way == "apply":
            body = {"apiVersion": objects.KINDS[kind].group, "kind": kind, "metadata": {"name": name}, **objects.status(kind, self.rng)}
            if "metadata" in objects.status(kind, self.rng):
                return
            self.pair.send(f"apply status {kind}", "PATCH", path.split("?")[0] + "?fieldManager=controller", body, APPLY)
        elif way == "labels":
            self.pair.send(f"labels through status {kind}", "PATCH", path, {"metadata": {"labels": {"through": "status"}, "annotations": {"through": "status"}}}, MERGE)
        else:
            self.pair.send(f"patch status {kind}", "PATCH", path, objects.status(kind, self.rng), MERGE)
        self.pair.send(f"get after status {kind}", "GET", self.path(kind, name))

    def read_odd(self):
        kind = self.rng.choice(["ConfigMap", "Pod", "Deployment", "Widget"])
        at = self.of_kind(kind)
        name = at[1] if at else "absent"
        path, method = self.rng.choice([(self.path(kind, name, "status"), "GET"), (self.path(kind, query="timeoutSeconds=x"), "GET"), (self.path(kind, query="limit=x"), "GET"), (self.path(kind, query="limit=-1"), "GET"), (self.path(kind, query="watch=false&limit=1"), "GET"),
                                        (self.path(kind, name, query="resourceVersion=99999999999"), "GET"), (self.path(kind, query="resourceVersion=99999999999"), "GET"), (self.path(kind, query="resourceVersionMatch=NotOlderThan&resourceVersion=1"), "GET"),
                                        (self.path(kind, query="sendInitialEvents=true"), "GET"), (self.path(kind, name), "HEAD"), (self.path(kind, name), "OPTIONS"), (self.path(kind) + "/", "GET"), (self.path(kind, name) + "/a/b", "GET"), (self.path("Pod", "absent", "log"), "GET")])
        self.pair.send(f"odd read {method} {path.split('?')[-1].split('/')[-1]} {kind}", method, path)
