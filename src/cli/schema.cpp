// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/files.h"
#include "base/strings.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "cue/cue.h"
#include "oam/catalog.h"
#include "oam/extends.h"
#include "oam/runtime.h"
#include "render/describe.h"
#include "schema/ui_schema.h"

namespace puppis::cli {

namespace {

class Schema final : public Command {
 public:
  void declare(Options& options) override {
    options.argument(what_, "WHAT",
                     "`application` for the schema of a whole Application, or the name of a definition");
    options.choice(kind_, "-t,--type", {"component", "trait", "policy", "workflow-step"},
                   "kind, when a name has several");
    options.choice(form_, "--form", {"openapi", "ui", "json-schema"}, "which schema of a definition");
    options.list(definitions_, "-d,--definition",
                 "file or folder of definitions that add to the built-in ones");
    declareFormat(options, format_, {"json", "yaml"});
  }

  Result<int> run(Context& context) override {
    auto runtime = oam::makeRuntime();
    std::vector<std::shared_ptr<const oam::Catalog>> layers;
    if (!definitions_.empty()) {
      TRY(auto loaded, oam::loadDefinitions(context.files, definitions_, *runtime));
      layers.push_back(loaded);
    }
    layers.push_back(std::make_shared<oam::BuiltInCatalog>(runtime));
    oam::LayeredCatalog catalog(std::move(layers));
    if (what_ == "application") {
      std::vector<Error> faults;
      auto types = render::registeredTypes(catalog, *runtime, faults);
      for (const Error& fault : faults) context.err << fault.report(context.colourErr);
      print(context, schema::applicationSchema(types), format_);
      return faults.empty() ? 0 : exitCode(faults[0].code());
    }
    std::vector<std::string> known{"application"};
    for (auto kind : {oam::DefinitionKind::Component, oam::DefinitionKind::Trait, oam::DefinitionKind::Policy,
                      oam::DefinitionKind::WorkflowStep}) {
      if (!kind_.empty() && oam::typeWord(kind) != kind_) continue;
      auto definition = oam::findExtended(catalog, kind, what_);
      if (!definition && definition.error().code() != ErrorCode::NotFound) return fail(definition.error());
      if (!definition) {
        auto names = catalog.names(kind);
        known.insert(known.end(), names.begin(), names.end());
        continue;
      }
      TRY(auto description, render::describe(**definition, *runtime));
      const data::Value& openApi = description.openApi;
      if (form_ == "ui") {
        print(context, schema::uiSchema(openApi), format_);
      } else {
        bool closed = (*definition)->builtIn;
        print(context, form_ == "openapi" ? openApi : schema::toJsonSchema(description.input, closed),
              format_);
      }
      return 0;
    }
    Error error(ErrorCode::NotFound, "no definition is called " + what_);
    if (auto near = nearest(what_, known)) error.suggest(*near);
    return fail(std::move(error));
  }

 private:
  std::string what_;
  std::string kind_;
  std::string form_ = "openapi";
  std::vector<std::string> definitions_;
  std::string format_ = "json";
};

}  // namespace

Verb schemaVerb() {
  return {"schema", "Print the schema of an Application or of a definition's parameters",
          "puppis schema application > application.schema.json\npuppis schema webservice\npuppis schema "
          "scaler --form ui",
          []() -> std::unique_ptr<Command> { return std::make_unique<Schema>(); }};
}

}  // namespace puppis::cli
