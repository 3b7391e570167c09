# SPDX-License-Identifier: Apache-2.0
"""Sends the same request to two Kubernetes API servers and tells how their answers differ."""
import base64
import gzip
import http.client
import json
import re
import ssl
import tempfile
import urllib.parse

import yaml

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
RANDOM_NAME = re.compile(r"(gen-a{54}|gen-x\.|Gen_|gen-|kube-api-access-)[a-z0-9]{5}\b")
ADDRESS = re.compile(r"\b10\.96\.\d+\.\d+\b")
# Messages that hold a whole object, or the revision of one.
WHOLE = re.compile(r'patch: Invalid value: ".*?[^\\]":', re.S)
CAUSE = re.compile(r'^Invalid value: "\{\\".*?[^\\]":', re.S)
IMMUTABLE = re.compile(r"Invalid value: \{.*?\}: (field is immutable)", re.S)  # Go prints its own structs
GO_DIFF = re.compile(r"\n@@ .*", re.S)  # Go shows how two of its structs differ
LISTENS = re.compile(r"^127\.0\.0\.1:\d+$")
CURRENT = re.compile(r"current: \d+")
PORTS = re.compile(r"\b(\d+):3[0-3]\d{3}/(TCP|UDP)")
AGE = re.compile(r"^(\d+[smh])+$")
RECORD = re.compile(r"in record \(\d+\)")
DROPPED = {"uid", "resourceVersion", "selfLink"}


class Server:
    """One API server, by its kubeconfig."""

    def __init__(self, kubeconfig):
        config = yaml.safe_load(open(kubeconfig))
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        self.host = urllib.parse.urlparse(cluster["server"])
        self.plain_context = ssl.create_default_context(cadata=base64.b64decode(cluster["certificate-authority-data"]).decode())
        self.context = ssl.create_default_context(cadata=base64.b64decode(cluster["certificate-authority-data"]).decode())
        with tempfile.NamedTemporaryFile() as both:
            both.write(base64.b64decode(user["client-certificate-data"]) + base64.b64decode(user["client-key-data"]))
            both.flush()
            self.context.load_cert_chain(both.name)
        self.connection = None
        self.versions = {}

    def send(self, method, path, body=None, content_type="application/json", headers=None, anonymous=False):
        """Status, headers and parsed body. `anonymous` leaves the client certificate out."""
        data = body if isinstance(body, (bytes, str, type(None))) else json.dumps(body)
        all_headers = {"Content-Type": content_type, "Accept": "application/json", "User-Agent": "differ/1", **(headers or {})}
        if data is None:
            del all_headers["Content-Type"]
        if anonymous:
            connection = http.client.HTTPSConnection(self.host.hostname, self.host.port, context=self.plain_context, timeout=30)
            connection.request(method, path, data, all_headers)
            response = connection.getresponse()
            return response.status, response.headers, json.loads(response.read())
        for attempt in (1, 2):
            try:
                if self.connection is None:
                    self.connection = http.client.HTTPSConnection(self.host.hostname, self.host.port, context=self.context, timeout=30)
                self.connection.request(method, path, data, all_headers)
                response = self.connection.getresponse()
                text = response.read()
                if response.headers.get("Content-Encoding") == "gzip":
                    text = gzip.decompress(text)
                break
            except (http.client.HTTPException, OSError):
                self.connection = None
                if attempt == 2:
                    raise
        try:
            parsed = json.loads(text)
        except ValueError:
            parsed = text.decode(errors="replace")
        return response.status, response.headers, parsed


def plain(value, key=None):
    """An answer without what may differ between two runs of the same server."""
    if isinstance(value, dict):
        out = {}
        causes = value.get("details", {}).get("causes", []) if isinstance(value.get("details"), dict) else []
        if causes and isinstance(value.get("message"), str):  # Go tells them in the order of its maps
            value = dict(value, message=value["message"].split(" is invalid: ")[0])
        for name, item in value.items():
            if name in DROPPED or (name == "continue" and key == "metadata") or (name == "description" and key == "columnDefinitions"):
                continue
            out[name] = plain(item, name)
        return out
    if isinstance(value, (list, tuple)):
        items = [plain(item, key) for item in value]
        if key == "managedFields":  # ordered by the second they were made in
            items.sort(key=lambda item: json.dumps([item.get(k) for k in ("operation", "manager", "subresource", "apiVersion")]))
        if key == "causes":  # the same fault told twice is one fault
            items = sorted((item for i, item in enumerate(items) if item not in items[:i]), key=json.dumps)
        return items
    if isinstance(value, str):
        value = TIME.sub("TIME", UUID.sub("UUID", value))
        value = ADDRESS.sub("ADDRESS", RANDOM_NAME.sub(r"\1xxxxx", value))
        value = LISTENS.sub("127.0.0.1:PORT", value)
        value = CURRENT.sub("current: N", value)
        value = GO_DIFF.sub("", value).rstrip("\n")
        if key == "cells":
            value = AGE.sub("AGE", PORTS.sub(r"\1:PORT/\2", value))
        if key == "token":
            return "TOKEN"
        value = IMMUTABLE.sub(r"Invalid value: OBJECT: \1", value)
        value = RECORD.sub("in record (N)", CAUSE.sub("Invalid value: OBJECT:", WHOLE.sub("patch: Invalid value: OBJECT:", value)))
        return value
    if key == "nodePort" and isinstance(value, int) and 30000 <= value <= 33000:
        return "PORT"
    return value


