// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstring>

#include <arpa/inet.h>

#include "base/strings.h"
#include "cel/functions.h"

namespace puppis::cel {
namespace {

using K = TypeKind;
using Args = std::span<const Val>;

tl::unexpected<Error> bad(std::string why) {
  return fail(ErrorCode::InvalidArgument, std::move(why));
}

std::vector<Val> elements(const Val& list) {
  std::vector<Val> out;
  for (std::size_t i = 0; i < list.size(); ++i) out.push_back(list.at(i));
  return out;
}

bool holds(const Val& list, const Val& wanted) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (equal(list.at(i), wanted)) return true;
  }
  return false;
}

Result<Val> isSorted(Args a) {
  for (std::size_t i = 1; i < a[0].size(); ++i) {
    auto order = compare(a[0].at(i - 1), a[0].at(i));
    if (!order) return bad("no such overload");
    if (*order > 0) return Val::ofBool(false);
  }
  return Val::ofBool(true);
}

template <int Sign>
Result<Val> extreme(Args a) {
  if (a[0].size() == 0) return bad(std::string(Sign < 0 ? "min" : "max") + " called on empty list");
  Val best = a[0].at(0);
  for (std::size_t i = 1; i < a[0].size(); ++i) {
    Val one = a[0].at(i);
    auto order = compare(one, best);
    if (!order) return bad("no such overload");
    if (*order * Sign > 0) best = one;
  }
  return best;
}

Result<Val> sum(Args a) {
  Val total = Val::ofInt(0);
  for (std::size_t i = 0; i < a[0].size(); ++i) {
    Val one = a[0].at(i);
    if (i == 0) {
      total = one;
      continue;
    }
    if (one.kind != total.kind) return bad("no such overload");
    if (one.kind == K::Double)
      total.real += one.real;
    else if (one.kind == K::Uint)
      total.natural += one.natural;
    else if (__builtin_add_overflow(total.integer, one.integer, &total.integer))
      return bad("integer overflow");
  }
  return total;
}

Result<Val> listIndexOf(Args a) {
  for (std::size_t i = 0; i < a[0].size(); ++i) {
    if (equal(a[0].at(i), a[1])) return Val::ofInt(static_cast<std::int64_t>(i));
  }
  return Val::ofInt(-1);
}

Result<Val> listLastIndexOf(Args a) {
  for (std::size_t i = a[0].size(); i-- > 0;) {
    if (equal(a[0].at(i), a[1])) return Val::ofInt(static_cast<std::int64_t>(i));
  }
  return Val::ofInt(-1);
}

Result<Val> setsContain(Args a) {
  auto wanted = elements(a[1]);
  return Val::ofBool(std::all_of(wanted.begin(), wanted.end(), [&](const Val& v) { return holds(a[0], v); }));
}

Result<Val> setsEquivalent(Args a) {
  auto left = elements(a[0]);
  auto right = elements(a[1]);
  bool same = std::all_of(left.begin(), left.end(), [&](const Val& v) { return holds(a[1], v); }) &&
              std::all_of(right.begin(), right.end(), [&](const Val& v) { return holds(a[0], v); });
  return Val::ofBool(same);
}

Result<Val> setsIntersect(Args a) {
  auto left = elements(a[0]);
  return Val::ofBool(std::any_of(left.begin(), left.end(), [&](const Val& v) { return holds(a[1], v); }));
}

// ---------------------------------------------------------------- quantities

Result<Val> quantity(Args a) {
  TRY(data::Quantity parsed, data::Quantity::parse(a[0].text));
  Val out;
  out.kind = K::Quantity;
  out.quantity = parsed;
  return out;
}

Result<Val> isQuantity(Args a) {
  return Val::ofBool(data::Quantity::parse(a[0].text).has_value());
}
Result<Val> quantityIsInteger(Args a) {
  return Val::ofBool(a[0].quantity.isInteger());
}
Result<Val> quantityAsInteger(Args a) {
  if (!a[0].quantity.isInteger()) return bad("cannot convert value to integer");
  return Val::ofInt(a[0].quantity.value());
}
Result<Val> quantityAsFloat(Args a) {
  return Val::ofDouble(a[0].quantity.asDouble());
}
Result<Val> quantitySign(Args a) {
  return Val::ofInt(a[0].quantity.sign());
}

