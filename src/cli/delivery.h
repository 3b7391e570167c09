// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "cli/context.h"
#include "cue/cue.h"
#include "data/value.h"
#include "kube/client.h"
#include "kube/discovery.h"
#include "oam/application.h"
#include "oam/catalog.h"

/// What the verbs share that deliver Applications to a cluster.
namespace puppis::cli {

/// The definitions that an Application of `ns` sees: those of its namespace, of the system namespace, and the
/// built-in ones, as the cluster holds them now. A cluster without our CRDs is an Error that says what to do.
Result<std::shared_ptr<const oam::Catalog>> clusterCatalog(kube::Client& client, const std::string& ns,
                                                           const std::shared_ptr<cue::Runtime>& runtime);

/// The Application of some files; faults inside them, with their places, go to `diagnostics`.
Result<oam::ApplicationFiles> readApplication(Context& context, const std::vector<std::string>& files,
                                              const oam::Catalog& catalog, oam::Diagnostics& diagnostics);

/// What applying one object did.
enum class Change : std::uint8_t { Created, Configured, Unchanged };
std::string_view changeWord(Change change);

/// Makes an object or brings the one that exists to it (three-way, compare first). With a null client answer
/// nothing is written. The namespace of a namespaced object must be set.
Result<Change> applyObject(kube::Client& client, const kube::Gvr& type, const data::Value& object);

/// "3m", "2d5h" since an RFC 3339 time, as kubectl shows ages; empty for no time.
std::string ageOf(const std::string& rfc3339, Nanos now);

/// The error of a cluster that lacks our types, or `error` itself.
Error orInstall(const Error& error);

}  // namespace puppis::cli
