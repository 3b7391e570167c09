// SPDX-License-Identifier: Apache-2.0
#include "apiserver/custom_kinds.h"

#include <algorithm>
#include <array>
#include <limits>
#include <set>

#include <openssl/sha.h>
#include <re2/re2.h>

#include "apiserver/decode.h"
#include "apiserver/faults.h"
#include "apiserver/json_path.h"
#include "apiserver/kinds/columns.h"
#include "apiserver/metadata.h"
#include "apiserver/table.h"
#include "base/strings.h"
#include "data/json.h"

namespace puppis::apiserver {

using data::Value;

namespace {

constexpr std::string_view kPrefix = "/apiextensions.k8s.io/customresourcedefinitions/";

/// A printer column's cell, of the column's type.
Value cellOf(const std::vector<Value>& found, const std::string& type, Nanos now) {
  if (found.empty()) return {};
  const Value& value = found[0];
  if (type == "date") return value.isString() ? Value(kinds::ageSince(value, now)) : Value();
  if (type == "integer") return value.isNumeric() ? value : Value();
  if (type == "number") return value.isNumeric() ? value : Value();
  if (type == "boolean") return value.isBool() ? value : Value();
  if (value.isString()) return value;
  if (value.isNull()) return {};
  std::vector<std::string> texts;
  for (const Value& one : found) texts.push_back(one.isString() ? one.asString() : data::toJson(one));
  return join(texts, " ");
}

std::vector<TableColumn> columnsOf(const Value& version) {
  std::vector<TableColumn> out;
  out.push_back({"Name", "string", "name", "Name must be unique within a namespace.", 0,
                 [](const Value& object, Nanos) { return object.get("metadata", "name"); }});
  const Value& given = version.get("additionalPrinterColumns");
  for (const Value& column : given.elements()) {
    auto path = JsonPath::parse(column.get("jsonPath").asString());
    if (!path) continue;  // validateDefinition has refused it
    std::string type = column.get("type").asString();
    out.push_back({column.get("name").asString(), type, column.get("format").asString(),
                   column.get("description").asString(), static_cast<int>(column.get("priority").asInt()),
                   [path = *path, type](const Value& object, Nanos now) {
                     return cellOf(path.find(object), type, now);
                   }});
  }
  if (given.empty()) {
    out.push_back(
        {"Age", "date", "",
         "CreationTimestamp is a timestamp representing the server time when this object was created.", 0,
         [](const Value& object, Nanos now) {
           return Value(kinds::ageSince(object.get("metadata", "creationTimestamp"), now));
         }});
  }
  return out;
}

std::vector<std::string> texts(const Value& list) {
  std::vector<std::string> out;
  for (const Value& one : list.elements()) out.push_back(one.asString());
  return out;
}

/// What discovery tells of the stored version, as Kubernetes makes it: eight bytes of a SHA-256.
std::string storageHash(const std::string& group, const Value& spec, const std::string& kind) {
  std::string stored;
  for (const Value& version : spec.get("versions").elements()) {
    if (version.get("storage").asBool()) stored = version.get("name").asString();
  }
  std::string text = group + "/" + stored + "/" + kind;
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return base64Encode(std::string(digest.begin(), digest.begin() + 8));
}

/// A JSON value as Go prints it with %v, roughly for nested ones.
std::string goText(const Value& value) {
  if (value.isString()) return value.asString();
  if (!value.isArray()) return data::toJson(value);
  std::string out;
  for (const Value& one : value.elements()) out += (out.empty() ? "" : " ") + goText(one);
  return "[" + out + "]";
}

/// Go's name for the type that a JSON value gets.
const char* goTypeOf(const Value& value) {
  if (value.isBool()) return "bool";
  if (value.isInt()) return "int64";
  if (value.isNumeric()) return "float64";
  if (value.isString()) return "string";
  return value.isArray() ? "[]interface {}" : "map[string]interface {}";
}

/// The value at ".spec.replicas" if it is a `wanted` ("int64", "string"); a fault in Kubernetes' words when
/// it is something else or when its parent is no object.
const Value* scaleField(const Value& object, const std::string& path, std::string_view wanted,
                        Faults& faults) {
  const Value* at = &object;
  std::string walked;
  for (const std::string& part : split(path.substr(startsWith(path, ".") ? 1 : 0), '.')) {
    if (!at->isObject()) {
      faults.invalid(path, wanted == "string" ? Value("") : Value(0),
                     walked + " accessor error: " + goText(*at) + " is of the type " + goTypeOf(*at) +
                         ", expected map[string]interface {}");
      return nullptr;
    }
    walked += "." + part;
    at = at->find(part);
    if (at == nullptr || at->isNull()) return nullptr;
  }
  if (goTypeOf(*at) == wanted) return at;
  faults.invalid(path, wanted == "string" ? Value("") : Value(0),
                 walked + " accessor error: " + goText(*at) + " is of the type " + goTypeOf(*at) +
                     ", expected " + std::string(wanted));
  return nullptr;
}

/// What the scale subresource reads must be what it expects.
void validateScaleFields(const Value& object, const ScaleInfo& scale, Faults& faults) {
  for (const std::string& path : {scale.specReplicas, scale.statusReplicas}) {
    const Value* count = scaleField(object, path, "int64", faults);
    if (count == nullptr) continue;
    if (count->asInt() < 0) faults.invalid(path, *count, "should be a non-negative integer");
    if (count->asInt() > std::numeric_limits<std::int32_t>::max())
      faults.invalid(path, *count, "should be less than or equal to 2147483647");
  }
  if (!scale.labelSelector.empty()) scaleField(object, scale.labelSelector, "string", faults);
}

Result<std::shared_ptr<KindInfo>> kindOf(const Value& definition, const Value& version, SchemaSet& schemas,
                                         const std::shared_ptr<RuleEvaluator>& rules) {
  const Value& spec = definition.get("spec");
  const Value& names = spec.get("names");
  auto kind = std::make_shared<KindInfo>();
  kind->group = spec.get("group").asString();
  kind->version = version.get("name").asString();
  kind->kind = names.get("kind").asString();
  kind->resource = names.get("plural").asString();
  kind->singular =
      names.get("singular").asString().empty() ? toLower(kind->kind) : names.get("singular").asString();
  kind->namespaced = spec.get("scope").asString() == "Namespaced";
  kind->shortNames = texts(names.get("shortNames"));
  kind->categories = texts(names.get("categories"));
  kind->storageVersionHash = storageHash(kind->group, spec, kind->kind);
  kind->generation = true;
  kind->allowUnconditionalUpdate = false;
  const Value& subresources = version.get("subresources");
  kind->status = subresources.has("status");
  if (subresources.has("scale")) {
    const Value& scale = subresources.get("scale");
    auto info = std::make_shared<ScaleInfo>();
    info->specReplicas = scale.get("specReplicasPath").asString();
    info->statusReplicas = scale.get("statusReplicasPath").asString();
    info->labelSelector = scale.get("labelSelectorPath").asString();
    info->selectorIsObject = false;
    kind->scale = std::move(info);
  }
  TRY(const Schema* given, schemas.addInline(version.get("schema", "openAPIV3Schema")));
  Schema& schema = schemas.make();
  schema = *given;
  schema.type = SchemaType::Object;
  const Schema* text = &schemas.make(SchemaType::String);
  schema.properties["apiVersion"] = text;
  schema.properties["kind"] = text;
  schema.properties["metadata"] = schemas.objectMeta();
  kind->schema = &schema;
  kind->setDefaults = [&schema](Value& object) { applyDefaults(object, schema); };
  kind->validate = [&schema, rules, scale = kind->scale](const Value& object, Faults& faults) {
    validateCustom(object, {}, schema, rules.get(), faults);
    if (scale) validateScaleFields(object, *scale, faults);
  };
  kind->columns = columnsOf(version);
  for (const Value& field : version.get("selectableFields").elements()) {
    auto path = JsonPath::parse(field.get("jsonPath").asString());
    if (!path) continue;
    std::string name = field.get("jsonPath").asString();
    if (startsWith(name, ".")) name = name.substr(1);
    kind->selectableFields[name] = [path = *path](const Value& object) -> std::string {
      std::vector<Value> found = path.find(object);
      if (found.empty()) return "";
      return found[0].isString() ? found[0].asString() : data::toJson(found[0]);
    };
  }
  return kind;
}

}  // namespace

Result<std::vector<ResourcePtr>> resourcesOf(const Value& definition,
                                             const std::shared_ptr<RuleEvaluator>& rules) {
  auto schemas = std::make_shared<SchemaSet>();
  std::vector<std::shared_ptr<KindInfo>> kinds;
  std::shared_ptr<KindInfo> storage;
  std::vector<Value> openApis;
  std::vector<std::string> deprecations;
  const std::string& group = definition.get("spec", "group").asString();
  const std::string& plural = definition.get("spec", "names", "plural").asString();
  for (const Value& version : definition.get("spec", "versions").elements()) {
    TRY(std::shared_ptr<KindInfo> kind, kindOf(definition, version, *schemas, rules));
    if (version.get("storage").asBool()) storage = kind;
    if (!version.get("served").asBool()) continue;
    kinds.push_back(kind);
    openApis.push_back(version.get("schema", "openAPIV3Schema"));
    std::string warning;
    if (version.get("deprecated").asBool()) {
      warning = version.get("deprecationWarning").asString();
      if (warning.empty()) warning = kind->apiVersion() + " " + kind->kind + " is deprecated";
    }
    deprecations.push_back(std::move(warning));
  }
  std::vector<ResourcePtr> out;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    auto resource = std::make_shared<Resource>();
    resource->kind = kinds[i];
    resource->storage = storage ? storage : kinds[i];
    resource->prefix = "/" + group + "/" + plural + "/";
    resource->custom = true;
    resource->schemas = schemas;
    resource->openApi = openApis[i];
    resource->definedBy = definition.get("metadata", "name").asString();
    resource->deprecation = deprecations[i];
    out.push_back(std::move(resource));
  }
  return out;
}

