// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "apiserver/kind.h"
#include "kube/gvk.h"

namespace puppis::apiserver {

/// One served resource in one version, with where and how it is stored. Immutable, shared by the requests
/// that use it.
struct Resource {
  std::shared_ptr<const KindInfo> kind;     ///< as served
  std::shared_ptr<const KindInfo> storage;  ///< the stored version (may be the same)
  std::string prefix;                       ///< of its keys: "/apps/deployments/"
  bool custom = false;                      ///< made by a CustomResourceDefinition
  std::shared_ptr<SchemaSet> schemas;       ///< keeps a custom schema alive
  data::Value openApi;                      ///< a custom schema as it was given; null when built in
  std::string definedBy;                    ///< name of the CustomResourceDefinition
  std::string deprecation;                  ///< warning to send with every answer; empty: none

  /// The key of an object.
  [[nodiscard]] std::string key(std::string_view ns, std::string_view name) const;
  /// The keys of a namespace (or of everything).
  [[nodiscard]] std::string prefixOf(std::string_view ns) const;
  /// A stored object as this version shows it.
  [[nodiscard]] data::Value fromStorage(const data::Value& object) const;
  /// An object of this version as it is stored.
  [[nodiscard]] data::Value toStorage(const data::Value& object) const;
  /// How many bytes of a stored text `{"kind":K,"apiVersion":V,` (in either order) take when it is in this
  /// very version; 0 when it is not, and has to be converted.
  [[nodiscard]] std::size_t servedHead(std::string_view json) const;
  [[nodiscard]] bool serves(std::string_view verb) const;
};
using ResourcePtr = std::shared_ptr<const Resource>;

/// What the server serves now: the built-in kinds, and those that CustomResourceDefinitions added. Safe to
/// share.
class Registry {
 public:
  explicit Registry(std::vector<KindInfo> builtin);

  /// nullptr when it is not served.
  [[nodiscard]] ResourcePtr find(const kube::Gvr& type) const;
  /// By what an object says of itself.
  [[nodiscard]] ResourcePtr findKind(std::string_view apiVersion, std::string_view kind) const;
  /// Any version of it.
  [[nodiscard]] ResourcePtr findGroupResource(std::string_view group, std::string_view resource) const;
  /// Everything, by group, version (preferred first) and resource.
  [[nodiscard]] std::vector<ResourcePtr> all() const;
  /// One of each stored resource (the preferred version).
  [[nodiscard]] std::vector<ResourcePtr> stored() const;
  /// Puts the versions of a custom resource in the place of what the same definition gave before.
  void replaceCustom(const std::string& definition, std::vector<ResourcePtr> versions);
  /// Grows with every change, for caches of discovery and OpenAPI.
  [[nodiscard]] std::uint64_t generation() const;

 private:
  using Map = std::map<std::tuple<std::string, std::string, std::string>, ResourcePtr>;
  /// The other ways to look at `map_`, made when first asked for after a change.
  struct View;
  [[nodiscard]] std::shared_ptr<const View> view() const;
  mutable std::mutex mutex_;
  std::shared_ptr<const Map> map_;
  mutable std::shared_ptr<const View> view_;
  std::uint64_t generation_ = 1;
};

/// Kubernetes' order of versions: v2 before v1 before v1beta1.
bool versionBefore(std::string_view a, std::string_view b);

}  // namespace puppis::apiserver
