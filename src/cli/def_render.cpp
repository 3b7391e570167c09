// SPDX-License-Identifier: Apache-2.0
#include "base/strings.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "cli/world.h"
#include "cue/cue.h"
#include "oam/extends.h"
#include "render/render.h"

namespace puppis::cli {

namespace {

class DefRender final : public Command {
 public:
  void declare(Options& options) override {
    options.argument(name_, "NAME", "The definition");
    options.text(kind_, "--kind",
                 "Its kind: component, trait, policy, workflow-step (or ComponentDefinition, ...)");
    options.list(definitions_, "-d,--definition",
                 "A definition's file, or a directory of them; goes before the built-in ones");
    options.text(parameter_, "--parameter", "A file with the parameters (YAML or JSON)");
    options.text(context_, "--context", "A file with the context (YAML or JSON)");
    declareFormat(options, format_, {"yaml", "json"});
  }

  Result<int> run(Context& context) override {
    auto kind = oam::definitionKind(kind_);
    if (!kind) {
      Error error(ErrorCode::InvalidArgument, "unknown kind of definition \"" + kind_ + "\"");
      std::vector<std::string> words = {"component", "trait", "policy", "workflow-step", "workload"};
      if (auto near = nearest(kind_, words)) error.suggest(*near);
      return fail(std::move(error).expected(join(words, ", ")));
    }
    TRY(Definitions definitions, loadDefinitions(context, definitions_));
    TRY(auto definition, oam::findExtended(*definitions.catalog, *kind, name_));
    TRY(data::Value parameter, readDocument(context, parameter_));
    TRY(data::Value seen, readDocument(context, context_));
    render::Renderer renderer(definitions.runtime);
    TRY(data::Value made, renderer.renderTemplate(*definition, parameter, seen));
    print(context, made, format_);
    return 0;
  }

 private:
  std::string name_;
  std::string kind_ = "component";
  std::vector<std::string> definitions_;
  std::string parameter_;
  std::string context_;
  std::string format_ = "yaml";
};

}  // namespace

Verb defRenderVerb() {
  return {"def render", "Render one definition's template with given parameters and context",
          "puppis def render scaler --kind trait --parameter parameters.yaml --context context.yaml -o json",
          []() -> std::unique_ptr<Command> { return std::make_unique<DefRender>(); }};
}

}  // namespace puppis::cli
