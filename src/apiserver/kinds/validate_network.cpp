// SPDX-License-Identifier: Apache-2.0
#include "apiserver/kinds/check.h"
#include "apiserver/metadata.h"
#include "base/strings.h"

namespace puppis::apiserver::kinds {
namespace {

void checkHost(const Value& host, const std::string& path, Faults& faults) {
  const std::string& text = host.asString();
  if (text.find('*') == std::string::npos) {
    checkName(host, Rule::Subdomain, path, faults);
    return;
  }
  bool good = startsWith(text, "*.") && nameFault(text.substr(2), Rule::Subdomain).empty();
  if (good) return;
  faults.invalid(path, host,
                 "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, "
                 "which must consist of "
                 "lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character "
                 "(e.g. '*.example.com', "
                 "regex used for validation is "
                 "'\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')");
}

void checkBackend(const Value& backend, const std::string& path, Faults& faults) {
  const Value& service = backend.get("service");
  const Value& resource = backend.get("resource");
  if (service.isObject() && resource.isObject()) {
    faults.invalid(path, "", "cannot set both resource and service backends");
    return;
  }
  if (resource.isObject()) {
    for (auto field : {"kind", "name"}) {
      if (resource.get(field).asString().empty()) faults.required(path + ".resource." + field, "");
    }
    return;
  }
  if (!service.isObject()) {
    faults.invalid(path, "", "resource or service backend is required");
    return;
  }
  const Value& name = service.get("name");
  if (name.asString().empty())
    faults.required(path + ".service.name", "");
  else
    checkName(name, Rule::Label1035, path + ".service.name", faults);
  const Value& port = service.get("port");
  bool named = !port.get("name").asString().empty();
  bool numbered = port.get("number").asInt() != 0;
  if (named && numbered)
    faults.invalid(path, "", "cannot set both port name & port number");
  else if (named)
    checkPortName(port.get("name"), path + ".service.port.name", faults);
  else if (numbered)
    checkPortNumber(port.get("number"), path + ".service.port.number", faults);
  else
    faults.required(path, "port name or number is required");
}

void checkIngressPath(const Value& path, const std::string& where, Faults& faults) {
  const Value& type = path.get("pathType");
  if (type.isNull()) {
    faults.required(where + ".pathType", "pathType must be specified");
    return;
  }
  const std::string& text = path.get("path").asString();
  auto bad = [&](const std::string& why) { faults.invalid(where + ".path", Value(text), why); };
  if (type.asString() == "Exact" || type.asString() == "Prefix") {
    if (!startsWith(text, "/")) bad("must be an absolute path");
    for (auto sequence : {"//", "/./", "/../", "%2f", "%2F"}) {
      if (text.find(sequence) != std::string::npos) bad("must not contain '" + std::string(sequence) + "'");
    }
    for (auto suffix : {"/..", "/."}) {
      if (endsWith(text, suffix)) bad("cannot end with '" + std::string(suffix) + "'");
    }
  } else if (type.asString() == "ImplementationSpecific") {
    if (!text.empty() && !startsWith(text, "/")) bad("must be an absolute path");
  } else {
    faults.notSupported(where + ".pathType", type, {"Exact", "ImplementationSpecific", "Prefix"});
  }
  checkBackend(path.get("backend"), where + ".backend", faults);
}

void validateIngress(const Value& o, Faults& faults) {
  const Value& spec = o.get("spec");
  const Value& rules = spec.get("rules");
  if (rules.empty() && spec.get("defaultBackend").isNull()) {
    faults.invalid("spec", Value(), "either `defaultBackend` or `rules` must be specified");
  }
  if (spec.get("defaultBackend").isObject())
    checkBackend(spec.get("defaultBackend"), "spec.defaultBackend", faults);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    std::string here = at("spec.rules", i);
    const Value& host = rules.at(i).get("host");
    if (!host.asString().empty()) {
      if (isIp(host.asString()))
        faults.invalid(here + ".host", host, "must be a DNS name, not an IP address");
      checkHost(host, here + ".host", faults);
    }
    const Value& http = rules.at(i).get("http");
    if (!http.isObject()) continue;
    if (http.get("paths").empty()) faults.required(here + ".http.paths", "");
    for (std::size_t p = 0; p < http.get("paths").size(); ++p) {
      checkIngressPath(http.get("paths").at(p), at(here + ".http.paths", p), faults);
    }
  }
  for (std::size_t i = 0; i < spec.get("tls").size(); ++i) {
    const Value& tls = spec.get("tls").at(i);
    for (std::size_t h = 0; h < tls.get("hosts").size(); ++h) {
      checkHost(tls.get("hosts").at(h), at(at("spec.tls", i) + ".hosts", h), faults);
    }
    if (!tls.get("secretName").asString().empty())
      checkName(tls.get("secretName"), Rule::Subdomain, at("spec.tls", i) + ".secretName", faults);
  }
  if (spec.get("ingressClassName").isString())
    checkName(spec.get("ingressClassName"), Rule::Subdomain, "spec.ingressClassName", faults);
}

void updateIngress(const Value& o, const Value&, std::string_view subresource, Faults& faults) {
  if (subresource != "status") return;
  const Value& list = o.get("status", "loadBalancer", "ingress");
  for (std::size_t i = 0; i < list.size(); ++i) {
    std::string here = at("status.loadBalancer.ingress", i);
    if (!list.at(i).get("ip").asString().empty()) checkIp(list.at(i).get("ip"), here + ".ip", faults);
    const Value& host = list.at(i).get("hostname");
    if (host.asString().empty()) continue;
    checkName(host, Rule::Subdomain, here + ".hostname", faults);
    if (isIp(host.asString()))
      faults.invalid(here + ".hostname", host, "must be a DNS name, not an IP address");
  }
}

void checkPolicyPorts(const Value& ports, const std::string& path, Faults& faults) {
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const Value& port = ports.at(i);
    std::string here = at(path, i);
    checkOneOf(port.get("protocol"), {"TCP", "UDP", "SCTP"}, here + ".protocol", faults);
    const Value& number = port.get("port");
    const Value& end = port.get("endPort");
    if (!number.isNull()) {
      checkPortNumberOrName(number, here + ".port", faults);
      if (number.isInt() && end.isInt()) {
        if (end.asInt() < number.asInt())
          faults.invalid(here + ".endPort", end, "must be greater than or equal to `port`");
        checkPortNumber(end, here + ".endPort", faults);
      } else if (end.isInt()) {
        faults.invalid(here + ".endPort", end, "may not be specified when `port` is non-numeric");
      }
    } else if (end.isInt()) {
      faults.invalid(here + ".endPort", end, "may not be specified when `port` is not specified");
    }
  }
}

