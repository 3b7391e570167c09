// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "apiserver/kinds/check.h"
#include "base/strings.h"

namespace puppis::apiserver::kinds {
namespace {

/// A port as Kubernetes shows its internal form.
Value internalPort(const Value& port) {
  return Value::object({{"Name", ""},
                        {"Protocol", port.get("protocol")},
                        {"AppProtocol", Value()},
                        {"Port", port.get("port")},
                        {"TargetPort", 0},
                        {"NodePort", 0}});
}

void checkPorts(const Value& spec, Faults& faults) {
  const Value& ports = spec.get("ports");
  bool headless = spec.get("clusterIP").asString() == "None";
  const auto& type = spec.get("type").asString();
  if (ports.empty() && !headless && type != "ExternalName") faults.required("spec.ports", "");
  std::set<std::string> names;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const Value& port = ports.at(i);
    std::string here = at("spec.ports", i);
    const Value& name = port.get("name");
    if (name.asString().empty()) {
      if (ports.size() > 1) faults.required(here + ".name", "");
    } else {
      checkName(name, Rule::Label, here + ".name", faults);
      if (!names.insert(name.asString()).second) faults.duplicate(here + ".name", name);
    }
    checkPortNumber(port.get("port"), here + ".port", faults);
    checkOneOf(port.get("protocol"), {"SCTP", "TCP", "UDP"}, here + ".protocol", faults);
    checkPortNumberOrName(port.get("targetPort"), here + ".targetPort", faults);
    if (port.get("appProtocol").isString())
      checkQualifiedName(port.get("appProtocol"), here + ".appProtocol", faults);
  }
}

void checkPortUse(const Value& spec, Faults& faults) {
  const Value& ports = spec.get("ports");
  const auto& type = spec.get("type").asString();
  std::set<std::pair<std::string, std::int64_t>> taken;
  std::set<std::pair<std::string, std::int64_t>> nodePorts;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const Value& port = ports.at(i);
    if (type == "ClusterIP" && port.get("nodePort").asInt() != 0) {
      faults.forbidden(at("spec.ports", i) + ".nodePort", "may not be used when `type` is 'ClusterIP'");
    }
  }
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const Value& port = ports.at(i);
    auto node = port.get("nodePort").asInt();
    if (node != 0 && !nodePorts.emplace(port.get("protocol").asString(), node).second) {
      faults.duplicate(at("spec.ports", i) + ".nodePort", node);
    }
  }
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const Value& port = ports.at(i);
    if (!taken.emplace(port.get("protocol").asString(), port.get("port").asInt()).second) {
      faults.duplicate(at("spec.ports", i), internalPort(port));
    }
  }
}

void checkAddresses(const Value& spec, Faults& faults) {
  const auto& type = spec.get("type").asString();
  std::string ip = spec.get("clusterIP").asString();
  if (ip.empty()) ip = spec.get("clusterIPs").at(0).asString();
  if (ip.empty()) return;
  if (type == "ExternalName") {
    faults.forbidden("spec.clusterIPs", "may not be set for ExternalName services");
  } else if (ip == "None") {
    if (type != "ClusterIP")
      faults.invalid("spec.clusterIPs[0]", "None", "may not be set to 'None' for " + type + " services");
  } else {
    checkIp(Value(ip), "spec.clusterIPs[0]", faults);
  }
}

