// SPDX-License-Identifier: Apache-2.0
#include "cli/delivery.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "cli/world.h"
#include "oam/application.h"

namespace puppis::cli {

namespace {

class Export final : public Command {
 public:
  void declare(Options& options) override {
    options.list(files_, "-f,--file", "The Appfile or Application; - is standard input");
    options.list(definitions_, "-d,--definition",
                 "A definition's file, or a directory of them; says which keys of a service are traits");
    options.text(namespace_, "-n,--namespace", "The namespace, when the file gives none");
    declareFormat(options, format_, {"yaml", "json"});
  }

  Result<int> run(Context& context) override {
    if (files_.empty()) files_ = {"vela.yaml"};
    TRY(Definitions definitions, loadDefinitions(context, definitions_));
    oam::Diagnostics diagnostics;
    TRY(auto files, readApplication(context, files_, *definitions.catalog, diagnostics));
    TRY_VOID(settle(context, diagnostics, false));
    data::Value object = files.application.object;
    if (!namespace_.empty() && files.application.namespace_.empty())
      object["metadata"].set("namespace", namespace_);
    std::vector<data::Value> all = {std::move(object)};
    all.insert(all.end(), files.policies.begin(), files.policies.end());
    all.insert(all.end(), files.workflows.begin(), files.workflows.end());
    if (all.size() == 1) {
      print(context, all.front(), format_);
    } else {
      printAll(context, all, format_);
    }
    return 0;
  }

 private:
  std::vector<std::string> files_;
  std::vector<std::string> definitions_;
  std::string namespace_;
  std::string format_ = "yaml";
};

}  // namespace

Verb exportVerb() {
  return {"export", "Turn an Appfile into the Application it stands for",
          "puppis export -f vela.yaml\npuppis export -f vela.yaml -o json | puppis up -f -",
          []() -> std::unique_ptr<Command> { return std::make_unique<Export>(); }};
}

}  // namespace puppis::cli
