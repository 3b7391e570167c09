// SPDX-License-Identifier: Apache-2.0
#include "nodes/fleet.h"

#include <algorithm>

#include "base/strings.h"
#include "kube/object.h"
#include "nodes/pod_state.h"

namespace puppis::nodes {
namespace {

constexpr const char* kNotReadyTaint = "node.kubernetes.io/not-ready";

std::string addressOf(const std::string& node) {
  std::uint64_t h = fnv1a(node);
  return "172.20." + std::to_string((h >> 8) % 256) + "." + std::to_string(1 + h % 254);
}

Value condition(const char* type, const char* state, const char* reason, const char* message,
                const Value& now) {
  return Value::object({{"type", type},
                        {"status", state},
                        {"lastHeartbeatTime", now},
                        {"lastTransitionTime", now},
                        {"reason", reason},
                        {"message", message}});
}

Value readyStatus(const Context& context, const Value& node) {
  Value status = node.get("status");
  if (status.isNull()) status = Value::object();
  if (status.get("capacity").empty()) {
    status.set("capacity", Value::object({{"cpu", context.options.cpu},
                                          {"memory", context.options.memory},
                                          {"pods", context.options.pods},
                                          {"ephemeral-storage", "100Gi"}}));
  }
  if (status.get("allocatable").empty()) status.set("allocatable", Value(status.get("capacity")));
  Value now = context.nowText();
  status.set("conditions",
             Value::array({
                 condition("MemoryPressure", "False", "KubeletHasSufficientMemory", "simulated node", now),
                 condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "simulated node", now),
                 condition("PIDPressure", "False", "KubeletHasSufficientPID", "simulated node", now),
                 condition("Ready", "True", "SimulatedNode",
                           "simulated node: pods are acted out, nothing runs", now),
             }));
  status.set("addresses",
             Value::array({Value::object({{"type", "InternalIP"}, {"address", addressOf(kube::name(node))}}),
                           Value::object({{"type", "Hostname"}, {"address", kube::name(node)}})}));
  status.set("nodeInfo", Value::object({{"machineID", ""},
                                        {"systemUUID", ""},
                                        {"bootID", ""},
                                        {"kernelVersion", "simulated"},
                                        {"osImage", "Puppis simulated node"},
                                        {"containerRuntimeVersion", "simulated://1"},
                                        {"kubeletVersion", "v1.34.3-puppis"},
                                        {"kubeProxyVersion", ""},
                                        {"operatingSystem", "linux"},
                                        {"architecture", "amd64"}}));
  return status;
}

}  // namespace

void Fleet::attach(Context& context) {
  context.watch(kNodes, [&context, this](const kube::Change& change) {
    if (!change.after || !kube::label(*change.after, kSimulatedLabel)) return;
    bool tainted = !change.after->get("spec", "taints").empty();
    if (!conditionTrue(*change.after, "Ready") || tainted)
      context.enqueue(name(), kube::nameOf(*change.after));
  });
}

Result<std::optional<Nanos>> Fleet::reconcile(Context& context, const ObjectName& key) {
  std::optional<Nanos> wait;
  auto node = context.mirror(kNodes).get(key);
  if (!node || kube::beingDeleted(*node)) return wait;
  if (!conditionTrue(*node, "Ready")) {
    Value next = *node;
    next.set("status", readyStatus(context, *node));
    TRY(*node, context.updateStatus(kNodes, next));
  }
  Value taints = Value::array();
  for (const auto& taint : node->get("spec", "taints").elements()) {
    if (taint.get("key").asString() != kNotReadyTaint) taints.push(taint);
  }
  if (taints.size() == node->get("spec", "taints").size()) return wait;
  Value body = Value::object({{"spec", Value::object({{"taints", taints.empty() ? Value() : taints}})}});
  TRY_VOID(context.patch(kNodes, key, body));
  return wait;
}

Status Fleet::populate(Context& context) {
  for (int i = 0; i < context.options.nodes; ++i) {
    std::string name = context.options.nodePrefix + std::to_string(i);
    if (context.mirror(kNodes).get({"", name})) continue;
    Value labels = Value::object({{kSimulatedLabel, "true"},
                                  {"kubernetes.io/hostname", name},
                                  {"kubernetes.io/os", "linux"},
                                  {"kubernetes.io/arch", "amd64"},
                                  {"topology.kubernetes.io/region", "simulated"},
                                  {"topology.kubernetes.io/zone", "zone-" + std::to_string(i % 3)}});
    Value annotations =
        Value::object({{"puppis.dev/note", "simulated node: pods are acted out, nothing runs"}});
    Value node = Value::object(
        {{"apiVersion", "v1"},
         {"kind", "Node"},
         {"metadata", Value::object({{"name", name}, {"labels", labels}, {"annotations", annotations}})},
         {"spec", Value::object()}});
    auto made = context.create(kNodes, node);
    if (!made && made.error().code() != ErrorCode::AlreadyExists) return fail(made.error());
  }
  return {};
}

}  // namespace puppis::nodes
