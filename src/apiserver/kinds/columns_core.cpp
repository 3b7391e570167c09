// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "apiserver/kinds/columns.h"
#include "apiserver/kinds/convert.h"
#include "base/strings.h"

namespace puppis::apiserver::kinds {
namespace {

using data::Value;

std::string textOr(const Value& value, const char* otherwise) {
  return value.asString().empty() ? otherwise : value.asString();
}

/// The first `most` of a list, and how many more there are.
std::string withMore(const std::vector<std::string>& all, std::size_t most, const char* none) {
  if (all.empty()) return none;
  std::vector<std::string> shown(all.begin(),
                                 all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), most)));
  std::string out = join(shown, ",");
  if (all.size() > most) out += " + " + std::to_string(all.size() - most) + " more...";
  return out;
}

std::string balancerAddresses(const Value& loadBalancer) {
  std::set<std::string> found;
  for (const auto& ingress : loadBalancer.get("ingress").elements()) {
    const auto& ip = ingress.get("ip").asString();
    const auto& host = ingress.get("hostname").asString();
    if (!ip.empty())
      found.insert(ip);
    else if (!host.empty())
      found.insert(host);
  }
  return join({found.begin(), found.end()}, ",");
}

Value externalIp(const Value& service) {
  const auto& type = service.get("spec", "type").asString();
  std::vector<std::string> parts;
  if (type == "ExternalName") return service.get("spec", "externalName");
  if (type == "LoadBalancer") {
    std::string addresses = balancerAddresses(service.get("status", "loadBalancer"));
    if (!addresses.empty()) parts.push_back(addresses);
  }
  for (const auto& ip : service.get("spec", "externalIPs").elements()) parts.push_back(ip.asString());
  if (!parts.empty()) return join(parts, ",");
  return type == "LoadBalancer" ? "<pending>" : "<none>";
}

Value servicePorts(const Value& service) {
  std::vector<std::string> parts;
  for (const auto& port : service.get("spec", "ports").elements()) {
    std::string text = std::to_string(port.get("port").asInt());
    if (auto node = port.get("nodePort").asInt(); node > 0) text += ":" + std::to_string(node);
    parts.push_back(text + "/" + port.get("protocol").asString());
  }
  return parts.empty() ? "<none>" : join(parts, ",");
}

Value nodeStatus(const Value& node) {
  std::string out;
  for (const auto& condition : node.get("status", "conditions").elements()) {
    if (condition.get("type").asString() == "Ready") {
      out = condition.get("status").asString() == "True" ? "Ready" : "NotReady";
    }
  }
  if (out.empty()) out = "Unknown";
  return node.get("spec", "unschedulable").asBool() ? out + ",SchedulingDisabled" : out;
}

Value nodeRoles(const Value& node) {
  std::set<std::string> roles;
  constexpr std::string_view kPrefix = "node-role.kubernetes.io/";
  for (const auto& label : node.get("metadata", "labels").members()) {
    const std::string& key = label.key.str();
    if (startsWith(key, kPrefix) && key.size() > kPrefix.size()) roles.insert(key.substr(kPrefix.size()));
    if (key == "kubernetes.io/role" && !label.value.asString().empty()) roles.insert(label.value.asString());
  }
  return roles.empty() ? "<none>" : join({roles.begin(), roles.end()}, ",");
}

Columns::Plain nodeAddress(const char* type) {
  return [type](const Value& node) -> Value {
    for (const auto& address : node.get("status", "addresses").elements()) {
      if (address.get("type").asString() == type) return address.get("address");
    }
    return "<none>";
  };
}

Columns::Plain nodeInfo(const char* field) {
  return [field](const Value& node) {
    return Value(textOr(node.get("status", "nodeInfo", field), "<unknown>"));
  };
}

Value endpointAddresses(const Value& endpoints) {
  std::vector<std::string> all;
  for (const auto& subset : endpoints.get("subsets").elements()) {
    const Value& addresses = subset.get("addresses");
    if (subset.get("ports").empty()) {
      for (const auto& address : addresses.elements()) all.push_back(address.get("ip").asString());
    }
    for (const auto& port : subset.get("ports").elements()) {
      for (const auto& address : addresses.elements()) {
        const auto& ip = address.get("ip").asString();
        bool six = ip.find(':') != std::string::npos;
        all.push_back((six ? "[" + ip + "]" : ip) + ":" + std::to_string(port.get("port").asInt()));
      }
    }
  }
  return withMore(all, 3, "<none>");
}

