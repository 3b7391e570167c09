// SPDX-License-Identifier: Apache-2.0
#include "cue/builtin/text_escape.h"

#include <array>
#include <cstdio>

#include "base/markup.h"
#include "base/strings.h"
#include "cue/builtin/unicode.h"

namespace puppis::cue::builtin {

std::string escapeHtmlText(std::string_view text) {
  return escapeMarkup(text);
}
std::string escapeHtmlTemplate(std::string_view text) {
  return replaceAll(escapeMarkup(text), std::string_view("\0", 1), "\xEF\xBF\xBD");
}

std::string escapeJavaScript(std::string_view text) {
  std::string out;
  auto appendCode = [&out](unsigned rune) {
    std::array<char, 8> buffer{};
    int length = std::snprintf(buffer.data(), buffer.size(), "\\u%04X", rune);
    out.append(buffer.data(), static_cast<std::size_t>(length));
  };
  for (std::size_t at = 0; at < text.size();) {
    unicode::Decoded next = unicode::decode(text, at);
    switch (next.rune) {
      case '\\':
        out += "\\\\";
        break;
      case '\'':
        out += "\\'";
        break;
      case '"':
        out += "\\\"";
        break;
      case '<':
        out += "\\u003C";
        break;
      case '>':
        out += "\\u003E";
        break;
      case '&':
        out += "\\u0026";
        break;
      case '=':
        out += "\\u003D";
        break;
      default:
        if (next.rune < 0x20 || (next.rune >= 0x80 && !unicode::isPrint(next.rune))) {
          appendCode(static_cast<unsigned>(next.rune));
        } else {
          out += text.substr(at, next.length);
        }
    }
    at += next.length;
  }
  return out;
}

}  // namespace puppis::cue::builtin
