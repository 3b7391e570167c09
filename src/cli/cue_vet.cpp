// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "cli/cue_run.h"
#include "cli/verbs.h"

namespace puppis::cli {

namespace {

class CueVet final : public Command {
 public:
  void declare(Options& options) override {
    declareGlobal(options, flags_);
    declareData(options, flags_);
    declareInjection(options, flags_);
    options.maybe(concrete_, "-c,--concrete",
                  "Require concrete values (-c), or allow incomplete ones (-c=false)");
    declareInputs(options, flags_);
  }

  Result<int> run(Context& context) override {
    CueRun run(context, flags_, true);
    if (auto done = run.prepare(); !done) return failed(context, flags_, done.error());
    if (run.hasDocuments() && !run.hasSchema()) {
      return failed(context, flags_,
                    Error(ErrorCode::InvalidArgument, "data files specified without a schema"));
    }
    int code = 0;
    bool hinted = false;
    for (const CueItem& item : run.items()) {
      const bool mustBeConcrete = run.hasDocuments() || concrete_.value_or(true);
      auto valid = validated(item.value, {.concrete = mustBeConcrete, .final = mustBeConcrete});
      if (!valid && !run.hasDocuments() && !concrete_) {
        valid = validated(item.value, {});
        if (valid && !hinted) {
          hinted = true;
          context.err << "some instances are incomplete; use the -c flag to show errors or -c=false to allow "
                         "incomplete instances\n";
          code = 1;
        }
      }
      if (valid) continue;
      printFaults(context, flags_, valid.error());
      code = 1;
    }
    return code;
  }

 private:
  CueFlags flags_;
  std::optional<bool> concrete_;
};

}  // namespace

Verb cueVetVerb() {
  return {"cue vet", "Check configurations, and data files against them",
          "puppis cue vet ./...\npuppis cue vet -d '#Spec' schema.cue data.yaml",
          []() -> std::unique_ptr<Command> { return std::make_unique<CueVet>(); }};
}

}  // namespace puppis::cli
