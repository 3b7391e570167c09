// SPDX-License-Identifier: Apache-2.0
#include "nodes/endpoints.h"

#include <algorithm>
#include <map>

#include "base/strings.h"
#include "kube/object.h"
#include "kube/selector.h"
#include "nodes/pod_state.h"

namespace puppis::nodes {
namespace {

constexpr std::size_t kSliceSize = 100;

bool selects(const Value& service, const Value& labels) {
  const Value& selector = service.get("spec", "selector");
  if (selector.empty()) return false;
  return std::all_of(selector.members().begin(), selector.members().end(),
                     [&](const data::Member& term) { return labels.get(term.key.str()) == term.value; });
}

/// The number that a Service port has in a pod: a named target is looked up in its containers.
Value targetPort(const Value& port, const Value& pod) {
  const Value& target = port.get("targetPort");
  if (target.isInt()) return target.asInt() == 0 ? port.get("port") : target;
  for (const auto& container : pod.get("spec", "containers").elements()) {
    for (const auto& own : container.get("ports").elements()) {
      if (own.get("name") == target) return own.get("containerPort");
    }
  }
  return target.isNull() ? port.get("port") : Value();
}

/// The ports of a Service as they are in one pod; pods that differ go to different slices.
Value portsIn(const Value& service, const Value& pod, bool slice) {
  Value out = Value::array();
  for (const auto& port : service.get("spec", "ports").elements()) {
    Value number = targetPort(port, pod);
    if (!number.isInt()) continue;
    Value one = Value::object(
        {{"name", port.get("name").asString()}, {"port", number}, {"protocol", port.get("protocol")}});
    if (!slice && port.get("name").asString().empty()) one.erase("name");
    if (!port.get("appProtocol").isNull()) one.set("appProtocol", port.get("appProtocol"));
    out.push(one);
  }
  return out;
}

Value targetRef(const Value& pod) {
  return Value::object({{"kind", "Pod"},
                        {"namespace", kube::namespaceOf(pod)},
                        {"name", kube::name(pod)},
                        {"uid", kube::uid(pod)}});
}

std::string portsKey(const Value& ports) {
  std::string out;
  for (const auto& port : ports.elements())
    out += port.get("name").asString() + ":" + port.get("port").numberText() + ";";
  return out;
}

}  // namespace

void EndpointsController::attach(Context& context) {
  context.watch(kServices, [&context, this](const kube::Change& change) {
    context.enqueue(name(), kube::nameOf(change.object()));
  });
  context.watch(kPods, [&context, this](const kube::Change& change) { podChanged(context, change); });
  context.watch(kEndpointSlices, [&context, this](const kube::Change& change) {
    if (!change.after) context.enqueueOwners(name(), "Service", change);
  });
  context.watch(kEndpoints);
}

void EndpointsController::podChanged(Context& context, const kube::Change& change) {
  if (change.before && change.after) {
    const Value& a = *change.before;
    const Value& b = *change.after;
    bool same = podReady(a) == podReady(b) && a.get("status", "podIP") == b.get("status", "podIP") &&
                podActive(a) == podActive(b) && a.get("metadata", "labels") == b.get("metadata", "labels");
    if (same) return;
  }
  for (const auto& service : context.mirror(kServices).list(kube::namespaceOf(change.object()))) {
    bool concerned = (change.before && selects(service, change.before->get("metadata", "labels"))) ||
                     (change.after && selects(service, change.after->get("metadata", "labels")));
    if (concerned) context.enqueue(name(), kube::nameOf(service));
  }
}

Result<std::optional<Nanos>> EndpointsController::reconcile(Context& context, const ObjectName& key) {
  std::optional<Nanos> wait;
  auto service = context.mirror(kServices).get(key);
  if (!service || kube::beingDeleted(*service) || service->get("spec", "selector").empty() ||
      service->get("spec", "type").asString() == "ExternalName") {
    return wait;
  }
  std::vector<Value> pods;
  for (const auto& pod : context.mirror(kPods).list(key.ns)) {
    if (selects(*service, pod.get("metadata", "labels")) && !podEnded(pod) &&
        !pod.get("status", "podIP").asString().empty())
      pods.push_back(pod);
  }
  TRY_VOID(writeSlices(context, *service, pods));
  TRY_VOID(writeEndpoints(context, *service, pods));
  return wait;
}

Status EndpointsController::writeSlices(Context& context, const Value& service,
                                        const std::vector<Value>& pods) {
  bool publish = service.get("spec", "publishNotReadyAddresses").asBool();
  std::vector<std::pair<Value, Value>> wanted;  // ports, endpoints
  std::map<std::string, std::size_t> open;
  for (const auto& pod : pods) {
    bool stopping = kube::beingDeleted(pod);
    bool serving = podReady(pod);
    Value conditions = Value::object(
        {{"ready", publish || (serving && !stopping)}, {"serving", serving}, {"terminating", stopping}});
    Value endpoint = Value::object({{"addresses", Value::array({pod.get("status", "podIP")})},
                                    {"conditions", conditions},
                                    {"nodeName", pod.get("spec", "nodeName")},
                                    {"targetRef", targetRef(pod)}});
    if (!pod.get("spec", "subdomain").asString().empty() &&
        pod.get("spec", "subdomain") == service.get("metadata", "name")) {
      endpoint.set("hostname", pod.get("spec", "hostname"));
    }
    if (auto node = context.mirror(kNodes).get({"", pod.get("spec", "nodeName").asString()})) {
      if (auto zone = kube::label(*node, "topology.kubernetes.io/zone")) endpoint.set("zone", *zone);
    }
    Value ports = portsIn(service, pod, true);
    auto [slot, fresh] = open.emplace(portsKey(ports), wanted.size());
    if (fresh || wanted[slot->second].second.size() >= kSliceSize) {
      slot->second = wanted.size();
      wanted.emplace_back(ports, Value::array());
    }
    wanted[slot->second].second.push(endpoint);
  }
  if (wanted.empty()) wanted.emplace_back(Value::array(), Value::array());
  std::vector<Value> present = context.owned(kEndpointSlices, kube::uid(service));
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    auto fill = [&](Value& slice) {
      if (wanted[i].second.empty())
        slice.set("endpoints", Value());
      else
        slice.set("endpoints", wanted[i].second);
      if (wanted[i].first.empty())
        slice.set("ports", Value());
      else
        slice.set("ports", wanted[i].first);
    };
    if (i < present.size()) {
      Value next = present[i];
      fill(next);
      bool same = sameTemplate(Value::object({{"spec", next.get("endpoints")}}),
                               Value::object({{"spec", present[i].get("endpoints")}}), "") &&
                  next.get("ports") == present[i].get("ports");
      if (!same) TRY_VOID(context.update(kEndpointSlices, next));
      continue;
    }
    Value labels =
        service.get("metadata", "labels").isObject() ? service.get("metadata", "labels") : Value::object();
    labels.set("kubernetes.io/service-name", kube::name(service));
    labels.set("endpointslice.kubernetes.io/managed-by", "endpointslice-controller.k8s.io");
    if (service.get("spec", "clusterIP").asString() == "None")
      labels.set("service.kubernetes.io/headless", "");
    Value metadata = Value::object({{"generateName", kube::name(service) + "-"},
                                    {"namespace", kube::namespaceOf(service)},
                                    {"labels", labels},
                                    {"ownerReferences", Value::array({kube::ownerReferenceTo(service)})}});
    Value slice = Value::object({{"apiVersion", "discovery.k8s.io/v1"},
                                 {"kind", "EndpointSlice"},
                                 {"metadata", metadata},
                                 {"addressType", "IPv4"}});
    fill(slice);
    TRY_VOID(context.create(kEndpointSlices, slice));
  }
  for (std::size_t i = wanted.size(); i < present.size(); ++i)
    TRY_VOID(context.remove(kEndpointSlices, present[i]));
  return {};
}

