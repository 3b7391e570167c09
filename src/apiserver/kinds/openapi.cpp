// SPDX-License-Identifier: Apache-2.0
#include "apiserver/kinds/openapi.h"

#include <set>
#include <string>

#include "apiserver/kinds/type_table.h"
#include "base/strings.h"

namespace puppis::apiserver::kinds {
namespace {

using data::Value;

constexpr const char* kMetaNs = "io.k8s.apimachinery.pkg.apis.meta.v1.";

/// The definition that stands for a leaf with a name of its own, or nullptr.
const char* leafDefinition(std::string_view word) {
  if (word == "quantity") return "io.k8s.apimachinery.pkg.api.resource.Quantity";
  if (word == "intOrString") return "io.k8s.apimachinery.pkg.util.intstr.IntOrString";
  if (word == "time") return "io.k8s.apimachinery.pkg.apis.meta.v1.Time";
  if (word == "microTime") return "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime";
  if (word == "duration") return "io.k8s.apimachinery.pkg.apis.meta.v1.Duration";
  if (word == "fields") return "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1";
  if (word == "raw") return "io.k8s.apimachinery.pkg.runtime.RawExtension";
  if (word == "json") return "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON";
  if (word == "schemaOrBool")
    return "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool";
  if (word == "schemaOrArray")
    return "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray";
  if (word == "schemaOrStrings")
    return "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray";
  return nullptr;
}

class Definitions {
 public:
  explicit Definitions(bool v3) : v3_(v3) {}

  Value all() {
    Value out = Value::object();
    for (const auto& [name, type] : TypeTable::builtin().types()) out.append(name, structure(*type));
    addLeaves(out);
    return out;
  }

  /// `name` and everything it refers to.
  void closure(const std::string& name, Value& out) {
    if (!seen_.insert(name).second) return;
    if (const TypeInfo* type = TypeTable::builtin().find(name)) {
      out.append(name, structure(*type));
      for (const auto& field : type->fields) {
        const TypeRef* inner = field.type;
        while (inner->element != nullptr) inner = inner->element;
        if (inner->type != nullptr)
          closure(inner->type->name, out);
        else if (const char* leaf = leafDefinition(inner->word))
          closure(leaf, out);
      }
      return;
    }
    Value leaves = Value::object();
    addLeaves(leaves);
    if (const Value* leaf = leaves.find(name)) out.append(name, *leaf);
  }

  Value structure(const TypeInfo& type) {
    Value out = Value::object({{"type", "object"}});
    Value properties = Value::object();
    for (const auto& field : type.fields) properties.append(field.name, property(field));
    if (!properties.empty()) out.set("properties", properties);
    if (!type.required.empty()) {
      Value required = Value::array();
      for (const auto& name : type.required) required.push(name);
      out.set("required", required);
    }
    if (type.atomicMap) out.set("x-kubernetes-map-type", "atomic");
    if (!type.gvk.empty()) out.set("x-kubernetes-group-version-kind", type.gvk);
    return out;
  }

 private:
  Value reference(std::string_view name) const {
    return Value::object({{"$ref", (v3_ ? "#/components/schemas/" : "#/definitions/") + std::string(name)}});
  }

  Value property(const FieldInfo& field) {
    Value out = schema(*field.type, field.facts);
    const Value& facts = field.facts;
    // beside a $ref OpenAPI 3 ignores other keys, so the reference is wrapped
    bool extended = facts.has("patch") || facts.has("mergeKey") || facts.has("map");
    if (v3_ && extended && out.has("$ref")) out = Value::object({{"allOf", Value::array({out})}});
    if (facts.has("enum")) out.set("enum", facts.get("enum"));
    if (facts.has("default")) out.set("default", facts.get("default"));
    if (facts.has("keys")) out.set("x-kubernetes-list-map-keys", facts.get("keys"));
    if (facts.has("list")) out.set("x-kubernetes-list-type", facts.get("list"));
    if (facts.has("map")) out.set("x-kubernetes-map-type", facts.get("map"));
    if (facts.has("mergeKey")) out.set("x-kubernetes-patch-merge-key", facts.get("mergeKey"));
    if (facts.has("patch")) out.set("x-kubernetes-patch-strategy", facts.get("patch"));
    return out;
  }