data::Quantity amountOf(const Val& value) {
  return value.kind == K::Int ? data::Quantity::ofInt(value.integer) : value.quantity;
}

Result<Val> quantityAdd(Args a) {
  Val out = a[0];
  out.quantity += amountOf(a[1]);
  return out;
}
Result<Val> quantitySub(Args a) {
  Val out = a[0];
  out.quantity -= amountOf(a[1]);
  return out;
}
Result<Val> quantityGreater(Args a) {
  return Val::ofBool(a[1].quantity < a[0].quantity);
}
Result<Val> quantityLess(Args a) {
  return Val::ofBool(a[0].quantity < a[1].quantity);
}
Result<Val> quantityCompare(Args a) {
  return Val::ofInt(a[0].quantity < a[1].quantity ? -1 : a[1].quantity < a[0].quantity ? 1 : 0);
}

// ---------------------------------------------------------------- addresses

struct Address {
  int family = AF_INET;
  std::array<unsigned char, 16> bytes{};
  int bits = 32;
};

std::optional<Address> parseAddress(const std::string& text) {
  Address out;
  out.family = text.find(':') == std::string::npos ? AF_INET : AF_INET6;
  out.bits = out.family == AF_INET ? 32 : 128;
  if (inet_pton(out.family, text.c_str(), out.bytes.data()) != 1) return std::nullopt;
  return out;
}

std::optional<Address> parseNetwork(const std::string& text) {
  std::size_t slash = text.find('/');
  if (slash == std::string::npos || slash + 1 >= text.size() || text.size() - slash > 4) return std::nullopt;
  auto out = parseAddress(text.substr(0, slash));
  int bits = 0;
  for (char c : text.substr(slash + 1)) {
    if (c < '0' || c > '9') return std::nullopt;
    bits = bits * 10 + (c - '0');
  }
  if (!out || bits > out->bits) return std::nullopt;
  out->bits = bits;
  return out;
}

std::string write(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (inet_ntop(address.family, address.bytes.data(), text.data(), text.size()) == nullptr) return {};
  return text.data();
}

bool within(const Address& inner, const Address& outer) {
  if (inner.family != outer.family || inner.bits < outer.bits) return false;
  for (int bit = 0; bit < outer.bits; ++bit) {
    auto byte = static_cast<std::size_t>(bit) / 8;
    if (((inner.bytes[byte] ^ outer.bytes[byte]) & (0x80 >> (bit % 8))) != 0) return false;
  }
  return true;
}

Val named(K kind, std::string text) {
  Val out = Val::ofString(std::move(text));
  out.kind = kind;
  return out;
}

Result<Val> ip(Args a) {
  auto parsed = parseAddress(a[0].text);
  if (!parsed)
    return bad("IP Address \"" + a[0].text + "\" parse error during conversion from string: ParseAddr(\"" +
               a[0].text + "\"): unable to parse IP");
  return named(K::Ip, write(*parsed));
}
Result<Val> isIp(Args a) {
  return Val::ofBool(parseAddress(a[0].text).has_value());
}
Result<Val> ipIsCanonical(Args a) {
  auto parsed = parseAddress(a[0].text);
  if (!parsed)
    return bad("IP Address \"" + a[0].text + "\" parse error during conversion from string: ParseAddr(\"" +
               a[0].text + "\"): unable to parse IP");
  return Val::ofBool(write(*parsed) == a[0].text);
}
Result<Val> ipFamily(Args a) {
  return Val::ofInt(a[0].text.find(':') == std::string::npos ? 4 : 6);
}

