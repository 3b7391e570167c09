// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "deliver/plan.h"
#include "kube/client.h"
#include "kube/discovery.h"

namespace puppis::deliver {

/// What became of one action.
struct Outcome {
  ObjectId id;
  Verb verb = Verb::Keep;
  std::optional<Error> error;  ///< the API refused; Conflict and AlreadyExists mean: look again and plan anew
  std::optional<data::Value> live;  ///< the object as the API answered it, where there is one now
  bool gone = false;                ///< Delete: the object is no more
};

/// Carries out the actions of a plan that need the API, in order, each at most once; a failure of one does
/// not keep the next from being tried. The plan's inventory must be on record before. Deletes carry uid and
/// version as preconditions, changes carry the uid; a creation that meets an existing object answers
/// AlreadyExists and that object.
std::vector<Outcome> carryOut(kube::Client& client, kube::RestMapper& mapper, const Plan& plan,
                              bool dryRun = false);

/// The name under which Puppis writes fields.
inline constexpr std::string_view kFieldManager = "puppis";

}  // namespace puppis::deliver
