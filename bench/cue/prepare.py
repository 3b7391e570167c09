#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the cases of the CUE benchmark, one JSON object a line: KubeVela's built-in templates from its Go module, each
with the parameter and context of cases.jsonl, and the benchmark archives of the CUE module.

usage: prepare.py KUBEVELA_MODULE CUE_MODULE OUT"""
import json, os, re, sys

HERE = os.path.dirname(os.path.abspath(__file__))


def template(text):
    """The block behind `template: |`, without its indentation."""
    lines = text.replace('{{ include "systemDefinitionNamespace" . }}', "vela-system").splitlines()
    for i, line in enumerate(lines):
        if re.fullmatch(r" *template: \|-?", line):
            break
    else:
        return None
    indent = None
    out = []
    for line in lines[i + 1:]:
        if not line.strip():
            out.append("")
            continue
        depth = len(line) - len(line.lstrip(" "))
        if indent is None:
            indent = depth
        if depth < indent:
            break
        out.append(line[indent:])
    return "\n".join(out) + "\n"


def archives(folder):
    """The CUE files of each archive that is one package in one folder, joined to one text."""
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".txtar"):
            continue
        files, current = {}, None
        for line in open(os.path.join(folder, name), encoding="utf-8"):
            m = re.fullmatch(r"-- (.+) --\n?", line)
            if m:
                current = m.group(1)
                files[current] = ""
            elif current:
                files[current] += line
        cue = [t for n, t in files.items() if n.endswith(".cue") and not n.startswith("out/")]
        if len(cue) == 1:
            yield name[:-6], cue[0]


def main():
    kubevela, cue, out = sys.argv[1:4]
    folder = os.path.join(kubevela, "charts/vela-core/templates/defwithtemplate")
    with open(out, "w", encoding="utf-8") as f:
        for line in open(os.path.join(HERE, "cases.jsonl"), encoding="utf-8"):
            case = json.loads(line)
            text = template(open(os.path.join(folder, case["name"] + ".yaml"), encoding="utf-8").read())
            f.write(json.dumps({"name": case["name"], "template": text, "parameter": case["parameter"],
                                "context": case["context"]}, ensure_ascii=False) + "\n")
        for name, text in archives(os.path.join(cue, "cue/testdata/benchmarks")):
            f.write(json.dumps({"name": name, "corpus": text}, ensure_ascii=False) + "\n")


main()
