// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "deliver/plan.h"
#include "kube/client.h"
#include "kube/discovery.h"
#include "kube/informer.h"

namespace puppis::controller {

/// A mirror of every object that carries an Application's labels, type by type as types come into use, so
/// that looking at what exists costs no request. Safe to share between threads.
class LiveObjects {
 public:
  /// `changed` is called with the owner of an object that came, changed or went.
  LiveObjects(kube::RestMapper& mapper, kube::InformerSet& informers,
              std::function<void(const deliver::Owner&)> changed)
      : mapper_(mapper), informers_(informers), changed_(std::move(changed)) {}

  /// Makes sure that these types are mirrored and waits until they are; Timeout when that takes too long.
  /// Kinds that the API does not serve are passed over.
  Status ensure(const std::set<kube::Gvk>& kinds, Nanos timeout);
  /// The object as mirrored; nothing when there is none with an Application's labels.
  [[nodiscard]] std::optional<data::Value> find(const deliver::ObjectId& id, const std::string& version);
  /// Takes over what a call of ours returned.
  void learn(const data::Value& object);

 private:
  kube::Informer* informerOf(const kube::Gvk& kind);

  kube::RestMapper& mapper_;
  kube::InformerSet& informers_;
  std::function<void(const deliver::Owner&)> changed_;
  std::mutex mutex_;
  std::map<kube::Gvk, kube::Informer*> byKind_;
};

}  // namespace puppis::controller
