// SPDX-License-Identifier: Apache-2.0
#include "apiserver/kinds/check.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>

#include <arpa/inet.h>

#include "apiserver/metadata.h"
#include "base/strings.h"
#include "kube/selector.h"

namespace puppis::apiserver::kinds {
namespace {

bool all(std::string_view text, std::string_view allowed) {
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return allowed.find(c) != std::string_view::npos; });
}

constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kDigits = "0123456789";

struct Network {
  int family = AF_INET;
  std::array<unsigned char, 16> bytes{};
  int bits = 0;
};

std::optional<Network> parseIp(const std::string& text) {
  Network out;
  out.family = text.find(':') == std::string::npos ? AF_INET : AF_INET6;
  if (inet_pton(out.family, text.c_str(), out.bytes.data()) != 1) return std::nullopt;
  return out;
}

std::optional<Network> parseCidr(const std::string& text) {
  std::size_t slash = text.find('/');
  if (slash == std::string::npos) return std::nullopt;
  auto out = parseIp(text.substr(0, slash));
  std::string bits = text.substr(slash + 1);
  if (!out || bits.empty() || bits.size() > 3 || !all(bits, kDigits)) return std::nullopt;
  out->bits = std::atoi(bits.c_str());
  if (out->bits > (out->family == AF_INET ? 32 : 128)) return std::nullopt;
  return out;
}

Value withoutEmpty(const Value& value) {
  if (value.isArray()) {
    Value out = Value::array();
    for (const auto& element : value.elements()) out.push(withoutEmpty(element));
    return out;
  }
  if (!value.isObject()) return value;
  Value out = Value::object();
  for (const auto& member : value.members()) {
    if (member.value.isNull() || (member.value.isArray() && member.value.empty())) continue;
    out.append(member.key, withoutEmpty(member.value));
  }
  return out;
}

}  // namespace

std::vector<data::Member> sortedMembers(const Value& object) {
  std::vector<data::Member> out(object.members().begin(), object.members().end());
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.key.str() < b.key.str(); });
  return out;
}

void checkNotNegative(const Value& object, const char* field, const std::string& path, Faults& faults) {
  const Value& value = object.get(field);
  if (value.isInt() && value.asInt() < 0)
    faults.invalid(path + "." + field, value, std::string(kNotNegative));
}

void checkName(const Value& name, Rule rule, const std::string& path, Faults& faults) {
  std::string fault = nameFault(name.asString(), rule);
  if (!fault.empty()) faults.invalid(path, Value(name.asString()), fault);
}

void checkQualifiedName(const Value& name, const std::string& path, Faults& faults) {
  if (name.asString().empty()) faults.invalid(path, "", "name part must be non-empty");
  std::string fault = name.asString().empty() ? qualifiedNameFault("-") : qualifiedNameFault(name.asString());
  if (!fault.empty()) faults.invalid(path, Value(name.asString()), fault);
}

void checkLabels(const Value& labels, const std::string& path, Faults& faults) {
  for (const auto& member : sortedMembers(labels)) {
    if (auto fault = qualifiedNameFault(member.key.str()); !fault.empty())
      faults.invalid(path, member.key.str(), fault);
    if (auto fault = labelValueFault(member.value.asString()); !fault.empty())
      faults.invalid(path, member.value, fault);
  }
}

void checkAnnotations(const Value& annotations, const std::string& path, Faults& faults) {
  for (const auto& member : annotations.members()) {
    if (auto fault = qualifiedNameFault(toLower(member.key.str())); !fault.empty())
      faults.invalid(path, member.key.str(), fault);
  }
}

void checkPortNumber(const Value& port, const std::string& path, Faults& faults) {
  if (port.asInt() < 1 || port.asInt() > 65535)
    faults.invalid(path, port.asInt(), "must be between 1 and 65535, inclusive");
}

