// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/source.h"
#include "data/value.h"
#include "oam/diagnostics.h"

namespace puppis::cue {
class Runtime;
}

namespace puppis::oam {

enum class DefinitionKind : std::uint8_t { Component, Trait, Policy, WorkflowStep, Workload };
/// "ComponentDefinition", ...
std::string_view kindName(DefinitionKind kind);
/// "component", "trait", "policy", "workflow-step", "workload": the word in an authored header and in
/// messages.
std::string_view typeWord(DefinitionKind kind);
/// Takes both spellings.
std::optional<DefinitionKind> definitionKind(std::string_view word);

enum class SchematicKind : std::uint8_t { None, Cue, Terraform, Helm, Kube };

struct WorkloadType {
  std::string apiVersion;
  std::string kind;
  std::string type;  ///< "deployments.apps", "autodetects.core.oam.dev" or empty
};

/// A registered capability. Immutable once made, shared between threads.
struct Definition {
  DefinitionKind kind = DefinitionKind::Component;
  std::string name;
  std::string namespace_;
  std::string version;  ///< spec.version, "1.2.3", or empty
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> annotations;
  std::string description;

  SchematicKind schematic = SchematicKind::None;
  /// The CUE template as a text whose lines and columns are those of the file it lies in; null when there is
  /// none.
  std::shared_ptr<const SourceFile> templateSource;
  std::string templateText;   ///< the same without that padding: what the API object holds
  data::Value schematicBody;  ///< of terraform, helm and kube: the object below that key

  std::string healthPolicy;
  std::string customStatus;
  std::string statusDetails;

  WorkloadType workload;  ///< components and workloads
  std::vector<std::string> appliesToWorkloads;
  std::vector<std::string> conflictsWith;
  std::string workloadRefPath;
  std::string stage;  ///< "PreDispatch", "DefaultDispatch", "PostDispatch" or empty
  bool podDisruptive = false;
  bool manageWorkload = false;
  bool controlPlaneOnly = false;
  bool manageHealthCheck = false;  ///< policies
  std::string definitionRef;       ///< of a trait or workload without a template: the CRD's name
  /// The definition of the same kind that this one builds on, "webservice" or "webservice@v1"; see
  /// oam/extends.h.
  std::string extends;
  /// Filled by extended(): the templates that the own one is unified with, the farthest first.
  std::vector<std::shared_ptr<const SourceFile>> baseSources;

  bool builtIn = false;
  data::Value object;                        ///< the whole API object, core.oam.dev/v1beta1
  std::shared_ptr<const SourceFile> source;  ///< the file it was read from; null when it came from an API

  /// "ComponentDefinition webservice".
  [[nodiscard]] std::string title() const;
};

/// A Definition out of its API object (v1beta1, or v1alpha2 with spec.extension.template).
Result<std::shared_ptr<const Definition>> parseDefinition(const data::Value& object,
                                                          const std::shared_ptr<const SourceFile>& source);
/// The Definition that a DefinitionRevision object holds.
Result<std::shared_ptr<const Definition>> parseDefinitionRevision(
    const data::Value& revision, const std::shared_ptr<const SourceFile>& source);
/// Whether an API object is a DefinitionRevision.
bool isDefinitionRevision(const data::Value& object);
/// Whether an API object is one of the five kinds.
bool isDefinition(const data::Value& object);

/// A Definition out of an authored file: imports, `NAME: {type, annotations, labels, description,
/// attributes}`, `template: {...}`.
Result<std::shared_ptr<const Definition>> parseAuthoredDefinition(
    const std::shared_ptr<const SourceFile>& source, cue::Runtime& runtime);

}  // namespace puppis::oam
