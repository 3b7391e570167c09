// SPDX-License-Identifier: Apache-2.0
#include "render/whole.h"

#include <iterator>

#include "render/context_data.h"

namespace puppis::render {

std::vector<RenderedDeployment> renderWhole(const RenderOne& render, const oam::ApplicationFiles& files,
                                            const oam::Catalog& catalog, const RenderContext& context,
                                            const ObjectLookup& lookup, Placing placing,
                                            oam::Diagnostics& diagnostics) {
  std::vector<RenderedDeployment> out;
  for (Deployment& deployment : deploymentsOf(files, catalog, diagnostics)) {
    RenderContext here = context;
    if (placing == Placing::AsApplied) {
      here.targetNamespace = deployment.targetNamespace;
      deployment.application =
          withReplicas(std::move(deployment.application), deployment.replications, diagnostics);
    }
    deployment.application = withReferredObjects(
        deployment.application, targetNamespace(deployment.application, here), lookup, diagnostics);
    auto rendered = render(deployment.application, catalog, here);
    if (!rendered) {
      // The same components come again in the next place, with the same faults.
      diagnostics.add(rendered.error());
      break;
    }
    if (out.empty()) {
      diagnostics.warnings.insert(diagnostics.warnings.end(), rendered->warnings.begin(),
                                  rendered->warnings.end());
    }
    out.push_back({std::move(deployment), std::move(*rendered)});
  }
  return out;
}

}  // namespace puppis::render
