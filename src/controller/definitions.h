// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/log.h"
#include "controller/api_catalog.h"
#include "kube/informer.h"
#include "oam/catalog.h"

namespace puppis::controller {

/// The definitions that a cluster holds, mirrored; each Application sees those of its own namespace, then
/// those of the system namespace, then the ones built into the program. Earlier versions of them ("NAME@v3")
/// are read from the API when they are asked for. Safe to share between threads.
class DefinitionStore {
 public:
  /// `builtIn` are asked when the cluster has none of a name.
  DefinitionStore(kube::Client& client, std::shared_ptr<const oam::Catalog> builtIn, Log& log,
                  std::string systemNamespace);

  /// Adds the informers. `changed` is called when a definition came, changed or went; `each` (which may be
  /// empty) with every change of its object, those of the status included.
  void watch(kube::InformerSet& informers, std::function<void()> changed,
             std::function<void(const kube::Change&)> each = {});

  /// What an Application of this namespace sees, as it is now; does not change afterwards.
  [[nodiscard]] std::shared_ptr<const oam::Catalog> catalogFor(const std::string& ns);
  /// A text that is the same for definitions that say the same.
  [[nodiscard]] static std::string fingerprint(const oam::Definition& definition);

 private:
  void take(const kube::Change& change);

  Log& log_;
  std::string systemNamespace_;
  std::shared_ptr<const oam::Catalog> builtIn_;
  std::shared_ptr<ApiDefinitions> revisions_;
  std::function<void()> changed_;
  std::function<void(const kube::Change&)> each_;
  std::mutex mutex_;
  /// By namespace, then by "kind/name".
  std::map<std::string, std::map<std::string, std::shared_ptr<const oam::Definition>>> definitions_;
  std::map<std::string, std::shared_ptr<const oam::Catalog>>
      catalogs_;  ///< of a namespace; made when asked for
};

}  // namespace puppis::controller
