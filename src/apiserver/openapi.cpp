// SPDX-License-Identifier: Apache-2.0
#include "apiserver/openapi.h"

#include <algorithm>
#include <deque>
#include <set>

#include "base/strings.h"
#include "data/json.h"

namespace puppis::apiserver {

using data::Value;

namespace {

/// Writes schemas as OpenAPI, and remembers which named ones they refer to.
class Writer {
 public:
  explicit Writer(bool v3) : prefix_(v3 ? "#/components/schemas/" : "#/definitions/"), v3_(v3) {}

  Value reference(const std::string& name, const Schema* schema) {
    if (schema != nullptr && seen_.insert(name).second) waiting_.push_back({name, schema});
    return Value::object({{"$ref", prefix_ + name}});
  }

  Value body(const Schema& schema) {
    Value out = Value::object();
    if (!schema.description.empty()) out.set("description", schema.description);
    switch (schema.type) {
      case SchemaType::Any:
        break;
      case SchemaType::Object:
        out.set("type", "object");
        break;
      case SchemaType::Array:
        out.set("type", "array");
        break;
      case SchemaType::String:
        out.set("type", "string");
        break;
      case SchemaType::Integer:
        out.set("type", "integer");
        break;
      case SchemaType::Number:
        out.set("type", "number");
        break;
      case SchemaType::Boolean:
        out.set("type", "boolean");
        break;
      case SchemaType::IntOrString:
        out.set(v3_ ? "x-kubernetes-int-or-string" : "format", v3_ ? Value(true) : Value("int-or-string"));
        if (!v3_) out.set("type", "string");
        break;
      case SchemaType::Quantity:
        out.set("type", "string");
        break;
    }
    if (!schema.format.empty()) out.set("format", schema.format);
    if (!schema.properties.empty()) {
      Value properties = Value::object();
      for (const auto& [name, field] : schema.properties) properties.append(name, use(*field));
      out.set("properties", std::move(properties));
    }
    if (!schema.required.empty()) {
      Value required = Value::array();
      for (const std::string& one : schema.required) required.push(one);
      out.set("required", std::move(required));
    }
    if (schema.items != nullptr) out.set("items", use(*schema.items));
    if (schema.additional != nullptr) out.set("additionalProperties", use(*schema.additional));
    if (schema.defaultValue) out.set("default", *schema.defaultValue);
    if (schema.preserveUnknown) out.set("x-kubernetes-preserve-unknown-fields", true);
    if (schema.atomicMap) out.set("x-kubernetes-map-type", "atomic");
    if (schema.type == SchemaType::Array) {
      if (schema.listType == ListType::Map) {
        Value keys = Value::array();
        for (const std::string& key : schema.listMapKeys) keys.push(key);
        out.set("x-kubernetes-list-map-keys", std::move(keys));
        out.set("x-kubernetes-list-type", "map");
      } else {
        out.set("x-kubernetes-list-type", schema.listType == ListType::Set ? "set" : "atomic");
      }
    }
    std::string strategy = schema.patchMerge ? "merge" : "";
    if (schema.patchRetainKeys) strategy += strategy.empty() ? "retainKeys" : ",retainKeys";
    if (!schema.patchMergeKey.empty()) out.set("x-kubernetes-patch-merge-key", schema.patchMergeKey);
    if (!strategy.empty()) out.set("x-kubernetes-patch-strategy", strategy);
    return out;
  }

  /// Every definition that was referred to, and what those refer to.
  Value definitions(Value out) {
    while (!waiting_.empty()) {
      auto [name, schema] = waiting_.front();
      waiting_.pop_front();
      Value one = body(*schema);
      if (const Value* had = out.find(name)) {
        for (const data::Member& member : had->members()) one.set(member.key.str(), member.value);
      }
      out.set(name, std::move(one));
    }
    return out;
  }

 private:
  Value use(const Schema& schema) {
    if (schema.name.empty()) return body(schema);
    return reference(schema.name, &schema);
  }

