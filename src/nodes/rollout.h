// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "nodes/context.h"

namespace puppis::nodes {

inline constexpr const char* kRevision = "deployment.kubernetes.io/revision";
inline constexpr const char* kRevisionHistory = "deployment.kubernetes.io/revision-history";
inline constexpr const char* kDesiredReplicas = "deployment.kubernetes.io/desired-replicas";
inline constexpr const char* kMaxReplicas = "deployment.kubernetes.io/max-replicas";
inline constexpr const char* kTemplateHash = "pod-template-hash";

/// One look at a Deployment and its ReplicaSets, and the steps that bring it on. Made anew for each
/// reconcile.
class Rollout {
 public:
  Rollout(Context& context, Value deployment, std::string_view component);

  Result<std::optional<Nanos>> run();

 private:
  Status findSets();
  Status makeNewSet();
  Status adoptNewSet();
  Status rollingUpdate(bool& changed);
  Status recreate(bool& changed);
  Status scaleDownOld(bool& changed);
  Status scaleTo(Value& set, std::int64_t replicas, bool& changed);
  Status proportional(bool& changed);
  Status dropOldSets();
  Status annotateDeployment(const std::string& revision);
  Status writeStatus(std::optional<Nanos>& wait);
  void progress(Value& status, std::optional<Nanos>& wait);
  [[nodiscard]] bool scalingEvent() const;
  [[nodiscard]] bool complete(const Value& status) const;
  [[nodiscard]] std::int64_t desired() const { return deployment_.get("spec", "replicas").asInt(); }
  [[nodiscard]] bool rolling() const;
  [[nodiscard]] std::int64_t maxSurge() const;
  [[nodiscard]] std::int64_t maxUnavailable() const;
  [[nodiscard]] std::string nextRevision() const;
  void event(const char* reason, const std::string& message);

  Context& context_;
  Value deployment_;
  std::string component_;
  std::optional<Value> newSet_;
  std::vector<Value> oldSets_;  ///< oldest first
  std::string reason_;          ///< what happened to the new set in this pass: a Progressing reason
};

}  // namespace puppis::nodes
