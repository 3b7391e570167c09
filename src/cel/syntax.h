// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cel/type.h"

namespace puppis::cel {

struct Node;
using NodePtr = std::unique_ptr<Node>;

enum class NodeKind : std::uint8_t {
  Literal,  ///< in `literalKind` and `text`/`integer`/...
  Ident,    ///< text
  Select,   ///< args[0].text; `test` for has(); `optional` for .?
  Index,    ///< args[0][args[1]]; `optional` for [?]
  Call,     ///< text(args) or args[0].text(args...) when `receiver`
  List,     ///< [args]
  Map,      ///< {args[0]: args[1], ...}
  Not,
  Negate,
  And,
  Or,
  Conditional,
  Binary,  ///< args[0] text args[1]: + - * / % < <= > >= == != in
  Macro,   ///< args[0].text(variable, args[1], args[2]?)
};

/// One node of the tree. `position` counts bytes from the start of the expression.
struct Node {
  NodeKind kind = NodeKind::Literal;
  std::size_t position = 0;
  std::string text;
  std::string variable;
  std::vector<NodePtr> args;
  bool receiver = false;
  bool test = false;
  bool optional = false;
  TypeKind literalKind = TypeKind::Null;
  std::int64_t integer = 0;
  std::uint64_t natural = 0;
  double real = 0;
  bool boolean = false;
  const Type* type = nullptr;  ///< set by the checker
};

/// Parses one expression; macros are recognised. Errors (InvalidArgument) read as cel-go's: "ERROR:
/// <input>:1:5: ...".
Result<NodePtr> parse(std::string_view text);

/// An Error at a place of an expression, in the form of cel-go.
Error errorAt(std::string_view text, std::size_t position, const std::string& message);

}  // namespace puppis::cel
