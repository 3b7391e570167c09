// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <re2/re2.h>

#include "base/strings.h"
#include "cel/functions.h"

namespace puppis::cel {
namespace {

using K = TypeKind;
using Args = std::span<const Val>;

tl::unexpected<Error> bad(std::string why) {
  return fail(ErrorCode::InvalidArgument, std::move(why));
}

/// The code points of a text, each as its own text.
std::vector<std::string> runesOf(const std::string& text) {
  std::vector<std::string> out;
  for (char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80 || out.empty()) out.emplace_back();
    out.back() += c;
  }
  return out;
}

std::string glue(const std::vector<std::string>& parts, std::size_t from, std::size_t to) {
  std::string out;
  for (std::size_t i = from; i < to; ++i) out += parts[i];
  return out;
}

Result<Val> contains(Args a) {
  return Val::ofBool(a[0].text.find(a[1].text) != std::string::npos);
}
Result<Val> begins(Args a) {
  return Val::ofBool(startsWith(a[0].text, a[1].text));
}
Result<Val> ends(Args a) {
  return Val::ofBool(endsWith(a[0].text, a[1].text));
}

/// Made anew each time: a rule's patterns are few, and RE2 compiles in linear time.
Result<std::unique_ptr<re2::RE2>> pattern(const std::string& text) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(1 << 20);
  auto out = std::make_unique<re2::RE2>(text, options);
  if (!out->ok()) return bad("error parsing regexp: " + out->error());
  return out;
}

Result<Val> matches(Args a) {
  TRY(auto regex, pattern(a[1].text));
  return Val::ofBool(re2::RE2::PartialMatch(a[0].text, *regex));
}

Result<Val> findFirst(Args a) {
  TRY(auto regex, pattern(a[1].text));
  re2::StringPiece found;
  if (!regex->Match(a[0].text, 0, a[0].text.size(), re2::RE2::UNANCHORED, &found, 1))
    return Val::ofString("");
  return Val::ofString(std::string(found.data(), found.size()));
}

Result<Val> findAll(Args a) {
  TRY(auto regex, pattern(a[1].text));
  std::vector<Val> out;
  std::int64_t most = a.size() == 3 ? a[2].integer : -1;
  re2::StringPiece found;
  for (std::size_t at = 0;
       at <= a[0].text.size() && (most < 0 || static_cast<std::int64_t>(out.size()) < most);) {
    if (!regex->Match(a[0].text, at, a[0].text.size(), re2::RE2::UNANCHORED, &found, 1)) break;
    out.push_back(Val::ofString(std::string(found.data(), found.size())));
    auto begin = static_cast<std::size_t>(found.data() - a[0].text.data());
    at = begin + std::max<std::size_t>(found.size(), 1);
  }
  return Val::ofList(std::move(out));
}

Result<Val> charAt(Args a) {
  std::vector<std::string> runes = runesOf(a[0].text);
  if (a[1].integer < 0 || a[1].integer > static_cast<std::int64_t>(runes.size()))
    return bad("index out of range: " + std::to_string(a[1].integer));
  auto i = static_cast<std::size_t>(a[1].integer);
  return Val::ofString(i < runes.size() ? runes[i] : "");
}

Result<Val> indexOf(Args a) {
  std::vector<std::string> runes = runesOf(a[0].text);
  std::size_t from = a.size() == 3 ? static_cast<std::size_t>(std::max<std::int64_t>(a[2].integer, 0)) : 0;
  if (from > runes.size()) return bad("index out of range: " + std::to_string(from));
  std::size_t found = a[0].text.find(a[1].text, glue(runes, 0, from).size());
  if (found == std::string::npos) return Val::ofInt(-1);
  return Val::ofInt(static_cast<std::int64_t>(runesOf(a[0].text.substr(0, found)).size()));
}

Result<Val> lastIndexOf(Args a) {
  std::size_t found = a[0].text.rfind(a[1].text);
  if (found == std::string::npos) return Val::ofInt(-1);
  return Val::ofInt(static_cast<std::int64_t>(runesOf(a[0].text.substr(0, found)).size()));
}

std::string mapAscii(std::string text, char first, char last, int by) {
  for (char& c : text) {
    if (c >= first && c <= last) c = static_cast<char>(c + by);
  }
  return text;
}

Result<Val> lower(Args a) {
  return Val::ofString(mapAscii(a[0].text, 'A', 'Z', 32));
}
Result<Val> upper(Args a) {
  return Val::ofString(mapAscii(a[0].text, 'a', 'z', -32));
}
Result<Val> trimmed(Args a) {
  return Val::ofString(std::string(trim(a[0].text)));
}

Result<Val> reversed(Args a) {
  std::vector<std::string> runes = runesOf(a[0].text);
  std::reverse(runes.begin(), runes.end());
  return Val::ofString(glue(runes, 0, runes.size()));
}