namespace {

/// What a structural schema must say of every value: its type.
void validateStructure(const Value& schema, const std::string& path, RuleEvaluator* rules, Faults& faults,
                       bool root) {
  if (!schema.isObject()) return;
  bool free = schema.get("x-kubernetes-preserve-unknown-fields").asBool() ||
              schema.get("x-kubernetes-int-or-string").asBool();
  const std::string& type = schema.get("type").asString();
  if (const Value& pattern = schema.get("pattern"); pattern.isString()) {
    re2::RE2 compiled(pattern.asString(), re2::RE2::Quiet);
    if (!compiled.ok())
      faults.invalid(
          path + ".pattern", pattern,
          "must be a valid regular expression, but isn't: error parsing regexp: " + compiled.error());
  }
  if (type.empty() && !free && !schema.has("$ref"))
    faults.required(path + ".type",
                    root ? "must not be empty at the root" : "must not be empty for specified object fields");
  if (root && !type.empty() && type != "object")
    faults.invalid(path + ".type", type, "must be object at the root");
  static const std::vector<std::string> kTypes = {"array",  "boolean", "integer",
                                                  "number", "object",  "string"};
  if (!type.empty() && std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end())
    faults.notSupported(path + ".type", type, kTypes);
  if (schema.has("$ref")) faults.forbidden(path + ".$ref", "$ref is not supported");
  if (type == "array" && !schema.has("items")) faults.required(path + ".items", "must be specified");
  for (const data::Member& property : schema.get("properties").members()) {
    validateStructure(property.value, path + ".properties[" + property.key.str() + "]", rules, faults, false);
  }
  if (schema.get("items").isObject())
    validateStructure(schema.get("items"), path + ".items", rules, faults, false);
  if (schema.get("additionalProperties").isObject()) {
    validateStructure(schema.get("additionalProperties"), path + ".additionalProperties", rules, faults,
                      false);
  }
  std::size_t at = 0;
  for (const Value& rule : schema.get("x-kubernetes-validations").elements()) {
    std::string where = path + ".x-kubernetes-validations[" + std::to_string(at++) + "].rule";
    SchemaSet set;
    auto parsed = set.addInline(schema);
    if (!parsed || rules == nullptr) continue;
    SchemaRule one{rule.get("rule").asString(),
                   rule.get("message").asString(),
                   rule.get("messageExpression").asString(),
                   rule.get("reason").asString(),
                   rule.get("fieldPath").asString(),
                   rule.get("optionalOldSelf").asBool()};
    Status accepted = rules->accepts(one, **parsed, root);
    if (accepted) continue;
    Value shown = Value::object({{"Rule", one.rule},
                                 {"Message", one.message},
                                 {"MessageExpression", one.messageExpression},
                                 {"Reason", rule.get("reason")},
                                 {"FieldPath", one.fieldPath},
                                 {"OptionalOldSelf", rule.get("optionalOldSelf")}});
    faults.invalid(where, shown, accepted.error().message());
  }
}

/// Kubernetes keeps one schema for all versions when they are equal, and names it so in its messages.
bool oneSchemaForAll(const Value& versions) {
  for (const Value& version : versions.elements()) {
    if (!(version.get("schema") == versions.at(0).get("schema"))) return false;
  }
  return true;
}

}  // namespace

