// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace puppis::data {

/// An amount as Kubernetes writes it: "100m", "1.5Gi", "2e3". Exact down to 10^-9; what is finer is rounded
/// up.
class Quantity {
 public:
  enum class Format : std::uint8_t { DecimalSi, BinarySi, DecimalExponent };

  Quantity() = default;
  static Quantity ofInt(std::int64_t value);
  static Quantity ofMilli(std::int64_t value);
  /// InvalidArgument with the words of the Kubernetes API.
  static Result<Quantity> parse(std::string_view text);

  /// The canonical form: "1000m" prints as "1", "1024Mi" as "1Gi".
  [[nodiscard]] std::string str() const;
  /// Rounded up to whole units, or to thousandths; clamped to 64 bits.
  [[nodiscard]] std::int64_t value() const { return scaled(1'000'000'000); }
  [[nodiscard]] std::int64_t milliValue() const { return scaled(1'000'000); }
  [[nodiscard]] double asDouble() const { return static_cast<double>(nanos_) / 1e9; }
  [[nodiscard]] bool isZero() const { return nanos_ == 0; }
  [[nodiscard]] bool isInteger() const { return nanos_ % 1'000'000'000 == 0; }
  /// -1, 0 or 1.
  [[nodiscard]] int sign() const { return nanos_ < 0 ? -1 : nanos_ > 0 ? 1 : 0; }
  [[nodiscard]] Format format() const { return format_; }
  /// The same rounded up to thousandths, which is as fine as resource lists are kept.
  [[nodiscard]] Quantity roundedUpToMilli() const;

  Quantity& operator+=(const Quantity& other);
  Quantity& operator-=(const Quantity& other);
  friend bool operator==(const Quantity& a, const Quantity& b) { return a.nanos_ == b.nanos_; }
  friend bool operator<(const Quantity& a, const Quantity& b) { return a.nanos_ < b.nanos_; }

 private:
  __extension__ using Wide = __int128;
  [[nodiscard]] std::int64_t scaled(std::int64_t divisor) const;

  Wide nanos_ = 0;
  Format format_ = Format::DecimalSi;
};

}  // namespace puppis::data
