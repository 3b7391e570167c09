#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Built-in objects with one random fault (or none after all), created on Puppis and on a real kube-apiserver.

mutate.py OURS.kubeconfig THEIRS.kubeconfig [SEED [TIMES]]

Puppis is started with --nodes 0, the real server without controllers (MINIMAL=1 of the lab, with a ServiceAccount "default" in the
namespace "default").
"""
import copy
import pathlib
import random
import sys

import yaml

from pair import Pair, Server

CASES = pathlib.Path(__file__).parents[2] / "src/apiserver/kinds/testdata/create.yaml"
LEFT_OUT = {"Namespace", "Node", "CustomResourceDefinition", "PersistentVolume"}  # a bare server cannot clear them away


def places(value, path=()):
    """Every path in a tree, but for what names the object."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        if path == () and key in ("apiVersion", "kind", "metadata"):
            continue
        yield path + (key,)
        yield from places(inner, path + (key,))


def spoil(document, chance):
    out = copy.deepcopy(document)
    path = chance.choice(list(places(out)))
    parent = out
    for step in path[:-1]:
        parent = parent[step]
    key, old = path[-1], parent[path[-1]]
    empty = {dict: {}, list: [], str: ""}.get(type(old), 0)
    ways = {"null": None, "empty": empty, "negative": -1, "big": 99999, "zero": 0, "true": True, "object": {"a": "b"},
            "weird": "Bad value_!", "upper": old.upper() if isinstance(old, str) else "X",
            "type": {"a": "b"} if isinstance(old, list) else [old], "removed": None, "doubled": None}
    way = chance.choice(list(ways))
    if way == "removed":
        del parent[key]
    elif way == "doubled":
        if isinstance(parent, list):
            parent.append(copy.deepcopy(old))
    else:
        parent[key] = ways[way]
    return out, way


def main():
    pair = Pair(Server(sys.argv[1]), Server(sys.argv[2]))
    chance = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    times = int(sys.argv[4]) if len(sys.argv) > 4 else 12
    resources = {}
    for document in yaml.safe_load_all(CASES.read_text()):
        if not document or document["kind"] in LEFT_OUT:
            continue
        version = document["apiVersion"]
        root = ("/api/" if "/" not in version else "/apis/") + version
        if version not in resources:
            listing = pair.theirs.send("GET", root)[2]["resources"]
            resources[version] = {r["kind"]: r for r in listing if "/" not in r["name"]}
        resource = resources[version][document["kind"]]
        path = root + ("/namespaces/default/" if resource["namespaced"] else "/") + resource["name"]
        for _ in range(times):
            spoilt, way = spoil(document, chance)
            answers = pair.send(f"{document['kind']} {way}", "POST", path, spoilt)
            for server, answer in zip((pair.ours, pair.theirs), answers):
                if answer[0] == 201:
                    mine = path + "/" + answer[2]["metadata"]["name"]
                    server.send("DELETE", mine + "?gracePeriodSeconds=0&propagationPolicy=Background")
                    server.send("PATCH", mine, {"metadata": {"finalizers": None}}, "application/merge-patch+json")
    pair.report()
    print(f"{pair.equal} of {pair.total} equal")


main()
