// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "data/value.h"
#include "oam/definition.h"
#include "oam/diagnostics.h"
#include "render/faults.h"

namespace puppis::render {

/// The object of a definition with `schematic.kube`: its template, with every parameter the user gave put at
/// the parameter's fieldPaths, under the component's name. `parameters` are {name, type: string, number or
/// boolean, fieldPaths, required (true unless it says false), description}. Nothing when there are faults,
/// which are noted.
std::optional<data::Value> kubeObject(const oam::Definition& definition, const std::string& name,
                                      const data::Value& properties, const FaultScope& scope,
                                      oam::Diagnostics& diagnostics);

}  // namespace puppis::render
