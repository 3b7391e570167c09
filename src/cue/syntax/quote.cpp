// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <string_view>

#include "cue/syntax/literal.h"
#include "cue/syntax/unicode.h"

namespace puppis::cue {

namespace {

constexpr std::string_view kHex = "0123456789abcdef";

void appendHex(std::string& out, char32_t value, int digits) {
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4)
    out += kHex[(value >> static_cast<unsigned>(shift)) & 0xFU];
}

struct Form {
  char quote = '"';
  bool exact = false;  ///< bytes: what is not UTF-8 is kept as \xNN
  bool multiline = false;
  std::string indent = {};
  int hashes = 0;
};

void appendEscape(std::string& out, const Form& form) {
  out += '\\';
  out.append(static_cast<std::size_t>(form.hashes), '#');
}

void appendRuneEscaped(std::string& out, char32_t rune, const Form& form) {
  if ((!form.multiline && rune == static_cast<char32_t>(form.quote)) || rune == '\\') {
    appendEscape(out, form);
    out += static_cast<char>(rune);
    return;
  }
  if (isPrintRune(rune)) {
    appendRune(out, rune);
    return;
  }
  appendEscape(out, form);
  switch (rune) {
    case '\a':
      out += 'a';
      return;
    case '\b':
      out += 'b';
      return;
    case '\f':
      out += 'f';
      return;
    case '\n':
      out += 'n';
      return;
    case '\r':
      out += 'r';
      return;
    case '\t':
      out += 't';
      return;
    case '\v':
      out += 'v';
      return;
    default:
      break;
  }
  if (rune < ' ' && form.exact) {
    out += 'x';
    appendHex(out, rune, 2);
  } else if (rune < 0x10000) {
    out += 'u';
    appendHex(out, rune, 4);
  } else {
    out += 'U';
    appendHex(out, rune, 8);
  }
}

void appendText(std::string& out, std::string_view text, const Form& form) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t size = 1;
    const char32_t rune = decodeRune(text, at, size);
    if (form.exact && size == 1 && rune == 0xFFFD) {
      appendEscape(out, form);
      out += 'x';
      appendHex(out, static_cast<unsigned char>(text[at]), 2);
    } else if (form.multiline && rune == '\n') {
      out += '\n';
      if (at + 1 < text.size() && text[at + 1] != '\n') out += form.indent;
    } else {
      appendRuneEscaped(out, rune, form);
    }
    at += size;
  }
}

/// How many # keep the text from holding the closing quotes.
int neededHashes(std::string_view text, char quote) {
  const std::string triple(3, quote);
  int out = 0;
  std::size_t at = 0;
  while ((at = text.find(triple, at)) != std::string_view::npos) {
    at += 3;
    while (at < text.size() && text[at] == quote) ++at;
    int hashes = 1;
    for (; at < text.size() && text[at] == '#'; ++at) ++hashes;
    out = std::max(out, hashes);
  }
  return out;
}

std::string quoteWith(std::string_view text, Form form) {
  std::string out;
  out.reserve(text.size() + 8);
  if (!form.multiline) {
    out += form.quote;
    appendText(out, text, form);
    out += form.quote;
    return out;
  }
  form.hashes = neededHashes(text, form.quote);
  const std::string triple(3, form.quote);
  const std::string hashes(static_cast<std::size_t>(form.hashes), '#');
  out += hashes + triple + '\n';
  if (!text.empty()) {
    if (text.front() != '\n') out += form.indent;
    appendText(out, text, form);
    out += '\n';
  }
  out += form.indent + triple + hashes;
  return out;
}

}  // namespace

std::string quoteString(std::string_view text) {
  return quoteWith(text, {});
}

std::string quoteBytes(std::string_view bytes) {
  return quoteWith(bytes, {.quote = '\'', .exact = true});
}

std::string quoteMultiline(std::string_view text, bool bytes, int tabs) {
  Form form{.quote = bytes ? '\'' : '"', .exact = bytes};
  form.multiline = text.find('\n') != std::string_view::npos;
  form.indent.assign(static_cast<std::size_t>(tabs), '\t');
  return quoteWith(text, form);
}

std::string escapedText(std::string_view text, bool bytes, bool multiline, int tabs) {
  Form form{.quote = bytes ? '\'' : '"', .exact = bytes, .multiline = multiline};
  form.indent.assign(static_cast<std::size_t>(tabs), '\t');
  std::string out;
  appendText(out, text, form);
  return out;
}

std::string quoteLabel(std::string_view name) {
  return labelNeedsQuotes(name) ? quoteString(name) : std::string(name);
}

}  // namespace puppis::cue
