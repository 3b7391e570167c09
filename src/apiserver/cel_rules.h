// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "apiserver/custom_validation.h"

namespace puppis::apiserver {

/// Evaluates x-kubernetes-validations with room `cel`, in the words of Kubernetes. Safe to share between
/// threads.
std::shared_ptr<RuleEvaluator> makeCelRules();

}  // namespace puppis::apiserver
