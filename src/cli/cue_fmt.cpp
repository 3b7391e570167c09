// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>

#include "base/files.h"
#include "base/strings.h"
#include "cli/cue_common.h"
#include "cli/text_diff.h"
#include "cli/verbs.h"
#include "cue/format/format.h"
#include "cue/load/paths.h"

namespace puppis::cli {

namespace {

class CueFmt final : public Command {
 public:
  void declare(Options& options) override {
    declareGlobal(options, flags_);
    options.flag(check_, "--check", "Fail, and name the files, when some are not formatted; change nothing");
    options.flag(diff_, "-d,--diff", "Show the differences instead of rewriting files");
    options.flag(byFile_, "--files", "Arguments are files and directories, to be formatted recursively");
    declareInputs(options, flags_);
  }

  Result<int> run(Context& context) override {
    load_ = loadOptions(context, flags_);
    std::vector<std::shared_ptr<const SourceFile>> sources;
    std::string version;
    if (byFile_) {
      if (auto found = findFiles(context, sources); !found) return failed(context, flags_, found.error());
    } else {
      load_.package = "*";
      load_.tests = true;
      load_.tools = true;
      load_.allFiles = true;
      cue::Loader loader(context.files, load_);
      auto instances = loader.load(flags_.inputs);
      if (!instances) return failed(context, flags_, instances.error());
      version = loader.module().languageVersion;
      for (const cue::Instance& instance : *instances) {
        for (const auto& file : instance.files) {
          const std::string path = cue::joinPath(load_.directory, file->source->name());
          const bool here = file->source->name() == "-" || cue::parentPath(path) == instance.directory;
          if (instance.userFiles || here) sources.push_back(file->source);
        }
      }
    }
    bool unformatted = false;
    for (const auto& source : sources) {
      auto changed = formatOne(context, source, version);
      if (!changed) return failed(context, flags_, changed.error());
      unformatted = unformatted || *changed;
    }
    return check_ && unformatted ? 1 : 0;
  }

 private:
  /// Whether the file was not well formatted.
  Result<bool> formatOne(Context& context, const std::shared_ptr<const SourceFile>& source,
                         const std::string& version) {
    cue::FormatOptions options;
    options.simplify = flags_.simplify;
    TRY(const std::string text, cue::formatSource(source, options, version));
    const bool fromInput = source->name() == "-";
    if (fromInput && !diff_ && !check_) context.out << text;
    if (text == source->text()) return false;
    if (diff_) {
      context.out << unifiedDiff(source->name() + ".orig", source->text(), source->name(), text) << '\n';
    } else if (check_) {
      context.out << source->name() << '\n';
    } else if (!fromInput) {
      TRY_VOID(context.files.write(cue::joinPath(load_.directory, source->name()), text));
    }
    return true;
  }

  Status findFiles(Context& context, std::vector<std::shared_ptr<const SourceFile>>& out) {
    for (const std::string& input : flags_.inputs) {
      if (input.find("...") != std::string::npos) {
        return fail(ErrorCode::InvalidArgument, "cannot use \"...\" in --files mode");
      }
    }
    const std::vector<std::string> roots =
        flags_.inputs.empty() ? std::vector<std::string>{"."} : flags_.inputs;
    for (const std::string& root : roots) {
      if (root == "-") {
        out.push_back(SourceFile::make("-", load_.standardInput));
      } else {
        TRY_VOID(addTree(context, cue::joinPath(load_.directory, root), out));
      }
    }
    return {};
  }

  Status addTree(Context& context, const std::string& path,
                 std::vector<std::shared_ptr<const SourceFile>>& out) {
    if (!context.files.isDirectory(path)) {
      TRY(std::string text, context.files.read(path));
      out.push_back(SourceFile::make(cue::relativePath(load_.directory, path), std::move(text)));
      return {};
    }
    TRY(std::vector<std::string> names, context.files.list(path));
    // Directories and files together, by name.
    std::sort(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
      return a.substr(0, a.find('/')) < b.substr(0, b.find('/'));
    });
    for (const std::string& name : names) {
      if (name.ends_with('/')) {
        if (name.starts_with('.') || name.starts_with('_') || name == "cue.mod/") continue;
        TRY_VOID(addTree(context, cue::joinPath(path, name), out));
      } else if (name.ends_with(".cue")) {
        TRY_VOID(addTree(context, cue::joinPath(path, name), out));
      }
    }
    return {};
  }

  CueFlags flags_;
  cue::LoadOptions load_;
  bool check_ = false;
  bool diff_ = false;
  bool byFile_ = false;
};

}  // namespace

Verb cueFmtVerb() {
  return {"cue fmt", "Format CUE files in the canonical style",
          "puppis cue fmt ./...\npuppis cue fmt --check --files .\npuppis cue fmt - <x.cue",
          []() -> std::unique_ptr<Command> { return std::make_unique<CueFmt>(); }};
}

}  // namespace puppis::cli
