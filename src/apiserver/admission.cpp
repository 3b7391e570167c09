// SPDX-License-Identifier: Apache-2.0
#include "apiserver/admission.h"

#include "apiserver/custom_kinds.h"
#include "apiserver/faults.h"

namespace puppis::apiserver {

using data::Value;

namespace {

bool isCore(const Resource& resource, std::string_view name) { return resource.kind->group.empty() && resource.kind->resource == name; }

Status namespaceLives(Api& api, const Admission& what) {
  const std::string& ns = what.call.ns;
  if (isCore(what.resource, "namespaces")) {
    bool precious = what.call.name == "default" || what.call.name == "kube-system" || what.call.name == "kube-public";
    if (what.operation == Admission::Operation::Delete && precious) {
      return fail(forbidden("namespaces", what.call.name, "this namespace may not be deleted"));
    }
    return {};
  }
  if (what.operation != Admission::Operation::Create || !what.resource.kind->namespaced) return {};
  ResourcePtr namespaces = api.registry().find({"", "v1", "namespaces"});
  if (!namespaces) return {};
  auto object = api.read(*namespaces, "", ns);
  if (!object) return fail(notFound("namespaces", ns));
  if (!object->get("metadata").has("deletionTimestamp")) return {};
  // What the caller sees names the object it wanted to make.
  std::string name = what.call.name;
  Error error = forbidden(what.resource.kind->groupResource(), name, "unable to create new content in namespace " + ns + " because it is being terminated");
  error.detail(Error(ErrorCode::Forbidden, "namespace " + ns + " is being terminated").path("metadata.namespace").reason("NamespaceTerminating"));
  return fail(error);
}

void addToleration(Value& spec, const char* key) {
  for (const Value& one : spec.get("tolerations").elements()) {
    if (one.get("key").asString() == key && (one.get("effect").asString() == "NoExecute" || one.get("effect").asString().empty())) return;
    if (one.get("key").asString().empty() && one.get("operator").asString() == "Exists") return;
  }
  Value list = spec.get("tolerations").isArray() ? spec.get("tolerations") : Value::array();
  list.push(Value::object({{"key", key}, {"operator", "Exists"}, {"effect", "NoExecute"}, {"tolerationSeconds", 300}}));
  spec.set("tolerations", std::move(list));
}

/// The volume that a service account's token comes by.
void addTokenVolume(Value& spec, const std::string& suffix) {
  std::string name = "kube-api-access-" + suffix;
  auto file = [](const char* key, const char* path) { return Value::object({{"key", key}, {"path", path}}); };
  Value token = Value::object({{"serviceAccountToken", Value::object({{"expirationSeconds", 3607}, {"path", "token"}})}});
  Value ca = Value::object({{"configMap", Value::object({{"name", "kube-root-ca.crt"}, {"items", Value::array({file("ca.crt", "ca.crt")})}})}});
  Value field = Value::object({{"path", "namespace"}, {"fieldRef", Value::object({{"apiVersion", "v1"}, {"fieldPath", "metadata.namespace"}})}});
  Value downward = Value::object({{"downwardAPI", Value::object({{"items", Value::array({std::move(field)})}})}});
  Value projected = Value::object({{"sources", Value::array({std::move(token), std::move(ca), std::move(downward)})}, {"defaultMode", 420}});
  constexpr const char* kPath = "/var/run/secrets/kubernetes.io/serviceaccount";
  bool used = false;
  for (const char* list : {"initContainers", "containers"}) {
    if (!spec.get(list).isArray()) continue;
    Value containers = spec.get(list);
    for (std::size_t i = 0; i < containers.size(); ++i) {
      bool mounted = false;
      for (const Value& mount : containers.at(i).get("volumeMounts").elements()) mounted = mounted || mount.get("mountPath").asString() == kPath;
      if (mounted) continue;
      used = true;
      Value& container = containers.mutableAt(i);
      Value mounts = container.get("volumeMounts").isArray() ? container.get("volumeMounts") : Value::array();
      mounts.push(Value::object({{"name", name}, {"readOnly", true}, {"mountPath", kPath}}));
      container.set("volumeMounts", std::move(mounts));
    }
    spec.set(list, std::move(containers));
  }
  if (!used) return;
  Value volumes = spec.get("volumes").isArray() ? spec.get("volumes") : Value::array();
  volumes.push(Value::object({{"name", name}, {"projected", std::move(projected)}}));
  spec.set("volumes", std::move(volumes));
}

Status preparePod(Api& api, const Admission& what, Value& object) {
  if (what.operation != Admission::Operation::Create || !isCore(what.resource, "pods")) return {};
  const std::string name = object.get("metadata", "name").asString();
  Value& spec = object["spec"];
  if (!spec.isObject()) return {};
  if (spec.get("serviceAccountName").asString().empty()) spec.set("serviceAccountName", "default");
  const std::string account = spec.get("serviceAccountName").asString();
  spec.set("serviceAccount", account);
  ResourcePtr accounts = api.registry().find({"", "v1", "serviceaccounts"});
  auto found = api.read(*accounts, what.call.ns, account);
  if (!found) {
    // Its namespace may be a moment old: the account comes with it.
    if (account != "default") {
      return fail(forbidden("pods", name, "error looking up service account " + what.call.ns + "/" + account + ": serviceaccount \"" + account + "\" not found"));
    }
    found = Value::object();
  }
  bool mounts = spec.has("automountServiceAccountToken") ? spec.get("automountServiceAccountToken").asBool()
                : found->has("automountServiceAccountToken") ? found->get("automountServiceAccountToken").asBool()
                                                             : true;
  if (mounts) addTokenVolume(spec, api.random().suffix(5));
  const std::string className = spec.get("priorityClassName").asString();
  std::int64_t priority = 0;
  std::string preemption = "PreemptLowerPriority";
  if (!className.empty()) {
    ResourcePtr classes = api.registry().find({"scheduling.k8s.io", "v1", "priorityclasses"});
    auto one = classes ? api.read(*classes, "", className) : Result<Value>(Value());
    if (!one) return fail(forbidden("pods", name, "no PriorityClass with name " + className + " was found"));
    priority = one->get("value").asInt();
    if (one->get("preemptionPolicy").isString()) preemption = one->get("preemptionPolicy").asString();
  }
  spec.set("priority", priority);
  if (!spec.has("preemptionPolicy")) spec.set("preemptionPolicy", preemption);
  addToleration(spec, "node.kubernetes.io/not-ready");
  addToleration(spec, "node.kubernetes.io/unreachable");
  return {};
}

Status checkDefinition(const Admission& what, const Value& object) {
  if (what.operation == Admission::Operation::Delete || what.resource.kind->resource != "customresourcedefinitions") return {};
  Faults faults;
  validateDefinition(object, nullptr, faults);
  if (faults.empty()) return {};
  return fail(invalidObject(what.resource.kind->groupKind(), object.get("metadata", "name").asString(), faults));
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
    Value condition = Value::object({{"type", "PodScheduled"}, {"status", "True"}, {"lastTransitionTime", formatRfc3339(api.clock().now())}});
    TRY(ResourcePtr pods, api.resourceOf(inner));
    TRY(Value pod, api.read(*pods, inner.ns, inner.name));
    const std::string& node = pod.get("spec", "nodeName").asString();
    if (!node.empty()) {
      return fail(conflict("pods/binding", inner.name, "pod " + inner.name + " is already assigned to node \"" + node + "\""));
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
    return Answer{201, Value::object({{"kind", "Status"}, {"apiVersion", "v1"}, {"metadata", Value::object()}, {"status", "Success"}, {"code", 201}})};
  };
  api.onPost("pods/binding", bind);
  api.onPost("bindings", bind);
  api.onPost("pods/eviction", [&api](Call& call, const Value& body) -> Result<Answer> {
    Call inner = call;
    inner.subresource.clear();
    const Value& options = body.get("deleteOptions");
    if (options.get("gracePeriodSeconds").isInt()) inner.remove.gracePeriodSeconds = options.get("gracePeriodSeconds").asInt();
    TRY_VOID(api.remove(inner));
    return Answer{201, Value::object({{"kind", "Status"}, {"apiVersion", "v1"}, {"metadata", Value::object()}, {"status", "Success"}, {"code", 201}})};
  });
}

}  // namespace puppis::apiserver
