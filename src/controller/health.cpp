// SPDX-License-Identifier: Apache-2.0
#include "controller/health.h"

#include "kube/object.h"

namespace puppis::controller {

using data::Value;

namespace {

/// The component's objects as they live, and which are missing.
struct Found {
  std::vector<const Value*> live;  ///< by the component's resources; null where there is none
  std::vector<std::string> missing;
  bool ownMissing = false;  ///< one that no trait made is missing
};

Found findAll(const render::RenderedComponent& component, const std::vector<deliver::ObjectId>& ids,
              const Look& look) {
  Found out;
  for (std::size_t i = 0; i < component.resources.size(); ++i) {
    const Value* live = look(ids[i]);
    if (live != nullptr && kube::beingDeleted(*live)) live = nullptr;
    if (live == nullptr) {
      const auto& resource = component.resources[i];
      out.missing.push_back(ids[i].str());
      out.ownMissing = out.ownMissing || resource.role == render::Resource::Role::Workload ||
                       resource.traitType == "AuxiliaryWorkload";
    }
    out.live.push_back(live);
  }
  return out;
}

std::string absent(const std::vector<std::string>& missing) {
  std::string out = missing.front() + " does not exist";
  if (missing.size() > 1) out += " (and " + std::to_string(missing.size() - 1) + " more)";
  return out;
}

TraitHealth judgeTrait(Engine& engine, const render::RenderedTrait& trait,
                       const render::RenderedComponent& component, const std::vector<deliver::ObjectId>& ids,
                       const Found& found, const render::StatusContext& base) {
  TraitHealth out;
  out.type = trait.type;
  render::StatusContext context = base;
  context.output = Value();
  context.outputs.clear();
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < component.resources.size(); ++i) {
    const auto& resource = component.resources[i];
    if (resource.role != render::Resource::Role::Trait || resource.traitType != trait.type) continue;
    if (found.live[i] == nullptr) {
      missing.push_back(ids[i].str());
    } else {
      context.outputs.emplace_back(resource.outputName, *found.live[i]);
    }
  }
  if (!missing.empty()) {
    out.message = absent(missing);
    return out;
  }
  out.healthy = true;
  if (!trait.definition) return out;
  render::LiveStatus status = engine.evaluate(*trait.definition, trait.properties, context);
  out.healthy = status.healthy;
  out.message = std::move(status.message);
  out.details = std::move(status.details);
  return out;
}

}  // namespace

ServiceHealth judge(Engine& engine, const WishedComponent& wished, const std::string& application,
                    const std::string& revision, const Look& look) {
  const render::RenderedComponent& component = wished.rendered;
  const std::vector<deliver::ObjectId>& ids = wished.ids;
  ServiceHealth out;
  out.name = component.name;
  out.ns = wished.ns;
  Found found = findAll(component, ids, look);
  render::StatusContext context;
  context.name = component.name;
  context.appName = application;
  context.appRevision = revision;
  context.namespace_ = wished.ns;
  context.cluster = out.cluster;
  for (std::size_t i = 0; i < component.resources.size(); ++i) {
    const auto& resource = component.resources[i];
    if (resource.role == render::Resource::Role::Workload) out.workload = kube::gvkOf(resource.object);
    if (found.live[i] == nullptr) continue;
    if (resource.role == render::Resource::Role::Workload) {
      context.output = *found.live[i];
    } else {
      context.outputs.emplace_back(resource.outputName, *found.live[i]);
    }
  }
  if (component.definition && out.workload.kind.empty()) {
    out.workload =
        kube::Gvk::of(component.definition->workload.apiVersion, component.definition->workload.kind);
  }
  bool complete = found.missing.empty();
  if (!found.ownMissing && component.definition) {
    render::LiveStatus status = engine.evaluate(*component.definition, component.properties, context);
    out.workloadHealthy = status.healthy;
    out.message = std::move(status.message);
    out.details = std::move(status.details);
  } else {
    out.workloadHealthy = !found.ownMissing;
  }
  if (!complete) out.message = absent(found.missing);
  out.healthy = complete && out.workloadHealthy;
  for (const auto& trait : component.traits) {
    out.traits.push_back(judgeTrait(engine, trait, component, ids, found, context));
    out.healthy = out.healthy && out.traits.back().healthy;
    if (out.message.empty()) out.message = out.traits.back().message;
  }
  return out;
}

}  // namespace puppis::controller