def differences(a, b, path=""):
    """Where two plain values differ, as text."""
    if isinstance(a, dict) and isinstance(b, dict):
        out = []
        for key in sorted({*a, *b}):
            if key not in a:
                out.append(f"{path}.{key}: missing, want {json.dumps(b[key])[:200]}")
            elif key not in b:
                out.append(f"{path}.{key}: unwanted {json.dumps(a[key])[:200]}")
            else:
                out += differences(a[key], b[key], f"{path}.{key}")
        return out
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return [text for i, (x, y) in enumerate(zip(a, b)) for text in differences(x, y, f"{path}[{i}]")]
    if isinstance(a, list) and isinstance(b, list) and max(len(a), len(b)) > 1:
        only = [json.dumps(x)[:300] for x in a if x not in b], [json.dumps(x)[:300] for x in b if x not in a]
        return [f"{path}: {len(a)} items want {len(b)}; only here {only[0][:2]}, only there {only[1][:2]}"]
    return [] if a == b else [f"{path}: {json.dumps(a)[:300]} want {json.dumps(b)[:300]}"]


def warnings(headers):
    return sorted(headers.get_all("Warning") or [])


class Pair:
    """Two servers, and the count of how often they agreed."""

    def __init__(self, ours, theirs):
        self.ours, self.theirs = ours, theirs
        self.total, self.equal = 0, 0
        self.failures = []

    def revision(self, server, ref):
        return server.versions.get(ref, "")

    def send(self, name, method, path, body=None, content_type="application/json", headers=None, remember=None, compare=True):
        """`body` may hold {"$rv": ref}, the resourceVersion that an answer remembered under `ref` had."""
        answers = []
        for server in (self.ours, self.theirs):
            filled = json.loads(json.dumps(body), object_hook=lambda d, s=server: s.versions.get(d["$rv"], "1") if "$rv" in d else d) if isinstance(body, (dict, list)) else body
            answer = server.send(method, path, filled, content_type, headers)
            if remember and isinstance(answer[2], dict):
                server.versions[remember] = answer[2].get("metadata", {}).get("resourceVersion", "")
            answers.append(answer)
        if not compare:
            return answers
        self.total += 1
        (status, head, ours), (want_status, want_head, theirs) = answers
        packed = [h.get("Content-Encoding") for h in (head, want_head)]
        found = [] if status == want_status else [f"status {status} want {want_status}"]
        found += differences(plain(ours), plain(theirs))
        if packed[0] != packed[1]:
            found.append(f"Content-Encoding {packed[0]} want {packed[1]}")
        if warnings(head) != warnings(want_head):
            found.append(f"warnings {warnings(head)} want {warnings(want_head)}")
        if found:
            self.failures.append((name, f"{method} {path}", found))
        else:
            self.equal += 1
        return answers

    def compare(self, name, request, ours, theirs):
        """Counts two results that were fetched otherwise."""
        self.total += 1
        found = differences(plain(ours), plain(theirs))
        if found:
            self.failures.append((name, request, found))
        else:
            self.equal += 1

    def report(self, verbose=3):
        kinds = {}
        for name, request, found in self.failures:
            kinds.setdefault(name, []).append((request, found))
        for name, list_ in sorted(kinds.items(), key=lambda item: -len(item[1])):
            print(f"{len(list_):4d} {name}")
            seen = set()
            for request, found in list_:
                signature = tuple(line.split(":")[0] for line in found[:3])
                if signature in seen or len(seen) >= 3:
                    continue
                seen.add(signature)
                print(f"       {request}")
                for line in found[:verbose]:
                    print(f"         {line}")
        share = 100.0 * self.equal / max(1, self.total)
        print(f"{self.equal} of {self.total} equal ({share:.2f}%)")
        return share
