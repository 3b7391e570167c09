// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "nodes/context.h"

namespace puppis::nodes {

inline constexpr const char* kProvisioner = "puppis.dev/simulated";

/// Binds claims to volumes: to one that fits, else to a simulated one made by the claim's storage class;
/// frees and reclaims volumes whose claim is gone; lifts the protection of claims and volumes that nobody
/// uses any more.
class StorageController final : public Controller {
 public:
  [[nodiscard]] std::string_view name() const override { return "persistentvolume-controller"; }
  void attach(Context& context) override;
  /// A claim's name, or (with an empty namespace) a volume's.
  Result<std::optional<Nanos>> reconcile(Context& context, const ObjectName& key) override;
  /// Makes the default storage class "standard" when there is no class at all.
  static Status populate(Context& context);

 private:
  Status claim(Context& context, Value claim);
  Status volume(Context& context, Value volume);
  Status bind(Context& context, Value claim, Value volume);
};

}  // namespace puppis::nodes
