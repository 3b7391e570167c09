// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cue/cue.h"
#include "data/value.h"
#include "oam/definition.h"
#include "render/deftest/test_file.h"
#include "render/templates.h"

namespace puppis::render::deftest {

/// One evaluation of a definition's template with the inputs of a test.
class Evaluation {
 public:
  /// The template cannot be compiled: the Error.
  static Result<std::unique_ptr<Evaluation>> make(Templates& templates, const oam::Definition& definition,
                                                  const TestCase& test);

  [[nodiscard]] const cue::Value& root() const { return root_; }
  [[nodiscard]] cue::Session& session() { return session_; }
  /// What the template yields under a name of `expect`; `result` and `resultOutputs` are worked out. Nothing
  /// when there is no such field.
  Result<std::optional<data::Value>> yielded(std::string_view name);
  /// Everything that is wrong: permanent failures, fields of the results that are not finished, texts of
  /// `errs`. Of a workflow step only its parameter must be finished, for the rest waits for actions.
  std::vector<Error> faults();
  /// The texts of `errs`.
  std::vector<std::string> refusals();
  /// Those of the results that exist, as one object; an Error when one is not finished.
  Result<data::Value> results();
  /// The places of the comprehensions that have yielded their body so far.
  [[nodiscard]] std::vector<Location> yields() const { return session_.yields(); }

 private:
  Evaluation(std::shared_ptr<cue::Runtime> runtime, const oam::Definition& definition, const TestCase& test);
  Result<cue::Value> patched();
  Result<std::optional<data::Value>> patchedOutputs();

  const oam::Definition& definition_;
  cue::Session session_;
  data::Value context_;
  cue::Value root_;
};

/// The fields of a template that make something.
inline constexpr std::string_view kResults[] = {"output", "outputs", "patch", "patchOutputs", "errs"};

/// The places of all comprehensions (`if` and `for`) in a definition's own template, in the order of the
/// text.
Result<std::vector<Location>> branchesOf(Templates& templates, const oam::Definition& definition);

/// The `context` of a test: the standard one with what the test says on top.
data::Value contextOf(const oam::Definition& definition, const TestCase& test);

}  // namespace puppis::render::deftest
