// SPDX-License-Identifier: Apache-2.0
#include "apiserver/schema.h"

#include "base/strings.h"

namespace puppis::apiserver {
namespace {

constexpr int kDeepest = 200;

std::optional<std::int64_t> optionalInt(const data::Value& schema, std::string_view key) {
  return schema.get(key).intValue();
}

std::optional<data::Value> optionalValue(const data::Value& schema, std::string_view key) {
  const data::Value* value = schema.find(key);
  return value == nullptr ? std::nullopt : std::optional<data::Value>(*value);
}

/// "#/definitions/NAME" or "#/components/schemas/NAME".
std::string refName(const std::string& ref) {
  return ref.substr(ref.rfind('/') + 1);
}

SchemaType typeOf(const data::Value& schema) {
  if (schema.get("x-kubernetes-int-or-string").asBool() ||
      schema.get("format").asString() == "int-or-string") {
    return SchemaType::IntOrString;
  }
  const std::string& type = schema.get("type").asString();
  if (type == "object") return SchemaType::Object;
  if (type == "array") return SchemaType::Array;
  if (type == "string") return SchemaType::String;
  if (type == "integer") return SchemaType::Integer;
  if (type == "number") return SchemaType::Number;
  if (type == "boolean") return SchemaType::Boolean;
  return schema.has("properties") || schema.has("additionalProperties") ? SchemaType::Object
                                                                        : SchemaType::Any;
}

}  // namespace

std::string_view typeWord(SchemaType type) {
  switch (type) {
    case SchemaType::Object:
      return "object";
    case SchemaType::Array:
      return "array";
    case SchemaType::String:
      return "string";
    case SchemaType::Integer:
      return "integer";
    case SchemaType::Number:
      return "number";
    case SchemaType::Boolean:
      return "boolean";
    default:
      return "";
  }
}

Schema& SchemaSet::make(SchemaType type) {
  all_.emplace_back();
  all_.back().type = type;
  return all_.back();
}

Status SchemaSet::addDefinitions(const data::Value& definitions) {
  for (const data::Member& member : definitions.members()) {
    auto [it, added] = named_.emplace(member.key.str(), nullptr);
    if (added) it->second = &make();
    it->second->name = member.key.str();
  }
  for (const data::Member& member : definitions.members()) {
    TRY_VOID(fill(*named_.find(member.key.str())->second, member.value, 0));
  }
  makeVariants();
  return {};
}

void SchemaSet::makeVariants() {
  for (const Variant& variant : variants_) {
    Schema& out = *variant.made;
    out = *variant.target;
    const data::Value& marks = variant.marks;
    if (marks.has("x-kubernetes-map-type"))
      out.atomicMap = marks.get("x-kubernetes-map-type").asString() == "atomic";
    if (marks.has("x-kubernetes-patch-strategy")) {
      out.patchRetainKeys =
          marks.get("x-kubernetes-patch-strategy").asString().find("retainKeys") != std::string::npos;
    }
    if (const data::Value* value = marks.find("default")) out.defaultValue = *value;
  }
  variants_.clear();
}

Result<const Schema*> SchemaSet::addInline(const data::Value& schema) {
  return read(schema, 0);
}

const Schema* SchemaSet::find(std::string_view name) const {
  auto it = named_.find(name);
  return it == named_.end() ? nullptr : it->second;
}

Result<const Schema*> SchemaSet::read(const data::Value& schema, int depth) {
  if (depth > kDeepest) return fail(Error(ErrorCode::Invalid, "schema nests too deeply"));
  // A property that is a reference with a default or a description comes as allOf with that one reference.
  const data::Value* reference = schema.find("$ref");
  const data::Value& allOf = schema.get("allOf");
  if (reference == nullptr && allOf.size() == 1 && !schema.has("type") && !schema.has("properties")) {
    reference = allOf.at(0).find("$ref");
  }
  if (reference == nullptr) {
    Schema& out = make();
    TRY_VOID(fill(out, schema, depth));
    return &out;
  }
  std::string name = refName(reference->asString());
  const Schema* target = find(name);
  if (target == nullptr) {
    return fail(Error(ErrorCode::Invalid, "schema refers to " + name + ", which is not defined"));
  }
  // Marks of the list or map may stand beside the reference; they belong to this use of it only.
  if (!schema.has("x-kubernetes-map-type") && !schema.has("x-kubernetes-patch-strategy") &&
      !schema.has("default"))
    return target;
  Schema& out = make();
  variants_.push_back({&out, target, schema});
  return &out;
}

namespace {

bool hasLimits(const data::Value& schema) {
  static const std::vector<std::string_view> kWords = {
      "minimum",       "maximum",  "multipleOf", "minLength",
      "maxLength",     "minItems", "maxItems",   "minProperties",
      "maxProperties", "pattern",  "enum",       "allOf",
      "anyOf",         "oneOf",    "not",        "x-kubernetes-validations",
      "uniqueItems"};
  for (std::string_view word : kWords) {
    if (schema.has(word)) return true;
  }
  return false;
}

}  // namespace

Status SchemaSet::fill(Schema& out, const data::Value& schema, int depth) {
  out.type = typeOf(schema);
  out.nullable = schema.get("nullable").asBool();
  out.preserveUnknown = schema.get("x-kubernetes-preserve-unknown-fields").asBool();
  out.embeddedResource = schema.get("x-kubernetes-embedded-resource").asBool();
  out.atomicMap = schema.get("x-kubernetes-map-type").asString() == "atomic";
  out.format = schema.get("format").asString();
  out.description = schema.get("description").asString();
  const std::string& listType = schema.get("x-kubernetes-list-type").asString();
  if (listType == "set") out.listType = ListType::Set;
  if (listType == "map") out.listType = ListType::Map;
  for (const data::Value& key : schema.get("x-kubernetes-list-map-keys").elements())
    out.listMapKeys.push_back(key.asString());
  const std::string& strategy = schema.get("x-kubernetes-patch-strategy").asString();
  out.patchMerge = strategy.find("merge") != std::string::npos;
  out.patchRetainKeys = strategy.find("retainKeys") != std::string::npos;
  out.patchMergeKey = schema.get("x-kubernetes-patch-merge-key").asString();
  for (const data::Value& name : schema.get("required").elements()) out.required.push_back(name.asString());
  out.defaultValue = optionalValue(schema, "default");
  for (const data::Member& property : schema.get("properties").members()) {
    TRY(const Schema* one, read(property.value, depth + 1));
    out.properties[property.key.str()] = one;
  }
  if (schema.get("items").isObject()) {
    TRY(out.items, read(schema.get("items"), depth + 1));
  }
  const data::Value& additional = schema.get("additionalProperties");
  if (additional.isObject()) {
    TRY(out.additional, read(additional, depth + 1));
  } else if (additional.isBool() && additional.asBool()) {
    out.additional = &make();
  }
  if (!hasLimits(schema)) return {};
  auto limits = std::make_shared<SchemaLimits>();
  limits->minimum = optionalValue(schema, "minimum");
  limits->maximum = optionalValue(schema, "maximum");
  limits->multipleOf = optionalValue(schema, "multipleOf");
  limits->exclusiveMinimum = schema.get("exclusiveMinimum").asBool();
  limits->exclusiveMaximum = schema.get("exclusiveMaximum").asBool();
  limits->uniqueItems = schema.get("uniqueItems").asBool();
  limits->minLength = optionalInt(schema, "minLength");
  limits->maxLength = optionalInt(schema, "maxLength");
  limits->minItems = optionalInt(schema, "minItems");
  limits->maxItems = optionalInt(schema, "maxItems");
  limits->minProperties = optionalInt(schema, "minProperties");
  limits->maxProperties = optionalInt(schema, "maxProperties");
  limits->pattern = schema.get("pattern").asString();
  for (const data::Value& one : schema.get("enum").elements()) limits->enumeration.push_back(one);
  auto readAll = [&](std::string_view word, std::vector<const Schema*>& into) -> Status {
    for (const data::Value& one : schema.get(word).elements()) {
      TRY(const Schema* branch, read(one, depth + 1));
      into.push_back(branch);
    }
    return {};
  };
  TRY_VOID(readAll("allOf", limits->allOf));
  TRY_VOID(readAll("anyOf", limits->anyOf));
  TRY_VOID(readAll("oneOf", limits->oneOf));
  if (schema.get("not").isObject()) {
    TRY(limits->negated, read(schema.get("not"), depth + 1));
  }
  for (const data::Value& rule : schema.get("x-kubernetes-validations").elements()) {
    limits->rules.push_back({rule.get("rule").asString(), rule.get("message").asString(),
                             rule.get("messageExpression").asString(), rule.get("reason").asString(),
                             rule.get("fieldPath").asString(), rule.get("optionalOldSelf").asBool()});
  }
  out.limits = std::move(limits);
  return {};
}

const Schema* SchemaSet::objectMeta() {
  if (objectMeta_ != nullptr) return objectMeta_;
  auto scalar = [this](SchemaType type) { return &make(type); };
  const Schema* string = scalar(SchemaType::String);
  Schema& stringMap = make(SchemaType::Object);
  stringMap.additional = string;
  Schema& owner = make(SchemaType::Object);
  owner.name = "io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference";
  owner.atomicMap = true;
  owner.required = {"apiVersion", "kind", "name", "uid"};
  for (const char* name : {"apiVersion", "kind", "name", "uid"}) owner.properties[name] = string;
  for (const char* name : {"controller", "blockOwnerDeletion"})
    owner.properties[name] = scalar(SchemaType::Boolean);
  Schema& owners = make(SchemaType::Array);
  owners.items = &owner;
  owners.listType = ListType::Map;
  owners.listMapKeys = {"uid"};
  owners.patchMerge = true;
  owners.patchMergeKey = "uid";
  Schema& finalizers = make(SchemaType::Array);
  finalizers.items = string;
  finalizers.listType = ListType::Set;
  finalizers.patchMerge = true;
  Schema& fields = make(SchemaType::Object);
  fields.preserveUnknown = true;
  Schema& entry = make(SchemaType::Object);
  entry.name = "io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry";
  Schema& time = make(SchemaType::String);
  time.format = "date-time";
  for (const char* name : {"apiVersion", "fieldsType", "manager", "operation", "subresource"})
    entry.properties[name] = string;
  entry.properties["time"] = &time;
  entry.properties["fieldsV1"] = &fields;
  Schema& managed = make(SchemaType::Array);
  managed.items = &entry;
  Schema& meta = make(SchemaType::Object);
  meta.name = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
  for (const char* name : {"name", "generateName", "namespace", "selfLink", "uid", "resourceVersion"})
    meta.properties[name] = string;
  for (const char* name : {"generation", "deletionGracePeriodSeconds"})
    meta.properties[name] = scalar(SchemaType::Integer);
  for (const char* name : {"creationTimestamp", "deletionTimestamp"}) meta.properties[name] = &time;
  for (const char* name : {"labels", "annotations"}) meta.properties[name] = &stringMap;
  meta.properties["ownerReferences"] = &owners;
  meta.properties["finalizers"] = &finalizers;
  meta.properties["managedFields"] = &managed;
  objectMeta_ = &meta;
  return objectMeta_;
}

}  // namespace puppis::apiserver
