// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "controller/engine.h"
#include "deliver/plan.h"
#include "deliver/policies.h"
#include "kube/discovery.h"
#include "oam/application.h"
#include "oam/catalog.h"

namespace puppis::controller {

/// A component as it is rendered for one place, and which of the wish's objects are its own.
struct WishedComponent {
  render::RenderedComponent rendered;
  std::vector<deliver::ObjectId> ids;  ///< of the component's resources, in their order
  std::string ns;                      ///< where it is placed
};

/// What an Application wants to be: the bridge from rendering to delivery. A preview and the controller both
/// make it here.
struct Wish {
  std::vector<WishedComponent> components;
  std::vector<deliver::Desired> desired;
  deliver::Policies policies{{}};
  /// Traits whose objects come before the rest of their component (-1) or after it (1).
  std::map<deliver::ObjectId, int> stages;
  std::set<kube::Gvk> kinds;
  bool unserved = false;  ///< the API does not serve one of the kinds; its objects are on hold
  std::vector<Error> warnings;
};

/// Renders the Application of `files`, for every topology it names, and gives each object its namespace, its
/// owner's labels and what the policies say of it (deliver/policies.h). Two objects of one name become one,
/// the later laid over the earlier, with a warning.
Result<Wish> makeWish(Engine& engine, kube::Client& client, kube::RestMapper& mapper,
                      const oam::ApplicationFiles& files, const oam::Catalog& catalog,
                      const deliver::Owner& owner, const std::string& revision,
                      const render::ClusterVersion& version);

/// The version that the API says it has; templates choose API versions by it.
Result<render::ClusterVersion> clusterVersionOf(kube::Client& client);

}  // namespace puppis::controller
