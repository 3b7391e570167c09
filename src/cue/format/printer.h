// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cue/format/format.h"
#include "cue/syntax/ast.h"

namespace puppis::cue {

/// White space that a formatter asks for between two tokens; several requests are joined with |.
namespace ws {
using Set = std::uint32_t;
inline constexpr Set kNothing = 0;
inline constexpr Set kBlank = 1U << 0U;
inline constexpr Set kColumn = 1U << 1U;  ///< what follows stands in a column of its own
inline constexpr Set kNoBlank = 1U << 2U;
inline constexpr Set kNoOverride = 1U << 3U;  ///< the source's own spacing does not count here
inline constexpr Set kComma = 1U << 4U;       ///< a comma, unless kTrailComma follows on the same line
inline constexpr Set kTrailComma = 1U
                                   << 5U;    ///< the comma before a closing bracket: only before a line break
inline constexpr Set kDeclComma = 1U << 6U;  ///< a comma, unless a line break follows
inline constexpr Set kNewline = 1U << 7U;
inline constexpr Set kFormfeed = 1U << 8U;    ///< a line break that ends the columns
inline constexpr Set kNewSection = 1U << 9U;  ///< an empty line
inline constexpr Set kIndent = 1U << 10U;     ///< from the next line break on, one level deeper
inline constexpr Set kUnindent = 1U << 11U;   ///< back to the level of the matching kIndent
inline constexpr Set kIndented = 1U << 12U;   ///< (of a level on the stack) it has become effective
inline constexpr Set kAnyBreak = kNewline | kFormfeed | kNewSection;
}  // namespace ws

/// Writes tokens one after the other and settles what white space stands between them: what the formatter
/// asked for, corrected by how the source was laid out. The result still has to go through a ColumnWriter.
class Printer {
 public:
  explicit Printer(const FormatOptions& options) : options_(options) {}

  /// Adds to what is asked for before the next token.
  void space(ws::Set set) { allowed_ |= set; }
  /// The next token stands in the source as `pos` says.
  void place(Pos pos);
  void token(Token token);
  /// Text to be written as it is.
  void text(std::string_view text);
  void identifier(std::string_view name);
  void literal(const BasicLit& literal);
  void attribute(std::string_view text);
  /// A comment group begins.
  void beginComments(const CommentGroup& group);
  void comment(const Comment& comment);
  void markComment() { inComment_ = true; }
  /// The end of the file.
  void finish();
  /// Drops what was asked for so far and asks for `set` instead.
  void resetSpace(ws::Set set) { allowed_ = set; }

  /// Takes back the latest kIndent.
  void popIndent();
  void outdent() { --indent_; }

  [[nodiscard]] bool empty() const { return output_.empty(); }
  [[nodiscard]] bool atLineStart() const { return column_ <= 1; }
  [[nodiscard]] int linesOut() const { return linesOut_; }
  [[nodiscard]] Token lastToken() const { return lastToken_; }
  [[nodiscard]] bool braceOnLine() const { return braceOnLine_; }
  void setBraceOnLine(bool value) { braceOnLine_ = value; }
  [[nodiscard]] std::string take() { return std::move(output_); }

 private:
  void write(std::string_view data, bool isLiteral, ws::Set next = ws::kNothing);
  void writeSpace(ws::Set set);
  void writeBreak(char c, int count);
  void writeChar(char c);
  void writeText(std::string_view data, bool isLiteral);
  void deepenOnBreak(ws::Set set);

  const FormatOptions& options_;
  ws::Set allowed_ = ws::kNothing;
  std::vector<ws::Set> indents_;
  int column_ = 1;
  int linesOut_ = 0;
  Token lastToken_ = Token::Illegal;
  std::string output_;
  int indent_ = 0;
  bool spaceBefore_ = false;
  bool braceOnLine_ = false;
  bool inComment_ = false;
};

/// A number as cue fmt writes it: digits on both sides of the point, lower-case exponent.
std::string canonicalNumber(Token token, std::string_view text);

}  // namespace puppis::cue