void validateDefinition(const Value& definition, RuleEvaluator* rules, Faults& faults) {
  const Value& spec = definition.get("spec");
  const std::string& group = spec.get("group").asString();
  const std::string& plural = spec.get("names", "plural").asString();
  const std::string& name = definition.get("metadata", "name").asString();
  if (name != plural + "." + group)
    faults.invalid("metadata.name", name, "must be spec.names.plural+\".\"+spec.group");
  if (group.empty()) {
    faults.required("spec.group", "");
  } else if (group.find('.') == std::string::npos) {
    faults.invalid("spec.group", group, "should be a domain with at least one dot");
  }
  if (spec.get("preserveUnknownFields").asBool())
    faults.invalid("spec.preserveUnknownFields", true,
                   "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in "
                   "spec.versions[*].schema instead");
  const std::string& scope = spec.get("scope").asString();
  if (scope != "Namespaced" && scope != "Cluster") {
    if (scope.empty()) {
      faults.required("spec.scope", "");
    } else {
      faults.notSupported("spec.scope", scope, {"Cluster", "Namespaced"});
    }
  }
  for (const char* field : {"plural", "singular", "kind", "listKind"}) {
    if (spec.get("names", field).asString().empty()) faults.required(std::string("spec.names.") + field, "");
  }
  int stored = 0;
  std::set<std::string> seen;
  std::size_t at = 0;
  for (const Value& version : spec.get("versions").elements()) {
    std::string path = "spec.versions[" + std::to_string(at++) + "]";
    const std::string& word = version.get("name").asString();
    if (std::string fault = nameFault(word, KindInfo::NameRule::Label1035); !fault.empty())
      faults.invalid(path + ".name", word, fault);
    if (!seen.insert(word).second) faults.invalid("spec.versions", word, "must contain unique version names");
    if (version.get("storage").asBool()) ++stored;
    const Value& schema = version.get("schema", "openAPIV3Schema");
    if (!schema.isObject()) {
      faults.required(path + ".schema.openAPIV3Schema", "schemas are required");
    } else {
      bool shared = oneSchemaForAll(spec.get("versions"));
      std::string where = shared ? std::string("spec.validation") : path + ".schema";
      if (!shared || at == 1) validateStructure(schema, where + ".openAPIV3Schema", rules, faults, true);
    }
    for (const char* field : {"specReplicasPath", "statusReplicasPath"}) {
      const Value& scale = version.get("subresources", "scale");
      if (!scale.isObject()) continue;
      std::string root = std::string_view(field) == "specReplicasPath" ? ".spec." : ".status.";
      const std::string where = path + ".subresources.scale." + field;
      if (scale.get(field).asString().empty())
        faults.required(where, "");
      else if (!startsWith(scale.get(field).asString(), "."))
        faults.invalid(where, scale.get(field), "must be a simple json path starting with .");
      else if (!startsWith(scale.get(field).asString(), root))
        faults.invalid(where, scale.get(field),
                       "should be a json path under " + root.substr(0, root.size() - 1));
    }
    std::size_t column = 0;
    for (const Value& one : version.get("additionalPrinterColumns").elements()) {
      if (auto parsed = JsonPath::parse(one.get("jsonPath").asString()); !parsed) {
        faults.invalid(path + ".additionalPrinterColumns[" + std::to_string(column) + "].jsonPath",
                       one.get("jsonPath"), parsed.error().message());
      }
      ++column;
    }
  }
  if (spec.get("versions").empty()) faults.required("spec.versions", "must have at least one version");
  if (!spec.get("versions").empty() && stored != 1) {
    faults.invalid("spec.versions", spec.get("versions"),
                   "must have exactly one version marked as storage version");
  }
  const std::string& strategy = spec.get("conversion", "strategy").asString();
  if (strategy == "Webhook") faults.notSupported("spec.conversion.strategy", strategy, {"None"});
}

