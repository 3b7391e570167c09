// SPDX-License-Identifier: Apache-2.0
#include "render/deftest/test_file.h"

#include <algorithm>

#include "base/strings.h"
#include "data/yaml.h"

namespace puppis::render::deftest {

namespace {

using data::Kind;
using data::Value;

class FileReader {
 public:
  explicit FileReader(std::shared_ptr<const SourceFile> source) { file_.source = std::move(source); }

  Result<TestFile> read() {
    TRY(std::vector<Value> documents, data::parseYaml(file_.source));
    for (const Value& document : documents) {
      known(document, {"tests"}, "a file of tests");
      const Value& tests = member(document, "tests", Kind::Array);
      if (tests.empty()) fault(document.mark(), "there are no tests");
      for (const Value& test : tests.elements()) file_.cases.push_back(testCase(test));
    }
    if (documents.empty()) fault({1, 1}, "there are no tests");
    if (faults_.size() == 1) return fail(faults_.front());
    if (!faults_.empty()) {
      Error all(ErrorCode::InvalidArgument, "the file of tests is not well formed");
      for (Error& e : faults_) all.detail(std::move(e));
      return fail(std::move(all));
    }
    return std::move(file_);
  }

 private:
  TestCase testCase(const Value& test) {
    TestCase out;
    out.mark = test.mark();
    if (!test.isObject()) {
      fault(test.mark(), "a test is a map");
      return out;
    }
    known(test,
          {"name", "properties", "context", "workload", "auxiliaries", "returns", "expect", "golden",
           "errors", "health"},
          "a test");
    out.name = text(test, "name");
    if (out.name.empty()) fault(test.mark(), "a test needs a name");
    out.properties = object(test, "properties");
    out.context = object(test, "context");
    out.workload = member(test, "workload", Kind::Object);
    out.auxiliaries = object(test, "auxiliaries");
    out.returns = object(test, "returns");
    out.expect = object(test, "expect");
    out.golden = text(test, "golden");
    out.wantsErrors = test.has("errors");
    for (const Value& e : member(test, "errors", Kind::Array).elements()) {
      if (!e.isString()) fault(e.mark(), "a text is wanted");
      out.errors.push_back(e.asString());
    }
    for (const Value& m : member(test, "health", Kind::Array).elements()) out.health.push_back(moment(m));
    if (out.wantsErrors && (test.has("expect") || test.has("golden") || test.has("health"))) {
      fault(test.mark(), "a test that wants errors cannot expect a result as well");
    }
    if (!out.wantsErrors && !test.has("expect") && !test.has("golden") && !test.has("health")) {
      fault(test.mark(), "the test looks at nothing: it needs expect, golden, errors or health");
    }
    return out;
  }

  Moment moment(const Value& m) {
    Moment out;
    out.mark = m.mark();
    known(m, {"name", "live", "healthy", "message", "details"}, "a moment");
    out.name = text(m, "name");
    out.live = object(m, "live");
    if (m.has("healthy")) out.healthy = member(m, "healthy", Kind::Bool).asBool();
    if (m.has("message")) out.message = text(m, "message");
    out.details = member(m, "details", Kind::Object);
    if (!out.healthy && !out.message && out.details.isNull()) {
      fault(m.mark(), "the moment looks at nothing: it needs healthy, message or details");
    }
    return out;
  }

  /// The member; null when it is absent, null or (a fault) of another kind.
  Value member(const Value& of, std::string_view key, Kind kind) {
    const Value& found = of.get(key);
    if (found.isNull() || found.kind() == kind) return found;
    faults_.push_back(Error(ErrorCode::InvalidArgument, "`" + std::string(key) + "` is of the wrong kind")
                          .at(data::locate(*file_.source, found.mark()))
                          .expected(std::string(data::kindName(kind)))
                          .found(std::string(data::kindName(found.kind()))));
    return {};
  }
  Value object(const Value& of, std::string_view key) {
    Value found = member(of, key, Kind::Object);
    return found.isNull() ? Value::object() : found;
  }
  std::string text(const Value& of, std::string_view key) { return member(of, key, Kind::String).asString(); }

  void known(const Value& of, const std::vector<std::string>& keys, std::string_view what) {
    for (const data::Member& m : of.members()) {
      if (std::ranges::find(keys, m.key.str()) != keys.end()) continue;
      Error e(ErrorCode::InvalidArgument, std::string(what) + " has no `" + m.key.str() + "`");
      e.at(data::locate(*file_.source, m.keyMark));
      if (auto near = nearest(m.key.str(), keys)) e.suggest(*near);
      faults_.push_back(std::move(e));
    }
  }

  void fault(data::Mark at, std::string message) {
    faults_.push_back(
        Error(ErrorCode::InvalidArgument, std::move(message)).at(data::locate(*file_.source, at)));
  }

  TestFile file_;
  std::vector<Error> faults_;
};

}  // namespace

Result<TestFile> parseTestFile(const std::shared_ptr<const SourceFile>& source) {
  return FileReader(source).read();
}

}  // namespace puppis::render::deftest
