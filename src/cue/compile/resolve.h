// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cue/syntax/ast.h"

namespace puppis::cue {

/// What an identifier stands for: the declaring node, and the node whose scope it is declared in.
///
///   reference to                          scope          node
///   a field x                             File/StructLit the field's value
///   X in `X=label: v`, `label~X`          File/StructLit Field
///   X in `label: X=v`                     Field          Alias
///   X in `[X=pattern]: v`                 Field          the pattern
///   X in `X=[pattern]: v`                 Field          Field
///   let X                                 File/StructLit LetClause
///   k, v of for; x of let and try clauses the clause     Ident
///   an import                             null           ImportSpec
struct Resolution {
  const Node* node = nullptr;
  const Node* scope = nullptr;
};

struct NameError {
  const Node* at = nullptr;
  std::string message;
};

/// The identifiers of one file that are declared in it. Those that are missing may be declared in another
/// file of the package, be predeclared, or be unknown.
struct Resolutions {
  std::unordered_map<const Ident*, Resolution> idents;
  std::vector<NameError> errors;
};
Resolutions resolveNames(const File& file);

/// The name an import is used by: its local name, or the last part of its path.
std::string importName(const ImportSpec& spec);
/// The path of an import, without quotes.
std::string importPathOf(const ImportSpec& spec);

}  // namespace puppis::cue
