// SPDX-License-Identifier: Apache-2.0
#include "schema/comments.h"

#include "base/strings.h"

namespace puppis::schema {

namespace {

void addLine(std::string& text, std::string_view line) {
  if (line.empty()) return;
  if (!text.empty()) text += '\n';
  text += line;
}

}  // namespace

Markers parseMarkers(std::string_view text) {
  Markers out;
  std::string plain;
  bool inUsage = false;
  bool hasUsage = false;
  for (const std::string& raw : split(text, '\n')) {
    std::string_view line = trim(raw);
    if (!startsWith(line, "+")) {
      addLine(inUsage ? out.usage : plain, line);
      continue;
    }
    inUsage = false;
    line.remove_prefix(1);
    // `+usage: text` is a slip of several shipped definitions that is understood all the same.
    auto equals = startsWith(line, "usage:") ? line.find(':') : line.find('=');
    std::string_view name = trim(line.substr(0, equals));
    std::string_view value =
        equals == std::string_view::npos ? std::string_view() : trim(line.substr(equals + 1));
    if (name == "usage") {
      inUsage = hasUsage = true;
      out.usage = value;
    } else if (name == "short") {
      out.shortFlag = value;
    } else if (name == "ignore") {
      out.ignore = true;
    } else if (name == "immutable") {
      out.immutable = true;
    } else {
      out.others.emplace_back(name, value);
    }
  }
  if (!hasUsage) out.usage = plain;
  return out;
}

Markers markersOf(const cue::Value& field) {
  Markers out;
  for (const cue::Doc& doc : field.docs()) {
    Markers more = parseMarkers(doc.text);
    if (out.usage.empty()) out.usage = more.usage;
    if (out.shortFlag.empty()) out.shortFlag = more.shortFlag;
    out.ignore |= more.ignore;
    out.immutable |= more.immutable;
    out.others.insert(out.others.end(), more.others.begin(), more.others.end());
  }
  return out;
}

}  // namespace puppis::schema