Result<Val> replaced(Args a) {
  std::int64_t left = a.size() == 4 ? a[3].integer : -1;
  const std::string& from = a[1].text;
  if (from.empty()) return bad("replace of an empty string is not understood here");
  std::string out;
  std::size_t at = 0;
  for (; left != 0; --left) {
    std::size_t found = a[0].text.find(from, at);
    if (found == std::string::npos) break;
    out += a[0].text.substr(at, found - at) + a[2].text;
    at = found + from.size();
  }
  return Val::ofString(out + a[0].text.substr(at));
}

Result<Val> splitText(Args a) {
  std::int64_t most = a.size() == 3 ? a[2].integer : -1;
  std::vector<Val> out;
  if (most == 0) return Val::ofList({});
  const std::string& by = a[1].text;
  if (by.empty()) {
    for (auto& rune : runesOf(a[0].text)) out.push_back(Val::ofString(rune));
    return Val::ofList(std::move(out));
  }
  std::size_t at = 0;
  while (most < 0 || static_cast<std::int64_t>(out.size()) + 1 < most) {
    std::size_t found = a[0].text.find(by, at);
    if (found == std::string::npos) break;
    out.push_back(Val::ofString(a[0].text.substr(at, found - at)));
    at = found + by.size();
  }
  out.push_back(Val::ofString(a[0].text.substr(at)));
  return Val::ofList(std::move(out));
}

Result<Val> substring(Args a) {
  std::vector<std::string> runes = runesOf(a[0].text);
  auto size = static_cast<std::int64_t>(runes.size());
  std::int64_t from = a[1].integer;
  std::int64_t to = a.size() == 3 ? a[2].integer : size;
  if (from < 0 || from > size) return bad("index out of range: " + std::to_string(from));
  if (to < 0 || to > size) return bad("index out of range: " + std::to_string(to));
  if (from > to)
    return bad("invalid substring range. start: " + std::to_string(from) + ", end: " + std::to_string(to));
  return Val::ofString(glue(runes, static_cast<std::size_t>(from), static_cast<std::size_t>(to)));
}

Result<Val> joined(Args a) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < a[0].size(); ++i) {
    Val one = a[0].at(i);
    if (one.kind != K::String) return bad("no such overload");
    parts.push_back(one.text);
  }
  return Val::ofString(join(parts, a.size() == 2 ? a[1].text : ""));
}

Result<Val> formatted(Args a) {
  std::string out;
  std::size_t next = 0;
  const std::string& form = a[0].text;
  for (std::size_t i = 0; i < form.size(); ++i) {
    if (form[i] != '%') {
      out += form[i];
      continue;
    }
    if (++i >= form.size()) return bad("unexpected end of string");
    if (form[i] == '%') {
      out += '%';
      continue;
    }
    if (form[i] != 's' && form[i] != 'd')
      return bad(std::string("format clause %") + form[i] + " is not understood here");
    if (next >= a[1].size()) return bad("index " + std::to_string(next) + " out of range");
    auto text = textOf(a[1].at(next++));
    if (!text) return bad("lists and maps in format are not understood here");
    out += *text;
  }
  return Val::ofString(out);
}

}  // namespace

void addStringFunctions(std::vector<Function>& out) {
  auto add = [&](const char* name, std::vector<K> args, K result, Result<Val> (*call)(Args),
                 K element = K::Dyn) {
    out.push_back({name, true, std::move(args), result, element, Function::Derive::No, call});
  };
  const K s = K::String;
  add("contains", {s, s}, K::Bool, contains);
  add("startsWith", {s, s}, K::Bool, begins);
  add("endsWith", {s, s}, K::Bool, ends);
  add("matches", {s, s}, K::Bool, matches);
  out.push_back({"matches", false, {s, s}, K::Bool, K::Dyn, Function::Derive::No, matches});
  add("find", {s, s}, s, findFirst);
  add("findAll", {s, s}, K::List, findAll, s);
  add("findAll", {s, s, K::Int}, K::List, findAll, s);
  add("charAt", {s, K::Int}, s, charAt);
  add("indexOf", {s, s}, K::Int, indexOf);
  add("indexOf", {s, s, K::Int}, K::Int, indexOf);
  add("lastIndexOf", {s, s}, K::Int, lastIndexOf);
  add("lowerAscii", {s}, s, lower);
  add("upperAscii", {s}, s, upper);
  add("trim", {s}, s, trimmed);
  add("reverse", {s}, s, reversed);
  add("replace", {s, s, s}, s, replaced);
  add("replace", {s, s, s, K::Int}, s, replaced);
  add("split", {s, s}, K::List, splitText, s);
  add("split", {s, s, K::Int}, K::List, splitText, s);
  add("substring", {s, K::Int}, s, substring);
  add("substring", {s, K::Int, K::Int}, s, substring);
  add("join", {K::List}, s, joined);
  add("join", {K::List, s}, s, joined);
  add("format", {s, K::List}, s, formatted);
}

}  // namespace puppis::cel
