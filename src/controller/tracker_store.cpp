// SPDX-License-Identifier: Apache-2.0
#include "controller/tracker_store.h"

#include "controller/types.h"
#include "deliver/apply.h"
#include "kube/object.h"

namespace puppis::controller {

using data::Value;

void TrackerStore::watch(kube::InformerSet& informers, std::function<void(const deliver::Owner&)> lost) {
  kube::InformerOptions options;
  options.type = kResourceTrackers;
  options.labelSelector = std::string(deliver::kAppName);
  options.index = [](const Value& tracker) {
    return std::vector<std::string>{deliver::ownerOf(tracker).str()};
  };
  informer_ = &informers.add(std::move(options), [&lost](kube::Informer& informer) {
    informer.onChange([lost](const kube::Change& change) {
      if (!change.after) lost(deliver::ownerOf(*change.before));
    });
  });
}

std::vector<Value> TrackerStore::trackersOf(const deliver::Owner& owner) const {
  return informer_->byIndex(owner.str());
}

deliver::Inventory TrackerStore::read(const deliver::Owner& owner) const {
  deliver::Inventory out;
  for (const auto& tracker : trackersOf(owner)) deliver::readTracker(tracker, out);
  return out;
}

Status TrackerStore::create(const deliver::Owner& owner, Value tracker) {
  std::int64_t generation = tracker.get("spec", "applicationGeneration").asInt();
  kube::WriteOptions options;
  options.fieldManager = deliver::kFieldManager;
  for (bool taken : {false, true}) {
    tracker["metadata"].set("name", deliver::trackerName(owner, generation, taken));
    auto made = client_.create(kResourceTrackers, "", tracker, options);
    if (made) {
      informer_->learn(*made);
      return {};
    }
    if (made.error().code() != ErrorCode::AlreadyExists) return fail(made.error());
    TRY(Value found, client_.get(kResourceTrackers, {"", deliver::trackerName(owner, generation, taken)}));
    if (deliver::ownedBy(found, owner)) {
      informer_->learn(found);  // the mirror was behind
      return fail(ErrorCode::Conflict, "the inventory appeared meanwhile");
    }
  }
  return fail(ErrorCode::Conflict, "the name of the inventory of " + owner.str() + " is taken");
}

Status TrackerStore::write(const deliver::Owner& owner, const deliver::Inventory& inventory,
                           std::int64_t generation) {
  std::vector<Value> trackers = trackersOf(owner);
  deliver::Inventory now;
  for (const auto& tracker : trackers) deliver::readTracker(tracker, now);
  // The generation is what clients tell the current inventory by.
  bool current = trackers.size() == 1 && trackers[0].get("spec", "type").asString() == "versioned" &&
                 trackers[0].get("spec", "applicationGeneration").asInt() == generation;
  if (now == inventory && (current || inventory.entries.empty())) return {};
  Value wanted = deliver::trackerOf(inventory, owner, generation);
  if (trackers.empty()) return create(owner, std::move(wanted));
  // The first is rewritten to say everything; others, KubeVela's of earlier generations, have then said their
  // part.
  kube::PatchOptions options;
  options.fieldManager = deliver::kFieldManager;
  Value patch = Value::object({{"spec", wanted.get("spec")}});
  patch["metadata"].set("labels", wanted.get("metadata", "labels"));
  patch["metadata"].set("resourceVersion", kube::resourceVersion(trackers.front()));
  auto written = client_.patch(kResourceTrackers, {"", kube::name(trackers.front())}, kube::PatchType::Merge,
                               patch, options);
  if (!written) {
    if (auto newer = client_.get(kResourceTrackers, {"", kube::name(trackers.front())}))
      informer_->learn(*newer);
    return fail(written.error());
  }
  informer_->learn(*written);
  for (std::size_t i = 1; i < trackers.size(); ++i) {
    kube::DeleteOptions precondition;
    precondition.uid = kube::uid(trackers[i]);
    TRY_VOID(client_.patch(kResourceTrackers, {"", kube::name(trackers[i])}, kube::PatchType::Merge,
                           Value::object({{"metadata", Value::object({{"finalizers", Value()}})}}), options));
    auto removed = client_.remove(kResourceTrackers, {"", kube::name(trackers[i])}, precondition);
    if (!removed && removed.error().code() != ErrorCode::NotFound) return fail(removed.error());
  }
  return {};
}

Status TrackerStore::remove(const deliver::Owner& owner) {
  for (const auto& tracker : trackersOf(owner)) {
    kube::ObjectName name{"", kube::name(tracker)};
    Value unfinalize =
        Value::object({{"metadata", Value::object({{"finalizers", Value()}, {"uid", kube::uid(tracker)}})}});
    auto freed = client_.patch(kResourceTrackers, name, kube::PatchType::Merge, unfinalize);
    if (!freed && freed.error().code() != ErrorCode::NotFound) return fail(freed.error());
    if (!freed || kube::beingDeleted(*freed)) continue;
    kube::DeleteOptions options;
    options.uid = kube::uid(tracker);
    auto removed = client_.remove(kResourceTrackers, name, options);
    if (!removed && removed.error().code() != ErrorCode::NotFound) return fail(removed.error());
  }
  return {};
}

}  // namespace puppis::controller
