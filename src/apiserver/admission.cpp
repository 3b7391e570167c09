// SPDX-License-Identifier: Apache-2.0
#include "apiserver/admission.h"

#include "apiserver/cel_rules.h"
#include "apiserver/custom_kinds.h"
#include "apiserver/eviction.h"
#include "apiserver/faults.h"

namespace puppis::apiserver {

using data::Value;

namespace {

bool isCore(const Resource& resource, std::string_view name) {
  return resource.kind->group.empty() && resource.kind->resource == name;
}

Status namespaceLives(Api& api, const Admission& what) {
  const std::string& ns = what.call.ns;
  if (isCore(what.resource, "namespaces")) {
    bool precious =
        what.call.name == "default" || what.call.name == "kube-system" || what.call.name == "kube-public";
    if (what.operation == Admission::Operation::Delete && precious) {
      return fail(forbidden("namespaces", what.call.name, "this namespace may not be deleted"));
    }
    return {};
  }
  if (what.operation != Admission::Operation::Create || !what.resource.kind->namespaced) return {};
  ResourcePtr namespaces = api.registry().find({"", "v1", "namespaces"});
  if (!namespaces) return {};
  auto object = api.read(*namespaces, "", ns);
  if (!object) {
    what.call.about = Call::About{"", "namespaces", ns};
    return fail(notFound("namespaces", ns));
  }
  if (!object->get("metadata").has("deletionTimestamp")) return {};
  // What the caller sees names the object it wanted to make.
  std::string name = what.call.name;
  Error error =
      forbidden(what.resource.kind->groupResource(), name,
                "unable to create new content in namespace " + ns + " because it is being terminated");
  error.detail(Error(ErrorCode::Forbidden, "namespace " + ns + " is being terminated")
                   .path("metadata.namespace")
                   .reason("NamespaceTerminating"));
  return fail(error);
}

/// What a pod needs to know of other objects: its service account and its priority class.
Status preparePod(Api& api, const Admission& what, Value& object) {
  if (what.operation != Admission::Operation::Create || !isCore(what.resource, "pods")) return {};
  const std::string name = object.get("metadata", "name").asString();
  if (!object.get("spec").isObject()) return {};
  Value& spec = object["spec"];
  std::string account = spec.get("serviceAccountName").asString();
  if (account.empty()) account = "default";
  ResourcePtr accounts = api.registry().find({"", "v1", "serviceaccounts"});
  auto found = api.read(*accounts, what.call.ns, account);
  // The default account comes a moment after its namespace; a pod may be faster.
  if (!found && account != "default") {
    return fail(forbidden("pods", name,
                          "error looking up service account " + what.call.ns + "/" + account +
                              ": serviceaccount \"" + account + "\" not found"));
  }
  if (found && !spec.has("automountServiceAccountToken") &&
      found->get("automountServiceAccountToken").isBool() &&
      !found->get("automountServiceAccountToken").asBool()) {
    spec.set("automountServiceAccountToken", false);
  }
  const std::string className = spec.get("priorityClassName").asString();
  if (className.empty()) return {};
  ResourcePtr classes = api.registry().find({"scheduling.k8s.io", "v1", "priorityclasses"});
  auto one = classes ? api.read(*classes, "", className) : Result<Value>(Value());
  if (!one) return fail(forbidden("pods", name, "no PriorityClass with name " + className + " was found"));
  spec.set("priority", one->get("value").asInt());
  spec.set("preemptionPolicy", one->get("preemptionPolicy").isString() ? one->get("preemptionPolicy")
                                                                       : Value("PreemptLowerPriority"));
  return {};
}

Status checkDefinition(const Admission& what, const Value& object) {
  if (what.operation == Admission::Operation::Delete ||
      what.resource.kind->resource != "customresourcedefinitions")
    return {};
  Faults faults;
  validateDefinition(object, makeCelRules().get(), faults);
  if (faults.empty()) return {};
  return fail(
      invalidObject(what.resource.kind->groupKind(), object.get("metadata", "name").asString(), faults));
}

}  // namespace

void addAdmission(Api& api) {
  api.admit([&api](const Admission& what, Value&) { return namespaceLives(api, what); });
  api.admit([&api](const Admission& what, Value& object) { return preparePod(api, what, object); });
  api.admit([](const Admission& what, Value& object) { return checkDefinition(what, object); });
}

void addPosters(Api& api) {
  auto bind = [&api](Call& call, const Value& body) -> Result<Answer> {
    Call inner = call;
    if (inner.name.empty()) inner.name = body.get("metadata", "name").asString();
    inner.type = {"", "v1", "pods"};
    inner.subresource.clear();
    inner.dryRun = call.dryRun;
    Value condition = Value::object({{"type", "PodScheduled"},
                                     {"status", "True"},
                                     {"lastTransitionTime", formatRfc3339(api.clock().now())}});
    TRY(ResourcePtr pods, api.resourceOf(inner));
    TRY(Value pod, api.read(*pods, inner.ns, inner.name));
    const std::string& node = pod.get("spec", "nodeName").asString();
    if (!node.empty()) {
      return fail(conflict("pods/binding", inner.name,
                           "pod " + inner.name + " is already assigned to node \"" + node + "\""));
    }
    TRY_VOID(api.rewrite(inner, [&](Value& object) {
      object["spec"].set("nodeName", body.get("target", "name"));
      Value conditions = Value::array();
      for (const Value& one : object.get("status", "conditions").elements()) {
        if (one.get("type").asString() != "PodScheduled") conditions.push(one);
      }
      conditions.push(condition);
      object["status"].set("conditions", std::move(conditions));
    }));
    return Answer{201, Value::object({{"kind", "Status"},
                                      {"apiVersion", "v1"},
                                      {"metadata", Value::object()},
                                      {"status", "Success"},
                                      {"code", 201}})};
  };
  api.onPost("pods/binding", bind);
  api.onPost("bindings", bind);
  addEviction(api);
}

}  // namespace puppis::apiserver
