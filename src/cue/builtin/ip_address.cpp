// SPDX-License-Identifier: Apache-2.0
#include "cue/builtin/ip_address.h"

#include <algorithm>

#include "base/strings.h"

namespace puppis::cue::builtin {

namespace {

using Text = std::string_view;

tl::unexpected<Error> bad(Text text, std::string_view why) {
  return fail(ErrorCode::InvalidArgument, "ParseAddr(\"" + std::string(text) + "\"): " + std::string(why));
}

bool isDigit(char c) {
  return c >= '0' && c <= '9';
}

/// Four decimal numbers up to 255 without leading zeros.
bool parseFour(Text text, std::uint8_t* out) {
  for (int i = 0; i < 4; ++i) {
    if (i > 0) {
      if (!text.starts_with('.')) return false;
      text.remove_prefix(1);
    }
    int value = 0;
    std::size_t digits = 0;
    while (digits < text.size() && isDigit(text[digits])) {
      if (digits == 1 && value == 0) return false;
      value = value * 10 + (text[digits++] - '0');
      if (value > 255) return false;
    }
    if (digits == 0) return false;
    out[i] = static_cast<std::uint8_t>(value);
    text.remove_prefix(digits);
  }
  return text.empty();
}

int hexDigit(char c) {
  if (isDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Eight groups of hexadecimal digits, one run of zeros as "::", the last two groups possibly as IPv4.
bool parseSix(Text text, std::array<std::uint8_t, 16>& out) {
  std::size_t filled = 0;
  std::optional<std::size_t> gap;
  if (text.starts_with("::")) {
    gap = 0;
    text.remove_prefix(2);
    if (text.empty()) return true;
  }
  while (filled < out.size()) {
    std::size_t digits = 0;
    unsigned value = 0;
    while (digits < text.size() && hexDigit(text[digits]) >= 0) {
      value = value * 16 + static_cast<unsigned>(hexDigit(text[digits++]));
      if (digits > 4) return false;
    }
    if (digits == 0) return false;
    if (digits < text.size() && text[digits] == '.') {
      if ((!gap && filled != 12) || filled + 4 > out.size()) return false;
      if (!parseFour(text, out.data() + filled)) return false;
      filled += 4;
      text = {};
      break;
    }
    out[filled++] = static_cast<std::uint8_t>(value >> 8);
    out[filled++] = static_cast<std::uint8_t>(value & 0xFF);
    text.remove_prefix(digits);
    if (text.empty()) break;
    if (text[0] != ':' || text.size() == 1) return false;
    text.remove_prefix(1);
    if (text[0] == ':') {
      if (gap) return false;
      gap = filled;
      text.remove_prefix(1);
      if (text.empty()) break;
    }
  }
  if (!text.empty()) return false;
  if (filled == out.size()) return !gap;
  if (!gap) return false;
  std::size_t tail = filled - *gap;
  for (std::size_t i = 0; i < tail; ++i) {
    out[out.size() - 1 - i] = out[*gap + tail - 1 - i];
    out[*gap + tail - 1 - i] = 0;
  }
  return true;
}

}  // namespace

Result<IpAddress> parseIpAddress(Text text) {
  IpAddress out;
  std::size_t mark = text.find_first_of(".:%");
  if (mark == Text::npos) return bad(text, "unable to parse IP");
  if (text[mark] == '%') return bad(text, "missing IPv6 address");
  if (text[mark] == '.') {
    out.is4 = true;
    if (!parseFour(text, out.bytes.data())) return bad(text, "unable to parse IP");
    return out;
  }
  Text digits = text;
  if (std::size_t percent = text.find('%'); percent != Text::npos) {
    out.zone = std::string(text.substr(percent + 1));
    if (out.zone.empty()) return bad(text, "zone must be a non-empty string");
    digits = text.substr(0, percent);
  }
  if (!parseSix(digits, out.bytes)) return bad(text, "unable to parse IP");
  return out;
}

Result<IpPrefix> parseIpPrefix(Text text) {
  auto badPrefix = [&](std::string_view why) {
    return fail(ErrorCode::InvalidArgument,
                "netip.ParsePrefix(\"" + std::string(text) + "\"): " + std::string(why));
  };
  std::size_t slash = text.rfind('/');
  if (slash == Text::npos) return badPrefix("no '/'");
  auto address = parseIpAddress(text.substr(0, slash));
  if (!address) return badPrefix(address.error().message());
  if (!address->zone.empty()) return badPrefix("IPv6 zones cannot be present in a prefix");
  Text bits = text.substr(slash + 1);
  bool number = !bits.empty() && bits.size() <= 3 && std::all_of(bits.begin(), bits.end(), isDigit) &&
                (bits.size() == 1 || bits[0] != '0');
  if (!number) return badPrefix("bad bits after slash");
  int value = std::stoi(std::string(bits));
  if (value > static_cast<int>(address->size() * 8)) return badPrefix("prefix length out of range");
  return IpPrefix{*address, value};
}

bool IpAddress::isMapped() const {
  return !is4 && std::all_of(bytes.begin(), bytes.begin() + 10, [](std::uint8_t b) { return b == 0; }) &&
         bytes[10] == 0xFF && bytes[11] == 0xFF;
}

IpAddress IpAddress::unmapped() const {
  if (!isMapped()) return *this;
  IpAddress out;
  out.is4 = true;
  std::copy(bytes.begin() + 12, bytes.end(), out.bytes.begin());
  return out;
}

std::string IpAddress::str() const {
  auto four = [](const std::uint8_t* at) {
    std::string out;
    for (int i = 0; i < 4; ++i) out += (i > 0 ? "." : "") + std::to_string(at[i]);
    return out;
  };
  if (is4) return four(bytes.data());
  std::string tail = zone.empty() ? "" : '%' + zone;
  if (isMapped()) return "::ffff:" + four(bytes.data() + 12) + tail;
  // The longest run of at least two zero groups becomes "::", the first of equals.
  auto group = [this](std::size_t i) { return static_cast<unsigned>(bytes[2 * i] << 8 | bytes[2 * i + 1]); };
  std::size_t start = 8;
  std::size_t length = 1;
  for (std::size_t i = 0; i < 8; ++i) {
    std::size_t end = i;
    while (end < 8 && group(end) == 0) ++end;
    if (end - i > length) {
      start = i;
      length = end - i;
    }
  }
  std::string out;
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == start) {
      out += "::";
      i += length;
      if (i >= 8) break;
    } else if (i > 0) {
      out += ':';
    }
    constexpr Text kHex = "0123456789abcdef";
    bool seen = false;
    for (int shift = 12; shift >= 0; shift -= 4) {
      unsigned digit = (group(i) >> shift) & 0xF;
      seen = seen || digit != 0 || shift == 0;
      if (seen) out += kHex[digit];
    }
  }
  return out + tail;
}

int IpAddress::compare(const IpAddress& other) const {
  if (is4 != other.is4) return is4 ? -1 : 1;
  if (bytes != other.bytes) return bytes < other.bytes ? -1 : 1;
  int order = zone.compare(other.zone);
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

bool IpAddress::isUnspecified() const {
  return zone.empty() && std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t b) { return b == 0; });
}

