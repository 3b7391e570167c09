// SPDX-License-Identifier: Apache-2.0
#include "controller/wish.h"

#include <algorithm>
#include <functional>
#include <map>

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

bool among(const Value& list, const std::string& text) {
  return std::any_of(list.elements().begin(), list.elements().end(),
                     [&](const Value& v) { return v.asString() == text; });
}

/// What the policies take-over, read-only and garbage-collect say of objects.
class PolicyRules {
 public:
  explicit PolicyRules(const oam::Application& application) {
    for (const auto& policy : application.policies) {
      if (policy.type != "take-over" && policy.type != "read-only" && policy.type != "garbage-collect")
        continue;
      for (const auto& rule : policy.properties.get("rules").elements())
        rules_.push_back({policy.type, rule});
    }
  }

  void apply(deliver::Desired& one, const std::string& componentType) const {
    for (const auto& [policy, rule] : rules_) {
      if (!selects(rule.get("selector"), one, componentType)) continue;
      if (policy == "take-over") one.takeOver = true;
      if (policy == "read-only") one.readOnly = true;
      if (policy == "garbage-collect" && rule.get("strategy").asString() == "never") one.keep = true;
    }
  }

 private:
  struct Rule {
    std::string policy;
    Value rule;
  };
  static bool selects(const Value& selector, const deliver::Desired& one, const std::string& componentType) {
    return among(selector.get("componentNames"), one.component) ||
           among(selector.get("componentTypes"), componentType) ||
           among(selector.get("oamTypes"), one.trait.empty() ? "WORKLOAD" : "TRAIT") ||
           among(selector.get("traitTypes"), one.trait) ||
           among(selector.get("resourceTypes"), one.object.get("kind").asString()) ||
           among(selector.get("resourceNames"), kube::name(one.object));
  }
  std::vector<Rule> rules_;
};

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
    oam::Diagnostics diagnostics;
    auto one = [this](const oam::Application& it, const oam::Catalog& catalog,
                      const render::RenderContext& where) { return engine_.render(it, catalog, where); };
    auto deployments = render::renderWhole(one, files, catalog_, context, lookUpThrough(client, mapper_),
                                           render::Placing::AsApplied, diagnostics);
    if (!diagnostics.ok()) return fail(diagnostics.combined());
    wish_.warnings = std::move(diagnostics.warnings);
    for (auto& [deployment, rendered] : deployments) {
      TRY_VOID(checkClusters(deployment));
      TRY_VOID(deployOne(deployment.application, deployment.targetNamespace, rendered));
    }
    return std::move(wish_);
  }

 private:
  Status deployOne(const oam::Application& application, const std::string& targetNamespace,
                   render::Rendered& rendered) {
    PolicyRules rules(application);
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
        rules.apply(one, component.type);
        TRY(ObjectId id, take(std::move(one)));
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
