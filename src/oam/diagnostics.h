// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "base/error.h"
#include "base/result.h"

namespace puppis::oam {

/// Everything found wrong in one run: a reader goes on after a fault, so that the user sees them all at once.
struct Diagnostics {
  std::vector<Error> errors;
  std::vector<Error> warnings;  ///< what works, but is likely not meant

  void error(Error e) { errors.push_back(std::move(e)); }
  void warn(Error e) { warnings.push_back(std::move(e)); }
  [[nodiscard]] bool ok() const { return errors.empty(); }
  /// One Error for all errors; there must be one.
  [[nodiscard]] Error combined() const;
  /// Puts an Error in, taking a list of faults apart.
  void add(const Error& e);
};

}  // namespace puppis::oam
