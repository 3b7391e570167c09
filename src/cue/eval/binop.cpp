// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "cue/eval/compare.h"
#include "cue/eval/print.h"
#include "cue/eval/regexps.h"
#include "cue/eval/state.h"

// Operators on concrete values, and the conversions they need.

namespace puppis::cue::eval {

namespace {

constexpr std::uint64_t kMaxRepeat = 1'000'000;

int compareText(std::string_view a, std::string_view b) {
  int r = a.compare(b);
  return r < 0 ? -1 : r > 0 ? 1 : 0;
}

std::string_view repeat(Arena& arena, std::string_view text, std::uint64_t count) {
  const std::size_t size = text.size() * count;
  if (size == 0) return {};
  auto* out = static_cast<char*>(arena.allocate(size, 1));
  for (std::size_t at = 0; at < size; at += text.size()) std::memcpy(out + at, text.data(), text.size());
  return {out, size};
}

// `a + b` and `n * a` on lists, as before CUE 0.11: only the given elements count, an open tail is dropped.
std::string_view joined(Arena& arena, std::string_view a, std::string_view b) {
  const std::size_t size = a.size() + b.size();
  if (size == 0) return {};
  auto* out = static_cast<char*>(arena.allocate(size, 1));
  if (!a.empty()) std::memcpy(out, a.data(), a.size());
  if (!b.empty()) std::memcpy(out + a.size(), b.data(), b.size());
  return {out, size};
}

Value* joinLists(Context& c, std::initializer_list<Vertex*> lists, std::uint64_t times) {
  Vec<Node*> elements;
  for (std::uint64_t i = 0; i < times; ++i) {
    for (Vertex* list : lists) {
      c.step();
      for (std::uint32_t k = 0; k < list->arcs.size(); ++k) {
        if (list->arcs[k]->label.isInt()) elements.push(c.arena, list->arcs[k]);
      }
    }
  }
  auto* literal = c.makeAt<ir::ListLit>(c.src);
  literal->elements = elements.span();
  Vertex* v = c.newInlineVertex(nullptr, {c.conjunct(c.env, literal)});
  c.completeArcs(v);
  return v;
}

}  // namespace

bool Context::binOpBool(Node* node, bool errorOnKinds, Op op, Value* left, Value* right) {
  static_cast<void>(errorOnKinds);
  Value* v = binOp(node, op, left, right);
  auto* b = v == nullptr ? nullptr : v->as<ir::Bool>();
  return b != nullptr && b->value;
}

Value* Context::binOp(Node* node, Op op, Value* left, Value* right) {
  const std::uint16_t lk = kindOf(left);
  const std::uint16_t rk = kindOf(right);
  auto check = [&](Value* v, const char* format) -> Bottom* {
    Bottom* err = nullptr;
    if (concreteness(v) > Concreteness::Concrete) {
      err = bottomOf(newf("non-concrete value '{}'", {v}), Code::Incomplete);
    } else if (auto* x = v->as<Vertex>()) {
      if ((kindOf(v) & (kStruct | kList)) != 0) finalize(x);
      err = validateVertex(*this, x, {.concrete = true, .final = true});
    }
    if (err == nullptr) return nullptr;
    PrintStack none;
    const std::string_view why = arena.copy(errorSummary(*this, *err, none));
    return bottomOf(newf(format, {op, ErrorArg::ofKinds(lk), why}), err->code);
  };
  if (Bottom* b = check(left, "invalid left-hand value to '{}' (type {}): {}")) return b;
  if (Bottom* b = check(right, "invalid right-hand value to '{}' (type {}): {}")) return b;
  if (Bottom* err = combine(left, right)) return err;

  const bool numbers = (lk & kNumber) != 0 && (rk & kNumber) != 0;
  const bool structCmp = node == nullptr || node->unit == nullptr || node->unit->experiments.structCmp;
  // Neither bounds on patterns nor unification know of mixed kinds being comparable.
  auto result = [&](bool b) { return newBool(b); };
  switch (op) {
    case Op::Equal:
    case Op::NotEqual: {
      const bool negated = op == Op::NotEqual;
      if (numbers) {
        return result(
            compares(op, number::compare(numValue(left, nullptr)->value, numValue(right, nullptr)->value)));
      }
      if (lk != rk) {
        if (structCmp || lk == kNull || rk == kNull) return result(negated);
        break;
      }
      switch (lk) {
        case kNull:
          return result(!negated);
        case kBool:
          return result((boolValue(left) == boolValue(right)) != negated);
        case kString:
          return result(compares(op, compareText(stringValue(left), stringValue(right))));
        case kBytes:
          return result(compares(op, compareText(toBytes(left), toBytes(right))));
        case kList:
          return result(equal(left, right, kEqualRegularOnly | kEqualIgnoreOptional) != negated);
        case kStruct:
          if (structCmp)
            return result(equal(left, right, kEqualRegularOnly | kEqualIgnoreOptional) != negated);
          break;
        default:
          break;
      }
      break;
    }
    case Op::Less:
    case Op::LessEqual:
    case Op::GreaterEqual:
    case Op::Greater:
      if (lk == kString && rk == kString) {
        return result(compares(op, compareText(stringValue(left), stringValue(right))));
      }
      if (lk == kBytes && rk == kBytes)
        return result(compares(op, compareText(toBytes(left), toBytes(right))));
      if (numbers) {
        return result(
            compares(op, number::compare(numValue(left, nullptr)->value, numValue(right, nullptr)->value)));
      }
      break;
    case Op::BoolAnd: {
      bool a = boolValue(left, "&&");
      return newBool(a && boolValue(right, "&&"));
    }
    case Op::BoolOr: {
      bool a = boolValue(left, "||");
      return newBool(a || boolValue(right, "||"));
    }
    case Op::Match:
    case Op::NotMatch: {
      std::string_view text = stringValue(left, op == Op::Match ? "=~" : "!~");
      bool matches = matchRegexp(right, text);
      return newBool(matches == (op == Op::Match));
    }
    case Op::Add:
      if (numbers) break;
      if (lk == kString && rk == kString) {
        return newString(joined(arena, stringValue(left), stringValue(right)));
      }
      if (lk == kBytes && rk == kBytes) return newBytes(joined(arena, toBytes(left), toBytes(right)));
      if (lk == kList && rk == kList) {
        if (node != nullptr && node->unit != nullptr && node->unit->listArithmetic) {
          return joinLists(*this, {static_cast<Vertex*>(left), static_cast<Vertex*>(right)}, 1);
        }
        return newErrf(
            "Addition of lists is superseded by list.Concat; see https://cuelang.org/e/v0.11-list-arithmetic",
            {});
      }
      break;
    case Op::Multiply: {
      if (numbers) break;
      Value* text = lk == kInt ? right : left;
      Value* count = lk == kInt ? left : right;
      std::uint16_t k = lk == kInt ? rk : lk;
      if ((lk != kInt && rk != kInt) || (k != kString && k != kBytes && k != kList)) break;
      if (k == kList) {
        if (node == nullptr || node->unit == nullptr || !node->unit->listArithmetic) {
          return newErrf(
              "Multiplication of lists is superseded by list.Repeat; see "
              "https://cuelang.org/e/v0.11-list-arithmetic",
              {});
        }
      }
      const char* as = k == kString  ? "string multiplication"
                       : k == kBytes ? "bytes multiplication"
                                     : "list multiplication";
      std::uint64_t times = uintValue(count, as);
      if (times > kMaxRepeat) {
        addErrf("{} count {} exceeds limit of {}",
                {as, static_cast<std::int64_t>(times), static_cast<std::int64_t>(kMaxRepeat)});
        times = 0;
      }
      if (k == kString) return newString(repeat(arena, stringValue(text), times));
      if (k == kBytes) return newBytes(repeat(arena, toBytes(text), times));
      return joinLists(*this, {static_cast<Vertex*>(text)}, times);
    }
    default:
      break;
  }
  if (numbers && (op == Op::Add || op == Op::Multiply || op == Op::Quotient || op == Op::Subtract)) {
    const number::Decimal& a = numValue(left, nullptr)->value;
    const number::Decimal& b = numValue(right, nullptr)->value;
    number::Outcome out = op == Op::Add        ? number::add(a, b, arena)
                          : op == Op::Subtract ? number::sub(a, b, arena)
                          : op == Op::Multiply ? number::mul(a, b, arena)
                                               : number::quo(a, b, arena);
    if (out.fault == number::Fault::DivisionByZero) return newErrf("failed arithmetic: division by zero", {});
    if (!out.ok()) return newErrf("failed arithmetic: {}", {number::faultText(out.fault)});
    return newNum(out.value);
  }
  if (op == Op::Subtract) {
    numValue(left, "-");
    numValue(right, "-");
    if (Bottom* err = takeErr()) return err;
  }
  return newErrf("invalid operands {} and {} to '{}' (type {} and {})",
                 {left, right, op, ErrorArg::ofKinds(lk), ErrorArg::ofKinds(rk)});
}

bool Context::matchRegexp(Value* pattern, std::string_view text) {
  pattern = unwrap(pattern);
  if (isError(pattern)) return false;
  std::string_view source;
  if (auto* s = pattern->as<ir::String>()) {
    source = s->text;
  } else if (auto* b = pattern->as<ir::Bytes>()) {
    source = b->text;
  } else {
    typeError(pattern, kString | kBytes, nullptr);
    return false;
  }
  std::string failure;
  auto matched = matchesRegexp(*this, source, text, failure);
  if (!matched) {
    addErrf("invalid regexp: {}", {arena.copy(failure)});
    return false;
  }
  return *matched;
}

Value* Context::newBool(bool b) {
  if (Bottom* err = takeErr()) return err;
  auto* out = makeAt<ir::Bool>(src);
  out->value = b;
  return out;
}

Value* Context::newInt(std::int64_t i) {
  if (Bottom* err = takeErr()) return err;
  return newNum(number::Decimal::ofInt(i));
}

Value* Context::newNum(const number::Decimal& d) {
  if (Bottom* err = takeErr()) return err;
  auto* out = makeAt<ir::Num>(src);
  out->value = d;
  return out;
}

Value* Context::newString(std::string_view text) {
  if (Bottom* err = takeErr()) return err;
  auto* out = makeAt<ir::String>(src);
  out->text = text;
  return out;
}

Value* Context::newBytes(std::string_view text) {
  if (Bottom* err = takeErr()) return err;
  auto* out = makeAt<ir::Bytes>(src);
  out->text = text;
  return out;
}

void Context::typeError(Value* v, std::uint16_t k, const char* as) {
  if (isError(v)) return;
  bool unresolved = false;
  // A copy of an ancestor reached through a cycle only looks settled.
  if (auto* x = v->as<Vertex>()) unresolved = x->state != nullptr && x->state->hasOnlyCyclicConjuncts();
  if ((!isConcrete(v) && (kindOf(v) & k) != 0) || unresolved) {
    if (as == nullptr) {
      addErrf(Code::Incomplete, v->origin(), "incomplete {}: {}", {ErrorArg::ofKinds(k), v});
    } else {
      addErrf(Code::Incomplete, v->origin(), "incomplete {} in {}: {}", {ErrorArg::ofKinds(k), as, v});
    }
  } else if (as == nullptr) {
    addErrf("cannot use {} (type {}) as type {}", {v, ErrorArg::ofKinds(kindOf(v)), ErrorArg::ofKinds(k)});
  } else {
    addErrf("cannot use {} (type {}) as type {} in {}",
            {v, ErrorArg::ofKinds(kindOf(v)), ErrorArg::ofKinds(k), as});
  }
}

ir::Num* Context::numValue(Value* v, const char* as) {
  v = unwrap(v);
  if (!isError(v)) {
    if (auto* n = v->as<ir::Num>()) return n;
    typeError(v, kNumber, as);
  }
  return make<ir::Num>();
}

bool Context::boolValue(Value* v, const char* as) {
  v = unwrap(v);
  if (isError(v)) return false;
  if (auto* b = v->as<ir::Bool>()) return b->value;
  typeError(v, kBool, as);
  return false;
}

std::string_view Context::stringValue(Value* v, const char* as) {
  v = unwrap(v);
  if (isError(v)) return {};
  if (auto* s = v->as<ir::String>()) return s->text;
  if ((kindOf(v) & kString) == 0 || !isConcrete(v)) typeError(v, kString, as);
  return {};
}

std::string_view Context::toBytes(Value* v) {
  Value* u = unwrap(v);
  if (auto* b = u == nullptr ? nullptr : u->as<ir::Bytes>()) return b->text;
  return toText(v);
}

namespace {
// Bytes as text: what is no UTF-8 becomes the replacement character, one a run.
std::string_view validUtf8(Arena& arena, std::string_view in) {
  std::string out;
  bool bad = false;
  bool changed = false;
  for (std::size_t i = 0; i < in.size();) {
    auto byte = [&](std::size_t k) { return k < in.size() ? static_cast<unsigned char>(in[k]) : 0U; };
    unsigned b = byte(i);
    std::size_t length = b < 0x80                ? 1
                         : b >= 0xc2 && b < 0xe0 ? 2
                         : b >= 0xe0 && b < 0xf0 ? 3
                         : b >= 0xf0 && b < 0xf5 ? 4
                                                 : 0;
    bool good = length != 0 && i + length <= in.size();
    for (std::size_t k = 1; good && k < length; ++k) good = (byte(i + k) & 0xc0U) == 0x80U;
    if (good && length == 3) good = !(b == 0xe0 && byte(i + 1) < 0xa0) && !(b == 0xed && byte(i + 1) >= 0xa0);
    if (good && length == 4) good = !(b == 0xf0 && byte(i + 1) < 0x90) && !(b == 0xf4 && byte(i + 1) >= 0x90);
    if (good) {
      out.append(in.substr(i, length));
      i += length;
      bad = false;
    } else {
      if (!bad) out += "\xEF\xBF\xBD";
      bad = changed = true;
      ++i;
    }
  }
  return changed ? arena.copy(out) : in;
}
}  // namespace

std::string_view Context::toText(Value* v) {
  v = unwrap(v);
  if (isError(v)) return {};
  constexpr std::uint16_t kTextual = kString | kNumber | kBytes | kBool;
  if ((kindOf(v) & kTextual) == 0) {
    typeError(v, kTextual, nullptr);
    return {};
  }
  switch (v->kind) {
    case NodeKind::String:
      return static_cast<ir::String*>(v)->text;
    case NodeKind::Bytes:
      return validUtf8(arena, static_cast<ir::Bytes*>(v)->text);
    case NodeKind::Num:
      return arena.copy(number::toText(static_cast<ir::Num*>(v)->value));
    case NodeKind::Bool:
      return static_cast<ir::Bool*>(v)->value ? "true" : "false";
    default:
      addErrf(Code::Incomplete, src, "non-concrete value {} (type {})", {v, ErrorArg::ofKinds(kindOf(v))});
      return {};
  }
}

std::uint64_t Context::uintValue(Value* v, const char* as) {
  v = unwrap(v);
  if (isError(v)) return 0;
  auto* n = v->as<ir::Num>();
  if (n == nullptr) {
    typeError(v, kInt, as);
    return 0;
  }
  if (n->value.negative()) {
    addErrf("cannot convert negative number to uint64", {});
    return 0;
  }
  auto i = number::toUint64(n->value);
  if (!i) addErrf("cannot convert number {} to uint64", {n});
  return i.value_or(0);
}

}  // namespace puppis::cue::eval
