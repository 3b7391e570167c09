// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "base/files.h"
#include "base/strings.h"
#include "cli/def_files.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "cli/world.h"
#include "cue/cue.h"
#include "oam/extends.h"
#include "render/render.h"

namespace puppis::cli {

namespace {

constexpr std::array kKinds = {oam::DefinitionKind::Component, oam::DefinitionKind::Trait,
                               oam::DefinitionKind::Policy, oam::DefinitionKind::WorkflowStep};

bool isFile(const std::string& text) {
  return endsWith(text, ".cue") || endsWith(text, ".yaml") || endsWith(text, ".yml") ||
         text.find('/') != std::string::npos;
}

class DefRender final : public Command {
 public:
  void declare(Options& options) override {
    options.argument(name_, "NAME", "The definition, or a file that holds it");
    options.text(
        kind_, "--kind",
        "Its kind: component, trait, policy, workflow-step (or ComponentDefinition, ...); not needed "
        "where only one definition has the name");
    options.list(definitions_, "-d,--definition",
                 "A definition's file, or a directory of them; goes before the built-in ones");
    options.text(parameter_, "--parameter", "A file with the parameters (YAML or JSON)");
    options.text(context_, "--context", "A file with the context (YAML or JSON)");
    declareFormat(options, format_, {"yaml", "json"});
  }

  Result<int> run(Context& context) override {
    TRY(std::optional<oam::DefinitionKind> kind, optionalDefinitionKind(kind_));
    if (isFile(name_)) {
      bool plain = parameter_.empty() && context_.empty();
      TRY(auto objects, readFile(context, kind));
      if (plain) {
        printAll(context, objects, format_);
        return 0;
      }
    }
    TRY(Definitions definitions, loadDefinitions(context, definitions_));
    if (!kind) {
      TRY(kind, kindOf(*definitions.catalog));
    }
    TRY(auto definition, oam::findExtended(*definitions.catalog, *kind, name_));
    TRY(data::Value parameter, readDocument(context, parameter_));
    TRY(data::Value seen, readDocument(context, context_));
    render::Renderer renderer(definitions.runtime);
    TRY(data::Value made, renderer.renderTemplate(*definition, parameter, seen));
    print(context, made, format_);
    return 0;
  }

 private:
  /// The API objects of the definitions in the file or directory. When there is one, it is the one to render.
  Result<std::vector<data::Value>> readFile(Context& context, std::optional<oam::DefinitionKind>& kind) {
    TRY(Definitions definitions, loadDefinitions(context, {}));
    oam::Diagnostics diagnostics;
    TRY(auto files, readDefinitionFiles(context, {name_}, *definitions.runtime, diagnostics));
    if (!diagnostics.ok()) return fail(diagnostics.combined());
    std::vector<data::Value> out;
    for (const DefinitionFile& file : files) {
      if (!kind || file.definition->kind == *kind) out.push_back(file.definition->object);
    }
    bool renders = !parameter_.empty() || !context_.empty();
    if (renders && out.size() != 1) {
      return fail(Error(ErrorCode::InvalidArgument, name_ + " is to be rendered with parameters")
                      .expected("one definition")
                      .found(std::to_string(out.size())));
    }
    definitions_.insert(definitions_.begin(), name_);
    if (out.size() == 1) {
      kind = oam::definitionKind(out.front().get("kind").asString());
      name_ = out.front().get("metadata", "name").asString();
    }
    return out;
  }

  /// The kind of the only definition that has the name.
  [[nodiscard]] Result<oam::DefinitionKind> kindOf(const oam::Catalog& catalog) const {
    std::vector<std::string> having;
    std::optional<oam::DefinitionKind> found;
    Error unknown(ErrorCode::NotFound, "no definition is named \"" + name_ + "\"");
    for (oam::DefinitionKind kind : kKinds) {
      auto definition = catalog.find(kind, name_);
      if (definition) {
        having.emplace_back(oam::typeWord(kind));
        found = kind;
      } else if (definition.error().code() != ErrorCode::NotFound) {
        return fail(definition.error());
      } else if (!definition.error().suggestion().empty() && unknown.suggestion().empty()) {
        unknown.suggest(definition.error().suggestion());
      }
    }
    if (having.size() > 1) {
      return fail(Error(ErrorCode::InvalidArgument, "\"" + name_ + "\" is a " + join(having, " and a "))
                      .expected("--kind"));
    }
    if (!found) return fail(std::move(unknown));
    return *found;
  }

  std::string name_;
  std::string kind_;
  std::vector<std::string> definitions_;
  std::string parameter_;
  std::string context_;
  std::string format_ = "yaml";
};

}  // namespace

Verb defRenderVerb() {
  return {
      "def render",
      "Render one definition's template with given parameters and context; of a file alone, its API object",
      "puppis def render scaler --parameter parameters.yaml --context context.yaml -o json\n"
      "puppis def render my-trait.cue --parameter parameters.yaml\npuppis def render my-trait.cue",
      []() -> std::unique_ptr<Command> { return std::make_unique<DefRender>(); }};
}

}  // namespace puppis::cli
