// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cue/builtin/packages.h"
#include "cue/builtin/regex.h"
#include "cue/builtin/support.h"

// Package regexp.

namespace puppis::cue::builtin {

namespace {

using Text = std::string_view;

/// Runs `use` with the compiled pattern.
template <typename Use>
Answer with(Call& call, Text pattern, Use use) {
  auto compiled = Regex::compile(pattern);
  if (!compiled) return bad(call, compiled.error().message());
  return use(*compiled);
}

Answer noMatch(Call& call) {
  return bad(call, "no match");
}

Value matchList(Call& call, const Regex::Match& match) {
  return stringList(call, std::span<const Text>(match));
}

Value namedGroups(Call& call, const std::vector<std::string>& names, const Regex::Match& match) {
  std::vector<Field> fields;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!names[i].empty()) fields.push_back({keep(call, names[i]), text(call, match[i])});
  }
  std::sort(fields.begin(), fields.end(), [](const Field& a, const Field& b) { return a.label < b.label; });
  return structure(call, fields);
}

Answer find(Call& call, Text pattern, Text s) {
  return with(call, pattern, [&](const Regex& regex) -> Answer {
    Regex::Match match = regex.find(s);
    return match.empty() ? noMatch(call) : Answer(text(call, match[0]));
  });
}

Answer findAll(Call& call, Text pattern, Text s, std::int64_t n) {
  return with(call, pattern, [&](const Regex& regex) -> Answer {
    std::vector<Regex::Match> matches = regex.findAll(s, n);
    if (matches.empty()) return noMatch(call);
    std::vector<Value> out;
    for (const auto& match : matches) out.push_back(text(call, match[0]));
    return list(call, out);
  });
}

Answer findSubmatch(Call& call, Text pattern, Text s) {
  return with(call, pattern, [&](const Regex& regex) -> Answer {
    Regex::Match match = regex.find(s);
    return match.empty() ? noMatch(call) : Answer(matchList(call, match));
  });
}

Answer findAllSubmatch(Call& call, Text pattern, Text s, std::int64_t n) {
  return with(call, pattern, [&](const Regex& regex) -> Answer {
    std::vector<Regex::Match> matches = regex.findAll(s, n);
    if (matches.empty()) return noMatch(call);
    std::vector<Value> out;
    for (const auto& match : matches) out.push_back(matchList(call, match));
    return list(call, out);
  });
}

Answer findNamedSubmatch(Call& call, Text pattern, Text s) {
  return with(call, pattern, [&](const Regex& regex) -> Answer {
    Regex::Match match = regex.find(s);
    return match.empty() ? noMatch(call) : Answer(namedGroups(call, regex.groupNames(), match));
  });
}

Answer findAllNamedSubmatch(Call& call, Text pattern, Text s, std::int64_t n) {
  return with(call, pattern, [&](const Regex& regex) -> Answer {
    std::vector<Regex::Match> matches = regex.findAll(s, n);
    if (matches.empty()) return noMatch(call);
    std::vector<std::string> names = regex.groupNames();
    std::vector<Value> out;
    for (const auto& match : matches) out.push_back(namedGroups(call, names, match));
    return list(call, out);
  });
}

Answer replaceAll(Call& call, Text pattern, Text source, Text replacement) {
  return with(call, pattern, [&](const Regex& regex) -> Answer {
    return text(call, regex.replaceAll(source, replacement, false));
  });
}

Answer replaceAllLiteral(Call& call, Text pattern, Text source, Text replacement) {
  return with(call, pattern, [&](const Regex& regex) -> Answer {
    return text(call, regex.replaceAll(source, replacement, true));
  });
}

Answer validPattern(Call& call, Text pattern) {
  return with(call, pattern, [](const Regex&) -> Answer { return Value::of(true); });
}

Answer match(Call& call, Text pattern, Text s) {
  return with(call, pattern, [&](const Regex& regex) -> Answer { return Value::of(regex.matches(s)); });
}

std::string quote(Text s) {
  return quoteMeta(s);
}

constexpr Function kFunctions[] = {
    function<&find>("Find", kString),
    function<&findAll>("FindAll", kList),
    function<&findAllNamedSubmatch>("FindAllNamedSubmatch", kList),
    function<&findAllSubmatch>("FindAllSubmatch", kList),
    function<&findNamedSubmatch>("FindNamedSubmatch", kStruct),
    function<&findSubmatch>("FindSubmatch", kList),
    function<&replaceAll>("ReplaceAll", kString),
    function<&replaceAllLiteral>("ReplaceAllLiteral", kString),
    function<&validPattern>("Valid", kBool),
    function<&match>("Match", kBool),
    function<&quote>("QuoteMeta"),
};

}  // namespace

const Package kRegexpPackage{"regexp", kFunctions, {}, {}};

}  // namespace puppis::cue::builtin
