// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "cue/eval/compare.h"
#include "cue/eval/regexps.h"
#include "cue/eval/state.h"

// Bounds: what two of them come to, and whether a value is within.

namespace puppis::cue::eval {

namespace {

struct OpInfo {
  Op strict;     ///< the comparison by which one of the kind is tighter than another
  int category;  ///< 1 lower, -1 upper bounds
};

OpInfo opInfo(Op op) {
  switch (op) {
    case Op::Greater:
      return {Op::GreaterEqual, 1};
    case Op::GreaterEqual:
      return {Op::Greater, 1};
    case Op::Less:
      return {Op::LessEqual, -1};
    case Op::LessEqual:
      return {Op::Less, -1};
    case Op::Equal:
      return {Op::Equal, 4};
    case Op::Match:
      return {Op::Match, 2};
    case Op::NotMatch:
      return {Op::NotMatch, 3};
    default:
      return {Op::NotEqual, 0};
  }
}

// The nearest whole number below or above a decimal with places behind the point.
number::Decimal roundTo(const number::Decimal& x, bool up, Arena& arena) {
  number::Decimal quotient = x;
  number::Decimal ten = number::Decimal::ofInt(10);
  // coefficient / 10^places, by integer division towards minus infinity.
  number::Decimal coefficient =
      x.isSmall() ? number::Decimal::make(number::Kind::Int, x.negative(), x.small(), 0)
                  : number::Decimal::makeBig(number::Kind::Int, x.negative(), x.digits(), 0);
  quotient = coefficient;
  bool lost = false;
  for (std::int32_t i = x.exponent(); i < 0; ++i) {
    if (!number::intMod(quotient, ten, arena).value.isZero()) lost = true;
    quotient = number::intDiv(quotient, ten, arena).value;  // Euclidean: rounds down for a positive divisor
  }
  if (up && lost) quotient = number::add(quotient, number::Decimal::ofInt(1), arena).value;
  return quotient;
}

}  // namespace

// x and y as one bound, or a failure when nothing is within both; null when both are to be kept. `k` is what
// else is known of the kind.
Value* Context::simplifyBounds(std::uint16_t k, ir::BoundValue* x, ir::BoundValue* y) {
  Value* xv = x->value;
  Value* yv = y->value;
  const OpInfo xi = opInfo(x->op);
  const OpInfo yi = opInfo(y->op);
  auto incompatible = [&](const char* format, ir::BoundValue* a, ir::BoundValue* b) {
    return newErrf(format, {a, b});
  };
  if (xi.category == yi.category) {
    if (xi.category == 1 || xi.category == -1) return binOpBool(nullptr, false, xi.strict, xv, yv) ? x : y;
    return binOpBool(nullptr, false, Op::Equal, xv, yv) ? x : nullptr;
  }
  if (xi.category == -yi.category) {
    if (xi.category == -1) {
      std::swap(x, y);
      std::swap(xv, yv);
    }
    if (k == kString || k == kBytes) {
      std::string_view a;
      std::string_view b;
      if (xv->is<ir::String>() && yv->is<ir::String>() && k == kString) {
        a = static_cast<ir::String*>(xv)->text;
        b = static_cast<ir::String*>(yv)->text;
      } else if (xv->is<ir::Bytes>() && yv->is<ir::Bytes>() && k == kBytes) {
        a = static_cast<ir::Bytes*>(xv)->text;
        b = static_cast<ir::Bytes*>(yv)->text;
      } else {
        return nullptr;
      }
      int diff = a.compare(b);
      if (diff < 0 || (diff == 0 && x->op == Op::GreaterEqual && y->op == Op::LessEqual)) return nullptr;
      return incompatible(
          k == kString ? "incompatible string bounds {} and {}" : "incompatible bytes bounds {} and {}", y,
          x);
    }
    auto* a = xv->as<ir::Num>();
    auto* b = yv->as<ir::Num>();
    if (a == nullptr || b == nullptr || !a->value.isFinite() || !b->value.isFinite()) return nullptr;
    number::Decimal low = a->value;
    number::Decimal high = b->value;
    const bool whole = (k & kFloat) == 0;
    if (whole) {
      if (low.exponent() < 0) low = roundTo(low, x->op == Op::GreaterEqual, arena);
      if (high.exponent() < 0) high = roundTo(high, y->op != Op::LessEqual, arena);
    }
    if (high.sign() > 0 && low.sign() <= 0 && high.exponent() >= 0 && number::digitCount(high) > 1)
      return nullptr;
    number::Outcome d = number::sub(high, low, arena);
    if (!d.ok()) return nullptr;
    const char* words =
        k == kInt ? "incompatible integer bounds {} and {}" : "incompatible number bounds {} and {}";
    if (d.value.negative() && !d.value.isZero()) return incompatible(words, y, x);
    auto diff = number::toInt64(d.value);
    if (diff == 1 && whole) {
      if (x->op == Op::Greater && y->op == Op::Less) {
        return incompatible("incompatible integer bounds {} and {}", x, y);
      }
    } else if (diff == 0) {
      if (x->op == Op::GreaterEqual && y->op == Op::LessEqual) return nullptr;
      return incompatible(words, y, x);
    }
    return nullptr;
  }
  if (x->op == Op::Equal) return binOpBool(nullptr, false, y->op, xv, yv) ? x : nullptr;
  if (y->op == Op::Equal) return binOpBool(nullptr, false, x->op, yv, xv) ? y : nullptr;
  if (x->op == Op::NotEqual) return !binOpBool(nullptr, false, y->op, xv, yv) ? y : nullptr;
  if (y->op == Op::NotEqual) return !binOpBool(nullptr, false, x->op, yv, xv) ? x : nullptr;
  return nullptr;
}

Bottom* Context::validateBound(ir::BoundValue* x, Value* y) {
  if (errs != nullptr) return takeErr();
  Value* v = binOp(x, x->op, y, x->value);
  if (auto* b = v == nullptr ? nullptr : v->as<Bottom>()) return b;
  auto* holds = v == nullptr ? nullptr : v->as<ir::Bool>();
  if (holds != nullptr && holds->value) return nullptr;
  ErrorEntry* e = newf("invalid value {} (out of bound {})", {y, x});
  addPlaces(e->more, y);
  Bottom* b = bottomOf(e);
  b->node = vertex;
  return b;
}

Bottom* Context::validate(const Conjunct& check, Value* v) {
  Restore savedSrc(src, check.x->origin());
  Restore savedInfo(info, check.info);
  Restore savedEnv(env, check.env);
  if (auto* bound = check.x->as<ir::BoundValue>()) return validateBound(bound, v);
  return validateWith(check.x, v);
}

bool Context::boundHoldsFor(ir::BoundValue* x, std::string_view text) {
  if (auto* s = x->value->as<ir::String>()) {
    if (x->op == Op::Match) return matchRegexp(s, text);
    if (x->op == Op::NotMatch) return !matchRegexp(s, text);
    if (isComparison(x->op)) return compares(x->op, text.compare(s->text));
  }
  auto* s = make<ir::String>();
  s->text = text;
  return validateBound(x, s) == nullptr;
}

bool Context::boundHoldsFor(ir::BoundValue* x, std::int64_t i) {
  auto* n = make<ir::Num>();
  n->value = number::Decimal::ofInt(i);
  if (auto* b = x->value->as<ir::Num>(); b && isComparison(x->op)) {
    return compares(x->op, number::compare(n->value, b->value));
  }
  return validateBound(x, n) == nullptr;
}

}  // namespace puppis::cue::eval
