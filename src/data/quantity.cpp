// SPDX-License-Identifier: Apache-2.0
#include "data/quantity.h"

#include <array>
#include <cstdlib>
#include <limits>
#include <optional>

namespace puppis::data {
namespace {

__extension__ using Wide = __int128;

constexpr std::string_view kBadFormat =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
constexpr std::string_view kBadSuffix = "unable to parse quantity's suffix";
constexpr Wide kNano = 1'000'000'000;
constexpr Wide kMost = kNano * std::numeric_limits<std::int64_t>::max();
constexpr std::array<std::string_view, 10> kDecimalSuffixes = {"n", "u", "m", "",  "k",
                                                               "M", "G", "T", "P", "E"};
constexpr std::array<std::string_view, 7> kBinarySuffixes = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};

bool isDigit(char c) {
  return c >= '0' && c <= '9';
}

struct Suffix {
  Quantity::Format format = Quantity::Format::DecimalSi;
  int base = 10;
  int exponent = 0;
};

std::optional<Suffix> readSuffix(std::string_view text) {
  for (std::size_t i = 0; i < kDecimalSuffixes.size(); ++i) {
    if (text == kDecimalSuffixes[i])
      return Suffix{Quantity::Format::DecimalSi, 10, static_cast<int>(i) * 3 - 9};
  }
  for (std::size_t i = 1; i < kBinarySuffixes.size(); ++i) {
    if (text == kBinarySuffixes[i]) return Suffix{Quantity::Format::BinarySi, 2, static_cast<int>(i) * 10};
  }
  if (text.size() > 1 && (text[0] == 'e' || text[0] == 'E')) {
    std::string digits(text.substr(1));
    char* end = nullptr;
    long exponent = std::strtol(digits.c_str(), &end, 10);
    if (*end != '\0' || exponent > 1000 || exponent < -1000) return std::nullopt;
    return Suffix{Quantity::Format::DecimalExponent, 10, static_cast<int>(exponent)};
  }
  return std::nullopt;
}

std::string wideText(Wide value) {
  bool negative = value < 0;
  if (negative) value = -value;
  std::string out;
  do {
    out.insert(out.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  } while (value != 0);
  return negative ? "-" + out : out;
}

/// value / divisor, away from zero.
Wide divideUp(Wide value, Wide divisor) {
  Wide quotient = value / divisor;
  if (quotient * divisor != value) quotient += value > 0 ? 1 : -1;
  return quotient;
}

}  // namespace

Quantity Quantity::ofInt(std::int64_t value) {
  Quantity out;
  out.nanos_ = kNano * value;
  return out;
}

Quantity Quantity::ofMilli(std::int64_t value) {
  Quantity out;
  out.nanos_ = kNano / 1000 * value;
  return out;
}

Result<Quantity> Quantity::parse(std::string_view text) {
  auto bad = [](std::string_view why) { return fail(ErrorCode::InvalidArgument, std::string(why)); };
  if (text.empty()) return bad(kBadFormat);
  std::size_t at = 0;
  bool negative = text[0] == '-';
  if (text[0] == '-' || text[0] == '+') ++at;
  Wide mantissa = 0;
  int exponent = 0;  // of ten
  bool digits = false;
  bool inexact = false;
  auto take = [&](char c) {
    if (mantissa < kMost) {
      mantissa = mantissa * 10 + (c - '0');
      return true;
    }
    inexact = inexact || c != '0';
    return false;
  };
  for (; at < text.size() && isDigit(text[at]); ++at, digits = true) {
    if (!take(text[at])) ++exponent;
  }
  if (at < text.size() && text[at] == '.') {
    for (++at; at < text.size() && isDigit(text[at]); ++at, digits = true) {
      if (take(text[at])) --exponent;
    }
  }
  std::string_view rest = text.substr(at);
  if (!digits || rest.find('.') != std::string_view::npos) return bad(kBadFormat);
  auto suffix = readSuffix(rest);
  if (!suffix) {
    std::size_t tail = 0;
    while (tail < rest.size() && std::string_view("eEinumkKMGTP").find(rest[tail]) != std::string_view::npos)
      ++tail;
    if (tail < rest.size() && (rest[tail] == '-' || rest[tail] == '+')) ++tail;
    while (tail < rest.size() && isDigit(rest[tail])) ++tail;
    return bad(tail == rest.size() ? kBadSuffix : kBadFormat);
  }
  Quantity out;
  out.format_ = suffix->format;
  if (suffix->base == 10) {
    exponent += suffix->exponent;
  } else {
    for (int i = 0; i < suffix->exponent && mantissa < kMost * kNano; ++i) mantissa *= 2;
  }
  exponent += 9;  // in nanos
  for (; exponent > 0 && mantissa != 0 && mantissa < kMost; --exponent) mantissa *= 10;
  for (; exponent < 0 && mantissa != 0; ++exponent) {
    inexact = inexact || mantissa % 10 != 0;
    mantissa /= 10;
  }
  if (inexact) ++mantissa;
  out.nanos_ = mantissa > kMost ? kMost : mantissa;
  if (negative) out.nanos_ = -out.nanos_;
  return out;
}

std::string Quantity::str() const {
  if (nanos_ == 0) return "0";
  if (format_ == Format::BinarySi && nanos_ % kNano == 0 &&
      (nanos_ >= 1024 * kNano || nanos_ <= -1024 * kNano)) {
    Wide value = nanos_ / kNano;
    std::size_t suffix = 0;
    for (; value % 1024 == 0 && suffix + 1 < kBinarySuffixes.size(); ++suffix) value /= 1024;
    return wideText(value) + std::string(kBinarySuffixes[suffix]);
  }
  Wide value = nanos_;
  std::size_t suffix = 0;
  for (; value % 1000 == 0 && suffix + 1 < kDecimalSuffixes.size(); ++suffix) value /= 1000;
  if (format_ == Format::DecimalExponent) {
    int exponent = static_cast<int>(suffix) * 3 - 9;
    return wideText(value) + (exponent == 0 ? "" : "e" + std::to_string(exponent));
  }
  return wideText(value) + std::string(kDecimalSuffixes[suffix]);
}

std::int64_t Quantity::scaled(std::int64_t divisor) const {
  Wide value = divideUp(nanos_, divisor);
  constexpr Wide kHigh = std::numeric_limits<std::int64_t>::max();
  if (value > kHigh) return std::numeric_limits<std::int64_t>::max();
  if (value < -kHigh) return std::numeric_limits<std::int64_t>::min();
  return static_cast<std::int64_t>(value);
}

Quantity Quantity::roundedUpToMilli() const {
  Quantity out = *this;
  out.nanos_ = divideUp(nanos_, 1'000'000) * 1'000'000;
  return out;
}

Quantity& Quantity::operator+=(const Quantity& other) {
  if (nanos_ == 0) format_ = other.format_;
  nanos_ += other.nanos_;
  return *this;
}

Quantity& Quantity::operator-=(const Quantity& other) {
  if (nanos_ == 0) format_ = other.format_;
  nanos_ -= other.nanos_;
  return *this;
}

}  // namespace puppis::data
