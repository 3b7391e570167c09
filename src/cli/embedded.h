// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "apiserver/server.h"
#include "base/result.h"
#include "cli/context.h"
#include "kube/client.h"

namespace puppis::cli {

struct EmbeddedOptions {
  apiserver::ServerConfig server;
  std::int64_t nodes = 3;  ///< simulated; 0 runs no workloads
  bool controller = true;
};

/// A whole control plane in this process: API server, store, built-in definitions, and, as asked, simulated
/// nodes and the controller, all of which use the API without sockets. Stops when it goes.
class EmbeddedPlane {
 public:
  static Result<std::unique_ptr<EmbeddedPlane>> start(Context& context, EmbeddedOptions options);
  virtual ~EmbeddedPlane() = default;
  [[nodiscard]] virtual apiserver::Server& server() = 0;
};

/// Where the plane of this user lives when no --data-dir says so: ~/.puppis/data.
Result<std::string> defaultDataDirectory(const Context& context);
/// The kubeconfig that a server keeps in its data directory.
std::string kubeconfigIn(const std::string& dataDirectory);

}  // namespace puppis::cli
