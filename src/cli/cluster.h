// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/process.h"
#include "base/result.h"
#include "cli/command.h"
#include "cli/embedded.h"
#include "kube/client.h"
#include "kube/kubeconfig.h"

namespace puppis::cli {

/// The flags by which a verb finds its API, as kubectl has them.
struct ClusterFlags {
  std::string kubeconfig;
  std::string context;
  std::string ns;  ///< of -n; empty when it was not given
  bool embedded = false;
  std::string dataDirectory;  ///< of the embedded plane; empty: the default one

  /// --kubeconfig, --context, -n/--namespace, --embedded, --data-dir.
  void declare(Options& options);
};

/// A connection to an API, with what it lives on.
class Cluster {
 public:
  [[nodiscard]] kube::Client& client() const { return *client_; }
  /// Of the flag, else of the kubeconfig's context, else "default".
  [[nodiscard]] const std::string& ns() const { return ns_; }

 private:
  Status dial(Context& context, const kube::KubeconfigSources& sources);
  friend Result<std::unique_ptr<Cluster>> connect(Context& context, const ClusterFlags& flags);
  std::unique_ptr<EmbeddedPlane> plane_;
  std::unique_ptr<Processes> processes_;
  std::unique_ptr<kube::Client> owned_;
  kube::Client* client_ = nullptr;
  std::string ns_;
};

/// The API of the kubeconfig (the flag's, $KUBECONFIG's, ~/.kube/config, or the pod's service account), or
/// the one that the Context was given. With --embedded: that of the server which runs on the data directory,
/// or a control plane that this process runs on it as long as the Cluster lives.
Result<std::unique_ptr<Cluster>> connect(Context& context, const ClusterFlags& flags);

}  // namespace puppis::cli
