#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails when a room includes another against the arrows of CMakeLists.txt (`puppis_room(NAME USES ...)`).

Also refuses an include of `detail/` from another room, and an include that names no room.
"""
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parent.parent
rooms = {}
for match in re.finditer(r"^puppis_room\((\w+)\s+USES([^)]*?)(?:LINKS[^)]*)?\)", (root / "CMakeLists.txt").read_text(), re.M):
    rooms[match[1]] = set(match[2].split())

faults = []
for name, uses in rooms.items():
    for used in uses - set(rooms):
        faults.append(f"CMakeLists.txt: room {name} uses unknown room {used}")

for path in sorted((root / "src").rglob("*")):
    if path.suffix not in (".h", ".cpp"):
        continue
    room = path.relative_to(root / "src").parts[0]
    if room not in rooms and path.parent != root / "src":
        faults.append(f"{path.relative_to(root)}: folder {room} is not a room of CMakeLists.txt")
        continue
    for number, line in enumerate(path.read_text().splitlines(), 1):
        include = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
        if not include:
            continue
        target = include[1].split("/")[0]
        where = f"{path.relative_to(root)}:{number}"
        if target == "generated":
            continue
        if target not in rooms:
            faults.append(f'{where}: "{include[1]}" names no room; write "room/file.h"')
        elif room in rooms and target != room and target not in rooms[room]:
            faults.append(f"{where}: {room} must not include {target} (it may use: {', '.join(sorted(rooms[room])) or 'nothing'})")
        elif target != room and "/detail/" in include[1]:
            faults.append(f"{where}: {include[1]} is private to {target}")

print("\n".join(faults) if faults else f"arrows hold between {len(rooms)} rooms")
sys.exit(1 if faults else 0)
