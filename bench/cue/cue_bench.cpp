// SPDX-License-Identifier: Apache-2.0

// Our side of the CUE benchmark; see run.sh. The Go side is peer/main.go, which does the same work.

#include <algorithm>
#include <chrono>
#include <fstream>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include <sys/resource.h>

#include "cue/cue.h"
#include "cue/json.h"
#include "data/json.h"

namespace {

using namespace puppis;
using Clock = std::chrono::steady_clock;

struct Case {
  std::string name;
  std::string text;  ///< of the template or archive
  bool corpus = false;
  std::string parameter;  ///< JSON
  std::string context;
};

constexpr std::array kResults = {"output", "outputs", "patch", "patchOutputs"};

/// The JSON of the fields a template is rendered for, after the whole value was validated.
Result<std::string> exported(const cue::Value& root) {
  auto errors = root.validate();
  if (!errors.empty()) return fail(errors.front());
  std::string out;
  for (const char* name : kResults) {
    cue::Value field = root.lookup(name);
    if (!field.exists()) continue;
    out += name;
    out += ' ';
    TRY_VOID(cue::appendJson(out, field));
    out += '\n';
  }
  return out;
}

Result<std::shared_ptr<const cue::Program>> compiled(cue::Runtime& runtime, const Case& c) {
  cue::CompileOptions options;
  options.listArithmetic = true;
  options.openNames = {"context", "parameter"};
  return runtime.compile(c.name, c.text, options);
}

Result<std::string> render(const std::shared_ptr<cue::Runtime>& runtime,
                           const std::shared_ptr<const cue::Program>& program, const Case& c) {
  TRY(data::Value parameter, data::parseJson(c.parameter));
  TRY(data::Value context, data::parseJson(c.context));
  cue::Session session(runtime);
  session.deferOptionalFields(true);
  cue::Value root = session.evaluate(
      program, {{"parameter", std::move(parameter), {}}, {"context", std::move(context), {}}});
  return exported(root);
}

Result<std::string> fresh(const Case& c) {
  auto runtime = cue::Runtime::make();
  TRY(auto program, compiled(*runtime, c));
  return render(runtime, program, c);
}

Result<std::string> corpus(const Case& c) {
  auto runtime = cue::Runtime::make();
  TRY(auto program, runtime->compile(c.name, c.text));
  cue::Session session(runtime);
  auto errors = session.evaluate(program).validate();
  if (!errors.empty()) return fail(errors.front());
  return std::string();
}

void measure(const std::string& name, const char* mode, std::chrono::milliseconds budget,
             const std::function<Result<std::string>()>& work) {
  auto first = work();
  std::vector<std::int64_t> times;
  auto start = Clock::now();
  while (times.size() < 5 || (Clock::now() - start < budget && times.size() < 100'000)) {
    auto before = Clock::now();
    static_cast<void>(work());
    times.push_back(std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - before).count());
    if (Clock::now() - start > 20 * budget) break;
  }
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2), times.end());
  data::Value line = data::Value::object();
  line.set("name", name);
  line.set("mode", mode);
  line.set("ns", times[times.size() / 2]);
  line.set("runs", static_cast<std::int64_t>(times.size()));
  line.set("out", first ? *first : std::string("error"));
  if (!first) line.set("error", first.error().str());
  std::cout << data::toJson(line) << std::endl;
}

Result<std::vector<Case>> readCases(const std::string& path) {
  std::ifstream in(path);
  if (!in) return fail(ErrorCode::NotFound, "cannot read " + path);
  std::vector<Case> out;
  std::string line;
  while (std::getline(in, line)) {
    TRY(data::Value row, data::parseJson(line));
    Case c;
    c.name = row.get("name").asString();
    c.corpus = row.has("corpus");
    c.text = row.get(c.corpus ? "corpus" : "template").asString();
    c.parameter = data::toJson(row.get("parameter"));
    c.context = data::toJson(row.get("context"));
    out.push_back(std::move(c));
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  std::string path;
  std::string only;  // a mode, for profiles
  std::chrono::milliseconds budget(100);
  for (int i = 1; i + 1 < argc; i += 2) {
    if (argv[i] == std::string("-cases")) path = argv[i + 1];
    if (argv[i] == std::string("-only")) only = argv[i + 1];
    if (argv[i] == std::string("-ms")) budget = std::chrono::milliseconds(std::stoi(argv[i + 1]));
  }
  auto cases = readCases(path);
  if (!cases) {
    std::cerr << cases.error().report();
    return 1;
  }
  for (const Case& c : *cases) {
    if (c.corpus) {
      measure(c.name, "corpus", budget, [&] { return corpus(c); });
      continue;
    }
    auto runtime = cue::Runtime::make();
    auto program = compiled(*runtime, c);
    if (only.empty() || only == "reuse") {
      measure(c.name, "reuse", budget, [&]() -> Result<std::string> {
        return program ? render(runtime, *program, c) : fail(program.error());
      });
    }
    if (only.empty() || only == "fresh") measure(c.name, "fresh", budget, [&] { return fresh(c); });
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::cout << "{\"peak_kib\":" << usage.ru_maxrss << "}" << std::endl;
  return 0;
}
