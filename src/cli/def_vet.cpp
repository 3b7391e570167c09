// SPDX-License-Identifier: Apache-2.0
#include "cli/def_files.h"
#include "cli/verbs.h"
#include "oam/runtime.h"
#include "render/vetting.h"

namespace puppis::cli {

namespace {

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
    inheritDefinitions(files, runtime, diagnostics);
    for (const DefinitionFile& file : files) render::vetDefinition(*file.definition, templates, diagnostics);
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
