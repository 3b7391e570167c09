// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/source.h"
#include "cue/syntax/ast.h"

namespace puppis::cue {

/// The position of the first token of a node; found in the tree, so that it also holds for built trees.
Pos firstPos(const Node& node);

/// Where a node ends: nothing (a built node without positions), or a place whose offset may be unknown.
struct NodeEnd {
  bool known = false;
  std::uint32_t offset = Pos::kNoOffset;
};
NodeEnd nodeEnd(const Node& node);

/// Line numbers of offsets.
class LineTable {
 public:
  explicit LineTable(const SourceFile* source);
  /// From 1; 0 for what has no offset.
  [[nodiscard]] std::uint32_t lineOf(std::uint32_t offset) const;

 private:
  std::vector<std::uint32_t> starts_;
};

/// True if a place in the source is before another; places without an offset are before none.
inline bool isBefore(Pos a, Pos b) {
  return a.hasOffset() && b.hasOffset() && a.offset < b.offset;
}

}  // namespace puppis::cue
