// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kube/client.h"
#include "kube/gvk.h"

namespace puppis::kube {

/// One type that an API serves.
struct ApiResource {
  Gvk gvk;
  Gvr gvr;
  bool namespaced = true;
  std::string singular;
  std::vector<std::string> shortNames;
  std::vector<std::string> categories;
  std::vector<std::string> verbs;
  std::vector<std::string> subresources;  ///< "status", "scale", ...
};

/// Turns kinds into resources and back, from what the API says of itself (aggregated discovery, two requests;
/// the older one-request-a-group form where the server lacks it). Knows the built-in types of Kubernetes
/// without asking, so that common work costs no request. Asks once, and again when a kind is unknown. Safe to
/// share between threads.
class RestMapper {
 public:
  explicit RestMapper(Client& client) : client_(client) {}

  /// NotFound when the API serves no such kind.
  Result<ApiResource> byKind(const Gvk& gvk);
  /// By what a user types: "deploy", "deployments", "Deployment", "deployments.apps", "deployments.v1.apps".
  Result<ApiResource> byName(std::string_view name);
  /// Everything the API serves, preferred versions first.
  Result<std::vector<ApiResource>> all();
  /// Forgets what was learnt, e.g. after CRDs changed.
  void reset();

 private:
  Result<void> load();

  Client& client_;
  std::mutex mutex_;
  bool loaded_ = false;
  std::vector<ApiResource> resources_;
  std::map<Gvk, std::size_t> byGvk_;
};

}  // namespace puppis::kube
