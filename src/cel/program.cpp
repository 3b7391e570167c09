// SPDX-License-Identifier: Apache-2.0
#include "cel/program.h"

#include <algorithm>
#include <cmath>

#include "cel/check.h"
#include "cel/functions.h"

namespace puppis::cel {
namespace {

using K = TypeKind;

tl::unexpected<Error> bad(std::string why) {
  return fail(ErrorCode::InvalidArgument, std::move(why));
}

class Machine {
 public:
  Machine(const Bindings& bindings, std::uint64_t budget) : bindings_(bindings), left_(budget) {}

  Result<Val> run(const Node& n) {
    TRY_VOID(spend(1));
    switch (n.kind) {
      case NodeKind::Literal:
        return literal(n);
      case NodeKind::Ident:
        return ident(n);
      case NodeKind::Select:
        return select(n);
      case NodeKind::Index:
        return index(n);
      case NodeKind::Call:
        return call(n);
      case NodeKind::List:
        return list(n);
      case NodeKind::Map:
        return map(n);
      case NodeKind::Not: {
        TRY(Val value, run(*n.args[0]));
        if (value.kind != K::Bool) return bad("no such overload");
        return Val::ofBool(!value.boolean);
      }
      case NodeKind::Negate:
        return negate(n);
      case NodeKind::And:
        return logical(n, false);
      case NodeKind::Or:
        return logical(n, true);
      case NodeKind::Conditional: {
        TRY(Val test, run(*n.args[0]));
        if (test.kind != K::Bool) return bad("no such overload");
        return run(test.boolean ? *n.args[1] : *n.args[2]);
      }
      case NodeKind::Binary:
        return binary(n);
      case NodeKind::Macro:
        return macro(n);
    }
    return bad("no such overload");
  }

 private:
  Status spend(std::uint64_t cost) {
    if (cost > left_)
      return fail(ErrorCode::ResourceExhausted, "operation cancelled: actual cost limit exceeded");
    left_ -= cost;
    return {};
  }

  static Result<Val> literal(const Node& n) {
    switch (n.literalKind) {
      case K::Bool:
        return Val::ofBool(n.boolean);
      case K::Int:
        return Val::ofInt(n.integer);
      case K::Uint:
        return Val::ofUint(n.natural);
      case K::Double:
        return Val::ofDouble(n.real);
      case K::String:
        return Val::ofString(n.text);
      case K::Bytes: {
        Val out = Val::ofString(n.text);
        out.kind = K::Bytes;
        return out;
      }
      default:
        return Val();
    }
  }

  Result<Val> ident(const Node& n) {
    for (auto it = scope_.rbegin(); it != scope_.rend(); ++it) {
      if (it->first == n.text) return it->second;
    }
    if (auto it = bindings_.find(n.text); it != bindings_.end()) return it->second;
    if (n.type->kind == K::TypeOf) {
      Val out = Val::ofString(n.text);
      out.kind = K::TypeOf;
      return out;
    }
    return bad("no such attribute(s): " + n.text);
  }

  Result<Val> select(const Node& n) {
    TRY(Val target, run(*n.args[0]));
    bool optional = n.optional;
    if (target.kind == K::Optional) {
      if (target.size() == 0) return n.test ? Val::ofBool(false) : target;
      target = target.at(0);
      optional = true;
    }
    if (!target.isMap()) return bad("no such overload");
    std::string name = target.kind == K::Object ? unescapeField(n.text) : n.text;
    auto found = target.field(name);
    if (n.test) return Val::ofBool(found.has_value());
    if (optional) return Val::ofOptional(std::move(found));
    if (!found) return bad("no such key: " + name);
    return std::move(*found);
  }

  Result<Val> index(const Node& n) {
    TRY(Val target, run(*n.args[0]));
    TRY(Val key, run(*n.args[1]));
    bool optional = n.optional;
    if (target.kind == K::Optional) {
      if (target.size() == 0) return target;
      target = target.at(0);
      optional = true;
    }
    std::optional<Val> found;
    std::string missing;
    if (target.kind == K::List) {
      std::int64_t i = key.kind == K::Int    ? key.integer
                       : key.kind == K::Uint ? static_cast<std::int64_t>(key.natural)
                                             : static_cast<std::int64_t>(key.real);
      if (!key.isNumber()) return bad("no such overload");
      if (i >= 0 && i < static_cast<std::int64_t>(target.size()))
        found = target.at(static_cast<std::size_t>(i));
      missing = "index out of bounds: " + std::to_string(i);
    } else if (target.isMap()) {
      found = target.find(key);
      missing = "no such key: " + textOf(key).value_or("?");
    } else {
      return bad("no such overload");
    }
    if (optional) return Val::ofOptional(std::move(found));
    if (!found) return bad(missing);
    return std::move(*found);
  }

