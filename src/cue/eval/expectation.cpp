// SPDX-License-Identifier: Apache-2.0
#include "cue/eval/expectation.h"

#include <algorithm>

#include "base/strings.h"
#include "cue/eval/state.h"

namespace puppis::cue::eval {

namespace {

/// Which argument of a message says what was wanted, and which what was there; -1 where words do, or nothing.
struct Roles {
  std::string_view format;
  int expected;
  int found;
  std::string_view words = {};  ///< what was wanted, when no argument says it
};

constexpr Roles kRoles[] = {
    {"conflicting value {} (mismatched types {} and {})", 2, 0},
    {"invalid value {} (out of bound {})", 1, 0},
    {"invalid value {} (type {}) for bound {}", 2, 0},
    {"invalid value {} (does not satisfy {})", 1, 0},
    {"{} matched, expected {}", 1, 0},
    {"incompatible list lengths ({} and {})", 0, 1},
    {"incomplete value {}", -1, 0, "a concrete value"},
    {"incomplete {}: {}", 0, 1},
    {"incomplete {} in {}: {}", 0, 2},
    {"field is required but not present", -1, -1, "a value"},
    {"unresolved disjunction {} (type {})", -1, 0, "one of the alternatives"},
    {"cannot use {} (type {}) as type {}", 2, 1},
    {"cannot use {} (type {}) as type {} in {}", 2, 1},
    {"cannot use {} (type {}) as {} in argument {} to {}", 2, 1},
    {"cannot range over {} (found {}, want list or struct)", -1, 1, "list or struct"},
    {"invalid operand {} (found {}, want list or struct)", -1, 1, "list or struct"},
    {"cannot call non-function {} (type {})", -1, 1, "a function"},
    {"cannot slice {} (type {})", -1, 1, "a list or bytes"},
    {"invalid index {} (invalid type {})", -1, 1, "int or string"},
    {"invalid non-ground value {} (must be concrete int)", -1, 0, "a concrete int"},
    {"invalid non-ground value {} (must be concrete string)", -1, 0, "a concrete string"},
    {"non-concrete value {} in operand to {}", -1, 0, "a concrete value"},
    {"non-concrete value {} (type {})", -1, 0, "a concrete value"},
    {"operand {} of '{}' not concrete (was {})", -1, 2, "a concrete value"},
    {"cannot convert negative number to uint64", -1, -1, "a number that is not negative"},
};

/// Of two values that do not fit: what is given is the concrete one, or, of two, the one from outside the
/// program, else the one told second.
bool isFirstFound(const ErrorArg& a, const ErrorArg& b) {
  const auto* x = a.node->isValue() ? static_cast<const ir::Value*>(a.node) : nullptr;
  const auto* y = b.node->isValue() ? static_cast<const ir::Value*>(b.node) : nullptr;
  const bool concreteA = x != nullptr && isConcrete(x);
  const bool concreteB = y != nullptr && isConcrete(y);
  if (concreteA != concreteB) return concreteA;
  const auto isData = [](const Node* n) {
    return n->unit != nullptr && n->unit->file == nullptr && n->unit->source != nullptr;
  };
  return isData(a.node) && !isData(b.node);
}

/// "a", "a or b", "one of a, b, c"; nothing for none, and not more than anybody reads.
std::string allowed(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 12;
  if (names.empty()) return "no further field";
  if (names.size() == 1) return "the field " + names[0];
  std::string out = "one of the fields ";
  for (std::size_t i = 0; i < names.size() && i < kMost; ++i) out += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > kMost) out += ", and " + std::to_string(names.size() - kMost) + " more";
  return out;
}

/// The names of v's fields, but for the one that failed.
std::vector<std::string> fieldNames(const Context& ctx, Vertex& v, Feature but) {
  std::vector<std::string> out;
  for (Vertex* arc : v.arcs) {
    if (arc->label == but || arc->label.isLet() || arc->label.isInt() || arc->label.isHidden()) continue;
    if (arc->label.isDef() != but.isDef()) continue;
    if (arc->arcType > ArcType::Optional) continue;
    // A field that is not allowed either is no advice.
    if (const Bottom* b = arc->bottom(); b != nullptr && b->closeCheck) continue;
    out.emplace_back(ctx.labelText(arc->label));
  }
  return out;
}

}  // namespace

void explain(const Context& ctx, const ErrorEntry& e, ErrorReport& r,
             const std::function<std::string(const ErrorArg&)>& text) {
  const std::string_view format = e.format;
  if (format.starts_with("conflicting values {} and {}")) {
    if (e.args[0].type != ErrorArg::Type::Node || e.args[1].type != ErrorArg::Type::Node) return;
    if (e.args[0].node == nullptr || e.args[1].node == nullptr) return;
    const int found = isFirstFound(e.args[0], e.args[1]) ? 0 : 1;
    r.expected = text(e.args[1 - found]);
    r.found = text(e.args[found]);
    return;
  }
  if (format == "field not allowed" && e.node != nullptr && e.node->parent != nullptr) {
    const std::vector<std::string> names = fieldNames(ctx, *e.node->parent, e.node->label);
    r.expected = allowed(names);
    r.found = ctx.selectorText(e.node->label);
    if (e.node->label.isString()) r.suggestion = nearest(ctx.labelText(e.node->label), names).value_or("");
    return;
  }
  if (e.within != nullptr && e.argCount == 1 && e.args[0].type == ErrorArg::Type::Label) {
    const Feature f(static_cast<LabelType>(e.args[0].label & 15), e.args[0].label >> 4);
    r.suggestion = nearest(ctx.labelText(f), fieldNames(ctx, *e.within->deref(), f)).value_or("");
    return;
  }
  const auto* roles = std::find_if(std::begin(kRoles), std::end(kRoles),
                                   [&](const Roles& each) { return each.format == format; });
  if (roles == std::end(kRoles)) return;
  r.expected = roles->expected >= 0 ? text(e.args[roles->expected]) : std::string(roles->words);
  if (roles->found >= 0) r.found = text(e.args[roles->found]);
}

void explainAlternatives(const std::vector<ErrorReport>& failures, ErrorReport& headline) {
  constexpr std::size_t kMost = 12;
  if (failures.empty() || failures.size() > kMost) return;
  std::vector<std::string> wanted;
  for (const ErrorReport& failure : failures) {
    if (failure.expected.empty() || failure.found != failures.front().found || failure.path != headline.path)
      return;
    wanted.push_back(failure.expected);
  }
  std::string expected;
  for (std::size_t i = 0; i < wanted.size(); ++i)
    expected += (i == 0 ? "" : i + 1 == wanted.size() ? " or " : ", ") + wanted[i];
  headline.expected = std::move(expected);
  headline.found = failures.front().found;
  headline.suggestion = nearest(headline.found, wanted).value_or("");
}

}  // namespace puppis::cue::eval
