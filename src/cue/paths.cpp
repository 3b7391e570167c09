// SPDX-License-Identifier: Apache-2.0
#include "cue/cue.h"
#include "cue/syntax/literal.h"

namespace puppis::cue {

Result<std::vector<Selector>> parsePath(std::string_view path) {
  std::vector<Selector> out;
  std::size_t i = 0;
  auto bad = [&](std::string_view what) {
    return fail(ErrorCode::InvalidArgument, "invalid path " + quoteString(path) + ": " + std::string(what));
  };
  // The end of a quoted part that begins at `from`, past the closing quote; npos when it does not end.
  auto quotedEnd = [&](std::size_t from) {
    for (std::size_t k = from + 1; k < path.size(); ++k) {
      if (path[k] == '\\') {
        ++k;
      } else if (path[k] == '"') {
        return k + 1;
      }
    }
    return std::string_view::npos;
  };
  auto name = [](std::string_view text) {
    Selector s;
    s.name = text;
    if (text.starts_with("_#")) {
      s.type = Selector::Type::HiddenDefinition;
    } else if (text.starts_with('#')) {
      s.type = Selector::Type::Definition;
    } else if (text.starts_with('_')) {
      s.type = Selector::Type::Hidden;
    }
    return s;
  };
  bool wantsPart = true;
  while (i < path.size()) {
    if (path[i] == '[') {
      std::size_t end = path[i + 1 < path.size() ? i + 1 : i] == '"' ? quotedEnd(i + 1) : path.find(']', i);
      if (end == std::string_view::npos || end >= path.size() || path[end] != ']') return bad("missing ]");
      std::string_view inner = path.substr(i + 1, end - i - 1);
      Selector s;
      if (inner.starts_with('"')) {
        TRY(auto text, unquote(inner));
        s.name = text.text;
      } else {
        if (inner.empty() || inner.find_first_not_of("0123456789") != std::string_view::npos ||
            inner.size() > 9) {
          return bad("index must be a number");
        }
        s.type = Selector::Type::Index;
        s.index = std::stoll(std::string(inner));
      }
      out.push_back(std::move(s));
      i = end + 1;
      wantsPart = false;
    } else if (path[i] == '.') {
      if (wantsPart) return bad("empty part");
      wantsPart = true;
      ++i;
    } else if (!wantsPart) {
      return bad("expected . or [");
    } else if (path[i] == '"') {
      std::size_t end = quotedEnd(i);
      if (end == std::string_view::npos) return bad("missing quote");
      TRY(auto text, unquote(path.substr(i, end - i)));
      Selector s;
      s.name = text.text;
      out.push_back(std::move(s));
      i = end;
      wantsPart = false;
    } else {
      std::size_t end = path.find_first_of(".[", i);
      if (end == std::string_view::npos) end = path.size();
      out.push_back(name(path.substr(i, end - i)));
      i = end;
      wantsPart = false;
    }
  }
  if (wantsPart && !out.empty()) return bad("empty part");
  return out;
}

std::string pathText(std::span<const Selector> path) {
  std::string out;
  for (const Selector& s : path) {
    if (s.type == Selector::Type::Index) {
      out += '[' + std::to_string(s.index) + ']';
      continue;
    }
    if (!out.empty()) out += '.';
    out += s.type == Selector::Type::String ? quoteLabel(s.name) : s.name;
  }
  return out;
}

}  // namespace puppis::cue
