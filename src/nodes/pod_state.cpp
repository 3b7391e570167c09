// SPDX-License-Identifier: Apache-2.0
#include "nodes/pod_state.h"

#include <algorithm>
#include <cstdlib>

#include "base/strings.h"
#include "kube/kubeconfig.h"
#include "kube/object.h"

namespace puppis::nodes {

const Value& condition(const Value& object, std::string_view type) {
  static const Value kNone;
  for (const auto& one : object.get("status", "conditions").elements()) {
    if (one.get("type").asString() == type) return one;
  }
  return kNone;
}

bool conditionTrue(const Value& object, std::string_view type) {
  return condition(object, type).get("status").asString() == "True";
}

bool setCondition(Value& status, std::string_view type, std::string_view state, std::string_view reason,
                  const std::string& message, const Value& now) {
  Value fresh = Value::object({{"type", type}, {"status", state}, {"lastTransitionTime", now}});
  if (!reason.empty()) fresh.set("reason", reason);
  if (!message.empty()) fresh.set("message", message);
  for (std::size_t i = 0; i < status.get("conditions").size(); ++i) {
    const Value& old = status.get("conditions").at(i);
    if (old.get("type").asString() != type) continue;
    bool same = old.get("status").asString() == state;
    if (same && old.get("reason").asString() == reason && old.get("message").asString() == message)
      return false;
    if (same) fresh.set("lastTransitionTime", old.get("lastTransitionTime"));
    if (old.has("lastUpdateTime")) fresh.set("lastUpdateTime", now);
    if (old.has("lastProbeTime")) fresh.set("lastProbeTime", old.get("lastProbeTime"));
    status["conditions"].mutableAt(i) = fresh;
    return true;
  }
  status["conditions"].push(fresh);
  return true;
}

bool podReady(const Value& pod) {
  return conditionTrue(pod, "Ready");
}

bool podEnded(const Value& pod) {
  const auto& phase = pod.get("status", "phase").asString();
  return phase == "Succeeded" || phase == "Failed";
}

bool podActive(const Value& pod) {
  return !podEnded(pod) && !kube::beingDeleted(pod);
}

bool podAvailable(const Value& pod, std::int64_t minReadySeconds, Nanos now, std::optional<Nanos>& wait) {
  if (!podReady(pod)) return false;
  if (minReadySeconds == 0) return true;
  auto since = timeOf(condition(pod, "Ready").get("lastTransitionTime"));
  if (!since) return false;
  Nanos left = *since + std::chrono::seconds(minReadySeconds) - now;
  if (left <= Nanos::zero()) return true;
  wait = wait ? std::min(*wait, left) : left;
  return false;
}

std::optional<Nanos> parseDuration(std::string_view text) {
  Nanos total{};
  bool any = false;
  while (!text.empty()) {
    std::string digits;
    while (!text.empty() && (std::isdigit(static_cast<unsigned char>(text[0])) != 0 || text[0] == '.')) {
      digits += text[0];
      text.remove_prefix(1);
    }
    if (digits.empty()) return std::nullopt;
    double factor = 0;
    std::size_t used = 1;
    if (startsWith(text, "ms")) {
      factor = 1e6;
      used = 2;
    } else if (startsWith(text, "us")) {
      factor = 1e3;
      used = 2;
    } else if (startsWith(text, "h")) {
      factor = 3600e9;
    } else if (startsWith(text, "m")) {
      factor = 60e9;
    } else if (startsWith(text, "s")) {
      factor = 1e9;
    } else {
      return std::nullopt;
    }
    text.remove_prefix(used);
    total += Nanos(static_cast<std::int64_t>(std::strtod(digits.c_str(), nullptr) * factor));
    any = true;
  }
  if (!any) return std::nullopt;
  return total;
}

std::int64_t resolveIntOrPercent(const Value& value, std::int64_t total, bool up) {
  if (value.isInt()) return value.asInt();
  std::int64_t share = std::strtoll(value.asString().c_str(), nullptr, 10) * total;
  return up ? (share + 99) / 100 : share / 100;
}

std::string shortHash(const std::string& text) {
  constexpr std::string_view kAlphabet = "bcdfghjklmnpqrstvwxz2456789";
  std::uint64_t hash = fnv1a(text);
  std::string out;
  for (int i = 0; i < 10; ++i, hash /= kAlphabet.size()) out += kAlphabet[hash % kAlphabet.size()];
  return out;
}

Value podFromTemplate(const Value& tmpl, const Value& owner) {
  Value metadata = Value::object({{"namespace", kube::namespaceOf(owner)}});
  for (auto field : {"labels", "annotations", "finalizers"}) {
    if (!tmpl.get("metadata", field).empty()) metadata.set(field, tmpl.get("metadata", field));
  }
  metadata.set("ownerReferences", Value::array({kube::ownerReferenceTo(owner)}));
  return Value::object(
      {{"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", metadata}, {"spec", tmpl.get("spec")}});
}

bool sameTemplate(const Value& a, const Value& b, std::string_view ignored) {
  if (!(a.get("spec") == b.get("spec"))) return false;
  Value left = a.get("metadata", "labels");
  Value right = b.get("metadata", "labels");
  left.erase(ignored);
  right.erase(ignored);
  if (left.size() != right.size() || (!left.empty() && !(left == right))) return false;
  const Value& annotations = a.get("metadata", "annotations");
  const Value& others = b.get("metadata", "annotations");
  return annotations.size() == others.size() && (annotations.empty() || annotations == others);
}

std::optional<Nanos> timeOf(const Value& text) {
  return text.isString() ? kube::parseRfc3339(text.asString()) : std::nullopt;
}

}  // namespace puppis::nodes
