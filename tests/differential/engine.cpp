// SPDX-License-Identifier: Apache-2.0

// Our side of the differential fuzzer: answers programs as tests/differential/oracle does.

#include <algorithm>
#include <iostream>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "cue/cue.h"
#include "data/json.h"

namespace {

using namespace puppis;

/// Words of messages and the class they stand for, the first that fits counting. The oracle has the same.
constexpr std::pair<std::string_view, std::string_view> kKinds[] = {
    {"structural cycle", "structural_cycle"},
    {"cycle", "cycle"},
    {"incomplete", "incomplete"},
    {"non-concrete", "incomplete"},
    {"undefined field", "incomplete"},
    {"not concrete", "incomplete"},
    {"not allowed", "closed"},
    {"conflicting values", "conflict"},
    {"mismatched types", "conflict"},
    {"empty disjunction", "disjunction"},
    {"invalid value", "bound"},
    {"out of bound", "bound"},
    {"required", "required"},
};

/// Whether a failure may go away, and the classes of all its parts.
std::string classOf(const cue::Value& value, const std::vector<Error>& errors) {
  std::set<std::string> found;
  for (const Error& error : errors) {
    const std::string text = error.pathText() + ": " + error.message();
    const auto* kind = std::find_if(std::begin(kKinds), std::end(kKinds), [&](const auto& each) {
      return text.find(each.first) != std::string::npos;
    });
    found.emplace(kind == std::end(kKinds) ? "other" : kind->second);
  }
  std::string out = value.validate().empty() ? "incomplete" : "eval";
  for (const std::string& name : found) out += ' ' + name;
  return out;
}

std::string jsonOrClass(const cue::Value& value) {
  auto errors = value.validate({.concrete = true, .final = true});
  if (errors.empty()) {
    auto json = value.toJson();
    if (json) return data::toJson(*json);
    errors.push_back(json.error());
  }
  return '!' + classOf(value, errors);
}

data::Value answer(const data::Value& request) {
  data::Value out = data::Value::object();
  out.set("id", request.get("id"));
  auto runtime = cue::Runtime::make();
  auto program = runtime->compile("fuzz.cue", request.get("src").asString());
  if (!program) {
    out.set("ok", false);
    out.set("class", "eval");
    out.set("msg", program.error().str());
    return out;
  }
  cue::Budget budget;
  budget.wallTime = std::chrono::seconds(10);
  cue::Session session(runtime, budget);
  cue::Value root = session.evaluate(*program);
  auto errors = root.validate({.concrete = true, .final = true});
  if (errors.empty()) {
    auto json = root.toJson();
    if (json) {
      out.set("ok", true);
      out.set("json", data::toJson(*json));
      return out;
    }
    errors.push_back(json.error());
  }
  out.set("ok", false);
  out.set("class", session.exhausted() ? "budget" : classOf(root, errors));
  std::string message;
  for (const Error& error : errors) message += (message.empty() ? "" : "\n") + error.str();
  out.set("msg", message);
  data::Value fields = data::Value::array();
  for (const cue::FieldView& field : root.fields({.optional = false, .required = true})) {
    // A required field that nobody gave counts as missing, whatever its constraint.
    const bool missing = field.presence == cue::Presence::Required;
    fields.push(field.name() + ' ' + (missing ? "!incomplete required" : jsonOrClass(field.value)));
  }
  if (!fields.empty()) out.set("fields", fields);
  return out;
}

}  // namespace

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    auto request = data::parseJson(line);
    if (!request) {
      std::cerr << request.error().report();
      return 2;
    }
    std::cout << data::toJson(answer(*request)) << std::endl;
  }
  return 0;
}