Value accessModes(const Value& modes) {
  std::vector<std::string> parts;
  auto has = [&](const char* mode) {
    return std::any_of(modes.elements().begin(), modes.elements().end(),
                       [&](const Value& m) { return m.asString() == mode; });
  };
  if (has("ReadWriteOnce")) parts.emplace_back("RWO");
  if (has("ReadOnlyMany")) parts.emplace_back("ROX");
  if (has("ReadWriteMany")) parts.emplace_back("RWX");
  if (has("ReadWriteOncePod")) parts.emplace_back("RWOP");
  return join(parts, ",");
}

Value storageClassName(const Value& object) {
  constexpr std::string_view kOld = "volume.beta.kubernetes.io/storage-class";
  if (const Value* old = object.get("metadata", "annotations").find(kOld)) return *old;
  return object.get("spec", "storageClassName").asString();
}

Value phase(const Value& object) {
  return object.get("metadata", "deletionTimestamp").isNull() ? object.get("status", "phase")
                                                              : Value("Terminating");
}

std::vector<TableColumn> volumeColumns() {
  return Columns()
      .name()
      .add("Capacity", [](const Value& o) { return o.get("spec", "capacity", "storage").asString(); })
      .add("Access Modes", [](const Value& o) { return accessModes(o.get("spec", "accessModes")); })
      .add("Reclaim Policy", [](const Value& o) { return o.get("spec", "persistentVolumeReclaimPolicy"); })
      .add("Status", phase)
      .add("Claim",
           [](const Value& o) -> Value {
             const Value& claim = o.get("spec", "claimRef");
             if (claim.isNull()) return "";
             return claim.get("namespace").asString() + "/" + claim.get("name").asString();
           })
      .add("StorageClass", storageClassName)
      .add("VolumeAttributesClass",
           [](const Value& o) { return textOr(o.get("spec", "volumeAttributesClassName"), "<unset>"); })
      .add("Reason", [](const Value& o) { return o.get("status", "reason").asString(); })
      .age()
      .wide("VolumeMode", [](const Value& o) { return textOr(o.get("spec", "volumeMode"), "<unset>"); })
      .take();
}

std::vector<TableColumn> claimColumns() {
  auto bound = [](const Value& o) { return !o.get("spec", "volumeName").asString().empty(); };
  return Columns()
      .name()
      .add("Status", phase)
      .add("Volume", [](const Value& o) { return o.get("spec", "volumeName").asString(); })
      .add("Capacity",
           [bound](const Value& o) {
             return bound(o) ? o.get("status", "capacity", "storage").asString() : "";
           })
      .add("Access Modes",
           [bound](const Value& o) {
             return bound(o) ? accessModes(o.get("status", "accessModes")) : Value("");
           })
      .add("StorageClass", storageClassName)
      .add("VolumeAttributesClass",
           [](const Value& o) { return textOr(o.get("spec", "volumeAttributesClassName"), "<unset>"); })
      .age()
      .wide("VolumeMode", [](const Value& o) { return textOr(o.get("spec", "volumeMode"), "<unset>"); })
      .take();
}

Columns::Plain quotaPart(bool limits) {
  return [limits](const Value& o) -> Value {
    std::vector<std::string> parts;
    const Value hard = o.get("status", "hard").sorted();
    for (const auto& member : hard.members()) {
      const std::string& key = member.key.str();
      if (startsWith(key, "limits.") != limits) continue;
      std::string used = o.get("status", "used", key).asString();
      parts.push_back(key + ": " + (used.empty() ? "0" : used) + "/" + member.value.asString());
    }
    return join(parts, ", ");
  };
}

Value count(std::size_t n) {
  return static_cast<std::int64_t>(n);
}

}  // namespace

std::vector<TableColumn> serviceColumns() {
  return Columns()
      .name()
      .add("Type", [](const Value& o) { return o.get("spec", "type"); })
      .add("Cluster-IP", [](const Value& o) { return textOr(o.get("spec", "clusterIPs").at(0), "<none>"); })
      .add("External-IP", externalIp)
      .add("Port(s)", servicePorts)
      .age()
      .wide("Selector", [](const Value& o) { return formatLabels(o.get("spec", "selector")); })
      .take();
}

std::vector<TableColumn> nodeColumns() {
  return Columns()
      .name()
      .add("Status", nodeStatus)
      .add("Roles", nodeRoles)
      .age()
      .add("Version", [](const Value& o) { return o.get("status", "nodeInfo", "kubeletVersion").asString(); })
      .wide("Internal-IP", nodeAddress("InternalIP"))
      .wide("External-IP", nodeAddress("ExternalIP"))
      .wide("OS-Image", nodeInfo("osImage"))
      .wide("Kernel-Version", nodeInfo("kernelVersion"))
      .wide("Container-Runtime", nodeInfo("containerRuntimeVersion"))
      .take();
}

