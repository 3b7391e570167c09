// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "nodes/context.h"

namespace puppis::nodes {

/// Keeps the EndpointSlices and Endpoints of Services that have a selector.
class EndpointsController final : public Controller {
 public:
  [[nodiscard]] std::string_view name() const override { return "endpointslice-controller"; }
  void attach(Context& context) override;
  Result<std::optional<Nanos>> reconcile(Context& context, const ObjectName& key) override;

 private:
  void podChanged(Context& context, const kube::Change& change);
  Status writeSlices(Context& context, const Value& service, const std::vector<Value>& pods);
  Status writeEndpoints(Context& context, const Value& service, const std::vector<Value>& pods);
};

/// Gives LoadBalancer Services and Ingresses a simulated address, since no provider does.
class BalancerController final : public Controller {
 public:
  [[nodiscard]] std::string_view name() const override { return "simulated-balancer"; }
  void attach(Context& context) override;
  Result<std::optional<Nanos>> reconcile(Context& context, const ObjectName& key) override;
};

}  // namespace puppis::nodes
