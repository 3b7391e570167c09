// SPDX-License-Identifier: Apache-2.0
#include "apiserver/custom_validation.h"

#include <algorithm>
#include <set>

#include <re2/re2.h>

#include "base/strings.h"
#include "data/json.h"

namespace puppis::apiserver {

using data::Value;

namespace {

std::string_view typeWord(const Value& value) {
  switch (value.kind()) {
    case data::Kind::Null:
      return "null";
    case data::Kind::Bool:
      return "boolean";
    case data::Kind::Int:
      return "integer";
    case data::Kind::Number:
      return "number";
    case data::Kind::String:
      return "string";
    case data::Kind::Array:
      return "array";
    case data::Kind::Object:
      return "object";
  }
  return "null";
}

bool integral(const Value& value) {
  if (value.isInt()) return true;
  double number = value.asDouble();
  return value.isNumeric() && number == static_cast<double>(static_cast<std::int64_t>(number));
}

bool typeFits(const Value& value, const Schema& schema) {
  switch (schema.type) {
    case SchemaType::Any:
      return true;
    case SchemaType::Object:
      return value.isObject();
    case SchemaType::Array:
      return value.isArray();
    case SchemaType::String:
      return value.isString();
    case SchemaType::Integer:
      return integral(value);
    case SchemaType::Number:
      return value.isNumeric();
    case SchemaType::Boolean:
      return value.isBool();
    case SchemaType::IntOrString:
      return value.isString() || integral(value);
    case SchemaType::Quantity:
      return value.isString() || value.isNumeric();
  }
  return true;
}

std::size_t characters(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

class Validator {
 public:
  Validator(RuleEvaluator* rules, Faults& faults) : rules_(rules), faults_(faults) {}

  void check(const Value& value, const Value* old, const Schema& schema, const std::string& path,
             bool root = false) {
    if (value.isNull()) {
      if (!schema.nullable && schema.type != SchemaType::Any) typeFault(value, schema, path);
      return;
    }
    if (!typeFits(value, schema)) return typeFault(value, schema, path);
    if (schema.limits) limits(value, *schema.limits, path);
    if (value.isObject()) object(value, old, schema, path, root);
    if (value.isArray()) array(value, old, schema, path);
    if (schema.limits && !schema.limits->rules.empty() && rules_ != nullptr)
      rules_->check(schema, value, old, path, faults_);
  }

 private:
  void typeFault(const Value& value, const Schema& schema, const std::string& path) {
    std::string wanted(schema.type == SchemaType::IntOrString ? "integer,string" : typeWord(schema.type));
    std::string where = path.empty() ? "<nil>" : path;
    faults_.add({FaultKind::TypeInvalid, where, Value(std::string(typeWord(value))),
                 where + " in body must be of type " + wanted + ": \"" + std::string(typeWord(value)) + "\"",
                 ""});
  }

  void invalid(const std::string& path, const Value& value, const std::string& what) {
    faults_.invalid(path, value, path + " in body " + what);
  }

  void limits(const Value& value, const SchemaLimits& limits, const std::string& path) {
    if (value.isNumeric()) {
      double number = value.asDouble();
      if (limits.minimum && (limits.exclusiveMinimum ? number <= limits.minimum->asDouble()
                                                     : number < limits.minimum->asDouble())) {
        invalid(path, value,
                "should be greater than " + std::string(limits.exclusiveMinimum ? "" : "or equal to ") +
                    limits.minimum->numberText());
      }
      if (limits.maximum && (limits.exclusiveMaximum ? number >= limits.maximum->asDouble()
                                                     : number > limits.maximum->asDouble())) {
        invalid(path, value,
                "should be less than " + std::string(limits.exclusiveMaximum ? "" : "or equal to ") +
                    limits.maximum->numberText());
      }
      if (limits.multipleOf && limits.multipleOf->asDouble() != 0) {
        double ratio = number / limits.multipleOf->asDouble();
        if (ratio != static_cast<double>(static_cast<std::int64_t>(ratio)))
          invalid(path, value, "should be a multiple of " + limits.multipleOf->numberText());
      }
    }
    if (value.isString()) {
      auto length = static_cast<std::int64_t>(characters(value.asString()));
      if (limits.minLength && length < *limits.minLength)
        invalid(path, value, "should be at least " + std::to_string(*limits.minLength) + " chars long");
      if (limits.maxLength && length > *limits.maxLength)
        faults_.tooLong(path, static_cast<std::size_t>(*limits.maxLength));
      if (!limits.pattern.empty()) {
        RE2 pattern(limits.pattern, RE2::Quiet);
        if (pattern.ok() && !RE2::PartialMatch(value.asString(), pattern))
          invalid(path, value, "should match '" + limits.pattern + "'");
      }
    }
    if (value.isArray()) {
      auto length = static_cast<std::int64_t>(value.size());
      if (limits.minItems && length < *limits.minItems)
        invalid(path, length, "should have at least " + std::to_string(*limits.minItems) + " items");
      if (limits.maxItems && length > *limits.maxItems)
        faults_.tooMany(path, value.size(), static_cast<std::size_t>(*limits.maxItems));
    }
    if (value.isObject()) {
      auto length = static_cast<std::int64_t>(value.size());
      if (limits.minProperties && length < *limits.minProperties) {
        invalid(path, length,
                "should have at least " + std::to_string(*limits.minProperties) + " properties");
      }
      if (limits.maxProperties && length > *limits.maxProperties) {
        faults_.add({FaultKind::TooMany, path, length,
                     "must have at most " + std::to_string(*limits.maxProperties) + " items", ""});
      }
    }
    if (!limits.enumeration.empty() &&
        std::find(limits.enumeration.begin(), limits.enumeration.end(), value) == limits.enumeration.end()) {
      std::vector<std::string> words;
      for (const Value& one : limits.enumeration)
        words.push_back(one.isString() ? one.asString() : data::toJson(one));
      faults_.notSupported(path, value, words);
    }
    branches(value, limits, path);
  }

  static bool fits(const Value& value, const Schema& schema) {
    Faults faults;
    Validator(nullptr, faults).check(value, nullptr, schema, "");
    return faults.empty();
  }

  void branches(const Value& value, const SchemaLimits& limits, const std::string& path) {
    for (const Schema* one : limits.allOf) check(value, nullptr, *one, path);
    auto fit = [&](const std::vector<const Schema*>& list) {
      return std::count_if(list.begin(), list.end(), [&](const Schema* one) { return fits(value, *one); });
    };
    if (!limits.anyOf.empty() && fit(limits.anyOf) == 0)
      invalid(path, value, "must validate at least one schema (anyOf)");
    if (!limits.oneOf.empty() && fit(limits.oneOf) != 1) {
      invalid(path, value,
              "must validate one and only one schema (oneOf). Found " +
                  std::string(fit(limits.oneOf) == 0 ? "none valid" : "more than one valid"));
    }
    if (limits.negated != nullptr && fits(value, *limits.negated))
      invalid(path, value, "must not validate the schema (not)");
  }

  void object(const Value& value, const Value* old, const Schema& schema, const std::string& path,
              bool root) {
    for (const std::string& name : schema.required) {
      if (!value.has(name)) faults_.required(path.empty() ? name : path + "." + name, "");
    }
    for (const data::Member& member : value.members()) {
      const std::string& key = member.key.str();
      if (root && (key == "apiVersion" || key == "kind" || key == "metadata")) continue;
      const Schema* field = schema.field(key);
      if (field == nullptr) continue;
      std::string below = path.empty() ? key : path + "." + key;
      if (schema.properties.find(key) == schema.properties.end() && !path.empty()) below = path + "." + key;
      check(member.value, old == nullptr ? nullptr : old->find(key), *field, below);
    }
  }

  void array(const Value& value, const Value* old, const Schema& schema, const std::string& path) {
    if (schema.items == nullptr) return;
    std::set<std::string> seen;
    for (std::size_t i = 0; i < value.size(); ++i) {
      const Value& element = value.at(i);
      std::string at = path + "[" + std::to_string(i) + "]";
      const Value* before = nullptr;
      if (schema.listType == ListType::Map) {
        Value key = keyOf(element, schema);
        if (!seen.insert(data::toJson(key)).second) faults_.duplicate(at, key);
        if (old != nullptr) before = matching(*old, key, schema);
      } else if (schema.listType == ListType::Set && !seen.insert(data::toJson(element)).second) {
        faults_.duplicate(at, element);
      }
      check(element, before, *schema.items, at);
    }
  }

  static Value keyOf(const Value& element, const Schema& schema) {
    Value key = Value::object();
    for (const std::string& name : schema.listMapKeys) key.set(name, element.get(name));
    return key;
  }

  static const Value* matching(const Value& list, const Value& key, const Schema& schema) {
    for (const Value& element : list.elements()) {
      if (keyOf(element, schema) == key) return &element;
    }
    return nullptr;
  }

  RuleEvaluator* rules_;
  Faults& faults_;
};

}  // namespace

void validateCustom(const Value& object, const Value& old, const Schema& schema, RuleEvaluator* rules,
                    Faults& faults) {
  Validator(rules, faults).check(object, old.isNull() ? nullptr : &old, schema, "", true);
}

}  // namespace puppis::apiserver
