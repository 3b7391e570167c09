// SPDX-License-Identifier: Apache-2.0
#include "apiserver/kinds/prepare_service.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/strings.h"
#include "kube/object.h"

namespace puppis::apiserver::kinds {
namespace {

using data::Value;

constexpr std::uint32_t kNetwork =
    (10U << 24) | (96U << 16);  // 10.96.0.0/16, as kubeadm's default range begins
constexpr std::string_view kRangePrefix = "10.96.";
constexpr std::uint32_t kHosts = (1U << 16) - 2;
constexpr std::uint32_t kStaticBand = 256;  // kept for addresses that users choose
constexpr std::int64_t kFirstNodePort = 30000;
constexpr std::int64_t kNodePorts = 2768;
constexpr std::int64_t kStaticPortBand = 86;

bool allocatesIp(const Value& spec) {
  return spec.get("type").asString() != "ExternalName";
}

bool allocatesPorts(const Value& spec) {
  const auto& type = spec.get("type").asString();
  if (type == "NodePort") return true;
  const Value& wanted = spec.get("allocateLoadBalancerNodePorts");
  return type == "LoadBalancer" && (wanted.isNull() || wanted.asBool());
}

std::string address(std::uint32_t host) {
  std::uint32_t ip = kNetwork + host;
  return std::to_string(ip >> 24) + "." + std::to_string((ip >> 16) & 255) + "." +
         std::to_string((ip >> 8) & 255) + "." + std::to_string(ip & 255);
}

std::string addressClaim(const std::string& ip) {
  return "address " + ip;
}
std::string portClaim(std::int64_t port, const std::string& protocol) {
  return "port " + std::to_string(port) + "/" + protocol;
}

std::vector<std::string> claimsOf(const Value& service) {
  std::vector<std::string> out;
  const Value& spec = service.get("spec");
  for (const auto& ip : spec.get("clusterIPs").elements()) out.push_back(addressClaim(ip.asString()));
  for (const auto& port : spec.get("ports").elements()) {
    if (auto n = port.get("nodePort").asInt(); n != 0)
      out.push_back(portClaim(n, port.get("protocol").asString()));
  }
  if (auto n = spec.get("healthCheckNodePort").asInt(); n != 0) out.push_back(portClaim(n, "TCP"));
  return out;
}

/// What other Services and earlier ports of this one hold.
class Taken {
 public:
  explicit Taken(const std::function<bool(const std::string&)>& byOthers) : byOthers_(byOthers) {}
  [[nodiscard]] bool has(const std::string& ip) const {
    return ip == address(1) || byOthers_(addressClaim(ip));  // the first is the API server's own
  }
  /// Whether it was free.
  bool takePort(std::int64_t port, const std::string& protocol) {
    return !byOthers_(portClaim(port, protocol)) && own_.emplace(port, protocol).second;
  }

