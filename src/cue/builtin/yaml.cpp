// SPDX-License-Identifier: Apache-2.0
#include "cue/builtin/packages.h"
#include "cue/builtin/support.h"
#include "cue/builtin/yaml_text.h"

// Package encoding/yaml.

namespace puppis::cue::builtin {

namespace {

Answer marshal(Call& call, Any value) {
  if (Answer checked = call.host().concrete(value.value); !checked.ok()) return checked;
  Answer data = call.host().data(value.value);
  if (!data.ok()) return data;
  return text(call, yaml::write(data.value));
}

Answer marshalStream(Call& call, Any value) {
  Answer items = call.host().elements(value.value, nullptr);
  if (!items.ok()) return items;
  std::string out;
  bool first = true;
  for (const Value& item : items.value.list()) {
    if (!first) out += "---\n";
    first = false;
    if (Answer checked = call.host().concrete(item.handle); !checked.ok()) return checked;
    Answer data = call.host().data(item.handle);
    if (!data.ok()) return data;
    out += yaml::write(data.value);
  }
  return text(call, out);
}

Answer unmarshal(Call& call, Bytes data) {
  auto documents = yaml::read(data.data, call.arena());
  if (!documents) return bad(call, documents.error().str());
  if (documents->size() > 1) return bad(call, "expected a single YAML document");
  return documents->empty() ? Value::null() : documents->front();
}

Answer unmarshalStream(Call& call, Bytes data) {
  auto documents = yaml::read(data.data, call.arena());
  if (!documents) return bad(call, documents.error().str());
  // A text without any document counts as one that is null.
  if (documents->empty()) documents->push_back(Value::null());
  return list(call, *documents);
}

Answer check(Call& call, Bytes data, Any schema, Strictness strictness) {
  auto documents = yaml::read(data.data, call.arena());
  if (!documents) return bad(call, documents.error().str());
  if (documents->empty()) documents->push_back(Value::null());
  for (const Value& document : *documents) {
    Answer answer = call.host().validate(document, schema.value, strictness);
    if (!answer.ok()) return answer;
  }
  return Value::of(true);
}
Answer validate(Call& call, Bytes data, Any schema) {
  return check(call, data, schema, Strictness::Concrete);
}
Answer validatePartial(Call& call, Bytes data, Any schema) {
  return check(call, data, schema, Strictness::Partial);
}

constexpr Function kFunctions[] = {
    function<&marshal>("Marshal", kString),
    function<&marshalStream>("MarshalStream", kString),
    function<&unmarshal>("Unmarshal"),
    function<&unmarshalStream>("UnmarshalStream"),
    nonConcrete(function<&validate>("Validate", kBool)),
    nonConcrete(function<&validatePartial>("ValidatePartial", kBool)),
};

}  // namespace

const Package kYamlPackage{"encoding/yaml", kFunctions, {}, {}};

}  // namespace puppis::cue::builtin
