// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "data/value.h"

namespace puppis::schema {

/// One registered definition, as the schema of an Application sees it.
struct RegisteredType {
  enum class Kind { Component, Trait, Policy, WorkflowStep };
  Kind kind = Kind::Component;
  std::string name;
  std::string description;
  data::Value parameters;  ///< its OpenAPI v3 schema (openapi.h)
  bool closed = false;     ///< undeclared parameters are errors
};

/// One JSON Schema (draft 7) for a whole Application document with a branch for each registered type, by
/// which any YAML editor completes and checks it.
data::Value applicationSchema(const std::vector<RegisteredType>& types);

/// An OpenAPI v3 schema object as JSON Schema draft 7: `nullable` becomes a type, exclusive limits become
/// numbers, and a field with a default is no longer required, because a user may leave it out.
data::Value toJsonSchema(const data::Value& openApi, bool closed);

}  // namespace puppis::schema
