#!/usr/bin/env python3
"""Writes the field numbers of Kubernetes' protobuf form as a table for the server.

protogen.py src/apiserver/kinds/kinds.json MODULE_DIR... > src/apiserver/kinds/protobuf.txt

Each MODULE_DIR is an unpacked Go module (k8s.io/api, k8s.io/apimachinery, k8s.io/apiextensions-apiserver). One line a
message: its OpenAPI name, then number:name:type for each field; a type ends with * when it repeats and reads
map<type> for maps keyed by strings. A field named "-" is a struct whose own fields stand in its place in JSON.
"""
import json
import pathlib
import re
import sys

SKIPPED = re.compile(r"alpha|beta|testapigroup|imagepolicy|/admission/")


def name_of(package, word):
    word = word.lstrip(".")
    if word in ("string", "int32", "int64", "uint32", "uint64", "bool", "bytes", "double"):
        return word
    if "." not in word:
        word = package + "." + word
    return re.sub(r"^(.*?)k8s\.io\.", "io.k8s.", word).replace("apiextensions_apiserver", "apiextensions-apiserver")


def json_name(names, name, kind):
    """The name a field has in JSON, which differs from the protobuf one in case, or is none at all."""
    if names is None or name in names:
        return name
    for other in names:
        if other.lower() == name.lower():
            return other
    return "-" if "." in kind else name


def messages(path):
    text = re.sub(r"//[^\n]*", "", path.read_text())
    package = re.search(r"^package\s+([\w.]+);", text, re.M).group(1)
    for match in re.finditer(r"^message\s+(\w+)\s*\{(.*?)^\}", text, re.M | re.S):
        fields = []
        for field in re.finditer(r"(optional|repeated)?\s*(map<string,\s*([\w.]+)>|[\w.]+)\s+(\w+)\s*=\s*(\d+);", match.group(2)):
            label, word, value, name, number = field.groups()
            kind = f"map<{name_of(package, value)}>" if value else name_of(package, word)
            fields.append((number, name, kind, "*" if label == "repeated" else ""))
        yield name_of(package, match.group(1)), fields


def main():
    types = json.load(open(sys.argv[1]))["types"]
    known = {name: {field[0] for field in kind["f"]} for name, kind in types.items() if kind.get("f")}
    lines = []
    for module in sys.argv[2:]:
        for path in sorted(pathlib.Path(module).rglob("generated.proto")):
            if not SKIPPED.search(str(path.relative_to(module))):
                for name, fields in messages(path):
                    if name.endswith("List"):
                        continue
                    texts = [f"{n}:{json_name(known.get(name), f, k)}:{k}{r}" for n, f, k, r in fields]
                    lines.append(" ".join([name, *texts]))
    print("\n".join(sorted(lines)))


main()