Status EndpointsController::writeEndpoints(Context& context, const Value& service,
                                           const std::vector<Value>& pods) {
  std::map<std::string, Value> subsets;
  for (const auto& pod : pods) {
    if (kube::beingDeleted(pod)) continue;
    Value address = Value::object({{"ip", pod.get("status", "podIP")},
                                   {"nodeName", pod.get("spec", "nodeName")},
                                   {"targetRef", targetRef(pod)}});
    Value ports = portsIn(service, pod, false);
    Value& subset = subsets[portsKey(ports)];
    bool ready = podReady(pod) || service.get("spec", "publishNotReadyAddresses").asBool();
    subset[ready ? "addresses" : "notReadyAddresses"].push(address);
    if (!ports.empty()) subset.set("ports", ports);
  }
  Value list = Value::array();
  for (auto& [key, subset] : subsets) list.push(subset);
  ObjectName name = kube::nameOf(service);
  auto present = context.mirror(kEndpoints).get(name);
  if (present) {
    bool same = present->get("subsets") == list || (list.empty() && present->get("subsets").empty());
    if (same) return {};
    Value next = *present;
    next.set("subsets", list.empty() ? Value() : list);
    TRY_VOID(context.update(kEndpoints, next));
    return {};
  }
  Value labels =
      service.get("metadata", "labels").isObject() ? service.get("metadata", "labels") : Value::object();
  labels.set("endpoints.kubernetes.io/managed-by", "endpoint-controller");
  Value metadata =
      Value::object({{"name", name.name},
                     {"namespace", name.ns},
                     {"labels", labels},
                     {"ownerReferences", Value::array({kube::ownerReferenceTo(service, false, false)})}});
  auto made = context.create(
      kEndpoints,
      Value::object(
          {{"apiVersion", "v1"}, {"kind", "Endpoints"}, {"metadata", metadata}, {"subsets", list}}));
  if (!made && made.error().code() != ErrorCode::AlreadyExists) return fail(made.error());
  return {};
}

void BalancerController::attach(Context& context) {
  if (!context.options.balancers) return;
  // both kinds share one queue key space; the reconcile looks at either
  auto wake = [&context, this](const kube::Change& change) {
    if (change.after && change.after->get("status", "loadBalancer", "ingress").empty())
      context.enqueue(name(), kube::nameOf(*change.after));
  };
  context.watch(kServices, wake);
  context.watch(kIngresses, wake);
}

Result<std::optional<Nanos>> BalancerController::reconcile(Context& context, const ObjectName& key) {
  for (const auto& type : {kServices, kIngresses}) {
    auto object = context.mirror(type).get(key);
    if (!object || kube::beingDeleted(*object) || !object->get("status", "loadBalancer", "ingress").empty())
      continue;
    if (type == kServices && object->get("spec", "type").asString() != "LoadBalancer") continue;
    // 198.18.0.0/15 is set aside for bench tests: no such address is ever routed (RFC 2544)
    std::uint64_t h = fnv1a(kube::uid(*object));
    std::string ip = "198.18." + std::to_string((h >> 8) % 256) + "." + std::to_string(1 + h % 254);
    Value next = *object;
    Value entry = Value::object({{"ip", ip}});
    if (type == kServices) entry.set("ipMode", "VIP");
    next["status"]["loadBalancer"].set("ingress", Value::array({entry}));
    TRY_VOID(context.updateStatus(type, next));
    context.event(*object, "Normal", "SimulatedAddress",
                  "A simulated address was given; nothing listens there", name());
  }
  return std::optional<Nanos>();
}

}  // namespace puppis::nodes
