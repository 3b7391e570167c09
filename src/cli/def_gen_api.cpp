// SPDX-License-Identifier: Apache-2.0
#include "base/files.h"
#include "cli/def_files.h"
#include "cli/verbs.h"
#include "cue/cue.h"
#include "oam/runtime.h"
#include "render/describe.h"
#include "schema/types.h"

namespace puppis::cli {

namespace {

class DefGenApi final : public Command {
 public:
  void declare(Options& options) override {
    options.arguments(paths_, "PATH", "Definitions, or directories of them");
    options.flag(builtIn_, "--built-in", "Also the definitions built into this program");
    options.choice(language_, "-g,--language", {"go", "typescript"}, "The language of the types");
    options.text(package_, "-p,--package", "With Go: the name of the package");
    options.text(folder_, "-o,--output",
                 "The directory to write to, one file a definition; standard output when left out");
  }

  Result<int> run(Context& context) override {
    auto runtime = oam::makeRuntime();
    oam::Diagnostics diagnostics;
    TRY(std::vector<DefinitionFile> files,
        readWholeDefinitions(context, paths_, builtIn_, runtime, diagnostics));
    if (!folder_.empty()) TRY_VOID(context.files.makeDirectories(folder_));
    for (const DefinitionFile& file : files) {
      auto text = typesOf(*file.definition, *runtime);
      if (!text) {
        diagnostics.add(text.error());
        continue;
      }
      if (folder_.empty()) {
        context.out << *text;
        continue;
      }
      std::string path = folder_ + "/" + fileName(*file.definition);
      TRY_VOID(context.files.write(path, *text));
      context.out << path << '\n';
    }
    return printFaults(context, diagnostics) ? 0 : 1;
  }

 private:
  /// A component and a trait may have the same name, and one package holds both.
  static std::string apiName(const oam::Definition& definition) {
    return definition.name + "-" + std::string(oam::typeWord(definition.kind));
  }
  [[nodiscard]] std::string fileName(const oam::Definition& definition) const {
    std::string name = apiName(definition);
    if (language_ == "typescript") return name + ".ts";
    // Go takes files that end in _test, _linux and the like for special ones.
    for (char& c : name) c = c == '-' ? '_' : c;
    return name + ".go";
  }
  Result<std::string> typesOf(const oam::Definition& definition, cue::Runtime& runtime) const {
    TRY(render::Description description, render::describe(definition, runtime));
    if (language_ == "typescript")
      return schema::typescriptTypes(apiName(definition), definition.description, description.input);
    return schema::goTypes(apiName(definition), definition.description, description.input, package_);
  }

  std::vector<std::string> paths_;
  bool builtIn_ = false;
  std::string language_ = "go";
  std::string package_ = "definitions";
  std::string folder_;
};

}  // namespace

Verb defGenApiVerb() {
  return {"def gen-api", "Write the parameters of definitions as types of Go or TypeScript",
          "puppis def gen-api my.cue\npuppis def gen-api --built-in --language typescript -o types/",
          []() -> std::unique_ptr<Command> { return std::make_unique<DefGenApi>(); }};
}

}  // namespace puppis::cli
