#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A full disk, a failing fsync, a damaged file and a stop under load.

faults.py PUPPIS [FLAG...]

While the disk fails, writes are refused with a reason and reads go on; nothing acknowledged is lost, and writes work again when the disk does. A
damaged file is refused at the start with what to do. SIGTERM during writes and open watches ends the server, with success.
"""
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "differential"))
from pair import Server  # noqa: E402

PATH = "/api/v1/namespaces/default/configmaps"
PUPPIS = sys.argv[1:]
checks = 0


def hold(what, holds):
    global checks
    if not holds:
        sys.exit(f"FAILED: {what}")
    checks += 1


class Running:
    def __init__(self, folder, data, environment=None, limit=None):
        self.kubeconfig = os.path.join(folder, "kubeconfig")
        before = (lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))) if limit else None
        self.process = subprocess.Popen([*PUPPIS, "--data-dir", data, "--listen", "127.0.0.1:0", "--kubeconfig", self.kubeconfig], stderr=subprocess.PIPE,
                                        text=True, env={**os.environ, **(environment or {})}, preexec_fn=before)
        self.said = ""
        while "serving" not in self.said:
            line = self.process.stderr.readline()
            self.said += line
            if not line:
                break
        self.serves = "serving" in self.said
        if self.serves:
            threading.Thread(target=self.process.stderr.read, daemon=True).start()
            self.api = Server(self.kubeconfig)

    def stop(self):
        begun = time.time()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        return code, time.time() - begun

    def put(self, name, size):
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"x": name * (size // len(name))}}
        status, _, answer = self.api.send("POST", PATH, body)
        return status, answer

    def names(self):
        status, _, listed = self.api.send("GET", PATH)
        return {item["metadata"]["name"] for item in listed["items"]} if status == 200 else None


def failing(what, running, fail, mend, data, folder, environment=None):
    """Writes until the fault, reads through it, writes after it, and counts after a restart."""
    acknowledged = set()
    for i in range(20):
        status, _ = running.put(f"before-{i}", 1000)
        hold(f"{what}: a write before it", status == 201)
        acknowledged.add(f"before-{i}")
    fail()
    status, answer = 201, None
    for i in range(2000):
        status, answer = running.put(f"filling-{i}", 50_000)
        if status != 201:
            break
        acknowledged.add(f"filling-{i}")
    hold(f"{what}: a write is refused, by {status}: {str(answer)[:200]}", status in (500, 507))
    hold(f"{what}: the refusal has a reason: {answer.get('message')}", "this write was not done" in answer.get("message", ""))
    print(f"{what}: {status} {answer['message']}")
    hold(f"{what}: reads go on", acknowledged <= (running.names() or set()))
    mend()
    for i in range(10):
        status, answer = running.put(f"after-{i}", 1000)
        hold(f"{what}: a write after it: {status} {str(answer)[:200]}", status == 201)
        acknowledged.add(f"after-{i}")
    running.process.kill()
    running.process.wait()
    again = Running(folder, data, environment)
    hold(f"{what}: it starts again: {again.said}", again.serves)
    hold(f"{what}: what was acknowledged is there", acknowledged <= again.names())
    again.stop()


def full_disk(folder):
    data = os.path.join(folder, "small")
    os.mkdir(data)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", data], capture_output=True).returncode != 0:
        print("full disk: SKIPPED, mounting a small file system is not allowed here")
        return
    try:
        ballast = os.path.join(data, "ballast")
        with open(ballast, "wb") as file:
            file.write(b"x" * 8 * 1024 * 1024)
        failing("full disk", Running(folder, data), lambda: None, lambda: os.remove(ballast), data, folder)
    finally:
        subprocess.run(["umount", data], check=True)


def failing_fsync(folder):
    library, flag = os.path.join(folder, "failing_fsync.so"), os.path.join(folder, "fails")
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "failing_fsync.c")
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    environment = {"LD_PRELOAD": library, "FAILING_FSYNC": flag}
    data = os.path.join(folder, "fsync")
    failing("failing fsync", Running(folder, data, environment), lambda: open(flag, "w").close(), lambda: os.remove(flag), data, folder, environment)


def damage(folder):
    data = os.path.join(folder, "damaged")
    running = Running(folder, data)
    for i in range(50):
        running.put(f"object-{i}", 3000)
    running.stop()
    path = os.path.join(data, "store.db")
    whole = open(path, "rb").read()
    at = whole.index(b"object-7object-7")
    for what, where in (("a value", at), ("the head", 20), ("a page", len(whole) // 2 // 8192 * 8192)):
        broken = bytearray(whole)
        for i in range(where, where + 16):
            broken[i] ^= 0xFF
        with open(path, "wb") as file:
            file.write(broken)
        refused = Running(folder, data)
        hold(f"damage of {what} is refused: {refused.said}", not refused.serves and refused.process.wait(30) != 0)
        hold(f"damage of {what} says what to do: {refused.said}", "restore a snapshot" in refused.said and path in refused.said)
    with open(path, "wb") as file:
        file.write(whole)
    healed = Running(folder, data)
    hold("the whole file is taken again", healed.serves and "object-7" in healed.names())
    healed.stop()


def stop_under_load(folder):
    running = Running(folder, os.path.join(folder, "stopped"))
    acknowledged, over = set(), threading.Event()

    def write(number):
        api, i = Server(running.kubeconfig), 0
        while not over.is_set():
            name = f"w{number}-{i}"
            try:
                status, _, _ = api.send("POST", PATH, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}})
            except Exception:
                return
            if status == 201:
                acknowledged.add(name)
            i += 1

    def watch():
        try:
            Server(running.kubeconfig).send("GET", PATH + "?watch=true")
        except Exception:
            return

    threads = [threading.Thread(target=write, args=(i,), daemon=True) for i in range(4)] + [threading.Thread(target=watch, daemon=True) for _ in range(10)]
    for thread in threads:
        thread.start()
    while len(acknowledged) < 100:
        time.sleep(0.01)
    code, took = running.stop()
    over.set()
    hold(f"a stop under load is a success: {code}", code == 0)
    print(f"stop during writes and 10 watches: {took * 1000:.0f} ms")
    again = Running(folder, os.path.join(folder, "stopped"))
    hold("what was acknowledged before the stop is there", acknowledged <= again.names())
    again.stop()


with tempfile.TemporaryDirectory() as scratch:
    stop_under_load(scratch)
    damage(scratch)
    failing_fsync(scratch)
    full_disk(scratch)
print(f"{checks} checks of faults hold")
