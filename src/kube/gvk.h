// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <string>
#include <string_view>

namespace puppis::kube {

/// Group, version and kind: how an object names its own type. The core group is "".
struct Gvk {
  std::string group;
  std::string version;
  std::string kind;

  /// From the two fields an object carries: "apps/v1" or "v1", and "Deployment".
  static Gvk of(std::string_view apiVersion, std::string_view kind);
  /// "apps/v1", or "v1" for the core group.
  [[nodiscard]] std::string apiVersion() const;
  /// "apps/v1 Deployment", for messages.
  [[nodiscard]] std::string str() const;
  friend auto operator<=>(const Gvk&, const Gvk&) = default;
};

/// Group, version and resource: how the REST API names a type ("deployments").
struct Gvr {
  std::string group;
  std::string version;
  std::string resource;

  [[nodiscard]] std::string apiVersion() const;
  /// "/api/v1" or "/apis/apps/v1".
  [[nodiscard]] std::string root() const;
  /// "deployments.apps", or "pods" for the core group.
  [[nodiscard]] std::string str() const;
  /// The REST path of a collection, or of one object when `name` is given:
  /// "/apis/apps/v1/namespaces/NS/deployments/NAME". An empty `ns` gives the cluster-wide path.
  [[nodiscard]] std::string path(std::string_view ns, std::string_view name = {},
                                 std::string_view subresource = {}) const;
  friend auto operator<=>(const Gvr&, const Gvr&) = default;
};

/// The two names that tell one object of a type from another; `ns` is "" for cluster-scoped types.
struct ObjectName {
  std::string ns;
  std::string name;

  /// "ns/name", or "name".
  [[nodiscard]] std::string str() const;
  friend auto operator<=>(const ObjectName&, const ObjectName&) = default;
};

}  // namespace puppis::kube
