// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iomanip>
#include <sstream>

#include "base/clock.h"
#include "base/files.h"
#include "base/strings.h"
#include "cli/def_files.h"
#include "cli/junit.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "cli/world.h"
#include "cue/cue.h"
#include "oam/builtin.h"
#include "oam/runtime.h"
#include "render/deftest/tester.h"

namespace puppis::cli {

namespace {

using render::deftest::Outcome;
using render::deftest::Report;
using render::deftest::TestFile;

std::string milliseconds(Nanos took) {
  std::ostringstream out;
  out << std::fixed << std::setprecision(1) << std::chrono::duration<double, std::milli>(took).count()
      << " ms";
  return out.str();
}

class DefTest final : public Command {
 public:
  void declare(Options& options) override {
    options.arguments(paths_, "PATH",
                      "Definitions, or directories of them; the working directory when left out");
    options.flag(builtIn_, "--built-in", "Test the definitions that are built in");
    options.text(junit_, "--junit", "Also write the results to this file, in JUnit's form");
    options.number(random_, "--random", "How many random inputs each definition gets");
    options.number(seed_, "--seed", "Where the random inputs start");
    options.flag(update_, "--update", "Write golden files instead of comparing with them");
    options.number(coverage_, "--coverage",
                   "Fail when fewer per cent of the branches of a template are reached");
    options.flag(verbose_, "-v,--verbose", "Name every test, and every branch that none reaches");
  }

  Result<int> run(Context& context) override {
    auto runtime = oam::makeRuntime();
    oam::Diagnostics diagnostics;
    TRY(std::vector<DefinitionFile> files,
        readWholeDefinitions(context, paths_, builtIn_, runtime, diagnostics));
    render::deftest::TestOptions options;
    options.random = static_cast<unsigned>(std::clamp<std::int64_t>(random_, 0, 1'000'000));
    options.seed = static_cast<std::uint64_t>(seed_);
    options.updateGolden = update_;
    render::deftest::Tester tester(runtime, context.clock, context.files);
    std::vector<Report> reports;
    for (const DefinitionFile& file : files) {
      auto tests = testsOf(context, file);
      if (!tests) {
        diagnostics.add(tests.error());
        continue;
      }
      reports.push_back(tester.run(*file.definition, *tests, options));
      print(context, reports.back());
    }
    bool readable = printFaults(context, diagnostics);
    if (!junit_.empty()) TRY_VOID(context.files.write(junit_, junitXml(reports)));
    return summary(context, reports) && readable ? 0 : 1;
  }

 private:
  /// NAME.test.yaml beside the definition; no tests when there is none.
  static Result<TestFile> testsOf(Context& context, const DefinitionFile& file) {
    std::string path = file.path.substr(0, file.path.rfind('.')) + ".test.yaml";
    std::string text;
    if (context.files.exists(path)) {
      TRY(text, context.files.read(path));
    } else if (auto own = oam::builtInFile(path)) {
      text = std::string(*own);
    } else {
      TestFile none;
      none.source = SourceFile::make(file.path, "");
      return none;
    }
    return render::deftest::parseTestFile(SourceFile::make(path, std::move(text)));
  }

  [[nodiscard]] bool good(const Report& report) const {
    return report.passed() && report.coverage.percent() >= coverage_;
  }

  void print(Context& context, const Report& report) const {
    bool passed = good(report);
    context.out << painted(passed ? "ok  " : "FAIL", passed ? "green" : "red", context.colourOut) << ' '
                << report.title << "  " << report.outcomes.size() << " tests  " << report.coverage.percent()
                << "% of branches  " << milliseconds(report.took) << '\n';
    for (const Outcome& outcome : report.outcomes) {
      if (outcome.faults.empty() && !verbose_) continue;
      context.out << "  " << (outcome.faults.empty() ? "ok  " : "FAIL") << ' ' << outcome.name << '\n';
      for (const Error& fault : outcome.faults) {
        for (const std::string& line : split(trim(fault.report(context.colourOut)), '\n')) {
          context.out << "    " << line << '\n';
        }
      }
    }
    if (passed && !verbose_) return;
    for (const Location& missed : report.coverage.missed) {
      context.out << "  not reached: " << missed.str() << "  " << trim(missed.lineText) << '\n';
    }
  }

  bool summary(Context& context, const std::vector<Report>& reports) const {
    std::size_t tests = 0;
    std::size_t failed = 0;
    std::size_t branches = 0;
    std::size_t missed = 0;
    Nanos took{0};
    for (const Report& report : reports) {
      took += report.took;
      tests += report.outcomes.size();
      branches += report.coverage.branches;
      missed += report.coverage.missed.size();
      failed += static_cast<std::size_t>(
          std::ranges::count_if(report.outcomes, [](const Outcome& o) { return !o.faults.empty(); }));
    }
    context.out << reports.size() << " definitions, " << tests << " tests, " << failed << " failed, "
                << branches - missed << " of " << branches << " branches reached, " << milliseconds(took)
                << '\n';
    return std::ranges::all_of(reports, [this](const Report& r) { return good(r); });
  }

  std::vector<std::string> paths_;
  bool builtIn_ = false;
  std::string junit_;
  std::int64_t random_ = 20;
  std::int64_t seed_ = 1;
  bool update_ = false;
  std::int64_t coverage_ = 0;
  bool verbose_ = false;
};

}  // namespace

Verb defTestVerb() {
  return {"def test", "Run the tests beside definitions, and random inputs",
          "puppis def test definitions/\npuppis def test my.cue --random 200 --junit results.xml",
          []() -> std::unique_ptr<Command> { return std::make_unique<DefTest>(); }};
}

}  // namespace puppis::cli