class CustomKinds::Sink final : public store::WatchSink {
 public:
  Sink(Api& api, std::shared_ptr<RuleEvaluator> rules) : api_(api), rules_(std::move(rules)) {}

  void event(const store::EventPtr& event) override { take(event->key(), event->entry); }
  void lost(const Error&) override {}

  void take(const std::string& key, const store::EntryPtr& entry) {
    std::string name = key.substr(kPrefix.size());
    if (!entry) return api_.registry().replaceCustom(name, {});
    auto resources = resourcesOf(entry->value(), rules_);
    if (!resources) {
      api_.log().warn("a stored CustomResourceDefinition cannot be served",
                      {{"name", name}, {"error", resources.error().str()}});
      return;
    }
    api_.registry().replaceCustom(name, std::move(*resources));
  }

 private:
  Api& api_;
  std::shared_ptr<RuleEvaluator> rules_;
};

CustomKinds::CustomKinds(Api& api, std::shared_ptr<RuleEvaluator> rules)
    : sink_(std::make_shared<Sink>(api, std::move(rules))) {
  std::string prefix(kPrefix);
  auto range = api.store().range(prefix, store::prefixEnd(prefix));
  store::Revision after = range ? range->revision : 0;
  if (range) {
    for (const store::EntryPtr& entry : range->entries) sink_->take(entry->key, entry);
  }
  auto watch = api.store().watch(prefix, after, sink_);
  if (watch) watch_ = std::move(*watch);
}

