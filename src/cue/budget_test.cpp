// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <pthread.h>

#include "cue/cue.h"
#include "cue/export/export.h"
#include "cue/format/format.h"
#include "data/json.h"
#include "data/yaml.h"

// Hostile programs end as an ordinary error, whichever limit ends them, and wherever they are asked for.

namespace puppis::cue {
namespace {

constexpr std::uint64_t kMemory = 8UL * 1024 * 1024;

std::string repeated(std::string_view text, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += text;
  return out;
}

/// `count` declarations, "%" in each replaced by its number and "^" by the number of the next one.
std::string numbered(std::string_view text, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) {
    for (char c : text) {
      if (c == '%') {
        out += std::to_string(i);
      } else if (c == '^') {
        out += std::to_string(i + 1);
      } else {
        out += c;
      }
    }
    out += '\n';
  }
  return out;
}

struct Hostile {
  const char* name;
  std::string text;
};

/// Programs that want far more than any limit used here, in different ways.
std::vector<Hostile> hostilePrograms() {
  return {
      {"nested loops",
       "import \"list\"\nr: list.Range(0, 1000, 1)\n"
       "a: [for i in r for j in r for k in r {i + j + k}]"},
      {"lists of lists",
       "a0: [1, 1, 1, 1, 1, 1, 1, 1]\n" + numbered("a^: [for x in a% for y in a0 {x}]", 12)},
      {"shared fields shown", "a0: {x: 1}\n" + numbered("a^: {l: a%, r: a%}", 40)},
      {"strings that double", "a0: \"xxxxxxxxxx\"\n" + numbered("a^: \"\\(a%)\\(a%)\"", 60)},
      {"sums of strings", "a0: \"xxxxxxxxxx\"\n" + numbered("a^: a% + a%", 60)},
      {"repeated repetition",
       "import \"strings\"\na: strings.Repeat(strings.Repeat(\"x\", 1000000), 1000000)"},
      {"repeated lists", "import \"list\"\na: list.Repeat(list.Repeat([1], 100000), 1000000)"},
      {"joined",
       "import \"strings\"\nimport \"list\"\n"
       "a: strings.Join(list.Repeat([strings.Repeat(\"x\", 1000000)], 100000), \",\")"},
      {"replaced",
       "import \"strings\"\n"
       "a: strings.Replace(strings.Repeat(\"x\", 1000000), \"x\", strings.Repeat(\"y\", 1000000), -1)"},
      {"a long range", "import \"list\"\na: list.Range(0, 9000000, 1)"},
      {"crossed disjunctions",
       "a: {x: 1} | {y: 1}\n" + numbered("a: {b%: 1} | {c%: 1} | {d%: 1} | {e%: 1}", 12)},
      {"sorting", "import \"list\"\na: list.Sort([for i in list.Range(0, 100000, 1) {-i}], list.Ascending)"},
      {"many errors", "import \"list\"\na: [for i in list.Range(0, 1000000, 1) {i & \"x\"}]"},
      {"dynamic labels",
       "import \"list\"\nimport \"strings\"\nlet long = strings.Repeat(\"x\", 100000)\n"
       "a: {for i in list.Range(0, 1000000, 1) {\"\\(long)\\(i)\": i}}"},
  };
}

std::shared_ptr<const Program> compiled(const std::shared_ptr<Runtime>& runtime, const std::string& text) {
  auto program = runtime->compile("hostile.cue", text);
  EXPECT_TRUE(program.has_value()) << program.error().str();
  return program ? *program : nullptr;
}

/// Asks for everything an evaluation can be asked for; at least one answer is that the limit was exceeded.
void expectExhausted(const Hostile& hostile, const Budget& budget, std::string_view words) {
  auto runtime = Runtime::make();
  auto program = compiled(runtime, hostile.text);
  ASSERT_NE(program, nullptr);
  Session session(runtime, budget);
  const Value root = session.evaluate(program);
  (void)root.validate({.concrete = true});
  const auto json = root.toJson();
  ASSERT_FALSE(json) << hostile.name;
  ASSERT_EQ(json.error().code(), ErrorCode::ResourceExhausted) << hostile.name << ": " << json.error().str();
  EXPECT_NE(json.error().message().find(words), std::string::npos) << json.error().str();
  EXPECT_TRUE(session.exhausted().has_value());
  // Later calls fail in the same way and do no harm.
  EXPECT_FALSE(root.lookup("a").asString());
  EXPECT_FALSE(exportValue(root, {}));
  EXPECT_EQ(root.validate().size(), 1U);
  if (budget.memoryBytes != 0) {
    EXPECT_LE(session.arenaBytes(), budget.memoryBytes + budget.memoryBytes / 10);
  }
  if (budget.steps != 0) {
    EXPECT_LE(session.steps(), budget.steps + budget.steps / 10);
  }
}

TEST(Budget, MemoryEndsWhatGrows) {
  for (const Hostile& hostile : hostilePrograms()) {
    SCOPED_TRACE(hostile.name);
    expectExhausted(hostile, {.memoryBytes = kMemory}, "bytes of memory");
  }
}

TEST(Budget, StepsEndWhatGoesOn) {
  for (const char* name :
       {"nested loops", "shared fields shown", "crossed disjunctions", "sorting", "a long range"}) {
    for (const Hostile& hostile : hostilePrograms()) {
      if (std::string_view(hostile.name) != name) continue;
      SCOPED_TRACE(hostile.name);
      expectExhausted(hostile, {.steps = 20'000, .memoryBytes = 2048UL * 1024 * 1024}, "20000 steps");
    }
  }
}

TEST(Budget, TimeEndsWhatGoesOn) {
  for (const Hostile& hostile : hostilePrograms()) {
    SCOPED_TRACE(hostile.name);
    if (std::string_view(hostile.name) != "nested loops" &&
        std::string_view(hostile.name) != "crossed disjunctions")
      continue;
    expectExhausted(hostile, {.wallTime = std::chrono::milliseconds(50)}, "50ms");
  }
}

TEST(Budget, DepthEndsWhatIsNested) {
  expectExhausted({"references", numbered("a%: a^", 300) + "a300: 1"}, {.depth = 100}, "100 deep");
  expectExhausted({"definitions", numbered("#A%: {f%: #A^}", 300) + "#A300: {x: 1}\na: #A0"}, {.depth = 100},
                  "100 deep");
  expectExhausted({"a value built from below", "a0: 1\n" + numbered("a^: {n: a%}", 300)}, {.depth = 100},
                  "100 deep");
}

/// What one asks of a deep value needs as much stack as it needs, on whatever stack it is asked.
TEST(Budget, DeepValuesNeedNoDeepStack) {
  const auto work = [] {
    constexpr int kDepth = 3000;
    auto runtime = Runtime::make();
    const std::string text = "_a0: {x: 1, ...}\n" + numbered("_a^: {n: _a%}", kDepth) + "out: _a" +
                             std::to_string(kDepth) + "\nsame: out == _a" + std::to_string(kDepth);
    auto program = compiled(runtime, text);
    Session session(runtime, {.depth = 100'000});
    const Value root = session.evaluate(program);
    EXPECT_TRUE(root.validate({.concrete = true}).empty());
    auto json = root.toJson();
    ASSERT_TRUE(json) << json.error().str();
    EXPECT_TRUE(json->get("same").asBool());
    EXPECT_GT(data::toJson(*json).size(), 5UL * kDepth);
    EXPECT_GT(data::toYaml(*json).size(), 5UL * kDepth);
    auto shown = exportValue(root, {});
    ASSERT_TRUE(shown) << shown.error().str();
    EXPECT_GT(format(**shown, {.simplify = true}).size(), 3UL * kDepth);
    EXPECT_TRUE(root.unify(root).validate().empty());
    EXPECT_TRUE(root.equals(root.unify(root)));
    int levels = 0;
    root.lookup("out").walk([&](const Value&) { return ++levels > 0; });
    EXPECT_EQ(levels, kDepth + 2);
  };
  // The stack of a thread as musl gives it.
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 1024UL * 1024);
  pthread_t thread{};
  const std::function<void()> task = work;
  auto run = [](void* argument) -> void* {
    (*static_cast<const std::function<void()>*>(argument))();
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, run, const_cast<std::function<void()>*>(&task)), 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

/// Every form of syntax that nests is refused when it nests too deeply.
TEST(Budget, DeepSyntaxIsAnError) {
  constexpr int kDepth = 50'000;
  const auto nested = [](std::string_view open, std::string_view inner, std::string_view close) {
    return "x: " + repeated(open, kDepth) + std::string(inner) + repeated(close, kDepth);
  };
  for (const std::string& text : {nested("{a: ", "1", "}"),
                                  nested("[", "", "]"),
                                  nested("(", "1", ")"),
                                  nested("-", "1", ""),
                                  nested("1 + ", "1", ""),
                                  nested("int & ", "1", ""),
                                  nested("1 | ", "1", ""),
                                  nested("y", ".a", ""),
                                  "x: y" + repeated(".a", kDepth),
                                  "x: y" + repeated("[0]", kDepth),
                                  nested("len(", "1", ")"),
                                  nested("\"\\(", "1", ")\""),
                                  nested("{if true ", "{}", "}"),
                                  nested("{for k, v in [1] ", "{}", "}"),
                                  nested("{[string]: ", "1", "}"),
                                  nested("{[", "string", "]: 1}"),
                                  nested("{(", "\"a\"", "): 1}"),
                                  nested("[...", "int", "]"),
                                  nested("{", "a: 1", "}"),
                                  repeated("a: ", kDepth) + "1",
                                  nested("{let a = ", "1", ", b: a}"),
                                  nested("*", "1", ""),
                                  nested(">", "1", ""),
                                  nested("!", "true", ""),
                                  nested("[for x in ", "[1]", " {x}]"),
                                  nested("{a?: ", "1", "}"),
                                  nested("{a!: ", "1", "}"),
                                  nested("{X=", "{}", "}"),
                                  nested("a[", "0", "]"),
                                  nested("a[0:", "1", "]"),
                                  "x: 1 @a(" + repeated("(", kDepth) + ")"}) {
    SCOPED_TRACE(text.substr(0, 20));
    auto runtime = Runtime::make();
    auto program = runtime->compile("deep.cue", text);
    if (!program) {
      EXPECT_FALSE(program.error().message().empty());
      continue;
    }
    Session session(runtime, {.steps = 1'000'000, .memoryBytes = kMemory});
    (void)session.evaluate(*program).toJson();
  }
}

/// Data from outside: deep, wide by aliases, and long numbers.
TEST(Budget, HostileDataIsAnError) {
  const std::string deep = repeated("[", 100'000) + repeated("]", 100'000);
  EXPECT_FALSE(data::parseJson(deep));
  EXPECT_FALSE(data::parseYaml(SourceFile::make("deep.yaml", deep), data::YamlSchema::Cue));
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + repeated(before + ", ", 9) +
            before + "]\n";
  }
  EXPECT_FALSE(data::parseYaml(SourceFile::make("bomb.yaml", bomb), data::YamlSchema::Cue));
}

TEST(Budget, NoLimitMeansNone) {
  auto runtime = Runtime::make();
  auto program = compiled(runtime, "import \"list\"\na: len(list.Range(0, 100000, 1))");
  Session session(runtime);
  EXPECT_EQ(*session.evaluate(program).lookup("a").asInt(), 100000);
  EXPECT_FALSE(session.exhausted());
}

/// A limit below what earlier evaluations left for reuse still holds, and what they left is not counted.
TEST(Budget, EachSessionHasItsOwn) {
  auto runtime = Runtime::make();
  auto big = compiled(runtime, "import \"list\"\na: list.Range(0, 3000, 1)");
  auto small = compiled(runtime, "a: 1");
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(Session(runtime).evaluate(big).toJson());
    Session limited(runtime, {.memoryBytes = 100'000});
    EXPECT_TRUE(limited.evaluate(small).toJson());
    Session exceeded(runtime, {.memoryBytes = 100'000});
    EXPECT_FALSE(exceeded.evaluate(big).toJson());
  }
}

}  // namespace
}  // namespace puppis::cue
