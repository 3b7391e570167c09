// SPDX-License-Identifier: Apache-2.0
#include "apiserver/shown.h"

#include <algorithm>

#include "apiserver/registry.h"
#include "data/json.h"

namespace puppis::apiserver {

using data::Value;

Shown::Shown(const Resource& resource, store::EntryPtr entry) {
  if (resource.servedHead(entry->json()) != 0) {
    entry_ = std::move(entry);
  } else {
    object_ = resource.fromStorage(entry->value());
  }
}

void Shown::appendJson(std::string& out) const {
  if (entry_) {
    out += entry_->json();
  } else {
    data::appendJson(out, object_);
  }
}

void Shown::appendListItem(std::string& out, const Resource& resource) const {
  if (resource.custom) return appendJson(out);
  if (entry_) {
    out += '{';
    out.append(entry_->json(), resource.servedHead(entry_->json()));
    return;
  }
  Value item = object_;
  item.erase("kind");
  item.erase("apiVersion");
  data::appendJson(out, item);
}

namespace {

using kube::LabelSelector;

/// Label keys and values are written in JSON as they are.
void addNeedles(const LabelSelector& labels, std::vector<std::string>& out) {
  for (const LabelSelector::Requirement& requirement : labels.requirements()) {
    switch (requirement.op) {
      case LabelSelector::Operator::In:
        out.push_back('"' + requirement.key +
                      "\":" + (requirement.values.size() == 1 ? '"' + requirement.values[0] + '"' : ""));
        break;
      case LabelSelector::Operator::Exists:
      case LabelSelector::Operator::GreaterThan:
      case LabelSelector::Operator::LessThan:
        out.push_back('"' + requirement.key + "\":");
        break;
      case LabelSelector::Operator::NotIn:
      case LabelSelector::Operator::DoesNotExist:
        break;
    }
  }
}

}  // namespace

ObjectFilter::ObjectFilter(LabelSelector labels, std::function<bool(const Value&)> fields,
                           std::vector<std::string> needles)
    : labels_(std::move(labels)), fields_(std::move(fields)), needles_(std::move(needles)) {
  addNeedles(labels_, needles_);
}

bool ObjectFilter::matches(const store::Entry& entry) const {
  if (everything()) return true;
  const std::string& text = entry.json();
  bool mayMatch = std::all_of(needles_.begin(), needles_.end(), [&](const std::string& needle) {
    return text.find(needle) != std::string::npos;
  });
  if (!mayMatch) return false;
  Value object = entry.value();
  return labels_.matches(object.get("metadata", "labels")) && (!fields_ || fields_(object));
}

}  // namespace puppis::apiserver
