// SPDX-License-Identifier: Apache-2.0
#include "controller/definition_registrar.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/strings.h"
#include "controller/types.h"
#include "data/json.h"
#include "kube/object.h"
#include "oam/catalog.h"
#include "render/describe.h"
#include "schema/ui_schema.h"

namespace puppis::controller {

using data::Value;

namespace {

const kube::Gvr kConfigMaps{"", "v1", "configmaps"};
constexpr std::string_view kRevisionName = "definitionrevision.oam.dev/name";
constexpr std::string_view kManager = "puppis-definitions";

struct KindWords {
  oam::DefinitionKind kind;
  std::string_view plural;
  std::string_view prefix;         ///< of the ConfigMaps' names
  std::string_view revisionLabel;  ///< on DefinitionRevisions, naming the definition
  std::string_view revisionType;   ///< spec.definitionType
  std::string_view snapshot;       ///< spec field that holds the definition
};

constexpr KindWords kKinds[] = {
    {oam::DefinitionKind::Component, "componentdefinitions", "component", "componentdefinition.oam.dev/name",
     "Component", "componentDefinition"},
    {oam::DefinitionKind::Trait, "traitdefinitions", "trait", "trait.oam.dev/name", "Trait",
     "traitDefinition"},
    {oam::DefinitionKind::Policy, "policydefinitions", "policy", "policydefinition.oam.dev/name", "Policy",
     "policyDefinition"},
    {oam::DefinitionKind::WorkflowStep, "workflowstepdefinitions", "workflowstep",
     "workflowstepdefinition.oam.dev/name", "WorkflowStep", "workflowStepDefinition"},
};

const KindWords* wordsOf(oam::DefinitionKind kind) {
  for (const KindWords& w : kKinds) {
    if (w.kind == kind) return &w;
  }
  return nullptr;
}

std::string keyOf(const Value& object) {
  return object.get("kind").asString() + "/" + kube::namespaceOf(object) + "/" + kube::name(object);
}

std::string hashOf(const Value& object) {
  return fmt::format("{:016x}", fnv1a(data::toJson(object.get("spec").sorted())));
}

Value condition(std::string_view type, bool good, std::string_view reason, const std::string& message,
                Nanos now) {
  Value out = Value::object({{"type", type}, {"status", good ? "True" : "False"}, {"reason", reason}});
  if (!message.empty()) out.set("message", message);
  out.set("lastTransitionTime", formatRfc3339(now));
  return out;
}

/// The condition of that type with another time says nothing new.
bool sameCondition(const Value& object, const Value& wanted) {
  for (const Value& c : object.get("status", "conditions").elements()) {
    if (!(c.get("type") == wanted.get("type"))) continue;
    return c.get("status") == wanted.get("status") && c.get("message") == wanted.get("message");
  }
  return false;
}

/// Whether an Application asks for the revision by its name ("NAME@v3" for NAME-v3).
bool isAskedFor(const std::string& revision, const std::vector<Value>& applications,
                const oam::Definition& definition) {
  auto asks = [&](const Value& one) {
    auto [name, version] = oam::splitVersion(one.get("type").asString());
    return !version.empty() && name == definition.name && revision == name + "-v" + version;
  };
  return std::any_of(applications.begin(), applications.end(), [&](const Value& application) {
    const Value& spec = application.get("spec");
    for (const char* list : {"components", "policies"}) {
      for (const Value& one : spec.get(list).elements()) {
        const auto& traits = one.get("traits").elements();
        if (asks(one) || std::any_of(traits.begin(), traits.end(), asks)) return true;
      }
    }
    return false;
  });
}

}  // namespace

DefinitionRegistrar::DefinitionRegistrar(kube::Client& client, Clock& clock, Log& log,
                                         std::shared_ptr<cue::Runtime> runtime, int revisionLimit)
    : client_(client),
      clock_(clock),
      log_(log),
      runtime_(std::move(runtime)),
      revisionLimit_(revisionLimit),
      queue_(clock) {}

DefinitionRegistrar::~DefinitionRegistrar() {
  stop();
}

void DefinitionRegistrar::changed(const kube::Change& change) {
  std::string key = keyOf(change.object());
  {
    std::lock_guard lock(mutex_);
    if (!change.after || kube::beingDeleted(*change.after)) {
      // Its revisions and ConfigMaps are owned by it and go with it.
      pending_.erase(key);
      return;
    }
    if (change.before && change.before->get("spec") == change.after->get("spec")) return;
    pending_[key] = *change.after;
  }
  queue_.add(key);
}

void DefinitionRegistrar::start() {
  thread_ = std::thread([this] {
    while (auto key = queue_.take()) workOn(*key);
  });
}

void DefinitionRegistrar::stop() {
  queue_.close();
  if (thread_.joinable()) thread_.join();
}

void DefinitionRegistrar::runReady() {
  while (auto key = queue_.tryTake()) workOn(*key);
}

void DefinitionRegistrar::workOn(const std::string& key) {
  Value object;
  {
    std::lock_guard lock(mutex_);
    auto found = pending_.find(key);
    if (found != pending_.end()) object = found->second;
  }
  Status done;
  if (object.isObject()) done = registerDefinition(object);
  if (done) {
    std::lock_guard lock(mutex_);
    auto found = pending_.find(key);
    if (found != pending_.end() && found->second.sharesWith(object)) pending_.erase(found);
    queue_.forget(key);
  } else {
    log_.warn("a definition could not be registered", {{"definition", key}, {"error", done.error().str()}});
    // What the definition itself got wrong is in its status and waits for its next version.
    if (done.error().code() != ErrorCode::InvalidArgument) queue_.addFailed(key);
  }
  queue_.done(key);
}

Status DefinitionRegistrar::registerDefinition(const Value& object) {
  auto parsed = oam::parseDefinition(object, nullptr);
  if (!parsed) {
    Value bad = condition("Synced", false, "ReconcileError", parsed.error().str(), clock_.now());
    if (!sameCondition(object, bad))
      TRY_VOID(report(object, Value::object({{"conditions", Value::array({bad})}})));
    return fail(Error(ErrorCode::InvalidArgument, parsed.error().str()));
  }
  const oam::Definition& definition = **parsed;
  if (wordsOf(definition.kind) == nullptr) return {};
  std::string hash = hashOf(object);
  const Value& latest = object.get("status", "latestRevision");
  if (latest.get("revisionHash").asString() == hash && object.get("status").has("configMapRef")) return {};
  std::int64_t number = latest.get("revision").asInt();
  TRY(std::string revisionName, reviseAs(object, definition, hash, number));
  Status published = publish(object, definition, revisionName);
  Value status = Value::object();
  if (published) {
    status.set("configMapRef", std::string(wordsOf(definition.kind)->prefix) + "-schema-" + definition.name);
    status.set("conditions", Value::array({condition("Synced", true, "ReconcileSuccess", "", clock_.now())}));
  } else {
    status.set(
        "conditions",
        Value::array({condition("Synced", false, "ReconcileError", published.error().str(), clock_.now())}));
  }
  status.set("latestRevision",
             Value::object({{"name", revisionName}, {"revision", number}, {"revisionHash", hash}}));
  TRY_VOID(report(object, std::move(status)));
  retire(object, definition);
  if (!published) return fail(Error(ErrorCode::InvalidArgument, published.error().str()));
  return {};
}

Result<std::string> DefinitionRegistrar::reviseAs(const Value& object, const oam::Definition& definition,
                                                  const std::string& hash, std::int64_t& number) {
  const KindWords& words = *wordsOf(definition.kind);
  auto custom = kube::annotation(object, kRevisionName);
  if (custom && !definition.version.empty()) {
    return fail(ErrorCode::InvalidArgument, "a definition has spec.version or the annotation " +
                                                std::string(kRevisionName) + ", not both");
  }
  for (;;) {
    ++number;
    std::string suffix = custom                        ? *custom
                         : !definition.version.empty() ? definition.version
                                                       : std::to_string(number);
    std::string name = definition.name + "-v" + suffix;
    Value snapshot = object;
    snapshot.erase("status");
    for (const char* field : {"managedFields", "resourceVersion", "uid", "creationTimestamp", "generation"}) {
      snapshot["metadata"].erase(field);
    }
    Value revision = Value::object({{"apiVersion", "core.oam.dev/v1beta1"}, {"kind", "DefinitionRevision"}});
    revision["metadata"] = Value::object({{"name", name}, {"namespace", kube::namespaceOf(object)}});
    kube::setLabel(revision, words.revisionLabel, definition.name);
    revision["metadata"].set("ownerReferences", Value::array({kube::ownerReferenceTo(object)}));
    revision.set("spec", Value::object({{"definitionType", words.revisionType},
                                        {"revision", number},
                                        {"revisionHash", hash},
                                        {words.snapshot, std::move(snapshot)}}));
    auto made = client_.create(kDefinitionRevisions, kube::namespaceOf(object), revision,
                               {.fieldManager = std::string(kManager)});
    if (made) return name;
    if (made.error().code() != ErrorCode::AlreadyExists && made.error().code() != ErrorCode::Conflict) {
      return fail(made.error());
    }
    TRY(Value live, client_.get(kDefinitionRevisions, {kube::namespaceOf(object), name}));
    if (live.get("spec", "revisionHash").asString() == hash) {
      number = live.get("spec", "revision").asInt();
      return name;
    }
    if (suffix != std::to_string(number)) {
      return fail(ErrorCode::InvalidArgument,
                  "revision " + name + " exists with another content; a version, once made, does not change");
    }
  }
}

Status DefinitionRegistrar::publish(const Value& object, const oam::Definition& definition,
                                    const std::string& revisionName) {
  const KindWords& words = *wordsOf(definition.kind);
  TRY(auto description, render::describe(definition, *runtime_));
  std::string schema = data::toJson(description.openApi);
  std::string prefix(words.prefix);
  TRY_VOID(publishMap(prefix + "-schema-" + definition.name, object, definition, "schema",
                      "openapi-v3-json-schema", schema));
  TRY(Value revision, client_.get(kDefinitionRevisions, {kube::namespaceOf(object), revisionName}));
  TRY_VOID(publishMap(prefix + "-schema-" + revisionName, revision, definition, "schema",
                      "openapi-v3-json-schema", schema));
  return publishMap(prefix + "-uischema-" + definition.name, object, definition, "uischema", "ui-schema",
                    data::toJson(schema::uiSchema(description.openApi)));
}

Status DefinitionRegistrar::publishMap(const std::string& name, const Value& owner,
                                       const oam::Definition& definition, std::string_view labelValue,
                                       std::string_view key, std::string text) {
  std::string ns = kube::namespaceOf(owner);
  Value map = Value::object({{"apiVersion", "v1"}, {"kind", "ConfigMap"}});
  map["metadata"] = Value::object({{"name", name}, {"namespace", ns}});
  for (const auto& [label, value] : definition.labels) kube::setLabel(map, label, value);
  kube::setLabel(map, "definition.oam.dev", labelValue);
  kube::setLabel(map, "definition.oam.dev/name", definition.name);
  if (definition.kind == oam::DefinitionKind::Trait) {
    kube::setAnnotation(map, "definition.oam.dev/appliedWorkloads", join(definition.appliesToWorkloads, ","));
  }
  map["metadata"].set("ownerReferences", Value::array({kube::ownerReferenceTo(owner)}));
  map.set("data", Value::object({{key, std::move(text)}}));
  kube::PatchOptions options;
  options.fieldManager = kManager;
  options.force = true;
  TRY_VOID(client_.patch(kConfigMaps, {ns, name}, kube::PatchType::Apply, map, options));
  return {};
}

/// Revisions beyond the limit go, oldest first; the newest never does.
void DefinitionRegistrar::retire(const Value& object, const oam::Definition& definition) {
  kube::ListOptions ours;
  ours.labelSelector = std::string(wordsOf(definition.kind)->revisionLabel) + "=" + definition.name;
  auto listed = kube::listAll(client_, kDefinitionRevisions, kube::namespaceOf(object), ours);
  if (!listed || listed->items.size() <= static_cast<std::size_t>(revisionLimit_) + 1) return;
  std::sort(listed->items.begin(), listed->items.end(), [](const Value& a, const Value& b) {
    return a.get("spec", "revision").asInt() < b.get("spec", "revision").asInt();
  });
  std::size_t excess = listed->items.size() - static_cast<std::size_t>(revisionLimit_) - 1;
  // Those of the system's namespace are everybody's.
  auto applications = kube::listAll(client_, kApplications, "");
  if (!applications) return;
  for (std::size_t i = 0; i < excess; ++i) {
    if (isAskedFor(kube::name(listed->items[i]), applications->items, definition)) continue;
    kube::DeleteOptions only;
    only.uid = kube::uid(listed->items[i]);
    auto gone = client_.remove(kDefinitionRevisions, kube::nameOf(listed->items[i]), only);
    if (!gone && gone.error().code() != ErrorCode::NotFound) {
      log_.warn("an old revision stays",
                {{"revision", kube::name(listed->items[i])}, {"error", gone.error().str()}});
    }
  }
}

Status DefinitionRegistrar::report(const Value& object, Value status) {
  std::string plural;
  for (const KindWords& w : kKinds) {
    if (object.get("kind").asString() == oam::kindName(w.kind)) plural = w.plural;
  }
  kube::PatchOptions options;
  options.fieldManager = kManager;
  options.subresource = "status";
  TRY_VOID(client_.patch({"core.oam.dev", "v1beta1", plural}, kube::nameOf(object), kube::PatchType::Merge,
                         Value::object({{"status", std::move(status)}}), options));
  return {};
}

}  // namespace puppis::controller
