// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cue/builtin/builtin.h"

/// Templates of Go's package text/template, as a tree.
namespace puppis::cue::builtin::templates {

struct Pipeline;

/// One operand of a command, and the fields selected from it.
struct Operand {
  enum class Kind : std::uint8_t { Dot, Constant, Variable, Function, Nested };
  Kind kind = Kind::Dot;
  Value constant;
  std::string name;  ///< of a variable (without "$") or a function
  std::unique_ptr<Pipeline> nested;
  std::vector<std::string> fields;
};

/// A function with its arguments, or a single operand.
struct Command {
  std::vector<Operand> operands;
};

/// Commands, each given the result of the one before as its last argument.
struct Pipeline {
  std::vector<std::string> variables;  ///< set to the result
  bool declares = false;               ///< `:=` rather than `=`
  std::vector<Command> commands;
};

struct Node;
using Nodes = std::vector<Node>;

struct Node {
  enum class Kind : std::uint8_t { Text, Action, If, Range, With, Template, Break, Continue };
  Kind kind = Kind::Text;
  std::string text;  ///< of Text; the name of a Template
  std::unique_ptr<Pipeline> pipeline;
  Nodes body;
  Nodes otherwise;
};

/// A template and those defined in it, by name; the main one is "".
using Set = std::map<std::string, Nodes, std::less<>>;

/// Whether a function of this name can be called.
bool isFunction(std::string_view name);

/// Error (InvalidArgument) when the text is no template. Constants live in `arena`.
Result<Set> parse(std::string_view text, Arena& arena);
/// The text of the template "" for `data`. Error (InvalidArgument) when an action fails.
Result<std::string> execute(const Set& set, const Value& data, Arena& arena);

/// As Go's fmt.Sprint and fmt.Sprintf show values decoded from CUE.
std::string shown(const Value& value);
std::string print(std::span<const Value> values);
std::string printLine(std::span<const Value> values);
std::string printFormatted(std::string_view format, std::span<const Value> values);

}  // namespace puppis::cue::builtin::templates
