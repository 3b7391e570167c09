// SPDX-License-Identifier: Apache-2.0
#include "base/files.h"
#include "cli/def_files.h"
#include "cli/verbs.h"
#include "cli/world.h"
#include "cue/cue.h"
#include "oam/runtime.h"
#include "render/templates.h"
#include "schema/openapi.h"

namespace puppis::cli {

namespace {

/// Checks one definition as registering it does: it compiles, holds no contradiction, its parameter has a
/// schema, and its status rules compile.
class Vetting {
 public:
  Vetting(render::Templates& templates, oam::Diagnostics& diagnostics)
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
    auto program = templates_.of(SourceFile::make(name + " (" + what + ")", text));
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

  render::Templates& templates_;
  oam::Diagnostics& diagnostics_;
};

class DefVet final : public Command {
 public:
  void declare(Options& options) override {
    options.arguments(paths_, "PATH", "Definitions, or directories of them; - reads standard input", true);
  }

  Result<int> run(Context& context) override {
    auto runtime = oam::makeRuntime();
    render::Templates templates(runtime);
    oam::Diagnostics diagnostics;
    TRY(std::vector<DefinitionFile> files, readDefinitionFiles(context, paths_, *runtime, diagnostics));
    for (const DefinitionFile& file : files) Vetting(templates, diagnostics).vet(*file.definition);
    if (!printFaults(context, diagnostics)) return 1;
    context.out << files.size() << (files.size() == 1 ? " definition is" : " definitions are") << " valid\n";
    return 0;
  }

 private:
  std::vector<std::string> paths_;
};

}  // namespace

Verb defVetVerb() {
  return {"def vet", "Check definitions as registering them does",
          "puppis def vet my.cue\npuppis def vet definitions/",
          []() -> std::unique_ptr<Command> { return std::make_unique<DefVet>(); }};
}

}  // namespace puppis::cli
