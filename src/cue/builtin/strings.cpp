// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cue/builtin/packages.h"
#include "cue/builtin/support.h"
#include "cue/builtin/unicode.h"

// Package strings. Indexes and lengths are in bytes unless a name says Runes.

namespace puppis::cue::builtin {

namespace {

using Text = std::string_view;

/// What Repeat may build before it counts as a mistake.
constexpr std::int64_t kMaxRepeat = 1'000'000;

std::int64_t position(std::size_t at) {
  return at == Text::npos ? -1 : static_cast<std::int64_t>(at);
}

bool containsRune(Text chars, char32_t rune) {
  for (std::size_t at = 0; at < chars.size();) {
    unicode::Decoded next = unicode::decode(chars, at);
    if (next.rune == rune) return true;
    at += next.length;
  }
  return false;
}

template <typename Map>
std::string mapRunes(Text s, Map map) {
  std::string out;
  out.reserve(s.size());
  for (std::size_t at = 0; at < s.size();) {
    unicode::Decoded next = unicode::decode(s, at);
    unicode::append(out, map(next.rune));
    at += next.length;
  }
  return out;
}

Answer byteAt(Call& call, Bytes b, std::int64_t i) {
  if (i < 0 || i >= static_cast<std::int64_t>(b.data.size())) return bad(call, "index out of range");
  return Value::ofInt(static_cast<unsigned char>(b.data[static_cast<std::size_t>(i)]));
}

Answer byteSlice(Call& call, Bytes b, std::int64_t start, std::int64_t end) {
  if (start < 0 || start > end || end > static_cast<std::int64_t>(b.data.size())) {
    return bad(call, "index out of range");
  }
  return Value::bytes(b.data.substr(static_cast<std::size_t>(start), static_cast<std::size_t>(end - start)));
}

Answer runes(Call& call, Text s) {
  std::vector<Value> out;
  for (std::size_t at = 0; at < s.size();) {
    unicode::Decoded next = unicode::decode(s, at);
    out.push_back(Value::ofInt(static_cast<std::int64_t>(next.rune)));
    at += next.length;
  }
  return list(call, out);
}

Answer repeat(Call& call, Text s, std::int64_t count) {
  if (count < 0) return bad(call, "negative count");
  if (count > kMaxRepeat) {
    return bad(call, "count " + std::to_string(count) + " exceeds limit of " + std::to_string(kMaxRepeat));
  }
  const std::size_t size = s.size() * static_cast<std::size_t>(count);
  call.arena().require(2 * size);
  std::string out;
  out.reserve(size);
  for (std::int64_t i = 0; i < count; ++i) out += s;
  return text(call, out);
}

bool minRunes(Text s, std::int64_t min) {
  return static_cast<std::int64_t>(unicode::count(s)) >= min;
}
bool maxRunes(Text s, std::int64_t max) {
  return static_cast<std::int64_t>(unicode::count(s)) <= max;
}

/// Maps the first code point of every word.
template <typename Map>
std::string mapWordStarts(Text s, Map map) {
  char32_t previous = ' ';
  return mapRunes(s, [&](char32_t rune) {
    bool starts = unicode::isSpace(previous);
    previous = rune;
    return starts ? map(rune) : rune;
  });
}

std::string toTitle(Text s) {
  return mapWordStarts(s, unicode::toTitle);
}
std::string toCamel(Text s) {
  return mapWordStarts(s, unicode::toLower);
}
std::string toUpper(Text s) {
  return mapRunes(s, unicode::toUpper);
}
std::string toLower(Text s) {
  return mapRunes(s, unicode::toLower);
}

Answer sliceRunes(Call& call, Text s, std::int64_t start, std::int64_t end) {
  if (start < 0 || start > end || end > static_cast<std::int64_t>(unicode::count(s))) {
    return bad(call, "index out of range");
  }
  std::size_t at = 0;
  std::size_t from = 0;
  for (std::int64_t i = 0; i < end; ++i) {
    if (i == start) from = at;
    at += unicode::decode(s, at).length;
  }
  if (start == end) return Value::string({});
  return text(call, mapRunes(s.substr(from, at - from), [](char32_t rune) { return rune; }));
}

std::int64_t compare(Text a, Text b) {
  int order = a.compare(b);
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

std::int64_t countOf(Text s, Text part) {
  if (part.empty()) return static_cast<std::int64_t>(unicode::count(s)) + 1;
  std::int64_t out = 0;
  for (std::size_t at = s.find(part); at != Text::npos; at = s.find(part, at + part.size())) ++out;
  return out;
}

bool contains(Text s, Text part) {
  return s.find(part) != Text::npos;
}
std::int64_t index(Text s, Text part) {
  return position(s.find(part));
}
std::int64_t lastIndex(Text s, Text part) {
  return position(s.rfind(part));
}

std::int64_t indexAny(Text s, Text chars) {
  for (std::size_t at = 0; at < s.size();) {
    unicode::Decoded next = unicode::decode(s, at);
    if (containsRune(chars, next.rune)) return static_cast<std::int64_t>(at);
    at += next.length;
  }
  return -1;
}

std::int64_t lastIndexAny(Text s, Text chars) {
  while (!s.empty()) {
    unicode::Decoded last = unicode::decodeLast(s);
    s.remove_suffix(last.length);
    if (containsRune(chars, last.rune)) return static_cast<std::int64_t>(s.size());
  }
  return -1;
}

bool containsAny(Text s, Text chars) {
  return indexAny(s, chars) >= 0;
}

/// Splits into at most `limit` parts (all when negative); `after` leaves the separator at the end of each
/// part.
std::vector<Text> parts(Text s, Text separator, std::int64_t limit, bool after) {
  std::vector<Text> out;
  if (limit == 0) return out;
  auto full = [&] { return limit > 0 && static_cast<std::int64_t>(out.size()) + 1 >= limit; };
  if (separator.empty()) {
    while (!s.empty() && !full()) {
      std::size_t length = unicode::decode(s).length;
      out.push_back(s.substr(0, length));
      s.remove_prefix(length);
    }
    if (!s.empty()) out.push_back(s);
    return out;
  }
  while (!full()) {
    std::size_t at = s.find(separator);
    if (at == Text::npos) break;
    out.push_back(s.substr(0, at + (after ? separator.size() : 0)));
    s.remove_prefix(at + separator.size());
  }
  out.push_back(s);
  return out;
}

Answer splitN(Call& call, Text s, Text separator, std::int64_t n) {
  return stringList(call, parts(s, separator, n, false));
}
Answer splitAfterN(Call& call, Text s, Text separator, std::int64_t n) {
  return stringList(call, parts(s, separator, n, true));
}
Answer split(Call& call, Text s, Text separator) {
  return stringList(call, parts(s, separator, -1, false));
}
Answer splitAfter(Call& call, Text s, Text separator) {
  return stringList(call, parts(s, separator, -1, true));
}

Answer fields(Call& call, Text s) {
  std::vector<Text> out;
  std::size_t start = Text::npos;
  for (std::size_t at = 0; at < s.size();) {
    unicode::Decoded next = unicode::decode(s, at);
    if (unicode::isSpace(next.rune)) {
      if (start != Text::npos) out.push_back(s.substr(start, at - start));
      start = Text::npos;
    } else if (start == Text::npos) {
      start = at;
    }
    at += next.length;
  }
  if (start != Text::npos) out.push_back(s.substr(start));
  return stringList(call, out);
}

std::string join(Call& call, const Strings& parts, Text separator) {
  std::size_t size = parts.items.size() * separator.size();
  for (Text part : parts.items) size += part.size();
  call.arena().require(2 * size);
  std::string out;
  out.reserve(size);
  for (std::size_t i = 0; i < parts.items.size(); ++i) {
    if (i > 0) out += separator;
    out += parts.items[i];
  }
  return out;
}

bool hasPrefix(Text s, Text prefix) {
  return s.starts_with(prefix);
}
bool hasSuffix(Text s, Text suffix) {
  return s.ends_with(suffix);
}

template <typename Drop>
Text trimLeftWhere(Text s, Drop drop) {
  while (!s.empty()) {
    unicode::Decoded next = unicode::decode(s);
    if (!drop(next.rune)) break;
    s.remove_prefix(next.length);
  }
  return s;
}

template <typename Drop>
Text trimRightWhere(Text s, Drop drop) {
  while (!s.empty()) {
    unicode::Decoded last = unicode::decodeLast(s);
    if (!drop(last.rune)) break;
    s.remove_suffix(last.length);
  }
  return s;
}

Text trimLeft(Text s, Text cutset) {
  return trimLeftWhere(s, [cutset](char32_t rune) { return containsRune(cutset, rune); });
}
Text trimRight(Text s, Text cutset) {
  return trimRightWhere(s, [cutset](char32_t rune) { return containsRune(cutset, rune); });
}
Text trim(Text s, Text cutset) {
  return trimRight(trimLeft(s, cutset), cutset);
}
Text trimSpace(Text s) {
  return trimRightWhere(trimLeftWhere(s, unicode::isSpace), unicode::isSpace);
}

Text trimPrefix(Text s, Text prefix) {
  if (s.starts_with(prefix)) s.remove_prefix(prefix.size());
  return s;
}
Text trimSuffix(Text s, Text suffix) {
  if (s.ends_with(suffix)) s.remove_suffix(suffix.size());
  return s;
}

std::string replace(Call& call, Text s, Text from, Text to, std::int64_t n) {
  if (from == to || n == 0) return std::string(s);
  const std::int64_t all = countOf(s, from);
  const auto count = static_cast<std::size_t>(n < 0 ? all : std::min(all, n));
  call.arena().require(2 * (s.size() + count * to.size()));
  std::string out;
  std::size_t at = 0;
  for (std::int64_t done = 0; n < 0 || done < n; ++done) {
    std::size_t next = 0;
    if (from.empty()) {
      // Between all code points, and at both ends.
      if (done > 0 && at >= s.size()) break;
      next = at + (done > 0 ? unicode::decode(s, at).length : 0);
    } else {
      next = s.find(from, at);
      if (next == Text::npos) break;
    }
    out += s.substr(at, next - at);
    out += to;
    at = next + from.size();
  }
  out += s.substr(at);
  return out;
}

constexpr Function kFunctions[] = {
    function<&byteAt>("ByteAt", kInt),
    function<&byteSlice>("ByteSlice", kString | kBytes),
    function<&runes>("Runes", kList),
    function<&repeat>("Repeat", kString),
    function<&minRunes>("MinRunes"),
    function<&maxRunes>("MaxRunes"),
    function<&toTitle>("ToTitle"),
    function<&toCamel>("ToCamel"),
    function<&sliceRunes>("SliceRunes", kString),
    function<&compare>("Compare"),
    function<&countOf>("Count"),
    function<&contains>("Contains"),
    function<&containsAny>("ContainsAny"),
    function<&lastIndex>("LastIndex"),
    function<&indexAny>("IndexAny"),
    function<&lastIndexAny>("LastIndexAny"),
    function<&splitN>("SplitN", kList),
    function<&splitAfterN>("SplitAfterN", kList),
    function<&split>("Split", kList),
    function<&splitAfter>("SplitAfter", kList),
    function<&fields>("Fields", kList),
    function<&join>("Join"),
    function<&hasPrefix>("HasPrefix"),
    function<&hasSuffix>("HasSuffix"),
    function<&toUpper>("ToUpper"),
    function<&toLower>("ToLower"),
    function<&trim>("Trim"),
    function<&trimLeft>("TrimLeft"),
    function<&trimRight>("TrimRight"),
    function<&trimSpace>("TrimSpace"),
    function<&trimPrefix>("TrimPrefix"),
    function<&trimSuffix>("TrimSuffix"),
    function<&replace>("Replace"),
    function<&index>("Index"),
};

}  // namespace

const Package kStringsPackage{"strings", kFunctions, {}, {}};

}  // namespace puppis::cue::builtin
