// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cel/value.h"

namespace puppis::cel {

/// One overload of a function. For a method the receiver is the first argument.
struct Function {
  std::string name;
  bool receiver = false;
  std::vector<TypeKind> args;  ///< Dyn takes anything; Map takes objects too
  TypeKind result = TypeKind::Dyn;
  TypeKind resultElement = TypeKind::Dyn;  ///< of a List or Optional result
  enum class Derive : std::uint8_t { No, ElementOfFirst, SameAsFirst, OptionalOfFirst } derive = Derive::No;
  Result<Val> (*call)(std::span<const Val> args) = nullptr;
};

/// The standard functions and those of Kubernetes (strings, lists, sets, regex, URLs, quantities, IPs,
/// CIDRs).
[[nodiscard]] const std::vector<Function>& functions();

/// The parts of functions(), by file.
void addStandardFunctions(std::vector<Function>& out);
void addStringFunctions(std::vector<Function>& out);
void addKubernetesFunctions(std::vector<Function>& out);

}  // namespace puppis::cel
