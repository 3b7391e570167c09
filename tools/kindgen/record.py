#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Records how a real kube-apiserver answers to the creation of each object of a YAML file.

record.py SERVER TOKEN CASES.yaml > ANSWERS.json

Each answer: the request as sent, the HTTP code, the body. The object is deleted again. A case may carry an
annotation-free wrapper {case: {update: OBJECT, create: OBJECT}}: then the second is a PUT onto the first.
"""
import json
import ssl
import sys
import urllib.error
import urllib.request

import yaml

server, token, path = sys.argv[1:4]
context = ssl._create_unverified_context()


def call(method, url, body=None, accept="application/json"):
    request = urllib.request.Request(server + url, method=method, data=None if body is None else json.dumps(body).encode())
    request.add_header("Authorization", "Bearer " + token)
    request.add_header("Content-Type", "application/json")
    request.add_header("Accept", accept)
    try:
        with urllib.request.urlopen(request, context=context) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


resources = {}


def collection(obj):
    gv = obj["apiVersion"]
    root = "/api/" + gv if "/" not in gv else "/apis/" + gv
    if gv not in resources:
        _, listing = call("GET", root)
        resources[gv] = {r["kind"]: r for r in listing["resources"] if "/" not in r["name"]}
    r = resources[gv][obj["kind"]]
    ns = obj.get("metadata", {}).get("namespace", "default")
    return root + ("/namespaces/" + ns if r["namespaced"] else "") + "/" + r["name"]


out = []
for case in yaml.safe_load_all(open(path)):
    if not case:
        continue
    first = case["case"]["create"] if "case" in case else case
    url = collection(first)
    code, answer = call("POST", url, first)
    if "case" in case:
        if code != 201:
            raise SystemExit("cannot create: " + json.dumps(answer))
        name = answer["metadata"]["name"]
        change = case["case"]["update"]
        change["metadata"]["resourceVersion"] = answer["metadata"]["resourceVersion"]
        sub = case["case"].get("subresource", "")
        ucode, uanswer = call("PUT", url + "/" + name + ("/" + sub if sub else ""), change)
        change["metadata"].pop("resourceVersion")
        out.append({"create": first, "old": answer, "request": change, "subresource": sub, "code": ucode, "response": uanswer})
    else:
        entry = {"request": first, "code": code, "response": answer}
        if code == 201:
            _, table = call("GET", url + "/" + answer["metadata"]["name"], accept="application/json;as=Table;v=v1;g=meta.k8s.io")
            columns = [[c["name"], c["type"], c["format"], c["priority"]] for c in table["columnDefinitions"]]
            entry["table"] = {"columns": columns, "cells": table["rows"][0]["cells"]}
        out.append(entry)
    if code == 201:
        call("DELETE", url + "/" + answer["metadata"]["name"] + "?gracePeriodSeconds=0&propagationPolicy=Background")


def strip(entry):
    for body in (entry["response"], entry.get("old", {})):
        meta = body.get("metadata", {})
        for field in ("managedFields", "resourceVersion"):
            meta.pop(field, None)
    return entry


print("[")
print(",\n".join(json.dumps(strip(e), separators=(",", ":")) for e in out))
print("]")
