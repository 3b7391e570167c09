// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "oam/application.h"
#include "oam/catalog.h"
#include "render/faults.h"
#include "render/render.h"
#include "render/templates.h"

namespace puppis::render {

inline constexpr std::string_view kEnvBinding = "env-binding";
/// The name of the definition of a policy type; they differ for env-binding.
std::string_view definitionOfPolicy(std::string_view policyType);
/// Whether policies of this type only steer: they render nothing.
bool isSteering(std::string_view policyType);
/// Whether a definition wants parameters that it does not declare to be an error.
bool refusesUndeclared(const oam::Definition& definition);
/// For messages about a policy.
FaultScope scopeOf(const oam::Policy& policy, const std::shared_ptr<const SourceFile>& source);

/// Holds the parameters of policies and workflow steps against their definitions; see
/// Renderer::checkParameters.
class ParameterCheck {
 public:
  ParameterCheck(Templates& templates, const oam::Application& application, const oam::Catalog& catalog,
                 const RenderContext& context, oam::Diagnostics& diagnostics);
  void run();

 private:
  void check(const oam::Policy& policy);
  void check(const oam::WorkflowStep& step);
  /// Whether the component that an apply-component step names is there.
  void checkComponentOf(const oam::WorkflowStep& step);
  void check(const oam::Definition& definition, const FaultScope& scope,
             const std::vector<oam::Input>& inputs);

  Templates& templates_;
  const oam::Application& application_;
  const oam::Catalog& catalog_;
  const RenderContext& context_;
  oam::Diagnostics& diagnostics_;
};

}  // namespace puppis::render
