// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "kube/client.h"
#include "kube/discovery.h"
#include "render/world.h"

namespace puppis::net {
class HttpTransport;
}

namespace puppis::cli {

/// What templates see of the world while they are rendered: HTTP, and the cluster where there is one.
class Outside final : public render::World {
 public:
  /// `client` may be null; it must outlive this.
  explicit Outside(kube::Client* client);
  ~Outside() override;

  Result<render::HttpAnswer> http(const render::HttpQuestion& question) override;
  Result<data::Value> get(const std::string& apiVersion, const std::string& kind, const std::string& ns,
                          const std::string& name) override;
  Result<std::vector<data::Value>> list(const std::string& apiVersion, const std::string& kind,
                                        const std::string& ns,
                                        const std::map<std::string, std::string>& labels) override;

 private:
  Result<kube::ApiResource> typeOf(const std::string& apiVersion, const std::string& kind);

  std::unique_ptr<net::HttpTransport> transport_;
  kube::Client* client_;
  std::unique_ptr<kube::RestMapper> mapper_;
};

}  // namespace puppis::cli
