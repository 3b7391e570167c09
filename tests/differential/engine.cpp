// SPDX-License-Identifier: Apache-2.0

// Our side of the differential fuzzer: answers programs as tests/differential/oracle does.

#include <iostream>
#include <string>

#include "cue/cue.h"
#include "data/json.h"

namespace {

using namespace puppis;

std::string jsonOrClass(const cue::Value& value) {
  auto errors = value.validate({.concrete = true, .final = true});
  if (errors.empty()) {
    auto json = value.toJson();
    if (json) return data::toJson(*json);
    errors.push_back(json.error());
  }
  return "!";
}

/// The class of a failure: "incomplete" when nothing is wrong but what is missing.
std::string classOf(const cue::Value& value, const std::vector<Error>& errors) {
  for (const Error& error : errors) {
    if (error.reasonText() == "structural_cycle") return "structural_cycle";
  }
  return value.validate().empty() ? "incomplete" : "eval";
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
    std::string text = field.presence == cue::Presence::Required ? "!incomplete" : jsonOrClass(field.value);
    if (text == "!") text += classOf(field.value, field.value.validate({.concrete = true, .final = true}));
    fields.push(field.name() + ' ' + text);
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
