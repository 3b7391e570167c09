// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "apiserver/kinds/columns.h"
#include "base/strings.h"

namespace puppis::apiserver::kinds {
namespace {

using data::Value;

Columns::Plain text(std::vector<std::string> path, std::string otherwise = "") {
  return [path = std::move(path), otherwise = std::move(otherwise)](const Value& o) {
    const Value* at = &o;
    for (const auto& step : path) at = &at->get(step);
    return at->asString().empty() ? Value(otherwise) : *at;
  };
}

Columns::Plain flag(std::vector<std::string> path) {
  return [path = std::move(path)](const Value& o) {
    const Value* at = &o;
    for (const auto& step : path) at = &at->get(step);
    return Value(at->asBool());
  };
}

Columns::Plain size(std::string field) {
  return [field = std::move(field)](const Value& o) {
    return Value(static_cast<std::int64_t>(o.get(field).size()));
  };
}

Value textOfIntOrString(const Value& value, const char* otherwise) {
  if (value.isInt()) return std::to_string(value.asInt());
  return value.isString() ? value : Value(otherwise);
}

Value ingressHosts(const Value& o) {
  constexpr std::size_t kMost = 3;
  std::vector<std::string> hosts;
  bool more = false;
  const Value& rules = o.get("spec", "rules");
  for (const auto& rule : rules.elements()) {
    more = more || hosts.size() == kMost;
    const auto& host = rule.get("host").asString();
    if (!more && !host.empty()) hosts.push_back(host);
  }
  if (hosts.empty()) return "*";
  return join(hosts, ",") + (more ? " + " + std::to_string(rules.size() - kMost) + " more..." : "");
}

Value ingressAddress(const Value& o) {
  std::set<std::string> found;
  for (const auto& ingress : o.get("status", "loadBalancer", "ingress").elements()) {
    const auto& ip = ingress.get("ip").asString();
    const auto& host = ip.empty() ? ingress.get("hostname").asString() : ip;
    if (!host.empty()) found.insert(host);
  }
  return join({found.begin(), found.end()}, ",");
}

std::vector<TableColumn> networkColumns(std::string_view resource) {
  Columns c;
  c.name();
  if (resource == "ingresses") {
    return c.add("Class", text({"spec", "ingressClassName"}, "<none>"))
        .add("Hosts", ingressHosts)
        .add("Address", ingressAddress)
        .add("Ports", [](const Value& o) { return o.get("spec", "tls").empty() ? "80" : "80, 443"; })
        .age()
        .take();
  }
  if (resource == "ingressclasses") {
    return c.add("Controller", text({"spec", "controller"}))
        .add("Parameters",
             [](const Value& o) -> Value {
               const Value& p = o.get("spec", "parameters");
               if (p.isNull()) return "<none>";
               std::string group = p.get("apiGroup").asString();
               return p.get("kind").asString() + (group.empty() ? "" : "." + group) + "/" +
                      p.get("name").asString();
             })
        .age()
        .take();
  }
  if (resource == "networkpolicies") {
    return c.add("Pod-Selector", [](const Value& o) { return formatSelector(o.get("spec", "podSelector")); })
        .age()
        .take();
  }
  if (resource == "servicecidrs") {
    return c
        .add("CIDRs",
             [](const Value& o) {
               std::vector<std::string> parts;
               for (const auto& cidr : o.get("spec", "cidrs").elements()) parts.push_back(cidr.asString());
               return Value(join(parts, ","));
             })
        .age()
        .take();
  }
  if (resource == "ipaddresses") {
    return c
        .add("ParentRef",
             [](const Value& o) {
               const Value& p = o.get("spec", "parentRef");
               std::vector<std::string> parts = {p.get("resource").asString()};
               if (!p.get("group").asString().empty()) parts[0] += "." + p.get("group").asString();
               for (auto field : {"namespace", "name"}) {
                 if (!p.get(field).asString().empty()) parts.push_back(p.get(field).asString());
               }
               return Value(join(parts, "/"));
             })
        .age()
        .take();
  }
  return {};
}

std::vector<TableColumn> bindingColumns() {
  auto subjects = [](const char* kind) {
    return [kind](const Value& o) {
      std::vector<std::string> parts;
      for (const auto& subject : o.get("subjects").elements()) {
        if (subject.get("kind").asString() != kind) continue;
        std::string name = subject.get("name").asString();
        parts.push_back(std::string_view(kind) == "ServiceAccount"
                            ? subject.get("namespace").asString() + "/" + name
                            : name);
      }
      return Value(join(parts, ", "));
    };
  };
  return Columns()
      .name()
      .add("Role",
           [](const Value& o) {
             return o.get("roleRef", "kind").asString() + "/" + o.get("roleRef", "name").asString();
           })
      .age()
      .wide("Users", subjects("User"))
      .wide("Groups", subjects("Group"))
      .wide("ServiceAccounts", subjects("ServiceAccount"))
      .take();
}

std::string withMore(std::vector<std::string> all, std::size_t most) {
  std::size_t more = all.size() > most ? all.size() - most : 0;
  all.resize(all.size() - more);
  return join(all, ",") + (more == 0 ? "" : " + " + std::to_string(more) + " more...");
}

std::vector<TableColumn> sliceColumns() {
  return Columns()
      .name()
      .add("AddressType", text({"addressType"}))
      .add("Ports",
           [](const Value& o) -> Value {
             std::vector<std::string> all;
             for (const auto& port : o.get("ports").elements()) {
               all.push_back(port.get("port").isInt()      ? std::to_string(port.get("port").asInt())
                             : port.get("name").isString() ? port.get("name").asString()
                                                           : "*");
             }
             return all.empty() ? "<unset>" : withMore(all, 3);
           })
      .add("Endpoints",
           [](const Value& o) -> Value {
             std::vector<std::string> all;
             for (const auto& endpoint : o.get("endpoints").elements()) {
               for (const auto& address : endpoint.get("addresses").elements())
                 all.push_back(address.asString());
             }
             return all.empty() ? "<unset>" : withMore(all, 3);
           })
      .age()
      .take();
}

std::vector<TableColumn> storageColumns(std::string_view resource) {
  Columns c;
  if (resource == "storageclasses") {
    c.add("Name", [](const Value& o) {
      auto marked = [&](const char* key) {
        return o.get("metadata", "annotations", key).asString() == "true";
      };
      bool standard = marked("storageclass.kubernetes.io/is-default-class") ||
                      marked("storageclass.beta.kubernetes.io/is-default-class");
      return Value(o.get("metadata", "name").asString() + (standard ? " (default)" : ""));
    });
    auto out = c.add("Provisioner", text({"provisioner"}))
                   .add("ReclaimPolicy", text({"reclaimPolicy"}, "Delete"))
                   .add("VolumeBindingMode", text({"volumeBindingMode"}, "Immediate"))
                   .add(
                       "AllowVolumeExpansion",
                       [](const Value& o) { return o.get("allowVolumeExpansion").asBool(); }, "string")
                   .age()
                   .take();
    out.front().format = "name";
    return out;
  }
  c.name();
  if (resource == "volumeattributesclasses") return c.add("DriverName", text({"driverName"})).age().take();
  if (resource == "csinodes") {
    return c
        .add(
            "Drivers",
            [](const Value& o) { return static_cast<std::int64_t>(o.get("spec", "drivers").size()); },
            "integer")
        .age()
        .take();
  }
  if (resource == "csidrivers") {
    auto joined = [](const char* field, const char* inner) {
      return [field, inner](const Value& o) -> Value {
        std::vector<std::string> parts;
        for (const auto& e : o.get("spec", field).elements())
          parts.push_back(*inner == 0 ? e.asString() : e.get(inner).asString());
        return parts.empty() ? "<unset>" : join(parts, ",");
      };
    };
    return c.add("AttachRequired", flag({"spec", "attachRequired"}), "boolean")
        .add("PodInfoOnMount", flag({"spec", "podInfoOnMount"}), "boolean")
        .add("StorageCapacity", flag({"spec", "storageCapacity"}), "boolean")
        .add("TokenRequests", joined("tokenRequests", "audience"))
        .add("RequiresRepublish", flag({"spec", "requiresRepublish"}), "boolean")
        .add("Modes", joined("volumeLifecycleModes", ""))
        .age()
        .take();
  }
  if (resource == "csistoragecapacities") {
    return c.add("StorageClassName", text({"storageClassName"}))
        .add("Capacity", text({"capacity"}, "<unset>"))
        .take();
  }
  if (resource == "volumeattachments") {
    c.add("Attacher", text({"spec", "attacher"}));
    return c.add("PV", text({"spec", "source", "persistentVolumeName"}))
        .add("Node", text({"spec", "nodeName"}))
        .add("Attached", flag({"status", "attached"}), "boolean")
        .age()
        .take();
  }
  return {};
}

std::vector<TableColumn> admissionColumns(std::string_view resource) {
  Columns c;
  c.name();
  if (endsWith(resource, "webhookconfigurations"))
    return c.add("Webhooks", size("webhooks"), "integer").age().take();
  if (resource == "validatingadmissionpolicies") {
    return c
        .add(
            "Validations",
            [](const Value& o) { return static_cast<std::int64_t>(o.get("spec", "validations").size()); },
            "integer")
        .add("ParamKind",
             [](const Value& o) -> Value {
               const Value& kind = o.get("spec", "paramKind");
               return kind.isNull() ? "<unset>"
                                    : kind.get("apiVersion").asString() + "/" + kind.get("kind").asString();
             })
        .age()
        .take();
  }
  if (resource == "validatingadmissionpolicybindings") {
    return c.add("PolicyName", text({"spec", "policyName"}))
        .add("ParamRef",
             [](const Value& o) -> Value {
               const Value& ref = o.get("spec", "paramRef");
               if (ref.isNull()) return "<unset>";
               const auto& ns = ref.get("namespace").asString();
               return ns.empty() ? ref.get("name").asString() : ns + "/" + ref.get("name").asString();
             })
        .age()
        .take();
  }
  return {};
}

Value apiServiceAvailable(const Value& o) {
  for (const auto& condition : o.get("status", "conditions").elements()) {
    if (condition.get("type").asString() != "Available") continue;
    if (condition.get("status").asString() == "True") return "True";
    return condition.get("status").asString() + " (" + condition.get("reason").asString() + ")";
  }
  return "Unknown";
}

}  // namespace

std::vector<TableColumn> otherColumns(std::string_view group, std::string_view resource) {
  Columns c;
  if (group == "networking.k8s.io") return networkColumns(resource);
  if (group == "storage.k8s.io") return storageColumns(resource);
  if (group == "admissionregistration.k8s.io") return admissionColumns(resource);
  if (resource == "rolebindings" || resource == "clusterrolebindings") return bindingColumns();
  if (resource == "endpointslices") return sliceColumns();
  if (resource == "poddisruptionbudgets") {
    return c.name()
        .add("Min Available",
             [](const Value& o) { return textOfIntOrString(o.get("spec", "minAvailable"), "N/A"); })
        .add("Max Unavailable",
             [](const Value& o) { return textOfIntOrString(o.get("spec", "maxUnavailable"), "N/A"); })
        .add(
            "Allowed Disruptions",
            [](const Value& o) { return o.get("status", "disruptionsAllowed").asInt(); }, "integer")
        .age()
        .take();
  }
  if (resource == "leases") return c.name().add("Holder", text({"spec", "holderIdentity"})).age().take();
  if (resource == "priorityclasses") {
    return c.name()
        .add(
            "Value", [](const Value& o) { return o.get("value").asInt(); }, "integer")
        .add("Global-Default", flag({"globalDefault"}), "boolean")
        .age()
        .add("PreemptionPolicy", text({"preemptionPolicy"}))
        .take();
  }
  if (resource == "runtimeclasses") return c.name().add("Handler", text({"handler"})).age().take();
  if (resource == "apiservices") {
    return c.name()
        .add("Service",
             [](const Value& o) -> Value {
               const Value& service = o.get("spec", "service");
               return service.isNull()
                          ? "Local"
                          : service.get("namespace").asString() + "/" + service.get("name").asString();
             })
        .add("Available", apiServiceAvailable)
        .age()
        .take();
  }
  if (resource == "certificatesigningrequests") {
    return c.name()
        .age()
        .add("SignerName", text({"spec", "signerName"}))
        .add("Requestor", text({"spec", "username"}))
        .add("RequestedDuration",
             [](const Value& o) -> Value {
               const Value& seconds = o.get("spec", "expirationSeconds");
               return seconds.isInt() ? humanDuration(std::chrono::seconds(seconds.asInt())) : "<none>";
             })
        .add("Condition",
             [](const Value& o) {
               std::vector<std::string> parts;
               for (const auto& condition : o.get("status", "conditions").elements())
                 parts.push_back(condition.get("type").asString());
               if (parts.empty()) parts.emplace_back("Pending");
               if (!o.get("status", "certificate").isNull()) parts.emplace_back("Issued");
               return Value(join(parts, ","));
             })
        .take();
  }
  return {};
}

}  // namespace puppis::apiserver::kinds