template <int Property>
Result<Val> ipProperty(Args a) {
  auto address = parseAddress(a[0].text).value_or(Address{});
  bool four = address.family == AF_INET;
  const auto& b = address.bytes;
  bool zero = std::all_of(b.begin(), b.end() - 1, [](unsigned char c) { return c == 0; });
  switch (Property) {
    case 0:
      return Val::ofBool(zero && b[15] == 0);  // unspecified
    case 1:
      return Val::ofBool(four ? b[0] == 127 : zero && b[15] == 1);  // loopback
    case 2:
      return Val::ofBool(four ? b[0] == 224 && b[1] == 0 && b[2] == 0 : b[0] == 0xFF && (b[1] & 0x0F) == 2);
    case 3:
      return Val::ofBool(four ? b[0] == 169 && b[1] == 254 : b[0] == 0xFE && (b[1] & 0xC0) == 0x80);
    default: {  // global unicast
      bool multicast = four ? (b[0] & 0xF0) == 224 : b[0] == 0xFF;
      bool loopback = four ? b[0] == 127 : zero && b[15] == 1;
      bool linkLocal = four ? b[0] == 169 && b[1] == 254 : b[0] == 0xFE && (b[1] & 0xC0) == 0x80;
      bool broadcast = four && b[0] == 255 && b[1] == 255 && b[2] == 255 && b[3] == 255;
      return Val::ofBool(!multicast && !loopback && !linkLocal && !broadcast && !(zero && b[15] == 0));
    }
  }
}

Result<Val> cidr(Args a) {
  if (!parseNetwork(a[0].text))
    return bad("network address parse error during conversion from string: " + a[0].text);
  return named(K::Cidr, a[0].text);
}
Result<Val> isCidr(Args a) {
  return Val::ofBool(parseNetwork(a[0].text).has_value());
}
Result<Val> cidrContainsIp(Args a) {
  auto network = parseNetwork(a[0].text);
  auto address = parseAddress(a[1].text);
  if (!address)
    return bad("IP Address \"" + a[1].text + "\" parse error during conversion from string: ParseAddr(\"" +
               a[1].text + "\"): unable to parse IP");
  return Val::ofBool(network && within(*address, *network));
}
Result<Val> cidrContainsCidr(Args a) {
  auto network = parseNetwork(a[0].text);
  auto inner = parseNetwork(a[1].text);
  if (!inner) return bad("network address parse error during conversion from string: " + a[1].text);
  return Val::ofBool(network && within(*inner, *network));
}
Result<Val> cidrPrefix(Args a) {
  return Val::ofInt(parseNetwork(a[0].text).value_or(Address{}).bits);
}
Result<Val> cidrIp(Args a) {
  return named(K::Ip, write(parseNetwork(a[0].text).value_or(Address{})));
}

// ---------------------------------------------------------------- URLs

struct Parts {
  std::string scheme, host, path, query;
};

/// An absolute URL or an absolute path, as Go's url.ParseRequestURI takes them.
std::optional<Parts> parseUrl(const std::string& text) {
  Parts out;
  std::string rest = text;
  if (rest.empty() || rest.find_first_of(" \t\n\r") != std::string::npos) return std::nullopt;
  std::size_t scheme = rest.find("://");
  if (scheme != std::string::npos && scheme > 0) {
    out.scheme = rest.substr(0, scheme);
    rest = rest.substr(scheme + 3);
    std::size_t end = rest.find_first_of("/?");
    out.host = rest.substr(0, end);
    if (std::size_t user = out.host.rfind('@'); user != std::string::npos)
      out.host = out.host.substr(user + 1);
    rest = end == std::string::npos ? "" : rest.substr(end);
  } else if (rest[0] != '/') {
    return std::nullopt;
  }
  std::size_t query = rest.find('?');
  out.path = rest.substr(0, query);
  if (query != std::string::npos) out.query = rest.substr(query + 1);
  return out;
}

Result<Val> url(Args a) {
  if (!parseUrl(a[0].text))
    return bad("URL parse error during conversion from string: parse \"" + a[0].text +
               "\": invalid URI for request");
  return named(K::Url, a[0].text);
}
Result<Val> isUrl(Args a) {
  return Val::ofBool(parseUrl(a[0].text).has_value());
}

std::pair<std::string, std::string> hostAndPort(const std::string& host) {
  std::size_t close = host.rfind(']');
  std::size_t colon = host.rfind(':');
  bool port = colon != std::string::npos && (close == std::string::npos || colon > close);
  std::string name = port ? host.substr(0, colon) : host;
  if (name.size() > 1 && name.front() == '[' && name.back() == ']') name = name.substr(1, name.size() - 2);
  return {name, port ? host.substr(colon + 1) : ""};
}

template <int Part>
Result<Val> urlPart(Args a) {
  Parts parts = parseUrl(a[0].text).value_or(Parts{});
  switch (Part) {
    case 0:
      return Val::ofString(parts.scheme);
    case 1:
      return Val::ofString(parts.host);
    case 2:
      return Val::ofString(hostAndPort(parts.host).first);
    case 3:
      return Val::ofString(hostAndPort(parts.host).second);
    default:
      return Val::ofString(parts.path);
  }
}

}  // namespace

