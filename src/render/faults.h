// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "cue/cue.h"
#include "oam/application.h"
#include "oam/definition.h"
#include "schema/fit.h"

namespace puppis::render {

/// Whose template is being evaluated, for messages: the user's lines come first, then the definition's.
struct FaultScope {
  std::string title;      ///< `component "web" (webservice)`
  oam::Place type;        ///< where the user chose the definition
  oam::Place properties;  ///< where the parameters were given
  std::shared_ptr<const SourceFile> application;
  std::shared_ptr<const oam::Definition> definition;
  data::Value given;  ///< the parameters
  data::Value owner;  ///< the component, trait, policy or step they belong to, as written
};

/// The engine's failures as faults of an Application. Where the parameters do not fit `schema` (`parameter`
/// with nothing bound; it may be absent), only that is said; a failure that comes from a parameter the user
/// did not give names it; `root` is the evaluated template.
std::vector<Error> explain(const std::vector<Error>& failures, const cue::Value& root,
                           const FaultScope& scope, const cue::Value& schema = {});
/// One failure.
Error explain(const Error& failure, const FaultScope& scope);

/// A misfit as a fault of the Application.
Error errorOf(const schema::Misfit& misfit, const FaultScope& scope);

/// The ways in which the parameters do not fit `schema`, `parameter` with nothing bound; see schema::misfits.
std::vector<Error> misfitsOf(const cue::Value& schema, const FaultScope& scope);

/// What is given without being declared where CUE takes declarations for open; `places` are those of the
/// declaration.
std::vector<Error> undeclared(const schema::DeclaredNames& names, const data::Value& properties,
                              const std::vector<Location>& places, const FaultScope& scope);

}  // namespace puppis::render
