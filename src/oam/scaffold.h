// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "base/result.h"
#include "data/value.h"
#include "oam/definition.h"

namespace puppis::oam {

/// What a new definition is to be called.
struct NewDefinition {
  std::string name;
  DefinitionKind kind = DefinitionKind::Component;
  std::string description;
  std::string alias;
};

/// The authored text of a new definition that renders something and has a parameter, to be gone on from.
Result<std::string> scaffold(const NewDefinition& what);

/// One that renders these Kubernetes objects: the first is the output of a component or policy, the others
/// are outputs; a trait has them all as outputs, a workflow step applies them. Names become the component's;
/// image and replicas of a workload become parameters.
Result<std::string> scaffoldOfObjects(const NewDefinition& what, std::span<const data::Value> objects);

/// One that renders an object of the kind that a CustomResourceDefinition describes, with the fields of its
/// spec (of the stored version) as parameters.
Result<std::string> scaffoldOfCrd(const NewDefinition& what, const data::Value& crd);

/// One that renders a Flux HelmRelease of a chart, with the chart's values as parameters. `schema` is a
/// chart's values.schema.json.
Result<std::string> scaffoldOfValues(const NewDefinition& what, const data::Value& schema);

/// A JSON Schema (as OpenAPI v3 and CRDs write it) as the CUE text of a value it allows, with descriptions as
/// +usage and defaults. References within the document are followed; what CUE cannot say is left open.
std::string cueOfSchema(const data::Value& schema);

}  // namespace puppis::oam
