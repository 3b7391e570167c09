// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/strings.h"
#include "cue/builtin/ip_address.h"
#include "cue/builtin/packages.h"
#include "cue/builtin/support.h"
#include "cue/builtin/url_text.h"
#include "cue/number/integer.h"

// Package net. Addresses are given as texts, as bytes of text, or as lists of byte values.

namespace puppis::cue::builtin {

namespace {

using Text = std::string_view;
using number::Decimal;

/// Reads an address in any of its forms; the answer is the failure, if any.
Reading readAddress(Call& call, Handle value, IpAddress& out) {
  Host& host = call.host();
  std::uint16_t kind = host.kind(value);
  if (kind == kString || kind == kBytes) {
    Text digits;
    if (Answer read = textOf(call, value, digits); !read.ok()) return read;
    auto address = parseIpAddress(digits);
    if (!address) return bad(call, address.error().message());
    out = *address;
    return std::nullopt;
  }
  if (kind != kList) return bad(call, "invalid type " + kindText(kind) + " for IP address");
  Answer items = host.elements(value, nullptr);
  if (!items.ok()) return items;
  std::vector<std::uint8_t> bytes;
  for (const Value& item : items.value.list()) {
    Answer scalar = host.scalar(item.handle);
    if (scalar.state == Answer::State::Incomplete || scalar.state == Answer::State::Passed) return scalar;
    auto byte = scalar.ok() && scalar.value.type == Value::Type::Number && scalar.value.num.isInt()
                    ? number::toInt64(scalar.value.num)
                    : std::nullopt;
    if (!byte) return bad(call, "cannot use value " + host.text(item.handle) + " as a byte of an IP address");
    if (*byte < 0 || *byte > 255) return bad(call, "invalid IP byte value " + std::to_string(*byte));
    bytes.push_back(static_cast<std::uint8_t>(*byte));
  }
  if (bytes.size() != 4 && bytes.size() != 16) {
    return bad(call, "invalid IP length " + std::to_string(bytes.size()));
  }
  out = IpAddress();
  out.is4 = bytes.size() == 4;
  std::copy(bytes.begin(), bytes.end(), out.bytes.begin());
  return std::nullopt;
}

Reading readPrefix(Call& call, Handle value, IpPrefix& out) {
  std::uint16_t kind = call.host().kind(value);
  if (kind != kString && kind != kBytes) return bad(call, "invalid type " + kindText(kind) + " for IP CIDR");
  Text digits;
  if (Answer read = textOf(call, value, digits); !read.ok()) return read;
  auto prefix = parseIpPrefix(digits);
  if (!prefix) return bad(call, prefix.error().message());
  out = *prefix;
  return std::nullopt;
}

template <bool (IpAddress::*Property)() const>
Answer addressIs(Call& call, Any ip) {
  IpAddress address;
  if (Reading failure = readAddress(call, ip.value, address)) return *failure;
  return Value::of((address.*Property)());
}

Answer ipv4(Call& call, Any ip) {
  IpAddress address;
  if (Reading failure = readAddress(call, ip.value, address)) return *failure;
  return Value::of(address.is4);
}
Answer ipv6(Call& call, Any ip) {
  IpAddress address;
  if (Reading failure = readAddress(call, ip.value, address)) return *failure;
  return Value::of(!address.is4);
}
Answer anyIp(Call& call, Any ip) {
  IpAddress address;
  if (Reading failure = readAddress(call, ip.value, address)) return *failure;
  return Value::of(true);
}
Answer ipCidr(Call& call, Any ip) {
  IpPrefix prefix;
  if (Reading failure = readPrefix(call, ip.value, prefix)) return *failure;
  return Value::of(true);
}

Value byteList(Call& call, const IpAddress& address) {
  std::vector<Value> out;
  for (std::size_t i = 0; i < address.size(); ++i) out.push_back(Value::ofInt(address.bytes[i]));
  return list(call, out);
}

Answer parseIp(Call& call, Text s) {
  auto address = parseIpAddress(s);
  if (!address) return bad(call, "invalid IP address \"" + std::string(s) + '"');
  return byteList(call, *address);
}

Answer toIp4(Call& call, Any ip) {
  IpAddress address;
  if (Reading failure = readAddress(call, ip.value, address)) return *failure;
  if (!address.is4) return bad(call, "cannot convert \"" + address.str() + "\" to IPv4");
  return byteList(call, address);
}

Answer toIp16(Call& call, Any ip) {
  IpAddress address;
  if (Reading failure = readAddress(call, ip.value, address)) return *failure;
  if (!address.is4) return byteList(call, address);
  IpAddress mapped;
  mapped.bytes[10] = mapped.bytes[11] = 0xFF;
  std::copy_n(address.bytes.begin(), 4, mapped.bytes.begin() + 12);
  return byteList(call, mapped);
}

Answer ipString(Call& call, Any ip) {
  IpAddress address;
  if (Reading failure = readAddress(call, ip.value, address)) return *failure;
  return text(call, address.str());
}

/// address + offset; false when it leaves the range of addresses.
Reading addOffset(Call& call, IpAddress& address, const Decimal& offset) {
  Arena& arena = call.arena();
  Decimal value =
      number::fromBigEndian({reinterpret_cast<const char*>(address.bytes.data()), address.size()}, arena);
  Decimal moved = number::addWhole(value, offset, arena);
  if (moved.sign() < 0) {
    return bad(call, "IP address arithmetic resulted in out-of-range address (underflow)");
  }
  std::string bytes = number::toBigEndian(moved);
  if (bytes.size() > address.size()) {
    return bad(call, "IP address arithmetic resulted in out-of-range address (overflow)");
  }
  bytes.insert(0, address.size() - bytes.size(), '\0');
  std::copy(bytes.begin(), bytes.end(), address.bytes.begin());
  address.zone.clear();
  return std::nullopt;
}

Answer addIp(Call& call, Any ip, const BigInt& offset) {
  IpPrefix prefix;
  if (!readPrefix(call, ip.value, prefix)) {
    if (Reading failure = addOffset(call, prefix.address, offset.number)) return *failure;
    return text(call, prefix.str());
  }
  IpAddress address;
  if (Reading failure = readAddress(call, ip.value, address)) return *failure;
  if (Reading failure = addOffset(call, address, offset.number)) return *failure;
  return text(call, address.str());
}

Answer addIpCidr(Call& call, Any ip, const BigInt& offset) {
  IpPrefix prefix;
  if (Reading failure = readPrefix(call, ip.value, prefix)) return *failure;
  auto hostBits = static_cast<std::uint64_t>(static_cast<int>(prefix.address.size() * 8) - prefix.bits);
  Decimal shifted = number::shiftLeft(offset.number, hostBits, call.arena());
  if (Reading failure = addOffset(call, prefix.address, shifted)) return *failure;
  return text(call, prefix.str());
}

Answer parseCidr(Call& call, Text s) {
  auto prefix = parseIpPrefix(s);
  if (!prefix) return bad(call, prefix.error().message());
  IpPrefix ones = *prefix;
  ones.address.bytes.fill(0xFF);
  IpAddress mask = ones.masked();
  IpAddress network = prefix->masked();
  std::vector<Field> fields = {{"prefix_mask", text(call, mask.str())},
                               {"prefix_len", Value::ofInt(prefix->bits)},
                               {"prefix_addr", text(call, network.str())}};
  if (network.is4) {
    IpAddress broadcast = network;
    for (std::size_t i = 0; i < 4; ++i) {
      broadcast.bytes[i] = static_cast<std::uint8_t>(broadcast.bytes[i] | (0xFF ^ mask.bytes[i]));
    }
    fields.push_back({"broadcast_addr", text(call, broadcast.str())});
  }
  return structure(call, fields);
}

Answer inCidr(Call& call, Any ip, Any cidr) {
  IpAddress address;
  IpPrefix prefix;
  if (Reading failure = readAddress(call, ip.value, address)) return *failure;
  if (Reading failure = readPrefix(call, cidr.value, prefix)) return *failure;
  return Value::of(prefix.contains(address));
}

Answer compareIp(Call& call, Any a, Any b) {
  IpAddress x;
  IpAddress y;
  if (Reading failure = readAddress(call, a.value, x)) return *failure;
  if (Reading failure = readAddress(call, b.value, y)) return *failure;
  return Value::ofInt(x.compare(y));
}

Answer splitHostPort(Call& call, Text s) {
  auto failure = [&](Text why) { return bad(call, "address " + std::string(s) + ": " + std::string(why)); };
  std::size_t colon = s.rfind(':');
  if (colon == Text::npos) return failure("missing port in address");
  Text host = s.substr(0, colon);
  std::size_t from = 0;
  std::size_t behind = 0;
  if (s[0] == '[') {
    std::size_t end = s.find(']');
    if (end == Text::npos) return failure("missing ']' in address");
    if (end + 1 == s.size()) return failure("missing port in address");
    if (end + 1 != colon)
      return failure(s[end + 1] == ':' ? "too many colons in address" : "missing port in address");
    host = s.substr(1, end - 1);
    from = 1;
    behind = end + 1;
  } else if (host.find(':') != Text::npos) {
    return failure("too many colons in address");
  }
  if (s.find('[', from) != Text::npos) return failure("unexpected '[' in address");
  if (s.find(']', behind) != Text::npos) return failure("unexpected ']' in address");
  std::array<Text, 2> parts = {host, s.substr(colon + 1)};
  return stringList(call, std::span<const Text>(parts));
}

Answer joinHostPort(Call& call, Any host, Any port) {
  std::string name;
  if (call.host().kind(host.value) == kList) {
    IpAddress address;
    if (readAddress(call, host.value, address))
      return bad(call, "invalid host " + call.host().text(host.value));
    name = address.str();
  } else {
    Text given;
    if (Answer read = textOf(call, host.value, given); !read.ok()) return read;
    name = std::string(given);
  }
  std::string number;
  if (call.host().kind(port.value) == kInt) {
    Answer scalar = call.host().scalar(port.value);
    if (!scalar.ok()) return scalar;
    auto value = number::toInt64(scalar.value.num);
    if (!value) return bad(call, "port out of range");
    number = std::to_string(*value);
  } else {
    Text given;
    if (Answer read = textOf(call, port.value, given); !read.ok()) return read;
    number = std::string(given);
  }
  if (name.find(':') != std::string::npos) name = '[' + name + ']';
  return text(call, name + ':' + number);
}

/// A domain name that may be looked up: letters, digits and inner hyphens in labels of at most 63 bytes.
bool fqdn(Text s) {
  constexpr std::size_t kLongestLabel = 63;
  constexpr std::size_t kLongestName = 253;
  if (s.ends_with('.')) s.remove_suffix(1);
  if (s.empty() || s.size() > kLongestName) return false;
  for (const std::string& label : split(s, '.')) {
    if (label.empty() || label.size() > kLongestLabel || label.front() == '-' || label.back() == '-')
      return false;
    bool plain = std::all_of(label.begin(), label.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    });
    // Hyphens in third and fourth place are kept for encoded names.
    bool reserved = label.size() >= 4 && label[2] == '-' && label[3] == '-';
    if (!plain || (reserved && toLower(label.substr(0, 2)) != "xn")) return false;
  }
  return true;
}

std::string pathEscape(Text s) {
  return url::escape(s, url::Part::PathSegment);
}
std::string queryEscape(Text s) {
  return url::escape(s, url::Part::Query);
}
Answer unescaped(Call& call, Text s, url::Part part) {
  auto out = url::unescape(s, part);
  if (!out) return bad(call, out.error().message());
  return text(call, *out);
}
Answer pathUnescape(Call& call, Text s) {
  return unescaped(call, s, url::Part::PathSegment);
}
Answer queryUnescape(Call& call, Text s) {
  return unescaped(call, s, url::Part::Query);
}

Answer anyUrl(Call& call, Text s) {
  auto absolute = url::isAbsolute(s);
  return absolute ? Answer(Value::of(true)) : bad(call, absolute.error().message());
}
Answer absUrl(Call& call, Text s) {
  auto absolute = url::isAbsolute(s);
  if (!absolute) return bad(call, absolute.error().message());
  return *absolute ? Answer(Value::of(true)) : bad(call, "URL is not absolute");
}

constexpr Function kFunctions[] = {
    function<&splitHostPort>("SplitHostPort", kList),
    function<&joinHostPort>("JoinHostPort", kString),
    function<&fqdn>("FQDN"),
    function<&parseIp>("ParseIP", kList),
    function<&ipv4>("IPv4", kBool),
    function<&ipv6>("IPv6", kBool),
    function<&anyIp>("IP", kBool),
    function<&ipCidr>("IPCIDR", kBool),
    function<&addressIs<&IpAddress::isLoopback>>("LoopbackIP", kBool),
    function<&addressIs<&IpAddress::isMulticast>>("MulticastIP", kBool),
    function<&addressIs<&IpAddress::isInterfaceLocalMulticast>>("InterfaceLocalMulticastIP", kBool),
    function<&addressIs<&IpAddress::isLinkLocalMulticast>>("LinkLocalMulticastIP", kBool),
    function<&addressIs<&IpAddress::isLinkLocalUnicast>>("LinkLocalUnicastIP", kBool),
    function<&addressIs<&IpAddress::isGlobalUnicast>>("GlobalUnicastIP", kBool),
    function<&addressIs<&IpAddress::isUnspecified>>("UnspecifiedIP", kBool),
    function<&toIp4>("ToIP4", kList),
    function<&toIp16>("ToIP16", kList),
    function<&ipString>("IPString", kString),
    function<&addIp>("AddIP", kString),
    function<&addIpCidr>("AddIPCIDR", kString),
    function<&parseCidr>("ParseCIDR", kStruct),
    function<&inCidr>("InCIDR", kBool),
    function<&compareIp>("CompareIP", kInt),
    function<&pathEscape>("PathEscape"),
    function<&pathUnescape>("PathUnescape", kString),
    function<&queryEscape>("QueryEscape"),
    function<&queryUnescape>("QueryUnescape", kString),
    function<&anyUrl>("URL", kBool),
    function<&absUrl>("AbsURL", kBool),
};

constexpr Constant kConstants[] = {{"IPv4len", "4"}, {"IPv6len", "16"}};

}  // namespace

const Package kNetPackage{"net", kFunctions, kConstants, {}};

}  // namespace puppis::cue::builtin
