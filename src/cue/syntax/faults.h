// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/source.h"

namespace puppis::cue {

/// One thing wrong in a text.
struct SyntaxFault {
  std::uint32_t offset = 0;
  std::uint32_t length = 1;
  std::uint32_t line = 0;
  std::string message;
  std::string expected;
  std::string found;
};

/// Gathers the faults of a file and makes one Error of them.
class SyntaxFaults {
 public:
  /// A fault that is reported in any case.
  void add(SyntaxFault fault) { faults_.push_back(std::move(fault)); }
  /// A fault that is most likely a consequence when it stands on the line of the one before it: left out
  /// then.
  void addUnlessSameLine(SyntaxFault fault) {
    if (!faults_.empty() && faults_.back().line == fault.line) return;
    faults_.push_back(std::move(fault));
  }
  [[nodiscard]] bool empty() const { return faults_.empty(); }
  [[nodiscard]] std::size_t size() const { return faults_.size(); }

  /// The faults in source order, without repetitions. There must be one at least.
  [[nodiscard]] Error toError(const SourceFile& source) const;

 private:
  std::vector<SyntaxFault> faults_;
};

}  // namespace puppis::cue
