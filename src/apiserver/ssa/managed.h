// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "apiserver/registry.h"
#include "base/clock.h"
#include "base/result.h"
#include "data/value.h"

/// Who owns which field: metadata.managedFields, as a Kubernetes API server keeps it.
namespace puppis::apiserver {

struct FieldManager {
  std::string name;
  std::string subresource;
  Nanos now{};
  std::string spoken = {};  ///< the apiVersion that conflicts are told in; empty: that of each entry
};

/// `object` (of the resource's served version, about to take the place of `live`, null for a create) with its
/// managedFields brought up to date for a create, update or patch by `manager`.
data::Value trackUpdate(const data::Value& live, data::Value object, const Resource& resource,
                        const FieldManager& manager);

/// Server-side apply: `config` merged into `live` (null when there is no object yet), what the manager
/// applied before and no longer does removed, and the managedFields brought up to date. Conflict, with a
/// cause for each field, when others own what it changes, unless `force`. Returns `live` itself when nothing
/// changes.
Result<data::Value> serverSideApply(const data::Value& live, const data::Value& config,
                                    const Resource& resource, const FieldManager& manager, bool force);

/// Whether a configuration fits the schema it is to be applied by; Internal, as Kubernetes takes it, when it
/// does not.
Status fitsSchema(const data::Value& config, const Resource& resource);

/// Whether two objects differ in nothing but the times in their managedFields.
bool equalButManagedTimes(const data::Value& a, const data::Value& b);

}  // namespace puppis::apiserver
