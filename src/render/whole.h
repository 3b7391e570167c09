// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

#include "oam/application.h"
#include "oam/catalog.h"
#include "oam/diagnostics.h"
#include "render/deployments.h"
#include "render/references.h"
#include "render/render.h"

namespace puppis::render {

/// One deployment and what it becomes.
struct RenderedDeployment {
  Deployment deployment;
  Rendered rendered;
};

/// Renders one Application in one place: Renderer::render, or a double of it.
using RenderOne =
    std::function<Result<Rendered>(const oam::Application&, const oam::Catalog&, const RenderContext&)>;

/// Whether objects go to the namespaces that topology policies name, and are made as often as replication
/// policies say, as they are applied; or once and in the Application's namespace, as KubeVela's dry run shows
/// them.
enum class Placing : std::uint8_t { AsWritten, AsApplied };

/// Everything that an Application becomes, for each deploy step and topology. The dry run, the preview,
/// admission and the controller all call this; they differ in `context` and in how `lookup` finds the objects
/// that components of the type ref-objects name. Faults and warnings go to `diagnostics`; after a fault the
/// result is to be dropped.
std::vector<RenderedDeployment> renderWhole(const RenderOne& render, const oam::ApplicationFiles& files,
                                            const oam::Catalog& catalog, const RenderContext& context,
                                            const ObjectLookup& lookup, Placing placing,
                                            oam::Diagnostics& diagnostics);

}  // namespace puppis::render
