// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cel/syntax.h"
#include "cel/type.h"
#include "cel/value.h"

namespace puppis::cel {

/// The names an expression may use, with their types.
using Declarations = std::map<std::string, const Type*, std::less<>>;
using Bindings = std::map<std::string, Val, std::less<>>;

/// A checked expression. Immutable; may be evaluated by several threads at once. The types of its
/// declarations must outlive it.
class Program {
 public:
  /// InvalidArgument for what is no expression, names unknown fields or functions, does not fit its types, or
  /// yields something else than `wanted` (Dyn: anything); in the form of cel-go.
  static Result<Program> compile(std::string_view text, const Declarations& declarations, TypeKind wanted);

  /// InvalidArgument for a run-time fault ("no such key: x"), ResourceExhausted when it costs more than
  /// `budget` steps.
  [[nodiscard]] Result<Val> evaluate(const Bindings& bindings, std::uint64_t budget = 1'000'000) const;

  /// Whether the expression names this variable.
  [[nodiscard]] bool uses(std::string_view variable) const;

 private:
  std::string text_;
  std::shared_ptr<const Node> root_;
  std::shared_ptr<TypePool> types_;
};

}  // namespace puppis::cel
