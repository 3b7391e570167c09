// SPDX-License-Identifier: Apache-2.0
#include "cli/output.h"
#include "cli/verbs.h"

namespace puppis::cli {

namespace {

class Version final : public Command {
 public:
  void declare(Options& options) override { declareFormat(options, format_, {"text", "json", "yaml"}); }

  Result<int> run(Context& context) override {
    if (format_ == "text") {
      context.out << "puppis " << PUPPIS_VERSION << '\n';
    } else {
      print(context, data::Value::object({{"version", PUPPIS_VERSION}}), format_);
    }
    return 0;
  }

 private:
  std::string format_ = "text";
};

}  // namespace

Verb versionVerb() {
  return {"version", "Print the version", "puppis version\npuppis version -o json",
          []() -> std::unique_ptr<Command> { return std::make_unique<Version>(); }};
}

}  // namespace puppis::cli