bool IpAddress::isLoopback() const {
  IpAddress ip = unmapped();
  if (ip.is4) return ip.bytes[0] == 127;
  return ip.bytes[15] == 1 &&
         std::all_of(ip.bytes.begin(), ip.bytes.end() - 1, [](std::uint8_t b) { return b == 0; });
}

bool IpAddress::isMulticast() const {
  IpAddress ip = unmapped();
  return ip.is4 ? (ip.bytes[0] & 0xF0) == 0xE0 : ip.bytes[0] == 0xFF;
}

bool IpAddress::isInterfaceLocalMulticast() const {
  return !is4 && !isMapped() && bytes[0] == 0xFF && (bytes[1] & 0x0F) == 1;
}

bool IpAddress::isLinkLocalMulticast() const {
  IpAddress ip = unmapped();
  if (ip.is4) return ip.bytes[0] == 224 && ip.bytes[1] == 0 && ip.bytes[2] == 0;
  return ip.bytes[0] == 0xFF && (ip.bytes[1] & 0x0F) == 2;
}

bool IpAddress::isLinkLocalUnicast() const {
  IpAddress ip = unmapped();
  if (ip.is4) return ip.bytes[0] == 169 && ip.bytes[1] == 254;
  return ip.bytes[0] == 0xFE && (ip.bytes[1] & 0xC0) == 0x80;
}

bool IpAddress::isGlobalUnicast() const {
  IpAddress ip = unmapped();
  bool broadcast =
      ip.is4 && std::all_of(ip.bytes.begin(), ip.bytes.begin() + 4, [](std::uint8_t b) { return b == 255; });
  bool unspecified = std::all_of(ip.bytes.begin(), ip.bytes.end(), [](std::uint8_t b) { return b == 0; });
  return !unspecified && !broadcast && !isLoopback() && !isMulticast() && !isLinkLocalUnicast();
}

IpAddress IpPrefix::masked() const {
  IpAddress out = address;
  for (std::size_t i = 0; i < out.size(); ++i) {
    int left = bits - static_cast<int>(i) * 8;
    if (left >= 8) continue;
    out.bytes[i] = left <= 0 ? 0 : static_cast<std::uint8_t>(out.bytes[i] & (0xFF << (8 - left)));
  }
  return out;
}

bool IpPrefix::contains(const IpAddress& other) const {
  if (other.is4 != address.is4 || !other.zone.empty()) return false;
  return IpPrefix{other, bits}.masked().bytes == masked().bytes;
}

}  // namespace puppis::cue::builtin
