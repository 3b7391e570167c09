// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "apiserver/api.h"
#include "apiserver/custom_validation.h"

namespace puppis::apiserver {

/// What a CustomResourceDefinition (apiextensions.k8s.io/v1) makes the server serve: one Resource for each
/// served version.
Result<std::vector<ResourcePtr>> resourcesOf(const data::Value& definition,
                                             const std::shared_ptr<RuleEvaluator>& rules);

/// What is wrong with a definition, beyond its shape.
void validateDefinition(const data::Value& definition, RuleEvaluator* rules, Faults& faults);

/// Keeps the registry in step with the CustomResourceDefinitions in the store: a kind is served as soon as
/// the write of its definition has answered.
class CustomKinds {
 public:
  CustomKinds(Api& api, std::shared_ptr<RuleEvaluator> rules);
  ~CustomKinds();

 private:
  class Sink;
  std::shared_ptr<Sink> sink_;
  std::unique_ptr<store::Watch> watch_;
};

/// The status of a definition that the server has taken: accepted names, conditions, stored versions. Returns
/// whether it changed.
bool acceptDefinition(data::Value& definition, Nanos now);

}  // namespace puppis::apiserver
