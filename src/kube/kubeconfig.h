// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/files.h"
#include "base/process.h"
#include "base/result.h"
#include "data/value.h"
#include "net/http.h"

namespace puppis::kube {

/// A program that gives credentials (client.authentication.k8s.io).
struct ExecPlugin {
  std::string apiVersion;
  std::string command;
  std::vector<std::string> args;
  std::vector<std::pair<std::string, std::string>> env;
  std::string installHint;
  bool provideClusterInfo = false;
};

/// How to reach an API and as whom; everything resolved to content, nothing left to look up but what changes
/// while running (tokenFile, exec).
struct ConnectionConfig {
  std::string server;  ///< "https://host:port", perhaps with a path, no trailing slash
  net::TlsConfig tls;
  std::string proxyUrl;
  std::string token;
  std::string tokenFile;  ///< read again as it is renewed; wins over `token`
  std::string username;   ///< basic authentication
  std::string password;
  std::optional<ExecPlugin> exec;
  std::string impersonateUser;
  std::vector<std::string> impersonateGroups;
  std::string ns = "default";  ///< the context's namespace
  std::string context;         ///< the context's name, for messages; "in-cluster" inside a pod
};

/// Where kubeconfigs may lie, as the caller's flags and environment say.
struct KubeconfigSources {
  std::string explicitPath;  ///< --kubeconfig; then only this file
  std::string environment;   ///< $KUBECONFIG: paths separated by ':'
  std::string home;          ///< $HOME, for ~/.kube/config
  std::string context;       ///< --context; empty: current-context
  std::string serviceHost;   ///< $KUBERNETES_SERVICE_HOST: set inside a pod
  std::string servicePort;   ///< $KUBERNETES_SERVICE_PORT
};

/// The connection of the chosen context: kubeconfig files merged as kubectl does (the first file to name a
/// cluster, user or context wins), else the pod's service account. NotFound when there is neither;
/// InvalidArgument with the file for what is wrong in one.
Result<ConnectionConfig> loadConnection(Files& files, const KubeconfigSources& sources);

/// Credentials that an exec plugin gave.
struct ExecCredential {
  std::string token;
  std::string certPem;
  std::string keyPem;
  std::optional<Nanos> expires;  ///< since the epoch
};
/// Runs the plugin. Errors say what the plugin printed, never a credential.
Result<ExecCredential> runExecPlugin(Processes& processes, const ExecPlugin& plugin,
                                     const ConnectionConfig& cluster);

/// Seconds since the epoch of an RFC 3339 time ("2026-11-24T08:00:00Z", any fraction, any offset).
std::optional<Nanos> parseRfc3339(std::string_view text);

}  // namespace puppis::kube
