// SPDX-License-Identifier: Apache-2.0
#include "cue/syntax/token.h"

#include <array>
#include <cstddef>

namespace puppis::cue {

namespace {

constexpr std::array<std::string_view, 54> kTexts = {
    "ILLEGAL",    "EOF",      "comment",   "attribute",  //
    "identifier", "integer",  "float",     "string",    "interpolation",
    "_|_",  //
    "+",          "-",        "*",         "/",         "&",
    "|",          "&&",       "||",        "=",         "==",
    "<",          ">",        "!",         "<-",  //
    "!=",         "<=",       ">=",        "=~",        "!~",
    "(",          "[",        "{",         ",",         ".",
    "...",  //
    ")",          "]",        "}",         ";",         ":",
    "?",          "~",  //
    "if",         "else",     "for",       "in",        "let",
    "try",        "fallback", "otherwise", "func",      "true",
    "false",      "null",
};
static_assert(kTexts.size() == static_cast<std::size_t>(Token::Null) + 1, "one text a token");

}  // namespace

std::string_view tokenText(Token token) {
  return kTexts[static_cast<std::size_t>(token)];
}

Token lookupKeyword(std::string_view word) {
  if (word.size() < 2 || word.size() > 9) return Token::Ident;
  constexpr std::string_view kInitials = "efilnot";
  if (kInitials.find(word.front()) == std::string_view::npos) return Token::Ident;
  for (auto i = static_cast<std::size_t>(Token::If); i < kTexts.size(); ++i) {
    if (kTexts[i] == word) return static_cast<Token>(i);
  }
  return Token::Ident;
}

int precedence(Token token) {
  switch (token) {
    case Token::Or:
      return 1;
    case Token::And:
      return 2;
    case Token::LOr:
      return 3;
    case Token::LAnd:
      return 4;
    case Token::Eql:
    case Token::Neq:
    case Token::Lss:
    case Token::Leq:
    case Token::Gtr:
    case Token::Geq:
    case Token::Mat:
    case Token::NMat:
      return 5;
    case Token::Add:
    case Token::Sub:
      return 6;
    case Token::Mul:
    case Token::Quo:
      return 7;
    default:
      return kLowestPrecedence;
  }
}

}  // namespace puppis::cue