void checkPeers(const Value& peers, const std::string& path, Faults& faults) {
  for (std::size_t i = 0; i < peers.size(); ++i) {
    const Value& peer = peers.at(i);
    std::string here = at(path, i);
    int count = 0;
    for (auto field : {"podSelector", "namespaceSelector"}) {
      if (!peer.get(field).isObject()) continue;
      ++count;
      checkSelector(peer.get(field), here + "." + field, faults);
    }
    if (const Value& block = peer.get("ipBlock"); block.isObject()) {
      const Value& cidr = block.get("cidr");
      if (cidr.asString().empty())
        faults.required(here + ".ipBlock.cidr", "");
      else
        checkCidr(cidr, here + ".ipBlock.cidr", faults);
      for (std::size_t e = 0; e < block.get("except").size(); ++e) {
        const Value& except = block.get("except").at(e);
        std::string place = at(here + ".ipBlock.except", e);
        std::size_t before = faults.list().size();
        checkCidr(except, place, faults);
        if (faults.list().size() == before && !isStrictSubnet(except.asString(), cidr.asString())) {
          faults.invalid(place, except, "must be a strict subset of `cidr`");
        }
      }
      if (count > 0) faults.forbidden(here, "may not specify both ipBlock and another peer");
      ++count;
    }
    if (count == 0) faults.required(here, "must specify a peer");
  }
}

