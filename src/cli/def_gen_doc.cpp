// SPDX-License-Identifier: Apache-2.0
#include "base/files.h"
#include "base/strings.h"
#include "cli/def_files.h"
#include "cli/verbs.h"
#include "cli/world.h"
#include "cue/cue.h"
#include "oam/builtin.h"
#include "oam/runtime.h"
#include "render/templates.h"
#include "schema/reference.h"

namespace puppis::cli {

namespace {

class DefGenDoc final : public Command {
 public:
  void declare(Options& options) override {
    options.arguments(paths_, "PATH", "Definitions, or directories of them");
    options.flag(builtIn_, "--built-in", "Also the definitions built into this program");
    options.text(folder_, "-o,--output",
                 "The directory to write to, one page a definition; standard output when left out");
  }

  Result<int> run(Context& context) override {
    auto runtime = oam::makeRuntime();
    oam::Diagnostics diagnostics;
    TRY(std::vector<DefinitionFile> files,
        readWholeDefinitions(context, paths_, builtIn_, runtime, diagnostics));
    render::Templates templates(runtime);
    if (!folder_.empty()) TRY_VOID(context.files.makeDirectories(folder_));
    for (const DefinitionFile& file : files) {
      auto reference = referenceOf(context, file, templates);
      if (!reference) {
        diagnostics.add(reference.error());
        continue;
      }
      std::string page = schema::referenceMarkdown(*reference);
      if (folder_.empty()) {
        context.out << page << '\n';
        continue;
      }
      std::string path = folder_ + "/" + reference->kind + "-" + reference->name + ".md";
      TRY_VOID(context.files.write(path, page));
      context.out << path << '\n';
    }
    return printFaults(context, diagnostics) ? 0 : 1;
  }

 private:
  static Result<schema::Reference> referenceOf(Context& context, const DefinitionFile& file,
                                               render::Templates& templates) {
    const oam::Definition& definition = *file.definition;
    schema::Reference out;
    out.name = definition.name;
    out.kind = std::string(oam::typeWord(definition.kind));
    out.description = definition.description;
    out.appliesTo = definition.appliesToWorkloads;
    TRY(std::string example, exampleOf(context, file.path));
    if (!example.empty()) out.examples.push_back(std::move(example));
    TRY(auto program, templates.of(definition));
    cue::Session session(templates.runtime());
    out.tables = schema::referenceTables(session.evaluate(program).lookup("parameter"));
    return out;
  }

  /// NAME.example.yaml beside the definition; empty when there is none.
  static Result<std::string> exampleOf(Context& context, const std::string& file) {
    std::string path = file.substr(0, file.rfind('.')) + ".example.yaml";
    if (context.files.exists(path)) return context.files.read(path);
    return std::string(oam::builtInFile(path).value_or(""));
  }

  std::vector<std::string> paths_;
  bool builtIn_ = false;
  std::string folder_;
};

}  // namespace

Verb defGenDocVerb() {
  return {"def gen-doc", "Write reference pages of definitions, in Markdown",
          "puppis def gen-doc definitions/ -o docs/reference\npuppis def gen-doc my.cue",
          []() -> std::unique_ptr<Command> { return std::make_unique<DefGenDoc>(); }};
}

}  // namespace puppis::cli
