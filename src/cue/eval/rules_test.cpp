// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "cue/cue.h"
#include "data/json.h"

// The rules of the language, a table each: what a program exports, or how it fails. The answers are those of
// Go CUE v0.17.1 (tests/differential/oracle gives them).

namespace puppis::cue {
namespace {

struct Rule {
  const char* program;
  /// JSON, or "incomplete" or "eval" with the classes of the regular fields that fail ("x: eval").
  const char* want;
};

std::string classOf(const Value& value) {
  return value.validate().empty() ? "incomplete" : "eval";
}

std::string answer(const std::string& text) {
  auto runtime = Runtime::make();
  auto program = runtime->compile("rule.cue", text);
  if (!program) return "does not compile";
  Session session(runtime);
  Value root = session.evaluate(*program);
  if (root.validate({.concrete = true, .final = true}).empty()) {
    const auto json = root.toJson();
    return json ? data::toJson(*json) : json.error().message();
  }
  std::string out = classOf(root);
  std::vector<std::string> failing;
  for (const FieldView& field : root.fields({.optional = false, .required = true})) {
    const bool missing = field.presence == Presence::Required;
    if (!missing && field.value.validate({.concrete = true, .final = true}).empty()) continue;
    failing.push_back(field.name() + ": " + (missing ? "incomplete" : classOf(field.value)));
  }
  std::sort(failing.begin(), failing.end());
  for (std::size_t i = 0; i < failing.size(); ++i) out += (i == 0 ? "; " : ", ") + failing[i];
  return out;
}

void check(std::initializer_list<Rule> rules) {
  for (const Rule& rule : rules) EXPECT_EQ(answer(rule.program), rule.want) << rule.program;
}

TEST(Rules, BottomComparison) {
  check({
      {"a: {s: string, b: a.s != _|_}", "incomplete; a: incomplete"},
      {R"(a: {s: string | *"x", b: a.s != _|_})", R"({"a":{"s":"x","b":true}})"},
      {"a: {x?: int, b: a.x == _|_, c: a.y == _|_}", R"({"a":{"b":true,"c":true}})"},
      {"a: [1, 2], b: a[2] == _|_, c: a[1] != _|_", R"({"a":[1,2],"b":true,"c":true})"},
      {"p: {a: 1 & 2, ok: 1}, b: p.ok == _|_", "eval; p: eval"},
      {"a: >5, b: a == _|_", "incomplete; a: incomplete"},
      {R"(a: "x" | "y", b: a != _|_)", "incomplete; a: incomplete"},
      {"a: {n: int}, b: a != _|_", "incomplete; a: incomplete"},
      {"a: [...], b: a != _|_", R"({"a":[],"b":true})"},
      {"a: _, b: a != _|_", "incomplete; a: incomplete"},
      {"if a.b != _|_ {c: 1}, a: {b: 1}", R"({"c":1,"a":{"b":1}})"},
      {"if a.b == _|_ {c: 1}, a: {}", R"({"c":1,"a":{}})"},
  });
}

TEST(Rules, Guards) {
  check({
      {"a: 1, if a == 1 {b: 2}, if b == 2 {c: 3}", "does not compile"},
      {"a: bool, if a {b: 1}", "incomplete; a: incomplete"},
      {"a?: bool, if a {b: 1}", "incomplete"},
      {"a: *true | bool, if a {b: 1}", R"({"a":true,"b":1})"},
      {R"(if x {y: 1}, x: "s")", "eval"},
      {"a: {if b.c > 1 {d: 1}, b: c: 2}", R"({"a":{"d":1,"b":{"c":2}}})"},
      {"x: {if y.p != _|_ {q: 1}}, y: {if x.q == _|_ {p: 1}}", "incomplete; x: incomplete, y: incomplete"},
      {"let v = 3, if v > 2 {a: v}", R"({"a":3})"},
  });
}

TEST(Rules, Loops) {
  check({
      {"a: [for x in [1, 2, 3] if x > 1 {x * 2}]", R"({"a":[4,6]})"},
      {R"(a: {for k, v in {b: 1, c: 2} {"\(k)x": v + 1}})", R"({"a":{"bx":2,"cx":3}})"},
      {R"x(a: [for i, x in ["p", "q"] {"\(i)\(x)"}])x", R"({"a":["0p","1q"]})"},
      {"a: [for x in [1, 2] for y in [3, 4] {x * y}]", R"({"a":[3,4,6,8]})"},
      {"a: [for x in [1, 2] let y = x + 1 {y}]", R"({"a":[2,3]})"},
      {"a: [if true {1}, if false {2}, 3]", R"({"a":[1,3]})"},
      {"#a: {x?: int, y: 1, _h: 2, #d: 3}, b: [for k, v in #a {k}]", R"({"b":["y"]})"},
      {R"(a: {for x in b {(x): 1}}, b: ["c", "d"])", R"({"a":{"c":1,"d":1},"b":["c","d"]})"},
      {"for k, v in a {b: (k): v}, a: {x: 1}, a: {y: 2}", R"({"b":{"x":1,"y":2},"a":{"x":1,"y":2}})"},
      {"a: [for x in 5 {x}]", "eval; a: eval"},
      {"a: [for x in b {x}], b: [...int]", R"({"a":[],"b":[]})"},
  });
}

TEST(Rules, Defaults) {
  check({
      {"a: *1 | int", R"({"a":1})"},
      {"a: *1 | int, b: a & 2", R"({"a":1,"b":2})"},
      {"a: *1 | int, a: *2 | int", "incomplete; a: incomplete"},
      {"a: (*1 | 2 | 3) & (1 | *2 | 3)", "incomplete; a: incomplete"},
      {"a: (*1 | 2 | 3) & (*1 | *2 | 3)", R"({"a":1})"},
      {"a: *(*1 | 2) | 3", R"({"a":1})"},
      {R"(a: (*"a" | "b") & ("b" | *"c"))", R"({"a":"b"})"},
      {"a: *{x: 1} | {x: int, y: 2}, b: a.x, c: a & {x: 2}", R"({"a":{"x":1},"b":1,"c":{"x":2,"y":2}})"},
      {R"(a: *"x" | string, b: "\(a)y")", R"({"a":"x","b":"xy"})"},
      {"a: {b: *1 | int}, c: a & {b: 3}, d: a", R"({"a":{"b":1},"c":{"b":3},"d":{"b":1}})"},
      {"a: *[1] | [...int], b: len(a)", R"({"a":[1],"b":1})"},
      {"a: [*1 | int, *2 | int], b: a[0] + a[1]", R"({"a":[1,2],"b":3})"},
      {"a: int | *b, b: 3", R"({"a":3,"b":3})"},
      {"a: *_|_ | 2", R"({"a":2})"},
      {R"(a: {x: *1 | int} | {x: string}, b: a & {x: "s"})", "incomplete; a: incomplete"},
      {"a: {x: *1 | int} | {x: string}", "incomplete; a: incomplete"},
  });
}

TEST(Rules, Disjunctions) {
  check({
      {"a: 1 | 2, b: a & 2", "incomplete; a: incomplete"},
      {"a: (1 | 2) & (2 | 3)", R"({"a":2})"},
      {"a: (1 | 2) & 3", "eval; a: eval"},
      {"a: {x: 1} | {y: 2}, b: a & {x: 1}", "incomplete; a: incomplete, b: incomplete"},
      {R"(a: {k: "p", v: int} | {k: "q", v: string}, b: a & {k: "q", v: "s"})", "incomplete; a: incomplete"},
      {R"(a: {k: "p", v: int} | {k: "q", v: string}, b: a & {k: "q", v: 1})", "eval; a: incomplete, b: eval"},
      {R"(a: string | int, a: "x")", R"({"a":"x"})"},
      {"a: null | {x: 1}, a: null", R"({"a":null})"},
      {"a: [1] | [2, 3], b: a & [_, _]", "incomplete; a: incomplete"},
      {R"(a: "x" | "x")", R"({"a":"x"})"},
      {"a: 1.0 | 1", "incomplete; a: incomplete"},
      {"a: 1e3 | *1_000", R"({"a":1000})"},
      {"a: {x: 1} | {x: 1}", R"({"a":{"x":1}})"},
      {"#N: null | {v: int, n: #N}, a: #N & {v: 1, n: {v: 2, n: null}}",
       R"({"a":{"v":1,"n":{"v":2,"n":null}}})"},
      {R"(a: int | error("no int"), a: "s")", "eval; a: eval"},
      {"a: (>=1 & <5) | 10, b: a & 3, c: a & 10, d: a & 7", "eval; a: incomplete, d: eval"},
  });
}

TEST(Rules, Bounds) {
  check({
      {"a: >=1 & <=10, b: a & 5", "incomplete; a: incomplete"},
      {"a: >=1 & <=10, a: 11", "eval; a: eval"},
      {"a: >1 & <1", "eval; a: eval"},
      {"a: >=1 & <=1", "incomplete; a: incomplete"},
      {"a: int & >0 & <2", "incomplete; a: incomplete"},
      {"a: !=1, a: 2", R"({"a":2})"},
      {"a: !=1, a: 1", "eval; a: eval"},
      {R"(a: =~"^x", a: "xy")", R"({"a":"xy"})"},
      {R"(a: =~"^x", a: "y")", "eval; a: eval"},
      {R"(a: !~"^x", a: "y")", R"({"a":"y"})"},
      {R"(a: >"a" & <"c", a: "b")", R"({"a":"b"})"},
      {"a: uint8, a: 256", "eval; a: eval"},
      {"a: int32 & >1.5, a: 2", R"({"a":2})"},
      {"a: !=null, a: null", "eval; a: eval"},
      {"a: number & >1, a: 1.5", R"({"a":1.5})"},
      {"a: >=b, b: 3, a: 4", R"({"a":4,"b":3})"},
  });
}

TEST(Rules, Closedness) {
  check({
      {"#A: {a: int}, x: #A & {b: 1}", "eval; x: eval"},
      {"#A: {a: int}, x: {#A, b: 1}", "incomplete; x: incomplete"},
      {"#A: {a: {b: int}}, x: #A & {a: c: 1}", "eval; x: eval"},
      {"#A: {a: int, ...}, x: #A & {b: 1}", "incomplete; x: incomplete"},
      {"#A: {a?: int}, #B: {b?: int}, x: #A & #B & {a: 1}", "eval; x: eval"},
      {"#A: {a?: int}, #B: {b?: int}, x: {#A, #B} & {a: 1, b: 2}", R"({"x":{"a":1,"b":2}})"},
      {"#A: {a?: int}, #B: {b?: int}, #C: {#A, #B}, x: #C & {a: 1, b: 2}", R"({"x":{"a":1,"b":2}})"},
      {"#A: {a?: int}, #B: {b?: int}, #C: {#A, #B}, x: #C & {c: 2}", "eval; x: eval"},
      {"#A: {a: int}, #B: #A & {b: 1}", "eval"},
      {"a: close({x: 1}), b: a & {y: 2}", "eval; b: eval"},
      {"a: close({x: {y: 1}}), b: a & {x: z: 2}", R"({"a":{"x":{"y":1}},"b":{"x":{"y":1,"z":2}}})"},
      {R"(#A: {[=~"^x"]: int}, a: #A & {x1: 1}, b: #A & {y: 1})", "eval; b: eval"},
      {"#A: {if true {a: int}}, x: #A & {a: 1}", R"({"x":{"a":1}})"},
      {"#A: {if false {a: int}}, x: #A & {a: 1}", "eval; x: eval"},
      {R"(#A: {for k in ["p"] {(k): int}}, x: #A & {p: 1})", R"({"x":{"p":1}})"},
      {"#A: {a: int}, x: #A, x: _h: 1, x: #d: 2", "incomplete; x: incomplete"},
      {"#A: {a: #B}, #B: {b: int}, x: #A & {a: {b: 1, c: 2}}", "eval; x: eval"},
      {"#A: [{a: int}], x: #A & [{b: 1}]", "eval; x: eval"},
      {"#A: [...{a: int}], x: #A & [{a: 1}, {b: 1}]", "eval; x: eval"},
      {"#A: {a: {...}}, x: #A & {a: b: 1}", R"({"x":{"a":{"b":1}}})"},
      {"a: {#A, b: 1}, #A: {c: 1}, d: a & {e: 1}", "eval; d: eval"},
      {"#A: {a: 1} | {b: 2}, x: #A & {c: 3}", "eval; x: eval"},
  });
}

TEST(Rules, Fields) {
  check({
      {"a?: int", "{}"},
      {"a!: int", "incomplete; a: incomplete"},
      {"a!: int, a: 1", R"({"a":1})"},
      {R"(a?: int, a: "s")", "eval; a: eval"},
      {R"(a: {b?: string}, c: a & {b: "x"})", R"({"a":{},"c":{"b":"x"}})"},
      {R"([string]: int, a: 1, b: "x")", "eval; b: eval"},
      {R"([=~"^a"]: {n: int}, ab: n: 1)", R"({"ab":{"n":1}})"},
      {"[N=string]: {name: N}, x: {}, y: z: 1", R"({"x":{"name":"x"},"y":{"name":"y","z":1}})"},
      {"[string]: {a: *1 | int}, x: {}, y: a: 2", R"({"x":{"a":1},"y":{"a":2}})"},
      {R"("a b": 1, c: "a b")", R"({"a b":1,"c":"a b"})"},
      {R"(("x" + "y"): 1)", R"({"xy":1})"},
      {R"("\(a)z": 1, a: "q")", R"({"qz":1,"a":"q"})"},
      {"(a): 1, a: string", "incomplete; a: incomplete"},
      {"a: b: c: 1, a: b: d: 2", R"({"a":{"b":{"c":1,"d":2}}})"},
      {"a: 1, a: 2", "eval; a: eval"},
      {"a: {_h: 1, b: _h}, c: a & {b: 1}", R"({"a":{"b":1},"c":{"b":1}})"},
      {"#d: 1, _h: 2, a: #d + _h", R"({"a":3})"},
      {"{1, #x: 2}", "1"},
      {R"(a: {"s", #x: 2}, b: a.#x)", R"({"a":"s","b":2})"},
  });
}

TEST(Rules, References) {
  check({
      {"a: {b: 1, c: b}, d: a & {b: 1}", R"({"a":{"b":1,"c":1},"d":{"b":1,"c":1}})"},
      {"a: {b: int, c: b + 1}, d: a & {b: 4}", "incomplete; a: incomplete"},
      {"a: {b: 1, c: {d: b}}", R"({"a":{"b":1,"c":{"d":1}}})"},
      {"a: {x: 1}, b: a.y", "incomplete; b: incomplete"},
      {"a: {x?: 1}, b: a.x", "incomplete; b: incomplete"},
      {"a: close({x: 1}), b: a.y", "eval; b: eval"},
      {"a: [1, 2], b: a[1], c: a[5]", "eval; c: eval"},
      {R"(a: {x: 1}, b: a["x"], c: "x", d: a[c])", R"({"a":{"x":1},"b":1,"c":"x","d":1})"},
      {"let x = 1, a: x, b: {let x = 2, c: x}", R"({"a":1,"b":{"c":2}})"},
      {"X=a: {b: 1}, c: X.b", R"({"a":{"b":1},"c":1})"},
      {"a: X={b: 1, c: X.b}", R"({"a":{"b":1,"c":1}})"},
      {"Y=a: 2, b: {a: 3, c: Y, d: a}", R"({"a":2,"b":{"a":3,"c":2,"d":3}})"},
      {"a: {#p: int, r: #p + 1}, b: (a & {#p: 2}).r", "incomplete; a: incomplete"},
  });
}

TEST(Rules, Cycles) {
  check({
      {"a: b, b: a", "incomplete; a: incomplete, b: incomplete"},
      {"a: b, b: a, a: 5", R"({"a":5,"b":5})"},
      {"a: b + 1, b: a - 1, a: 5", R"({"a":5,"b":4})"},
      {"a: b + 1, b: a - 1", "incomplete; a: incomplete, b: incomplete"},
      {"a: {b: a}", "eval; a: eval"},
      {"a: {b?: a}", R"({"a":{}})"},
      {"#L: {v: int, next?: #L}, a: #L & {v: 1, next: {v: 2}}", R"({"a":{"v":1,"next":{"v":2}}})"},
      {"#T: {kids: [...#T]}, a: #T & {kids: [{kids: []}]}", R"({"a":{"kids":[{"kids":[]}]}})"},
      {"a: {x: y, y: x, z: x}", "incomplete; a: incomplete"},
      {"a: {x: a.y + 1, y: 2}", R"({"a":{"x":3,"y":2}})"},
      {"a: b.c, b: {c: d, d: a}", "incomplete; a: incomplete, b: incomplete"},
      {"a: [a]", "eval; a: eval"},
      {"a: {b: c: 1, d: a.b}", R"({"a":{"b":{"c":1},"d":{"c":1}}})"},
      {"f: {n: int, out: *0 | int, if n > 0 {out: n + (f & {n: 0}).out}}, r: (f & {n: 3}).out",
       "incomplete; f: incomplete"},
  });
}

TEST(Rules, Lists) {
  check({
      {"a: [1, 2] & [int, int]", R"({"a":[1,2]})"},
      {"a: [1, 2] & [1]", "eval; a: eval"},
      {"a: [1, ...] & [1, 2, 3]", R"({"a":[1,2,3]})"},
      {R"(a: [...int] & [1, "x"])", "eval; a: eval"},
      {R"(a: [int, ...string], b: a & [1, "x", "y"])", "incomplete; a: incomplete"},
      {"a: [1, 2, 3][1:], b: [1, 2, 3][:2], c: [1, 2, 3][5:]", "eval; c: eval"},
      {"a: [1] + [2]", "eval; a: eval"},
      {"a: len([1, 2, ...])", R"({"a":2})"},
      {"a: [1, 2] == [1, 2], b: [1] == [2]", R"({"a":true,"b":false})"},
      {"a: [{x: 1}, {x: 2}], b: a & [...{y: 3}]",
       R"({"a":[{"x":1},{"x":2}],"b":[{"x":1,"y":3},{"x":2,"y":3}]})"},
      {"a: [_, 2] & [1, _]", R"({"a":[1,2]})"},
  });
}

TEST(Rules, Numbers) {
  check({
      {"a: 1 / 3, b: 4 / 2, c: 3 * 2.0, d: 1e3, e: 1.50",
       R"({"a":0.3333333333333333333333333333333333,"b":2.0,"c":6.0,"d":1E+3,"e":1.50})"},
      {"a: 7 / 0", "eval; a: eval"},
      {"a: div(-7, 2), b: mod(-7, 2), c: quo(-7, 2), d: rem(-7, 2)", R"({"a":-4,"b":1,"c":-3,"d":-1})"},
      {"a: 1 & 1.0", "eval; a: eval"},
      {"a: 1 == 1.0, b: 0.1 + 0.2", R"({"a":true,"b":0.3})"},
      {"a: 123456789012345678901234567890 + 1", R"({"a":123456789012345678901234567891})"},
      {"a: 1Ki, b: 1.5M, c: 0x1F, d: 1_000", R"({"a":1024,"b":1500000,"c":31,"d":1000})"},
      {"a: number & 1, b: float & 1", "eval; b: eval"},
      {"a: -5, b: +a, c: -a", R"({"a":-5,"b":-5,"c":5})"},
      {R"(a: 10 > 9.5, b: "a" < "b", c: 'a' < 'b')", R"({"a":true,"b":true,"c":true})"},
  });
}

TEST(Rules, Strings) {
  check({
      {R"(a: "x" + "y", b: "ab" * 2, c: 'x' + 'y')", R"({"a":"xy","b":"abab","c":"eHk="})"},
      {R"x(a: "\(1)\(true)\("s")\(1.5)")x", R"({"a":"1trues1.5"})"},
      {R"x(a: "\(null)")x", "eval; a: eval"},
      {R"x(a: "\(b)", b: string)x", "incomplete; a: incomplete, b: incomplete"},
      {R"(a: "日本", b: len(a), c: 'ab')", R"({"a":"日本","b":6,"c":"YWI="})"},
      {R"(a: """
    line
      two
    """)",
       R"({"a":"line\n  two"})"},
      {R"x(a: #"x\n\#(1)"#)x", R"({"a":"x\\n1"})"},
      {R"(a: "x" =~ "^x$", b: "x" !~ "y")", R"({"a":true,"b":true})"},
      {R"(a: "x"[0])", "eval; a: eval"},
      {"a: 'abc'[0:2]", R"({"a":"YWI="})"},
  });
}

TEST(Rules, Logic) {
  check({
      {"a: true && false, b: true || false, c: !true", R"({"a":false,"b":true,"c":false})"},
      {"a: true && x, x: bool", "incomplete; a: incomplete, x: incomplete"},
      {"a: 1 && true", "eval; a: eval"},
      {R"(a: {x: 1} == {x: 1}, b: {x: 1} == {x: 2}, c: 1 == "1")", R"({"a":true,"b":false,"c":false})"},
      {"a: null == null, b: null == 1", R"({"a":true,"b":false})"},
  });
}

TEST(Rules, Validators) {
  check({
      {R"(import "strings"
a: strings.MinRunes(2), a: "x")",
       "eval; a: eval"},
      {R"(import "strings"
a: strings.MaxRunes(2), a: "xy")",
       R"({"a":"xy"})"},
      {R"(import "list"
a: [...int] & list.MinItems(2))",
       "incomplete; a: incomplete"},
      {R"(import "list"
a: [1] & list.MinItems(2))",
       "eval; a: eval"},
      {R"(import "list"
a: [1, 2, 3] & list.MaxItems(2))",
       "eval; a: eval"},
      {R"(import "struct"
a: struct.MinFields(1), a: {})",
       "incomplete; a: incomplete"},
      {"a: matchN(1, [int, string]), a: 1", R"({"a":1})"},
      {"a: matchN(0, [int]), a: 1", "eval; a: eval"},
      {R"(a: matchIf(int, >5, "x"), a: 3)", "eval; a: eval"},
      {R"(import "time"
a: time.Duration, a: "1h")",
       R"({"a":"1h"})"},
      {R"(import "net"
a: net.IPv4, a: "1.2.3")",
       "eval; a: eval"},
      {R"(import "encoding/json"
a: json.Validate({x: int}), a: "{\"x\": 1}")",
       R"({"a":"{\"x\": 1}"})"},
  });
}

TEST(Rules, Calls) {
  check({
      {R"(a: len("x", 1))", "eval; a: eval"},
      {"a: or([1, 2]) & 2, b: and([int, >1]) & 3", R"({"a":2,"b":3})"},
      {"a: or([])", "incomplete; a: incomplete"},
      {R"x(a: error("stop: \(1 + 1)"))x", "eval; a: eval"},
      {R"(import "strings"
a: strings.Join(["x", 1], "-"))",
       "eval; a: eval"},
      {R"(import "strings"
a: strings.Join([*1 | string], "-"))",
       "incomplete; a: incomplete"},
      {R"(import "strings"
a: strings.ToUpper(b), b: string)",
       "incomplete; a: incomplete, b: incomplete"},
      {R"(import "math"
a: math.Sqrt(1e400))",
       "eval; a: eval"},
      {R"(import "encoding/json"
a: json.Marshal({x: int}))",
       "incomplete; a: incomplete"},
      {R"(import "encoding/json"
a: {c: 1} & json.Unmarshal("{\"z\": 1, \"b\": 2}"))",
       R"({"a":{"c":1,"z":1,"b":2}})"},
      {R"(import "list"
a: list.Contains([1, 2], 1.0), b: list.Contains([{x: 1}], {x: 1 & 2}))",
       R"({"a":false,"b":false})"},
      {R"(import "list"
a: list.Sort([3, 1, 2], list.Ascending), b: list.Sort([{n: 2}, {n: 1}], {x: {}, y: {}, less: x.n < y.n}))",
       R"({"a":[1,2,3],"b":[{"n":1},{"n":2}]})"},
      {"a: foo(1), foo: 3", "eval; a: eval"},
      {R"(import "text/template"
a: template.Execute("{{.x}}", {x: 1}))",
       R"({"a":"1"})"},
  });
}

TEST(Rules, Errors) {
  check({
      {R"(a: 1 & 2, b: "x" & int, c: 3)", "eval; a: eval, b: eval"},
      {"a: {b: {c: 1 & 2}}, d: a.b", "eval; a: eval, d: eval"},
      {R"(a: b + 1, b: "s")", "eval; a: eval"},
      {R"(a: {b: 1}, a: "x")", "eval; a: eval"},
      {"a: [1, 2 & 3]", "eval; a: eval"},
      {R"(#d: {x: 1 & "a"})", "eval"},
      {"_h: 1 & 2", "eval"},
      {"a?: 1 & 2", "{}"},
      {"let x = 1 & 2, a: 1", "does not compile"},
      {"a: missing", "does not compile"},
  });
}

TEST(Rules, Order) {
  check({
      {"a: {z: 1, y: 2}, a: {x: 3, w: 4}", R"({"a":{"z":1,"y":2,"x":3,"w":4}})"},
      {"a: {z: 1, y: 2} & {w: 3, a: 4}", R"({"a":{"w":3,"a":4,"z":1,"y":2}})"},
      {"a: {q: 1, _b, c: 2}, _b: {x: 1, w: 2}", R"({"a":{"q":1,"c":2,"x":1,"w":2}})"},
      {"a: _b & {k: 1, y: 2}, _b: {z: 1, y: 2}", R"({"a":{"k":1,"z":1,"y":2}})"},
      {"a: {q: 1, if true {x: 2, b: 3}, c: 4}", R"({"a":{"x":2,"b":3,"q":1,"c":4}})"},
      {R"(a: {for k in ["z", "a"] {(k): 1}, b: 2})", R"({"a":{"z":1,"a":1,"b":2}})"},
  });
}

}  // namespace
}  // namespace puppis::cue
