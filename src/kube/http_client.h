// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "base/clock.h"
#include "base/files.h"
#include "base/process.h"
#include "kube/client.h"
#include "kube/kubeconfig.h"
#include "net/http.h"

namespace puppis::kube {

/// What an HttpClient lives on. The references must outlive it.
struct HttpClientEnvironment {
  Clock& clock;
  Files& files;
  Processes& processes;
};

struct HttpClientOptions {
  std::string userAgent = "puppis";
  Nanos requestTimeout = std::chrono::seconds(30);
  /// Each answered request, for counting: method, path, status.
  std::function<void(std::string_view method, std::string_view path, int status)> observe;
};

/// A Client over HTTP. Runs an exec plugin once if there is one; makes no other request.
Result<std::unique_ptr<Client>> makeHttpClient(ConnectionConfig connection, HttpClientEnvironment environment,
                                               HttpClientOptions options = {});

/// The same on a given transport, which is who checks the server's identity. For tests.
std::unique_ptr<Client> makeHttpClientOn(std::unique_ptr<net::HttpTransport> transport,
                                         ConnectionConfig connection, HttpClientEnvironment environment,
                                         HttpClientOptions options = {});

}  // namespace puppis::kube
