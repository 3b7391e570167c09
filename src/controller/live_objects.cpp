// SPDX-License-Identifier: Apache-2.0
#include "controller/live_objects.h"

#include "kube/object.h"

namespace puppis::controller {

kube::Informer* LiveObjects::informerOf(const kube::Gvk& kind) {
  std::lock_guard lock(mutex_);
  auto it = byKind_.find(kind);
  return it == byKind_.end() ? nullptr : it->second;
}

Status LiveObjects::ensure(const std::set<kube::Gvk>& kinds, Nanos timeout) {
  bool waits = false;
  for (const auto& kind : kinds) {
    kube::Informer* informer = informerOf(kind);
    if (informer != nullptr) {
      waits = waits || !informer->synced();
      continue;
    }
    auto type = mapper_.byKind(kind);
    if (!type) {
      if (type.error().code() == ErrorCode::NotFound) continue;
      return fail(type.error());
    }
    std::lock_guard lock(mutex_);
    if (byKind_.count(kind) != 0) continue;
    kube::InformerOptions options;
    options.type = type->gvr;
    options.labelSelector = std::string(deliver::kAppName);
    byKind_[kind] = &informers_.add(std::move(options), [this](kube::Informer& made) {
      made.onChange([this](const kube::Change& change) {
        // An object that changes hands concerns both its owners.
        for (const auto* side : {&change.before, &change.after}) {
          if (*side) changed_(deliver::ownerOf(**side));
        }
      });
    });
    waits = true;
  }
  if (waits && !informers_.waitSynced(timeout)) {
    return fail(ErrorCode::Timeout, "the objects of a type could not be listed in time");
  }
  return {};
}

std::optional<data::Value> LiveObjects::find(const deliver::ObjectId& id, const std::string& version) {
  kube::Informer* informer = informerOf({id.group, version, id.kind});
  if (informer == nullptr) return std::nullopt;
  return informer->get({id.ns, id.name});
}

void LiveObjects::learn(const data::Value& object) {
  if (!kube::label(object, deliver::kAppName)) return;
  if (kube::Informer* informer = informerOf(kube::gvkOf(object))) informer->learn(object);
}

}  // namespace puppis::controller
