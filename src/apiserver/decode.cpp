// SPDX-License-Identifier: Apache-2.0
#include "apiserver/decode.h"

#include <algorithm>

#include "base/strings.h"

namespace puppis::apiserver {
namespace {

using data::Kind;
using data::Value;

/// "DeploymentSpec" of "io.k8s.api.apps.v1.DeploymentSpec".
std::string typeName(const Schema& schema) {
  return schema.name.substr(schema.name.rfind('.') + 1);
}

/// How Go names the type a field has.
std::string goType(const Schema& schema) {
  switch (schema.type) {
    case SchemaType::String:
      return schema.format == "date-time" ? "v1.Time" : "string";
    case SchemaType::Integer:
      return schema.format.empty() ? "int64" : schema.format;
    case SchemaType::Number:
      return "float64";
    case SchemaType::Boolean:
      return "bool";
    case SchemaType::Array:
      return "[]" + (schema.items != nullptr ? goType(*schema.items) : "interface {}");
    case SchemaType::Object:
      if (schema.isMap()) return "map[string]" + goType(*schema.additional);
      break;
    default:
      break;
  }
  std::size_t last = schema.name.rfind('.');
  if (last == std::string::npos || last == 0) return schema.name;
  std::size_t package = schema.name.rfind('.', last - 1);
  return schema.name.substr(package == std::string::npos ? 0 : package + 1);
}

class Decoder {
 public:
  explicit Decoder(std::vector<std::string>& unknown) : unknown_(unknown) {}

  Result<Value> decode(const Value& value, const Schema& schema, const std::string& structName) {
    if (value.isNull()) return value;
    switch (schema.type) {
      case SchemaType::Any:
        return value;
      case SchemaType::IntOrString:
        if (!value.isString() && !value.isNumeric())
          return fail(mismatch(value, "intstr.IntOrString", structName));
        return value;
      case SchemaType::Quantity:
        if (!value.isString() && !value.isNumeric())
          return fail(mismatch(value, "resource.Quantity", structName));
        return value;
      case SchemaType::Boolean:
        if (!value.isBool()) return fail(mismatch(value, "bool", structName));
        return value;
      case SchemaType::String:
        if (endsWith(schema.name, "resource.Quantity") && value.isNumeric()) return Value(value.numberText());
        if (!value.isString()) return fail(mismatch(value, goType(schema), structName));
        return value;
      case SchemaType::Integer:
        if (!value.isInt()) {
          std::string what =
              value.isNumeric() ? "number " + value.numberText() : std::string(jsonWord(value));
          return fail(mismatchText(what, goType(schema), structName));
        }
        return value;
      case SchemaType::Number:
        if (!value.isNumeric()) return fail(mismatch(value, goType(schema), structName));
        return value;
      case SchemaType::Array:
        return array(value, schema, structName);
      case SchemaType::Object:
        return object(value, schema, structName);
    }
    return value;
  }

 private:
  Result<Value> array(const Value& value, const Schema& schema, const std::string& structName) {
    if (!value.isArray()) return fail(mismatch(value, goType(schema), structName));
    if (schema.items == nullptr) return value;
    Value out = Value::array();
    out.reserve(value.size());
    std::size_t at = 0;
    std::size_t length = path_.size();
    std::size_t length2 = goPath_.size();
    for (const Value& element : value.elements()) {
      path_ += "[" + std::to_string(at++) + "]";
      TRY(Value one, decode(element, *schema.items, structName));
      path_.resize(length);
      goPath_.resize(length2);
      if (one.isNull() && schema.items->type == SchemaType::Object) one = Value::object();
      out.push(std::move(one));
    }
    return out;
  }

