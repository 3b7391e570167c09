// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace puppis {

/// A text with a name, immutable, that turns byte offsets into lines and columns. Shared by everything that
/// points into it; safe to read from several threads.
class SourceFile {
 public:
  /// `name` is what the user called it: a path, "-" for standard input, or "<built-in webservice>".
  static std::shared_ptr<const SourceFile> make(std::string name, std::string text);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::string_view text() const { return text_; }
  /// The line, counted from 1, without its line break; empty past the end.
  [[nodiscard]] std::string_view line(std::uint32_t number) const;
  /// The place of `offset` (clamped to the text), `length` bytes long.
  [[nodiscard]] Location locate(std::size_t offset, std::size_t length = 1) const;
  /// The place at a known line and column (both from 1).
  [[nodiscard]] Location locateLine(std::uint32_t line, std::uint32_t column, std::uint32_t length = 1) const;

 private:
  SourceFile(std::string name, std::string text);
  std::string name_;
  std::string text_;
  std::vector<std::size_t> lineStarts_;
};

}  // namespace puppis
