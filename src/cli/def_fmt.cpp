// SPDX-License-Identifier: Apache-2.0
#include "base/files.h"
#include "cli/def_files.h"
#include "cli/verbs.h"
#include "cli/world.h"
#include "cue/format/format.h"
#include "oam/diagnostics.h"

namespace puppis::cli {

namespace {

class DefFmt final : public Command {
 public:
  void declare(Options& options) override {
    options.arguments(paths_, "PATH", "CUE files, or directories of them; - formats standard input", true);
    options.flag(check_, "--check", "Only name the files that would change, and fail when there are some");
  }

  Result<int> run(Context& context) override {
    oam::Diagnostics diagnostics;
    int changed = 0;
    for (const std::string& path : paths_) {
      std::vector<std::string> files = {path};
      if (path != "-") {
        TRY(files, findFiles(context.files, path, {".cue"}));
      }
      for (const std::string& file : files) {
        TRY(auto source, readSource(context, file));
        auto text = cue::formatSource(source);
        if (!text) {
          diagnostics.add(text.error());
          continue;
        }
        if (file == "-" && !check_) {
          context.out << *text;
          continue;
        }
        if (*text == source->text()) continue;
        ++changed;
        context.out << file << '\n';
        if (!check_) TRY_VOID(context.files.write(file, *text));
      }
    }
    bool readable = printFaults(context, diagnostics);
    return readable && (!check_ || changed == 0) ? 0 : 1;
  }

 private:
  std::vector<std::string> paths_;
  bool check_ = false;
};

}  // namespace

Verb defFmtVerb() {
  return {"def fmt", "Lay out definitions in CUE's one style",
          "puppis def fmt my.cue\npuppis def fmt --check definitions/",
          []() -> std::unique_ptr<Command> { return std::make_unique<DefFmt>(); }};
}

}  // namespace puppis::cli
