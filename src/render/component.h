// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <vector>

#include "cue/cue.h"
#include "oam/application.h"
#include "oam/catalog.h"
#include "render/faults.h"
#include "render/render.h"
#include "render/templates.h"

namespace puppis::render {

/// Renders one component with its traits, in one evaluation session.
class ComponentRun {
 public:
  ComponentRun(Templates& templates, const oam::Application& application, const oam::Component& component,
               const oam::Catalog& catalog, const RenderContext& context);

  /// The rendered component; faults and warnings are noted in `diagnostics` and the result is then to be
  /// dropped.
  RenderedComponent run(oam::Diagnostics& diagnostics);

 private:
  struct Auxiliary {
    std::string type;
    std::string name;
    cue::Value value;
    std::shared_ptr<const oam::Definition> definition;
    FaultScope scope;
    cue::Value root;  ///< of the template it comes from
  };

  bool runWorkload(const oam::Definition& definition);
  void runTrait(const oam::Trait& trait, const std::shared_ptr<const oam::Definition>& definition);
  void checkParameters(const oam::Trait& trait, const std::shared_ptr<const oam::Definition>& definition);
  /// Warns of traits that are not made for this component, or not for each other.
  void warnUnfit();
  [[nodiscard]] FaultScope scopeOf(const oam::Trait& trait,
                                   const std::shared_ptr<const oam::Definition>& definition) const;
  void collectOutputs(const cue::Value& root, const std::string& type,
                      const std::shared_ptr<const oam::Definition>& definition, const FaultScope& scope);
  bool applyPatches(const cue::Value& root, const FaultScope& scope);
  /// The context for the next trait: what was made so far, as data. False when that is not finished.
  bool refreshContext();
  /// A finished object. Nothing when it is not one; the faults are noted.
  std::optional<data::Value> finished(const cue::Value& value, const cue::Value& root,
                                      const FaultScope& scope, std::string_view what);
  cue::Value evaluate(const oam::Definition& definition, const data::Value& parameter, bool bindEmpty,
                      const FaultScope& scope);
  bool reportInvalid(const cue::Value& root, const FaultScope& scope);
  /// The trait in whose template a failure lies, if one does.
  [[nodiscard]] std::optional<FaultScope> blamedTrait(const std::vector<Error>& failures) const;
  /// Reports failures in the user's terms.
  void tell(const std::vector<Error>& failures, const cue::Value& root, const FaultScope& scope);
  /// `parameter` of a definition with nothing bound.
  cue::Value schemaOf(const oam::Definition& definition);
  void warnUndeclared(const oam::Definition& definition, const data::Value& properties,
                      const FaultScope& scope);
  void report(const std::vector<Error>& errors);
  void assemble(RenderedComponent& out);

  Templates& templates_;
  const oam::Application& application_;
  const oam::Component& component_;
  const oam::Catalog& catalog_;
  const RenderContext& context_;
  cue::Session session_;
  oam::Diagnostics* diagnostics_ = nullptr;

  std::shared_ptr<const oam::Definition> definition_;
  FaultScope scope_;
  data::Value contextData_;
  cue::Value root_;
  cue::Value base_;
  std::optional<data::Value> configuration_;  ///< of a Terraform component, instead of base_
  std::vector<Auxiliary> auxiliaries_;
  std::vector<RenderedTrait> traits_;
  bool managedByTrait_ = false;
};

/// The fields of `outputs` that are objects to apply: regular ones, in order.
std::vector<std::pair<std::string, cue::Value>> outputFields(const cue::Value& outputs);

}  // namespace puppis::render
