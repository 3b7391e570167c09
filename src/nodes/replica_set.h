// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "nodes/context.h"

namespace puppis::nodes {

/// Keeps as many pods as a ReplicaSet asks for.
class ReplicaSetController : public Controller {
 public:
  [[nodiscard]] std::string_view name() const override { return "replicaset-controller"; }
  void attach(Context& context) override;
  Result<std::optional<Nanos>> reconcile(Context& context, const ObjectName& key) override;

 protected:
  [[nodiscard]] virtual const Gvr& type() const { return kReplicaSets; }
  [[nodiscard]] virtual std::string_view kind() const { return "ReplicaSet"; }

 private:
  Status create(Context& context, const Value& set, std::int64_t count);
  Status removeSome(Context& context, const Value& set, std::vector<Value> pods, std::int64_t count);
  Status writeStatus(Context& context, const Value& set, std::optional<Nanos>& wait);
};

/// The same for ReplicationControllers.
class ReplicationControllerController final : public ReplicaSetController {
 public:
  [[nodiscard]] std::string_view name() const override { return "replication-controller"; }

 protected:
  [[nodiscard]] const Gvr& type() const override { return kReplicationControllers; }
  [[nodiscard]] std::string_view kind() const override { return "ReplicationController"; }
};

}  // namespace puppis::nodes
