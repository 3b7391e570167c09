// SPDX-License-Identifier: Apache-2.0
#include "controller/wish.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/strings.h"
#include "controller/surroundings.h"
#include "data/json.h"
#include "deliver/merge.h"
#include "kube/object.h"
#include "kube/status.h"
#include "render/whole.h"

namespace puppis::controller {

using data::Value;
using deliver::ObjectId;

namespace {

/// The place of a trait's objects among those of its component.
int stageOf(const render::Resource& resource) {
  if (resource.role != render::Resource::Role::Trait || resource.traitType == "AuxiliaryWorkload" ||
      resource.definition == nullptr) {
    return 0;
  }
  if (resource.definition->stage == "PreDispatch") return -1;
  return resource.definition->stage == "PostDispatch" ? 1 : 0;
}

/// Whether every place is this cluster.
Status checkClusters(const render::Deployment& deployment) {
  for (const std::string& cluster : deployment.clusters) {
    if (cluster == "local") continue;
    return fail(ErrorCode::NotSupported, "the cluster \"" + cluster + "\", which the topology \"" +
                                             deployment.topology +
                                             "\" names, is not joined; only \"local\" is served");
  }
  return {};
}

/// What the API would not take: a component without a name has objects without one.
Status checkNames(const oam::Application& application) {
  for (const oam::Component& component : application.components) {
    if (component.name.empty())
      return fail(component.place.error(ErrorCode::InvalidArgument, "a component needs a \"name\""));
  }
  return {};
}

class Wisher {
 public:
  Wisher(Engine& engine, kube::RestMapper& mapper, const oam::Catalog& catalog, const deliver::Owner& owner,
         const std::string& revision, const render::ClusterVersion& version)
      : engine_(engine),
        mapper_(mapper),
        catalog_(catalog),
        owner_(owner),
        revision_(revision),
        version_(version) {}

  Result<Wish> run(kube::Client& client, const oam::ApplicationFiles& given) {
    TRY_VOID(checkNames(given.application));
    TRY(auto files, withReferredFiles(client, given, owner_.ns));
    render::RenderContext context;
    context.namespace_ = owner_.ns;
    context.appRevision = revision_;
    context.cluster = "local";
    context.clusterVersion = version_;
    // A component's revision is what it says; a preview of nothing yet delivered has none.
    if (!revision_.empty()) {
      for (const oam::Component& component : files.application.components) {
        std::uint64_t hash = fnv1a(data::toJson(component.object, {.sortKeys = true}));
        context.componentRevisions[component.name] = fmt::format("{:016x}", hash);
      }
    }
    oam::Diagnostics diagnostics;
    auto one = [this](const oam::Application& it, const oam::Catalog& catalog,
                      const render::RenderContext& where) { return engine_.render(it, catalog, where); };
    auto deployments = render::renderWhole(one, files, catalog_, context, lookUpThrough(client, mapper_),
                                           render::Placing::AsApplied, diagnostics);
    if (!diagnostics.ok()) return fail(diagnostics.combined());
    wish_.warnings = std::move(diagnostics.warnings);
    wish_.policies = deliver::Policies(given.application.policies);
    for (auto& [deployment, rendered] : deployments) {
      TRY_VOID(checkClusters(deployment));
      TRY_VOID(deployOne(deployment.targetNamespace, rendered));
    }
    return std::move(wish_);
  }

 private:
  Status deployOne(const std::string& targetNamespace, render::Rendered& rendered) {
    std::string home = targetNamespace.empty() ? owner_.ns : targetNamespace;
    for (auto& component : rendered.components) {
      WishedComponent wished;
      wished.ns = home;
      for (const auto& resource : component.resources) {
        deliver::Desired one;
        one.object = resource.object;
        one.component = component.name;
        if (resource.role == render::Resource::Role::Trait) one.trait = resource.traitType;
        TRY_VOID(place(one, home));
        wish_.policies.apply(one, component.type);
        TRY(ObjectId id, take(std::move(one)));
        if (int stage = stageOf(resource); stage != 0) wish_.stages[id] = stage;
        wished.ids.push_back(std::move(id));
      }
      wished.rendered = std::move(component);
      wish_.components.push_back(std::move(wished));
    }
    for (const auto& policy : rendered.policies) {
      for (const auto& object : policy.objects) {
        deliver::Desired one;
        one.object = object;
        TRY_VOID(place(one, home));
        TRY_VOID(take(std::move(one)));
      }
    }
    return {};
  }

  /// Gives an object its namespace and owner, or holds it back when the API does not serve its kind.
  Status place(deliver::Desired& one, const std::string& home) {
    kube::setLabel(one.object, deliver::kAppName, owner_.name);
    kube::setLabel(one.object, deliver::kAppNamespace, owner_.ns);
    auto type = mapper_.byKind(kube::gvkOf(one.object));
    if (!type && type.error().code() != ErrorCode::NotFound) return fail(type.error());
    bool namespaced = !type || type->namespaced;
    if (!type) {
      one.hold = type.error().str();
      wish_.unserved = true;
    }
    if (namespaced && kube::namespaceOf(one.object).empty()) one.object["metadata"].set("namespace", home);
    if (!namespaced) one.object["metadata"].erase("namespace");
    return {};
  }

  Result<ObjectId> take(deliver::Desired one) {
    ObjectId id = ObjectId::of(one.object, one.cluster);
    auto [at, fresh] = places_.try_emplace(id, wish_.desired.size());
    if (fresh) {
      wish_.kinds.insert(kube::gvkOf(one.object));
      wish_.desired.push_back(std::move(one));
      return id;
    }
    deliver::Desired& first = wish_.desired[at->second];
    if (!(first.object == one.object)) {
      wish_.warnings.push_back(
          Error(ErrorCode::Invalid, id.str() + " is made twice; where they differ the later wins"));
    }
    TRY(first.object, deliver::overlay(first.object, one.object));
    return id;
  }

  Engine& engine_;
  kube::RestMapper& mapper_;
  const oam::Catalog& catalog_;
  const deliver::Owner& owner_;
  const std::string& revision_;
  const render::ClusterVersion& version_;
  Wish wish_;
  std::map<ObjectId, std::size_t> places_;
};

}  // namespace

Result<Wish> makeWish(Engine& engine, kube::Client& client, kube::RestMapper& mapper,
                      const oam::ApplicationFiles& files, const oam::Catalog& catalog,
                      const deliver::Owner& owner, const std::string& revision,
                      const render::ClusterVersion& version) {
  return Wisher(engine, mapper, catalog, owner, revision, version).run(client, files);
}

Result<render::ClusterVersion> clusterVersionOf(kube::Client& client) {
  kube::RawRequest request;
  request.path = "/version";
  TRY(auto answer, client.raw(request));
  TRY(Value body, data::parseJson(answer.body));
  if (answer.status >= 300) return fail(kube::errorOfStatus(answer.status, body));
  render::ClusterVersion out;
  out.major = body.get("major").asString();
  // Some vendors write "28+".
  for (char c : body.get("minor").asString()) {
    if (c < '0' || c > '9') break;
    out.minor = out.minor * 10 + (c - '0');
  }
  out.gitVersion = body.get("gitVersion").asString();
  out.platform = body.get("platform").asString();
  return out;
}

}  // namespace puppis::controller
