// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace puppis::cue {

/// The lexical elements of CUE (as of v0.17).
enum class Token : std::uint8_t {
  Illegal,
  Eof,
  Comment,
  Attribute,  ///< a whole `@name(balanced text)`

  // Literals. The text of the token is the source text, quotes included.
  Ident,
  Int,
  Float,
  String,         ///< strings and bytes, single line, multi-line and raw
  Interpolation,  ///< the part of a string up to and including the first "\("
  Bottom,         ///< _|_

  Add,
  Sub,
  Mul,
  Quo,  // + - * /
  And,
  Or,
  LAnd,
  LOr,  // & | && ||
  Bind,
  Eql,
  Lss,
  Gtr,
  Not,
  Arrow,  // = == < > ! <-
  Neq,
  Leq,
  Geq,
  Mat,
  NMat,  // != <= >= =~ !~
  LParen,
  LBrack,
  LBrace,
  Comma,
  Period,
  Ellipsis,
  RParen,
  RBrack,
  RBrace,
  Semicolon,
  Colon,
  Option,
  Tilde,  // ) ] } ; : ? ~

  // Keywords; every one may also be the label of a field.
  If,
  Else,
  For,
  In,
  Let,
  Try,
  Fallback,
  Otherwise,
  Func,
  True,
  False,
  Null,
};

/// How a token is written ("+", "if"), or what it is called ("identifier") where it has no fixed text.
std::string_view tokenText(Token token);

constexpr bool isKeyword(Token token) {
  return token >= Token::If;
}
constexpr bool isOperator(Token token) {
  return token >= Token::Add && token <= Token::Tilde;
}
constexpr bool isLiteral(Token token) {
  return token >= Token::Ident && token <= Token::Bottom;
}

/// The keyword that `word` is, or Token::Ident.
Token lookupKeyword(std::string_view word);

/// How tightly a binary operator binds: 1 (`|`) to 7 (`*`); 0 for what is no binary operator.
int precedence(Token token);
inline constexpr int kLowestPrecedence = 0;
inline constexpr int kUnaryPrecedence = 8;
inline constexpr int kHighestPrecedence = 9;

/// What stands between a token and the one before it. In a tree that was built rather than parsed it says
/// what the formatter should put there.
enum class Space : std::uint8_t {
  Unset,       ///< the formatter decides
  Elided,      ///< the token itself is not written
  None,        ///< nothing
  Blank,       ///< blanks on the same line
  Newline,     ///< one line break
  NewSection,  ///< an empty line at least
};

/// Where a token begins: a byte offset in the file's source, and how it is set apart. A built node has no
/// offset.
struct Pos {
  static constexpr std::uint32_t kNoOffset = 0xffffffffU;

  std::uint32_t offset = kNoOffset;
  Space space = Space::Unset;
  bool afterComma = false;  ///< a comma was written before this token
  bool scanned = false;     ///< comes from a text (not built)

  [[nodiscard]] constexpr bool hasOffset() const { return offset != kNoOffset; }
  /// Neither an offset nor a spacing: the token is not there (as the parentheses of `import "x"`).
  [[nodiscard]] constexpr bool absent() const { return offset == kNoOffset && space == Space::Unset; }
  [[nodiscard]] constexpr bool present() const { return !absent(); }
  /// A position in no file that only says how to space.
  static constexpr Pos spaced(Space space) { return Pos{kNoOffset, space, false, false}; }
  friend constexpr bool operator==(const Pos& a, const Pos& b) {
    return a.offset == b.offset && a.space == b.space;
  }
};

}  // namespace puppis::cue