void checkTraffic(const Value& spec, Faults& faults) {
  const auto& type = spec.get("type").asString();
  bool balancer = type == "LoadBalancer";
  bool external = balancer || type == "NodePort" || (type == "ClusterIP" && !spec.get("externalIPs").empty());
  if (const Value& policy = spec.get("externalTrafficPolicy");
      policy.isString() && !policy.asString().empty()) {
    if (!external)
      faults.invalid("spec.externalTrafficPolicy", policy,
                     "may only be set for externally-accessible services");
    else
      checkOneOf(policy, {"Cluster", "Local"}, "spec.externalTrafficPolicy", faults);
  }
  if (const Value& port = spec.get("healthCheckNodePort"); port.asInt() != 0) {
    if (!balancer || spec.get("externalTrafficPolicy").asString() != "Local") {
      faults.invalid("spec.healthCheckNodePort", port,
                     "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
    }
  }
  if (const Value& ranges = spec.get("loadBalancerSourceRanges"); !ranges.empty()) {
    if (!balancer)
      faults.forbidden("spec.LoadBalancerSourceRanges", "may only be used when `type` is 'LoadBalancer'");
    for (std::size_t i = 0; i < ranges.size(); ++i)
      checkCidr(ranges.at(i), at("spec.LoadBalancerSourceRanges", i), faults);
  }
  if (spec.get("allocateLoadBalancerNodePorts").isBool() && !balancer) {
    faults.forbidden("spec.allocateLoadBalancerNodePorts", "may only be used when `type` is 'LoadBalancer'");
  }
}

void validateService(const Value& o, Faults& faults) {
  const Value& spec = o.get("spec");
  const auto& type = spec.get("type").asString();
  if (type == "ExternalName") {
    std::string name = spec.get("externalName").asString();
    if (!name.empty() && name.back() == '.') name.pop_back();
    if (name.empty())
      faults.required("spec.externalName", "");
    else
      checkName(Value(name), Rule::Subdomain, "spec.externalName", faults);
  }
  checkPorts(spec, faults);
  checkLabels(spec.get("selector"), "spec.selector", faults);
  checkOneOf(spec.get("sessionAffinity"), {"ClientIP", "None"}, "spec.sessionAffinity", faults);
  if (const Value& timeout = spec.get("sessionAffinityConfig", "clientIP", "timeoutSeconds");
      timeout.isInt()) {
    if (timeout.asInt() <= 0 || timeout.asInt() > 86400) {
      faults.invalid("spec.sessionAffinityConfig.clientIP.timeoutSeconds", timeout,
                     "must be greater than 0 and less than 86400");
    }
  }
  checkAddresses(spec, faults);
  const Value& families = spec.get("ipFamilies");
  for (std::size_t i = 0; i < families.size(); ++i)
    checkOneOf(families.at(i), {"IPv4", "IPv6"}, at("spec.ipFamilies", i), faults);
  checkOneOf(spec.get("ipFamilyPolicy"), {"SingleStack", "PreferDualStack", "RequireDualStack"},
             "spec.ipFamilyPolicy", faults);
  const Value& external = spec.get("externalIPs");
  for (std::size_t i = 0; i < external.size(); ++i) {
    checkIp(external.at(i), at("spec.externalIPs", i), faults);
    if (startsWith(external.at(i).asString(), "127.")) {
      faults.invalid(at("spec.externalIPs", i), external.at(i),
                     "may not be in the loopback range (127.0.0.0/8, ::1/128)");
    }
  }
  checkOneOf(spec.get("type"), {"ClusterIP", "ExternalName", "LoadBalancer", "NodePort"}, "spec.type",
             faults);
  checkPortUse(spec, faults);
  checkTraffic(spec, faults);
  checkOneOf(spec.get("internalTrafficPolicy"), {"Cluster", "Local"}, "spec.internalTrafficPolicy", faults);
}

void updateService(const Value& o, const Value& old, std::string_view subresource, Faults& faults) {
  if (!subresource.empty()) return;
  const Value& now = o.get("spec", "clusterIPs").at(0);
  const Value& before = old.get("spec", "clusterIPs").at(0);
  bool kept = now.asString().empty() || before.asString().empty() || now == before;
  bool external = o.get("spec", "type").asString() == "ExternalName" ||
                  old.get("spec", "type").asString() == "ExternalName";
  if (!kept && !external)
    faults.invalid("spec.clusterIPs[0]", o.get("spec", "clusterIPs"), "may not change once set");
}

}  // namespace

void addServiceValidation(KindInfo& kind) {
  if (kind.resource != "services") return;
  kind.validate = validateService;
  kind.validateUpdate = updateService;
}

}  // namespace puppis::apiserver::kinds