  Value schema(const TypeRef& ref, const Value& facts) {
    if (const char* leaf = leafDefinition(ref.word)) return reference(leaf);
    auto plain = [](const char* type, const char* format = nullptr) {
      Value out = Value::object({{"type", type}});
      if (format != nullptr) out.set("format", format);
      return out;
    };
    switch (ref.form) {
      case Form::String:
        return plain("string");
      case Form::Bool:
        return plain("boolean");
      case Form::Int32:
        return plain("integer", "int32");
      case Form::Int64:
        return plain("integer", "int64");
      case Form::Double:
        return plain("number", "double");
      case Form::Bytes:
        return plain("string", "byte");
      case Form::Struct:
        return reference(ref.type->name);
      case Form::List: {
        Value items = schema(*ref.element, Value());
        if (facts.has("itemEnum")) items.set("enum", facts.get("itemEnum"));
        return Value::object({{"type", "array"}, {"items", items}});
      }
      case Form::Map:
        return Value::object({{"type", "object"}, {"additionalProperties", schema(*ref.element, Value())}});
      default:
        return Value::object();
    }
  }

  void addLeaves(Value& out) const {
    auto add = [&](std::string_view word, Value schema) { out.set(leafDefinition(word), std::move(schema)); };
    Value string = Value::object({{"type", "string"}});
    Value either = Value::object({{"type", "string"}});
    if (v3_) {
      either = Value::object({{"oneOf", Value::array({string, Value::object({{"type", "number"}})})}});
      add("intOrString",
          Value::object({{"format", "int-or-string"},
                         {"oneOf", Value::array({Value::object({{"type", "integer"}}), string})}}));
    } else {
      add("intOrString", Value::object({{"type", "string"}, {"format", "int-or-string"}}));
    }
    add("quantity", either);
    for (auto word : {"time", "microTime"})
      add(word, Value::object({{"type", "string"}, {"format", "date-time"}}));
    add("duration", string);
    for (auto word : {"fields", "raw"}) add(word, Value::object({{"type", "object"}}));
    for (auto word : {"json", "schemaOrBool", "schemaOrArray", "schemaOrStrings"}) add(word, Value::object());
  }

  bool v3_;
  std::set<std::string> seen_;
};

/// Paths, in the form of OpenAPI 3 or 2. Only what clients read in them: which verbs take which query
/// parameters (fieldValidation, dryRun), and the kind each path speaks.
class Paths {
 public:
  explicit Paths(bool v3) : v3_(v3) {}

  void add(const ResourceInfo& resource, Value& paths) {
    std::string root = resource.group.empty() ? "/api/" + resource.version
                                              : "/apis/" + resource.group + "/" + resource.version;
    std::vector<std::string> parts = split(resource.resource, '/');
    std::string collection = root + (resource.namespaced ? "/namespaces/{namespace}/" : "/") + parts[0];
    std::string object = collection + "/{name}" + (parts.size() == 2 ? "/" + parts[1] : "");
    auto has = [&](std::string_view verb) {
      for (const auto& v : resource.verbs) {
        if (v == verb) return true;
      }
      return false;
    };
    bool sub = parts.size() == 2;
    Value onCollection = Value::object();
    Value onObject = Value::object();
    if (has("list")) onCollection.set("get", operation(resource, "list", sub));
    if (has("create")) (sub ? onObject : onCollection).set("post", operation(resource, "create", sub));
    if (has("deletecollection")) onCollection.set("delete", operation(resource, "deletecollection", sub));
    if (has("get")) onObject.set("get", operation(resource, "get", sub));
    if (has("update")) onObject.set("put", operation(resource, "update", sub));
    if (has("patch")) onObject.set("patch", operation(resource, "patch", sub));
    if (has("delete") && !sub) onObject.set("delete", operation(resource, "delete", sub));
    auto addPath = [&](const std::string& path, Value operations, bool named) {
      if (operations.empty()) return;
      Value parameters = Value::array();
      if (named) parameters.push(parameter("name", "path", "string"));
      if (resource.namespaced) parameters.push(parameter("namespace", "path", "string"));
      if (!parameters.empty()) operations.set("parameters", parameters);
      paths.set(path, operations);
    };
    addPath(collection, onCollection, false);
    addPath(object, onObject, true);
    if (resource.namespaced && has("list")) {
      paths.set(root + "/" + parts[0], Value::object({{"get", operation(resource, "list", sub)}}));
    }
  }

 private:
  Value parameter(const char* name, const char* in, const char* type) const {
    Value out = Value::object({{"name", name}, {"in", in}});
    if (std::string_view(in) == "path") out.set("required", true);
    if (v3_)
      out.set("schema", Value::object({{"type", type}, {"uniqueItems", true}}));
    else
      out.set("type", type), out.set("uniqueItems", true);
    return out;
  }

