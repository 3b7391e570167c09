// SPDX-License-Identifier: Apache-2.0
#include "schema/reference.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/strings.h"
#include "data/json.h"
#include "schema/comments.h"
#include "schema/shape.h"

namespace puppis::schema {

namespace {

constexpr std::size_t kDeepest = 24;

/// How one type is written in a table, and the nested struct it leads to.
struct TypeText {
  std::string text;
  std::string link;
  std::string linkText;
};

class Tables {
 public:
  std::vector<ReferenceTable> tables;

  void parameters(const cue::Value& parameter) {
    tables.push_back({"Properties", 1, {}});
    body(parameter, 0, 1);
  }

 private:
  void body(const cue::Value& value, std::size_t table, int depth);
  void structRows(const cue::Value& value, std::size_t table, int depth);
  ReferenceRow row(const cue::FieldView& field, int depth);
  TypeText typeText(const cue::Value& value, const std::string& name, int depth);
  TypeText alternativeText(const cue::Value& value, const std::string& name, int depth);
  std::string nested(const cue::Value& value, const std::string& name, int depth);

  std::map<std::string, std::size_t> headings_;  ///< how often a heading was given
  std::vector<std::pair<std::string, std::string>>
      known_;  ///< reference to heading, of what has its table already
};

std::string literal(const data::Value& value) {
  return data::toJson(value);
}

void Tables::body(const cue::Value& value, std::size_t table, int depth) {
  Shape shape = shapeOf(value);
  if (shape.alternatives.size() == 1 && shape.alternatives[0].incompleteKind() == cue::kStruct) {
    structRows(shape.alternatives[0], table, depth);
    return;
  }
  ReferenceRow only;
  TypeText type = typeText(value, "type", depth);
  only.type = type.text;
  only.link = type.link;
  only.linkText = type.linkText;
  only.required = !shape.hasDefault;
  tables[table].rows.push_back(std::move(only));
}

void Tables::structRows(const cue::Value& value, std::size_t table, int depth) {
  for (const cue::FieldView& field : value.fields({.optional = true, .required = true})) {
    if (markersOf(field.value).ignore) continue;
    ReferenceRow r = row(field, depth);
    tables[table].rows.push_back(std::move(r));
  }
  auto any = value.anyField();
  if (!any) return;
  ReferenceRow free;
  TypeText type = any->incompleteKind() == cue::kTop ? TypeText{"_", "", ""} : typeText(*any, "value", depth);
  free.name = "(any key)";
  free.type = type.text;
  free.link = type.link;
  free.linkText = type.linkText;
  tables[table].rows.push_back(std::move(free));
}

ReferenceRow Tables::row(const cue::FieldView& field, int depth) {
  ReferenceRow r;
  r.name = field.name();
  Markers markers = markersOf(field.value);
  r.description = replaceAll(markers.usage, "\n", " ");
  r.immutable = markers.immutable;
  Shape shape = shapeOf(field.value);
  r.required = field.presence != cue::Presence::Optional && !shape.hasDefault &&
               !(field.presence == cue::Presence::Regular && field.value.incompleteKind() == cue::kList &&
                 field.value.isConcrete());
  if (shape.standard && !shape.standard->isNull()) {
    r.standard = shape.standard->isString() ? shape.standard->asString() : literal(*shape.standard);
    if (shape.standard->isString() && r.standard.empty()) r.standard = "empty";
    if (shape.standard->isArray() && shape.standard->empty()) r.standard = "empty";
  }
  TypeText type = typeText(field.value, r.name, depth);
  r.type = type.text;
  r.link = type.link;
  r.linkText = type.linkText;
  return r;
}

TypeText Tables::typeText(const cue::Value& value, const std::string& name, int depth) {
  Shape shape = shapeOf(value);
  TypeText out;
  auto add = [&](const TypeText& part) {
    if (!out.text.empty()) out.text += " or ";
    out.text += part.text;
    if (out.link.empty()) {
      out.link = part.link;
      out.linkText = part.linkText;
    }
  };
  for (const data::Value& constant : shape.constants) add({literal(constant), "", ""});
  std::size_t option = 0;
  for (const cue::Value& alternative : shape.alternatives) {
    ++option;
    std::string reference = referenceName(alternative);
    std::string label = name;
    if (shape.alternatives.size() > 1 && hasProperties(alternative)) {
      auto dot = reference.rfind('#');
      label = dot == std::string::npos ? "type-option-" + std::to_string(option) : reference.substr(dot + 1);
    }
    add(alternativeText(alternative, label, depth));
  }
  if (shape.nullable) add({"null", "", ""});
  if (out.text.empty()) out.text = "_";
  return out;
}

TypeText Tables::alternativeText(const cue::Value& value, const std::string& name, int depth) {
  std::uint16_t kinds = value.incompleteKind();
  if (kinds == cue::kTop) return {"_", "", ""};
  if (kinds == cue::kList) {
    auto item = value.anyElement();
    if (!item) {
      auto fixed = value.elements();
      if (fixed.empty()) return {"[]_", "", ""};
      item = fixed[0];
    }
    TypeText element = typeText(*item, name, depth);
    if (element.link.empty()) {
      bool several = element.text.find(" or ") != std::string::npos;
      return {"[]" + (several ? "(" + element.text + ")" : element.text), "", ""};
    }
    return {"[]" + element.text, element.link, "[]" + element.linkText};
  }
  if (kinds == cue::kStruct) {
    if (!hasProperties(value)) {
      auto any = value.anyField();
      if (!any || any->incompleteKind() == cue::kTop) return {any ? "map[string]_" : "object", "", ""};
      TypeText element = typeText(*any, name, depth);
      if (element.link.empty()) {
        bool several = element.text.find(" or ") != std::string::npos;
        return {"map[string]" + (several ? "(" + element.text + ")" : element.text), "", ""};
      }
      return {"map[string]" + element.text, element.link, "map[string]" + element.linkText};
    }
    std::string heading = nested(value, name, depth + 1);
    return {heading + "(#" + anchorOf(heading) + ")", heading, heading};
  }
  return {cue::kindText(kinds), "", ""};
}

std::string Tables::nested(const cue::Value& value, const std::string& name, int depth) {
  std::string reference = referenceName(value);
  if (!reference.empty()) {
    for (const auto& [known, heading] : known_) {
      if (known == reference) return heading;
    }
  }
  std::string heading = name;
  std::size_t count = ++headings_[name];
  if (count > 1) heading += "-" + std::to_string(count);
  if (!reference.empty()) known_.emplace_back(reference, heading);
  std::size_t table = tables.size();
  tables.push_back({heading, depth, {}});
  if (static_cast<std::size_t>(depth) < kDeepest) structRows(value, table, depth);
  return heading;
}

/// Lines of at most `width` characters, broken at blanks.
std::vector<std::string> wrap(const std::string& text, std::size_t width) {
  std::vector<std::string> lines(1);
  for (const std::string& word : split(text, ' ')) {
    if (!lines.back().empty() && lines.back().size() + 1 + word.size() > width) lines.emplace_back();
    if (!lines.back().empty()) lines.back() += ' ';
    lines.back() += word;
  }
  return lines;
}

/// Columns a terminal needs for UTF-8 text: one a character.
std::size_t columns(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t width) {
  std::size_t used = columns(text);
  return text + std::string(used < width ? width - used : 0, ' ');
}

std::string frame(const std::vector<std::vector<std::string>>& rows, std::size_t width) {
  std::vector<std::vector<std::vector<std::string>>> cells;
  std::vector<std::size_t> widths(rows[0].size(), 0);
  for (const auto& row : rows) {
    cells.emplace_back();
    for (std::size_t c = 0; c < row.size(); ++c) {
      cells.back().push_back(c == 1 ? wrap(row[c], width) : std::vector<std::string>{row[c]});
      for (const std::string& line : cells.back().back()) widths[c] = std::max(widths[c], columns(line));
    }
  }
  std::string rule = "+";
  for (std::size_t w : widths) rule += std::string(w + 2, '-') + "+";
  rule += "\n";
  std::string out = rule;
  for (std::size_t r = 0; r < cells.size(); ++r) {
    std::size_t height = 1;
    for (const auto& cell : cells[r]) height = std::max(height, cell.size());
    for (std::size_t line = 0; line < height; ++line) {
      out += "|";
      for (std::size_t c = 0; c < cells[r].size(); ++c) {
        out += " " + padded(line < cells[r][c].size() ? cells[r][c][line] : "", widths[c]) + " |";
      }
      out += "\n";
    }
    if (r == 0) out += rule;
  }
  return out + rule;
}

std::string escapeMarkdown(const std::string& text) {
  return replaceAll(text, "|", "\\|");
}

}  // namespace

std::vector<ReferenceTable> referenceTables(const cue::Value& parameter) {
  Tables tables;
  if (parameter.exists()) tables.parameters(parameter);
  return std::move(tables.tables);
}

std::string anchorOf(const std::string& heading) {
  return heading;
}

std::string referenceConsole(const Reference& reference, std::size_t width) {
  std::string out;
  for (const ReferenceTable& table : reference.tables) {
    out += (out.empty() ? "" : "\n\n") +
           std::string(static_cast<std::size_t>(std::min(table.depth, 6)), '#') + " " + table.heading + "\n";
    std::vector<std::vector<std::string>> rows{{"NAME", "DESCRIPTION", "TYPE", "REQUIRED", "DEFAULT"}};
    for (const ReferenceRow& r : table.rows) {
      rows.push_back({r.name, r.description, r.type, r.required ? "true" : "false", r.standard});
    }
    out += frame(rows, width);
  }
  if (out.empty()) out = reference.name + " takes no parameters.\n";
  return out;
}

std::string referenceMarkdown(const Reference& reference) {
  std::string out = "# " + reference.name + "\n\n## Description\n\n" + reference.description + "\n";
  if (!reference.appliesTo.empty()) {
    out += "\n### Applies to\n\n";
    for (const std::string& what : reference.appliesTo) out += "- " + what + "\n";
  }
  if (!reference.examples.empty()) {
    out += "\n## Examples\n";
    for (const std::string& example : reference.examples)
      out += "\n```yaml\n" + std::string(trim(example)) + "\n```\n";
  }
  out += "\n## Specification\n";
  if (reference.tables.empty()) out += "\n" + reference.name + " takes no parameters.\n";
  for (const ReferenceTable& table : reference.tables) {
    if (table.depth > 1)
      out += "\n" + std::string(static_cast<std::size_t>(std::min(table.depth + 1, 6)), '#') + " " +
             table.heading + "\n";
    out +=
        "\n| Name | Description | Type | Required | Default |\n| ---- | ----------- | ---- | -------- | "
        "------- |\n";
    for (const ReferenceRow& r : table.rows) {
      std::string type = escapeMarkdown(r.type);
      if (!r.link.empty()) {
        std::string plain = r.link + "(#" + anchorOf(r.link) + ")";
        type = replaceAll(type, replaceAll(r.linkText, r.link, plain),
                          "[" + r.linkText + "](#" + toLower(anchorOf(r.link)) + ")");
      }
      out += "| " + escapeMarkdown(r.name) + " | " + escapeMarkdown(r.description) + " | " + type + " | " +
             (r.required ? "true" : "false") + " | " + escapeMarkdown(r.standard) + " |\n";
    }
  }
  return out;
}

data::Value referenceJson(const Reference& reference) {
  using data::Value;
  Value out = Value::object(
      {{"name", reference.name}, {"kind", reference.kind}, {"description", reference.description}});
  Value applies = Value::array();
  for (const std::string& what : reference.appliesTo) applies.push(what);
  if (!applies.empty()) out.set("appliesTo", std::move(applies));
  Value examples = Value::array();
  for (const std::string& example : reference.examples) examples.push(example);
  if (!examples.empty()) out.set("examples", std::move(examples));
  Value tables = Value::array();
  for (const ReferenceTable& table : reference.tables) {
    Value rows = Value::array();
    for (const ReferenceRow& r : table.rows) {
      Value row = Value::object(
          {{"name", r.name}, {"description", r.description}, {"type", r.type}, {"required", r.required}});
      if (!r.standard.empty()) row.set("default", r.standard);
      if (!r.link.empty()) row.set("link", r.link);
      if (r.immutable) row.set("immutable", true);
      rows.push(std::move(row));
    }
    tables.push(Value::object({{"heading", table.heading}, {"rows", std::move(rows)}}));
  }
  out.set("tables", std::move(tables));
  return out;
}

}  // namespace puppis::schema
