// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/source.h"
#include "data/value.h"

namespace puppis::render::deftest {

/// Live objects at one moment, and what the definition must say of them.
struct Moment {
  std::string name;
  data::Value live;  ///< {output, outputs}
  std::optional<bool> healthy;
  std::optional<std::string> message;
  data::Value details;  ///< null when it is not looked at
  data::Mark mark;
};

struct TestCase {
  std::string name;
  data::Value properties;   ///< an object
  data::Value context;      ///< an object
  data::Value workload;     ///< null when it is left out
  data::Value auxiliaries;  ///< an object
  data::Value returns;      ///< an object
  data::Value expect;       ///< an object
  std::string golden;
  std::vector<std::string> errors;
  std::vector<Moment> health;
  bool wantsErrors = false;
  data::Mark mark;
};

/// A NAME.test.yaml, read.
struct TestFile {
  std::shared_ptr<const SourceFile> source;
  std::vector<TestCase> cases;
};

/// All faults of the file are in the one Error, each with its place.
Result<TestFile> parseTestFile(const std::shared_ptr<const SourceFile>& source);

}  // namespace puppis::render::deftest
