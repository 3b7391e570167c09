// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "apiserver/api.h"

namespace puppis::apiserver {

/// Role-based access control over the Roles, ClusterRoles and their bindings in the store. The bindings are
/// read again only after one of them changed. Members of system:masters may do everything.
class RbacAuthorizer final : public Authorizer {
 public:
  explicit RbacAuthorizer(Api& api);
  ~RbacAuthorizer() override;

  std::optional<std::string> refuses(const User& user, const std::string& verb, const std::string& group,
                                     const std::string& resource, const std::string& subresource,
                                     const std::string& ns, const std::string& name) const override;
  bool allowsPath(const User& user, const std::string& verb, const std::string& path) const override;
  data::Value rulesOf(const User& user, const std::string& ns) const override;

 private:
  struct Binding;
  struct Table;
  class Watcher;
  std::shared_ptr<const Table> table() const;
  std::shared_ptr<const Table> build() const;
  template <typename F>
  bool anyRule(const User& user, const std::string& ns, F&& accepts) const;

  Api& api_;
  std::shared_ptr<Watcher> watcher_;
  std::unique_ptr<store::Watch> watch_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const Table> table_;
};

}  // namespace puppis::apiserver
