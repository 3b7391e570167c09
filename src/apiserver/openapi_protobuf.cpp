// SPDX-License-Identifier: Apache-2.0
#include "apiserver/openapi_protobuf.h"

#include <bit>
#include <cstdint>

#include "data/json.h"

namespace puppis::apiserver {

namespace {

using data::Value;

/// One protobuf message being written: fields by number, wire types 0 (varint), 1 (64 bit) and 2 (bytes).
class Message {
 public:
  void bytes(std::uint32_t field, std::string_view content) {
    varint(field << 3 | 2);
    varint(content.size());
    out_ += content;
  }
  void message(std::uint32_t field, const Message& inner) { bytes(field, inner.out_); }
  /// Left out when it is the empty default.
  void text(std::uint32_t field, const Value& value) {
    if (!value.asString().empty()) bytes(field, value.asString());
  }
  void boolean(std::uint32_t field, const Value& value) {
    if (!value.asBool()) return;
    varint(field << 3);
    varint(1);
  }
  void integer(std::uint32_t field, const Value& value) {
    auto number = value.intValue();
    if (!number || *number == 0) return;
    varint(field << 3);
    varint(static_cast<std::uint64_t>(*number));
  }
  void real(std::uint32_t field, const Value& value) {
    if (!value.isNumeric() || value.asDouble() == 0) return;
    varint(field << 3 | 1);
    auto bits = std::bit_cast<std::uint64_t>(value.asDouble());
    for (int i = 0; i < 8; ++i) out_ += static_cast<char>(bits >> (8 * i) & 0xFF);
  }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void varint(std::uint64_t value) {
    while (value >= 0x80) {
      out_ += static_cast<char>((value & 0x7F) | 0x80);
      value >>= 7;
    }
    out_ += static_cast<char>(value);
  }
  std::string out_;
};

/// openapi.v2.Any: any value, as YAML text, of which JSON is a part.
Message any(const Value& value) {
  Message out;
  out.bytes(2, data::toJson(value));
  return out;
}

Message schemaMessage(const Value& schema);

/// The messages Definitions and Properties: a name and a schema each.
Message named(const Value& schemas) {
  Message out;
  for (const data::Member& m : schemas.members()) {
    Message entry;
    entry.bytes(1, m.key.str());
    entry.message(2, schemaMessage(m.value));
    out.message(1, entry);
  }
  return out;
}

void extensions(const Value& schema, Message& out) {
  for (const data::Member& m : schema.members()) {
    if (!m.key.str().starts_with("x-")) continue;
    Message entry;
    entry.bytes(1, m.key.str());
    entry.message(2, any(m.value));
    out.message(31, entry);
  }
}

void limits(const Value& schema, Message& out) {
  out.real(6, schema.get("multipleOf"));
  out.real(7, schema.get("maximum"));
  out.boolean(8, schema.get("exclusiveMaximum"));
  out.real(9, schema.get("minimum"));
  out.boolean(10, schema.get("exclusiveMinimum"));
  out.integer(11, schema.get("maxLength"));
  out.integer(12, schema.get("minLength"));
  out.text(13, schema.get("pattern"));
  out.integer(14, schema.get("maxItems"));
  out.integer(15, schema.get("minItems"));
  out.boolean(16, schema.get("uniqueItems"));
  out.integer(17, schema.get("maxProperties"));
  out.integer(18, schema.get("minProperties"));
}

Message schemaMessage(const Value& schema) {
  Message out;
  out.text(1, schema.get("$ref"));
  out.text(2, schema.get("format"));
  out.text(3, schema.get("title"));
  out.text(4, schema.get("description"));
  if (schema.has("default")) out.message(5, any(schema.get("default")));
  limits(schema, out);
  for (const Value& name : schema.get("required").elements()) out.bytes(19, name.asString());
  for (const Value& choice : schema.get("enum").elements()) out.message(20, any(choice));
  const Value& additional = schema.get("additionalProperties");
  if (additional.isObject()) {
    Message item;
    item.message(1, schemaMessage(additional));
    out.message(21, item);
  } else if (additional.isBool()) {
    Message item;
    item.boolean(2, additional);
    out.message(21, item);
  }
  if (schema.get("type").isString()) {
    Message item;
    item.bytes(1, schema.get("type").asString());
    out.message(22, item);
  }
  if (schema.get("items").isObject()) {
    Message item;
    item.message(1, schemaMessage(schema.get("items")));
    out.message(23, item);
  }
  for (const Value& part : schema.get("allOf").elements()) out.message(24, schemaMessage(part));
  if (!schema.get("properties").empty()) out.message(25, named(schema.get("properties")));
  extensions(schema, out);
  return out;
}

}  // namespace

std::string openApiV2Protobuf(const Value& document) {
  Message out;
  out.bytes(1, "2.0");
  Message info;
  info.text(1, document.get("info", "title"));
  info.text(2, document.get("info", "version"));
  out.message(2, info);
  out.message(8, Message());
  out.message(9, named(document.get("definitions")));
  return out.take();
}

}  // namespace puppis::apiserver
