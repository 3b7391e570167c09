// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "nodes/context.h"

namespace puppis::nodes {

/// Gives every namespace its default ServiceAccount and, when a CA is known, the ConfigMap kube-root-ca.crt.
class NamespaceFurnisher final : public Controller {
 public:
  [[nodiscard]] std::string_view name() const override { return "serviceaccount-controller"; }
  void attach(Context& context) override;
  Result<std::optional<Nanos>> reconcile(Context& context, const ObjectName& key) override;
};

}  // namespace puppis::nodes
