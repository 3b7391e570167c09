// SPDX-License-Identifier: Apache-2.0
#include "kube/lease.h"

#include <algorithm>

#include "kube/object.h"

namespace puppis::kube {

namespace {

const Gvr kLeases{"coordination.k8s.io", "v1", "leases"};
constexpr Nanos kSlice = std::chrono::milliseconds(100);

}  // namespace

/// The lease with us as its holder, from what it is now (null when there is none).
Value Lease::wanted(const Value& current) const {
  Value out = current;
  if (out.isNull()) {
    out = Value::object({{"apiVersion", "coordination.k8s.io/v1"},
                         {"kind", "Lease"},
                         {"metadata", Value::object({{"name", options_.name}, {"namespace", options_.ns}})}});
  }
  const std::string holder = out.get("spec", "holderIdentity").asString();
  std::string now = formatRfc3339Micro(clock_.now());
  Value& spec = out["spec"];
  if (holder != options_.identity) {
    spec.set("acquireTime", now);
    spec.set("leaseTransitions", holder.empty() ? 0 : spec.get("leaseTransitions").asInt() + 1);
  }
  spec.set("holderIdentity", options_.identity);
  spec.set("renewTime", now);
  spec.set("leaseDurationSeconds",
           std::chrono::duration_cast<std::chrono::seconds>(options_.duration).count());
  return out;
}

Result<bool> Lease::tryOnce() {
  auto current = client_.get(kLeases, {options_.ns, options_.name});
  if (!current && current.error().code() != ErrorCode::NotFound) return fail(current.error());
  if (!current) {
    auto made = client_.create(kLeases, options_.ns, wanted(Value()));
    if (made) renewedAt_ = clock_.monotonic();
    if (!made && made.error().code() != ErrorCode::AlreadyExists) return fail(made.error());
    return made.has_value();
  }
  Nanos now = clock_.monotonic();
  if (resourceVersion(*current) != seenVersion_) {
    seenVersion_ = resourceVersion(*current);
    seenAt_ = now;
  }
  const std::string& holder = current->get("spec", "holderIdentity").asString();
  Nanos lasts = std::chrono::seconds(current->get("spec", "leaseDurationSeconds").asInt());
  if (!holder.empty() && holder != options_.identity && now - seenAt_ < lasts) return false;
  auto updated = client_.update(kLeases, {options_.ns, options_.name}, wanted(*current));
  if (!updated && updated.error().code() == ErrorCode::Conflict) return false;
  if (!updated) return fail(updated.error());
  renewedAt_ = now;
  return true;
}

/// Waits one retry period in slices; whether to go on.
bool Lease::pause(std::stop_token stop) {
  for (Nanos left = options_.retry; left > Nanos::zero() && !stop.stop_requested(); left -= kSlice) {
    clock_.sleep(std::min(left, kSlice));
  }
  return !stop.stop_requested();
}

bool Lease::acquire(std::stop_token stop) {
  while (!stop.stop_requested()) {
    auto ours = tryOnce();
    if (ours && *ours) return true;
    if (!ours)
      log_.warn("the lease cannot be read", {{"lease", options_.name}, {"error", ours.error().str()}});
    if (!pause(stop)) return false;
  }
  return false;
}

bool Lease::hold(std::stop_token stop) {
  while (pause(stop)) {
    auto ours = tryOnce();
    if (ours && !*ours) return true;
    if (!ours && clock_.monotonic() - renewedAt_ > options_.renewDeadline) {
      log_.error("the lease could not be renewed in time", {{"error", ours.error().str()}});
      return true;
    }
  }
  return false;
}

void Lease::release() {
  auto current = client_.get(kLeases, {options_.ns, options_.name});
  if (!current || current->get("spec", "holderIdentity").asString() != options_.identity) return;
  (*current)["spec"].set("holderIdentity", "");
  auto given = client_.update(kLeases, {options_.ns, options_.name}, *current);
  if (!given) log_.warn("the lease could not be given back", {{"error", given.error().str()}});
}

}  // namespace puppis::kube
