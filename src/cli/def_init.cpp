// SPDX-License-Identifier: Apache-2.0
#include "base/files.h"
#include "cli/def_files.h"
#include "cli/verbs.h"
#include "cli/world.h"
#include "data/yaml.h"
#include "oam/scaffold.h"

namespace puppis::cli {

namespace {

class DefInit final : public Command {
 public:
  void declare(Options& options) override {
    options.argument(what_.name, "NAME", "The name of the definition");
    options.choice(type_, "-t,--type", {"component", "trait", "policy", "workflow-step"}, "What it defines");
    options.text(what_.description, "-d,--desc", "What it is for");
    options.text(what_.alias, "-a,--alias", "A name to show to people");
    options.text(objects_, "-f,--template-yaml", "Start from the Kubernetes objects of this file");
    options.text(crd_, "--crd", "Start from the CustomResourceDefinition of this file");
    options.text(values_, "--values-schema", "Start from a Helm chart's values.schema.json");
    options.text(output_, "-o,--output", "The file to write; standard output when left out");
  }

  Result<int> run(Context& context) override {
    TRY(what_.kind, parseDefinitionKind(type_));
    int starts = int(!objects_.empty()) + int(!crd_.empty()) + int(!values_.empty());
    if (starts > 1) {
      return fail(ErrorCode::InvalidArgument,
                  "a definition starts from one thing: --template-yaml, --crd or --values-schema");
    }
    TRY(std::string text, textOf(context));
    if (output_.empty()) {
      context.out << text;
      return 0;
    }
    if (context.files.exists(output_)) {
      return fail(ErrorCode::AlreadyExists, "the file " + output_ + " exists already");
    }
    TRY_VOID(context.files.write(output_, text));
    context.err << "wrote " << output_ << "; next: puppis def vet " << output_ << '\n';
    return 0;
  }

 private:
  Result<std::string> textOf(Context& context) {
    if (!objects_.empty()) {
      TRY(std::vector<data::Value> objects, documents(context, objects_));
      return oam::scaffoldOfObjects(what_, objects);
    }
    if (!crd_.empty()) {
      TRY(std::vector<data::Value> found, documents(context, crd_));
      for (const data::Value& document : found) {
        if (document.get("kind").asString() == "CustomResourceDefinition")
          return oam::scaffoldOfCrd(what_, document);
      }
      return fail(ErrorCode::InvalidArgument, crd_ + " holds no CustomResourceDefinition");
    }
    if (!values_.empty()) {
      TRY(std::vector<data::Value> found, documents(context, values_));
      return oam::scaffoldOfValues(what_, found.empty() ? data::Value() : found.front());
    }
    return oam::scaffold(what_);
  }

  static Result<std::vector<data::Value>> documents(Context& context, const std::string& path) {
    TRY(auto source, readSource(context, path));
    return data::parseYaml(source);
  }

  oam::NewDefinition what_;
  std::string type_ = "component";
  std::string objects_;
  std::string crd_;
  std::string values_;
  std::string output_;
};

}  // namespace

Verb defInitVerb() {
  return {"def init", "Begin a definition, from nothing or from an object, a CRD or a chart's values",
          "puppis def init my-service -t component -d \"A service\" -o my-service.cue\n"
          "puppis def init database -t component --crd crd.yaml",
          []() -> std::unique_ptr<Command> { return std::make_unique<DefInit>(); }};
}

}  // namespace puppis::cli
