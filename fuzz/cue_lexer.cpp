// SPDX-License-Identifier: Apache-2.0
// room: cue
// Any text is read to its end as tokens that lie in order within it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "cue/syntax/lexer.h"
#include "cue/syntax/literal.h"

using namespace puppis;
using namespace puppis::cue;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  SyntaxFaults faults;
  Lexer::checkText(text, faults);
  if (!faults.empty()) return 0;
  Arena arena;
  Lexer lexer(text, arena, faults, true);
  std::uint32_t last = 0;
  for (std::size_t count = 0;; ++count) {
    const LexToken token = lexer.next();
    if (token.pos.offset < last || token.end < token.pos.offset || token.end > size) std::abort();
    if (count > 2 * size + 4) std::abort();
    last = token.pos.offset;
    if (token.token == Token::Eof) break;
    // Whatever the lexer takes for a literal can be decoded, or is refused, without harm.
    if (token.token == Token::String) (void)unquote(token.text);
    if (token.token == Token::Int || token.token == Token::Float) (void)parseNumber(token.text);
  }
  return 0;
}
