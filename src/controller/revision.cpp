// SPDX-License-Identifier: Apache-2.0
#include "controller/revision.h"

#include <set>

#include "base/strings.h"
#include "controller/definitions.h"
#include "controller/types.h"
#include "data/json.h"
#include "deliver/labels.h"
#include "kube/object.h"

namespace puppis::controller {

using data::Value;

namespace {

/// The member of an ApplicationRevision's spec that holds definitions of a kind.
std::string memberOf(oam::DefinitionKind kind) {
  switch (kind) {
    case oam::DefinitionKind::Component:
      return "componentDefinitions";
    case oam::DefinitionKind::Trait:
      return "traitDefinitions";
    case oam::DefinitionKind::Policy:
      return "policyDefinitions";
    case oam::DefinitionKind::WorkflowStep:
      return "workflowStepDefinitions";
    case oam::DefinitionKind::Workload:
      return "workloadDefinitions";
  }
  return {};
}

/// A definition as it is kept: without what the cluster it came from put there.
Value kept(const oam::Definition& definition) {
  Value out = definition.object;
  out.erase("status");
  for (const char* field : {"managedFields", "resourceVersion", "uid", "generation", "creationTimestamp"}) {
    out["metadata"].erase(field);
  }
  return out;
}

}  // namespace

std::vector<std::shared_ptr<const oam::Definition>> usedDefinitions(const oam::Application& application,
                                                                    const oam::Catalog& catalog) {
  std::vector<std::shared_ptr<const oam::Definition>> out;
  std::set<const oam::Definition*> seen;
  oam::NewestCatalog newest(catalog, oam::followsNewest(application));
  auto use = [&](oam::DefinitionKind kind, std::string type) {
    // A revision holds the definitions that one extends as well.
    while (!type.empty()) {
      auto found = newest.find(kind, type);
      if (!found || !seen.insert(found->get()).second) break;
      out.push_back(*found);
      type = (*found)->extends;
    }
  };
  for (const auto& component : application.components) {
    use(oam::DefinitionKind::Component, component.type);
    for (const auto& trait : component.traits) use(oam::DefinitionKind::Trait, trait.type);
  }
  for (const auto& policy : application.policies) use(oam::DefinitionKind::Policy, policy.type);
  return out;
}

std::string revisionHash(const Value& application,
                         const std::vector<std::shared_ptr<const oam::Definition>>& definitions) {
  std::string text = data::toJson(application.get("spec"), {.sortKeys = true});
  for (const auto& definition : definitions) text += "\n" + DefinitionStore::fingerprint(*definition);
  if (auto version = kube::annotation(application, kPublishVersion); version && !version->empty())
    text += "\npublished as " + *version;
  std::uint64_t hash = fnv1a(text);
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>((hash >> shift) & 0xFF);
  return hex(bytes);
}

Revision latestRevision(const Value& application) {
  const Value& latest = application.get("status", "latestRevision");
  return {latest.get("revision").asInt(), latest.get("name").asString(),
          latest.get("revisionHash").asString()};
}

Value revisionObject(const Revision& revision, const Value& application,
                     const std::vector<std::shared_ptr<const oam::Definition>>& definitions) {
  Value snapshot = application;
  snapshot.erase("status");
  for (const char* field :
       {"managedFields", "resourceVersion", "uid", "generation", "creationTimestamp", "finalizers"}) {
    snapshot["metadata"].erase(field);
  }
  Value spec = Value::object({{"application", std::move(snapshot)}});
  for (const auto& definition : definitions) {
    spec[memberOf(definition->kind)].set(definition->name, kept(*definition));
  }
  Value labels = Value::object(
      {{deliver::kAppName, kube::name(application)}, {deliver::kAppRevisionHash, revision.hash}});
  Value metadata = Value::object({{"name", revision.name}, {"namespace", kube::namespaceOf(application)}});
  metadata.set("labels", std::move(labels));
  metadata.set("ownerReferences", Value::array({kube::ownerReferenceTo(application, true, false)}));
  if (auto published = kube::annotation(application, kPublishVersion)) {
    metadata.set("annotations", Value::object({{kPublishVersion, *published}}));
  }
  return Value::object({{"apiVersion", "core.oam.dev/v1beta1"},
                        {"kind", "ApplicationRevision"},
                        {"metadata", std::move(metadata)},
                        {"spec", std::move(spec)}});
}

Result<std::shared_ptr<const oam::Catalog>> definitionsOf(const Value& revision) {
  auto catalog = std::make_shared<oam::MemoryCatalog>();
  for (const char* member : {"componentDefinitions", "traitDefinitions", "policyDefinitions",
                             "workflowStepDefinitions", "workloadDefinitions"}) {
    for (const auto& entry : revision.get("spec", member).members()) {
      TRY(auto definition, oam::parseDefinition(entry.value, nullptr));
      catalog->add(std::move(definition));
    }
  }
  return catalog;
}

}  // namespace puppis::controller
