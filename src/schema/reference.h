// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cue/cue.h"
#include "data/value.h"

namespace puppis::schema {

/// One row of a reference table.
struct ReferenceRow {
  std::string name;
  std::string description;
  std::string type;      ///< for a console: "[]env(#env)", "\"TCP\" or \"UDP\"", "map[string]string"
  std::string link;      ///< the heading the type has its own table under; empty for plain types
  std::string linkText;  ///< that part of `type` which is the link: "[]env"
  bool required = false;
  std::string standard;  ///< the default; empty when there is none
  bool immutable = false;
};

/// One table: the parameters themselves, or a nested type.
struct ReferenceTable {
  std::string heading;  ///< "Properties" for the first
  int depth = 1;        ///< nesting, from 1
  std::vector<ReferenceRow> rows;
};

/// What `puppis show` says of a definition.
struct Reference {
  std::string name;
  std::string kind;  ///< "component", "trait", "policy", "workflow-step"
  std::string description;
  std::vector<std::string> appliesTo;
  std::vector<std::string> examples;  ///< Applications as YAML
  std::vector<ReferenceTable> tables;
};

/// The tables of a `parameter`: one for it, then one for each nested type, each once, in the order met.
std::vector<ReferenceTable> referenceTables(const cue::Value& parameter);

/// The form for a terminal: the tables, framed. Descriptions are wrapped at `width` characters.
std::string referenceConsole(const Reference& reference, std::size_t width = 100);
/// A Markdown page: title, description, what it applies to, examples, specification.
std::string referenceMarkdown(const Reference& reference);
data::Value referenceJson(const Reference& reference);

/// The id of a heading in the Markdown and web pages.
std::string anchorOf(const std::string& heading);

}  // namespace puppis::schema
