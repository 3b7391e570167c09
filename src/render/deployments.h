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
  std::string step;                            ///< the deploy step's name; empty when there is none
  std::string topology;                        ///< the topology policy's name; empty when there is none
  std::string title;                           ///< for headings: "web with topology prod"
  oam::Application application;                ///< after the step's override policies
  std::vector<std::string> clusters = {};      ///< that the topology names; none means the local one
  std::string targetNamespace = {};            ///< that the topology names; empty means the Application's
  std::vector<oam::Policy> replications = {};  ///< the step's replication policies; see withReplicas()
};

/// What a run of an Application's workflow renders, with the deploy steps that KubeVela makes up when there
/// is no workflow. Checks that every step and policy that is named exists. External policies and workflows
/// are those given.
std::vector<Deployment> deploymentsOf(const oam::ApplicationFiles& files, const oam::Catalog& catalog,
                                      oam::Diagnostics& diagnostics);

/// The steps that run: those of the workflow, of the workflow it refers to, or the made-up ones.
std::vector<oam::WorkflowStep> effectiveSteps(const oam::ApplicationFiles& files,
                                              oam::Diagnostics& diagnostics);

/// The Application with each component that a replication policy selects once for each of its keys, which the
/// copy's template sees as context.replicaKey. A policy that selects none is a fault.
oam::Application withReplicas(oam::Application application, const std::vector<oam::Policy>& replications,
                              oam::Diagnostics& diagnostics);

}  // namespace puppis::render
