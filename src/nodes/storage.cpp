// SPDX-License-Identifier: Apache-2.0
#include "nodes/storage.h"

#include <algorithm>

#include "data/quantity.h"
#include "kube/object.h"
#include "kube/selector.h"
#include "nodes/pod_state.h"

namespace puppis::nodes {
namespace {

constexpr const char* kClaimProtection = "kubernetes.io/pvc-protection";
constexpr const char* kVolumeProtection = "kubernetes.io/pv-protection";
constexpr const char* kDefaultClass = "storageclass.kubernetes.io/is-default-class";

data::Quantity storageOf(const Value& list) {
  auto parsed = data::Quantity::parse(list.get("storage").asString());
  return parsed ? *parsed : data::Quantity();
}

bool belongs(const Value& volume, const Value& claim) {
  const Value& ref = volume.get("spec", "claimRef");
  if (ref.isNull() || ref.get("name").asString() != kube::name(claim) ||
      ref.get("namespace").asString() != kube::namespaceOf(claim))
    return false;
  return ref.get("uid").asString().empty() || ref.get("uid").asString() == kube::uid(claim);
}

bool fits(const Value& volume, const Value& claim) {
  if (!volume.get("spec", "claimRef").isNull()) return belongs(volume, claim);
  if (kube::beingDeleted(volume)) return false;
  const Value& spec = claim.get("spec");
  if (volume.get("spec", "storageClassName").asString() != spec.get("storageClassName").asString())
    return false;
  if (volume.get("spec", "volumeMode").asString() != spec.get("volumeMode").asString()) return false;
  if (storageOf(volume.get("spec", "capacity")) < storageOf(spec.get("resources", "requests"))) return false;
  auto offered = volume.get("spec", "accessModes").elements();
  for (const auto& mode : spec.get("accessModes").elements()) {
    if (std::find(offered.begin(), offered.end(), mode) == offered.end()) return false;
  }
  if (spec.get("selector").isNull()) return true;
  auto selector = kube::LabelSelector::fromObject(spec.get("selector"));
  return selector && selector->matches(volume.get("metadata", "labels"));
}

}  // namespace

void StorageController::attach(Context& context) {
  context.watch(kClaims, [&context, this](const kube::Change& change) {
    context.enqueue(name(), kube::nameOf(change.object()));
    const auto& volume = change.object().get("spec", "volumeName").asString();
    if (!volume.empty()) context.enqueue(name(), {"", volume});
  });
  context.watch(kVolumes, [&context, this](const kube::Change& change) {
    context.enqueue(name(), {"", kube::name(change.object())});
    bool fresh = change.after && change.after->get("spec", "claimRef").isNull();
    if (!fresh) return;
    for (const auto& claim : context.mirror(kClaims).list()) {
      if (claim.get("status", "phase").asString() != "Bound") context.enqueue(name(), kube::nameOf(claim));
    }
  });
  context.watch(kStorageClasses, [&context, this](const kube::Change&) {
    for (const auto& claim : context.mirror(kClaims).list()) {
      if (claim.get("status", "phase").asString() != "Bound") context.enqueue(name(), kube::nameOf(claim));
    }
  });
  context.watch(kPods, [&context, this](const kube::Change& change) {
    bool moved = !change.before || !change.after ||
                 change.before->get("spec", "nodeName") != change.after->get("spec", "nodeName") ||
                 podEnded(*change.before) != podEnded(*change.after);
    if (!moved) return;
    for (const auto& volume : change.object().get("spec", "volumes").elements()) {
      const auto& claim = volume.get("persistentVolumeClaim", "claimName").asString();
      if (!claim.empty()) context.enqueue(name(), {kube::namespaceOf(change.object()), claim});
    }
  });
}

Result<std::optional<Nanos>> StorageController::reconcile(Context& context, const ObjectName& key) {
  if (key.ns.empty()) {
    if (auto found = context.mirror(kVolumes).get(key)) TRY_VOID(volume(context, std::move(*found)));
  } else if (auto found = context.mirror(kClaims).get(key)) {
    TRY_VOID(claim(context, std::move(*found)));
  }
  return std::optional<Nanos>();
}

Status StorageController::bind(Context& context, Value claim, Value volume) {
  if (volume.get("spec", "claimRef", "uid").asString() != kube::uid(claim)) {
    Value ref = Value::object({{"kind", "PersistentVolumeClaim"},
                               {"namespace", kube::namespaceOf(claim)},
                               {"name", kube::name(claim)},
                               {"uid", kube::uid(claim)},
                               {"apiVersion", "v1"},
                               {"resourceVersion", kube::resourceVersion(claim)}});
    TRY(volume, context.patch(kVolumes, kube::nameOf(volume),
                              Value::object({{"spec", Value::object({{"claimRef", ref}})}})));
  }
  if (volume.get("status", "phase").asString() != "Bound") {
    Value next = volume;
    next["status"].set("phase", "Bound");
    next["status"].set("lastPhaseTransitionTime", context.nowText());
    TRY(volume, context.updateStatus(kVolumes, next));
  }
  if (claim.get("spec", "volumeName").asString() != kube::name(volume)) {
    Value notes = Value::object(
        {{"pv.kubernetes.io/bind-completed", "yes"}, {"pv.kubernetes.io/bound-by-controller", "yes"}});
    Value body = Value::object({{"metadata", Value::object({{"annotations", notes}})},
                                {"spec", Value::object({{"volumeName", kube::name(volume)}})}});
    TRY(claim, context.patch(kClaims, kube::nameOf(claim), body));
  }
  Value next = claim;
  next["status"].set("phase", "Bound");
  next["status"].set("accessModes", Value(volume.get("spec", "accessModes")));
  next["status"].set("capacity", Value(volume.get("spec", "capacity")));
  if (next.get("status") == claim.get("status")) return {};
  TRY_VOID(context.updateStatus(kClaims, next));
  return {};
}

Status StorageController::claim(Context& context, Value claim) {
  if (kube::beingDeleted(claim)) {
    auto users = context.podsUsingClaim(kube::nameOf(claim));
    bool used = std::any_of(users.begin(), users.end(), [](const Value& pod) { return !podEnded(pod); });
    if (used || !kube::removeFinalizer(claim, kClaimProtection)) return {};
    TRY_VOID(context.update(kClaims, claim));
    return {};
  }
  const auto& volumeName = claim.get("spec", "volumeName").asString();
  if (!volumeName.empty()) {
    auto volume = context.mirror(kVolumes).get({"", volumeName});
    if (volume && fits(*volume, claim)) return bind(context, std::move(claim), std::move(*volume));
    if (!volume && claim.get("status", "phase").asString() == "Bound") {
      claim["status"].set("phase", "Lost");
      TRY_VOID(context.updateStatus(kClaims, claim));
      context.event(claim, "Warning", "ClaimLost",
                    "Bound claim has lost its PersistentVolume. Data on the volume is lost!", name());
    }
    return {};
  }
  std::optional<Value> best;
  for (auto& volume : context.mirror(kVolumes).list()) {
    if (!fits(volume, claim)) continue;
    if (belongs(volume, claim)) {
      best = volume;
      break;
    }
    if (!best || storageOf(volume.get("spec", "capacity")) < storageOf(best->get("spec", "capacity")))
      best = volume;
  }
  if (best) return bind(context, std::move(claim), std::move(*best));

  std::vector<Value> classes = context.mirror(kStorageClasses).list();
  const Value& wanted = claim.get("spec", "storageClassName");
  auto chosen = std::find_if(classes.begin(), classes.end(), [&](const Value& one) {
    if (wanted.isNull()) return kube::annotation(one, kDefaultClass) == "true";
    return kube::name(one) == wanted.asString();
  });
  if (chosen == classes.end()) {
    if (!wanted.isNull() && wanted.asString().empty()) {
      context.event(claim, "Normal", "FailedBinding",
                    "no persistent volumes available for this claim and no storage class is set", name());
    } else if (!wanted.isNull()) {
      context.event(claim, "Warning", "ProvisioningFailed",
                    "storageclass.storage.k8s.io \"" + wanted.asString() + "\" not found", name());
    }
    return {};
  }
  if (wanted.isNull()) {
    Value body = Value::object({{"spec", Value::object({{"storageClassName", kube::name(*chosen)}})}});
    TRY(claim, context.patch(kClaims, kube::nameOf(claim), body));
  }
  if (chosen->get("volumeBindingMode").asString() == "WaitForFirstConsumer" &&
      context.podsUsingClaim(kube::nameOf(claim)).empty()) {
    context.event(claim, "Normal", "WaitForFirstConsumer",
                  "waiting for first consumer to be created before binding", name());
    return {};
  }
  // any provisioner is acted out: there is no other here
  Value spec = Value::object(
      {{"capacity", Value::object({{"storage", claim.get("spec", "resources", "requests", "storage")}})},
       {"accessModes", claim.get("spec", "accessModes")},
       {"persistentVolumeReclaimPolicy",
        chosen->get("reclaimPolicy").isNull() ? Value("Delete") : chosen->get("reclaimPolicy")},
       {"storageClassName", kube::name(*chosen)},
       {"volumeMode", claim.get("spec", "volumeMode")},
       {"csi", Value::object({{"driver", kProvisioner}, {"volumeHandle", kube::uid(claim)}})}});
  Value annotations = Value::object({{"pv.kubernetes.io/provisioned-by", kProvisioner}});
  Value metadata = Value::object({{"name", "pvc-" + kube::uid(claim)},
                                  {"annotations", annotations},
                                  {"labels", Value::object({{kSimulatedLabel, "true"}})}});
  auto made = context.create(
      kVolumes,
      Value::object(
          {{"apiVersion", "v1"}, {"kind", "PersistentVolume"}, {"metadata", metadata}, {"spec", spec}}));
  if (!made) return fail(made.error());
  context.event(claim, "Normal", "ProvisioningSucceeded",
                "Successfully provisioned volume " + kube::name(*made), name());
  return bind(context, std::move(claim), std::move(*made));
}

Status StorageController::volume(Context& context, Value volume) {
  const Value& ref = volume.get("spec", "claimRef");
  bool bound = false;
  if (!ref.isNull()) {
    auto claim = context.mirror(kClaims).get({ref.get("namespace").asString(), ref.get("name").asString()});
    bound = claim && (ref.get("uid").asString().empty() || kube::uid(*claim) == ref.get("uid").asString());
  }
  if (kube::beingDeleted(volume)) {
    if (bound || !kube::removeFinalizer(volume, kVolumeProtection)) return {};
    TRY_VOID(context.update(kVolumes, volume));
    return {};
  }
  const auto& phase = volume.get("status", "phase").asString();
  auto setPhase = [&](const char* next) -> Status {
    if (phase == next) return {};
    volume["status"].set("phase", next);
    volume["status"].set("lastPhaseTransitionTime", context.nowText());
    TRY_VOID(context.updateStatus(kVolumes, volume));
    return {};
  };
  if (ref.isNull()) return setPhase("Available");
  if (bound || ref.get("uid").asString().empty()) return {};
  if (volume.get("spec", "persistentVolumeReclaimPolicy").asString() == "Delete")
    return context.remove(kVolumes, volume);
  return setPhase("Released");
}

Status StorageController::populate(Context& context) {
  if (context.mirror(kStorageClasses).size() > 0) return {};
  Value annotations =
      Value::object({{kDefaultClass, "true"}, {"puppis.dev/note", "volumes of this class are simulated"}});
  auto made = context.create(
      kStorageClasses,
      Value::object({{"apiVersion", "storage.k8s.io/v1"},
                     {"kind", "StorageClass"},
                     {"metadata", Value::object({{"name", "standard"}, {"annotations", annotations}})},
                     {"provisioner", kProvisioner},
                     {"reclaimPolicy", "Delete"},
                     {"volumeBindingMode", "Immediate"},
                     {"allowVolumeExpansion", true}}));
  if (!made && made.error().code() != ErrorCode::AlreadyExists) return fail(made.error());
  return {};
}

}  // namespace puppis::nodes
