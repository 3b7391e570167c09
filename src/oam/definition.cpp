// SPDX-License-Identifier: Apache-2.0
#include "oam/definition.h"

#include <array>

#include "base/strings.h"
#include "oam/reader.h"
#include "oam/template_text.h"

namespace puppis::oam {

namespace {

struct KindRow {
  DefinitionKind kind;
  std::string_view name;
  std::string_view word;
};
constexpr std::array<KindRow, 5> kKinds = {{
    {DefinitionKind::Component, "ComponentDefinition", "component"},
    {DefinitionKind::Trait, "TraitDefinition", "trait"},
    {DefinitionKind::Policy, "PolicyDefinition", "policy"},
    {DefinitionKind::WorkflowStep, "WorkflowStepDefinition", "workflow-step"},
    {DefinitionKind::Workload, "WorkloadDefinition", "workload"},
}};

/// Takes over a CUE template: its text as it is, and the same at its place in the file.
void setTemplate(Definition& out, Reader& from) {
  out.schematic = SchematicKind::Cue;
  out.templateText = from.text("template");
  if (out.source != nullptr) {
    out.templateSource = textInFile(*out.source, from.placeOf("template").mark, out.templateText);
  }
  if (out.templateSource == nullptr) {
    std::string name = out.source == nullptr ? "<" + out.title() + ">" : out.source->name() + " (template)";
    out.templateSource = SourceFile::make(std::move(name), out.templateText);
  }
}

void readSchematic(Definition& out, Reader& spec, Diagnostics& diagnostics) {
  Reader schematic = spec.child("schematic");
  if (schematic.has("cue")) {
    Reader cue = schematic.child("cue");
    setTemplate(out, cue);
  }
  struct Other {
    std::string_view key;
    SchematicKind kind;
  };
  for (const Other& other : {Other{"terraform", SchematicKind::Terraform}, Other{"helm", SchematicKind::Helm},
                             Other{"kube", SchematicKind::Kube}}) {
    if (!schematic.has(other.key)) continue;
    out.schematic = other.kind;
    out.schematicBody = schematic.map(other.key);
  }
  if (out.schematic != SchematicKind::None) return;
  // The first form of definitions kept the template under spec.extension.
  Reader extension = spec.child("extension");
  if (extension.object().get("template").isString()) {
    setTemplate(out, extension);
  } else if (out.definitionRef.empty() && out.kind != DefinitionKind::Workload) {
    diagnostics.error(spec.place()
                          .error(ErrorCode::InvalidArgument, "the definition has no template")
                          .expected("spec.schematic.cue.template"));
  }
}

void readSpec(Definition& out, Reader& spec, Diagnostics& diagnostics) {
  out.version = spec.text("version");
  Reader reference = spec.child("definitionRef");
  out.definitionRef = reference.text("name");
  Reader workload = spec.child("workload");
  out.workload.type = workload.text("type");
  Reader gvk = workload.child("definition");
  out.workload.apiVersion = gvk.text("apiVersion");
  out.workload.kind = gvk.text("kind");
  if (out.kind == DefinitionKind::Workload) out.workload.type = out.definitionRef;
  Reader status = spec.child("status");
  out.healthPolicy = status.text("healthPolicy");
  out.customStatus = status.text("customStatus");
  out.statusDetails = status.text("details");
  out.appliesToWorkloads = spec.texts("appliesToWorkloads");
  out.conflictsWith = spec.texts("conflictsWith");
  out.workloadRefPath = spec.text("workloadRefPath");
  out.stage = spec.text("stage");
  out.podDisruptive = spec.boolean("podDisruptive");
  out.manageWorkload = spec.boolean("manageWorkload");
  out.controlPlaneOnly = spec.boolean("controlPlaneOnly");
  out.manageHealthCheck = spec.boolean("manageHealthCheck");
  // The API's schema of definitions has no such field; `extension` is where it keeps what it does not know.
  out.extends = spec.object().get("extension", "extends").asString();
  readSchematic(out, spec, diagnostics);
}

}  // namespace

std::string_view kindName(DefinitionKind kind) {
  return kKinds[static_cast<std::size_t>(kind)].name;
}
std::string_view typeWord(DefinitionKind kind) {
  return kKinds[static_cast<std::size_t>(kind)].word;
}

std::optional<DefinitionKind> definitionKind(std::string_view word) {
  for (const KindRow& row : kKinds) {
    if (row.name == word || row.word == word) return row.kind;
  }
  return std::nullopt;
}

std::string Definition::title() const {
  return std::string(kindName(kind)) + " " + name;
}

bool isDefinition(const data::Value& object) {
  return startsWith(object.get("apiVersion").asString(), "core.oam.dev/") &&
         definitionKind(object.get("kind").asString()).has_value();
}

Result<std::shared_ptr<const Definition>> parseDefinition(const data::Value& object,
                                                          const std::shared_ptr<const SourceFile>& source) {
  Diagnostics diagnostics;
  auto out = std::make_shared<Definition>();
  out->object = object;
  out->source = source;
  Reader document(object, {source, object.mark(), {}}, diagnostics);
  auto kind = definitionKind(document.text("kind"));
  if (!kind) {
    return fail(
        document.placeOfValue("kind")
            .error(ErrorCode::InvalidArgument, "this is no definition")
            .expected("ComponentDefinition, TraitDefinition, PolicyDefinition, WorkflowStepDefinition or "
                      "WorkloadDefinition")
            .found(object.get("kind").asString()));
  }
  out->kind = *kind;
  Reader metadata = document.child("metadata");
  out->name = metadata.requiredText("name", "a definition's metadata");
  out->namespace_ = metadata.text("namespace");
  out->labels = metadata.textMap("labels");
  out->annotations = metadata.textMap("annotations");
  if (auto found = out->annotations.find("definition.oam.dev/description"); found != out->annotations.end()) {
    out->description = found->second;
  }
  Reader spec = document.child("spec");
  readSpec(*out, spec, diagnostics);
  if (!diagnostics.ok()) return fail(diagnostics.combined().context("reading " + out->title()));
  return out;
}

bool isDefinitionRevision(const data::Value& object) {
  return startsWith(object.get("apiVersion").asString(), "core.oam.dev/") &&
         object.get("kind").asString() == "DefinitionRevision";
}

Result<std::shared_ptr<const Definition>> parseDefinitionRevision(
    const data::Value& revision, const std::shared_ptr<const SourceFile>& source) {
  constexpr std::pair<std::string_view, std::string_view> kSnapshots[] = {
      {"componentDefinition", "ComponentDefinition"},
      {"traitDefinition", "TraitDefinition"},
      {"policyDefinition", "PolicyDefinition"},
      {"workflowStepDefinition", "WorkflowStepDefinition"}};
  for (const auto& [member, kind] : kSnapshots) {
    data::Value snapshot = revision.get("spec", member);
    // The API writes the snapshots of the other kinds too, empty.
    if (snapshot.get("metadata", "name").asString().empty()) continue;
    snapshot.set("apiVersion", "core.oam.dev/v1beta1");
    snapshot.set("kind", kind);
    return parseDefinition(snapshot, source);
  }
  Place place{source, revision.mark(), {}};
  return fail(place.error(
      ErrorCode::InvalidArgument,
      "the DefinitionRevision \"" + revision.get("metadata", "name").asString() + "\" holds no definition"));
}

}  // namespace puppis::oam