void checkPortName(const Value& name, const std::string& path, Faults& faults) {
  const std::string& text = name.asString();
  auto bad = [&](const char* why) { faults.invalid(path, name, why); };
  if (text.size() > 15) bad("must be no more than 15 characters");
  if (!all(text, std::string(kLower) + std::string(kDigits) + "-")) {
    bad("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  }
  if (text.find_first_of(kLower) == std::string::npos) bad("must contain at least one letter (a-z)");
  if (text.find("--") != std::string::npos) bad("must not contain consecutive hyphens");
  if (!text.empty() && (text.front() == '-' || text.back() == '-'))
    bad("must not begin or end with a hyphen");
}

void checkPortNumberOrName(const Value& port, const std::string& path, Faults& faults) {
  if (port.isString())
    checkPortName(port, path, faults);
  else
    checkPortNumber(port, path, faults);
}

void checkOneOf(const Value& value, const std::vector<std::string>& allowed, const std::string& path,
                Faults& faults) {
  if (value.isNull() || std::find(allowed.begin(), allowed.end(), value.asString()) != allowed.end()) return;
  faults.notSupported(path, value, allowed);
}

void checkSelector(const Value& selector, const std::string& path, Faults& faults) {
  checkLabels(selector.get("matchLabels"), path + ".matchLabels", faults);
  std::size_t i = 0;
  for (const auto& term : selector.get("matchExpressions").elements()) {
    std::string here = at(path + ".matchExpressions", i++);
    const auto& op = term.get("operator").asString();
    bool values = !term.get("values").empty();
    if ((op == "In" || op == "NotIn") && !values) {
      faults.required(here + ".values", "must be specified when `operator` is 'In' or 'NotIn'");
    } else if ((op == "Exists" || op == "DoesNotExist") && values) {
      faults.forbidden(here + ".values",
                       "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    } else if (op != "In" && op != "NotIn" && op != "Exists" && op != "DoesNotExist") {
      faults.invalid(here + ".operator", Value(op), "not a valid selector operator");
    }
    if (auto fault = qualifiedNameFault(term.get("key").asString()); !fault.empty()) {
      faults.invalid(here + ".key", Value(term.get("key").asString()), fault);
    }
    std::size_t v = 0;
    for (const auto& value : term.get("values").elements()) {
      std::string place = at(here + ".values", v++);
      if (auto fault = labelValueFault(value.asString()); !fault.empty()) faults.invalid(place, value, fault);
    }
  }
}

bool selectorIsValid(const Value& selector) {
  Faults faults;
  checkSelector(selector, "", faults);
  return faults.empty();
}

bool selectorMatches(const Value& selector, const Value& labels) {
  auto parsed = kube::LabelSelector::fromObject(selector);
  return parsed && parsed->matches(labels);
}

void checkIntOrPercent(const Value& value, const std::string& path, Faults& faults) {
  if (value.isInt()) {
    if (value.asInt() < 0) faults.invalid(path, value, std::string(kNotNegative));
    return;
  }
  const std::string& text = value.asString();
  if (!value.isString() ||
      (text.size() > 1 && text.back() == '%' && all(text.substr(0, text.size() - 1), kDigits)))
    return;
  faults.invalid(path, value,
                 "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or "
                 "'93%', regex used "
                 "for validation is '[0-9]+%')");
}

std::int64_t intOrPercentNumber(const Value& value) {
  return value.isInt() ? value.asInt() : std::strtoll(value.asString().c_str(), nullptr, 10);
}

void checkNotMoreThan100Percent(const Value& value, const std::string& path, Faults& faults) {
  if (!value.isString() || !endsWith(value.asString(), "%") || intOrPercentNumber(value) <= 100) return;
  faults.invalid(path, value, "must not be greater than 100%");
}

bool sameMeaning(const Value& a, const Value& b) {
  return a == b || withoutEmpty(a) == withoutEmpty(b);
}

void checkImmutable(const Value& now, const Value& before, const std::string& path, Faults& faults) {
  if (!sameMeaning(now, before)) faults.invalid(path, now, "field is immutable");
}

bool isIp(std::string_view text) {
  return parseIp(std::string(text)).has_value();
}

void checkIp(const Value& ip, const std::string& path, Faults& faults) {
  if (!isIp(ip.asString()))
    faults.invalid(path, Value(ip.asString()),
                   "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
}

void checkCidr(const Value& cidr, const std::string& path, Faults& faults) {
  if (parseCidr(cidr.asString())) return;
  faults.invalid(path, Value(cidr.asString()),
                 "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
}

bool isStrictSubnet(const std::string& inner, const std::string& outer) {
  auto a = parseCidr(inner);
  auto b = parseCidr(outer);
  if (!a || !b || a->family != b->family || a->bits <= b->bits) return false;
  for (int bit = 0; bit < b->bits; ++bit) {
    auto byte = static_cast<std::size_t>(bit) / 8;
    int mask = 0x80 >> (bit % 8);
    if (((a->bytes[byte] ^ b->bytes[byte]) & mask) != 0) return false;
  }
  return true;
}

void checkConfigKey(const std::string& key, const std::string& path, Faults& faults) {
  std::string upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  if (key.size() > 253) faults.invalid(path, Value(key), "must be no more than 253 characters");
  if (key.empty() || !all(key, std::string(kLower) + upper + std::string(kDigits) + "-._")) {
    faults.invalid(
        path, Value(key),
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or "
        "'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')");
  }
  if (key == ".") faults.invalid(path, Value(key), "must not be '.'");
  if (key == "..")
    faults.invalid(path, Value(key), "must not be '..'");
  else if (startsWith(key, ".."))
    faults.invalid(path, Value(key), "must not start with '..'");
}

void checkPathSegment(const Value& name, const std::string& path, Faults& faults) {
  if (name.asString().empty())
    faults.required(path, "");
  else
    checkName(name, Rule::PathSegment, path, faults);
}

}  // namespace puppis::apiserver::kinds
