// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "data/value.h"
#include "deliver/labels.h"
#include "deliver/object_id.h"
#include "kube/gvk.h"

namespace puppis::deliver {

/// One object that an Application has made or is about to make.
struct InventoryEntry {
  std::string version;  ///< the API version it was last written in
  std::string uid;      ///< "" until the API has given one: intended, perhaps made
  std::string component;
  std::string trait;
  bool keep = false;  ///< never deleted, only let go of
  friend bool operator==(const InventoryEntry&, const InventoryEntry&) = default;
};

/// Everything an Application has made and not yet seen gone. Written before anything is created and after the
/// uids are known, so that it always names at least what exists.
struct Inventory {
  std::map<ObjectId, InventoryEntry> entries;
  friend bool operator==(const Inventory&, const Inventory&) = default;
};

/// Reads the managed resources of a ResourceTracker, KubeVela's or ours, into an inventory: what several
/// trackers say of one object is joined, a known uid winning.
void readTracker(const data::Value& tracker, Inventory& into);

/// The ResourceTracker object that holds an inventory (cluster-scoped; labels name the owner). `generation`
/// is the Application's. Name and resourceVersion are the caller's.
data::Value trackerOf(const Inventory& inventory, const Owner& owner, std::int64_t generation);

/// "NAME-vGENERATION-NS" as KubeVela names it, with the generation at which the Application was first
/// delivered; and with a hash of name and namespace when `taken` (another Application's names run together to
/// the same text).
std::string trackerName(const Owner& owner, std::int64_t generation, bool taken = false);

inline constexpr std::string_view kTrackerFinalizer = "resourcetracker.core.oam.dev/finalizer";
extern const kube::Gvr kTrackerType;

}  // namespace puppis::deliver
