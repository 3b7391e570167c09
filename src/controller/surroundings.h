// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "kube/client.h"
#include "kube/discovery.h"
#include "oam/application.h"
#include "render/references.h"

namespace puppis::controller {

/// The Application together with the Workflow and the Policy objects of its namespace that it refers to by
/// name; those that `files` has are taken from there. One that does not exist is left out: rendering says so
/// with its place.
Result<oam::ApplicationFiles> withReferredFiles(kube::Client& client, oam::ApplicationFiles files,
                                                const std::string& ns);

/// Finds the objects that components of the type ref-objects name, in the API.
render::ObjectLookup lookUpThrough(kube::Client& client, kube::RestMapper& mapper);

}  // namespace puppis::controller
