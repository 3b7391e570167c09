// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "base/strings.h"
#include "cue/builtin/packages.h"
#include "cue/builtin/support.h"

// Packages encoding/base64 and encoding/hex.

namespace puppis::cue::builtin {

namespace {

/// The first argument names the encoding; only null, the standard one, exists.
Reading standardEncoding(Call& call, Any encoding) {
  Answer scalar = call.host().scalar(encoding.value);
  if (scalar.ok() && scalar.value.type == Value::Type::Null) return std::nullopt;
  if (scalar.state == Answer::State::Incomplete || scalar.state == Answer::State::Passed) return scalar;
  return bad(call, "base64: unsupported encoding: cannot use value " + call.host().text(encoding.value) +
                       " (type " + kindText(call.host().kind(encoding.value)) + ") as null");
}

Answer encodedLen(Call& call, Any encoding, std::int64_t n) {
  if (Reading failure = standardEncoding(call, encoding)) return *failure;
  return Value::ofInt((n + 2) / 3 * 4);
}

Answer decodedLen(Call& call, Any encoding, std::int64_t n) {
  if (Reading failure = standardEncoding(call, encoding)) return *failure;
  return Value::ofInt(n / 4 * 3);
}

Answer encode(Call& call, Any encoding, Bytes data) {
  if (Reading failure = standardEncoding(call, encoding)) return *failure;
  return text(call, base64Encode(data.data));
}

int base64Digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  if (c == '/') return 63;
  return -1;
}

/// Decodes; on failure `error` is the offset of the byte that is wrong. Line breaks are skipped.
bool decodeBase64(std::string_view text, std::string& out, std::size_t& error) {
  constexpr std::size_t kGroup = 4;
  std::array<int, kGroup> digits{};
  std::size_t have = 0;
  auto isBreak = [](char c) { return c == '\n' || c == '\r'; };
  for (std::size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    if (isBreak(c)) continue;
    if (c == '=') {
      error = at;
      if (have < 2) return false;
      std::size_t next = at + 1;
      while (next < text.size() && isBreak(text[next])) ++next;
      if (have == 2) {
        if (next >= text.size()) error = text.size();
        if (next >= text.size() || text[next] != '=') return false;
        ++next;
        while (next < text.size() && isBreak(text[next])) ++next;
      }
      if (next < text.size()) {
        error = next;
        return false;
      }
      out += static_cast<char>((digits[0] << 2) | (digits[1] >> 4));
      if (have == 3) out += static_cast<char>(((digits[1] & 0xF) << 4) | (digits[2] >> 2));
      return true;
    }
    int digit = base64Digit(c);
    if (digit < 0) {
      error = at;
      return false;
    }
    digits[have++] = digit;
    if (have == kGroup) {
      out += static_cast<char>((digits[0] << 2) | (digits[1] >> 4));
      out += static_cast<char>(((digits[1] & 0xF) << 4) | (digits[2] >> 2));
      out += static_cast<char>(((digits[2] & 0x3) << 6) | digits[3]);
      have = 0;
    }
  }
  error = text.size() - have;
  return have == 0;
}

Answer decode(Call& call, Any encoding, std::string_view s) {
  if (Reading failure = standardEncoding(call, encoding)) return *failure;
  std::string out;
  std::size_t error = 0;
  if (!decodeBase64(s, out, error))
    return bad(call, "illegal base64 data at input byte " + std::to_string(error));
  return Value::bytes(keep(call, out));
}

constexpr Function kBase64Functions[] = {
    function<&encodedLen>("EncodedLen", kInt),
    function<&decodedLen>("DecodedLen", kInt),
    function<&encode>("Encode", kString),
    function<&decode>("Decode", kString | kBytes),
};

std::int64_t hexEncodedLen(std::int64_t n) {
  return n * 2;
}
std::int64_t hexDecodedLen(std::int64_t n) {
  return n / 2;
}
std::string hexEncode(Bytes data) {
  return hex(data.data);
}

int hexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Answer hexDecode(Call& call, std::string_view s) {
  std::string out;
  for (std::size_t at = 0; at < s.size(); at += 2) {
    for (std::size_t i = at; i < at + 2 && i < s.size(); ++i) {
      if (hexDigit(s[i]) >= 0) continue;
      auto byte = static_cast<unsigned char>(s[i]);
      std::string shown = byte >= 0x20 && byte < 0x7F ? "'" + std::string(1, s[i]) + "'" : "";
      return bad(call, "encoding/hex: invalid byte: U+00" + hex(s.substr(i, 1)) +
                           (shown.empty() ? "" : " " + shown));
    }
    if (at + 1 == s.size()) return bad(call, "encoding/hex: odd length hex string");
    out += static_cast<char>((hexDigit(s[at]) << 4) | hexDigit(s[at + 1]));
  }
  return Value::bytes(keep(call, out));
}

/// As `hexdump -C` prints it.
std::string hexDump(Bytes data) {
  constexpr std::size_t kWidth = 16;
  std::string out;
  for (std::size_t row = 0; row < data.data.size(); row += kWidth) {
    std::string_view bytes = data.data.substr(row, kWidth);
    std::string offset;
    for (int shift = 24; shift >= 0; shift -= 8) offset += static_cast<char>((row >> shift) & 0xFF);
    out += hex(offset);
    for (std::size_t i = 0; i < kWidth; ++i) {
      out += i % 8 == 0 ? "  " : " ";
      out += i < bytes.size() ? hex(bytes.substr(i, 1)) : "  ";
    }
    out += "  |";
    for (char c : bytes) out += c >= 32 && c <= 126 ? c : '.';
    out += "|\n";
  }
  return out;
}

constexpr Function kHexFunctions[] = {
    function<&hexEncodedLen>("EncodedLen"),
    function<&hexDecodedLen>("DecodedLen"),
    function<&hexDecode>("Decode", kString | kBytes),
    function<&hexDump>("Dump"),
    function<&hexEncode>("Encode"),
};

}  // namespace

const Package kBase64Package{"encoding/base64", kBase64Functions, {}, {}};
const Package kHexPackage{"encoding/hex", kHexFunctions, {}, {}};

}  // namespace puppis::cue::builtin
