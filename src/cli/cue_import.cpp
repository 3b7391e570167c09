// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <string_view>

#include "base/files.h"
#include "cli/cue_run.h"
#include "cli/verbs.h"
#include "cue/format/format.h"
#include "cue/load/paths.h"
#include "cue/syntax/build.h"

namespace puppis::cli {

namespace {

/// `puppis cue import`: data files as CUE files beside them.
class CueImport final : public Command {
 public:
  void declare(Options& options) override {
    declareGlobal(options, flags_);
    declareData(options, flags_);
    declareInjection(options, flags_);
    options.text(flags_.outFile, "-o,--outfile", "File to write instead of NAME.cue, - for standard output");
    options.flag(flags_.force, "-f,--force", "Overwrite existing files");
    options.flag(flags_.files, "--files", "Write the documents of a file to files of their own");
    options.flag(dryRun_, "--dry-run", "Only name the files that would be written");
    declareInputs(options, flags_);
  }

  Result<int> run(Context& context) override {
    if (auto done = work(context); !done) return failed(context, flags_, done.error());
    return 0;
  }

 private:
  Status work(Context& context) {
    // "json", "yaml", "data" as the first word only say which files are meant.
    std::string kind;
    if (!flags_.inputs.empty() && flags_.inputs[0].find_first_of("/:.") == std::string::npos) {
      kind = flags_.inputs[0];
      flags_.inputs.erase(flags_.inputs.begin());
      constexpr std::string_view kKinds[] = {"json", "yaml", "toml",       "text",   "binary",
                                             "data", "auto", "jsonschema", "openapi"};
      if (std::find(std::begin(kKinds), std::end(kKinds), kind) == std::end(kKinds)) {
        return fail(Error(ErrorCode::InvalidArgument, "unknown mode \"" + kind + "\"")
                        .expected("json, yaml, toml, text, binary, data, auto, jsonschema or openapi"));
      }
    }
    CueRun run(context, flags_, false);
    TRY(const auto files, run.importFiles(kind));
    std::vector<std::string> written;
    std::map<std::string, int> documents;
    for (const auto& file : files) {
      const std::string& name = file->source->name();
      std::filesystem::path target(name);
      if (!kindFits(kind, target.extension().string())) continue;
      std::string path = target.replace_extension().string();
      // The documents of one file, each in a file of its own, are numbered behind the first.
      if (const int number = documents[path]++; number > 0) path += "-" + std::to_string(number);
      path += ".cue";
      if (!flags_.outFile.empty()) path = flags_.outFile;
      // A single value stands at the very beginning.
      if (!file->decls.empty()) {
        if (auto* embed = file->decls[0]->as<cue::EmbedDecl>()) cue::setSpace(*embed->expr, cue::Space::None);
      }
      cue::FormatOptions options;
      options.simplify = true;
      const std::string text = cue::format(*file, options);
      if (path == "-" || name == "-") {
        context.out << text;
        continue;
      }
      std::error_code error;
      const std::string absolute = cue::joinPath(std::filesystem::current_path(error).string(), path);
      if (!flags_.force && context.files.exists(absolute)) {
        context.err << "Skipping file \"" << path << "\": already exists.\nUse -f to override.\n";
      } else if (dryRun_) {
        written.push_back(path);
      } else {
        TRY_VOID(context.files.write(absolute, text));
      }
    }
    std::sort(written.begin(), written.end());
    for (const std::string& path : written) context.err << "importing into " << path << '\n';
    return {};
  }

  static bool kindFits(const std::string& kind, const std::string& extension) {
    if (kind == "json") return extension.find("js") != std::string::npos;
    if (kind == "yaml") return extension == ".yaml" || extension == ".yml";
    if (kind == "toml") return extension == ".toml";
    if (kind == "text") return extension == ".txt";
    return true;
  }

  CueFlags flags_;
  bool dryRun_ = false;
};

}  // namespace

Verb cueImportVerb() {
  return {"cue import", "Turn JSON and YAML files into CUE files",
          "puppis cue import values.yaml\npuppis cue import -p config -l 'kind' -o - objects.yaml",
          []() -> std::unique_ptr<Command> { return std::make_unique<CueImport>(); }};
}

}  // namespace puppis::cli
