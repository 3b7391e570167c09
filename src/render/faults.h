// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "cue/cue.h"
#include "oam/application.h"
#include "oam/definition.h"

namespace puppis::render {

/// Whose template is being evaluated, for messages: the user's lines come first, then the definition's.
struct FaultScope {
  std::string title;      ///< `component "web" (webservice)`
  oam::Place type;        ///< where the user chose the definition
  oam::Place properties;  ///< where the parameters were given
  std::shared_ptr<const SourceFile> application;
  data::Value given;  ///< the parameters
};

/// The engine's failures as faults of an Application. A failure that comes from a parameter the user did not
/// give is said so, naming the parameter; `root` is the evaluated template. `schema` is `parameter`
/// with nothing bound, where the right names for a wrong one are looked up; it may be absent.
std::vector<Error> explain(const std::vector<Error>& failures, const cue::Value& root,
                           const FaultScope& scope, const cue::Value& schema = {});
/// One failure.
Error explain(const Error& failure, const FaultScope& scope);

/// The names a `parameter` declares at its top, of all alternatives of a disjunction; `open` is set when it
/// takes others.
void collectNames(const cue::Value& schema, std::vector<std::string>& names, bool& open);

/// Warnings for properties at the top that are not among the declared names.
std::vector<Error> undeclared(const data::Value& properties, const std::vector<std::string>& names,
                              const std::vector<Location>& places, const FaultScope& scope);

}  // namespace puppis::render
