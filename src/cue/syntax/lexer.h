// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "cue/syntax/faults.h"
#include "cue/syntax/token.h"

namespace puppis::cue {

/// One lexical element.
struct LexToken {
  Token token = Token::Illegal;
  Pos pos;
  std::uint32_t end = 0;   ///< offset just behind it
  std::uint32_t line = 1;  ///< of its first byte, from 1
  /// The source text (carriage returns left out of strings and comments). Of a comma: "," when written, "\n"
  /// when the end of a line or of the text stands for it.
  std::string_view text;
};

/// Turns a text into tokens and puts in the commas that line ends stand for. Faults go to the collector;
/// scanning goes on behind them.
///
/// A string with "\(" in it is delivered up to and including the parenthesis as Token::Interpolation; the
/// parenthesis then comes again as a token of its own. When the parser stands at the closing parenthesis,
/// resumeString() delivers the next part, from that parenthesis on.
class Lexer {
 public:
  /// `text` must be valid UTF-8 without NUL (checkText) and outlive the lexer, as must `arena`, which
  /// receives texts that differ from the source.
  Lexer(std::string_view text, Arena& arena, SyntaxFaults& faults, bool comments);

  LexToken next();
  /// The rest of the innermost open string, up to its end or the next "\(" (the text then ends in "(").
  LexToken resumeString();

  /// Reports what may stand nowhere in a text: NUL, broken UTF-8, a byte order mark past the beginning, more
  /// bytes than offsets can count.
  static void checkText(std::string_view text, SyntaxFaults& faults);

 private:
  /// The quotes of a string being read.
  struct Quote {
    char quote = '"';
    int count = 1;  ///< 1 or 3
    int hashes = 0;
    std::size_t start = 0;  ///< offset of the opening
    bool hasIndent = false;
    std::string_view indent;  ///< blanks that all lines so far begin with
  };
  struct StringScan {
    bool interpolation = false;
    std::string_view text;
  };

  [[nodiscard]] int peek(std::size_t ahead = 0) const;
  void skipBlanks();
  void fault(std::size_t offset, std::string message, std::string expected = {}, std::string found = {});
  /// Reads the token at the cursor into `token`. False: it was a comment to be skipped.
  bool scanToken(LexToken& token);
  LexToken elidedComma(std::size_t offset, std::uint32_t line) const;
  void scanNames();
  Token scanNumber(bool behindPoint);
  void scanDigits(int base);
  void scanStringToken(LexToken& token, int hashes);
  StringScan scanString(std::size_t from, Quote quote, bool resumed);
  [[nodiscard]] bool closesString(const Quote& quote) const;
  bool scanEscape(const Quote& quote);
  void scanAttribute();
  void scanAttributeBody();
  Token scanOperator();
  std::string_view withoutReturns(std::string_view text);

  std::string_view text_;
  Arena& arena_;
  SyntaxFaults& faults_;
  bool comments_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
  bool lineEndIsComma_ = false;
  bool nextHasComma_ = false;
  int linesSince_ = 0;
  int blanksSince_ = 0;
  int attributeDepth_ = 0;
  std::vector<Quote> quotes_;
};

}  // namespace puppis::cue
