// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <vector>

#include "base/strings.h"
#include "data/json.h"
#include "oam/authored_text.h"
#include "oam/scaffold.h"

namespace puppis::oam {

namespace {

using data::Value;

// A schema that refers to itself is left open below this.
constexpr int kDeepest = 30;

class SchemaWriter {
 public:
  explicit SchemaWriter(const Value& root) : root_(root) {}

  std::string type(const Value& given, int depth) {
    const Value& schema = followed(given);
    if (depth > kDeepest) return "_";
    std::string out = alternatives(schema, depth);
    if (schema.get("nullable").asBool()) out += " | null";
    const Value* standard = schema.find("default");
    if (standard == nullptr || (standard->isNull() && !schema.get("nullable").asBool())) return out;
    return "*" + cueText(*standard) + " | " + out;
  }

 private:
  /// The schema itself, or the one in the same document that it refers to.
  const Value& followed(const Value& schema) const {
    const std::string& reference = schema.get("$ref").asString();
    if (!startsWith(reference, "#/")) return schema;
    const Value* at = &root_;
    for (const std::string& step : split(reference.substr(2), '/')) at = &at->get(step);
    return *at;
  }

  std::string alternatives(const Value& schema, int depth) {
    if (schema.has("const")) return cueText(schema.get("const"));
    if (!schema.get("enum").empty()) {
      std::vector<std::string> values;
      for (const Value& v : schema.get("enum").elements()) {
        if (schema.get("default").isNull() || !(v == schema.get("default"))) values.push_back(cueText(v));
      }
      // The default stands in front; an enumeration of it alone is just the default's type.
      return values.empty() ? cueText(schema.get("default")) : join(values, " | ");
    }
    if (schema.get("x-kubernetes-int-or-string").asBool()) return "int | string";
    for (const char* key : {"oneOf", "anyOf"}) {
      if (schema.get(key).empty() || schema.has("properties")) continue;
      std::vector<std::string> parts;
      for (const Value& part : schema.get(key).elements()) {
        std::string text = type(part, depth + 1);
        if (std::ranges::find(parts, text) == parts.end()) parts.push_back(std::move(text));
      }
      return join(parts, " | ");
    }
    if (schema.get("type").isArray()) {
      std::vector<std::string> parts;
      for (const Value& one : schema.get("type").elements())
        parts.push_back(plain(schema, one.asString(), depth));
      return join(parts, " | ");
    }
    return plain(schema, schema.get("type").asString(), depth);
  }

  std::string plain(const Value& schema, const std::string& word, int depth) {
    if (word == "string")
      return schema.has("pattern") ? "=~" + cueString(schema.get("pattern").asString()) : word;
    if (word == "boolean") return "bool";
    if (word == "null") return word;
    if (word == "integer" || word == "number") return bounded(schema, word == "integer" ? "int" : "number");
    if (word == "array") {
      return schema.has("items") ? "[..." + type(schema.get("items"), depth + 1) + "]" : "[...]";
    }
    if (word == "object" || schema.has("properties")) return structure(schema, depth);
    return "_";
  }

  static std::string bounded(const Value& schema, std::string out) {
    if (schema.get("minimum").isNumeric()) {
      out +=
          (schema.get("exclusiveMinimum").asBool() ? " & >" : " & >=") + schema.get("minimum").numberText();
    }
    if (schema.get("maximum").isNumeric()) {
      out +=
          (schema.get("exclusiveMaximum").asBool() ? " & <" : " & <=") + schema.get("maximum").numberText();
    }
    return out;
  }

  std::string structure(const Value& schema, int depth) {
    const Value& properties = schema.get("properties");
    const Value& others = schema.get("additionalProperties");
    if (properties.empty() && others.isObject()) return "{[string]: " + type(others, depth + 1) + "}";
    if (properties.empty()) return "{...}";
    std::string out = "{\n";
    for (const data::Member& m : properties.members()) {
      const Value& field = followed(m.value);
      out += usage(field.get("description").asString());
      bool required = std::ranges::any_of(schema.get("required").elements(),
                                          [&](const Value& name) { return name.asString() == m.key.str(); });
      bool optional = !required && (!field.has("default") || field.get("default").isNull());
      out += cueLabel(m.key.str()) + (optional ? "?: " : ": ") + type(m.value, depth + 1) + "\n";
    }
    if (schema.get("x-kubernetes-preserve-unknown-fields").asBool() || others.asBool()) out += "...\n";
    return out + "}";
  }

  /// A description on one line, without the full stop.
  static std::string usage(std::string description) {
    std::ranges::replace(description, '\n', ' ');
    std::string text(trim(description));
    while (endsWith(text, ".")) text.pop_back();
    return text.empty() ? "" : "// +usage=" + text + "\n";
  }

  const Value& root_;
};

}  // namespace

std::string cueOfSchema(const Value& schema) {
  return SchemaWriter(schema).type(schema, 0);
}

}  // namespace puppis::oam