std::vector<TableColumn> eventColumns(bool eventsGroup) {
  auto core = [eventsGroup](const Value& o) { return eventsGroup ? eventToCore(o) : o; };
  auto since = [core](const char* field) {
    return [core, field](const Value& event, Nanos now) -> Value {
      Value o = core(event);
      if (std::string_view(field) == "lastTimestamp" && o.get("series").isObject()) {
        return ageSince(o.get("series", "lastObservedTime"), now);
      }
      return ageSince(o.get(field).isNull() ? o.get("eventTime") : o.get(field), now);
    };
  };
  auto text = [core](const char* field) {
    return [core, field](const Value& e) { return Value(core(e).get(field).asString()); };
  };
  Columns columns;
  columns.addTimed("Last Seen", since("lastTimestamp"))
      .add("Type", text("type"))
      .add("Reason", text("reason"))
      .add("Object",
           [core](const Value& e) -> Value {
             Value o = core(e);
             std::string kind = toLower(o.get("involvedObject", "kind").asString());
             const auto& name = o.get("involvedObject", "name").asString();
             return name.empty() ? kind : kind + "/" + name;
           })
      .wide("Subobject",
            [core](const Value& e) { return core(e).get("involvedObject", "fieldPath").asString(); })
      .wide("Source",
            [core](const Value& e) -> Value {
              Value o = core(e);
              std::string component =
                  textOr(o.get("source", "component"), o.get("reportingComponent").asString().c_str());
              std::string host =
                  textOr(o.get("source", "host"), o.get("reportingInstance").asString().c_str());
              return host.empty() ? component : component + ", " + host;
            })
      .add("Message", [core](const Value& e) { return std::string(trim(core(e).get("message").asString())); })
      .addTimed("First Seen", since("firstTimestamp"), "string", 1)
      .add(
          "Count",
          [core](const Value& e) -> Value {
            Value o = core(e);
            if (o.get("series").isObject()) return o.get("series", "count");
            return std::max<std::int64_t>(o.get("count").asInt(), 1);
          },
          "string", 1);
  auto out = columns.name().take();
  out.back().priority = 1;
  return out;
}

std::vector<TableColumn> coreColumns(std::string_view resource) {
  Columns c;
  if (resource == "configmaps") {
    return c.name()
        .add("Data", [](const Value& o) { return count(o.get("data").size() + o.get("binaryData").size()); })
        .age()
        .take();
  }
  if (resource == "secrets") {
    return c.name()
        .add("Type", [](const Value& o) { return o.get("type"); })
        .add("Data", [](const Value& o) { return count(o.get("data").size()); })
        .age()
        .take();
  }
  if (resource == "serviceaccounts") {
    return c.name()
        .add("Secrets", [](const Value& o) { return count(o.get("secrets").size()); })
        .age()
        .take();
  }
  if (resource == "namespaces")
    return c.name().add("Status", [](const Value& o) { return o.get("status", "phase"); }).age().take();
  if (resource == "endpoints") return c.name().add("Endpoints", endpointAddresses).age().take();
  if (resource == "persistentvolumes") return volumeColumns();
  if (resource == "persistentvolumeclaims") return claimColumns();
  if (resource == "resourcequotas")
    return c.name().add("Request", quotaPart(false)).add("Limit", quotaPart(true)).age().take();
  if (resource == "replicationcontrollers") {
    return c.name()
        .add(
            "Desired", [](const Value& o) { return o.get("spec", "replicas").asInt(); }, "integer")
        .add(
            "Current", [](const Value& o) { return o.get("status", "replicas").asInt(); }, "integer")
        .add(
            "Ready", [](const Value& o) { return o.get("status", "readyReplicas").asInt(); }, "integer")
        .age()
        .containers({"spec", "template", "spec"})
        .wide("Selector", [](const Value& o) { return formatLabels(o.get("spec", "selector")); })
        .take();
  }
  if (resource == "podtemplates") {
    auto list = [](const char* field) {
      return [field](const Value& o) {
        std::vector<std::string> parts;
        for (const auto& container : o.get("template", "spec", "containers").elements()) {
          parts.push_back(container.get(field).asString());
        }
        return Value(join(parts, ","));
      };
    };
    return c.name()
        .add("Containers", list("name"))
        .add("Images", list("image"))
        .add("Pod Labels",
             [](const Value& o) { return formatLabels(o.get("template", "metadata", "labels")); })
        .take();
  }
  return {};
}

}  // namespace puppis::apiserver::kinds
