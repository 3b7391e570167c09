// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "cue/eval/vertex.h"

// Failures while evaluating. They are made often and mostly thrown away again (a disjunct that does not fit,
// a guard on a missing field), so one is only its format, its arguments and its places until somebody asks
// for the text.

namespace puppis::cue::eval {

class Context;

/// An argument of a message.
struct ErrorArg {
  enum class Type : std::uint8_t { Node, Label, Number, Text, Kinds, Op };
  Type type = Type::Text;
  union {
    const Node* node;
    std::uint32_t label;
    std::int64_t number;
    std::uint16_t kinds;
    Op op;
    struct {
      const char* data;
      std::size_t size;
    } text;
  };
  ErrorArg() : text{nullptr, 0} {}
  ErrorArg(const Node* n) : type(Type::Node), node(n) {}       // NOLINT: written plainly at the calls
  ErrorArg(Feature f) : type(Type::Label), label(f.bits()) {}  // NOLINT
  ErrorArg(std::int64_t i) : type(Type::Number), number(i) {}  // NOLINT
  ErrorArg(std::string_view s) : text{s.data(), s.size()} {}   // NOLINT: must outlive the evaluation
  ErrorArg(const char* s) : ErrorArg(std::string_view(s)) {}   // NOLINT
  ErrorArg(Op o) : type(Type::Op), op(o) {}                    // NOLINT
  static ErrorArg ofKinds(std::uint16_t kinds) {
    ErrorArg out;
    out.type = Type::Kinds;
    out.kinds = kinds;
    return out;
  }
};

/// One failure. `format` has a "{}" for every argument.
struct ErrorEntry {
  const char* format = "";
  ErrorArg args[5];
  std::uint8_t argCount = 0;
  Origin pos;
  Vec<Origin> more;            ///< further places involved
  Vertex* node = nullptr;      ///< gives the path
  std::span<Feature> altPath;  ///< the path when the Vertex is reached through sharing
  const ErrorList* cause = nullptr;
  Vertex* within = nullptr;  ///< of a field that is not there: where it was looked for
};

/// Why no alternative of a disjunction was left. What of it is shown is decided when somebody reads it.
struct EmptyDisjunction {
  struct Failure {
    const ErrorList* errors = nullptr;
    bool incomplete = false;
  };
  ErrorEntry* headline = nullptr;  ///< where; its text is made from the number of failures
  std::span<Failure> failures;
  std::span<Failure> user;  ///< those of the builtin `error`, which stand for all when there are any
};

/// Failures joined: a tree, because joining happens all the time and reading hardly ever.
struct ErrorList {
  ErrorEntry* entry = nullptr;
  const EmptyDisjunction* disjunction = nullptr;
  const ErrorList* left = nullptr;
  const ErrorList* right = nullptr;
};

/// One finished failure for the outside.
struct ErrorReport {
  std::string message;
  std::string path;
  std::vector<Feature> pathLabels;
  std::string expected;        ///< what would have been right, where that can be said
  std::string found;           ///< what was there instead
  std::string suggestion;      ///< the nearest field there is, for one that is not allowed or not there
  Origin pos;                  ///< the failure's own place; often there is none
  std::vector<Origin> inputs;  ///< the places of what took part
  std::vector<Origin> places;  ///< both, each once
  Code code = Code::Eval;
};

/// The distinct failures of a Bottom in the order of places, as the outside shows them.
std::vector<ErrorReport> reportErrors(const Context& ctx, const Bottom& bottom);
/// All of them as one Error, several as details. The class stands in reason().
Error toError(const Context& ctx, const Bottom& bottom);
Error toError(const Context& ctx, const ErrorReport& report);
std::string_view codeWord(Code code);
/// Where an origin is.
Location locate(const Origin& origin);

}  // namespace puppis::cue::eval
