// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "kube/client.h"
#include "oam/catalog.h"

namespace puppis::controller {

/// The resource of a kind of definition: "traitdefinitions.core.oam.dev".
kube::Gvr definitionResource(oam::DefinitionKind kind);

/// Definitions read from an API one by one, when they are asked for; what was read is parsed once for each
/// version of its object. Safe to share between threads.
class ApiDefinitions {
 public:
  /// `client` must outlive this.
  ApiDefinitions(kube::Client& client, std::string systemNamespace)
      : client_(client), systemNamespace_(std::move(systemNamespace)) {}

  Result<std::shared_ptr<const oam::Definition>> read(const kube::Gvr& type, const kube::ObjectName& name);
  [[nodiscard]] kube::Client& client() const { return client_; }
  [[nodiscard]] const std::string& systemNamespace() const { return systemNamespace_; }

 private:
  kube::Client& client_;
  std::string systemNamespace_;
  std::mutex mutex_;
  struct Parsed {
    std::string version;  ///< uid and resourceVersion of the object
    std::shared_ptr<const oam::Definition> definition;
  };
  std::map<std::string, Parsed> parsed_;
};

/// What the API has for an Application of the namespace: definitions of that namespace, then of the system's.
/// "NAME@vX" is the DefinitionRevision NAME-vX. With `onlyRevisions` nothing else is answered.
std::shared_ptr<const oam::Catalog> apiCatalog(std::shared_ptr<ApiDefinitions> definitions,
                                               const std::string& ns, bool onlyRevisions = false);

}  // namespace puppis::controller
