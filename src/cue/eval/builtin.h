// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "cue/builtin/builtin.h"
#include "cue/eval/vertex.h"

namespace puppis::cue::eval {

/// The functions that need the evaluator itself; all others are in the table of cue/builtin.
enum class Core : std::uint8_t {
  None,
  Len,
  Close,
  CloseAll,
  Reclose,
  And,
  Or,
  Div,
  Mod,
  Quo,
  Rem,
  MatchN,
  MatchIf,
  Error,
  TestExperiment,
};

struct BuiltinParam {
  std::uint16_t kinds = kTop;
  builtin::Passing passing = builtin::Passing::Handle;
  const char* fallback = nullptr;
};

/// A function as a value.
struct Builtin : ir::Of<NodeKind::Builtin> {
  std::string_view name;
  std::string_view package;  ///< its import path; empty for the predeclared ones
  std::span<const BuiltinParam> params;
  std::uint16_t result = kTop;
  bool nonConcrete = false;  ///< takes arguments that are not concrete
  Core core = Core::None;
  const builtin::Function* function = nullptr;

  [[nodiscard]] bool isValidator(std::size_t args) const {
    return args + 1 == params.size() && (result & ~kBool) == 0 && params[args].fallback == nullptr;
  }
  [[nodiscard]] bool isBareValidator() const {
    return params.size() == 1 && (result == kBool || result == kBottom);
  }
};

/// A constraint: a call that lacks its first argument, the value to be checked.
struct BuiltinValidator : ir::Of<NodeKind::BuiltinValidator> {
  ir::CallExpr* call = nullptr;  ///< null for a bare name
  Builtin* builtin = nullptr;
  std::span<Value*> args;
};

/// The predeclared function of this name, or null.
const Builtin* predeclaredBuiltin(std::string_view name);

}  // namespace puppis::cue::eval
