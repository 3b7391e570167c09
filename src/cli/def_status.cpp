// SPDX-License-Identifier: Apache-2.0
#include "base/strings.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "cli/world.h"
#include "cue/cue.h"
#include "data/yaml.h"
#include "oam/extends.h"
#include "render/health.h"

namespace puppis::cli {

namespace {

class DefStatus final : public Command {
 public:
  void declare(Options& options) override {
    options.argument(name_, "NAME", "The definition");
    options.text(kind_, "--kind", "Its kind: component or trait (or ComponentDefinition, TraitDefinition)");
    options.list(definitions_, "-d,--definition",
                 "A definition's file, or a directory of them; goes before the built-in ones");
    options.text(parameter_, "--parameter", "A file with the parameters (YAML or JSON)");
    options.text(context_, "--context",
                 "A file with the context (YAML or JSON): output and outputs are the live objects");
    declareFormat(options, format_, {"text", "json", "yaml"});
  }

  Result<int> run(Context& context) override {
    auto kind = oam::definitionKind(kind_);
    if (!kind) {
      return fail(Error(ErrorCode::InvalidArgument, "unknown kind of definition \"" + kind_ + "\"")
                      .expected("component or trait"));
    }
    TRY(Definitions definitions, loadDefinitions(context, definitions_));
    TRY(auto definition, oam::findExtended(*definitions.catalog, *kind, name_));
    TRY(data::Value parameter, readDocument(context, parameter_));
    TRY(data::Value seen, readDocument(context, context_));
    render::StatusEvaluator evaluator(definitions.runtime);
    render::LiveStatus status = evaluator.evaluate(*definition, parameter, seen);
    printWarnings(context, status.problems);
    data::Value details = data::Value::object();
    for (const auto& [key, text] : status.details) details.set(key, text);
    if (format_ != "text") {
      print(context,
            data::Value::object(
                {{"healthy", status.healthy}, {"message", status.message}, {"details", details}}),
            format_);
      return 0;
    }
    context.out << (status.healthy ? painted("healthy", "green", context.colourOut)
                                   : painted("not healthy", "yellow", context.colourOut));
    if (!status.message.empty()) context.out << ": " << trim(status.message);
    context.out << '\n';
    for (const auto& [key, text] : status.details) context.out << key << ": " << text << '\n';
    return 0;
  }

 private:
  std::string name_;
  std::string kind_ = "component";
  std::vector<std::string> definitions_;
  std::string parameter_;
  std::string context_;
  std::string format_ = "text";
};

}  // namespace

Verb defStatusVerb() {
  return {"def status", "Show what a definition says of given live objects: health, message, details",
          "puppis def status webservice --context live.yaml",
          []() -> std::unique_ptr<Command> { return std::make_unique<DefStatus>(); }};
}

}  // namespace puppis::cli
