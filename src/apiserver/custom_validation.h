// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "apiserver/kind.h"
#include "apiserver/schema.h"
#include "data/value.h"

namespace puppis::apiserver {

/// The rules of x-kubernetes-validations; room `cel` gives the implementation.
class RuleEvaluator {
 public:
  virtual ~RuleEvaluator() = default;
  /// Whether a rule can be evaluated at all: asked when a definition is registered. Errors name what is not
  /// understood. `root`: the schema is that of a whole object, whose metadata a rule may read.
  virtual Status accepts(const SchemaRule& rule, const Schema& schema, bool root) = 0;
  /// Adds a fault for each rule of `schema` that `self` breaks. `old` is the value before, or nullptr.
  virtual void check(const Schema& schema, const data::Value& self, const data::Value* old,
                     const std::string& path, Faults& faults) = 0;
};

/// Checks a custom resource against its structural schema, in the words of Kubernetes. `old` may be null (a
/// create); `rules` may be nullptr.
void validateCustom(const data::Value& object, const data::Value& old, const Schema& schema,
                    RuleEvaluator* rules, Faults& faults);

}  // namespace puppis::apiserver