 private:
  const std::function<bool(const std::string&)>& byOthers_;
  std::set<std::pair<std::int64_t, std::string>> own_;
};

std::optional<std::int64_t> freePort(Taken& taken, const std::string& protocol, std::uint64_t seed) {
  for (std::int64_t i = 0; i < kNodePorts; ++i) {
    auto span = kNodePorts - kStaticPortBand;
    auto offset = i < span
                      ? kStaticPortBand + static_cast<std::int64_t>((seed + static_cast<std::uint64_t>(i)) %
                                                                    static_cast<std::uint64_t>(span))
                      : i - span;
    if (taken.takePort(kFirstNodePort + offset, protocol)) return kFirstNodePort + offset;
  }
  return std::nullopt;
}

Status allocateIp(Value& spec, const Taken& taken, std::uint64_t seed, Faults& faults) {
  std::string ip = spec.get("clusterIP").asString();
  if (ip.empty() && !spec.get("clusterIPs").empty()) ip = spec.get("clusterIPs").at(0).asString();
  if (ip.empty()) {
    for (std::uint32_t i = 0; i < kHosts && ip.empty(); ++i) {
      std::uint32_t host = kStaticBand + 1 + static_cast<std::uint32_t>((seed + i) % (kHosts - kStaticBand));
      if (!taken.has(address(host))) ip = address(host);
    }
    if (ip.empty()) return fail(ErrorCode::Internal, "failed to allocate a serviceIP: range is full");
  } else if (ip != "None" && !startsWith(ip, kRangePrefix)) {
    faults.invalid("spec.clusterIPs", Value::array({ip}),
                   "failed to allocate IP " + ip + ": the provided network does not match the current range");
  } else if (ip != "None" && taken.has(ip)) {
    faults.invalid("spec.clusterIPs", Value::array({ip}),
                   "failed to allocate IP " + ip + ": provided IP is already allocated");
  }
  spec.set("clusterIP", ip);
  if (spec.get("clusterIPs").empty()) spec.set("clusterIPs", Value::array({ip}));
  return {};
}

Status allocate(Value& object, const Value*, const std::function<bool(const std::string&)>& byOthers,
                Faults& faults) {
  Value& spec = object["spec"];
  std::uint64_t seed = fnv1a(kube::uid(object) + kube::nameOf(object).str());
  if (!allocatesIp(spec)) return {};
  // nothing tells which families the endpoints of a headless Service without a selector will have
  bool open = spec.get("clusterIP").asString() == "None" && spec.get("selector").empty();
  if (open && spec.get("ipFamilyPolicy").isNull()) spec.set("ipFamilyPolicy", "RequireDualStack");
  if (open && spec.get("ipFamilies").empty()) spec.set("ipFamilies", Value::array({"IPv4", "IPv6"}));
  if (spec.get("ipFamilyPolicy").isNull()) spec.set("ipFamilyPolicy", "SingleStack");
  if (spec.get("ipFamilies").empty()) spec.set("ipFamilies", Value::array({"IPv4"}));
  bool needsPorts = allocatesPorts(spec);
  bool settled = !spec.get("clusterIPs").empty() && !needsPorts;
  if (settled && spec.get("clusterIP").asString() == "None") return {};
  Taken taken(byOthers);
  TRY_VOID(allocateIp(spec, taken, seed, faults));
  if (!needsPorts) return {};
  for (std::size_t i = 0; i < spec.get("ports").size(); ++i) {
    Value& port = spec["ports"].mutableAt(i);
    const std::string protocol = port.get("protocol").asString();
    if (std::int64_t wanted = port.get("nodePort").asInt(); wanted != 0) {
      if (wanted < kFirstNodePort || wanted >= kFirstNodePort + kNodePorts) {
        faults.invalid("spec.ports[" + std::to_string(i) + "].nodePort", wanted,
                       "provided port is not in the valid range. The range of valid ports is 30000-32767");
      } else if (!taken.takePort(wanted, protocol)) {
        faults.invalid("spec.ports[" + std::to_string(i) + "].nodePort", wanted,
                       "provided port is already allocated");
      }
      continue;
    }
    auto free = freePort(taken, protocol, seed + i * 131);
    if (!free) return fail(ErrorCode::Internal, "failed to allocate a nodePort: range is full");
    port.set("nodePort", *free);
  }
  if (spec.get("type").asString() == "LoadBalancer" &&
      spec.get("externalTrafficPolicy").asString() == "Local" &&
      spec.get("healthCheckNodePort").asInt() == 0) {
    auto free = freePort(taken, "TCP", seed + 7);
    if (!free) return fail(ErrorCode::Internal, "failed to allocate a healthCheckNodePort: range is full");
    spec.set("healthCheckNodePort", *free);
  }
  return {};
}

const Value* matchingPort(const Value& ports, const Value& wanted) {
  for (const auto& port : ports.elements()) {
    if (port.get("port") == wanted.get("port") && port.get("protocol") == wanted.get("protocol"))
      return &port;
  }
  return nullptr;
}

/// What an update that does not mention them keeps: addresses, families, node ports.
void update(Value& object, const Value& old, std::string_view subresource) {
  if (!subresource.empty()) return;
  Value& spec = object["spec"];
  const Value& before = old.get("spec");
  if (allocatesIp(spec) && allocatesIp(before)) {
    for (auto field : {"clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"}) {
      const Value& now = spec.get(field);
      if (now.isNull() || (now.isString() && now.asString().empty()) || (now.isArray() && now.empty())) {
        if (before.has(field)) spec.set(field, before.get(field));
      }
    }
    if (spec.get("clusterIPs").at(0) != spec.get("clusterIP")) {
      spec.set("clusterIPs", Value::array({spec.get("clusterIP")}));
    }
  }
  if (!allocatesIp(spec)) {
    for (auto field : {"clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"}) {
      if (spec.get(field) == before.get(field)) spec.erase(field);
    }
  }
  bool had = allocatesPorts(before);
  bool has = allocatesPorts(spec);
  for (std::size_t i = 0; i < spec.get("ports").size(); ++i) {
    const Value* same = matchingPort(before.get("ports"), spec.get("ports").at(i));
    if (same == nullptr || same->get("nodePort").asInt() == 0) continue;
    Value& port = spec["ports"].mutableAt(i);
    if (has && had && port.get("nodePort").asInt() == 0) port.set("nodePort", same->get("nodePort"));
    if (!has && had && port.get("nodePort") == same->get("nodePort")) port.erase("nodePort");
  }
  if (spec.get("type").asString() == "ClusterIP" && spec.get("externalIPs").empty()) {
    if (spec.get("externalTrafficPolicy") == before.get("externalTrafficPolicy"))
      spec.erase("externalTrafficPolicy");
  }
  if (spec.get("type").asString() != "LoadBalancer") {
    if (spec.get("allocateLoadBalancerNodePorts") == before.get("allocateLoadBalancerNodePorts")) {
      spec.erase("allocateLoadBalancerNodePorts");
    }
  }
}

}  // namespace

void addServicePreparation(KindInfo& kind) {
  kind.allocate = allocate;
  kind.claims = claimsOf;
  kind.prepareUpdate = update;
}

}  // namespace puppis::apiserver::kinds
