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
  options.flag(embedded, "--embedded",
               "Use the embedded control plane: the `puppis server` that runs on the data directory, or one "
               "just for this command");
  options.text(dataDirectory, "--data-dir", "Of --embedded (default ~/.puppis/data)");
}

Result<std::unique_ptr<Cluster>> connect(Context& context, const ClusterFlags& flags) {
  auto out = std::make_unique<Cluster>();
  out->ns_ = flags.ns;
  if (context.cluster != nullptr) {
    out->client_ = context.cluster;
    if (out->ns_.empty()) out->ns_ = "default";
    return out;
  }
  if (flags.embedded) {
    EmbeddedOptions options;
    options.server.port = 0;
    options.server.dataDirectory = flags.dataDirectory;
    if (options.server.dataDirectory.empty()) {
      TRY(options.server.dataDirectory, defaultDataDirectory(context));
    }
    const std::string folder = options.server.dataDirectory;
    auto plane = EmbeddedPlane::start(context, std::move(options));
    if (plane) {
      out->plane_ = std::move(*plane);
      out->owned_ = out->plane_->server().client("puppis");
      out->client_ = out->owned_.get();
      if (out->ns_.empty()) out->ns_ = "default";
      return out;
    }
    if (!apiserver::isTaken(plane.error())) return fail(plane.error());
    // Another process serves it, and left its address there.
    kube::KubeconfigSources running;
    running.explicitPath = kubeconfigIn(folder);
    TRY_VOID(out->dial(context, running));
    return out;
  }
  kube::KubeconfigSources sources;
  sources.explicitPath = flags.kubeconfig;
  sources.context = flags.context;
  sources.environment = context.environment("KUBECONFIG").value_or("");
  sources.home = context.environment("HOME").value_or("");
  sources.serviceHost = context.environment("KUBERNETES_SERVICE_HOST").value_or("");
  sources.servicePort = context.environment("KUBERNETES_SERVICE_PORT").value_or("");
  TRY_VOID(out->dial(context, sources));
  return out;
}

Status Cluster::dial(Context& context, const kube::KubeconfigSources& sources) {
  TRY(kube::ConnectionConfig connection, kube::loadConnection(context.files, sources));
  if (ns_.empty()) ns_ = connection.ns;
  processes_ = std::make_unique<SystemProcesses>();
  TRY(owned_, kube::makeHttpClient(std::move(connection), {context.clock, context.files, *processes_}));
  client_ = owned_.get();
  return {};
}

}  // namespace puppis::cli
