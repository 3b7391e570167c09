// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/files.h"
#include "base/log.h"
#include "base/random.h"
#include "base/result.h"
#include "kube/client.h"

namespace puppis::apiserver {

class Api;

struct ServerConfig {
  std::string dataDirectory;  ///< "" keeps everything in memory
  bool fsync = true;
  std::string address = "127.0.0.1";
  std::uint16_t port = 6443;           ///< 0 lets the system choose
  std::vector<std::string> manifests;  ///< YAML texts applied at the start (CustomResourceDefinitions)
  unsigned workers = 8;
  std::function<void(Api&)> prepare;  ///< called before anything is served, to add admission; may be empty
  std::size_t history = 20'000;       ///< changes kept for watches that resume and for lists of the past
  /// Fills the server before anybody can reach it; what it writes is made durable together.
  std::function<Status(kube::Client& client)> fill;
};

/// Whether a server could not start because another process serves the data directory.
bool isTaken(const Error& error);
/// Writes a copy of the store of a data directory that no server uses.
Status snapshotOf(const std::string& dataDirectory, const std::string& file);
/// Puts a snapshot into a data directory that holds no store yet, and checks that it is whole.
Status restoreTo(const std::string& dataDirectory, const std::string& file, Files& files);

/// A whole API server: store, API, access, loops and HTTPS, in this process.
class Server {
 public:
  struct Parts {
    Files& files;
    Clock& clock;
    Random& random;
    Log& log;
  };
  /// Serves when it returns. Unavailable when the address or the data directory is taken.
  static Result<std::unique_ptr<Server>> start(ServerConfig config, Parts parts);
  virtual ~Server() = default;  ///< stops

  [[nodiscard]] virtual std::uint16_t port() const = 0;
  /// A kubeconfig whose user may do everything, by client certificate.
  [[nodiscard]] virtual std::string kubeconfig() const = 0;
  /// A client in process that may do everything; `agent` names it in managedFields. Must not outlive the
  /// server.
  virtual std::unique_ptr<kube::Client> client(std::string agent) = 0;
  virtual Api& api() = 0;
  /// Stops serving and closes the store.
  virtual void stop() = 0;
};

}  // namespace puppis::apiserver
