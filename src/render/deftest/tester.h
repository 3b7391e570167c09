// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "oam/definition.h"
#include "render/deftest/test_file.h"

namespace puppis {
class Files;
}
namespace puppis::cue {
class Runtime;
}

namespace puppis::render::deftest {

struct TestOptions {
  unsigned random = 20;       ///< random inputs a definition; 0 for none
  std::uint64_t seed = 1;     ///< of the random inputs
  bool updateGolden = false;  ///< write golden files instead of comparing with them
};

/// What came of one test.
struct Outcome {
  std::string name;
  std::vector<Error> faults;  ///< empty: it passed
  Nanos took{0};
};

/// Which branches of a template the tests and random inputs have reached.
struct Coverage {
  std::size_t branches = 0;      ///< `if`s and `for`s in the template
  std::vector<Location> missed;  ///< those whose body nothing has reached
  /// 100 when there is no branch.
  [[nodiscard]] unsigned percent() const;
};

/// What came of one definition.
struct Report {
  std::string title;  ///< "trait scaler"
  std::string file;   ///< of its tests
  std::vector<Outcome> outcomes;
  Coverage coverage;
  Nanos took{0};
  [[nodiscard]] bool passed() const;
};

/// Runs tests of definitions with the engine that renders Applications. Compiled templates are kept; for one
/// thread.
class Tester {
 public:
  /// `files` is where golden files lie.
  Tester(std::shared_ptr<cue::Runtime> runtime, Clock& clock, Files& files);
  ~Tester();
  Tester(const Tester&) = delete;
  Tester& operator=(const Tester&) = delete;

  Report run(const oam::Definition& definition, const TestFile& tests, const TestOptions& options = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace puppis::render::deftest
