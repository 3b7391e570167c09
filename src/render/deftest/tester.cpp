// SPDX-License-Identifier: Apache-2.0
#include "render/deftest/tester.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/files.h"
#include "base/random.h"
#include "base/strings.h"
#include "cue/cue.h"
#include "data/json.h"
#include "data/yaml.h"
#include "render/deftest/evaluation.h"
#include "render/deftest/expectation.h"
#include "render/deftest/random_parameter.h"
#include "render/health.h"

namespace puppis::render::deftest {

namespace {

using data::Value;

// A drawn input that breaks constraints between fields is completed this many times.
constexpr int kRepairs = 4;

/// One run of the tests of one definition.
class Run {
 public:
  Run(Templates& templates, StatusEvaluator& status, Clock& clock, Files& files,
      const oam::Definition& definition, const TestFile& tests, const TestOptions& options)
      : templates_(templates),
        status_(status),
        clock_(clock),
        files_(files),
        definition_(definition),
        tests_(tests),
        options_(options) {}

  Report report() {
    Report out;
    out.title = std::string(oam::typeWord(definition_.kind)) + " " + definition_.name;
    out.file = tests_.source == nullptr ? "" : tests_.source->name();
    Nanos start = clock_.monotonic();
    for (const TestCase& test : tests_.cases) {
      out.outcomes.push_back(timed(test.name, [&] { runCase(test); }));
    }
    if (options_.random > 0) out.outcomes.push_back(timed("random inputs", [&] { runRandom(); }));
    out.coverage = coverage();
    out.took = clock_.monotonic() - start;
    return out;
  }

 private:
  Coverage coverage() {
    Coverage out;
    auto branches = branchesOf(templates_, definition_);
    if (!branches) return out;
    out.branches = branches->size();
    for (Location& branch : *branches) {
      if (!reached_.contains({branch.line, branch.column})) out.missed.push_back(std::move(branch));
    }
    return out;
  }

  void noteReached(const Evaluation& evaluation) {
    // Those of imported packages do no harm: their places belong to other files, and only ours are looked up.
    for (const Location& place : evaluation.yields()) {
      if (definition_.templateSource != nullptr && place.file == definition_.templateSource->name()) {
        reached_.emplace(place.line, place.column);
      }
    }
  }

  template <typename Body>
  Outcome timed(const std::string& name, Body body) {
    Outcome out;
    out.name = name;
    Nanos start = clock_.monotonic();
    faults_.clear();
    body();
    out.faults = std::move(faults_);
    out.took = clock_.monotonic() - start;
    return out;
  }

  void fault(std::string message, data::Mark at) {
    faults_.push_back(Error(ErrorCode::Invalid, std::move(message)).at(data::locate(*tests_.source, at)));
  }

  void runCase(const TestCase& test) {
    auto made = Evaluation::make(templates_, definition_, test);
    if (!made) {
      faults_.push_back(made.error());
      return;
    }
    Evaluation& evaluation = **made;
    if (test.wantsErrors) {
      wantErrors(test, evaluation.faults());
    } else {
      wantResults(test, evaluation);
    }
    noteReached(evaluation);
  }

  void wantResults(const TestCase& test, Evaluation& evaluation) {
    std::vector<Error> failures = evaluation.root().validate();
    if (!failures.empty()) {
      for (Error& e : failures) faults_.push_back(std::move(e));
      return;
    }
    for (const data::Member& m : test.expect.members()) expectField(evaluation, m);
    if (!test.golden.empty()) compareGolden(evaluation, test);
    for (const Moment& moment : test.health) compareStatus(test, moment);
  }

  void wantErrors(const TestCase& test, const std::vector<Error>& found) {
    if (found.empty()) {
      fault("should have been refused", test.mark);
      return;
    }
    std::string all;
    for (const Error& e : found) all += e.pathText() + " " + e.str() + "\n";
    for (const std::string& text : test.errors) {
      if (all.find(text) == std::string::npos)
        fault("no error says \"" + text + "\"; there is: " + all, test.mark);
    }
  }

  void expectField(Evaluation& evaluation, const data::Member& wanted) {
    auto got = evaluation.yielded(wanted.key.str());
    if (!got) {
      faults_.push_back(got.error());
      return;
    }
    auto found = mismatch(wanted.value, *got ? &**got : nullptr, data::Path() / wanted.key.str());
    if (found) fault(found->str(), found->mark.known() ? found->mark : wanted.keyMark);
  }