  Result<Val> call(const Node& n) {
    std::vector<Val> args;
    std::uint64_t cost = 0;
    for (const auto& arg : n.args) {
      TRY(Val value, run(*arg));
      cost += value.text.size() / 10;
      if (value.kind == K::List) cost += value.size();
      args.push_back(std::move(value));
    }
    TRY_VOID(spend(cost));
    for (const auto& function : functions()) {
      if (function.name != n.text || function.receiver != n.receiver || function.args.size() != args.size())
        continue;
      bool fits = true;
      for (std::size_t i = 0; fits && i < args.size(); ++i) {
        K wanted = function.args[i];
        fits = wanted == K::Dyn || wanted == args[i].kind || (wanted == K::Map && args[i].isMap());
      }
      if (fits) return function.call(args);
    }
    return bad("no such overload: " + n.text);
  }

  Result<Val> list(const Node& n) {
    std::vector<Val> out;
    for (const auto& arg : n.args) {
      TRY(Val value, run(*arg));
      out.push_back(std::move(value));
    }
    return Val::ofList(std::move(out));
  }

  Result<Val> map(const Node& n) {
    std::vector<std::pair<Val, Val>> entries;
    for (std::size_t i = 0; i + 1 < n.args.size(); i += 2) {
      TRY(Val key, run(*n.args[i]));
      TRY(Val value, run(*n.args[i + 1]));
      for (const auto& entry : entries) {
        if (equal(entry.first, key)) return bad("Failed with repeated key");
      }
      entries.emplace_back(std::move(key), std::move(value));
    }
    Val out;
    out.kind = K::Map;
    out.map = std::make_shared<const std::vector<std::pair<Val, Val>>>(std::move(entries));
    return out;
  }

  Result<Val> negate(const Node& n) {
    TRY(Val value, run(*n.args[0]));
    if (value.kind == K::Double) return Val::ofDouble(-value.real);
    if (value.kind != K::Int) return bad("no such overload");
    if (value.integer == INT64_MIN) return bad("integer overflow");
    return Val::ofInt(-value.integer);
  }

  /// && and ||: a side that decides wins over the other's fault.
  Result<Val> logical(const Node& n, bool decisive) {
    Result<Val> left = run(*n.args[0]);
    if (left && left->kind == K::Bool && left->boolean == decisive) return left;
    if (!left && left.error().code() == ErrorCode::ResourceExhausted) return left;
    Result<Val> right = run(*n.args[1]);
    if (right && right->kind == K::Bool && right->boolean == decisive) return right;
    if (!left) return left;
    if (!right) return right;
    if (left->kind != K::Bool || right->kind != K::Bool) return bad("no such overload");
    return Val::ofBool(!decisive);
  }

  Result<Val> binary(const Node& n) {
    TRY(Val a, run(*n.args[0]));
    TRY(Val b, run(*n.args[1]));
    const std::string& op = n.text;
    TRY_VOID(spend((a.text.size() + b.text.size()) / 10 + (a.kind == K::List ? a.size() : 0) +
                   (b.kind == K::List ? b.size() : 0)));
    if (op == "==") return Val::ofBool(equal(a, b));
    if (op == "!=") return Val::ofBool(!equal(a, b));
    if (op == "in") return contained(a, b);
    if (op == "<" || op == "<=" || op == ">" || op == ">=") {
      auto order = compare(a, b);
      if (!order) return bad("no such overload");
      bool holds = op == "<" ? *order < 0 : op == "<=" ? *order <= 0 : op == ">" ? *order > 0 : *order >= 0;
      return Val::ofBool(holds);
    }
    return arithmetic(op, a, b);
  }

  static Result<Val> contained(const Val& wanted, const Val& in) {
    if (in.isMap()) return Val::ofBool(in.find(wanted).has_value());
    if (in.kind != K::List) return bad("no such overload");
    for (std::size_t i = 0; i < in.size(); ++i) {
      if (equal(in.at(i), wanted)) return Val::ofBool(true);
    }
    return Val::ofBool(false);
  }

  static Result<Val> arithmetic(const std::string& op, const Val& a, const Val& b) {
    if (op == "+" && a.kind == b.kind) {
      if (a.kind == K::String || a.kind == K::Bytes) {
        Val out = a;
        out.text += b.text;
        return out;
      }
      if (a.kind == K::List) {
        std::vector<Val> all;
        for (std::size_t i = 0; i < a.size(); ++i) all.push_back(a.at(i));
        for (std::size_t i = 0; i < b.size(); ++i) all.push_back(b.at(i));
        return Val::ofList(std::move(all));
      }
    }
    if (a.kind == K::Double && b.kind == K::Double) {
      if (op == "+") return Val::ofDouble(a.real + b.real);
      if (op == "-") return Val::ofDouble(a.real - b.real);
      if (op == "*") return Val::ofDouble(a.real * b.real);
      if (op == "/") return Val::ofDouble(a.real / b.real);
      return bad("no such overload");
    }
    if (a.kind == K::Uint && b.kind == K::Uint) return naturals(op, a.natural, b.natural);
    bool times = (a.kind == K::Timestamp || a.kind == K::Duration) &&
                 (b.kind == K::Timestamp || b.kind == K::Duration);
    if ((a.kind == K::Int && b.kind == K::Int) || (times && (op == "+" || op == "-"))) {
      TRY(Val out, integers(op, a.integer, b.integer));
      if (times)
        out.kind = op == "-" && a.kind == b.kind                        ? K::Duration
                   : (a.kind == K::Timestamp || b.kind == K::Timestamp) ? K::Timestamp
                                                                        : K::Duration;
      return out;
    }
    return bad("no such overload");
  }

