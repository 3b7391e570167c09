// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace puppis::cue::builtin {

/// An IPv4 or IPv6 address, the latter with its zone.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};  ///< of IPv4 the first four
  bool is4 = false;
  std::string zone;

  [[nodiscard]] std::size_t size() const { return is4 ? 4 : 16; }
  [[nodiscard]] bool isMapped() const;  ///< IPv4 in IPv6, ::ffff:a.b.c.d
  [[nodiscard]] std::string str() const;
  /// -1, 0 or 1: IPv4 before IPv6, then by bytes, then by zone.
  [[nodiscard]] int compare(const IpAddress& other) const;
  [[nodiscard]] IpAddress unmapped() const;

  [[nodiscard]] bool isUnspecified() const;
  [[nodiscard]] bool isLoopback() const;
  [[nodiscard]] bool isMulticast() const;
  [[nodiscard]] bool isInterfaceLocalMulticast() const;
  [[nodiscard]] bool isLinkLocalMulticast() const;
  [[nodiscard]] bool isLinkLocalUnicast() const;
  [[nodiscard]] bool isGlobalUnicast() const;
};

/// An address and a length in bits.
struct IpPrefix {
  IpAddress address;
  int bits = 0;
  [[nodiscard]] std::string str() const { return address.str() + '/' + std::to_string(bits); }
  /// With all bits past the length 0.
  [[nodiscard]] IpAddress masked() const;
  [[nodiscard]] bool contains(const IpAddress& other) const;
};

/// Errors: InvalidArgument.
Result<IpAddress> parseIpAddress(std::string_view text);
Result<IpPrefix> parseIpPrefix(std::string_view text);

}  // namespace puppis::cue::builtin
