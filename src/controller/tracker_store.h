// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "deliver/inventory.h"
#include "kube/client.h"
#include "kube/informer.h"

namespace puppis::controller {

/// Keeps the inventories of Applications in ResourceTrackers. Reading looks into the mirror; writing is one
/// request when something changed and none when nothing did. Safe to share between threads that deal with
/// different Applications.
class TrackerStore {
 public:
  explicit TrackerStore(kube::Client& client) : client_(client) {}
  void watch(kube::InformerSet& informers, std::function<void(const deliver::Owner&)> lost);

  /// What is on record of an Application: all its trackers together, KubeVela's too.
  [[nodiscard]] deliver::Inventory read(const deliver::Owner& owner) const;
  /// Puts it on record. Conflict when somebody else wrote it meanwhile: read again.
  Status write(const deliver::Owner& owner, const deliver::Inventory& inventory, std::int64_t generation);
  /// Removes every tracker of the Application.
  Status remove(const deliver::Owner& owner);

 private:
  [[nodiscard]] std::vector<data::Value> trackersOf(const deliver::Owner& owner) const;
  Status create(const deliver::Owner& owner, data::Value tracker);

  kube::Client& client_;
  kube::Informer* informer_ = nullptr;
};

}  // namespace puppis::controller
