# SPDX-License-Identifier: Apache-2.0
"""A YAML document as lines and as a tree whose nodes know their rows, and edits of whole rows that can be combined."""
import dataclasses

import yaml


@dataclasses.dataclass
class Entry:
    """A key with its value: rows `first`..`last` (from 0), both included."""
    path: tuple
    key: str
    value: yaml.Node
    first: int
    last: int
    column: int       # of the key
    in_element: bool  # the key stands behind the dash of a list's element
    count: int        # keys of the map it is in
    flow: bool        # the map is written {in: braces}

    @property
    def scalar(self):
        return isinstance(self.value, yaml.ScalarNode)

    @property
    def inline(self):
        """The value is on the key's row and all of it."""
        return self.first == self.last == self.value.start_mark.line


@dataclasses.dataclass
class Edit:
    """Rows [start, end) become `new`. The reader must be sent to one of `rows`: (None, row) is a row of the original, (k,
    None) row k of `new`."""
    start: int
    end: int
    new: list
    rows: list
    wanted: str = ''   # the right name or word that the report has to offer
    category: str = ''
    note: str = ''


def last_row(node):
    if isinstance(node, yaml.ScalarNode) or node.flow_style or not node.value:
        return node.end_mark.line - (1 if node.end_mark.column == 0 and node.end_mark.line > node.start_mark.line else 0)
    final = node.value[-1]
    return last_row(final[1] if isinstance(final, tuple) else final)


class Document:
    def __init__(self, text, name):
        self.name = name
        self.lines = text.rstrip('\n').split('\n')
        self.root = yaml.compose(text)
        self.data = yaml.safe_load(text)
        self.entries = []
        self._walk(self.root, ())
        self.by_path = {e.path: e for e in self.entries}

    def _walk(self, node, path):
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                row, column = key.start_mark.line, key.start_mark.column
                here = path + (key.value,)
                before = self.lines[row][:column]
                self.entries.append(Entry(here, key.value, value, row, max(row, last_row(value)), column,
                                          before.strip() != '', len(node.value), bool(node.flow_style)))
                self._walk(value, here)
        elif isinstance(node, yaml.SequenceNode):
            for i, value in enumerate(node.value):
                self._walk(value, path + (i,))

    def at(self, path):
        """What the path names in the document's data, or None."""
        value = self.data
        for step in path:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def applied(self, edits):
        """The text with the edits made, and for each edit the rows (from 1) that its report may name."""
        edits = sorted(edits, key=lambda e: e.start)
        out, places, at = [], [], 0
        shift_at = []  # (row of the original, shift from there on)
        for e in edits:
            out += self.lines[at:e.start]
            places.append(len(out))
            out += e.new
            at = e.end
            shift_at.append((e.end, len(out) - at))
        out += self.lines[at:]

        def moved(row):
            shift = 0
            for start, amount in shift_at:
                if row >= start:
                    shift = amount
            return row + shift

        rows = []
        for e, place in zip(edits, places):
            rows.append({place + k + 1 if k is not None else moved(row) + 1 for k, row in e.rows})
        return '\n'.join(out) + '\n', edits, rows
