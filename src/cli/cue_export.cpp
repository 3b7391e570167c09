// SPDX-License-Identifier: Apache-2.0
#include "cli/cue_run.h"
#include "cli/verbs.h"
#include "cue/export/export.h"
#include "cue/format/format.h"

namespace puppis::cli {

namespace {

/// `puppis cue export`: finished values as data.
class CueExport final : public Command {
 public:
  void declare(Options& options) override {
    declareGlobal(options, flags_);
    declareOutput(options, flags_);
    declareData(options, flags_);
    declareInjection(options, flags_);
    options.flag(escape_, "--escape", "Escape < > & in JSON");
    declareInputs(options, flags_);
  }

  Result<int> run(Context& context) override {
    if (auto done = work(context); !done) return failed(context, flags_, done.error());
    return 0;
  }

 private:
  Status work(Context& context) {
    CueOutput output(context, flags_);
    TRY_VOID(output.open(cue::Encoding::Json));
    CueRun run(context, flags_, false);
    TRY_VOID(run.prepare());
    bool first = true;
    for (const CueItem& item : run.items()) {
      TRY_VOID(validated(item.value, {.concrete = true, .final = true}));
      if (output.encoding() != cue::Encoding::Cue) {
        TRY_VOID(output.writeData(item.value, escape_));
        continue;
      }
      cue::ExportProfile profile;
      profile.takeDefaults = true;
      profile.showDocs = true;
      TRY(const auto file, cue::exportValue(item.value, profile));
      setPackage(*file, flags_.package);
      if (!first) output.text() += "// ---\n";
      first = false;
      cue::FormatOptions format;
      format.simplify = true;
      output.text() += cue::format(*file, format);
    }
    return output.close();
  }

  CueFlags flags_;
  bool escape_ = false;
};

/// `puppis cue eval`: values as CUE, also unfinished ones.
class CueEval final : public Command {
 public:
  void declare(Options& options) override {
    declareGlobal(options, flags_);
    declareOutput(options, flags_);
    declareData(options, flags_);
    declareInjection(options, flags_);
    options.flag(concrete_, "-c,--concrete", "Require the evaluation to be concrete");
    options.flag(hidden_, "-H,--show-hidden", "Show hidden fields");
    options.flag(optional_, "-O,--show-optional", "Show optional fields");
    options.flag(attributes_, "-A,--show-attributes", "Show attributes of fields");
    options.flag(all_, "-a,--all", "Show optional and hidden fields");
    declareInputs(options, flags_);
  }

  Result<int> run(Context& context) override {
    auto code = work(context);
    if (!code) return failed(context, flags_, code.error());
    return *code;
  }

 private:
  Result<int> work(Context& context) {
    CueOutput output(context, flags_);
    TRY_VOID(output.open(cue::Encoding::Cue));
    CueRun run(context, flags_, false);
    TRY_VOID(run.prepare());
    int code = 0;
    bool first = true;
    const bool headings = flags_.expressions.size() > 1;
    for (const CueItem& item : run.items()) {
      if (output.encoding() != cue::Encoding::Cue) {
        if (auto done = writeData(output, item.value); !done) {
          printFaults(context, flags_, done.error());
          code = 1;
        }
        continue;
      }
      if (!flags_.ignore) {
        if (item.value.error()) TRY_VOID(validated(item.value, {.concrete = concrete_, .final = true}));
        if (concrete_) {
          if (auto valid = validated(item.value, {.concrete = true, .final = true}); !valid) {
            printFaults(context, flags_, valid.error());
            code = 1;
            continue;
          }
        }
      }
      cue::ExportProfile profile;
      profile.takeDefaults = true;
      profile.showOptional = (all_ || optional_) && !concrete_;
      profile.showDefinitions = !concrete_;
      profile.showHidden = (hidden_ || all_) && !concrete_;
      profile.showAttributes = attributes_;
      profile.showErrors = flags_.ignore;
      TRY(const auto file, cue::exportValue(item.value, profile, item.package));
      if (headings && !item.id.empty()) {
        output.text() += "// " + item.id + "\n";
      } else if (!first) {
        output.text() += "// ---\n";
      }
      first = false;
      cue::FormatOptions format;
      format.simplify = flags_.simplify;
      format.tabs = false;
      format.tabWidth = 4;
      output.text() += cue::format(*file, format);
    }
    TRY_VOID(output.close());
    return code;
  }

  Status writeData(CueOutput& output, const cue::Value& value) const {
    TRY_VOID(validated(value, {.concrete = true, .final = true}));
    return output.writeData(value, false);
  }

  CueFlags flags_;
  bool concrete_ = false;
  bool hidden_ = false;
  bool optional_ = false;
  bool attributes_ = false;
  bool all_ = false;
};

/// `puppis cue def`: configurations consolidated, references and constraints kept.
class CueDef final : public Command {
 public:
  void declare(Options& options) override {
    declareGlobal(options, flags_);
    declareOutput(options, flags_);
    declareData(options, flags_);
    declareInjection(options, flags_);
    options.flag(attributes_, "-A,--show-attributes", "Show attributes of fields (they always are)");
    options.flag(inlineImports_, "--inline-imports",
                 "Accepted as cue has it; references to packages are not expanded yet");
    declareInputs(options, flags_);
  }

  Result<int> run(Context& context) override {
    if (auto done = work(context); !done) return failed(context, flags_, done.error());
    return 0;
  }

 private:
  Status work(Context& context) {
    CueOutput output(context, flags_);
    TRY_VOID(output.open(cue::Encoding::Cue));
    CueRun run(context, flags_, false);
    TRY_VOID(run.prepare());
    bool first = true;
    for (const CueItem& item : run.items()) {
      if (output.encoding() != cue::Encoding::Cue) {
        TRY_VOID(validated(item.value, {.concrete = true, .final = true}));
        TRY_VOID(output.writeData(item.value, false));
        continue;
      }
      TRY_VOID(validated(item.value, {}));
      cue::ExportProfile profile;
      profile.showOptional = true;
      profile.showDefinitions = true;
      profile.showHidden = true;
      profile.showDocs = true;
      profile.showAttributes = true;
      profile.addPackage = true;
      TRY(const auto file, cue::exportDefinition(item.value, profile, item.package));
      setPackage(*file, flags_.package);
      if (!first) output.text() += "// ---\n";
      first = false;
      cue::FormatOptions format;
      format.simplify = true;
      output.text() += cue::format(*file, format);
    }
    return output.close();
  }

  CueFlags flags_;
  bool attributes_ = false;
  bool inlineImports_ = false;
};

}  // namespace

Verb cueExportVerb() {
  return {"cue export", "Print the value of a configuration as JSON, YAML, text or CUE",
          "puppis cue export ./...\npuppis cue export -e spec --out yaml x.cue values.json",
          []() -> std::unique_ptr<Command> { return std::make_unique<CueExport>(); }};
}

Verb cueEvalVerb() {
  return {"cue eval", "Evaluate and print a configuration, finished or not",
          "puppis cue eval x.cue -e a.b\npuppis cue eval -a .",
          []() -> std::unique_ptr<Command> { return std::make_unique<CueEval>(); }};
}

Verb cueDefVerb() {
  return {"cue def", "Print consolidated definitions",
          "puppis cue def ./schema\npuppis cue def x.cue -e '#Spec'",
          []() -> std::unique_ptr<Command> { return std::make_unique<CueDef>(); }};
}

}  // namespace puppis::cli
