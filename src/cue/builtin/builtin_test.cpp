// SPDX-License-Identifier: Apache-2.0
#include "cue/builtin/builtin.h"

#include <cmath>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "base/strings.h"
#include "cue/builtin/json_text.h"
#include "cue/builtin/tree_host.h"

namespace puppis::cue::builtin {
namespace {

namespace fs = std::filesystem;

const fs::path kGolden = fs::path(PUPPIS_SOURCE_DIR) / "src/cue/builtin/testdata";

const Value* field(const Value& object, std::string_view name) {
  for (const Field& entry : object.structure()) {
    if (entry.label == name) return &entry.value;
  }
  return nullptr;
}

/// {"$bytes": base64} as bytes, at any depth.
Value withBytes(const Value& value, Arena& arena) {
  if (value.type == Value::Type::Struct) {
    if (value.count == 1 && value.fields[0].label == "$bytes") {
      return Value::bytes(arena.copy(*base64Decode(value.fields[0].value.str())));
    }
    auto* fields = arena.array<Field>(value.count);
    for (std::size_t i = 0; i < value.count; ++i) {
      fields[i] = {value.fields[i].label, withBytes(value.fields[i].value, arena)};
    }
    return Value::structure({fields, value.count});
  }
  if (value.type == Value::Type::List) {
    auto* items = arena.array<Value>(value.count);
    for (std::size_t i = 0; i < value.count; ++i) items[i] = withBytes(value.elements[i], arena);
    return Value::list({items, value.count});
  }
  return value;
}

/// What the program `out: f(args)` exports.
std::string exported(const Answer& answer) {
  if (answer.state == Answer::State::Refused || answer.state == Answer::State::RefusedYet) return "false";
  std::string out;
  json::append(out, answer.value);
  return out;
}

/// Sines and the like come from the C library, the oracle's from its own code: both are off by some units in
/// the last place, so that the last digits need not agree.
bool nearlyEqual(std::string_view package, const std::string& a, const std::string& b) {
  if (package != "math") return false;
  double x = std::strtod(a.c_str(), nullptr);
  double y = std::strtod(b.c_str(), nullptr);
  return std::fabs(x - y) <= 1e-13 * std::max(std::fabs(x), std::fabs(y)) &&
         (a + b).find('.') != std::string::npos;
}

class GoldenTest : public ::testing::TestWithParam<std::string> {};

TEST_P(GoldenTest, AnswersAsTheOracle) {
  std::ifstream file(kGolden / GetParam());
  std::string line;
  Arena arena;
  std::string package;
  int wrong = 0;
  int lines = 0;
  while (std::getline(file, line)) {
    json::Parsed parsed = json::parse(line, arena);
    ASSERT_TRUE(parsed.value) << parsed.error << line;
    const Value& row = *parsed.value;
    if (const Value* name = field(row, "package")) {
      package = name->str();
      continue;
    }
    ++lines;
    std::string_view name = field(row, "f")->str();
    const Package* found = findPackage(package);
    ASSERT_NE(found, nullptr) << package;
    const Function* function = found->function(name);
    ASSERT_NE(function, nullptr) << package << "." << name;
    Value arguments = withBytes(*field(row, "args"), arena);
    TreeHost host(arena);
    Answer answer = host.call(*function, arguments.list());
    bool good = answer.state != Answer::State::Failed && answer.state != Answer::State::Incomplete &&
                answer.state != Answer::State::Passed;
    bool wantGood = field(row, "ok")->boolean;
    std::string want(wantGood ? field(row, "json")->str() : field(row, "msg")->str());
    std::string got = good ? exported(answer) : std::string(answer.message);
    bool right = good == wantGood && (!good || got == want || nearlyEqual(package, want, got));
    if (!right && ++wrong <= 400) ADD_FAILURE() << line << "\n  got: " << got;
  }
  EXPECT_GT(lines, 0);
}

std::vector<std::string> goldenFiles() {
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator(kGolden)) {
    if (entry.path().extension() == ".jsonl") out.push_back(entry.path().filename().string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

INSTANTIATE_TEST_SUITE_P(Packages, GoldenTest, ::testing::ValuesIn(goldenFiles()), [](const auto& test) {
  std::string name = test.param.substr(0, test.param.find('.'));
  return replaceAll(name, "-", "_");
});

}  // namespace
}  // namespace puppis::cue::builtin
