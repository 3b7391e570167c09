// SPDX-License-Identifier: Apache-2.0
#include "render/vetting.h"

#include "cue/cue.h"
#include "schema/openapi.h"

namespace puppis::render {

namespace {

class Vetting {
 public:
  Vetting(Templates& templates, oam::Diagnostics& diagnostics)
      : templates_(templates), diagnostics_(diagnostics) {}

  void vet(const oam::Definition& definition) {
    if (definition.schematic == oam::SchematicKind::Cue) vetTemplate(definition);
    vetText(definition, "healthPolicy", definition.healthPolicy, "isHealth");
    vetText(definition, "customStatus", definition.customStatus, "message");
    vetText(definition, "details", definition.statusDetails, {});
  }

 private:
  void vetTemplate(const oam::Definition& definition) {
    auto program = templates_.of(definition);
    if (!program) {
      diagnostics_.add(program.error());
      return;
    }
    cue::Session session(templates_.runtime());
    cue::Value root = session.evaluate(*program);
    for (const Error& failure : root.validate()) diagnostics_.add(failure);
    bool makes = root.lookup("output").exists() || definition.kind != oam::DefinitionKind::Component;
    if (!makes) fault(definition, "the template of a component needs an output");
    auto schema = schema::openApiSchema(root.lookup("parameter"));
    if (!schema) diagnostics_.add(schema.error());
  }

  /// A status rule must compile, and yield what it is for.
  void vetText(const oam::Definition& definition, const std::string& what, const std::string& text,
               const std::string& yields) {
    if (text.empty()) return;
    std::string name = definition.source == nullptr ? definition.title() : definition.source->name();
    auto program = templates_.compile(SourceFile::make(name + " (" + what + ")", text));
    if (!program) {
      diagnostics_.add(program.error());
      return;
    }
    cue::Session session(templates_.runtime());
    cue::Value root = session.evaluate(*program);
    if (!yields.empty() && !(*program)->declares(yields) && !root.lookup(yields).exists()) {
      fault(definition, what + " yields no `" + yields + "`");
    }
  }

  void fault(const oam::Definition& definition, const std::string& message) {
    Error e(ErrorCode::Invalid, definition.title() + ": " + message);
    if (definition.templateSource != nullptr) e.at(definition.templateSource->locateLine(1, 1));
    diagnostics_.error(std::move(e));
  }

  Templates& templates_;
  oam::Diagnostics& diagnostics_;
};

}  // namespace

void vetDefinition(const oam::Definition& definition, Templates& templates, oam::Diagnostics& diagnostics) {
  Vetting(templates, diagnostics).vet(definition);
}

}  // namespace puppis::render
