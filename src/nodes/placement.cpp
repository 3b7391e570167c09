// SPDX-License-Identifier: Apache-2.0
#include "nodes/placement.h"

#include <algorithm>
#include <cstdlib>

#include "kube/object.h"
#include "nodes/pod_state.h"

namespace puppis::nodes {
namespace {

bool termHolds(const Value& expression, const Value* value) {
  const auto& op = expression.get("operator").asString();
  auto values = expression.get("values").elements();
  bool listed = value != nullptr &&
                std::any_of(values.begin(), values.end(), [&](const Value& v) { return v == *value; });
  if (op == "In") return listed;
  if (op == "NotIn") return !listed;
  if (op == "Exists") return value != nullptr;
  if (op == "DoesNotExist") return value == nullptr;
  if (value == nullptr || values.empty()) return false;
  std::int64_t have = std::strtoll(value->asString().c_str(), nullptr, 10);
  std::int64_t bound = std::strtoll(values[0].asString().c_str(), nullptr, 10);
  return op == "Gt" ? have > bound : op == "Lt" && have < bound;
}

bool selectorTermHolds(const Value& term, const Value& node) {
  if (term.get("matchExpressions").empty() && term.get("matchFields").empty()) return false;
  for (const auto& expression : term.get("matchExpressions").elements()) {
    if (!termHolds(expression, node.get("metadata", "labels").find(expression.get("key").asString())))
      return false;
  }
  for (const auto& expression : term.get("matchFields").elements()) {
    if (expression.get("key").asString() != "metadata.name") return false;
    if (!termHolds(expression, node.get("metadata").find("name"))) return false;
  }
  return true;
}

bool tolerates(const Value& toleration, const Value& taint) {
  const auto& effect = toleration.get("effect").asString();
  if (!effect.empty() && effect != taint.get("effect").asString()) return false;
  const auto& key = toleration.get("key").asString();
  if (!key.empty() && key != taint.get("key").asString()) return false;
  if (toleration.get("operator").asString() == "Exists") return true;
  return !key.empty() && toleration.get("value").asString() == taint.get("value").asString();
}

Amounts amountsOf(const Value& list) {
  auto read = [&](const char* name) { return data::Quantity::parse(list.get(name).asString()); };
  Amounts out;
  if (auto cpu = read("cpu")) out.milliCpu = cpu->milliValue();
  if (auto memory = read("memory")) out.memory = memory->value();
  if (auto pods = read("pods")) out.pods = pods->value();
  return out;
}

}  // namespace

bool affinityAdmits(const Value& podSpec, const Value& node) {
  const Value& labels = node.get("metadata", "labels");
  for (const auto& wanted : podSpec.get("nodeSelector").members()) {
    if (labels.get(wanted.key.str()) != wanted.value) return false;
  }
  const Value& required =
      podSpec.get("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution");
  if (required.isNull()) return true;
  auto terms = required.get("nodeSelectorTerms").elements();
  return std::any_of(terms.begin(), terms.end(),
                     [&](const Value& term) { return selectorTermHolds(term, node); });
}

std::string untoleratedTaint(const Value& podSpec, const Value& node, bool executeOnly) {
  auto tolerations = podSpec.get("tolerations").elements();
  for (const auto& taint : node.get("spec", "taints").elements()) {
    const auto& effect = taint.get("effect").asString();
    if (effect != "NoExecute" && (executeOnly || effect != "NoSchedule")) continue;
    if (std::any_of(tolerations.begin(), tolerations.end(),
                    [&](const Value& t) { return tolerates(t, taint); }))
      continue;
    return "{" + taint.get("key").asString() + ": " + taint.get("value").asString() + "}";
  }
  return {};
}

bool nodeReady(const Value& node) {
  return conditionTrue(node, "Ready") && !kube::beingDeleted(node);
}

Amounts& Amounts::operator+=(const Amounts& o) {
  milliCpu += o.milliCpu;
  memory += o.memory;
  pods += o.pods;
  return *this;
}

Amounts& Amounts::operator-=(const Amounts& o) {
  milliCpu -= o.milliCpu;
  memory -= o.memory;
  pods -= o.pods;
  return *this;
}

Amounts requestsOf(const Value& podSpec) {
  Amounts sum;
  for (const auto& container : podSpec.get("containers").elements())
    sum += amountsOf(container.get("resources", "requests"));
  Amounts most;
  Amounts sidecars;
  for (const auto& container : podSpec.get("initContainers").elements()) {
    Amounts one = amountsOf(container.get("resources", "requests"));
    if (container.get("restartPolicy").asString() == "Always") {
      sidecars += one;
      continue;
    }
    most.milliCpu = std::max(most.milliCpu, one.milliCpu + sidecars.milliCpu);
    most.memory = std::max(most.memory, one.memory + sidecars.memory);
  }
  sum += sidecars;
  sum.milliCpu = std::max(sum.milliCpu, most.milliCpu);
  sum.memory = std::max(sum.memory, most.memory);
  sum += amountsOf(podSpec.get("overhead"));
  sum.pods = 1;
  return sum;
}

Amounts allocatableOf(const Value& node) {
  const Value& allocatable = node.get("status", "allocatable");
  return amountsOf(allocatable.empty() ? node.get("status", "capacity") : allocatable);
}

}  // namespace puppis::nodes