void validateNetworkPolicy(const Value& o, Faults& faults) {
  const Value& spec = o.get("spec");
  checkSelector(spec.get("podSelector"), "spec.podSelector", faults);
  for (std::size_t i = 0; i < spec.get("ingress").size(); ++i) {
    checkPolicyPorts(spec.get("ingress").at(i).get("ports"), at("spec.ingress", i) + ".ports", faults);
    checkPeers(spec.get("ingress").at(i).get("from"), at("spec.ingress", i) + ".from", faults);
  }
  for (std::size_t i = 0; i < spec.get("egress").size(); ++i) {
    checkPolicyPorts(spec.get("egress").at(i).get("ports"), at("spec.egress", i) + ".ports", faults);
    checkPeers(spec.get("egress").at(i).get("to"), at("spec.egress", i) + ".to", faults);
  }
  const Value& types = spec.get("policyTypes");
  if (types.size() > 2)
    faults.invalid("spec.policyTypes", types, "may not specify more than two policyTypes");
  for (std::size_t i = 0; i < types.size(); ++i)
    checkOneOf(types.at(i), {"Ingress", "Egress"}, at("spec.policyTypes", i), faults);
}

void validateIngressClass(const Value& o, Faults& faults) {
  const Value& controller = o.get("spec", "controller");
  const std::string& text = controller.asString();
  if (text.size() > 250) faults.tooLong("spec.controller", 250);
  std::size_t slash = text.find('/');
  bool good = slash != std::string::npos && slash > 0 && slash + 1 < text.size() &&
              nameFault(text.substr(0, slash), Rule::Subdomain).empty();
  if (text.empty()) {
    faults.required("spec.controller", "");
  } else if (!good) {
    faults.invalid("spec.controller", controller, "must be a domain-prefixed path (such as \"acme.io/foo\")");
  }
  const Value& parameters = o.get("spec", "parameters");
  if (!parameters.isObject()) return;
  for (auto field : {"kind", "name"})
    checkPathSegment(parameters.get(field), std::string("spec.parameters.") + field, faults);
  const Value& scope = parameters.get("scope");
  checkOneOf(scope, {"Cluster", "Namespace"}, "spec.parameters.scope", faults);
  if (scope.asString() == "Namespace" && parameters.get("namespace").asString().empty()) {
    faults.required("spec.parameters.namespace", "`parameters.scope` is set to 'Namespace'");
  }
  if (scope.asString() == "Cluster" && parameters.get("namespace").isString()) {
    faults.forbidden("spec.parameters.namespace", "`parameters.scope` is set to 'Cluster'");
  }
}

void validateSlice(const Value& o, Faults& faults) {
  const Value& type = o.get("addressType");
  if (type.asString().empty())
    faults.required("addressType", "");
  else
    checkOneOf(type, {"FQDN", "IPv4", "IPv6"}, "addressType", faults);
  for (std::size_t i = 0; i < o.get("ports").size(); ++i) {
    const Value& port = o.get("ports").at(i);
    if (!port.get("name").asString().empty())
      checkName(port.get("name"), Rule::Label, at("ports", i) + ".name", faults);
    checkOneOf(port.get("protocol"), {"SCTP", "TCP", "UDP"}, at("ports", i) + ".protocol", faults);
  }
  for (std::size_t i = 0; i < o.get("endpoints").size(); ++i) {
    std::string here = at("endpoints", i) + ".addresses";
    const Value& addresses = o.get("endpoints").at(i).get("addresses");
    if (addresses.empty()) faults.required(here, "must contain at least 1 address");
    if (addresses.size() > 100) faults.tooMany(here, addresses.size(), 100);
    for (std::size_t a = 0; a < addresses.size(); ++a) {
      if (type.asString() == "IPv4" || type.asString() == "IPv6")
        checkIp(addresses.at(a), at(here, a), faults);
      else if (type.asString() == "FQDN")
        checkName(addresses.at(a), Rule::Subdomain, at(here, a), faults);
    }
  }
}

}  // namespace

void addNetworkValidation(KindInfo& kind) {
  if (kind.resource == "ingresses") {
    kind.validate = validateIngress;
    kind.validateUpdate = updateIngress;
  } else if (kind.resource == "networkpolicies") {
    kind.validate = validateNetworkPolicy;
  } else if (kind.resource == "ingressclasses") {
    kind.validate = validateIngressClass;
  } else if (kind.resource == "endpointslices") {
    kind.validate = validateSlice;
    kind.validateUpdate = [](const Value& o, const Value& old, std::string_view, Faults& faults) {
      checkImmutable(o.get("addressType"), old.get("addressType"), "addressType", faults);
    };
  }
}

}  // namespace puppis::apiserver::kinds
