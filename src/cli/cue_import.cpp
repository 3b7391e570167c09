// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>

#include "base/files.h"
#include "cli/cue_run.h"
#include "cli/verbs.h"
#include "cue/format/format.h"
#include "cue/load/paths.h"

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
    options.flag(dryRun_, "--dry-run", "Only name the files that would be written");
    declareInputs(options, flags_);
  }

  Result<int> run(Context& context) override {
    if (auto done = work(context); !done) return failed(context, done.error());
    return 0;
  }

 private:
  Status work(Context& context) {
    // "json", "yaml", "data" as the first word only say which files are meant.
    std::string kind;
    if (!flags_.inputs.empty() && flags_.inputs[0].find_first_of("/:.") == std::string::npos) {
      kind = flags_.inputs[0];
      flags_.inputs.erase(flags_.inputs.begin());
      if (kind != "json" && kind != "yaml" && kind != "data" && kind != "text" && kind != "auto") {
        return fail(Error(ErrorCode::InvalidArgument, "unknown mode \"" + kind + "\"")
                        .expected("json, yaml, text or data"));
      }
    }
    CueRun run(context, flags_, false);
    TRY(const auto files, run.importFiles());
    for (const auto& file : files) {
      const std::string& name = file->source->name();
      std::filesystem::path target(name);
      if (!kindFits(kind, target.extension().string())) continue;
      std::string path = target.replace_extension(".cue").string();
      if (!flags_.outFile.empty()) path = flags_.outFile;
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
        context.out << path << '\n';
      } else {
        TRY_VOID(context.files.write(absolute, text));
      }
    }
    return {};
  }

  static bool kindFits(const std::string& kind, const std::string& extension) {
    if (kind == "json") return extension.find("js") != std::string::npos;
    if (kind == "yaml") return extension == ".yaml" || extension == ".yml";
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
