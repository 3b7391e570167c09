// SPDX-License-Identifier: Apache-2.0
#include "oam/extends.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/strings.h"
#include "cue/syntax/ast.h"
#include "cue/syntax/parse.h"

namespace puppis::oam {

namespace {

using Chain = std::vector<std::shared_ptr<const Definition>>;

/// The top-level field `parameter` of a template, or null.
const cue::Field* parameterOf(const cue::File& file) {
  for (const cue::Decl* decl : file.decls) {
    const auto* field = decl->as<cue::Field>();
    const auto* label = field == nullptr ? nullptr : field->label->as<cue::Ident>();
    if (label != nullptr && label->name == "parameter") return field;
  }
  return nullptr;
}

/// The definition that a template's parameter is, "#P"; empty when it is described in place.
Result<std::string> parameterDefinition(const std::shared_ptr<const SourceFile>& source) {
  TRY(std::shared_ptr<const cue::File> file, cue::parse(source));
  const cue::Field* field = parameterOf(*file);
  const auto* target = field == nullptr ? nullptr : field->value->as<cue::Ident>();
  if (target == nullptr || !startsWith(target->name, "#")) return std::string();
  return std::string(target->name);
}

/// The template with its parameter as a part of the base's definition of it. Places move by the one column
/// of the sign, on that line only.
Result<std::shared_ptr<const SourceFile>> joined(const std::shared_ptr<const SourceFile>& source,
                                                 const std::string& name) {
  TRY(std::shared_ptr<const cue::File> file, cue::parse(source));
  const cue::Field* field = parameterOf(*file);
  if (name.empty() || field == nullptr || !field->value->is<cue::StructLit>()) return source;
  std::string text(source->text());
  text.replace(field->label->pos.offset, field->label->end - field->label->pos.offset, name);
  return SourceFile::make(source->name(), std::move(text));
}

/// The definition and its bases, the nearest first.
Result<Chain> chainOf(const std::shared_ptr<const Definition>& definition, const Catalog& catalog) {
  Chain out = {definition};
  while (!out.back()->extends.empty()) {
    const Definition& last = *out.back();
    auto base = catalog.find(last.kind, last.extends);
    if (!base) {
      Error error(base.error().code(),
                  last.title() + " extends \"" + last.extends + "\": " + base.error().message());
      if (!base.error().suggestion().empty()) error.suggest(base.error().suggestion());
      if (last.source != nullptr) error.at(last.source->locateLine(1, 1));
      return fail(std::move(error));
    }
    bool again = std::ranges::any_of(out, [&](const auto& d) { return d->name == (*base)->name; });
    if (again || (*base)->schematic != SchematicKind::Cue) {
      std::string names;
      for (const auto& d : out) names += d->name + " extends ";
      Error error(ErrorCode::Invalid,
                  again ? "definitions extend each other in a circle: " + names + (*base)->name
                        : (*base)->title() + " has no CUE template to extend");
      if (last.source != nullptr) error.at(last.source->locateLine(1, 1));
      return fail(std::move(error));
    }
    out.push_back(std::move(*base));
  }
  return out;
}

/// What `out` does not set itself comes from `base`.
void inherit(Definition& out, const Definition& base) {
  auto text = [](std::string& mine, const std::string& theirs) {
    if (mine.empty()) mine = theirs;
  };
  text(out.healthPolicy, base.healthPolicy);
  text(out.customStatus, base.customStatus);
  text(out.statusDetails, base.statusDetails);
  text(out.description, base.description);
  text(out.workloadRefPath, base.workloadRefPath);
  text(out.stage, base.stage);
  text(out.workload.apiVersion, base.workload.apiVersion);
  text(out.workload.kind, base.workload.kind);
  text(out.workload.type, base.workload.type);
  if (out.appliesToWorkloads.empty()) out.appliesToWorkloads = base.appliesToWorkloads;
  if (out.conflictsWith.empty()) out.conflictsWith = base.conflictsWith;
  out.podDisruptive = out.podDisruptive || base.podDisruptive;
  out.manageWorkload = out.manageWorkload || base.manageWorkload;
  out.controlPlaneOnly = out.controlPlaneOnly || base.controlPlaneOnly;
  out.manageHealthCheck = out.manageHealthCheck || base.manageHealthCheck;
}

}  // namespace

Result<std::shared_ptr<const Definition>> extended(const std::shared_ptr<const Definition>& definition,
                                                   const Catalog& catalog) {
  if (definition->extends.empty()) return definition;
  TRY(Chain chain, chainOf(definition, catalog));
  auto out = std::make_shared<Definition>(*definition);
  for (std::size_t i = 1; i < chain.size(); ++i) inherit(*out, *chain[i]);
  TRY(std::string parameter, parameterDefinition(chain.back()->templateSource));
  for (std::size_t i = chain.size() - 1; i > 0; --i) {
    TRY(auto source, joined(chain[i]->templateSource, parameter));
    out->baseSources.push_back(std::move(source));
  }
  TRY(out->templateSource, joined(definition->templateSource, parameter));
  return out;
}

Result<std::shared_ptr<const Definition>> findExtended(const Catalog& catalog, DefinitionKind kind,
                                                       std::string_view type) {
  TRY(std::shared_ptr<const Definition> found, catalog.find(kind, type));
  return extended(found, catalog);
}

}  // namespace puppis::oam
