// SPDX-License-Identifier: Apache-2.0
#include "cli/cue_run.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "schema/application_schema.h"
#include "schema/openapi.h"

namespace puppis::cli {

namespace {

/// `puppis cue get-schema`: what a value accepts, for tools that speak OpenAPI or JSON Schema.
class CueGetSchema final : public Command {
 public:
  void declare(Options& options) override {
    declareGlobal(options, flags_);
    declareInjection(options, flags_);
    options.text(flags_.package, "-p,--package", "Package to choose");
    options.list(flags_.expressions, "-e,--expression",
                 "The definition to describe (\"#Spec\"); else the whole package");
    options.choice(form_, "--form", {"openapi", "jsonschema"}, "Which form of schema");
    declareFormat(options, format_, {"json", "yaml"});
    declareInputs(options, flags_);
  }

  Result<int> run(Context& context) override {
    CueRun run(context, flags_, false);
    if (auto done = run.prepare(); !done) return failed(context, flags_, done.error());
    std::vector<data::Value> schemas;
    for (const CueItem& item : run.items()) {
      if (auto valid = validated(item.value, {}); !valid) return failed(context, flags_, valid.error());
      auto schema = schema::openApiSchema(item.value);
      if (!schema) return failed(context, flags_, schema.error());
      schemas.push_back(form_ == "jsonschema" ? schema::toJsonSchema(*schema, item.value.isClosed())
                                              : std::move(*schema));
    }
    if (schemas.size() == 1) {
      print(context, schemas[0], format_);
    } else {
      printAll(context, schemas, format_);
    }
    return 0;
  }

 private:
  CueFlags flags_;
  std::string form_ = "openapi";
  std::string format_ = "json";
};

}  // namespace

Verb cueGetSchemaVerb() {
  return {"cue get-schema", "Print the OpenAPI or JSON schema of a CUE value",
          "puppis cue get-schema -e '#Spec' ./schema\npuppis cue get-schema --form jsonschema -o yaml x.cue",
          []() -> std::unique_ptr<Command> { return std::make_unique<CueGetSchema>(); }};
}

}  // namespace puppis::cli
