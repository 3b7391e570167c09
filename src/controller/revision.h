// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "data/value.h"
#include "oam/application.h"
#include "oam/catalog.h"

namespace puppis::controller {

/// A version of an Application: what it says and what its definitions say.
struct Revision {
  std::int64_t number = 0;
  std::string name;  ///< "APP-vN"
  std::string hash;
  friend bool operator==(const Revision&, const Revision&) = default;
};

/// The definitions that an Application names, each once, in the order of their first use. Types that the
/// catalog lacks are left out: rendering says so with their place.
std::vector<std::shared_ptr<const oam::Definition>> usedDefinitions(const oam::Application& application,
                                                                    const oam::Catalog& catalog);

/// The hash of an Application's spec together with those definitions. The same for the same meaning.
std::string revisionHash(const data::Value& application,
                         const std::vector<std::shared_ptr<const oam::Definition>>& definitions);

/// The revision that status.latestRevision names; number 0 when there is none.
Revision latestRevision(const data::Value& application);

/// The ApplicationRevision object.
data::Value revisionObject(const Revision& revision, const data::Value& application,
                           const std::vector<std::shared_ptr<const oam::Definition>>& definitions);

/// The definitions that an ApplicationRevision object holds.
Result<std::shared_ptr<const oam::Catalog>> definitionsOf(const data::Value& revision);

}  // namespace puppis::controller
