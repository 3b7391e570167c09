// SPDX-License-Identifier: Apache-2.0
#include "apiserver/kinds/check.h"
#include "apiserver/kinds/convert.h"
#include "base/strings.h"
#include "data/quantity.h"

namespace puppis::apiserver::kinds {
namespace {

constexpr const char* kRbac = "rbac.authorization.k8s.io";

void checkTarget(const Value& ref, Faults& faults) {
  const std::string path = "spec.scaleTargetRef";
  checkPathSegment(ref.get("kind"), path + ".kind", faults);
  checkPathSegment(ref.get("name"), path + ".name", faults);
  const auto& version = ref.get("apiVersion").asString();
  bool core = version.find('/') == std::string::npos;
  if (core && !(version == "v1" && ref.get("kind").asString() == "ReplicationController")) {
    faults.invalid(path + ".apiVersion", Value(version), "apiVersion must specify API group");
  }
}

void checkMetricTarget(const Value& target, const std::string& path, bool resource, Faults& faults) {
  const std::string& type = target.get("type").asString();
  if (type.empty()) faults.required(path + ".type", "must specify a metric target type");
  if (type != "Utilization" && type != "Value" && type != "AverageValue") {
    faults.invalid(path + ".type", Value(type), "must be either Utilization, Value, or AverageValue");
  }
  for (auto field : {"value", "averageValue"}) {
    auto amount = data::Quantity::parse(target.get(field).asString());
    if (amount && amount->sign() <= 0)
      faults.invalid(path + "." + field, target.get(field), "must be positive");
  }
  const Value& utilization = target.get("averageUtilization");
  if (utilization.isInt() && utilization.asInt() < 1)
    faults.invalid(path + ".averageUtilization", utilization, "must be greater than 0");
  bool value = !target.get("averageValue").isNull();
  if (!resource) return;
  if (!utilization.isInt() && !value)
    faults.required(path + ".averageUtilization",
                    "must set either a target raw value or a target utilization");
  if (utilization.isInt() && value)
    faults.forbidden(path + ".averageValue", "may not set both a target raw value and a target utilization");
}

void checkMetrics(const Value& metrics, Faults& faults) {
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    const Value& metric = metrics.at(i);
    std::string here = at("spec.metrics", i);
    const auto& type = metric.get("type").asString();
    if (type.empty()) {
      faults.required(here + ".type", "must specify a metric source type");
      continue;
    }
    static const std::vector<std::string> kTypes = {"ContainerResource", "External", "Object", "Pods",
                                                    "Resource"};
    std::size_t before = faults.list().size();
    checkOneOf(metric.get("type"), kTypes, here + ".type", faults);
    if (faults.list().size() != before) continue;
    std::string field = type;
    field[0] = static_cast<char>(field[0] + ('a' - 'A'));
    const Value& source = metric.get(field);
    if (!source.isObject()) {
      faults.required(here + "." + field, "must populate information for the given metric source");
      continue;
    }
    bool resource = type == "Resource" || type == "ContainerResource";
    if (resource && source.get("name").asString().empty())
      faults.required(here + "." + field + ".name", "must specify a resource name");
    checkMetricTarget(source.get("target"), here + "." + field + ".target", resource, faults);
  }
}

void checkScalingRules(const Value& rules, const std::string& path, Faults& faults) {
  if (!rules.isObject()) return;
  const Value& window = rules.get("stabilizationWindowSeconds");
  if (window.isInt() && window.asInt() < 0)
    faults.invalid(path + ".stabilizationWindowSeconds", window, "must be greater than or equal to zero");
  if (window.isInt() && window.asInt() > 3600)
    faults.invalid(path + ".stabilizationWindowSeconds", window, "must be less than or equal to 3600");
  checkOneOf(rules.get("selectPolicy"), {"Disabled", "Max", "Min"}, path + ".selectPolicy", faults);
  for (std::size_t i = 0; i < rules.get("policies").size(); ++i) {
    const Value& policy = rules.get("policies").at(i);
    std::string here = at(path + ".policies", i);
    checkOneOf(policy.get("type"), {"Percent", "Pods"}, here + ".type", faults);
    if (policy.get("value").asInt() <= 0)
      faults.invalid(here + ".value", policy.get("value"), "must be greater than zero");
    auto period = policy.get("periodSeconds").asInt();
    if (period <= 0) faults.invalid(here + ".periodSeconds", period, "must be greater than zero");
    if (period > 1800) faults.invalid(here + ".periodSeconds", period, "must be less than or equal to 1800");
  }
}

void validateAutoscaler(const Value& o, Faults& faults) {
  const Value& spec = o.get("spec");
  const Value& least = spec.get("minReplicas");
  auto most = spec.get("maxReplicas").asInt();
  if (least.isInt() && least.asInt() < 1)
    faults.invalid("spec.minReplicas", least, "must be greater than or equal to 1");
  if (most < 1) faults.invalid("spec.maxReplicas", most, "must be greater than 0");
  if (least.isInt() && most < least.asInt())
    faults.invalid("spec.maxReplicas", most, "must be greater than or equal to `minReplicas`");
  checkTarget(spec.get("scaleTargetRef"), faults);
  checkMetrics(spec.get("metrics"), faults);
  if (least.isInt() && least.asInt() == 0) {
    faults.forbidden(
        "spec.metrics",
        "must specify at least one Object or External metric to support scaling to zero replicas");
  }
  checkScalingRules(spec.get("behavior", "scaleUp"), "spec.behavior.scaleUp", faults);
  checkScalingRules(spec.get("behavior", "scaleDown"), "spec.behavior.scaleDown", faults);
}

void validateBudget(const Value& o, Faults& faults) {
  const Value& spec = o.get("spec");
  const Value& least = spec.get("minAvailable");
  const Value& most = spec.get("maxUnavailable");
  if (!least.isNull() && !most.isNull()) {
    Value shown = Value::object({{"MinAvailable", least},
                                 {"Selector", spec.get("selector")},
                                 {"MaxUnavailable", most},
                                 {"UnhealthyPodEvictionPolicy", spec.get("unhealthyPodEvictionPolicy")}});
    faults.invalid("spec", shown, "minAvailable and maxUnavailable cannot be both set");
  }
  checkIntOrPercent(least, "spec.minAvailable", faults);
  checkNotMoreThan100Percent(least, "spec.minAvailable", faults);
  checkIntOrPercent(most, "spec.maxUnavailable", faults);
  checkNotMoreThan100Percent(most, "spec.maxUnavailable", faults);
  checkSelector(spec.get("selector"), "spec.selector", faults);
  checkOneOf(spec.get("unhealthyPodEvictionPolicy"), {"AlwaysAllow", "IfHealthyBudget"},
             "spec.unhealthyPodEvictionPolicy", faults);
}

void checkRules(const Value& rules, bool namespaced, Faults& faults) {
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const Value& rule = rules.at(i);
    std::string here = at("rules", i);
    if (rule.get("verbs").empty()) faults.required(here + ".verbs", "verbs must contain at least one value");
    const Value& urls = rule.get("nonResourceURLs");
    if (!urls.empty()) {
      if (namespaced)
        faults.invalid(here + ".nonResourceURLs", urls, "namespaced rules cannot apply to non-resource URLs");
      if (!rule.get("apiGroups").empty() || !rule.get("resources").empty() ||
          !rule.get("resourceNames").empty()) {
        faults.invalid(here + ".nonResourceURLs", urls,
                       "rules cannot apply to both regular resources and non-resource URLs");
      }
      continue;
    }
    if (rule.get("apiGroups").empty())
      faults.required(here + ".apiGroups", "resource rules must supply at least one api group");
    if (rule.get("resources").empty())
      faults.required(here + ".resources", "resource rules must supply at least one resource");
  }
}

