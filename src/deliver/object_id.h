// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <string>

#include "data/value.h"
#include "kube/gvk.h"

namespace puppis::deliver {

/// What tells one delivered object from every other, whatever API version it is written in.
struct ObjectId {
  std::string cluster;  ///< "local" for the cluster that holds the Application
  std::string group;
  std::string kind;
  std::string ns;
  std::string name;

  static ObjectId of(const data::Value& object, std::string cluster = "local");
  /// "Deployment web/front", with the group where it is not Kubernetes' own and the cluster where it is not
  /// local.
  [[nodiscard]] std::string str() const;
  friend auto operator<=>(const ObjectId&, const ObjectId&) = default;
};

}  // namespace puppis::deliver
