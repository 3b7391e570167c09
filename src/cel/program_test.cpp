// SPDX-License-Identifier: Apache-2.0
#include "cel/program.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "data/json.h"

namespace puppis::cel {
namespace {

/// The value of an expression over a fixed `self`, as text; "error: ..." otherwise.
std::string eval(const std::string& text, std::uint64_t budget = 1'000'000) {
  static TypePool pool;
  static const Type* self = [] {
    Type& object = pool.make(TypeKind::Object);
    object.fields["name"] = simple(TypeKind::String);
    object.fields["count"] = simple(TypeKind::Int);
    object.fields["ratio"] = simple(TypeKind::Double);
    object.fields["tags"] = &pool.make(TypeKind::List, simple(TypeKind::String));
    object.fields["ports"] = &pool.make(TypeKind::List, simple(TypeKind::Int));
    object.fields["labels"] = &pool.make(TypeKind::Map, simple(TypeKind::String));
    object.fields["absent"] = simple(TypeKind::String);
    object.fields["a-b"] = simple(TypeKind::Int);
    object.fields["namespace"] = simple(TypeKind::String);
    object.fields["when"] = simple(TypeKind::Timestamp);
    object.fields["any"] = simple(TypeKind::Dyn);
    return &object;
  }();
  static const data::Value value = *data::parseJson(
      R"({"name":"web","count":3,"ratio":2,"tags":["a","b"],"ports":[80,443],"labels":{"app":"x"},"a-b":7,)"
      R"("namespace":"ns","when":"2026-01-02T03:04:05Z","any":5})");
  auto program = Program::compile(text, {{"self", self}}, TypeKind::Dyn);
  if (!program) return "error: " + program.error().message().substr(0, program.error().message().find('\n'));
  auto out = program->evaluate({{"self", Val::ofJson(value, self)}}, budget);
  if (!out) return "error: " + out.error().message();
  return textOf(*out).value_or("?");
}

TEST(Cel, Evaluates) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"1 + 2 * 3 == 7", "true"},
      {"self.count > 2 && self.name.startsWith('w')", "true"},
      {"self.ratio * 2.0 == 4.0", "true"},
      {"has(self.absent)", "false"},
      {"has(self.absent) ? self.absent : 'none'", "none"},
      {"self.tags.all(t, t.size() == 1)", "true"},
      {"self.tags.exists(t, t == 'b')", "true"},
      {"self.tags.exists_one(t, t == 'b')", "true"},
      {"self.ports.map(p, p * 2).sum()", "1046"},
      {"self.ports.filter(p, p > 100).size()", "1"},
      {"self.ports.map(p, p > 100, p + 1)[0]", "444"},
      {"'app' in self.labels", "true"},
      {"self.labels['app'] + '!'", "x!"},
      {"self.labels.all(k, self.labels[k] != '')", "true"},
      {"80 in self.ports", "true"},
      {"self.a__dash__b", "7"},
      {"self.__namespace__", "ns"},
      {"self.name.matches('^[a-z]+$')", "true"},
      {"'a,b,c'.split(',').join('-')", "a-b-c"},
      {"'hello'.substring(1, 3)", "el"},
      {"'hello'.replace('l', 'L', 1)", "heLlo"},
      {"'Hello'.lowerAscii().indexOf('l')", "2"},
      {"size('\\u00e9t\\u00e9')", "3"},
      {"quantity('1Gi').isGreaterThan(quantity('500Mi'))", "true"},
      {"quantity('1').add(2).asInteger()", "3"},
      {"isQuantity('x')", "false"},
      {"ip('10.0.0.1').family()", "4"},
      {"cidr('10.0.0.0/8').containsIP('10.1.2.3')", "true"},
      {"isIP('::1') && ip('::1').isLoopback()", "true"},
      {"url('https://a.example:8443/p?q=1').getPort()", "8443"},
      {"isURL('not a url')", "false"},
      {"self.when < timestamp('2027-01-01T00:00:00Z')", "true"},
      {"self.when.getFullYear()", "2026"},
      {"duration('90s') > duration('1m')", "true"},
      {"[1, 2, 3].isSorted() && [3, 1].max() == 3", "true"},
      {"sets.contains([1, 2, 3], [2])", "true"},
      {"self.?absent.orValue('d')", "d"},
      {"self.?name.hasValue()", "true"},
      {"self.labels[?'nope'].orValue('d')", "d"},
      {"{'a': 1}.a + {'b': 2}['b']", "3"},
      {"type(1) == int", "true"},
      {"string(1.5) + string(true)", "1.5true"},
      {"int('42') + 1", "43"},
      {"'%s has %d'.format(['x', 2])", "x has 2"},
      {"r'\\d' + \"\\t\" == '\\\\d\\t'", "true"},
      {"true || self.labels['nope'] == ''", "true"},
      {"self.labels['nope'] == '' || true", "true"},
      {"-self.count + 5", "2"},
      {"!(1 > 2)", "true"},
      {"self.any == 5", "true"},
      {"0x10 + 1", "17"},
      {"2u + 3u == 5u", "true"},
  };
  for (const auto& [text, want] : cases) EXPECT_EQ(eval(text), want) << text;
}

TEST(Cel, RefusesWhatDoesNotFit) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"self.nope", "error: ERROR: <input>:1:5: undefined field 'nope'"},
      {"self.name + 1",
       "error: ERROR: <input>:1:11: found no matching overload for '_+_' applied to '(string, int)'"},
      {"nothing", "error: ERROR: <input>:1:1: undeclared reference to 'nothing' (in container '')"},
      {"self.name.frob()", "error: ERROR: <input>:1:15: undeclared reference to 'frob' (in container '')"},
      {"self.count == 'x'",
       "error: ERROR: <input>:1:12: found no matching overload for '_==_' applied to '(int, string)'"},
      {"1 +",
       "error: ERROR: <input>:1:4: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', "
       "'-', '!', 'true', 'false', 'null', "
       "NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"},
      {"self.labels['nope'] == ''", "error: no such key: nope"},
      {"[1][2] == 0", "error: index out of bounds: 2"},
      {"1 / 0", "error: division by zero"},
      {"self.name == null",
       "error: ERROR: <input>:1:11: found no matching overload for '_==_' applied to '(string, null)'"},
      {"self.tags.filter(t, t)",
       "error: ERROR: <input>:1:17: found no matching overload for '_?_:_' applied to '(string, "
       "list(string), list(string))'"},
      {"int(self.name)", "error: type conversion error from 'string' to 'int'"},
      {"9223372036854775807 + 1", "error: integer overflow"},
      {"self.name.matches('(')", "error: error parsing regexp: missing ): ("},
  };
  for (const auto& [text, want] : cases) EXPECT_EQ(eval(text), want) << text;
}

TEST(Cel, HasABudget) {
  std::string nested =
      "[1,2,3,4,5,6,7,8,9,10].all(a, [1,2,3,4,5,6,7,8,9,10].all(b, [1,2,3,4,5,6,7,8,9,10].all(c, a+b+c > "
      "0)))";
  EXPECT_EQ(eval(nested), "true");
  EXPECT_EQ(eval(nested, 500), "error: operation cancelled: actual cost limit exceeded");
}

TEST(Cel, DeepNestingIsAnError) {
  EXPECT_EQ(eval(std::string(5000, '(') + "1" + std::string(5000, ')')).substr(0, 6), "error:");
  EXPECT_EQ(eval(std::string(5000, '!') + "true").substr(0, 6), "error:");
}

}  // namespace
}  // namespace puppis::cel
