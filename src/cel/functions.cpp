// SPDX-License-Identifier: Apache-2.0
#include "cel/functions.h"

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "base/strings.h"

namespace puppis::cel {
namespace {

using K = TypeKind;
using Args = std::span<const Val>;

tl::unexpected<Error> bad(std::string why) {
  return fail(ErrorCode::InvalidArgument, std::move(why));
}

/// Code points of UTF-8 text.
std::int64_t runes(const std::string& text) {
  std::int64_t count = 0;
  for (char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  return count;
}

Result<Val> sizeOf(Args a) {
  if (a[0].kind == K::String) return Val::ofInt(runes(a[0].text));
  if (a[0].kind == K::Bytes) return Val::ofInt(static_cast<std::int64_t>(a[0].text.size()));
  if (a[0].kind == K::List || a[0].isMap()) return Val::ofInt(static_cast<std::int64_t>(a[0].size()));
  return bad("no such overload");
}

Result<Val> toInt(Args a) {
  const Val& v = a[0];
  switch (v.kind) {
    case K::Int:
      return v;
    case K::Uint:
      if (v.natural > static_cast<std::uint64_t>(INT64_MAX)) return bad("integer overflow");
      return Val::ofInt(static_cast<std::int64_t>(v.natural));
    case K::Double:
      if (!(v.real > -9.2233720368547758e18 && v.real < 9.2233720368547758e18))
        return bad("integer overflow");
      return Val::ofInt(static_cast<std::int64_t>(v.real));
    case K::Timestamp:
      return Val::ofInt(v.integer / 1'000'000'000);
    case K::String: {
      std::int64_t out = 0;
      auto [end, error] = std::from_chars(v.text.data(), v.text.data() + v.text.size(), out);
      if (error != std::errc{} || end != v.text.data() + v.text.size())
        return bad("type conversion error from 'string' to 'int'");
      return Val::ofInt(out);
    }
    default:
      return bad("no such overload");
  }
}

Result<Val> toUint(Args a) {
  const Val& v = a[0];
  if (v.kind == K::Uint) return v;
  if (v.kind == K::Int && v.integer >= 0) return Val::ofUint(static_cast<std::uint64_t>(v.integer));
  if (v.kind == K::Double && v.real >= 0 && v.real < 1.8e19)
    return Val::ofUint(static_cast<std::uint64_t>(v.real));
  if (v.kind == K::String) {
    std::uint64_t out = 0;
    auto [end, error] = std::from_chars(v.text.data(), v.text.data() + v.text.size(), out);
    if (error == std::errc{} && end == v.text.data() + v.text.size()) return Val::ofUint(out);
  }
  return bad("unsigned integer overflow");
}

Result<Val> toDouble(Args a) {
  const Val& v = a[0];
  if (v.kind == K::Double) return v;
  if (v.kind == K::Int) return Val::ofDouble(static_cast<double>(v.integer));
  if (v.kind == K::Uint) return Val::ofDouble(static_cast<double>(v.natural));
  if (v.kind != K::String) return bad("no such overload");
  char* end = nullptr;
  double out = std::strtod(v.text.c_str(), &end);
  if (v.text.empty() || *end != '\0') return bad("type conversion error from 'string' to 'double'");
  return Val::ofDouble(out);
}

Result<Val> toText(Args a) {
  auto out = textOf(a[0]);
  if (!out || a[0].kind == K::Null) return bad("no such overload");
  return Val::ofString(std::move(*out));
}

Result<Val> toBytes(Args a) {
  Val out = a[0];
  out.kind = K::Bytes;
  return out;
}

Result<Val> toBool(Args a) {
  if (a[0].kind == K::Bool) return a[0];
  if (a[0].text == "true" || a[0].text == "false") return Val::ofBool(a[0].text == "true");
  return bad("type conversion error from '" + a[0].text + "' to 'bool'");
}

Result<Val> timestamp(Args a) {
  if (a[0].kind == K::Timestamp) return a[0];
  auto parsed = a[0].kind == K::Int ? std::optional(a[0].integer * 1'000'000'000) : parseTimestamp(a[0].text);
  if (!parsed) return bad("type conversion error from 'string' to 'google.protobuf.Timestamp'");
  Val out = Val::ofInt(*parsed);
  out.kind = K::Timestamp;
  return out;
}

Result<Val> duration(Args a) {
  if (a[0].kind == K::Duration) return a[0];
  auto parsed = parseGoDuration(a[0].text);
  if (!parsed) return bad("type conversion error from 'string' to 'google.protobuf.Duration'");
  Val out = Val::ofInt(*parsed);
  out.kind = K::Duration;
  return out;
}

Result<Val> typeOf(Args a) {
  Val out = Val::ofString(a[0].kind == K::Object ? "object" : simple(a[0].kind)->str());
  if (a[0].kind == K::List) out.text = "list";
  if (a[0].isMap()) out.text = "map";
  out.kind = K::TypeOf;
  return out;
}

Result<Val> same(Args a) {
  return a[0];
}

/// Calendar fields of a timestamp, in UTC.
template <int Field>
Result<Val> calendar(Args a) {
  if (a.size() == 2 && a[1].text != "UTC") return bad("only the time zone UTC is understood here");
  auto time = std::chrono::sys_time<Nanos>(Nanos(a[0].integer));
  auto day = std::chrono::floor<std::chrono::days>(time);
  std::chrono::year_month_day date(day);
  auto ofDay = time - day;
  auto part = [&](auto unit, std::int64_t modulo) {
    return std::chrono::duration_cast<decltype(unit)>(ofDay).count() % modulo;
  };
  auto january = std::chrono::sys_days(date.year() / std::chrono::January / 1);
  switch (Field) {
    case 0:
      return Val::ofInt(static_cast<int>(date.year()));
    case 1:
      return Val::ofInt(static_cast<unsigned>(date.month()) - 1);
    case 2:
      return Val::ofInt(static_cast<unsigned>(date.day()));
    case 3:
      return Val::ofInt(static_cast<std::int64_t>(static_cast<unsigned>(date.day())) - 1);
    case 4:
      return Val::ofInt(std::chrono::weekday(day).c_encoding());
    case 5:
      return Val::ofInt((day - january).count());
    case 6:
      return Val::ofInt(part(std::chrono::hours(), 24));
    case 7:
      return Val::ofInt(part(std::chrono::minutes(), 60));
    case 8:
      return Val::ofInt(part(std::chrono::seconds(), 60));
    default:
      return Val::ofInt(part(std::chrono::milliseconds(), 1000));
  }
}

template <std::int64_t Unit>
Result<Val> durationIn(Args a) {
  return Val::ofInt(a[0].integer / Unit);
}
Result<Val> durationMilliseconds(Args a) {
  return Val::ofInt(a[0].integer / 1'000'000 % 1000);
}

Result<Val> orValue(Args a) {
  return a[0].size() > 0 ? a[0].at(0) : a[1];
}
Result<Val> hasValue(Args a) {
  return Val::ofBool(a[0].size() > 0);
}
Result<Val> otherwise(Args a) {
  return a[0].size() > 0 ? a[0] : a[1];
}
Result<Val> value(Args a) {
  if (a[0].size() == 0) return bad("optional.none() dereference");
  return a[0].at(0);
}
Result<Val> optionalOf(Args a) {
  return Val::ofOptional(a[0]);
}
Result<Val> optionalNone(Args) {
  return Val::ofOptional(std::nullopt);
}

}  // namespace

void addStandardFunctions(std::vector<Function>& out) {
  auto add = [&](const char* name, bool receiver, std::vector<K> args, K result, Result<Val> (*call)(Args)) {
    out.push_back({name, receiver, std::move(args), result, K::Dyn, Function::Derive::No, call});
  };
  for (K k : {K::String, K::Bytes, K::List, K::Map}) {
    add("size", false, {k}, K::Int, sizeOf);
    add("size", true, {k}, K::Int, sizeOf);
  }
  for (K k : {K::Int, K::Uint, K::Double, K::String, K::Timestamp}) add("int", false, {k}, K::Int, toInt);
  for (K k : {K::Int, K::Uint, K::Double, K::String}) {
    add("uint", false, {k}, K::Uint, toUint);
    add("double", false, {k}, K::Double, toDouble);
  }
  for (K k :
       {K::Bool, K::Int, K::Uint, K::Double, K::String, K::Bytes, K::Timestamp, K::Duration, K::Ip, K::Cidr})
    add("string", false, {k}, K::String, toText);
  add("bytes", false, {K::String}, K::Bytes, toBytes);
  add("bytes", false, {K::Bytes}, K::Bytes, same);
  for (K k : {K::Bool, K::String}) add("bool", false, {k}, K::Bool, toBool);
  for (K k : {K::String, K::Int, K::Timestamp}) add("timestamp", false, {k}, K::Timestamp, timestamp);
  for (K k : {K::String, K::Duration}) add("duration", false, {k}, K::Duration, duration);
  add("type", false, {K::Dyn}, K::TypeOf, typeOf);
  add("dyn", false, {K::Dyn}, K::Dyn, same);
  const std::vector<std::pair<const char*, Result<Val> (*)(Args)>> fields = {
      {"getFullYear", calendar<0>},    {"getMonth", calendar<1>},     {"getDate", calendar<2>},
      {"getDayOfMonth", calendar<3>},  {"getDayOfWeek", calendar<4>}, {"getDayOfYear", calendar<5>},
      {"getHours", calendar<6>},       {"getMinutes", calendar<7>},   {"getSeconds", calendar<8>},
      {"getMilliseconds", calendar<9>}};
  for (const auto& [name, call] : fields) {
    add(name, true, {K::Timestamp}, K::Int, call);
    add(name, true, {K::Timestamp, K::String}, K::Int, call);
  }
  add("getHours", true, {K::Duration}, K::Int, durationIn<3'600'000'000'000>);
  add("getMinutes", true, {K::Duration}, K::Int, durationIn<60'000'000'000>);
  add("getSeconds", true, {K::Duration}, K::Int, durationIn<1'000'000'000>);
  add("getMilliseconds", true, {K::Duration}, K::Int, durationMilliseconds);
  add("hasValue", true, {K::Optional}, K::Bool, hasValue);
  out.push_back(
      {"orValue", true, {K::Optional, K::Dyn}, K::Dyn, K::Dyn, Function::Derive::ElementOfFirst, orValue});
  out.push_back({"value", true, {K::Optional}, K::Dyn, K::Dyn, Function::Derive::ElementOfFirst, value});
  out.push_back({"or",
                 true,
                 {K::Optional, K::Optional},
                 K::Optional,
                 K::Dyn,
                 Function::Derive::SameAsFirst,
                 otherwise});
  out.push_back(
      {"optional.of", false, {K::Dyn}, K::Optional, K::Dyn, Function::Derive::OptionalOfFirst, optionalOf});
  out.push_back({"optional.none", false, {}, K::Optional, K::Dyn, Function::Derive::No, optionalNone});
}

const std::vector<Function>& functions() {
  static const std::vector<Function> kFunctions = [] {
    std::vector<Function> out;
    addStandardFunctions(out);
    addStringFunctions(out);
    addKubernetesFunctions(out);
    return out;
  }();
  return kFunctions;
}

}  // namespace puppis::cel