CustomKinds::~CustomKinds() = default;

bool acceptDefinition(Value& definition, Nanos now) {
  const Value before = definition.get("status");
  const Value& spec = definition.get("spec");
  Value accepted = spec.get("names");
  Value conditions = Value::array();
  auto condition = [&](const char* type, const char* reason, const char* message) {
    std::string time = formatRfc3339(now);
    for (const Value& one : before.get("conditions").elements()) {
      if (one.get("type").asString() == type && one.get("status").asString() == "True")
        time = one.get("lastTransitionTime").asString();
    }
    conditions.push(Value::object({{"lastTransitionTime", time},
                                   {"message", message},
                                   {"reason", reason},
                                   {"status", "True"},
                                   {"type", type}}));
  };
  condition("NamesAccepted", "NoConflicts", "no conflicts found");
  condition("Established", "InitialNamesAccepted", "the initial names have been accepted");
  Value stored = before.get("storedVersions").isArray() ? before.get("storedVersions") : Value::array();
  for (const Value& version : spec.get("versions").elements()) {
    if (!version.get("storage").asBool()) continue;
    bool known = false;
    for (const Value& one : stored.elements()) known = known || one == version.get("name");
    if (!known) stored.push(version.get("name"));
  }
  Value status = Value::object({{"acceptedNames", std::move(accepted)},
                                {"conditions", std::move(conditions)},
                                {"storedVersions", std::move(stored)}});
  if (status == before) return false;
  definition.set("status", std::move(status));
  return true;
}

}  // namespace puppis::apiserver
