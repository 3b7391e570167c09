// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "data/path.h"
#include "data/value.h"

namespace puppis::render::deftest {

/// Where what is there is not what was wanted.
struct Mismatch {
  data::Path path;
  std::string text;  ///< "wanted 2, is 1"
  data::Mark mark;   ///< of what was wanted, in the file of tests
  [[nodiscard]] std::string str() const;
};

/// The first place where `got` (null: not there) is not as `want` says. What `want` does not mention may be
/// anything; {$only: V}, {$contains: [...]} and {$absent: true} are understood as docs/definition-tests.md
/// says. A string that is a JSON object equals one with the same content.
std::optional<Mismatch> mismatch(const data::Value& want, const data::Value* got, const data::Path& at = {});

/// Whether `want` says that nothing must be there.
bool wantsAbsence(const data::Value& want);

}  // namespace puppis::render::deftest
