// SPDX-License-Identifier: Apache-2.0
#include "oam/authored_text.h"

#include <algorithm>
#include <string_view>

#include "base/strings.h"
#include "cue/format/format.h"
#include "cue/syntax/ast.h"
#include "cue/syntax/parse.h"
#include "data/json.h"

namespace puppis::oam {

namespace {

using data::Value;

constexpr std::string_view kOwnPrefix = "custom.definition.oam.dev/";
constexpr std::string_view kDescription = "definition.oam.dev/description";
constexpr std::string_view kAlias = "definition.oam.dev/alias";

bool isLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// A block string. As many hashes as keep the text from ending it or holding an escape.
std::string block(std::string_view text) {
  std::string hashes = "#";
  while (text.find("\"\"\"" + hashes) != std::string_view::npos ||
         text.find("\\" + hashes) != std::string_view::npos) {
    hashes += '#';
  }
  std::string out = hashes + "\"\"\"\n";
  if (endsWith(text, "\n")) text.remove_suffix(1);
  for (const std::string& line : split(text, '\n')) out += line + "\n";
  return out + "\"\"\"" + hashes;
}

void append(std::string& out, const Value& value) {
  if (value.isObject()) {
    out += "{\n";
    for (const data::Member& m : value.members()) {
      out += cueLabel(m.key.str()) + ": ";
      append(out, m.value);
      out += '\n';
    }
    out += '}';
  } else if (value.isArray()) {
    out += '[';
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (i != 0) out += ", ";
      append(out, value.at(i));
    }
    out += ']';
  } else if (value.isString()) {
    out += cueString(value.asString());
  } else {
    out += data::toJson(value);
  }
}

/// The labels or annotations as authors write them: those of the authors' own domain without it.
Value bare(const Value& map) {
  Value out = Value::object();
  for (const data::Member& m : map.members()) {
    std::string key = m.key.str();
    if (key == kDescription || key == kAlias) continue;
    if (startsWith(key, kOwnPrefix)) key = key.substr(kOwnPrefix.size());
    out.set(key, m.value);
  }
  return out;
}

/// A template's imports and the rest of it.
Result<std::pair<std::string, std::string>> divided(const Definition& definition) {
  TRY(std::shared_ptr<const cue::File> file,
      cue::parse(SourceFile::make("<" + definition.title() + ">", definition.templateText)));
  std::size_t end = 0;
  for (const cue::Decl* decl : file->decls) {
    if (decl->is<cue::ImportDecl>()) end = decl->end;
  }
  std::string_view text = definition.templateText;
  return std::pair(std::string(text.substr(0, end)), std::string(text.substr(end)));
}

}  // namespace

std::string cueLabel(std::string_view name) {
  auto fits = [](char c) { return isLetter(c) || (c >= '0' && c <= '9') || c == '$'; };
  bool plain =
      !name.empty() && (isLetter(name.front()) || name.front() == '$') && std::ranges::all_of(name, fits);
  return plain ? std::string(name) : cueString(name);
}

std::string cueString(std::string_view text) {
  if (text.find('\n') != std::string_view::npos && text.find_first_not_of('\n') != std::string_view::npos &&
      !startsWith(text, "\n") && !endsWith(text, "\n\n")) {
    return block(text);
  }
  // JSON's escapes are CUE's.
  return data::toJson(Value(text));
}

std::string cueText(const Value& value) {
  std::string out;
  append(out, value);
  return out;
}

Result<std::string> authoredText(const Definition& definition) {
  if (definition.schematic != SchematicKind::Cue) {
    return fail(ErrorCode::NotSupported,
                definition.title() + " has no CUE template, so it has no authored form");
  }
  TRY(auto parts, divided(definition));
  const Value& metadata = definition.object.get("metadata");
  Value attributes = Value::object();
  for (const data::Member& m : definition.object.get("spec").members()) {
    if (m.key != "schematic") attributes.set(m.key.str(), m.value);
  }
  Value header = Value::object();
  header.set("type", typeWord(definition.kind));
  if (const Value* alias = metadata.get("annotations").find(kAlias)) header.set("alias", *alias);
  header.set("annotations", bare(metadata.get("annotations")));
  header.set("labels", bare(metadata.get("labels")));
  header.set("description", definition.description);
  header.set("attributes", std::move(attributes));
  std::string text = std::string(trim(parts.first));
  if (!text.empty()) text += "\n\n";
  text += cueLabel(definition.name) + ": " + cueText(header) + "\n\ntemplate: {\n" +
          std::string(trim(parts.second)) + "\n}\n";
  return cue::formatSource(SourceFile::make(definition.name + ".cue", std::move(text)));
}

}  // namespace puppis::oam