  Value operation(const ResourceInfo& r, std::string_view verb, bool sub) const {
    std::string group = r.objectVersion.empty() ? r.group : r.objectGroup;
    std::string version = r.objectVersion.empty() ? r.version : r.objectVersion;
    bool write = verb == "create" || verb == "update" || verb == "patch";
    Value parameters = Value::array();
    if (write || verb == "delete" || verb == "deletecollection")
      parameters.push(parameter("dryRun", "query", "string"));
    if (write) {
      parameters.push(parameter("fieldManager", "query", "string"));
      parameters.push(parameter("fieldValidation", "query", "string"));
    }
    if (verb == "patch") parameters.push(parameter("force", "query", "boolean"));
    if (verb == "list") {
      for (auto name : {"continue", "fieldSelector", "labelSelector", "resourceVersion"})
        parameters.push(parameter(name, "query", "string"));
      for (auto name : {"limit", "timeoutSeconds"}) parameters.push(parameter(name, "query", "integer"));
      parameters.push(parameter("watch", "query", "boolean"));
    }
    const TypeInfo* answer = verb == "list" ? r.listType : r.type;
    Value responses = Value::object({{"200", response(answer)}});
    std::string operationName = std::string(verb == "update" ? "replace" : verb == "get" ? "read" : verb);
    Value out =
        Value::object({{"operationId", operationName + r.kind + (sub ? "Subresource" : "") + r.version}});
    if (v3_ && (write || verb == "delete")) {
      out.set("requestBody",
              Value::object(
                  {{"content",
                    Value::object(
                        {{"*/*",
                          Value::object({{"schema", reference(verb == "patch" ? nullptr : r.type)}})}})}}));
    } else if (!v3_ && write) {
      Value body = Value::object({{"name", "body"}, {"in", "body"}, {"required", true}});
      body.set("schema", reference(verb == "patch" ? nullptr : r.type));
      parameters.push(body);
    }
    if (!parameters.empty()) out.set("parameters", parameters);
    out.set("responses", responses);
    out.set("x-kubernetes-action", verb == "create"   ? "post"
                                   : verb == "update" ? "put"
                                                      : std::string(verb).c_str());
    out.set("x-kubernetes-group-version-kind",
            Value::object({{"group", group}, {"version", version}, {"kind", r.kind}}));
    return out;
  }

  Value reference(const TypeInfo* type) const {
    if (type == nullptr) return Value::object({{"type", "object"}});
    return Value::object({{"$ref", (v3_ ? "#/components/schemas/" : "#/definitions/") + type->name}});
  }

  Value response(const TypeInfo* type) const {
    Value out = Value::object({{"description", "OK"}});
    if (v3_) {
      out.set("content", Value::object({{"application/json", Value::object({{"schema", reference(type)}})}}));
    } else {
      out.set("schema", reference(type));
    }
    return out;
  }

  bool v3_;
};

Value info() {
  return Value::object({{"title", "Kubernetes"}, {"version", "v1.34.3"}});
}

}  // namespace

const Value& openApiV2Definitions() {
  static const Value kDefinitions = Definitions(false).all();
  return kDefinitions;
}

Value openApiV3Document(std::string_view group, std::string_view version) {
  Definitions definitions(true);
  Value schemas = Value::object();
  Value paths = Value::object();
  Paths writer(true);
  for (const auto& resource : TypeTable::builtin().resources()) {
    if (resource.group != group || resource.version != version) continue;
    writer.add(resource, paths);
    definitions.closure(resource.type->name, schemas);
    if (resource.listType != nullptr) definitions.closure(resource.listType->name, schemas);
  }
  if (paths.empty()) return {};
  for (auto name : {"DeleteOptions", "Status"}) definitions.closure(std::string(kMetaNs) + name, schemas);
  return Value::object({{"openapi", "3.0.0"},
                        {"info", info()},
                        {"paths", paths},
                        {"components", Value::object({{"schemas", schemas}})}});
}

Value openApiV2Document() {
  Value paths = Value::object();
  Paths writer(false);
  for (const auto& resource : TypeTable::builtin().resources()) writer.add(resource, paths);
  return Value::object(
      {{"swagger", "2.0"}, {"info", info()}, {"paths", paths}, {"definitions", openApiV2Definitions()}});
}

}  // namespace puppis::apiserver::kinds