  void compareGolden(Evaluation& evaluation, const TestCase& test) {
    auto got = evaluation.results();
    if (!got) {
      faults_.push_back(got.error());
      return;
    }
    std::string path = test.golden;
    std::size_t slash = tests_.source->name().rfind('/');
    if (slash != std::string::npos && !startsWith(path, "/"))
      path = tests_.source->name().substr(0, slash + 1) + path;
    if (options_.updateGolden) {
      if (auto done = files_.write(path, data::toYaml(*got)); !done) faults_.push_back(done.error());
      return;
    }
    auto text = files_.read(path);
    if (!text) {
      faults_.push_back(text.error());
      return;
    }
    auto documents = data::parseYaml(SourceFile::make(path, std::move(*text)));
    if (!documents) {
      faults_.push_back(documents.error());
      return;
    }
    Value wanted = documents->empty() ? Value::object() : documents->front();
    auto found = mismatch(Value::object({{"$only", std::move(wanted)}}), &*got);
    if (found) fault(path + ": " + found->str(), test.mark);
  }

  void compareStatus(const TestCase& test, const Moment& moment) {
    Value context = contextOf(definition_, test);
    context.erase("output");
    for (const data::Member& m : moment.live.members()) context.set(m.key.str(), m.value);
    LiveStatus got = status_.evaluate(definition_, test.properties, context);
    std::string name = moment.name.empty() ? "" : moment.name + ": ";
    std::string why;
    for (const Error& problem : got.problems) why += "; " + problem.str();
    if (moment.healthy && *moment.healthy != got.healthy) {
      fault(name + (got.healthy ? "is healthy, should not be" : "is not healthy, should be") + why,
            moment.mark);
    }
    if (moment.message && *moment.message != got.message) {
      fault(name + "says \"" + got.message + "\", should say \"" + *moment.message + "\"" + why, moment.mark);
    }
    if (moment.details.isNull()) return;
    Value details = Value::object();
    for (const auto& [key, text] : got.details) details.set(key, text);
    if (auto found = mismatch(moment.details, &details, data::Path() / "details")) {
      fault(name + found->str() + why, found->mark.known() ? found->mark : moment.mark);
    }
  }

  void runRandom() {
    for (unsigned i = 0; i < options_.random && faults_.empty(); ++i) {
      SeededRandom random(options_.seed + i);
      runDrawn(random, options_.seed + i);
    }
  }

  void runDrawn(Random& random, std::uint64_t seed) {
    RandomParameter drawing(random);
    TestCase test;
    test.properties = Value::object();
    {
      auto schema = Evaluation::make(templates_, definition_, test);
      if (!schema) {
        faults_.push_back(schema.error());
        return;
      }
      cue::Value parameter = (*schema)->root().lookup("parameter");
      if (!parameter.exists()) return;
      test.properties = drawing.draw(parameter);
      if (!test.properties.isObject()) return;
    }
    for (int repair = 0;; ++repair) {
      auto made = Evaluation::make(templates_, definition_, test);
      if (!made) return;
      cue::Value parameter = (*made)->root().lookup("parameter");
      if (repair < kRepairs && drawing.complete(parameter, test.properties)) continue;
      // Constraints between fields that drawing cannot see: no input after all.
      if (!parameter.validate({.concrete = true, .final = true}).empty()) return;
      judgeDrawn(**made, test, seed);
      noteReached(**made);
      return;
    }
  }

  void judgeDrawn(Evaluation& evaluation, const TestCase& test, std::uint64_t seed) {
    if (!evaluation.refusals().empty()) return;
    std::vector<Error> found = evaluation.faults();
    if (found.empty()) return;
    Error fault = found.front();
    fault.context("rendering a random input (seed " + std::to_string(seed) +
                  "): " + data::toJson(test.properties));
    faults_.push_back(std::move(fault));
  }

  Templates& templates_;
  StatusEvaluator& status_;
  Clock& clock_;
  Files& files_;
  const oam::Definition& definition_;
  const TestFile& tests_;
  const TestOptions& options_;
  std::vector<Error> faults_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> reached_;  // lines and columns
};

}  // namespace

unsigned Coverage::percent() const {
  return branches == 0 ? 100 : static_cast<unsigned>((branches - missed.size()) * 100 / branches);
}

bool Report::passed() const {
  return std::ranges::all_of(outcomes, [](const Outcome& o) { return o.faults.empty(); });
}

struct Tester::Impl {
  Impl(const std::shared_ptr<cue::Runtime>& runtime, Clock& clock_, Files& files_)
      : templates(runtime), status(runtime), clock(clock_), files(files_) {}
  Templates templates;
  StatusEvaluator status;
  Clock& clock;
  Files& files;
};

Tester::Tester(std::shared_ptr<cue::Runtime> runtime, Clock& clock, Files& files)
    : impl_(std::make_unique<Impl>(runtime, clock, files)) {}
Tester::~Tester() = default;

Report Tester::run(const oam::Definition& definition, const TestFile& tests, const TestOptions& options) {
  return Run(impl_->templates, impl_->status, impl_->clock, impl_->files, definition, tests, options)
      .report();
}

}  // namespace puppis::render::deftest
