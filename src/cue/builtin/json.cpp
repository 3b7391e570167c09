// SPDX-License-Identifier: Apache-2.0
#include "cue/builtin/json_text.h"
#include "cue/builtin/packages.h"
#include "cue/builtin/support.h"

// Package encoding/json.

namespace puppis::cue::builtin {

namespace {

bool validJson(Bytes data) {
  return json::valid(data.data);
}

Answer compact(Call& call, Bytes data) {
  auto out = json::compact(data.data);
  if (!out) return bad(call, "json: invalid JSON");
  return text(call, *out);
}

Answer indent(Call& call, Bytes data, std::string_view prefix, std::string_view step) {
  auto out = json::indent(data.data, prefix, step);
  if (!out) return bad(call, "json: invalid JSON");
  return text(call, *out);
}

std::string htmlEscape(Bytes data) {
  return json::escapeHtml(data.data);
}

Answer marshal(Call& call, Any value) {
  Answer data = call.host().data(value.value);
  if (!data.ok()) return data;
  std::string out;
  json::append(out, data.value);
  return text(call, out);
}

Answer marshalStream(Call& call, Any value) {
  Answer items = call.host().elements(value.value, nullptr);
  if (!items.ok()) return items;
  std::string out;
  for (const Value& item : items.value.list()) {
    Answer data = call.host().data(item.handle);
    if (!data.ok()) return data;
    json::append(out, data.value);
    out += '\n';
  }
  return text(call, out);
}

Answer unmarshal(Call& call, Bytes data) {
  if (!json::valid(data.data)) return bad(call, "json: invalid JSON");
  json::Parsed parsed = json::parse(data.data, call.arena());
  if (!parsed.value) return bad(call, "json: could not parse JSON: " + parsed.error);
  return *parsed.value;
}

Answer unmarshalStream(Call& call, Bytes data) {
  std::vector<Value> out;
  std::string_view rest = data.data;
  for (;;) {
    rest.remove_prefix(json::skipSpace(rest, 0));
    if (rest.empty()) return list(call, out);
    json::Parsed parsed = json::parse(rest, call.arena());
    if (!parsed.value) return bad(call, "invalid JSON: " + parsed.error);
    out.push_back(*parsed.value);
    rest.remove_prefix(parsed.end);
  }
}

Answer validate(Call& call, Bytes data, Any schema) {
  if (!json::valid(data.data)) return bad(call, "json: invalid JSON");
  json::Parsed parsed = json::parse(data.data, call.arena());
  if (!parsed.value) return bad(call, "json: could not parse JSON: " + parsed.error);
  return call.host().validate(*parsed.value, schema.value, Strictness::Final);
}

constexpr Function kFunctions[] = {
    function<&validJson>("Valid"),
    function<&compact>("Compact", kString),
    function<&indent>("Indent", kString),
    function<&htmlEscape>("HTMLEscape"),
    function<&marshal>("Marshal", kString),
    function<&marshalStream>("MarshalStream", kString),
    function<&unmarshalStream>("UnmarshalStream"),
    function<&unmarshal>("Unmarshal"),
    nonConcrete(function<&validate>("Validate", kBool)),
};

}  // namespace

const Package kJsonPackage{"encoding/json", kFunctions, {}, {}};

}  // namespace puppis::cue::builtin