void addKubernetesFunctions(std::vector<Function>& out) {
  auto add = [&](const char* name, bool receiver, std::vector<K> args, K result, Result<Val> (*call)(Args)) {
    out.push_back({name, receiver, std::move(args), result, K::Dyn, Function::Derive::No, call});
  };
  using Derive = Function::Derive;
  add("isSorted", true, {K::List}, K::Bool, isSorted);
  for (auto [name, call] :
       {std::pair{"min", &extreme<-1>}, std::pair{"max", &extreme<1>}, std::pair{"sum", &sum}}) {
    out.push_back({name, true, {K::List}, K::Dyn, K::Dyn, Derive::ElementOfFirst, call});
  }
  add("indexOf", true, {K::List, K::Dyn}, K::Int, listIndexOf);
  add("lastIndexOf", true, {K::List, K::Dyn}, K::Int, listLastIndexOf);
  add("sets.contains", false, {K::List, K::List}, K::Bool, setsContain);
  add("sets.equivalent", false, {K::List, K::List}, K::Bool, setsEquivalent);
  add("sets.intersects", false, {K::List, K::List}, K::Bool, setsIntersect);
  add("quantity", false, {K::String}, K::Quantity, quantity);
  add("isQuantity", false, {K::String}, K::Bool, isQuantity);
  add("isInteger", true, {K::Quantity}, K::Bool, quantityIsInteger);
  add("asInteger", true, {K::Quantity}, K::Int, quantityAsInteger);
  add("asApproximateFloat", true, {K::Quantity}, K::Double, quantityAsFloat);
  add("sign", true, {K::Quantity}, K::Int, quantitySign);
  for (K other : {K::Quantity, K::Int}) {
    add("add", true, {K::Quantity, other}, K::Quantity, quantityAdd);
    add("sub", true, {K::Quantity, other}, K::Quantity, quantitySub);
  }
  add("isGreaterThan", true, {K::Quantity, K::Quantity}, K::Bool, quantityGreater);
  add("isLessThan", true, {K::Quantity, K::Quantity}, K::Bool, quantityLess);
  add("compareTo", true, {K::Quantity, K::Quantity}, K::Int, quantityCompare);
  add("ip", false, {K::String}, K::Ip, ip);
  add("isIP", false, {K::String}, K::Bool, isIp);
  add("ip.isCanonical", false, {K::String}, K::Bool, ipIsCanonical);
  add("family", true, {K::Ip}, K::Int, ipFamily);
  add("isUnspecified", true, {K::Ip}, K::Bool, ipProperty<0>);
  add("isLoopback", true, {K::Ip}, K::Bool, ipProperty<1>);
  add("isLinkLocalMulticast", true, {K::Ip}, K::Bool, ipProperty<2>);
  add("isLinkLocalUnicast", true, {K::Ip}, K::Bool, ipProperty<3>);
  add("isGlobalUnicast", true, {K::Ip}, K::Bool, ipProperty<4>);
  add("cidr", false, {K::String}, K::Cidr, cidr);
  add("isCIDR", false, {K::String}, K::Bool, isCidr);
  for (K other : {K::Ip, K::String}) add("containsIP", true, {K::Cidr, other}, K::Bool, cidrContainsIp);
  for (K other : {K::Cidr, K::String}) add("containsCIDR", true, {K::Cidr, other}, K::Bool, cidrContainsCidr);
  add("prefixLength", true, {K::Cidr}, K::Int, cidrPrefix);
  add("ip", true, {K::Cidr}, K::Ip, cidrIp);
  add("url", false, {K::String}, K::Url, url);
  add("isURL", false, {K::String}, K::Bool, isUrl);
  add("getScheme", true, {K::Url}, K::String, urlPart<0>);
  add("getHost", true, {K::Url}, K::String, urlPart<1>);
  add("getHostname", true, {K::Url}, K::String, urlPart<2>);
  add("getPort", true, {K::Url}, K::String, urlPart<3>);
  add("getEscapedPath", true, {K::Url}, K::String, urlPart<4>);
}

}  // namespace puppis::cel
