# SPDX-License-Identifier: Apache-2.0
"""The mistakes users make, made mechanically: each function takes a good Application and yields Edits that spoil it."""
import re

from document import Edit
from schemas import STRUCTURE, declared_names, owner_of, plain_type


def row(r):
    return None, r


def new(k):
    return k, None


def structural(path):
    """The names beside the last key of a path when the Application itself declares them, else an empty set."""
    if len(path) == 1:
        return STRUCTURE['application']
    if len(path) == 2 and path[0] == 'spec':
        return STRUCTURE['spec']
    owner = owner_of(path)
    if owner and len(owner[2]) == 1:
        return STRUCTURE[owner[0]]
    return set()


def names_beside(doc, schemas, entry):
    return structural(entry.path) or declared_names(schemas.at(doc, entry.path)[0])


def line_with(doc, entry, text):
    """The entry's row with the value replaced; for one whose value is on the key's row."""
    start, end = entry.value.start_mark.column, entry.value.end_mark.column
    old = doc.lines[entry.first]
    return old[:start] + text + old[end:]


def key_with(doc, entry, key):
    old = doc.lines[entry.first]
    return old[:entry.column] + key + old[entry.column + len(entry.key):]


def value_rows(doc, entry, text):
    """The entry with another value on the key's row, whatever rows the old one took."""
    old = doc.lines[entry.first]
    return [old[:entry.column] + entry.key + ': ' + text]


