// SPDX-License-Identifier: Apache-2.0
#include "controller/wish.h"

#include <algorithm>
#include <functional>
#include <map>

#include "kube/object.h"
#include "render/deployments.h"

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
      if (policy.type != "take-over" && policy.type != "read-only" && policy.type != "garbage-collect") continue;
      for (const auto& rule : policy.properties.get("rules").elements()) rules_.push_back({policy.type, rule});
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

/// Where a topology sends objects: the namespace, or an Error for a cluster that is not this one.
Result<std::string> placement(const oam::Application& application, const std::string& topology) {
  for (const auto& policy : application.policies) {
    if (policy.name != topology || policy.type != "topology") continue;
    for (const auto& cluster : policy.properties.get("clusters").elements()) {
      if (cluster.asString() == "local") continue;
      return fail(policy.place.error(ErrorCode::NotSupported, "the cluster \"" + cluster.asString() +
                                                                  "\" is not joined; only \"local\" is served"));
    }
    return policy.properties.get("namespace").asString();
  }
  return std::string();
}

class Wisher {
 public:
  Wisher(Engine& engine, kube::RestMapper& mapper, const oam::Catalog& catalog, const deliver::Owner& owner,
         const std::string& revision)
      : engine_(engine), mapper_(mapper), catalog_(catalog), owner_(owner), revision_(revision) {}

  Result<Wish> run(const oam::Application& application) {
    oam::ApplicationFiles files;
    files.application = application;
    oam::Diagnostics diagnostics;
    auto deployments = render::deploymentsOf(files, catalog_, diagnostics);
    if (!diagnostics.ok()) return fail(diagnostics.combined());
    for (const auto& deployment : deployments) {
      TRY(std::string ns, placement(deployment.application, deployment.topology));
      TRY_VOID(deployOne(deployment.application, ns));
    }
    return std::move(wish_);
  }

 private:
  Status deployOne(const oam::Application& application, const std::string& targetNamespace) {
    render::RenderContext context;
    context.namespace_ = owner_.ns;
    context.appRevision = revision_;
    context.cluster = "local";
    context.targetNamespace = targetNamespace;
    TRY(auto rendered, engine_.render(application, catalog_, context));
    std::move(rendered.warnings.begin(), rendered.warnings.end(), std::back_inserter(wish_.warnings));
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
        wished.ids.push_back(take(std::move(one)));
      }
      wished.rendered = std::move(component);
      wish_.components.push_back(std::move(wished));
    }
    for (const auto& policy : rendered.policies) {
      for (const auto& object : policy.objects) {
        deliver::Desired one;
        one.object = object;
        TRY_VOID(place(one, home));
        take(std::move(one));
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

  ObjectId take(deliver::Desired one) {
    ObjectId id = ObjectId::of(one.object, one.cluster);
    wish_.kinds.insert(kube::gvkOf(one.object));
    wish_.desired.push_back(std::move(one));
    return id;
  }

  Engine& engine_;
  kube::RestMapper& mapper_;
  const oam::Catalog& catalog_;
  const deliver::Owner& owner_;
  const std::string& revision_;
  Wish wish_;
};

}  // namespace

Result<Wish> makeWish(Engine& engine, kube::RestMapper& mapper, const oam::Application& application,
                      const oam::Catalog& catalog, const deliver::Owner& owner, const std::string& revision) {
  return Wisher(engine, mapper, catalog, owner, revision).run(application);
}

}  // namespace puppis::controller