  Result<Value> object(const Value& value, const Schema& schema, const std::string& structName) {
    if (!value.isObject()) return fail(mismatch(value, goType(schema), structName));
    if (schema.preserveUnknown || (schema.properties.empty() && schema.additional == nullptr)) return value;
    std::string own = schema.isMap() ? structName : typeName(schema);
    Value out = Value::object();
    out.reserve(value.size());
    std::size_t length = path_.size();
    std::size_t length2 = goPath_.size();
    for (const data::Member& member : value.members()) {
      const std::string& key = member.key.str();
      const Schema* field = schema.field(key);
      path_ += (path_.empty() ? "" : ".") + key;
      if (!schema.isMap()) goPath_ += (goPath_.empty() ? "" : ".") + key;
      if (field == nullptr) {
        unknown_.push_back(path_);
      } else {
        TRY(Value one, decode(member.value, *field, own));
        if (schema.isMap() ? (!one.isNull() || field->type != SchemaType::Object)
                           : keep(one, key, schema, *field)) {
          if (one.isNull()) one = zero(*field);
          out.append(member.key, std::move(one));
        }
      }
      path_.resize(length);
      goPath_.resize(length2);
    }
    return out;
  }

  static Value zero(const Schema& schema) {
    switch (schema.type) {
      case SchemaType::String:
        return "";
      case SchemaType::Boolean:
        return false;
      case SchemaType::Integer:
        return 0;
      default:
        return {};
    }
  }

  /// Whether Go would write the field again: not when it is null or an empty optional list or map.
  static bool keep(const Value& value, const std::string& key, const Schema& schema, const Schema& field) {
    if (value.isNull()) return false;
    bool emptyCollection =
        (value.isArray() && value.empty()) || (value.isObject() && value.empty() && field.isMap());
    if (emptyCollection)
      return std::find(schema.required.begin(), schema.required.end(), key) != schema.required.end();
    if (!schema.omitZero.empty() &&
        std::find(schema.omitZero.begin(), schema.omitZero.end(), key) != schema.omitZero.end()) {
      if ((value.isString() && value.asString().empty()) || (value.isInt() && value.asInt() == 0) ||
          (value.isBool() && !value.asBool())) {
        return false;
      }
    }
    return true;
  }

  Error mismatch(const Value& value, const std::string& type, const std::string& structName) {
    return mismatchText(std::string(jsonWord(value)), type, structName);
  }
  Error mismatchText(const std::string& what, const std::string& type, const std::string& structName) {
    std::string text = "json: cannot unmarshal " + what + " into Go ";
    text += goPath_.empty() ? "value" : "struct field " + structName + "." + goPath_;
    return Error(ErrorCode::InvalidArgument, text + " of type " + type);
  }

