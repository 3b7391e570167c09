// SPDX-License-Identifier: Apache-2.0
#include "apiserver/kinds/default_rules.h"
#include "base/strings.h"

namespace puppis::apiserver::kinds {
namespace {

using data::Value;

void networkPolicyPort(Value& o) {
  fillIn(o, "protocol", "TCP");
}

void networkPolicy(Value& o) {
  Value& spec = o["spec"];
  if (!spec.get("policyTypes").empty()) return;
  Value types = Value::array({"Ingress"});
  if (!spec.get("egress").empty()) types.push("Egress");
  spec.set("policyTypes", types);
}

void ingressClass(Value& o) {
  if (o.get("spec", "parameters").isObject()) fillIn(o["spec"]["parameters"], "scope", "Cluster");
}

void roleBinding(Value& o) {
  fillZero(o["roleRef"], "apiGroup", "rbac.authorization.k8s.io");
}

void subject(Value& o) {
  const std::string& kind = o.get("kind").asString();
  if (kind == "User" || kind == "Group") fillZero(o, "apiGroup", "rbac.authorization.k8s.io");
}

void storageClass(Value& o) {
  fillIn(o, "reclaimPolicy", "Delete");
  fillIn(o, "volumeBindingMode", "Immediate");
}

void csiDriver(Value& o) {
  Value& spec = o["spec"];
  fillIn(spec, "attachRequired", true);
  fillIn(spec, "fsGroupPolicy", "ReadWriteOnceWithFSType");
  for (auto field : {"podInfoOnMount", "storageCapacity", "requiresRepublish", "seLinuxMount"})
    fillIn(spec, field, false);
  fillIn(spec, "volumeLifecycleModes", Value::array({"Persistent"}));
}

void endpointPort(Value& o) {
  fillIn(o, "name", "");
  fillIn(o, "protocol", "TCP");
}

void priorityClass(Value& o) {
  fillIn(o, "preemptionPolicy", "PreemptLowerPriority");
}

void webhook(Value& o) {
  fillIn(o, "failurePolicy", "Fail");
  fillIn(o, "matchPolicy", "Equivalent");
  fillIn(o, "namespaceSelector", Value::object());
  fillIn(o, "objectSelector", Value::object());
  fillIn(o, "timeoutSeconds", 10);
}

void mutatingWebhook(Value& o) {
  webhook(o);
  fillIn(o, "reinvocationPolicy", "Never");
}

void ruleWithOperations(Value& o) {
  fillIn(o, "scope", "*");
}
void serviceReference(Value& o) {
  fillIn(o, "port", 443);
}
void admissionPolicy(Value& o) {
  fillIn(o, "failurePolicy", "Fail");
}

void matchResources(Value& o) {
  fillIn(o, "matchPolicy", "Equivalent");
  fillIn(o, "namespaceSelector", Value::object());
  fillIn(o, "objectSelector", Value::object());
}

void crdSpec(Value& o) {
  Value& names = o["names"];
  const std::string kind = names.get("kind").asString();
  if (names.get("singular").asString().empty()) names.set("singular", toLower(kind));
  if (names.get("listKind").asString().empty() && !kind.empty()) names.set("listKind", kind + "List");
  Value& conversion = o["conversion"];
  fillZero(conversion, "strategy", "None");
}

void tokenRequest(Value& o) {
  fillIn(o, "expirationSeconds", 3600);
}

}  // namespace

void addOtherDefaults(DefaultRules& rules) {
  rules["io.k8s.api.networking.v1.NetworkPolicyPort"] = networkPolicyPort;
  rules["io.k8s.api.networking.v1.NetworkPolicy"] = networkPolicy;
  rules["io.k8s.api.networking.v1.IngressClass"] = ingressClass;
  rules["io.k8s.api.rbac.v1.RoleBinding"] = roleBinding;
  rules["io.k8s.api.rbac.v1.ClusterRoleBinding"] = roleBinding;
  rules["io.k8s.api.rbac.v1.Subject"] = subject;
  rules["io.k8s.api.storage.v1.StorageClass"] = storageClass;
  rules["io.k8s.api.storage.v1.CSIDriver"] = csiDriver;
  rules["io.k8s.api.discovery.v1.EndpointPort"] = endpointPort;
  rules["io.k8s.api.scheduling.v1.PriorityClass"] = priorityClass;
  const std::string admission = "io.k8s.api.admissionregistration.v1.";
  rules[admission + "ValidatingWebhook"] = webhook;
  rules[admission + "MutatingWebhook"] = mutatingWebhook;
  rules[admission + "RuleWithOperations"] = ruleWithOperations;
  rules[admission + "NamedRuleWithOperations"] = ruleWithOperations;
  rules[admission + "ServiceReference"] = serviceReference;
  rules[admission + "ValidatingAdmissionPolicySpec"] = admissionPolicy;
  rules[admission + "MatchResources"] = matchResources;
  rules["io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionSpec"] = crdSpec;
  rules["io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ServiceReference"] = serviceReference;
  rules["io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.ServiceReference"] = serviceReference;
  rules["io.k8s.api.authentication.v1.TokenRequestSpec"] = tokenRequest;
}

}  // namespace puppis::apiserver::kinds
