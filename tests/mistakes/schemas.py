# SPDX-License-Identifier: Apache-2.0
"""What the registered definitions allow below `properties`: finds the schema of a path of an Application."""

STRUCTURE = {
    'application': {'apiVersion', 'kind', 'metadata', 'spec'},
    'spec': {'components', 'policies', 'workflow'},
    'component': {'name', 'type', 'properties', 'dependsOn', 'inputs', 'outputs', 'traits'},
    'trait': {'type', 'properties'},
    'policy': {'name', 'type', 'properties'},
    'step': {'name', 'type', 'properties', 'if', 'timeout', 'dependsOn', 'inputs', 'outputs', 'subSteps', 'mode', 'meta'},
}
KINDS = ['component', 'trait', 'policy', 'step']


def owner_of(path):
    """(kind, path of the thing, rest) of the innermost component, trait, policy or step that a path is in; else None.
    What an override policy holds is not looked into."""
    if len(path) < 3 or path[0] != 'spec':
        return None
    if path[1] == 'components':
        if len(path) > 4 and path[3] == 'traits' and isinstance(path[4], int):
            return 'trait', path[:5], path[5:]
        return 'component', path[:3], path[3:]
    if path[1] == 'policies':
        return 'policy', path[:3], path[3:]
    if path[1] == 'workflow' and len(path) > 3 and path[2] == 'steps':
        if len(path) > 5 and path[4] == 'subSteps':
            return 'step', path[:6], path[6:]
        return 'step', path[:4], path[4:]
    return None


class Schemas:
    def __init__(self, application_schema):
        self.of = {}
        for kind in KINDS:
            for branch in application_schema['definitions'][kind].get('allOf', []):
                name = branch['if']['properties']['type']['const']
                self.of[kind, name] = branch['then']['properties']['properties']

    def types(self, kind):
        return sorted(name for k, name in self.of if k == kind)

    @staticmethod
    def step_into(schema, step):
        """The schema below a key or an index; None where there is none or several."""
        if not schema:
            return None
        if isinstance(step, int):
            return schema.get('items')
        found = [s['properties'][step] for s in [schema, *schema.get('anyOf', [])] if step in s.get('properties', {})]
        return found[0] if len(found) == 1 else None

    def at(self, document, path):
        """(schema of the map the last key is in, schema of its value) for a path below `properties`, else (None, None)."""
        owner = owner_of(path)
        if owner is None or len(owner[2]) < 2 or owner[2][0] != 'properties':
            return None, None
        kind, where, rest = owner
        schema = self.of.get((kind, document.at(where + ('type',))))
        for step in rest[1:-1]:
            schema = self.step_into(schema, step)
        return schema, self.step_into(schema, rest[-1])


def declared_names(schema):
    """The names a map declares; empty when it takes others too."""
    if not schema or 'additionalProperties' in schema and schema['additionalProperties'] is not False:
        return set()
    names = set(schema.get('properties', {}))
    for alternative in schema.get('anyOf', []):
        names |= set(alternative.get('properties', {}))
    return names


def plain_type(schema):
    """The one type a schema allows; None where several do or where alternatives decide."""
    if not schema or 'anyOf' in schema or not isinstance(schema.get('type'), str):
        return None
    return schema['type']
