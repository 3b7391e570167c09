// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "kube/gvk.h"

/// The types that the controller keeps, and the marks it puts on Applications.
namespace puppis::controller {

inline const kube::Gvr kApplications{"core.oam.dev", "v1beta1", "applications"};
inline const kube::Gvr kApplicationRevisions{"core.oam.dev", "v1beta1", "applicationrevisions"};
inline const kube::Gvr kDefinitionRevisions{"core.oam.dev", "v1beta1", "definitionrevisions"};
inline const kube::Gvr kResourceTrackers{"core.oam.dev", "v1beta1", "resourcetrackers"};

/// Deleting the Application deletes what it made.
inline constexpr std::string_view kFinalizer = "app.oam.dev/resource-tracker-finalizer";
/// Deleting the Application leaves what it made.
inline constexpr std::string_view kOrphanFinalizer = "app.oam.dev/orphan-resource";
/// With the value "true": the Application is left alone.
inline constexpr std::string_view kPauseLabel = "controller.core.oam.dev/pause";

/// The name of a release: while it stays the same, so does what is delivered.
inline constexpr std::string_view kPublishVersion = "app.oam.dev/publishVersion";

}  // namespace puppis::controller
