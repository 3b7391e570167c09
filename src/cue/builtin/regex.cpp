// SPDX-License-Identifier: Apache-2.0
#include "cue/builtin/regex.h"

#include <algorithm>

#include <re2/re2.h>

#include "cue/builtin/unicode.h"

namespace puppis::cue::builtin {

namespace {

/// The installed RE2 knows (?P<name>...) only; Go also takes (?<name>...).
std::string withNamedGroups(std::string_view pattern) {
  std::string out;
  bool inClass = false;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    char c = pattern[at];
    if (c == '\\' && at + 1 < pattern.size()) {
      out += c;
      out += pattern[++at];
      continue;
    }
    if (c == '[') inClass = true;
    if (c == ']') inClass = false;
    if (!inClass && pattern.substr(at, 3) == "(?<") {
      out += "(?P<";
      at += 2;
      continue;
    }
    out += c;
  }
  return out;
}

std::string syntaxError(const re2::RE2& compiled, std::string_view pattern) {
  std::string_view what = "invalid syntax";
  bool showAll = false;
  switch (compiled.error_code()) {
    case re2::RE2::ErrorBadEscape:
      what = "invalid escape sequence";
      break;
    case re2::RE2::ErrorBadCharRange:
      what = "invalid character class range";
      break;
    case re2::RE2::ErrorBadCharClass:
      what = "invalid character class";
      break;
    case re2::RE2::ErrorMissingBracket:
      what = "missing closing ]";
      break;
    case re2::RE2::ErrorMissingParen:
      what = "missing closing )", showAll = true;
      break;
    case re2::RE2::ErrorUnexpectedParen:
      what = "unexpected )", showAll = true;
      break;
    case re2::RE2::ErrorTrailingBackslash:
      return "trailing backslash at end of expression: ``";
    case re2::RE2::ErrorRepeatArgument:
      what = "missing argument to repetition operator";
      break;
    case re2::RE2::ErrorRepeatSize:
      what = "invalid repeat count";
      break;
    case re2::RE2::ErrorRepeatOp:
      what = "invalid nested repetition operator";
      break;
    case re2::RE2::ErrorBadPerlOp:
      what = "invalid or unsupported Perl syntax";
      break;
    case re2::RE2::ErrorBadUTF8:
      what = "invalid UTF-8";
      break;
    case re2::RE2::ErrorBadNamedCapture:
      what = "invalid named capture";
      break;
    case re2::RE2::ErrorPatternTooLarge:
      what = "expression too large";
      break;
    default:
      break;
  }
  std::string part = showAll ? std::string(pattern) : compiled.error_arg();
  return std::string(what) + ": `" + part + "`";
}

std::string_view view(const re2::StringPiece& piece) {
  return {piece.data(), piece.size()};
}

}  // namespace

Regex::Regex(std::unique_ptr<re2::RE2> compiled) : compiled_(std::move(compiled)) {}
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

Result<Regex> Regex::compile(std::string_view pattern) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto compiled = std::make_unique<re2::RE2>(
      pattern.find("(?<") == std::string_view::npos ? std::string(pattern) : withNamedGroups(pattern),
      options);
  if (!compiled->ok()) {
    return fail(ErrorCode::InvalidArgument, "error parsing regexp: " + syntaxError(*compiled, pattern));
  }
  return Regex(std::move(compiled));
}

bool Regex::matches(std::string_view text) const {
  return compiled_->Match({text.data(), text.size()}, 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0);
}

Regex::Match Regex::find(std::string_view text, std::size_t from) const {
  std::vector<re2::StringPiece> groups(static_cast<std::size_t>(compiled_->NumberOfCapturingGroups()) + 1);
  bool found = compiled_->Match({text.data(), text.size()}, from, text.size(), re2::RE2::UNANCHORED,
                                groups.data(), static_cast<int>(groups.size()));
  Match out;
  if (!found) return out;
  for (const auto& group : groups) out.push_back(view(group));
  return out;
}

std::vector<Regex::Match> Regex::findAll(std::string_view text, std::int64_t limit) const {
  std::vector<Match> out;
  std::size_t at = 0;
  std::size_t previousEnd = std::string_view::npos;
  while (at <= text.size() && (limit < 0 || static_cast<std::int64_t>(out.size()) < limit)) {
    Match match = find(text, at);
    if (match.empty()) break;
    std::size_t start = text.empty() ? 0 : static_cast<std::size_t>(match[0].data() - text.data());
    std::size_t end = start + match[0].size();
    bool accept = true;
    if (end == at) {
      // An empty match right behind the previous match is none.
      accept = start != previousEnd;
      at += at < text.size() ? unicode::decode(text, at).length : 1;
    } else {
      at = end;
    }
    previousEnd = end;
    if (accept) out.push_back(std::move(match));
  }
  return out;
}

std::vector<std::string> Regex::groupNames() const {
  std::vector<std::string> out(static_cast<std::size_t>(compiled_->NumberOfCapturingGroups()) + 1);
  for (const auto& [index, name] : compiled_->CapturingGroupNames())
    out[static_cast<std::size_t>(index)] = name;
  return out;
}

void Regex::expand(std::string& out, std::string_view replacement, const Match& match,
                   const std::vector<std::string>& names) const {
  while (!replacement.empty()) {
    std::size_t dollar = replacement.find('$');
    out += replacement.substr(0, dollar);
    if (dollar == std::string_view::npos) return;
    replacement.remove_prefix(dollar + 1);
    if (replacement.starts_with('$')) {
      out += '$';
      replacement.remove_prefix(1);
      continue;
    }
    bool braces = replacement.starts_with('{');
    std::size_t start = braces ? 1 : 0;
    std::size_t end = start;
    while (end < replacement.size()) {
      unicode::Decoded next = unicode::decode(replacement, end);
      if (!unicode::isLetter(next.rune) && !unicode::isDigit(next.rune) && next.rune != '_') break;
      end += next.length;
    }
    std::string_view name = replacement.substr(start, end - start);
    if (name.empty() || (braces && replacement.substr(end, 1) != "}")) {
      out += '$';  // no reference after all
      continue;
    }
    replacement.remove_prefix(end + start);
    bool numeric = std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (numeric && name.size() < 9 && (name.size() == 1 || name[0] != '0')) {
      auto index = static_cast<std::size_t>(std::stoul(std::string(name)));
      if (index < match.size()) out += match[index];
    } else {
      for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i] == name && i < match.size()) {
          out += match[i];
          break;
        }
      }
    }
  }
}

std::string Regex::replaceAll(std::string_view text, std::string_view replacement, bool literal) const {
  std::string out;
  std::vector<std::string> names = groupNames();
  std::size_t copied = 0;
  std::size_t at = 0;
  while (at <= text.size()) {
    Match match = find(text, at);
    if (match.empty()) break;
    std::size_t start = text.empty() ? 0 : static_cast<std::size_t>(match[0].data() - text.data());
    std::size_t end = start + match[0].size();
    out += text.substr(copied, start - copied);
    if (end > copied || start == 0) {
      if (literal) {
        out += replacement;
      } else {
        expand(out, replacement, match, names);
      }
    }
    copied = end;
    std::size_t width = at < text.size() ? unicode::decode(text, at).length : 1;
    at = at + width > end ? at + width : end;
  }
  out += text.substr(copied);
  return out;
}

std::string quoteMeta(std::string_view text) {
  constexpr std::string_view kSpecial = "\\.+*?()|[]{}^$";
  std::string out;
  for (char c : text) {
    if (kSpecial.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

}  // namespace puppis::cue::builtin
