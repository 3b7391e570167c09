// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/value.h"
#include "oam/application.h"
#include "render/render.h"

namespace puppis::render {

/// The `context` that a component's or policy's template sees, members sorted as KubeVela's are.
data::Value contextOf(const oam::Application& application, const std::string& name,
                      const data::Value& parameter, const RenderContext& context);
/// The namespace the objects of an Application go to.
std::string targetNamespace(const oam::Application& application, const RenderContext& context);
/// The namespace of the Application itself, wherever its objects go.
std::string homeNamespace(const oam::Application& application, const RenderContext& context);
/// The number of "web-v3"; 0 when there is none.
std::int64_t revisionNumber(std::string_view revision);

}  // namespace puppis::render