  std::string prefix_;
  bool v3_;
  std::set<std::string> seen_;
  std::deque<std::pair<std::string, const Schema*>> waiting_;
};

/// "com.example.v1.Widget": how Kubernetes names the definition of a custom kind.
std::string customName(const KindInfo& kind) {
  std::vector<std::string> parts = split(kind.group, '.');
  std::reverse(parts.begin(), parts.end());
  return join(parts, ".") + "." + kind.version + "." + kind.kind;
}

std::string definitionName(const Resource& resource) {
  const KindInfo& kind = *resource.kind;
  if (resource.custom || kind.schema == nullptr || kind.schema->name.empty()) return customName(kind);
  return kind.schema->name;
}

Value gvkOf(const KindInfo& kind) {
  return Value::object({{"group", kind.group}, {"version", kind.version}, {"kind", kind.kind}});
}

Value queryParameter(const char* name, const char* type, bool v3) {
  Value out = Value::object({{"name", name}, {"in", "query"}});
  if (v3) {
    out.set("schema", Value::object({{"type", type}, {"uniqueItems", true}}));
  } else {
    out.set("type", type);
    out.set("uniqueItems", true);
  }
  return out;
}

Value operation(const KindInfo& kind, const char* action, bool v3,
                std::initializer_list<const char*> parameters) {
  Value list = Value::array();
  for (const char* name : parameters) list.push(queryParameter(name, "string", v3));
  return Value::object({{"operationId", std::string(action) + kind.kind},
                        {"parameters", std::move(list)},
                        {"responses", Value::object({{"200", Value::object({{"description", "OK"}})}})},
                        {"x-kubernetes-action", action},
                        {"x-kubernetes-group-version-kind", gvkOf(kind)}});
}

void addPaths(Value& paths, const KindInfo& kind, bool v3) {
  std::string root = kind.group.empty() ? "/api/" + kind.version : "/apis/" + kind.group + "/" + kind.version;
  std::string collection = root + (kind.namespaced ? "/namespaces/{namespace}/" : "/") + kind.resource;
  paths[collection].set(
      "get", operation(kind, "list", v3,
                       {"labelSelector", "fieldSelector", "limit", "continue", "resourceVersion", "watch"}));
  paths[collection].set("post", operation(kind, "post", v3, {"dryRun", "fieldManager", "fieldValidation"}));
  Value& one = paths[collection + "/{name}"];
  one.set("get", operation(kind, "get", v3, {}));
  one.set("put", operation(kind, "put", v3, {"dryRun", "fieldManager", "fieldValidation"}));
  one.set("patch", operation(kind, "patch", v3, {"dryRun", "fieldManager", "fieldValidation", "force"}));
  one.set("delete", operation(kind, "delete", v3, {"dryRun", "gracePeriodSeconds", "propagationPolicy"}));
}

/// A custom kind's schema with the fields every object has.
Value customSchema(const Resource& resource, Writer& writer) {
  Value out = resource.openApi.isObject() ? resource.openApi : Value::object({{"type", "object"}});
  Value properties = out.get("properties");
  if (!properties.isObject()) properties = Value::object();
  properties.set(
      "apiVersion",
      Value::object({{"type", "string"},
                     {"description", "The version of the schema that this object is written in."}}));
  properties.set("kind", Value::object({{"type", "string"}, {"description", "The kind of this object."}}));
  Value meta =
      writer.reference("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", resource.schemas->objectMeta());
  properties.set("metadata", std::move(meta));
  out.set("properties", std::move(properties));
  return out;
}

void addKind(const Resource& resource, Writer& writer, Value& paths, Value& definitions, bool v3) {
  std::string name = definitionName(resource);
  addPaths(paths, *resource.kind, v3);
  Value gvks = definitions.get(name).get("x-kubernetes-group-version-kind");
  if (!gvks.isArray()) gvks = Value::array();
  gvks.push(gvkOf(*resource.kind));
  Value one = Value::object();
  if (resource.custom) {
    one = customSchema(resource, writer);
  } else if (resource.kind->schema != nullptr) {
    writer.reference(name, resource.kind->schema);
  } else {
    one = Value::object({{"type", "object"}});
  }
  one.set("x-kubernetes-group-version-kind", std::move(gvks));
  definitions.set(name, std::move(one));
}

std::string pathOf(const KindInfo& kind) {
  return kind.group.empty() ? "api/" + kind.version : "apis/" + kind.group + "/" + kind.version;
}

Value info() {
  return Value::object({{"title", "Puppis"}, {"version", "v1.34.0"}});
}

}  // namespace

Value openApiIndex(const Registry& registry) {
  Value paths = Value::object();
  std::string hash = hex(std::to_string(registry.generation()));
  for (const ResourcePtr& resource : registry.all()) {
    std::string path = pathOf(*resource->kind);
    if (!paths.has(path))
      paths.set(path, Value::object({{"serverRelativeURL", "/openapi/v3/" + path + "?hash=" + hash}}));
  }
  return Value::object({{"paths", std::move(paths)}});
}

std::optional<Value> openApiV3(const Registry& registry, const std::string& path) {
  Writer writer(true);
  Value paths = Value::object(), definitions = Value::object();
  for (const ResourcePtr& resource : registry.all()) {
    if (pathOf(*resource->kind) == path) addKind(*resource, writer, paths, definitions, true);
  }
  if (paths.empty()) return std::nullopt;
  definitions = writer.definitions(std::move(definitions));
  return Value::object({{"openapi", "3.0.0"},
                        {"info", info()},
                        {"paths", std::move(paths)},
                        {"components", Value::object({{"schemas", std::move(definitions)}})}});
}

Value openApiV2(const Registry& registry) {
  Writer writer(false);
  Value paths = Value::object(), definitions = Value::object();
  for (const ResourcePtr& resource : registry.all()) addKind(*resource, writer, paths, definitions, false);
  definitions = writer.definitions(std::move(definitions));
  return Value::object({{"swagger", "2.0"},
                        {"info", info()},
                        {"paths", std::move(paths)},
                        {"definitions", std::move(definitions)}});
}

}  // namespace puppis::apiserver
