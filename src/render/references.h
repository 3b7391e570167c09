// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "data/value.h"
#include "oam/application.h"
#include "oam/diagnostics.h"

namespace puppis::render {

/// Which objects a component of type ref-objects means.
struct ObjectSelector {
  std::string resource;  ///< "deployment", "configmaps"; or, in old documents, apiVersion and kind
  std::string group;
  std::string apiVersion;
  std::string kind;
  std::string name;  ///< empty when labels select
  std::string namespace_;
  std::string cluster;
  std::map<std::string, std::string> labels;
};
/// Finds the objects of a selector; NotFound when a named one does not exist.
using ObjectLookup = std::function<Result<std::vector<data::Value>>(const ObjectSelector&)>;

/// The Application with the selectors of its ref-objects components replaced by the objects themselves, freed
/// of what belongs to the place they were read from (uid, resourceVersion, status, ...).
oam::Application withReferredObjects(const oam::Application& application, const std::string& namespaceName,
                                     const ObjectLookup& lookup, oam::Diagnostics& diagnostics);

/// A look-up in a list of objects, for a dry run without a cluster.
ObjectLookup lookUpIn(std::vector<data::Value> objects);

}  // namespace puppis::render
