// SPDX-License-Identifier: Apache-2.0
#include "cli/cluster.h"

#include "base/files.h"
#include "kube/http_client.h"
#include "kube/kubeconfig.h"

namespace puppis::cli {

void ClusterFlags::declare(Options& options) {
  options.text(kubeconfig, "--kubeconfig", "The kubeconfig to use");
  options.text(context, "--context", "The context of the kubeconfig");
  options.text(ns, "-n,--namespace", "The namespace");
}

Result<std::unique_ptr<Cluster>> connect(Context& context, const ClusterFlags& flags) {
  auto out = std::make_unique<Cluster>();
  out->ns_ = flags.ns;
  if (context.cluster != nullptr) {
    out->client_ = context.cluster;
    if (out->ns_.empty()) out->ns_ = "default";
    return out;
  }
  kube::KubeconfigSources sources;
  sources.explicitPath = flags.kubeconfig;
  sources.context = flags.context;
  sources.environment = context.environment("KUBECONFIG").value_or("");
  sources.home = context.environment("HOME").value_or("");
  sources.serviceHost = context.environment("KUBERNETES_SERVICE_HOST").value_or("");
  sources.servicePort = context.environment("KUBERNETES_SERVICE_PORT").value_or("");
  TRY(kube::ConnectionConfig connection, kube::loadConnection(context.files, sources));
  if (out->ns_.empty()) out->ns_ = connection.ns;
  out->processes_ = std::make_unique<SystemProcesses>();
  TRY(out->owned_,
      kube::makeHttpClient(std::move(connection), {context.clock, context.files, *out->processes_}));
  out->client_ = out->owned_.get();
  return out;
}

}  // namespace puppis::cli