  std::vector<std::string>& unknown_;
  std::string path_;    // with indexes, for unknown fields
  std::string goPath_;  // without, as encoding/json tells it
};

Value pruneValue(const Value& value, const Schema& schema, const std::string& path,
                 std::vector<std::string>& unknown, bool root);

Value pruneObject(const Value& value, const Schema& schema, const std::string& path,
                  std::vector<std::string>& unknown, bool root) {
  bool changed = false;
  Value out = Value::object();
  out.reserve(value.size());
  for (const data::Member& member : value.members()) {
    const std::string& key = member.key.str();
    std::string below = path.empty() ? key : path + "." + key;
    if ((root || schema.embeddedResource) && (key == "apiVersion" || key == "kind" || key == "metadata")) {
      out.append(member.key, member.value);
      continue;
    }
    const Schema* field = schema.field(key);
    if (field == nullptr) {
      if (schema.preserveUnknown) {
        out.append(member.key, member.value);
      } else {
        unknown.push_back(below);
        changed = true;
      }
      continue;
    }
    // A null for a field that may not be null is as if it were not there, when a default can take its place.
    if (member.value.isNull() && !field->nullable && field->defaultValue) {
      changed = true;
      continue;
    }
    Value pruned = pruneValue(member.value, *field, below, unknown, false);
    changed = changed || !pruned.sharesWith(member.value);
    out.append(member.key, std::move(pruned));
  }
  return changed ? out : value;
}

Value pruneValue(const Value& value, const Schema& schema, const std::string& path,
                 std::vector<std::string>& unknown, bool root) {
  if (value.isObject()) {
    if (schema.type == SchemaType::Any && schema.properties.empty()) return value;
    return pruneObject(value, schema, path, unknown, root);
  }
  if (value.isArray() && schema.items != nullptr) {
    Value out = Value::array();
    out.reserve(value.size());
    std::size_t at = 0;
    for (const Value& element : value.elements()) {
      out.push(pruneValue(element, *schema.items, path + "[" + std::to_string(at++) + "]", unknown, false));
    }
    return out;
  }
  return value;
}

}  // namespace

std::string_view jsonWord(const Value& value) {
  switch (value.kind()) {
    case Kind::Bool:
      return "bool";
    case Kind::Int:
    case Kind::Number:
      return "number";
    case Kind::String:
      return "string";
    case Kind::Array:
      return "array";
    case Kind::Object:
      return "object";
    case Kind::Null:
      break;
  }
  return "null";
}

Result<Value> decodeTyped(const Value& value, const Schema& schema, std::vector<std::string>& unknown) {
  Decoder decoder(unknown);
  return decoder.decode(value, schema, typeName(schema));
}

Result<Value> pruneCustom(const Value& value, const Schema& schema, SchemaSet& schemas,
                          std::vector<std::string>& unknown) {
  Value out = pruneValue(value, schema, "", unknown, true);
  if (const Value* meta = out.find("metadata")) {
    std::vector<std::string> metaUnknown;
    TRY(Value decoded, decodeTyped(*meta, *schemas.objectMeta(), metaUnknown));
    out.set("metadata", std::move(decoded));
    for (const std::string& path : metaUnknown) unknown.push_back("metadata." + path);
  }
  return out;
}

namespace {

void collect(const Value& value, const Schema& schema, const std::string& path,
             std::vector<std::string>& unknown) {
  if (value.isArray() && schema.items != nullptr) {
    std::size_t at = 0;
    for (const Value& element : value.elements())
      collect(element, *schema.items, path + "[" + std::to_string(at++) + "]", unknown);
  }
  bool free = schema.preserveUnknown || (schema.properties.empty() && schema.additional == nullptr);
  if (!value.isObject() || free) return;
  for (const data::Member& member : value.members()) {
    const std::string& key = member.key.str();
    std::string below = path.empty() ? key : path + "." + key;
    const Schema* field = schema.field(key);
    if (field == nullptr) {
      unknown.push_back(below);
    } else {
      collect(member.value, *field, below, unknown);
    }
  }
}

}  // namespace

void collectUnknown(const Value& value, const Schema& schema, std::vector<std::string>& unknown) {
  collect(value, schema, "", unknown);
}

void applyDefaults(Value& value, const Schema& schema) {
  if (value.isObject()) {
    for (const auto& [name, field] : schema.properties) {
      if (field->defaultValue && !value.has(name)) value.set(name, *field->defaultValue);
    }
    if (schema.properties.empty() && schema.additional == nullptr) return;
    std::vector<std::string> keys;
    for (const data::Member& member : value.members()) {
      if (member.value.isObject() || member.value.isArray()) keys.push_back(member.key.str());
    }
    for (const std::string& key : keys) {
      const Schema* field = schema.field(key);
      if (field == nullptr) continue;
      Value child = value.get(key);
      applyDefaults(child, *field);
      if (!child.sharesWith(value.get(key))) value.set(key, std::move(child));
    }
  } else if (value.isArray() && schema.items != nullptr) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      Value child = value.at(i);
      if (!child.isObject() && !child.isArray()) continue;
      applyDefaults(child, *schema.items);
      if (!child.sharesWith(value.at(i))) value.mutableAt(i) = std::move(child);
    }
  }
}

}  // namespace puppis::apiserver
