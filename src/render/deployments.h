// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "oam/application.h"
#include "oam/catalog.h"
#include "oam/diagnostics.h"

namespace puppis::render {

/// One time an Application's components are rendered: by a deploy step for one topology, or as they stand.
struct Deployment {
  std::string step;              ///< the deploy step's name; empty when there is none
  std::string topology;          ///< the topology policy's name; empty when there is none
  std::string title;             ///< for headings: "web with topology prod"
  oam::Application application;  ///< after the step's override policies
  std::vector<std::string> clusters = {};  ///< that the topology names; none means the local one
  std::string targetNamespace = {};        ///< that the topology names; empty means the Application's
};

/// What a run of an Application's workflow renders, with the deploy steps that KubeVela makes up when there
/// is no workflow. Checks that every step and policy that is named exists. External policies and workflows
/// are those given.
std::vector<Deployment> deploymentsOf(const oam::ApplicationFiles& files, const oam::Catalog& catalog,
                                      oam::Diagnostics& diagnostics);

/// The steps that run: those of the workflow, of the workflow it refers to, or the made-up ones.
std::vector<oam::WorkflowStep> effectiveSteps(const oam::ApplicationFiles& files,
                                              oam::Diagnostics& diagnostics);

}  // namespace puppis::render