void checkBinding(const Value& o, bool namespaced, Faults& faults) {
  const Value& role = o.get("roleRef");
  if (role.get("apiGroup").asString() != kRbac)
    faults.notSupported("roleRef.apiGroup", role.get("apiGroup"), {kRbac});
  std::vector<std::string> kinds = {"Role", "ClusterRole"};
  if (!namespaced) kinds.erase(kinds.begin());
  checkOneOf(Value(role.get("kind").asString()), kinds, "roleRef.kind", faults);
  checkPathSegment(role.get("name"), "roleRef.name", faults);
  for (std::size_t i = 0; i < o.get("subjects").size(); ++i) {
    const Value& subject = o.get("subjects").at(i);
    std::string here = at("subjects", i);
    const auto& kind = subject.get("kind").asString();
    const Value& name = subject.get("name");
    if (name.asString().empty()) faults.required(here + ".name", "");
    const auto& group = subject.get("apiGroup").asString();
    if (kind == "ServiceAccount") {
      if (!name.asString().empty()) checkName(name, Rule::Subdomain, here + ".name", faults);
      if (!group.empty()) faults.notSupported(here + ".apiGroup", Value(group), {""});
      if (!namespaced && subject.get("namespace").asString().empty())
        faults.required(here + ".namespace", "");
    } else if (kind == "User" || kind == "Group") {
      if (group != kRbac) faults.notSupported(here + ".apiGroup", Value(group), {kRbac});
    } else {
      faults.notSupported(here + ".kind", Value(kind), {"ServiceAccount", "User", "Group"});
    }
  }
}

