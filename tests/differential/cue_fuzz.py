#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Generates CUE programs from a grammar and a seed, gives each to our engine and to the Go implementation (both as
servers that read programs from standard input), and reports every difference in the exported JSON or in the class of
the error.

usage: cue_fuzz.py --oracle PROGRAM --engine PROGRAM [--seed N] [--count N] [--save FILE] [--show N]
Replay one: cue_fuzz.py --print --seed N"""
import argparse, json, os, random, select, subprocess, sys
from decimal import Decimal


class Gen:
    """One program. Names keep a rough type, so that most references make sense."""

    def __init__(self, seed):
        self.r = random.Random(seed)
        self.imports = set()
        self.budget = self.r.randint(8, 45)
        self.fresh = 0
        # Scopes from the outside in: name -> type.
        self.scopes = [{}]

    def pick(self, *xs):
        return self.r.choice(xs)

    def chance(self, p):
        return self.r.random() < p

    def name(self):
        """Mostly a name that this scope does not have yet: fields given twice often conflict."""
        for _ in range(4):
            n = self.pick("a", "b", "c", "d", "e", "f", "g", "x", "y", "z")
            if n not in self.scopes[-1] or self.chance(0.08):
                break
        return n

    def refs(self, kind=None):
        out = []
        for scope in self.scopes:
            for n, t in scope.items():
                if kind is None or t == kind or t == "any":
                    out.append(n)
        return out

    # ---- expressions, each roughly of a type

    def int_lit(self):
        return self.pick("0", "1", "2", "3", "5", "10", "-1", "-7", "100", "1_000", "0x1F", "2K", "12345678901234567890")

    def num(self, d=0):
        self.budget -= 1
        if d > 3 or self.budget < 0 or self.chance(0.35):
            refs = self.refs("num")
            if refs and self.chance(0.6):
                return self.r.choice(refs)
            return self.int_lit() if self.chance(0.75) else self.pick("1.5", "0.1", "2.0", "1e3", "-0.5", "1.50")
        k = self.r.randint(0, 12)
        if k == 9:
            return "(%s)[%s]" % (self.lst(d + 1), self.pick("0", "1", self.num(d + 2)))
        if k == 10:
            return self.number_call(d)
        if k == 11:
            return self.pick("-(%s)", "+(%s)") % self.num(d + 1)
        if k == 12:
            return self.pick("170141183460469231731687303715884105727", "0.1e-30", "123456789.987654321", "1e400", "1.5Gi", "0b101",
                             "0o17", "1_0.5", "99999999999999999999999999999999999999")
        if k == 0:
            return "%s + %s" % (self.num(d + 1), self.num(d + 1))
        if k == 1:
            return "%s - (%s)" % (self.num(d + 1), self.num(d + 1))
        if k == 2:
            return "(%s) * (%s)" % (self.num(d + 1), self.num(d + 1))
        if k == 3:
            return "(%s) / (%s)" % (self.num(d + 1), self.pick("2", "3", "4", "7", "10", "0.5", "0"))
        if k == 4:
            return "%s((%s), %s)" % (self.pick("div", "mod", "quo", "rem"), self.num(d + 1), self.pick("2", "3", "-3", "7"))
        if k == 5:
            return "len(%s)" % (self.pick(self.lst(d + 1), self.string(d + 1), self.struct(d + 1)))
        if k == 6:
            return "(%s & %s)" % (self.num(d + 1), self.pick("int", "number", ">0", "<=10", ">=0 & <100", "!=3", "int & >1", "uint8"))
        if k == 7:
            return "((%s) | *%s)" % (self.num(d + 1), self.int_lit())
        self.imports.add("math")
        return "math.%s(%s)" % (self.pick("Floor", "Ceil", "Abs", "Round"), self.num(d + 1))

    def use(self, package):
        self.imports.add(package)
        return package.split("/")[-1]

    def number_call(self, d):
        """A call of a standard package that gives a number."""
        k = self.r.randint(0, 7)
        if k == 0:
            return "%s.%s(%s)" % (self.use("list"), self.pick("Sum", "Max", "Min", "Avg", "Product"), self.numbers(d + 1))
        if k == 1:
            return "%s.%s(%s, %s)" % (self.use("strings"), self.pick("Index", "Count", "LastIndex", "Compare"), self.string(d + 1), self.string(d + 1))
        if k == 2:
            return "%s.%s(%s)" % (self.use("strconv"), self.pick("Atoi", "ParseNumber"), self.pick('"12"', '"-3"', '"1.5"', '"x"', self.string(d + 1)))
        if k == 3:
            return "%s.%s(%s, %s)" % (self.use("math"), self.pick("Pow", "Dim", "Copysign"), self.num(d + 2), self.pick("2", "3", "-1", "0.5"))
        if k == 4:
            return "%s.%s(%s)" % (self.use("math"), self.pick("Trunc", "RoundToEven", "Sqrt", "Cbrt"), self.num(d + 1))
        if k == 5:
            return "%s.%s(%s, %s)" % (self.use("math/bits"), self.pick("And", "Or", "Xor", "Clear", "Lsh", "Rsh"), self.pick("6", "255", "-3", "1"), self.pick("3", "1", "0"))
        if k == 6:
            return "%s.Unmarshal(%s)" % (self.use("encoding/json"), self.pick('"12"', '"1.50"', '"1e3"', "json.Marshal(%s)" % self.num(d + 1)))
        return "%s.%s(%s)" % (self.use("math"), self.pick("Signbit", "MultipleOf", "Log10", "Exp2"), self.pick("4", "1", "100"))

    def numbers(self, d):
        return "[%s]" % ", ".join(self.num(d + 1) for _ in range(self.r.randint(0, 3)))

    def string_call(self, d):
        """A call of a standard package that gives a string."""
        k = self.r.randint(0, 11)
        if k == 0:
            return "%s.%s(%s, %s)" % (self.use("strings"), self.pick("Trim", "TrimPrefix", "TrimSuffix", "TrimLeft", "TrimRight"), self.string(d + 1), self.pick('"a"', '"fo"', '" "', '"o"'))
        if k == 1:
            return "%s.Replace(%s, %s, %s, %s)" % (self.use("strings"), self.string(d + 1), self.pick('"o"', '"a"', '""'), self.pick('"x"', '""'), self.pick("-1", "1", "0"))
        if k == 2:
            return "%s.SliceRunes(%s, 0, %s)" % (self.use("strings"), self.string(d + 1), self.pick("1", "2", "0", "9"))
        if k == 3:
            return "%s.%s(%s)" % (self.use("encoding/yaml"), self.pick("Marshal", "MarshalStream"), self.pick(self.lst(d + 1), self.struct(d + 1)))
        if k == 4:
            return "%s.Encode(null, %s)" % (self.use("encoding/base64"), self.pick(self.string(d + 1), self.byt(d + 1)))
        if k == 5:
            return '%s.%s(%s)' % (self.use("encoding/hex"), "Encode", self.byt(d + 1))
        if k == 6:
            return '%s.ReplaceAll(%s, %s, %s)' % (self.use("regexp"), self.pick('"o+"', '"[a-b]"', '"(.)(.)"'), self.string(d + 1), self.pick('"x"', '"$1"', '"${2}y"'))
        if k == 7:
            return "%s.Quote(%s)" % (self.use("strconv"), self.string(d + 1))
        if k == 8:
            return "%s.Join([%s, %s], %s)" % (self.use("path"), self.string(d + 1), self.string(d + 1), self.pick("path.Unix", "path.Unix", '"windows"'))
        if k == 9:
            return "%s.%s(%s, path.Unix)" % (self.use("path"), self.pick("Base", "Dir", "Ext", "Clean"), self.pick('"/a/b.c"', '"a"', '""', '"../x/"'))
        if k == 10:
            return "%s.Repeat(%s, %s)" % (self.use("strings"), self.string(d + 1), self.pick("0", "2", "3"))
        return "%s.FormatFloat(%s, %s, %s, 64)" % (self.use("strconv"), self.num(d + 1), self.pick("102", "101", "103"), self.pick("2", "-1", "0"))

    def byt(self, d=0):
        return self.pick("'ab'", "'\\x41\\n'", "'\\(%s)'" % self.string(d + 2), "'日'", "'a' + 'b'", "'abc'[0:2]", "''")

    def string(self, d=0):
        self.budget -= 1
        if d > 3 or self.budget < 0 or self.chance(0.4):
            refs = self.refs("str")
            if refs and self.chance(0.6):
                return self.r.choice(refs)
            return self.pick('""', '"a"', '"foo"', '"b c"', '"日本"', '"x\\ny"', '#"r\\n"#', '"A-B"', '"1"')
        k = self.r.randint(0, 11)
        if k in (8, 9):
            return self.string_call(d)
        if k == 10:
            return '"""\n    m\\(%s)\n      n\n    """' % self.pick(self.num(d + 2), self.string(d + 2))
        if k == 11:
            return self.pick('#"a\\n\\#(%s)"#' % self.num(d + 2), '"%s" * 2' % self.pick("a", "ab"), '"\\u0041\\t"')
        if k == 0:
            return "%s + %s" % (self.string(d + 1), self.string(d + 1))
        if k == 1:
            return '"p\\(%s)q"' % self.pick(self.num(d + 2), self.string(d + 2))
        if k == 2:
            return "(%s & %s)" % (self.string(d + 1), self.pick("string", '=~"^[a-z]*$"', '!="foo"', '!~"x"', '>"a"'))
        if k == 3:
            return "((%s) | *(%s))" % (self.string(d + 1), self.string(d + 2))
        if k == 4:
            self.imports.add("strings")
            return "strings.%s(%s)" % (self.pick("ToUpper", "ToLower", "TrimSpace", "ToTitle"), self.string(d + 1))
        if k == 5:
            self.imports.add("strings")
            return 'strings.Join([%s, %s], "-")' % (self.string(d + 1), self.string(d + 1))
        if k == 6:
            self.imports.add("strconv")
            return "strconv.FormatInt(%s, 10)" % self.pick("1", "42", "len(%s)" % self.lst(d + 2))
        self.imports.add("encoding/json")
        return "json.Marshal(%s)" % self.pick(self.num(d + 1), self.lst(d + 1), self.struct(d + 1))

    def boolean(self, d=0):
        self.budget -= 1
        if d > 3 or self.budget < 0 or self.chance(0.2):
            refs = self.refs("bool")
            if refs and self.chance(0.5):
                return self.r.choice(refs)
            return self.pick("true", "false")
        k = self.r.randint(0, 10)
        if k == 8:
            return "(%s) %s (%s)" % (self.any(d + 1), self.pick("==", "!="), self.any(d + 1))
        if k == 9:
            return "%s.%s(%s, %s)" % (self.use("strings"), self.pick("Contains", "HasPrefix", "HasSuffix", "ContainsAny"), self.string(d + 1), self.string(d + 1))
        if k == 10:
            return self.pick("%s.Contains(%s, %s)" % (self.use("list"), self.lst(d + 1), self.any(d + 1)),
                             '%s.Match("^a|o$", %s)' % (self.use("regexp"), self.string(d + 1)),
                             "%s.IsSortedStrings(%s)" % (self.use("list"), self.lst(d + 1)))
        if k == 0:
            return "(%s) %s (%s)" % (self.num(d + 1), self.pick("==", "!=", "<", "<=", ">", ">="), self.num(d + 1))
        if k == 1:
            return "(%s) %s (%s)" % (self.string(d + 1), self.pick("==", "!=", "<", ">"), self.string(d + 1))
        if k == 2:
            return "(%s) %s (%s)" % (self.boolean(d + 1), self.pick("&&", "||"), self.boolean(d + 1))
        if k == 3:
            return "!(%s)" % self.boolean(d + 1)
        if k == 4:
            return "(%s) =~ %s" % (self.string(d + 1), self.pick('"^a"', '"o+"', '"."'))
        if k in (5, 6):
            return "%s %s _|_" % (self.path(), self.pick("!=", "=="))
        return "(%s) == (%s)" % (self.lst(d + 1), self.lst(d + 1))

    def path(self):
        refs = self.refs()
        if not refs:
            return self.pick("null", "1", '"s"')
        p = self.r.choice(refs)
        for _ in range(self.r.randint(0, 2)):
            p += self.pick("." + self.name(), "." + self.name(), "[0]", '["%s"]' % self.name())
        return p

    def lst(self, d=0):
        self.budget -= 1
        refs = self.refs("list")
        if refs and self.chance(0.35):
            return self.r.choice(refs)
        if d > 3 or self.budget < 0:
            return self.pick("[]", "[1, 2]", '["a"]', "[1, ...]", "[...int]")
        k = self.r.randint(0, 12)
        if k == 8:
            return "(%s)[%s:%s]" % (self.lst(d + 1), self.pick("0", "1", ""), self.pick("1", "2", ""))
        if k == 9:
            return self.pick("%s.Take(%s, 1)", "%s.Drop(%s, 1)", "%s.Slice(%s, 0, 1)", "%s.Concat([%s, [1]])", "%s.SortStrings(%s)",
                             "%s.Sort(%s, list.Ascending)", "%s.Sort(%s, {x: _, y: _, less: x > y})") % (self.use("list"), self.lst(d + 1))
        if k == 10:
            return self.pick('%s.Split(%s, "o")' % (self.use("strings"), self.string(d + 1)), "%s.Fields(%s)" % (self.use("strings"), self.string(d + 1)),
                             "%s.Runes(%s)" % (self.use("strings"), self.string(d + 1)),
                             '%s.FindAll("[a-z]", %s, -1)' % (self.use("regexp"), self.string(d + 1)))
        if k == 11:
            return "[%s, ...{%s: %s}]" % (self.struct(d + 1), self.name(), self.typ(d + 1))
        if k == 12:
            a, b = self.lst(d + 1), self.lst(d + 1)
            self.scopes.append({"v": "any", "w": "any"})
            body = self.pick("{%s: [v, w]}" % self.name(), "[v, w]", "w", "{p: v, q: w}")
            self.scopes.pop()
            return "[for v in %s for w in %s {%s}]" % (a, b, body)
        if k == 0:
            var = self.pick("v", "w")
            src = self.pick(self.lst(d + 1), self.lst(d + 1), self.struct(d + 1))
            self.scopes.append({var: "any"})
            body = self.pick(var, "{%s: %s}" % (self.name(), var), self.num(d + 2))
            cond = " if %s" % self.boolean(d + 2) if self.chance(0.3) else ""
            self.scopes.pop()
            return "[for %s in %s%s {%s}]" % (var, src, cond, body)
        if k == 1:
            return "[if %s {%s}, %s]" % (self.boolean(d + 1), self.num(d + 1), self.num(d + 1))
        if k == 2:
            self.imports.add("list")
            return self.pick("list.Concat([%s, %s])" % (self.lst(d + 1), self.lst(d + 1)), "list.Repeat(%s, 2)" % self.lst(d + 1),
                             "list.Reverse(%s)" % self.lst(d + 1), "list.Range(0, %s, 1)" % self.pick("3", "0", "5"), "list.FlattenN(%s, 1)" % self.lst(d + 1))
        if k == 3:
            return "%s & %s" % (self.lst(d + 1), self.pick("[...]", "[...int]", "[...number]", "[_, ...]", "[...{...}]"))
        if k == 4:
            return "[%s, ...%s]" % (self.any(d + 1), self.pick("int", "string", "_"))
        if k == 5:
            self.imports.add("list")
            return "(%s & list.%s)" % (self.lst(d + 1), self.pick("MinItems(1)", "MaxItems(2)", "UniqueItems()"))
        return "[%s]" % ", ".join(self.any(d + 1) for _ in range(self.r.randint(0, 3)))

    def struct(self, d=0):
        self.budget -= 1
        refs = self.refs("struct")
        if refs and self.chance(0.3):
            return self.r.choice(refs)
        if d > 3 or self.budget < 0:
            return self.pick("{}", "{a: 1}", "{...}", "{a: int}", "close({a: 1})")
        k = self.r.randint(0, 13)
        if k == 10:
            return "(%s | %s%s)" % (self.struct(d + 1), self.pick("*", ""), self.struct(d + 1))
        if k == 11:
            return "(%s | %s) & %s" % (self.struct(d + 1), self.struct(d + 1), self.struct(d + 1))
        if k == 12:
            n, m = self.name(), self.name()
            return self.pick('{kind: "a", %s: int} | {kind: "b", %s: string}' % (n, m), '*{kind: "a", %s: 1} | {kind: "b", %s: "s"}' % (n, m),
                             '({kind: *"a" | "b"} & {kind: "b", %s: %s})' % (n, self.any(d + 1)),
                             '({%s: *1 | int, %s?: string} & {%s: %s})' % (n, m, self.pick(n, m), self.any(d + 1)))
        if k == 13:
            return "%s.Unmarshal(%s)" % (self.use(self.pick("encoding/json", "encoding/yaml")), self.pick('"{\\"a\\": 1, \\"b\\": [1.0, null]}"', '"{}"', '"[1"'))
        if k == 0:
            return "%s & %s" % (self.struct(d + 1), self.struct(d + 1))
        if k == 1:
            return "close(%s)" % self.struct(d + 1)
        if k == 2:
            return "((%s) | *(%s))" % (self.struct(d + 1), self.struct(d + 1))
        if k == 3 and self.refs("def"):
            return "%s & %s" % (self.r.choice(self.refs("def")), self.struct(d + 1))
        if k == 4 and self.refs("def"):
            return self.r.choice(self.refs("def"))
        return "{%s}" % self.decls(d + 1, self.r.randint(0, 4))

    def typ(self, d=0):
        k = self.r.randint(0, 12)
        if k == 10:
            return self.pick('%s.MinRunes(2)' % self.use("strings"), "%s.MaxRunes(2)" % self.use("strings"), "%s.MaxItems(1)" % self.use("list"),
                             "%s.MinFields(1)" % self.use("struct"), "%s.MaxFields(1)" % self.use("struct"), "%s.MultipleOf(2)" % self.use("math"),
                             '%s.Validate(%s)' % (self.use("encoding/json"), self.pick("int", "{...}", "string")), "%s.UniqueItems()" % self.use("list"),
                             '%s.Time' % self.use("time"), '%s.Duration' % self.use("time"), "%s.IPv4" % self.use("net"))
        if k == 11:
            return self.pick("matchN(1, [int, string])", "matchN(>0, [>1, <5])", "matchN(0, [null, bool])", 'matchIf(int, >1, "a")',
                             'or(["a", "b"])', "or([1, 2, 3])", "and([int, >0])", "or([])", "int | error(\"no\")")
        if k == 12:
            return self.pick("*(*1 | 2) | 3", "(*1 | 2) & (1 | *2)", '*"a" | (*"b" | "c")', "(int | *1) & (number | *2)", "*[1] | [...int]",
                             "*{a: 1} | {a: int, ...}", "{[string]: int}", "[int, ...string]", ">1 & <1", ">=1 & <=1", "int & >0 & <2", "!=null", "<\"m\"")
        if k < 4:
            return self.pick("int", "string", "bool", "number", "_", "[...]", "{...}", "null", "float", "bytes")
        if k == 4:
            return self.pick(">0", "<10", ">=1 & <=5", '=~"^a"', "!=1", "uint8", "int32", '!=""')
        if k == 5:
            return "*%s | %s" % (self.int_lit(), self.pick("int", "number", "string"))
        if k == 6:
            return '*"a" | "b" | "c"'
        if k == 7:
            return '"a" | "b"'
        if k == 8:
            return "*%s | null" % self.pick("1", '"s"', "true")
        return self.pick("string | int", "*true | bool", "[...int] | *[]", "int | *0 | string")

    def any(self, d=0):
        k = self.r.randint(0, 11)
        if k < 3:
            return self.num(d)
        if k < 5:
            return self.string(d)
        if k == 5:
            return self.boolean(d)
        if k == 6:
            return self.lst(d)
        if k in (7, 8):
            return self.struct(d)
        if k == 9:
            return self.typ(d) if self.chance(0.3) else self.num(d)
        if k == 10:
            return self.path()
        return self.pick("null", "'by'", self.int_lit(), self.int_lit(), '"s"')

    def value(self, d):
        """An expression and the type its name gets."""
        k = self.r.randint(0, 13)
        if k < 3:
            return self.num(d), "num"
        if k < 5:
            return self.string(d), "str"
        if k == 5:
            return self.boolean(d), "bool"
        if k in (6, 7):
            return self.lst(d), "list"
        if k in (8, 9, 10):
            return self.struct(d), "struct"
        if k == 11:
            t = self.typ(d)
            if self.chance(0.6):
                return "(%s) & %s" % (t, self.pick("1", "3", '"a"', "true", "null", "[1]", "{a: 1}", "1.5", '"zz"')), "any"
            kind = "num" if ("int" in t or "number" in t) and "string" not in t else "str" if '"' in t or "string" in t else "any"
            return t, kind
        return self.any(d), "any"

    def decls(self, d, n):
        scope = {}
        self.scopes.append(scope)
        out = []
        for _ in range(n):
            out.append(self.decl(d, scope))
        self.scopes.pop()
        return ", ".join(out)

    def decl(self, d, scope):
        self.budget -= 1
        k = self.r.randint(0, 40)
        n = self.name()
        if k >= 36 and d < 2:
            return self.gadget(d, n, scope)
        if k == 30:
            scope["A" + n] = "any"
            return "A%s=%s: %s" % (n, n, self.struct(d + 1))
        if k == 31:
            return '[N=%s]: {%s: N}' % (self.pick("string", '(=~"^[a-e]")', '"x" | "y"'), self.name())
        if k == 32 and d < 3:
            scope["_#P" + n] = "def"
            return "_#P%s: {%s}" % (n, self.decls(d + 1, self.r.randint(1, 3)))
        if k == 33:
            return "%s: %s" % (n, self.byt(d))
        if k == 34 and self.refs("def"):
            return "%s: %s & {%s}" % (n, self.r.choice(self.refs("def")), self.decls(d + 1, self.r.randint(0, 2)))
        if k == 35:
            self.scopes.append({"k": "any", "v": "any", "u": "any"})
            cond = self.boolean(d + 2)
            body = self.pick('"\\(u)": v', '"\\(k)": u', "%s: %s: u" % (n, self.name()))
            self.scopes.pop()
            return "for k, v in %s let u = %s if %s {%s}" % (self.struct(d + 1), self.pick("v", "k", '"z\\(k)"'), cond, body)
        if k == 0:
            return "%s?: %s" % (n, self.typ(d))
        if k == 1 and self.chance(0.3):
            return "%s!: %s" % (n, self.typ(d))
        if k == 2:
            return "[%s]: %s" % (self.pick("string", '=~"^[a-c]"', '!="x"', '"a" | "b"'), self.typ(d))
        if k == 3:
            v, t = self.value(d + 1)
            scope["_h" + n] = t
            return "_h%s: %s" % (n, v)
        if k == 4 and d < 3:
            scope["#D" + n] = "def"
            return "#D%s: {%s}" % (n, self.decls(d + 1, self.r.randint(1, 3)))
        if k in (5, 6, 7):
            cond = self.boolean(d + 1)
            return "if %s {%s}" % (cond, self.decls(d + 1, self.r.randint(1, 2)))
        if k == 8:
            key, var = self.pick(("k", "v"), ("i", "w"))
            src = self.pick(self.struct(d + 1), self.lst(d + 1))
            self.scopes.append({key: "any", var: "any"})
            body = self.pick('"\\(%s)x": %s' % (key, var), '"n\\(%s)": {q: %s}' % (key, var), "%s: %s" % (n, var))
            self.scopes.pop()
            return "for %s, %s in %s {%s}" % (key, var, src, body)
        if k == 9:
            v, t = self.value(d + 1)
            self.fresh += 1
            let = "L%d" % self.fresh
            scope[let] = scope[n] = t
            use = {"num": "%s + 1", "str": '%s + "l"', "list": "[for q in %s {q}]", "struct": "%s & {}"}.get(t, "%s") if self.chance(0.5) else "%s"
            return "let %s = %s, %s: %s" % (let, v, n, use % let)
        if k == 10:
            return "(%s): %s" % (self.string(d + 2), self.any(d + 1))
        if k == 11:
            return '"\\(%s)k": %s' % (self.pick(self.num(d + 2), self.string(d + 2)), self.any(d + 1))
        if k == 12:
            return self.pick("...", self.struct(d + 1))
        if k == 13 and self.refs("def"):
            return self.r.choice(self.refs("def"))
        if k == 14:
            return "%s: %s: %s" % (n, self.name(), self.any(d + 1))
        v, t = self.value(d + 1)
        scope[n] = t if n not in scope or scope[n] == t else "any"
        return "%s: %s" % (n, v)

    def gadget(self, d, n, scope):
        """A small arrangement that random choice would seldom make: cycles, recursion, closedness."""
        m, o = self.name(), self.name()
        v, t = self.value(d + 1)
        i = self.pick("1", "2", "5")
        scope[n] = "any"
        return self.pick(
            # reference and arithmetic cycles
            lambda: "%s: {x: y, y: x, %s: x}" % (n, m),
            lambda: "%s: {x: y + 1, y: x - 1, %s}" % (n, self.pick("x: %s" % i, "y: %s" % i, "")),
            lambda: "%s: {x: y, y: z, z: x, %s: %s}" % (n, self.pick("x", "z"), v),
            lambda: "%s: {x: {a: y.b, b: 1}, y: {a: x.b, b: x.a}}" % n,
            lambda: "%s: {x: *1 | int, if x > %s {x: 3}}" % (n, i),
            lambda: "%s: {x: {if y.p != _|_ {q: 1}}, y: {if x.q %s _|_ {p: 1}}}" % (n, self.pick("!=", "==")),
            # structural cycles and recursion
            lambda: "%s: {#L: {v: int, next?: #L}, a: #L & {v: 1, next: v: %s}}" % (n, self.pick("2", '"s"', "a.v")),
            lambda: "%s: {#T: {v: int, kids: [...#T]}, a: #T & {v: 1, kids: [{v: 2, kids: []}, {v: %s}]}}" % (n, i),
            lambda: "%s: {#N: null | {v: int, n: #N}, a: #N & {v: 1, n: %s}}" % (n, self.pick("null", "{v: 2, n: null}", "_", "{v: 2}")),
            lambda: "%s: {#R: {f: #R}, b: %s}" % (n, self.pick("1", "#R", "_")),
            lambda: "%s: {#F: {in: int, if in > 0 {next: (#F & {in: %s}).out}, out: *(next + in) | int}, r: (#F & {in: 0}).out}" % (n, self.pick("0", "1")),
            lambda: '%s: {a: {b: %s, c: b}, d: a & {b: %s}, e: d.c}' % (n, v, self.any(d + 1)),
            # closedness
            lambda: "%s: {#A: {a: int}, #B: {b: int}, c: {#A, #B, %s} & {a: 1, b: 2%s}}" % (n, self.pick("", "c?: int"), self.pick("", ", c: 3")),
            lambda: "%s: {#A: {a: int, ...}, x: #A & {%s: 1, a: 2}}" % (n, m),
            lambda: "%s: {#A: {a: {b: int}}, x: #A & {a: {%s: 1}}}" % (n, m),
            lambda: "%s: {#A: {[=~\"^[a-c]\"]: int}, x: #A & {%s: 1}}" % (n, m),
            lambda: "%s: {#A: {a?: int} | {b?: string}, x: #A & {%s: %s}}" % (n, self.pick("a", "b", "c"), self.any(d + 1)),
            lambda: "%s: {#A: {#B, a: 1}, #B: {b: int, a?: int}, x: #A, x: %s: 2}" % (n, self.pick("a", "b", "c")),
            lambda: "%s: {let C = close({a: int}), x: C & {%s: 1}, y: close({C, %s: 2})}" % (n, m, o),
            lambda: "%s: {#A: {for k in [\"a\", \"b\"] {(k): int}}, x: #A & {%s: 1}}" % (n, m),
            lambda: "%s: {#A: {if true {a: int}, if false {b: int}}, x: #A & {%s: 1}}" % (n, m),
            lambda: "%s: {[string]: {v: int, w: *v | int}, %s: v: %s, %s: w: 7}" % (n, m, i, o),
            # required and optional fields
            lambda: "%s: {a!: int, b?: string} & {%s: %s}" % (n, self.pick("a", "b"), v),
            lambda: "%s: {a?: int, if a != _|_ {b: a}, %s}" % (n, self.pick("a: 1", "", 'a: "s"')),
            lambda: "%s: {x: {a?: int}, y: x & {a: %s}, z: [for k, v in y {k}]}" % (n, i),
            # disjunctions
            lambda: "%s: {x: *{a: 1} | {b: 2}, y: x.%s, z: x & {%s: 3}}" % (n, self.pick("a", "b"), self.pick("a", "b", "c")),
            lambda: '%s: {x: "a" | "b" | *"c", y: x & ("a" | "b"), z: [x, y]}' % n,
            lambda: "%s: {x: *1 | 2, y: *2 | 1, z: x & y, w: x + y}" % n,
            lambda: "%s: {x: {a: *1 | int} | {a: string, b: *2 | int}, y: x & {a: %s}}" % (n, self.any(d + 1)),
            lambda: "%s: (%s) | (%s) | *(%s)" % (n, v, self.any(d + 1), self.any(d + 1)),
            # scopes, aliases, lets
            lambda: "%s: {let x = %s, let y = [x, x], a: y, b: {let x = 1, c: x}}" % (n, v),
            lambda: "%s: X={a: 1, b: X.a, c: {d: X.b}}" % n,
            lambda: "%s: {a: {#p: int, r: #p + 1}, b: a & {#p: %s}, c: b.r}" % (n, i),
            lambda: "%s: {_x: %s, y: {_x: 2, z: _x}, w: _x}" % (n, v),
            lambda: "%s: {a: b: c: %s, a: {b: {d: c}}, e: a.b.d}" % (n, v),
            lambda: '%s: {(%s): 1, "\\(%s)": 2}' % (n, self.string(d + 2), self.string(d + 2)),
            lambda: "%s: {%s, #h: %s}" % (n, self.pick("1", '"s"', "[1, 2]", "null"), v),
            lambda: '%s: {f: {#in: _, out: "<\\(#in)>"}, r: [for q in %s {(f & {#in: q}).out}]}' % (n, self.pick("[1, 2]", '["a"]', self.lst(d + 1))),
            lambda: "%s: {a: [1, 2, 3], b: [for i, x in a if i > 0 {x + a[i-1]}], c: a[%s]}" % (n, i),
            lambda: "%s: {a: [{x: 1}, {x: 2}], b: a & [{y: %s}, ...], c: [...{x: int, z: *x | int}] & a}" % (n, v),
        )()

    def program(self):
        scope = self.scopes[0]
        lines = []
        for _ in range(self.r.randint(2, 9)):
            lines.append(self.decl(0, scope).replace(", ...", ",..."))
        # A bare struct at the top is an embedding, which is fine; ellipses are not what is tested there.
        lines = [l for l in lines if l != "..."]
        used = "\n".join(lines)
        imports = "".join('import "%s"\n' % i for i in sorted(self.imports) if i.split("/")[-1] + "." in used)
        return imports + used + "\n"


def program(seed):
    return Gen(seed).program()


def parse(text):
    """The value of a JSON text; the text itself when it is none (NaN, Infinity)."""
    try:
        return read(text)
    except ValueError:
        return text


def read(text):
    return json.loads(text, parse_float=Decimal, parse_int=Decimal, object_pairs_hook=lambda pairs: pairs)


class Server:
    """A program that answers one line for each line. When it dies, that program's answer is a crash, and it is started
    again."""

    def __init__(self, command):
        self.command = command.split()
        self.start()

    def start(self):
        self.p = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.rest = b""

    def line(self, seconds=20):
        """The next line; nothing when the program is dead or does not answer."""
        while b"\n" not in self.rest:
            ready, _, _ = select.select([self.p.stdout], [], [], seconds)
            data = os.read(self.p.stdout.fileno(), 1 << 16) if ready else b""
            if not data:
                if not ready:
                    self.p.kill()
                return None
            self.rest += data
        line, self.rest = self.rest.split(b"\n", 1)
        return line

    def ask(self, sources):
        answers = []
        while len(answers) < len(sources):
            try:
                self.p.stdin.write("".join(json.dumps({"id": i, "src": s}) + "\n" for i, s in enumerate(sources[len(answers):])).encode())
                self.p.stdin.flush()
            except BrokenPipeError:
                pass
            while len(answers) < len(sources):
                line = self.line()
                if line is None:
                    answers.append({"ok": False, "class": "crash", "msg": "the program died or hung: %s" % self.p.wait()})
                    self.start()
                    break
                answers.append(json.loads(line))
        return answers


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--oracle")
    ap.add_argument("--engine")
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--count", type=int, default=1000)
    ap.add_argument("--show", type=int, default=20)
    ap.add_argument("--save")
    ap.add_argument("--print", action="store_true")
    a = ap.parse_args()
    if a.print:
        print(program(a.seed), end="")
        return 0
    oracle, engine = Server(a.oracle), Server(a.engine)
    counts = {"programs": 0, "exported": 0, "equal": 0}
    differences = []
    step = 50
    for start in range(a.seed, a.seed + a.count, step):
        seeds = list(range(start, min(start + step, a.seed + a.count)))
        sources = [program(s) for s in seeds]
        for seed, src, want, got in zip(seeds, sources, oracle.ask(sources), engine.ask(sources)):
            if want.get("class") in ("panic", "crash") or "%!s(PANIC" in want.get("msg", ""):
                counts["peer panics"] = counts.get("peer panics", 0) + 1
                continue
            counts["programs"] += 1
            counts["exported"] += want["ok"]
            why = None
            if want["ok"] != got["ok"]:
                why = "exports" if got["ok"] else "fails"
            elif want["ok"]:
                if want["json"] != got["json"]:
                    x, y = parse(want["json"]), parse(got["json"])
                    why = "number text" if x == y else "order" if json.dumps(x, default=str, sort_keys=True) == json.dumps(y, default=str, sort_keys=True) else "value"
            elif got["class"] == "eval":
                # It does not compile; the words for that are our own.
                why = None if want["class"].startswith("eval") else "class"
            elif want["class"] != got["class"]:
                why = "class"
            elif want.get("fields") and got.get("fields") and sorted(want["fields"]) != sorted(got["fields"]):
                why = "field"
            if why is None:
                counts["equal"] += 1
                continue
            counts[why] = counts.get(why, 0) + 1
            differences.append({"seed": seed, "why": why, "src": src, "want": want, "got": got})
    if a.save:
        with open(a.save, "w") as f:
            for d in differences:
                f.write(json.dumps(d, ensure_ascii=False) + "\n")
    for d in differences[:a.show]:
        w, g = d["want"], d["got"]
        if d["why"] == "field":
            w, g = ({"json": " ; ".join(sorted(set(x["fields"]) - set(y["fields"])))} for x, y in ((w, g), (g, w)))
        print("--- seed %d: %s\n%swant %s\ngot  %s" % (d["seed"], d["why"], d["src"], w.get("json") or w["class"] + ": " + w.get("msg", ""), g.get("json") or g.get("class", "") + ": " + g.get("msg", "")))
    print(counts)
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
