#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the generated schemas against standard validators.

  run.py --bin BIN [--kubevela DIR] [--gold FILE] [--list N]

1. The OpenAPI v3 schema of every shipped definition (and of those in DIR, KubeVela's) is one, by openapi-schema-validator.
2. The JSON Schema of every shipped definition is one, and the parameters of every example fit it.
3. `puppis schema application` is a JSON Schema (draft 7, by jsonschema), takes every example Application and refuses spoilt
   ones (those of tests/mistakes whose fault a schema can express).
4. Where FILE holds KubeVela's own schemas, each that differs has its reason in DIFFERENCES.md.
"""
import argparse, glob, json, os, random, re, subprocess, sys  # noqa: E401

import jsonschema
import yaml
from openapi_schema_validator import OAS30Validator

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, 'tests', 'mistakes'))
import mistakes  # noqa: E402
from document import Document  # noqa: E402
from schemas import Schemas  # noqa: E402

FOLDERS = {'components': 'component', 'traits': 'trait', 'policies': 'policy', 'workflow-steps': 'workflow-step'}
KINDS = {'ComponentDefinition': 'component', 'TraitDefinition': 'trait', 'PolicyDefinition': 'policy',
         'WorkflowStepDefinition': 'workflow-step'}
# Mistakes that are about the shape of the document alone. Cases per kind, and the share that must be refused.
OF_SHAPE = [mistakes.typo_in_key, mistakes.wrong_type, mistakes.wrong_kind_of_structure, mistakes.missing_required,
            mistakes.bad_enum, mistakes.out_of_range, mistakes.bad_quantity, mistakes.unknown_type, mistakes.no_properties]
PER_KIND, LEAST_REFUSED = 60, 98.0


class Run:
    def __init__(self, binary, listed):
        self.binary, self.listed, self.failures = binary, listed, 0

    def schema(self, *args):
        done = subprocess.run([self.binary, 'schema', *args], capture_output=True, text=True)
        if done.returncode:
            self.fail(f'schema {" ".join(args)}: {done.stderr.strip()[:300]}')
            return None
        return json.loads(done.stdout)

    def fail(self, text):
        self.failures += 1
        if self.failures <= self.listed:
            print('FAILED', text)

    def valid_openapi(self, name, schema):
        try:
            OAS30Validator.check_schema(schema)
            return True
        except Exception as e:
            self.fail(f'{name}: no OpenAPI v3 schema: {str(e)[:300]}')
            return False

    def shipped(self):
        out = {}
        for folder, kind in FOLDERS.items():
            for path in sorted(glob.glob(os.path.join(ROOT, 'definitions', folder, '*.cue'))):
                name = os.path.basename(path)[:-4]
                schema = self.schema(name, '-t', kind)
                if schema is not None and self.valid_openapi(f'{kind} {name}', schema):
                    out[kind, name] = schema
        return out


def kubevela(run, folder):
    """(kind, name) to schema of the definitions in a folder, each read alone, as it would be registered."""
    out = {}
    for path in sorted(glob.glob(os.path.join(folder, '**', '*.yaml'), recursive=True)):
        for document in yaml.safe_load_all(open(path, encoding='utf-8')):
            kind = KINDS.get((document or {}).get('kind', ''))
            if kind is None:
                continue
            name = document['metadata']['name']
            schema = run.schema(name, '-t', kind, '-d', path)
            if schema is not None and run.valid_openapi(f"KubeVela's {kind} {name}", schema):
                out[kind, name] = schema
    return out


def users(application):
    """(kind, type, properties) of everything in an Application."""
    spec = application.get('spec', {})
    for component in spec.get('components', []):
        yield 'component', component['type'], component.get('properties')
        for trait in component.get('traits', []):
            yield 'trait', trait['type'], trait.get('properties')
    for policy in spec.get('policies', []):
        yield 'policy', policy['type'], policy.get('properties')
    steps = spec.get('workflow', {}).get('steps', [])
    for step in steps + [sub for step in steps for sub in step.get('subSteps', [])]:
        brought = {i.get('parameterKey', '').split('.')[0] for i in step.get('inputs', [])}
        if not brought:
            yield 'workflow-step', step['type'], step.get('properties')


def examples():
    for path in sorted(glob.glob(os.path.join(ROOT, 'definitions', '*', '*.example.yaml'))
                       + glob.glob(os.path.join(ROOT, 'examples', '**', '*.yaml'), recursive=True)):
        for document in yaml.safe_load_all(open(path, encoding='utf-8')):
            if isinstance(document, dict) and document.get('kind') == 'Application':
                yield os.path.relpath(path, ROOT), document


def check_parameters(run, schemas):
    """The OpenAPI form lists as required, as KubeVela's does, what has a default too; the JSON Schema does not."""
    count, validators = 0, {}
    for path, application in examples():
        for kind, name, properties in users(application):
            if (kind, name) not in schemas or not properties:
                continue
            count += 1
            if (kind, name) not in validators:
                schema = run.schema(name, '-t', kind, '--form', 'json-schema')
                jsonschema.Draft7Validator.check_schema(schema)
                validators[kind, name] = jsonschema.Draft7Validator(schema)
            for error in list(validators[kind, name].iter_errors(properties))[:1]:
                run.fail(f'{path}: parameters of {kind} {name}: {error.message[:200]}')
    return count


def check_application_schema(run):
    schema = run.schema('application')
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    taken = 0
    for path, application in examples():
        errors = list(validator.iter_errors(application))
        taken += not errors
        if errors:
            worst = jsonschema.exceptions.best_match(errors)
            run.fail(f'{path}: refused by the schema of Applications: {worst.json_path}: {worst.message[:200]}')
    refused = made = 0
    rng, known, missed = random.Random(1), Schemas(schema), []
    documents = [Document(open(os.path.join(ROOT, path), encoding='utf-8').read(), path) for path, _ in examples()
                 if path.startswith('definitions')]
    for maker in OF_SHAPE:
        pool = [(doc, edit) for doc in documents for edit in maker(doc, known)]
        for doc, edit in rng.sample(pool, min(PER_KIND, len(pool))):
            text, _, _ = doc.applied([edit])
            try:
                application = yaml.safe_load(text)
            except yaml.YAMLError:
                continue
            made += 1
            if validator.is_valid(application):
                missed.append(f'{maker.__name__} ({edit.note}) in {doc.name}')
            else:
                refused += 1
    for text in missed[:run.listed]:
        print('not refused:', text)
    if 100.0 * refused < LEAST_REFUSED * made:
        run.fail(f'only {refused} of {made} spoilt Applications are refused')
    return taken, refused, made


def comparable(schema):
    """Without what depends on nothing but the generator's order: lists of names are sorted."""
    if isinstance(schema, dict):
        return {k: sorted(v) if k == 'required' else comparable(v) for k, v in schema.items()}
    if isinstance(schema, list):
        return [comparable(v) for v in schema]
    return schema


def check_gold(run, schemas, path):
    reasons = set(re.findall(r'^\| `([^`]+)` \|', open(os.path.join(HERE, 'DIFFERENCES.md'), encoding='utf-8').read(), re.M))
    equal, differ = 0, []
    for line in open(path, encoding='utf-8'):
        gold = json.loads(line)
        name = gold['name']
        ours = schemas.get((KINDS.get(gold['kind']), name))
        if ours is None or 'schema' not in gold:  # KubeVela's generator fails on some
            continue
        if comparable(gold['schema']) == comparable(ours):
            equal += 1
        else:
            differ.append(name)
    for name in sorted(set(differ) - reasons):
        run.fail(f'the schema of {name} differs from KubeVela\'s and DIFFERENCES.md says not why')
    for name in sorted(reasons - set(differ)):
        run.fail(f'DIFFERENCES.md lists {name}, whose schema is equal')
    return equal, differ


def main():
    ap = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    ap.add_argument('--bin', required=True)
    ap.add_argument('--kubevela')
    ap.add_argument('--gold')
    ap.add_argument('--list', type=int, default=20)
    a = ap.parse_args()
    run = Run(os.path.realpath(a.bin), a.list)
    shipped = run.shipped()
    print(f'{len(shipped)} schemas of shipped definitions are valid OpenAPI v3')
    print(f'{check_parameters(run, shipped)} sets of example parameters were held against them')
    taken, refused, made = check_application_schema(run)
    print(f'the schema of Applications takes {taken} examples and refuses {refused} of {made} spoilt ones')
    if a.kubevela:
        theirs = kubevela(run, a.kubevela)
        print(f"{len(theirs)} schemas of KubeVela's definitions are valid OpenAPI v3")
        if a.gold:
            equal, differ = check_gold(run, theirs, a.gold)
            print(f"{equal} of them equal KubeVela's own, {len(differ)} differ: {' '.join(sorted(differ))}")
    return 1 if run.failures else 0


if __name__ == '__main__':
    sys.exit(main())
