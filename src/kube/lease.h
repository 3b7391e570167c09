// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "kube/client.h"

namespace puppis::kube {

struct LeaseOptions {
  std::string ns = "vela-system";
  std::string name = "puppis-controller";
  std::string identity;  ///< of this process, unique among the replicas
  Nanos duration = std::chrono::seconds(15);
  Nanos renewDeadline = std::chrono::seconds(10);
  Nanos retry = std::chrono::seconds(2);
};

/// One leader among several processes, by a coordination.k8s.io/v1 Lease. The holder's age is measured by our
/// own clock from when we saw the lease change, so that clocks need not agree. For one thread.
class Lease {
 public:
  Lease(Client& client, Clock& clock, Log& log, LeaseOptions options)
      : client_(client), clock_(clock), log_(log), options_(std::move(options)) {}

  /// One attempt to take or renew the lease; whether it is ours now. An unreachable API is no answer: an
  /// Error.
  Result<bool> tryOnce();
  /// Waits until the lease is ours; whether it is (otherwise `stop` was asked for).
  bool acquire(std::stop_token stop);
  /// Renews until `stop` or until it could not be renewed in time, then returns; whether it was lost.
  bool hold(std::stop_token stop);
  /// Gives it up, so that another need not wait for it to run out.
  void release();

 private:
  [[nodiscard]] Value wanted(const Value& current) const;
  bool pause(std::stop_token stop);

  Client& client_;
  Clock& clock_;
  Log& log_;
  LeaseOptions options_;
  std::string seenVersion_;
  Nanos seenAt_{};
  Nanos renewedAt_{};
};

}  // namespace puppis::kube
