// SPDX-License-Identifier: Apache-2.0
#include "apiserver/kinds/prepare.h"

#include <algorithm>
#include <cstdlib>

#include "apiserver/kinds/prepare_service.h"
#include "base/random.h"
#include "base/strings.h"
#include "data/quantity.h"
#include "kube/object.h"

namespace puppis::apiserver::kinds {
namespace {

using data::Value;

bool hasToleration(const Value& tolerations, std::string_view key) {
  auto list = tolerations.elements();
  return std::any_of(list.begin(), list.end(), [&](const Value& t) {
    const auto& effect = t.get("effect").asString();
    const auto& named = t.get("key").asString();
    return (named == key || named.empty()) && (effect == "NoExecute" || effect.empty());
  });
}

/// As the DefaultTolerationSeconds plugin.
void addTolerations(Value& spec) {
  const Value before = spec.get("tolerations");
  for (auto key : {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"}) {
    if (hasToleration(before, key)) continue;
    spec["tolerations"].push(Value::object(
        {{"key", key}, {"operator", "Exists"}, {"effect", "NoExecute"}, {"tolerationSeconds", 300}}));
  }
}

/// As the ServiceAccount plugin: the default account, and its token mounted into every container.
void addServiceAccount(Value& object) {
  Value& spec = object["spec"];
  if (spec.get("serviceAccountName").asString().empty()) {
    spec.set("serviceAccountName", "default");
    spec.set("serviceAccount", "default");
  }
  constexpr std::string_view kPath = "/var/run/secrets/kubernetes.io/serviceaccount";
  if (spec.get("automountServiceAccountToken").isBool() && !spec.get("automountServiceAccountToken").asBool())
    return;
  for (const auto& volume : spec.get("volumes").elements()) {
    if (startsWith(volume.get("name").asString(), "kube-api-access-")) return;
  }
  SeededRandom letters(fnv1a(kube::uid(object) + kube::nameOf(object).str()));
  std::string name = "kube-api-access-" + letters.suffix(5);
  bool mounted = false;
  for (auto field : {"initContainers", "containers"}) {
    for (std::size_t i = 0; i < spec.get(field).size(); ++i) {
      auto mounts = spec.get(field).at(i).get("volumeMounts").elements();
      if (std::any_of(mounts.begin(), mounts.end(),
                      [&](const Value& m) { return m.get("mountPath").asString() == kPath; }))
        continue;
      spec[field].mutableAt(i)["volumeMounts"].push(
          Value::object({{"name", name}, {"readOnly", true}, {"mountPath", kPath}}));
      mounted = true;
    }
  }
  if (!mounted) return;
  auto item = [](const char* key, const char* path) {
    return Value::array({Value::object({{"key", key}, {"path", path}})});
  };
  Value fieldRef = Value::object({{"apiVersion", "v1"}, {"fieldPath", "metadata.namespace"}});
  Value sources = Value::array({
      Value::object(
          {{"serviceAccountToken", Value::object({{"expirationSeconds", 3607}, {"path", "token"}})}}),
      Value::object({{"configMap",
                      Value::object({{"name", "kube-root-ca.crt"}, {"items", item("ca.crt", "ca.crt")}})}}),
      Value::object({{"downwardAPI",
                      Value::object({{"items", Value::array({Value::object(
                                                   {{"path", "namespace"}, {"fieldRef", fieldRef}})})}})}}),
  });
  spec["volumes"].push(Value::object(
      {{"name", name}, {"projected", Value::object({{"sources", sources}, {"defaultMode", 420}})}}));
}

void createPod(Value& object) {
  addServiceAccount(object);
  Value& spec = object["spec"];
  addTolerations(spec);
  if (spec.get("priority").isNull()) spec.set("priority", 0);
  if (spec.get("preemptionPolicy").isNull()) spec.set("preemptionPolicy", "PreemptLowerPriority");
  Value status = Value::object({{"phase", "Pending"}, {"qosClass", qosClass(object.get("spec"))}});
  if (!object.get("spec", "schedulingGates").empty()) {
    status.set("conditions", Value::array({Value::object(
                                 {{"type", "PodScheduled"},
                                  {"status", "False"},
                                  {"lastProbeTime", Value()},
                                  {"lastTransitionTime", Value()},
                                  {"reason", "SchedulingGated"},
                                  {"message", "Scheduling is blocked due to non-empty scheduling gates"}})}));
  }
  object.set("status", status);
}

void createNamespace(Value& object) {
  Value& spec = object["spec"];
  auto finalizers = spec.get("finalizers").elements();
  if (std::none_of(finalizers.begin(), finalizers.end(),
                   [](const Value& f) { return f.asString() == "kubernetes"; })) {
    spec["finalizers"].push("kubernetes");
  }
  object.set("status", Value::object({{"phase", "Active"}}));
  object["metadata"]["labels"].set("kubernetes.io/metadata.name", kube::name(object));
}

void updateNamespace(Value& object, const Value& old, std::string_view subresource) {
  if (subresource == "finalize") return;
  if (old.has("spec")) object.set("spec", old.get("spec"));
}

/// As the StorageObjectInUseProtection plugin.
void createVolume(Value& object) {
  bool claim = object.get("kind").asString() == "PersistentVolumeClaim";
  kube::addFinalizer(object, claim ? "kubernetes.io/pvc-protection" : "kubernetes.io/pv-protection");
  object.set("status", Value::object({{"phase", "Pending"}}));
  if (!claim)
    object["status"].set("lastPhaseTransitionTime", Value(object.get("metadata", "creationTimestamp")));
}

constexpr std::string_view kTemplateGeneration = "deprecated.daemonset.template.generation";

void createDaemonSet(Value& object) {
  kube::setAnnotation(object, kTemplateGeneration, "1");
}

void updateDaemonSet(Value& object, const Value& old, std::string_view subresource) {
  if (!subresource.empty()) return;
  std::int64_t generation =
      std::strtoll(kube::annotation(old, kTemplateGeneration).value_or("1").c_str(), nullptr, 10);
  if (!(object.get("spec", "template") == old.get("spec", "template"))) ++generation;
  kube::setAnnotation(object, kTemplateGeneration, std::to_string(generation));
}

/// As the TaintNodesByCondition plugin.
void createNode(Value& object) {
  const Value taints = object.get("spec", "taints");
  auto list = taints.elements();
  constexpr std::string_view kNotReady = "node.kubernetes.io/not-ready";
  if (std::any_of(list.begin(), list.end(),
                  [&](const Value& t) { return t.get("key").asString() == kNotReady; }))
    return;
  object["spec"]["taints"].push(Value::object({{"key", kNotReady}, {"effect", "NoSchedule"}}));
}

void createJob(Value& object) {
  if (object.get("spec", "manualSelector").asBool()) return;
  std::string uid = kube::uid(object);
  std::string name = kube::name(object);
  if (uid.empty()) return;
  bool mirrored = object.get("metadata", "labels") == object.get("spec", "template", "metadata", "labels");
  Value& labels = object["spec"]["template"]["metadata"]["labels"];
  labels.set("batch.kubernetes.io/controller-uid", uid);
  labels.set("batch.kubernetes.io/job-name", name);
  labels.set("controller-uid", uid);
  labels.set("job-name", name);
  if (mirrored) object["metadata"].set("labels", Value(object.get("spec", "template", "metadata", "labels")));
  object["spec"]["selector"]["matchLabels"].set("batch.kubernetes.io/controller-uid", uid);
}

void updateSecret(Value& object, const Value& old, std::string_view) {
  if (object.get("type").asString().empty()) object.set("type", old.get("type"));
}

void createCrd(Value& object) {
  std::string stored;
  for (const auto& version : object.get("spec", "versions").elements()) {
    if (version.get("storage").asBool()) stored = version.get("name").asString();
  }
  Value status = Value::object(
      {{"conditions", Value()}, {"acceptedNames", Value::object({{"plural", ""}, {"kind", ""}})}});
  status.set("storedVersions", stored.empty() ? Value() : Value::array({stored}));
  object.set("status", status);
}

}  // namespace

std::string qosClass(const Value& podSpec) {
  bool anything = false;
  bool guaranteed = true;
  for (auto field : {"containers", "initContainers"}) {
    for (const auto& container : podSpec.get(field).elements()) {
      for (auto resource : {"cpu", "memory"}) {
        auto amount = [&](const char* part) {
          auto q = data::Quantity::parse(container.get("resources", part, resource).asString());
          return q && !q->isZero() ? *q : data::Quantity();
        };
        data::Quantity limit = amount("limits");
        data::Quantity request = amount("requests");
        anything = anything || !limit.isZero() || !request.isZero();
        guaranteed = guaranteed && !limit.isZero() && (request.isZero() || request == limit);
      }
    }
  }
  if (!anything) return "BestEffort";
  return guaranteed ? "Guaranteed" : "Burstable";
}

void addPreparation(KindInfo& kind) {
  const std::string id = kind.groupResource();
  if (id == "pods") kind.prepareCreate = createPod;
  if (id == "namespaces") {
    kind.prepareCreate = createNamespace;
    kind.prepareUpdate = updateNamespace;
  }
  if (id == "persistentvolumes" || id == "persistentvolumeclaims") kind.prepareCreate = createVolume;
  if (id == "nodes") kind.prepareCreate = createNode;
  if (id == "jobs.batch") kind.prepareCreate = createJob;
  if (id == "daemonsets.apps") {
    kind.prepareCreate = createDaemonSet;
    kind.prepareUpdate = updateDaemonSet;
  }
  if (id == "secrets") kind.prepareUpdate = updateSecret;
  if (id == "services") addServicePreparation(kind);
  if (id == "customresourcedefinitions.apiextensions.k8s.io") kind.prepareCreate = createCrd;
}

}  // namespace puppis::apiserver::kinds