def misspellings(key):
    if len(key) < 4:
        return
    for i in range(1, len(key) - 2):
        if key[i] != key[i + 1]:
            yield key[:i] + key[i + 1] + key[i] + key[i + 2:]
            break
    yield key[:len(key) // 2] + key[len(key) // 2 + 1:]
    yield key[:-1] + key[-1] * 2
    if key[0].islower() and len(key) > 5:
        yield key[0].upper() + key[1:]


def typo_in_key(doc, schemas):
    for e in doc.entries:
        if e.flow or e.path in (('apiVersion',), ('kind',)):
            continue
        names = names_beside(doc, schemas, e)
        if e.key not in names:
            continue
        for wrong in misspellings(e.key):
            if wrong not in names:
                yield Edit(e.first, e.first + 1, [key_with(doc, e, wrong)], [new(0)], e.key, note=f'{e.key} -> {wrong}')


WRONG = {
    'integer': ['eighty', '"8"', '[1]', '{a: 1}', 'true', '1.5'],
    'number': ['much', '[1]'],
    'boolean': ['"true"', '3', 'maybe', '[true]'],
    'string': ['12', 'true', '[a, b]', '{a: b}', '1.5'],
    'array': ['one', '3', '{a: b}'],
    'object': ['one', '3', '[a, b]', 'true'],
}


def wrong_type(doc, schemas):
    for e in doc.entries:
        if e.flow:
            continue
        kind = plain_type(schemas.at(doc, e.path)[1])
        for text in WRONG.get(kind, []):
            yield Edit(e.first, e.last + 1, value_rows(doc, e, text), [new(0)], note=f'{e.key}: {text} for {kind}')


STRUCTURE_TYPES = {'components': 'array', 'policies': 'array', 'traits': 'array', 'steps': 'array', 'dependsOn': 'array',
                   'properties': 'object', 'metadata': 'object', 'spec': 'object', 'workflow': 'object', 'name': 'string',
                   'type': 'string', 'inputs': 'array', 'outputs': 'array'}


def wrong_kind_of_structure(doc, schemas):
    for e in doc.entries:
        owner = owner_of(e.path)
        inside = owner is not None and len(owner[2]) == 1
        if e.flow or not (inside or len(e.path) <= 2 or e.path == ('spec', 'workflow', 'steps')):
            continue
        for text in WRONG.get(STRUCTURE_TYPES.get(e.key), []):
            yield Edit(e.first, e.last + 1, value_rows(doc, e, text), [new(0)], note=f'{e.key}: {text}')


def without(doc, e):
    """(start, end, rows) that take an entry out; None when its map would be gone with it or it is in braces."""
    if e.flow or e.count < 2:
        return None
    if not e.in_element:
        return e.first, e.last + 1, []
    following = e.last + 1
    if following >= len(doc.lines) or len(doc.lines[following]) <= e.column:
        return None
    dash = doc.lines[e.first][:e.column]
    return e.first, following + 1, [dash + doc.lines[following][e.column:]]


def missing_required(doc, schemas):
    for e in doc.entries:
        parent = doc.by_path.get(e.path[:-1])
        schema = schemas.at(doc, e.path)[0]
        needed = schema is not None and e.key in schema.get('required', [])
        owner = owner_of(e.path)
        if owner and len(owner[2]) == 1:
            needed = e.key == 'type' or e.key == 'name' and owner[0] == 'component'
        if e.path in (('kind',), ('apiVersion',), ('metadata',), ('spec',), ('metadata', 'name')):
            needed = True
        cut = without(doc, e) if needed else None
        if cut is None:
            if needed and not e.flow and e.count == 1 and parent and not isinstance(e.path[-2], int):
                yield Edit(e.first, e.last + 1, [], [row(parent.first)], e.key, note=f'no {e.key}')
            continue
        start, end, rows = cut
        places = [row(parent.first)] if parent else [row(i) for i in range(0, 3)]
        if isinstance(e.path[-2] if len(e.path) > 1 else None, int) and not e.in_element:
            places = [row(element_row(doc, e))]
        if e.in_element:
            places = [new(0)]
        yield Edit(start, end, rows, places, e.key, note=f'no {e.key}')


def element_row(doc, e):
    return min(x.first for x in doc.entries if x.path[:-1] == e.path[:-1])


def empty_value(doc, schemas):
    for e in doc.entries:
        schema, own = schemas.at(doc, e.path)
        if e.flow or not e.inline or plain_type(own) is None or e.key not in (schema or {}).get('required', []):
            continue
        yield Edit(e.first, e.first + 1, [doc.lines[e.first][:e.column] + e.key + ':'], [new(0)], note=f'{e.key} is empty')


def bad_enum(doc, schemas):
    for e in doc.entries:
        own = schemas.at(doc, e.path)[1]
        choices = [c for c in (own or {}).get('enum', []) if isinstance(c, str) and c]
        if e.flow or not choices or plain_type(own) is None:
            continue
        value = doc.at(e.path)
        if value in choices and len(value) > 3:
            wrong = value[:-1] if value[:-1] not in choices else value + 'x'
            yield Edit(e.first, e.first + 1, [line_with(doc, e, wrong)], [new(0)], value, note=f'{e.key}: {wrong}')
            lower = value.lower()
            if lower not in choices:
                yield Edit(e.first, e.first + 1, [line_with(doc, e, lower)], [new(0)], value, note=f'{e.key}: {lower}')
        yield Edit(e.first, e.first + 1, [line_with(doc, e, 'sometimes')], [new(0)], note=f'{e.key}: sometimes')


def out_of_range(doc, schemas):
    for e in doc.entries:
        own = schemas.at(doc, e.path)[1] or {}
        if e.flow or not e.inline or plain_type(own) not in ('integer', 'number'):
            continue
        if 'maximum' in own:
            yield Edit(e.first, e.first + 1, [line_with(doc, e, str(own['maximum'] + 4465))], [new(0)], note=e.key + ' too large')
        if 'minimum' in own:
            yield Edit(e.first, e.first + 1, [line_with(doc, e, str(own['minimum'] - 1))], [new(0)], note=e.key + ' too small')


QUANTITIES = {'cpu', 'memory', 'storage', 'ephemeral-storage'}


def bad_quantity(doc, schemas):
    for e in doc.entries:
        own = schemas.at(doc, e.path)[1]
        if e.flow or not e.inline or e.key not in QUANTITIES or own is None:
            continue
        if plain_type(own) not in ('string', None):
            continue
        for wrong in ('64MB', '"100 Mi"', '2cores', '1,5', '1gi'):
            yield Edit(e.first, e.first + 1, [line_with(doc, e, wrong)], [new(0)], note=f'{e.key}: {wrong}')


def bad_duration(doc, schemas):
    for e in doc.entries:
        owner = owner_of(e.path)
        if owner and owner[0] == 'step' and owner[2] == ('type',) and not e.flow and not e.in_element:
            pad = ' ' * e.column
            yield Edit(e.first + 1, e.first + 1, [pad + 'timeout: 10 minutes'], [new(0)], note='timeout: 10 minutes')


def wrong_nesting(doc, schemas):
    for e in doc.entries:
        owner = owner_of(e.path)
        if e.flow or owner is None:
            continue
        if len(owner[2]) == 2 and owner[2][0] == 'properties' and not e.in_element and e.count > 1:
            # A parameter beside `properties` instead of below it.
            props = doc.by_path[e.path[:-1]]
            by = e.column - props.column
            moved = [l[by:] for l in doc.lines[e.first:e.last + 1]]
            if e.key in STRUCTURE[owner[0]] or props.in_element or by <= 0:
                continue
            rest = doc.lines[props.first:e.first] + doc.lines[e.last + 1:props.last + 1]
            yield Edit(props.first, props.last + 1, moved + rest, [new(0)], note=f'{e.key} beside properties')
        if owner[2] == ('traits',) and not e.in_element:
            # `traits` below `properties`.
            props = doc.by_path.get(e.path[:-1] + ('properties',))
            if props is None or props.first > e.first or props.flow or not props.value.value or props.last == props.first:
                continue
            moved = ['  ' + l for l in doc.lines[e.first:e.last + 1]]
            yield Edit(e.first, e.last + 1, moved, [new(0)], note='traits below properties')
    spec = doc.by_path.get(('spec',))
    for e in doc.entries:
        if len(e.path) == 2 and e.path[0] == 'spec' and e.key in ('policies', 'workflow') and not e.flow:
            moved = [l[e.column:] for l in doc.lines[e.first:e.last + 1]]
            if e.last == spec.last:
                yield Edit(e.first, e.last + 1, moved, [new(0)], note=f'{e.key} beside spec')


def no_properties(doc, schemas):
    """The parameters stand where `properties` should be."""
    for e in doc.entries:
        owner = owner_of(e.path)
        if owner and owner[2] == ('properties',) and not e.in_element and not e.flow and e.first < e.last:
            below = [x for x in doc.entries if x.path[:-1] == e.path]
            names = {x.key for x in below}
            if not below or names & STRUCTURE[owner[0]]:
                continue
            by = below[0].column - e.column
            rows = [l[by:] for l in doc.lines[e.first + 1:e.last + 1]]
            places = [new(x.first - e.first - 1) for x in below]
            yield Edit(e.first, e.last + 1, rows, places, note='properties: left out')


def wrong_indentation(doc, schemas):
    for e in doc.entries:
        if e.flow or e.in_element or e.count < 2 or e.column == 0:
            continue
        first = min(x.first for x in doc.entries if x.path[:-1] == e.path[:-1])
        if e.first == first:
            continue
        line = doc.lines[e.first]
        yield Edit(e.first, e.first + 1, [' ' + line], [new(0), row(e.first - 1)], note=f'{e.key} one to the right')
        yield Edit(e.first, e.first + 1, [line[1:]], [new(0), row(e.first - 1)], note=f'{e.key} one to the left')


def tab(doc, schemas):
    for e in doc.entries:
        if not e.in_element and e.column > 0 and not e.flow:
            line = doc.lines[e.first]
            yield Edit(e.first, e.first + 1, ['\t' + line.lstrip()], [new(0)], note=f'tab before {e.key}')


def duplicate_key(doc, schemas):
    for e in doc.entries:
        if e.flow or e.in_element or not e.inline:
            continue
        line = doc.lines[e.first]
        yield Edit(e.first + 1, e.first + 1, [line], [new(0), row(e.first)], note=f'{e.key} twice')


def unknown_type(doc, schemas):
    for e in doc.entries:
        owner = owner_of(e.path)
        if owner is None or owner[2] != ('type',) or e.flow or not e.inline:
            continue
        name = e.value.value
        if (owner[0], name) not in schemas.of:
            continue
        for wrong in list(misspellings(name))[:2]:
            if wrong not in schemas.types(owner[0]):
                yield Edit(e.first, e.first + 1, [line_with(doc, e, wrong)], [new(0)], name, note=f'{owner[0]} type {wrong}')
        yield Edit(e.first, e.first + 1, [line_with(doc, e, 'no-such-thing')], [new(0)], note=f'{owner[0]} type no-such-thing')


def wrong_version_or_kind(doc, schemas):
    version, kind = doc.by_path[('apiVersion',)], doc.by_path[('kind',)]
    for wrong in ('core.oam.dev/v1beta2', 'v1beta1', 'core.oam.dev', 'oam.dev/v1beta1', 'core.oam.dev/v1'):
        yield Edit(version.first, version.first + 1, [line_with(doc, version, wrong)], [new(0)], 'core.oam.dev/v1beta1', note=wrong)
    for wrong in ('Aplication', 'application', 'App', 'Deployment'):
        yield Edit(kind.first, kind.first + 1, [line_with(doc, kind, wrong)], [new(0)],
                   'Application' if wrong[0] in 'Aa' else '', note='kind ' + wrong)


def bad_reference(doc, schemas):
    components = doc.at(('spec', 'components')) or []
    for e in doc.entries:
        owner = owner_of(e.path)
        if owner is None or e.flow:
            continue
        pad = ' ' * e.column
        if owner[0] in ('component', 'step') and owner[2] == ('type',) and not e.in_element:
            if 'dependsOn' not in (doc.at(owner[1]) or {}):
                yield Edit(e.first + 1, e.first + 1, [pad + 'dependsOn: [nobody]'], [new(0)], note=f'{owner[0]} depends on nobody')
                yield Edit(e.first + 1, e.first + 1, [pad + 'dependsOn:', pad + '- nobody'], [new(1)], note='depends on nobody')
            if 'inputs' not in (doc.at(owner[1]) or {}):
                yield Edit(e.first + 1, e.first + 1, [pad + 'inputs:', pad + '- from: nothing-gives-this', pad + '  parameterKey: image'],
                           [new(1)], note='input from nothing')
        if owner[0] == 'step' and e.key == 'policies' and doc.at(owner[1] + ('type',)) == 'deploy' and e.inline:
            yield Edit(e.first, e.first + 1, value_rows(doc, e, '[no-such-policy]'), [new(0)], note='policy that is not there')
        if owner[0] == 'step' and e.key == 'component' and doc.at(owner[1] + ('type',)) == 'apply-component' and e.inline:
            yield Edit(e.first, e.first + 1, value_rows(doc, e, 'nobody'), [new(0)], note='component that is not there')
    if len(components) > 1:
        a, b = (doc.by_path.get(('spec', 'components', i, 'name')) for i in (0, 1))
        if a and b and not b.flow:
            yield Edit(b.first, b.first + 1, [line_with(doc, b, str(components[0]['name']))], [new(0), row(a.first)], note='two of a name')


def bad_data_passing(doc, schemas):
    for e in doc.entries:
        owner = owner_of(e.path)
        if owner is None or owner[0] not in ('component', 'step') or owner[2] != ('type',) or e.flow or e.in_element:
            continue
        pad, given = ' ' * e.column, doc.at(owner[1]) or {}
        if 'inputs' not in given:
            yield Edit(e.first + 1, e.first + 1, [pad + 'inputs:', pad + '- form: x', pad + '  parameterKey: image'], [new(1)], 'from',
                       note='input with form:')
            yield Edit(e.first + 1, e.first + 1, [pad + 'inputs:', pad + '- parameterKey: image'], [new(1)], 'from', note='input without from')
            yield Edit(e.first + 1, e.first + 1, [pad + 'inputs:', pad + '  from: x'], [new(0), new(1)], note='inputs as a map')
        if 'outputs' not in given:
            yield Edit(e.first + 1, e.first + 1, [pad + 'outputs:', pad + '- valueFrom: output.metadata.name'], [new(1)], 'name',
                       note='output without a name')
            yield Edit(e.first + 1, e.first + 1, [pad + 'outputs:', pad + '- name: x', pad + '  valuefrom: output.metadata.name'],
                       [new(2)], 'valueFrom', note='valuefrom')
            yield Edit(e.first + 1, e.first + 1, [pad + 'outputs:', pad + '- name: x', pad + '  valueFrom: "output.status +"'],
                       [new(2)], note='valueFrom that is no expression')


def syntax(doc, schemas):
    for e in doc.entries:
        line = doc.lines[e.first]
        if e.flow or not e.inline or not e.scalar or e.value.style in ('|', '>'):
            continue
        value = line[e.value.start_mark.column:e.value.end_mark.column]
        yield Edit(e.first, e.first + 1, [line[:e.column] + e.key + ' ' + value], [new(0)], note=f'{e.key}: without its colon')
        yield Edit(e.first, e.first + 1, [line[:e.column] + e.key + ':' + value.strip('"\'')], [new(0)], note=f'{e.key}: without a space')
        if not value.startswith(('"', "'")):
            yield Edit(e.first, e.first + 1, [line_with(doc, e, '"' + value)], [new(0)], note=f'{e.key}: a quote that stays open')
            yield Edit(e.first, e.first + 1, [line_with(doc, e, '[' + value)], [new(0)], note=f'{e.key}: a bracket that stays open')
            yield Edit(e.first, e.first + 1, [line_with(doc, e, '@' + value)], [new(0)], note=f'{e.key}: @')
            yield Edit(e.first, e.first + 1, [line_with(doc, e, value + ': ' + value)], [new(0)], note=f'{e.key}: two colons')


def list_without_dash(doc, schemas):
    for e in doc.entries:
        if e.in_element and not e.flow and isinstance(e.path[-2], int) and len(doc.at(e.path[:-2]) or []) == 1:
            line = doc.lines[e.first]
            at = line.rindex('-', 0, e.column)
            parent = doc.by_path.get(e.path[:-2])
            own = schemas.at(doc, e.path[:-2])[1]
            known = plain_type(own) == 'array' or parent is not None and parent.key in ('components', 'traits', 'policies', 'steps')
            if not known or parent.column > at:
                continue
            rows = [line[:at] + ' ' + line[at + 1:]] + doc.lines[e.first + 1:parent.last + 1]
            if parent.column == at and len(rows) != parent.last - e.first + 1:
                continue
            yield Edit(e.first, parent.last + 1, rows, [new(0), row(parent.first)], note=f'{parent.key} without its dash')


def bad_name(doc, schemas):
    e = doc.by_path[('metadata', 'name')]
    for wrong in ('My_App', 'web app', '"-web"', 'Web'):
        if not e.flow and e.inline:
            yield Edit(e.first, e.first + 1, [line_with(doc, e, wrong)], [new(0)], note='name ' + wrong)


# Those of SYNTAX leave no document to look for further faults in; the others can be put together.
SYNTAX = [wrong_indentation, tab, syntax]
MEANING = [typo_in_key, wrong_type, wrong_kind_of_structure, missing_required, empty_value, bad_enum, out_of_range, bad_quantity,
           bad_duration, wrong_nesting, no_properties, duplicate_key, unknown_type, wrong_version_or_kind, bad_reference,
           bad_data_passing, list_without_dash, bad_name]


def all_of(doc, schemas, makers):
    for maker in makers:
        for edit in maker(doc, schemas):
            edit.category = maker.__name__
            if not re.search(r'\S', ''.join(edit.new)) and edit.new:
                continue
            yield edit