void updateBinding(const Value& o, const Value& old, std::string_view, Faults& faults) {
  const Value& now = o.get("roleRef");
  if (sameMeaning(now, old.get("roleRef"))) return;
  Value shown = Value::object(
      {{"APIGroup", now.get("apiGroup")}, {"Kind", now.get("kind")}, {"Name", now.get("name")}});
  faults.invalid("roleRef", shown, "cannot change roleRef");
}

void validateStorageClass(const Value& o, Faults& faults) {
  const Value& provisioner = o.get("provisioner");
  if (provisioner.asString().empty())
    faults.required("provisioner", "");
  else
    checkQualifiedName(Value(toLower(provisioner.asString())), "provisioner", faults);
  checkOneOf(o.get("reclaimPolicy"), {"Delete", "Retain"}, "reclaimPolicy", faults);
  checkOneOf(o.get("volumeBindingMode"), {"Immediate", "WaitForFirstConsumer"}, "volumeBindingMode", faults);
}

void updateStorageClass(const Value& o, const Value& old, std::string_view, Faults& faults) {
  auto fixed = [&](const char* field) {
    if (!sameMeaning(o.get(field), old.get(field)))
      faults.forbidden(field, "updates to " + std::string(field) + " are forbidden.");
  };
  fixed("parameters");
  fixed("provisioner");
  fixed("reclaimPolicy");
  checkImmutable(o.get("volumeBindingMode"), old.get("volumeBindingMode"), "volumeBindingMode", faults);
}

void validatePriorityClass(const Value& o, Faults& faults) {
  bool system = startsWith(o.get("metadata", "name").asString(), "system-");
  if (!system && o.get("value").asInt() > 1000000000) {
    faults.forbidden("value", "maximum allowed value of a user defined priority is 1000000000");
  }
  checkOneOf(o.get("preemptionPolicy"), {"PreemptLowerPriority", "Never"}, "preemptionPolicy", faults);
}

void updatePriorityClass(const Value& o, const Value& old, std::string_view, Faults& faults) {
  if (o.get("value") != old.get("value")) faults.forbidden("value", "may not be changed in an update.");
  checkImmutable(o.get("preemptionPolicy"), old.get("preemptionPolicy"), "preemptionPolicy", faults);
}

void validateLease(const Value& o, Faults& faults) {
  const Value& duration = o.get("spec", "leaseDurationSeconds");
  if (duration.isInt() && duration.asInt() <= 0)
    faults.invalid("spec.leaseDurationSeconds", duration, "must be greater than 0");
  checkNotNegative(o.get("spec"), "leaseTransitions", "spec", faults);
}

/// The lists of a webhook's rule: something in each, and "*" alone where it stands.
void checkWebhookRule(const Value& rule, const std::string& path, Faults& faults) {
  for (auto list : {"apiGroups", "apiVersions", "operations", "resources"}) {
    std::string here = path + "." + list;
    const Value& values = rule.get(list);
    if (values.empty()) faults.required(here, "");
    bool all = false;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::string& text = values.at(i).asString();
      all = all || text == "*";
      bool group = std::string_view(list) == "apiGroups";
      if (text.empty() && !group) faults.required(at(here, i), "");
      if (std::string_view(list) == "operations" && !text.empty()) {
        checkOneOf(values.at(i), {"*", "CONNECT", "CREATE", "DELETE", "UPDATE"}, at(here, i), faults);
      }
    }
    bool resources = std::string_view(list) == "resources";
    if (all && values.size() > 1 && !resources) {
      faults.invalid(here, values,
                     "if '*' is present, must not specify other " +
                         std::string(std::string_view(list) == "operations"  ? "operations"
                                     : std::string_view(list) == "apiGroups" ? "API groups"
                                                                             : "API versions"));
    }
  }
  checkOneOf(rule.get("scope"), {"*", "Cluster", "Namespaced"}, path + ".scope", faults);
}

