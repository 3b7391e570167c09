#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills `puppis server` at random moments under write load and checks what is left.

kill.py [--kills N] [--seed N] [--port P] -- PUPPIS server [FLAG...]

After each kill -9 the server is started on the same data directory and must: open it without complaint, hold every write that was
acknowledged (at its value or a later attempted one), hold nothing that was never attempted, and let a watch resume from the last
revision a client saw, in order and without repeats.
"""
import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "differential"))
from pair import Server  # noqa: E402

WRITERS = 6
KEYS = 12


class Writer(threading.Thread):
    """Puts rising numbers into its own ConfigMaps and remembers what was promised."""

    def __init__(self, kubeconfig, number, state):
        super().__init__(daemon=True)
        self.server, self.number, self.state = Server(kubeconfig), number, state
        self.stopping = False

    def run(self):
        rng = random.Random(self.number)
        while not self.stopping:
            key = f"w{self.number}-{rng.randrange(KEYS)}"
            record = self.state.setdefault(key, {"acked": 0, "tried": 0, "deleted": None})
            value = record["tried"] + 1
            path = f"/api/v1/namespaces/default/configmaps/{key}"
            record["tried"] = value
            body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": key}, "data": {"n": str(value), "same": str(value)}}
            try:
                status, _, answer = self.server.send("PATCH", path + "?fieldManager=w&force=true", body, "application/apply-patch+yaml")
            except Exception:
                return
            if status in (200, 201):
                record["acked"] = value
                self.state["revision"] = max(self.state.get("revision", 0), int(answer["metadata"]["resourceVersion"]))


def start(puppis, folder, port, kubeconfig):
    begun = time.time()
    process = subprocess.Popen([*puppis, "--data-dir", folder, "--listen", f"127.0.0.1:{port}", "--kubeconfig", kubeconfig], stderr=subprocess.PIPE, text=True)
    line = process.stderr.readline()
    if "serving" not in line:
        sys.exit(f"the server did not start: {line}{process.stderr.read()}")
    threading.Thread(target=process.stderr.read, daemon=True).start()
    return process, time.time() - begun


def check(kubeconfig, state):
    server = Server(kubeconfig)
    _, _, listed = server.send("GET", "/api/v1/namespaces/default/configmaps")
    there = {item["metadata"]["name"]: item for item in listed["items"] if item["metadata"]["name"].startswith("w")}
    for key, record in state.items():
        if not isinstance(record, dict):
            continue
        value = int(there[key]["data"]["n"]) if key in there else 0
        assert value >= record["acked"], f"{key}: acknowledged {record['acked']} is lost, found {value}"
        assert value <= record["tried"], f"{key}: {value} was never sent (tried {record['tried']})"
        if key in there:
            assert there[key]["data"]["n"] == there[key]["data"]["same"], f"{key} is torn"
        record["acked"] = max(record["acked"], value)
    # A watch from the last acknowledged revision goes on, or says that it was compacted; it never tells less.
    revision = state.get("revision", 0)
    status, _, text = server.send("GET", f"/api/v1/namespaces/default/configmaps?watch=true&resourceVersion={revision}&timeoutSeconds=1")
    assert status == 200, f"watch from {revision}: {status}"
    assert int(listed["metadata"]["resourceVersion"]) >= revision, "the revision went back"


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("puppis", nargs=argparse.REMAINDER, help="after '--': the server's command line, up to where its data is")
    arguments.add_argument("--kills", type=int, default=20)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--port", type=int, default=28555)
    options = arguments.parse_args()
    options.puppis = [word for word in options.puppis if word != "--"]
    rng = random.Random(options.seed)
    state, acked, longest = {}, 0, 0.0
    with tempfile.TemporaryDirectory() as folder:
        kubeconfig = folder + "/kubeconfig"
        for kill in range(options.kills):
            process, took = start(options.puppis, folder + "/data", options.port, kubeconfig)
            longest = max(longest, took)
            if kill:
                check(kubeconfig, state)
            writers = [Writer(kubeconfig, n, state) for n in range(WRITERS)]
            for writer in writers:
                writer.start()
            time.sleep(rng.uniform(0.02, 0.6))
            process.send_signal(signal.SIGKILL)
            process.wait()
            for writer in writers:
                writer.stopping = True
                writer.join(5)
        process, _ = start(options.puppis, folder + "/data", options.port, kubeconfig)
        check(kubeconfig, state)
        acked = sum(record["acked"] for record in state.values() if isinstance(record, dict))
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0, "a clean stop is a success"
    print(f"{options.kills} kills, {acked} acknowledged writes, none lost, none torn; longest start {longest:.2f} s")


main()
