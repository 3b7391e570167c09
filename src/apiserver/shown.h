// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "data/value.h"
#include "kube/selector.h"
#include "store/store.h"

namespace puppis::apiserver {

struct Resource;

/// An object as a resource shows it. What is stored in the very form that is served keeps the store's text,
/// so that answers, lists and all watches of a change send one text that was made once.
class Shown {
 public:
  Shown() = default;
  /// Made for this answer.
  explicit Shown(data::Value object) : object_(std::move(object)) {}
  /// As stored; converted when the resource is another version.
  Shown(const Resource& resource, store::EntryPtr entry);

  [[nodiscard]] data::Value value() const { return entry_ ? entry_->value() : object_; }
  [[nodiscard]] std::size_t textSize() const { return entry_ ? entry_->json().size() : 0; }
  void appendJson(std::string& out) const;
  /// The same as an item of a list: built-in kinds leave their type out there, custom ones do not.
  void appendListItem(std::string& out, const Resource& resource) const;

 private:
  data::Value object_;
  store::EntryPtr entry_;
};

/// Which objects a list or a watch is about.
class ObjectFilter {
 public:
  ObjectFilter() = default;
  ObjectFilter(kube::LabelSelector labels, std::function<bool(const data::Value&)> fields,
               std::vector<std::string> needles);
  [[nodiscard]] bool everything() const { return labels_.everything() && !fields_; }
  [[nodiscard]] bool matches(const store::Entry& entry) const;

 private:
  kube::LabelSelector labels_;
  std::function<bool(const data::Value&)> fields_;
  /// Texts without which no object can match: most others are passed over without making a tree of them.
  std::vector<std::string> needles_;
};

}  // namespace puppis::apiserver
