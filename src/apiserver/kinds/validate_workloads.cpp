// SPDX-License-Identifier: Apache-2.0
#include "apiserver/kinds/check.h"

namespace puppis::apiserver::kinds {
namespace {

constexpr const char* kMismatch = "`selector` does not match template `labels`";

/// A structure as Kubernetes shows its internal form: Go's field names, unset ones as null.
Value internalForm(const Value& object, std::initializer_list<std::pair<const char*, const char*>> names) {
  Value out = Value::object();
  for (const auto& [go, json] : names) out.append(go, object.get(json));
  return out;
}

void checkTemplateSelector(const Value& spec, const std::string& path, Faults& faults) {
  const Value& labels = spec.get("template", "metadata", "labels");
  if (!selectorMatches(spec.get("selector"), labels))
    faults.invalid(path + ".template.metadata.labels", labels, kMismatch);
}

void checkAlwaysRestarts(const Value& spec, const char* kind, const std::string& path, Faults& faults) {
  const Value& pod = spec.get("template", "spec");
  checkOneOf(pod.get("restartPolicy"), {"Always"}, path + ".template.spec.restartPolicy", faults);
  if (kind != nullptr && pod.get("activeDeadlineSeconds").isInt()) {
    faults.forbidden(path + ".template.spec.activeDeadlineSeconds",
                     "activeDeadlineSeconds in " + std::string(kind) + " is not Supported");
  }
}

/// The selector and template of a Deployment or ReplicaSet; both are named after each other in the messages.
void checkReplicatedTemplate(const Value& spec, const std::string& path, Faults& faults) {
  const Value& selector = spec.get("selector");
  if (selector.isNull()) {
    faults.required(path + ".selector", "");
  } else {
    checkSelector(selector, path + ".selector", faults);
    if (selector.get("matchLabels").empty() && selector.get("matchExpressions").empty()) {
      faults.invalid(path + ".selector", selector, "empty selector is invalid for deployment");
    }
  }
  if (!selector.isNull() && !selectorIsValid(selector)) {
    faults.invalid(path + ".selector", selector, "invalid label selector");
    return;
  }
  bool everything =
      !selector.isNull() && selector.get("matchLabels").empty() && selector.get("matchExpressions").empty();
  if (!everything) checkTemplateSelector(spec, path, faults);
  checkPodTemplate(spec.get("template"), path + ".template", faults);
  checkAlwaysRestarts(spec, "ReplicaSet", path, faults);
}

void checkDeploymentStrategy(const Value& strategy, const std::string& path, Faults& faults) {
  const auto& type = strategy.get("type").asString();
  const Value& rolling = strategy.get("rollingUpdate");
  if (type == "Recreate") {
    if (rolling.isObject())
      faults.forbidden(path + ".rollingUpdate", "may not be specified when strategy `type` is 'Recreate'");
    return;
  }
  if (type != "RollingUpdate") {
    faults.notSupported(path, internalForm(strategy, {{"Type", "type"}, {"RollingUpdate", "rollingUpdate"}}),
                        {"Recreate", "RollingUpdate"});
    return;
  }
  const Value& unavailable = rolling.get("maxUnavailable");
  const Value& surge = rolling.get("maxSurge");
  std::string here = path + ".rollingUpdate";
  checkIntOrPercent(unavailable, here + ".maxUnavailable", faults);
  checkIntOrPercent(surge, here + ".maxSurge", faults);
  bool nothing = intOrPercentNumber(unavailable) == 0 && intOrPercentNumber(surge) == 0;
  if (nothing) faults.invalid(here + ".maxUnavailable", unavailable, "may not be 0 when `maxSurge` is 0");
  checkNotMoreThan100Percent(unavailable, here + ".maxUnavailable", faults);
}

void validateDeployment(const Value& o, Faults& faults) {
  const Value& spec = o.get("spec");
  checkNotNegative(spec, "replicas", "spec", faults);
  checkReplicatedTemplate(spec, "spec", faults);
  checkDeploymentStrategy(spec.get("strategy"), "spec.strategy", faults);
  checkNotNegative(spec, "minReadySeconds", "spec", faults);
  checkNotNegative(spec, "revisionHistoryLimit", "spec", faults);
  checkNotNegative(spec, "progressDeadlineSeconds", "spec", faults);
  const Value& deadline = spec.get("progressDeadlineSeconds");
  if (deadline.isInt() && deadline.asInt() <= spec.get("minReadySeconds").asInt()) {
    faults.invalid("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds");
  }
}

/// No counter of a status is negative, and the first bounds the rest.
void checkCounters(const Value& status, const std::vector<const char*>& fields, bool bounded,
                   Faults& faults) {
  for (auto field : fields) checkNotNegative(status, field, "status", faults);
  if (!bounded) return;
  auto total = status.get(fields.front()).asInt();
  for (std::size_t i = 1; i < fields.size(); ++i) {
    auto value = status.get(fields[i]).asInt();
    if (value > total)
      faults.invalid(std::string("status.") + fields[i], value,
                     std::string("cannot be greater than status.") + fields.front());
  }
  auto ready = status.get("readyReplicas").asInt();
  auto available = status.get("availableReplicas").asInt();
  if (available > ready && available <= total)
    faults.invalid("status.availableReplicas", available, "cannot be greater than readyReplicas");
}

void updateDeployment(const Value& o, const Value& old, std::string_view subresource, Faults& faults) {
  if (subresource == "status") {
    checkCounters(o.get("status"), {"replicas", "updatedReplicas", "readyReplicas", "availableReplicas"},
                  true, faults);
    return;
  }
  if (subresource.empty())
    checkImmutable(o.get("spec", "selector"), old.get("spec", "selector"), "spec.selector", faults);
}

void validateReplicaSet(const Value& o, Faults& faults) {
  const Value& spec = o.get("spec");
  checkNotNegative(spec, "replicas", "spec", faults);
  checkNotNegative(spec, "minReadySeconds", "spec", faults);
  checkReplicatedTemplate(spec, "spec", faults);
}

void updateReplicaSet(const Value& o, const Value& old, std::string_view subresource, Faults& faults) {
  if (subresource == "status") {
    checkCounters(o.get("status"), {"replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas"},
                  true, faults);
    return;
  }
  if (subresource.empty())
    checkImmutable(o.get("spec", "selector"), old.get("spec", "selector"), "spec.selector", faults);
}

void checkStatefulStrategy(const Value& strategy, Faults& faults) {
  const auto& type = strategy.get("type").asString();
  const Value& rolling = strategy.get("rollingUpdate");
  if (type == "OnDelete") {
    if (rolling.isObject()) {
      faults.invalid(
          "spec.updateStrategy.rollingUpdate",
          internalForm(rolling, {{"Partition", "partition"}, {"MaxUnavailable", "maxUnavailable"}}),
          "only allowed for updateStrategy 'RollingUpdate'");
    }
  } else if (type == "RollingUpdate") {
    checkNotNegative(rolling, "partition", "spec.updateStrategy.rollingUpdate", faults);
  } else {
    faults.invalid("spec.updateStrategy",
                   internalForm(strategy, {{"Type", "type"}, {"RollingUpdate", "rollingUpdate"}}),
                   "must be 'RollingUpdate' or 'OnDelete'");
  }
}

void validateStatefulSet(const Value& o, Faults& faults) {
  const Value& spec = o.get("spec");
  const auto& policy = spec.get("podManagementPolicy").asString();
  if (policy != "OrderedReady" && policy != "Parallel") {
    faults.invalid("spec.podManagementPolicy", Value(policy), "must be 'OrderedReady' or 'Parallel'");
  }
  checkStatefulStrategy(spec.get("updateStrategy"), faults);
  const Value& retention = spec.get("persistentVolumeClaimRetentionPolicy");
  for (auto field : {"whenDeleted", "whenScaled"}) {
    checkOneOf(retention.get(field), {"Retain", "Delete"},
               std::string("spec.persistentVolumeClaimRetentionPolicy.") + field, faults);
  }
  for (std::size_t i = 0; i < spec.get("volumeClaimTemplates").size(); ++i) {
    const Value& claim = spec.get("volumeClaimTemplates").at(i);
    checkClaimSpec(claim.get("spec"), at("spec.volumeClaimTemplates", i) + ".spec", faults);
  }
  checkNotNegative(spec, "replicas", "spec", faults);
  checkNotNegative(spec, "minReadySeconds", "spec", faults);
  if (!spec.get("serviceName").asString().empty())
    checkName(spec.get("serviceName"), Rule::Label, "spec.serviceName", faults);
  const Value& selector = spec.get("selector");
  if (selector.isNull()) {
    faults.required("spec.selector", "");
  } else {
    checkSelector(selector, "spec.selector", faults);
    if (selector.get("matchLabels").empty() && selector.get("matchExpressions").empty()) {
      faults.invalid("spec.selector", selector, "empty selector is invalid for statefulset");
    }
  }
  if (!selector.isNull() && !selectorIsValid(selector)) {
    faults.invalid("spec.selector", selector, "");
  } else {
    Value tmpl = spec.get("template");
    // the claim templates bring volumes of their own
    for (const auto& claim : spec.get("volumeClaimTemplates").elements()) {
      const auto& name = claim.get("metadata", "name").asString();
      Value& volumes = tmpl["spec"]["volumes"];
      for (std::size_t i = 0; i < volumes.size();) {
        if (volumes.at(i).get("name").asString() == name)
          volumes.eraseAt(i);
        else
          ++i;
      }
      volumes.push(
          Value::object({{"name", name}, {"persistentVolumeClaim", Value::object({{"claimName", name}})}}));
    }
    if (selector.isNull() || !selector.get("matchLabels").empty() ||
        !selector.get("matchExpressions").empty()) {
      checkTemplateSelector(spec, "spec", faults);
    }
    checkPodTemplate(tmpl, "spec.template", faults);
  }
  checkAlwaysRestarts(spec, "StatefulSet", "spec", faults);
}

void updateStatefulSet(const Value& o, const Value& old, std::string_view subresource, Faults& faults) {
  if (subresource == "status") {
    checkCounters(o.get("status"), {"replicas", "readyReplicas", "currentReplicas", "updatedReplicas"}, true,
                  faults);
    return;
  }
  if (!subresource.empty()) return;
  Value now = o.get("spec");
  Value before = old.get("spec");
  for (auto field : {"replicas", "template", "updateStrategy", "minReadySeconds", "ordinals",
                     "revisionHistoryLimit", "persistentVolumeClaimRetentionPolicy"}) {
    now.erase(field);
    before.erase(field);
  }
  if (sameMeaning(now, before)) return;
  faults.forbidden(
      "spec",
      "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
      "'updateStrategy', "
      "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
}

void checkDaemonStrategy(const Value& strategy, Faults& faults) {
  const auto& type = strategy.get("type").asString();
  if (type == "OnDelete") return;
  if (type != "RollingUpdate") {
    faults.notSupported("spec.updateStrategy",
                        internalForm(strategy, {{"Type", "type"}, {"RollingUpdate", "rollingUpdate"}}),
                        {"RollingUpdate", "OnDelete"});
    return;
  }
  const Value& rolling = strategy.get("rollingUpdate");
  const std::string path = "spec.updateStrategy.rollingUpdate";
  const Value& unavailable = rolling.get("maxUnavailable");
  const Value& surge = rolling.get("maxSurge");
  checkIntOrPercent(unavailable, path + ".maxUnavailable", faults);
  checkNotMoreThan100Percent(unavailable, path + ".maxUnavailable", faults);
  checkIntOrPercent(surge, path + ".maxSurge", faults);
  checkNotMoreThan100Percent(surge, path + ".maxSurge", faults);
  bool hasUnavailable = intOrPercentNumber(unavailable) != 0;
  bool hasSurge = intOrPercentNumber(surge) != 0;
  if (hasUnavailable && hasSurge)
    faults.invalid(path + ".maxSurge", surge, "may not be set when maxUnavailable is non-zero");
  if (!hasUnavailable && !hasSurge)
    faults.required(path + ".maxUnavailable", "cannot be 0 when maxSurge is 0");
}

void validateDaemonSet(const Value& o, Faults& faults) {
  const Value& spec = o.get("spec");
  const Value& selector = spec.get("selector");
  checkSelector(selector, "spec.selector", faults);
  if (selector.isNull() || selectorIsValid(selector)) checkTemplateSelector(spec, "spec", faults);
  if (!selector.isNull() && selector.get("matchLabels").empty() && selector.get("matchExpressions").empty()) {
    faults.invalid("spec.selector", selector, "empty selector is invalid for daemonset");
  }
  checkPodTemplate(spec.get("template"), "spec.template", faults);
  checkAlwaysRestarts(spec, nullptr, "spec", faults);
  checkNotNegative(spec, "minReadySeconds", "spec", faults);
  checkDaemonStrategy(spec.get("updateStrategy"), faults);
  checkNotNegative(spec, "revisionHistoryLimit", "spec", faults);
}

void updateDaemonSet(const Value& o, const Value& old, std::string_view subresource, Faults& faults) {
  if (subresource == "status") {
    checkCounters(o.get("status"),
                  {"currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady",
                   "updatedNumberScheduled", "numberAvailable", "numberUnavailable"},
                  false, faults);
    return;
  }
  if (subresource.empty())
    checkImmutable(o.get("spec", "selector"), old.get("spec", "selector"), "spec.selector", faults);
}

void validateControllerRevision(const Value& o, Faults& faults) {
  const Value& data = o.get("data");
  if (data.isNull())
    faults.required("data", "data is mandatory");
  else if (!data.isObject())
    faults.required("data", "data must be a valid JSON object");
  if (o.get("revision").asInt() < 0) faults.invalid("revision", o.get("revision"), std::string(kNotNegative));
}

void validateReplicationController(const Value& o, Faults& faults) {
  const Value& spec = o.get("spec");
  const Value& selector = spec.get("selector");
  const Value& tmpl = spec.get("template");
  checkNotNegative(spec, "minReadySeconds", "spec", faults);
  if (selector.empty()) faults.required("spec.selector", "");
  checkNotNegative(spec, "replicas", "spec", faults);
  if (tmpl.isNull()) {
    faults.required("spec.template", "");
    return;
  }
  if (!selector.empty() &&
      !selectorMatches(Value::object({{"matchLabels", selector}}), tmpl.get("metadata", "labels"))) {
    faults.invalid("spec.template.metadata.labels", tmpl.get("metadata", "labels"), kMismatch);
  }
  checkPodTemplate(tmpl, "spec.template", faults);
  checkAlwaysRestarts(spec, "ReplicationController", "spec", faults);
}

}  // namespace

void addWorkloadValidation(KindInfo& kind) {
  if (kind.resource == "deployments") {
    kind.validate = validateDeployment;
    kind.validateUpdate = updateDeployment;
  } else if (kind.resource == "replicasets") {
    kind.validate = validateReplicaSet;
    kind.validateUpdate = updateReplicaSet;
  } else if (kind.resource == "statefulsets") {
    kind.validate = validateStatefulSet;
    kind.validateUpdate = updateStatefulSet;
  } else if (kind.resource == "daemonsets") {
    kind.validate = validateDaemonSet;
    kind.validateUpdate = updateDaemonSet;
  } else if (kind.resource == "controllerrevisions") {
    kind.validate = validateControllerRevision;
    kind.validateUpdate = [](const Value& o, const Value& old, std::string_view, Faults& faults) {
      checkImmutable(o.get("data"), old.get("data"), "data", faults);
    };
  } else if (kind.resource == "replicationcontrollers") {
    kind.validate = validateReplicationController;
  }
}

}  // namespace puppis::apiserver::kinds
