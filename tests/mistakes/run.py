#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Spoils good Applications in the ways users do and judges what `puppis dry-run` says of each.

  run.py [--bin BIN] [--per-category N] [--combined N] [--seed N] [--list N] [--only CATEGORY] [--apps DIR] [--keep DIR]

A report is one block of the output with a place. A case is told rightly when a report names the row of each of its faults,
says what was expected and what was found (of a text that is no YAML: what is wrong), offers the right name where the
fault is a misspelt one, and nothing says only "incomplete value". Exits with 1 below the marks of MARKS.
"""
import argparse, collections, concurrent.futures, glob, json, os, random, re, subprocess, sys, tempfile  # noqa: E401

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import mistakes  # noqa: E402
from document import Document  # noqa: E402
from schemas import Schemas  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Shares, in per cent: faults whose row is named, reports that name the row of a fault, reports with what was expected
# and found, misspelt names for which the right one is offered. Cases in all.
MARKS = {'faults told at their row': 95, 'reports at the row of a fault': 95, 'reports with expected and found': 95,
         'right names offered': 95}
LEAST_CASES = 300
HEAD = re.compile(r'^(?:(?P<file>[^\s:]+):)?(?:(?P<row>\d+):)?(?:(?P<column>\d+):)? ?(?P<level>error|warning): (?P<text>.*)$')


def good_documents(folders):
    out = []
    for pattern in folders:
        for path in sorted(glob.glob(pattern)):
            text = open(path, encoding='utf-8').read()
            if '\n---' in text or '\t' in text:
                continue
            try:
                doc = Document(text, os.path.relpath(path, ROOT))
            except Exception:
                continue
            if isinstance(doc.data, dict) and doc.data.get('kind') == 'Application':
                out.append(doc)
    return out


def run(binary, text, folder):
    path = os.path.join(folder, 'app.yaml')
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text)
    done = subprocess.run([binary, 'dry-run', '--offline', '-f', 'app.yaml'], cwd=folder, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stderr


def reports_of(text):
    out = []
    for line in text.split('\n'):
        found = HEAD.match(line)
        if found:
            out.append(found)
    return out


class Case:
    def __init__(self, doc, edits):
        self.doc = doc
        self.text, self.edits, self.rows = doc.applied(edits)
        self.name = f'{doc.name}: ' + '; '.join(f'{e.category} ({e.note})' for e in self.edits)

    def judge(self, code, err):
        """Counts by mark: (reached, of)."""
        self.reports = reports_of(err)
        self.problems = []
        rows = [int(r['row'] or 0) for r in self.reports]
        all_rows = set().union(*self.rows)
        syntactic = any(e.category in {m.__name__ for m in mistakes.SYNTAX} for e in self.edits)
        score = {'faults told at their row': [0, 0], 'reports at the row of a fault': [0, 0],
                 'reports with expected and found': [0, 0], 'right names offered': [0, 0]}

        def count(mark, good, problem):
            score[mark][0] += bool(good)
            score[mark][1] += 1
            if not good:
                self.problems.append(problem)

        if code < 0 or code >= 70:
            self.problems.append(f'exit code {code}')
        for edit, allowed in zip(self.edits, self.rows):
            here = [r for r, at in zip(self.reports, rows) if at in allowed]
            count('faults told at their row', here, f'nothing said of row {sorted(allowed)}')
            if edit.wanted and here and edit.category in ('typo_in_key', 'unknown_type', 'bad_enum', 'wrong_version_or_kind'):
                offered = any(edit.wanted in r['text'] for r in here)
                count('right names offered', offered, f'"{edit.wanted}" is not offered')
        for r, at in zip(self.reports, rows):
            count('reports at the row of a fault', at in all_rows, f'says of row {at}: {r["text"][:160]}')
            told = 'expected' in r['text'] and 'found' in r['text']
            count('reports with expected and found', told or syntactic, f'no expected and found: {r["text"][:160]}')
            if re.search(r'incomplete value', r['text']):
                self.problems.append('says "incomplete value"')
        return score


def sample(docs, schemas, binary, a):
    rng = random.Random(a.seed)
    pools = collections.defaultdict(list)
    for doc in docs:
        for edit in mistakes.all_of(doc, schemas, mistakes.SYNTAX + mistakes.MEANING):
            pools[edit.category].append((doc, edit))
    cases = []
    for category in sorted(pools):
        if a.only and category != a.only:
            continue
        pool = pools[category]
        cases += [Case(doc, [edit]) for doc, edit in rng.sample(pool, min(a.per_category, len(pool)))]
    if not a.only:
        cases += combined(docs, schemas, rng, a.combined)
    return cases


def combined(docs, schemas, rng, wanted):
    """Documents with two or three faults that do not touch."""
    out = []
    # Left out: faults that hide others by their nature, as one in the type of what the others are in.
    makers = [m for m in mistakes.MEANING if m.__name__ in ('typo_in_key', 'wrong_type', 'bad_enum', 'out_of_range', 'missing_required',
                                                            'bad_reference', 'bad_quantity', 'bad_name', 'bad_data_passing')]
    while len(out) < wanted:
        doc = rng.choice(docs)
        edits = list(mistakes.all_of(doc, schemas, makers))
        rng.shuffle(edits)
        chosen = []
        for edit in edits:
            if all(apart(edit, other) for other in chosen):
                chosen.append(edit)
            if len(chosen) == 3:
                break
        count = min(len(chosen), rng.choice((2, 2, 3)))
        if count > 1:
            out.append(Case(doc, chosen[:count]))
    return out


def apart(a, b):
    """Neither touches the rows of the other, nor the rows that lead to it."""
    spans = [range(e.start - 1, e.end + 1) for e in (a, b)]
    if max(spans[0].start, spans[1].start) < min(spans[0].stop, spans[1].stop):
        return False
    at = [{r for _, r in e.rows if r is not None} for e in (a, b)]
    if a.category == b.category == 'missing_required' and at[0] & at[1]:
        return False
    return not any(r in spans[1] for r in at[0]) and not any(r in spans[0] for r in at[1])


def main():
    ap = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    ap.add_argument('--bin', default=os.environ.get('PUPPIS_BIN', os.path.join(ROOT, 'build', 'release', 'puppis')))
    ap.add_argument('--per-category', type=int, default=24)
    ap.add_argument('--combined', type=int, default=60)
    ap.add_argument('--seed', type=int, default=1)
    ap.add_argument('--list', type=int, default=12)
    ap.add_argument('--only')
    ap.add_argument('--apps', default='')
    ap.add_argument('--keep', help='writes the cases, with what was said, into this folder')
    a = ap.parse_args()
    binary = os.path.realpath(a.bin)
    schema = json.loads(subprocess.run([binary, 'schema', 'application'], capture_output=True, text=True, check=True).stdout)
    schemas = Schemas(schema)
    folders = [os.path.join(ROOT, 'definitions', '*', '*.example.yaml'), os.path.join(ROOT, 'examples', '**', '*.yaml')]
    if a.apps:
        folders.append(os.path.join(a.apps, '*.yaml'))
    with tempfile.TemporaryDirectory() as folder:
        docs = [d for d in good_documents(folders) if good(binary, d, folder)]
        cases = sample(docs, schemas, binary, a)

        def one(case):
            with tempfile.TemporaryDirectory(dir=folder) as own:
                return run(binary, case.text, own)

        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            results = list(pool.map(one, cases))
    return summary(cases, results, len(docs), a)


def good(binary, doc, folder):
    """Whether the unspoilt document renders without a word."""
    code, err = run(binary, '\n'.join(doc.lines) + '\n', folder)
    return code == 0 and not err.strip()


def summary(cases, results, documents, a):
    total = collections.defaultdict(lambda: [0, 0])
    categories = collections.defaultdict(lambda: [0, 0])
    shown = incomplete = 0
    for number, (case, (code, err)) in enumerate(zip(cases, results)):
        for mark, (good_, of) in case.judge(code, err).items():
            total[mark][0] += good_
            total[mark][1] += of
        category = case.edits[0].category if len(case.edits) == 1 else 'combined'
        categories[category][0] += not case.problems
        categories[category][1] += 1
        incomplete += any('incomplete value' in p for p in case.problems)
        if case.problems and shown < a.list:
            shown += 1
            print(f'-- {number} {case.name}\n   ' + '\n   '.join(case.problems))
        if a.keep:
            os.makedirs(a.keep, exist_ok=True)
            with open(os.path.join(a.keep, f'{number:04}{"-bad" if case.problems else ""}-{category}.txt'), 'w', encoding='utf-8') as f:
                numbered = ''.join(f'{i:3} {l}\n' for i, l in enumerate(case.text.split('\n'), 1))
                f.write(f'{case.name}\nrows {case.rows}\n' + '\n'.join(case.problems) + f'\n\n{numbered}\nexit {code}\n{err}')
    for category, (good_, of) in sorted(categories.items()):
        print(f'{category:26} {good_:4} of {of:4} without any flaw')
    print(f'{len(cases)} cases from {documents} Applications')
    failed = len(cases) < LEAST_CASES and not a.only or incomplete > 0
    if incomplete:
        print(f'{incomplete} say only "incomplete value"')
    for mark, least in MARKS.items():
        reached, of = total[mark]
        share = 100.0 * reached / of if of else 100.0
        failed = failed or share < least
        print(f'{mark}: {reached} of {of}, {share:.1f} % (at least {least})')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