/// What the newer events API asks for beyond the old one.
void validateNewEvent(const Value& o, Faults& faults) {
  if (o.get("eventTime").isNull()) faults.required("eventTime", "");
  const Value& controller = o.get("reportingController");
  if (controller.asString().empty()) faults.required("reportingController", "");
  checkQualifiedName(controller, "reportingController", faults);
  for (auto field : {"reportingInstance", "action", "reason"}) {
    if (o.get(field).asString().empty())
      faults.required(field, "");
    else if (o.get(field).asString().size() > 128)
      faults.invalid(field, Value(""), "can have at most 128 characters");
  }
  const std::string& about = o.get("regarding", "namespace").asString();
  const std::string& own = o.get("metadata", "namespace").asString();
  bool fits = about.empty() ? own == "default" || own == "kube-system" : about == own;
  if (!fits) faults.invalid("involvedObject.namespace", Value(about), "does not match event.namespace");
  const std::string& type = o.get("type").asString();
  if (type != "Normal" && type != "Warning") faults.invalid("type", Value(""), "has invalid value: " + type);
}

void validateWebhooks(const Value& o, Faults& faults) {
  std::size_t i = 0;
  for (const auto& hook : o.get("webhooks").elements()) {
    std::string here = at("webhooks", i++);
    const std::string& name = hook.get("name").asString();
    if (name.empty()) {
      faults.required(here + ".name", "");
    } else {
      std::size_t before = faults.list().size();
      checkName(hook.get("name"), Rule::Subdomain, here + ".name", faults);
      bool qualified = split(name, '.').size() >= 3;
      if (!qualified && faults.list().size() == before) {
        faults.invalid(here + ".name", Value(name),
                       "should be a domain with at least three segments separated by dots");
      }
    }
    for (std::size_t r = 0; r < hook.get("rules").size(); ++r)
      checkWebhookRule(hook.get("rules").at(r), at(here + ".rules", r), faults);
    checkOneOf(hook.get("failurePolicy"), {"Fail", "Ignore"}, here + ".failurePolicy", faults);
    checkOneOf(hook.get("matchPolicy"), {"Equivalent", "Exact"}, here + ".matchPolicy", faults);
    if (hook.get("sideEffects").isNull())
      faults.required(here + ".sideEffects", "must specify one of None, NoneOnDryRun");
    checkOneOf(hook.get("sideEffects"), {"None", "NoneOnDryRun"}, here + ".sideEffects", faults);
    auto timeout = hook.get("timeoutSeconds").asInt();
    if (timeout > 30 || timeout < 1)
      faults.invalid(here + ".timeoutSeconds", timeout, "the timeout value must be between 1 and 30 seconds");
    for (auto selector : {"namespaceSelector", "objectSelector"})
      checkSelector(hook.get(selector), here + "." + selector, faults);
    const Value& client = hook.get("clientConfig");
    if (client.get("url").isNull() == client.get("service").isNull()) {
      faults.required(here + ".clientConfig", "exactly one of url or service is required");
    } else if (client.get("service").isObject()) {
      for (auto field : {"name", "namespace"}) {
        if (client.get("service", field).asString().empty()) {
          faults.required(here + ".clientConfig.service." + field,
                          std::string("service ") + field + " is required");
        }
      }
      checkPortNumber(client.get("service", "port"), here + ".clientConfig.service.port", faults);
    }
  }
}

}  // namespace

void addOtherValidation(KindInfo& kind) {
  const std::string& name = kind.resource;
  if (name == "horizontalpodautoscalers") {
    if (kind.version == "v1")
      kind.validate = [](const Value& o, Faults& faults) { validateAutoscaler(autoscalerToV2(o), faults); };
    else
      kind.validate = validateAutoscaler;
  } else if (name == "poddisruptionbudgets") {
    kind.validate = validateBudget;
  } else if (name == "roles" || name == "clusterroles") {
    kind.validate = [namespaced = kind.namespaced](const Value& o, Faults& faults) {
      checkRules(o.get("rules"), namespaced, faults);
    };
  } else if (name == "rolebindings" || name == "clusterrolebindings") {
    kind.validate = [namespaced = kind.namespaced](const Value& o, Faults& faults) {
      checkBinding(o, namespaced, faults);
    };
    kind.validateUpdate = updateBinding;
  } else if (name == "storageclasses") {
    kind.validate = validateStorageClass;
    kind.validateUpdate = updateStorageClass;
  } else if (name == "priorityclasses") {
    kind.validate = validatePriorityClass;
    kind.validateUpdate = updatePriorityClass;
  } else if (kind.group == "events.k8s.io") {
    kind.validate = validateNewEvent;
  } else if (endsWith(name, "webhookconfigurations")) {
    kind.validate = validateWebhooks;
  } else if (name == "leases") {
    kind.validate = validateLease;
  }
}

}  // namespace puppis::apiserver::kinds