  static Result<Val> integers(const std::string& op, std::int64_t a, std::int64_t b) {
    std::int64_t out = 0;
    bool overflow = false;
    if (op == "+")
      overflow = __builtin_add_overflow(a, b, &out);
    else if (op == "-")
      overflow = __builtin_sub_overflow(a, b, &out);
    else if (op == "*")
      overflow = __builtin_mul_overflow(a, b, &out);
    else if (b == 0)
      return bad(op == "/" ? "division by zero" : "modulus by zero");
    else if (a == INT64_MIN && b == -1)
      overflow = true;
    else
      out = op == "/" ? a / b : a % b;
    if (overflow) return bad("integer overflow");
    return Val::ofInt(out);
  }

  static Result<Val> naturals(const std::string& op, std::uint64_t a, std::uint64_t b) {
    std::uint64_t out = 0;
    bool overflow = false;
    if (op == "+")
      overflow = __builtin_add_overflow(a, b, &out);
    else if (op == "-")
      overflow = __builtin_sub_overflow(a, b, &out);
    else if (op == "*")
      overflow = __builtin_mul_overflow(a, b, &out);
    else if (b == 0)
      return bad(op == "/" ? "division by zero" : "modulus by zero");
    else
      out = op == "/" ? a / b : a % b;
    if (overflow) return bad("unsigned integer overflow");
    return Val::ofUint(out);
  }

  Result<Val> macro(const Node& n) {
    TRY(Val range, run(*n.args[0]));
    if (n.text == "optMap") {
      if (range.size() == 0) return range;
      scope_.emplace_back(n.variable, range.at(0));
      auto mapped = run(*n.args[1]);
      scope_.pop_back();
      if (!mapped) return mapped;
      return Val::ofOptional(std::move(*mapped));
    }
    std::vector<Val> items;
    if (range.isMap()) {
      items = range.keys();
    } else if (range.kind == K::List) {
      for (std::size_t i = 0; i < range.size(); ++i) items.push_back(range.at(i));
    } else {
      return bad("no such overload");
    }
    return comprehend(n, items);
  }

  Result<Val> comprehend(const Node& n, const std::vector<Val>& items) {
    std::vector<Val> out;
    std::int64_t hits = 0;
    bool all = n.text == "all";
    std::optional<Error> trouble;  // of all and exists: forgiven when another element decides
    for (const auto& item : items) {
      scope_.emplace_back(n.variable, item);
      Result<Val> test = run(*n.args[1]);
      Result<Val> mapped = Val();
      bool filtered = n.text == "map" && n.args.size() == 3;
      if (filtered && test && test->boolean) mapped = run(*n.args[2]);
      scope_.pop_back();
      if (!test) {
        bool forgiving = (all || n.text == "exists") && test.error().code() != ErrorCode::ResourceExhausted;
        if (!forgiving) return test;
        trouble = test.error();
        continue;
      }
      if (!mapped) return mapped;
      if (n.text == "map" && !filtered) {
        out.push_back(std::move(*test));
        continue;
      }
      if (test->kind != K::Bool) return bad("no such overload");
      if (all && !test->boolean) return Val::ofBool(false);
      if (n.text == "exists" && test->boolean) return Val::ofBool(true);
      if (!test->boolean) continue;
      ++hits;
      if (n.text == "filter") out.push_back(item);
      if (filtered) out.push_back(std::move(*mapped));
    }
    if (trouble) return fail(*trouble);
    if (all) return Val::ofBool(true);
    if (n.text == "exists") return Val::ofBool(false);
    if (n.text == "exists_one") return Val::ofBool(hits == 1);
    return Val::ofList(std::move(out));
  }

  const Bindings& bindings_;
  std::uint64_t left_;
  std::vector<std::pair<std::string, Val>> scope_;
};

bool mentions(const Node& n, std::string_view variable) {
  if (n.kind == NodeKind::Ident && n.text == variable) return true;
  return std::any_of(n.args.begin(), n.args.end(),
                     [&](const NodePtr& arg) { return mentions(*arg, variable); });
}

}  // namespace

Result<Program> Program::compile(std::string_view text, const Declarations& declarations, TypeKind wanted) {
  Program out;
  out.text_ = std::string(text);
  out.types_ = std::make_shared<TypePool>();
  TRY(NodePtr root, parse(text));
  TRY_VOID(check(*root, text, declarations, *out.types_));
  K kind = root->type->kind;
  if (wanted != K::Dyn && kind != K::Dyn && kind != wanted) {
    return fail(ErrorCode::InvalidArgument, "must evaluate to a " + simple(wanted)->str());
  }
  out.root_ = std::move(root);
  return out;
}

Result<Val> Program::evaluate(const Bindings& bindings, std::uint64_t budget) const {
  return Machine(bindings, budget).run(*root_);
}

bool Program::uses(std::string_view variable) const {
  return mentions(*root_, variable);
}

}  // namespace puppis::cel
