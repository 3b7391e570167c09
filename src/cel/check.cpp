// SPDX-License-Identifier: Apache-2.0
#include "cel/check.h"

#include <algorithm>
#include <vector>

#include "cel/functions.h"

namespace puppis::cel {
namespace {

using K = TypeKind;

bool numeric(K kind) {
  return kind == K::Int || kind == K::Uint || kind == K::Double;
}

class Checker {
 public:
  Checker(std::string_view text, const Declarations& declarations, TypePool& types)
      : text_(text), declarations_(declarations), types_(types) {}

  Status node(Node& n) {
    switch (n.kind) {
      case NodeKind::Literal:
        n.type = simple(n.literalKind);
        return {};
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
      case NodeKind::Not:
      case NodeKind::Negate:
        return unary(n);
      case NodeKind::And:
      case NodeKind::Or:
        return logical(n);
      case NodeKind::Conditional:
        return conditional(n);
      case NodeKind::Binary:
        return binary(n);
      case NodeKind::Macro:
        return macro(n);
    }
    return {};
  }

 private:
  tl::unexpected<Error> bad(const Node& n, const std::string& message) {
    return fail(errorAt(text_, n.position, message));
  }

  tl::unexpected<Error> noOverload(const Node& n, const std::string& name, bool method) {
    std::string args;
    std::size_t first = method ? 1 : 0;
    for (std::size_t i = first; i < n.args.size(); ++i)
      args += (i == first ? "" : ", ") + n.args[i]->type->str();
    std::string receiver = method ? n.args[0]->type->str() + "." : "";
    return bad(n,
               "found no matching overload for '" + name + "' applied to '" + receiver + "(" + args + ")'");
  }

  Status children(Node& n) {
    for (auto& arg : n.args) TRY_VOID(node(*arg));
    return {};
  }

  Status ident(Node& n) {
    for (auto it = scope_.rbegin(); it != scope_.rend(); ++it) {
      if (it->first != n.text) continue;
      n.type = it->second;
      return {};
    }
    if (auto it = declarations_.find(n.text); it != declarations_.end()) {
      n.type = it->second;
      return {};
    }
    for (auto name :
         {"int", "uint", "double", "bool", "string", "bytes", "list", "map", "null_type", "type"}) {
      if (n.text != name) continue;
      n.type = simple(K::TypeOf);
      return {};
    }
    return bad(n, "undeclared reference to '" + n.text + "' (in container '')");
  }

  Status select(Node& n) {
    TRY_VOID(children(n));
    const Type* target = n.args[0]->type;
    bool optional = n.optional || target->kind == K::Optional;
    if (target->kind == K::Optional) target = target->element != nullptr ? target->element : simple(K::Dyn);
    const Type* out = simple(K::Dyn);
    if (target->kind == K::Object) {
      auto it = target->fields.find(unescapeField(n.text));
      if (it == target->fields.end()) return bad(n, "undefined field '" + n.text + "'");
      out = it->second;
    } else if (target->kind == K::Map) {
      if (target->element != nullptr) out = target->element;
    } else if (target->kind != K::Dyn) {
      return bad(n, "type '" + target->str() + "' does not support field selection");
    }
    if (n.test)
      out = simple(K::Bool);
    else if (optional)
      out = &types_.make(K::Optional, out);
    n.type = out;
    return {};
  }

  Status index(Node& n) {
    TRY_VOID(children(n));
    const Type* target = n.args[0]->type;
    if (target->kind == K::Optional && target->element != nullptr) target = target->element;
    K key = n.args[1]->type->kind;
    const Type* out = target->element != nullptr ? target->element : simple(K::Dyn);
    bool fits =
        target->kind == K::Dyn || (target->kind == K::List && (numeric(key) || key == K::Dyn)) ||
        (target->kind == K::Map && (target->key == nullptr ? key == K::String || key == K::Dyn
                                                           : compatible(*target->key, *n.args[1]->type)));
    if (!fits) return noOverload(n, "_[_]", false);
    n.type = n.optional ? &types_.make(K::Optional, out) : out;
    return {};
  }

  static bool argFits(K wanted, const Type& given) {
    if (wanted == K::Dyn || given.kind == K::Dyn) return true;
    if (wanted == K::Map) return given.kind == K::Map || given.kind == K::Object;
    return wanted == given.kind;
  }

  Status call(Node& n) {
    TRY_VOID(children(n));
    bool known = false;
    const Function* found = nullptr;
    bool ambiguous = false;
    for (const auto& function : functions()) {
      if (function.name != n.text || function.receiver != n.receiver) continue;
      known = true;
      if (function.args.size() != n.args.size()) continue;
      bool fits = true;
      for (std::size_t i = 0; fits && i < function.args.size(); ++i)
        fits = argFits(function.args[i], *n.args[i]->type);
      if (!fits) continue;
      ambiguous = ambiguous || (found != nullptr && found->result != function.result);
      if (found == nullptr) found = &function;
    }
    if (!known) return bad(n, "undeclared reference to '" + n.text + "' (in container '')");
    if (found == nullptr) return noOverload(n, n.text, n.receiver);
    const Type* first = n.args.empty() ? simple(K::Dyn) : n.args[0]->type;
    const Type* element = first->element != nullptr ? first->element : simple(K::Dyn);
    switch (found->derive) {
      case Function::Derive::ElementOfFirst:
        n.type = element;
        break;
      case Function::Derive::SameAsFirst:
        n.type = first;
        break;
      case Function::Derive::OptionalOfFirst:
        n.type = &types_.make(K::Optional, first);
        break;
      case Function::Derive::No:
        n.type = simple(found->result);
        if (found->result == K::List) n.type = &types_.make(K::List, simple(found->resultElement));
        break;
    }
    if (ambiguous) n.type = simple(K::Dyn);
    return {};
  }

  Status list(Node& n) {
    TRY_VOID(children(n));
    const Type* element = nullptr;
    bool mixed = false;
    for (const auto& arg : n.args) {
      if (element == nullptr)
        element = arg->type;
      else
        mixed = mixed || !compatible(*element, *arg->type);
    }
    n.type = &types_.make(K::List, mixed ? simple(K::Dyn) : element);
    return {};
  }

  Status map(Node& n) {
    TRY_VOID(children(n));
    const Type* key = nullptr;
    const Type* element = nullptr;
    bool mixed = false;
    for (std::size_t i = 0; i + 1 < n.args.size(); i += 2) {
      if (key == nullptr) {
        key = n.args[i]->type;
        element = n.args[i + 1]->type;
      } else {
        mixed = mixed || !compatible(*element, *n.args[i + 1]->type);
      }
    }
    Type& out = types_.make(K::Map, mixed ? simple(K::Dyn) : element);
    out.key = key != nullptr ? key : simple(K::Dyn);
    n.type = &out;
    return {};
  }

  Status unary(Node& n) {
    TRY_VOID(children(n));
    const Type* arg = n.args[0]->type;
    bool negation = n.kind == NodeKind::Negate;
    bool fits = arg->kind == K::Dyn ||
                (negation ? arg->kind == K::Int || arg->kind == K::Double : arg->kind == K::Bool);
    if (!fits) return noOverload(n, negation ? "-_" : "!_", false);
    n.type = arg;
    return {};
  }

  Status logical(Node& n) {
    TRY_VOID(children(n));
    for (const auto& arg : n.args) {
      if (arg->type->kind != K::Bool && arg->type->kind != K::Dyn)
        return noOverload(n, n.kind == NodeKind::And ? "_&&_" : "_||_", false);
    }
    n.type = simple(K::Bool);
    return {};
  }

  Status conditional(Node& n) {
    TRY_VOID(children(n));
    K test = n.args[0]->type->kind;
    if ((test != K::Bool && test != K::Dyn) || !compatible(*n.args[1]->type, *n.args[2]->type))
      return noOverload(n, "_?_:_", false);
    n.type = n.args[1]->type->kind == K::Dyn ? n.args[2]->type : n.args[1]->type;
    return {};
  }

  Status binary(Node& n) {
    TRY_VOID(children(n));
    const Type* a = n.args[0]->type;
    const Type* b = n.args[1]->type;
    const std::string& op = n.text;
    bool dyn = a->kind == K::Dyn || b->kind == K::Dyn;
    if (op == "==" || op == "!=") {
      n.type = simple(K::Bool);
      auto nullable = [](const Type& t) {
        return t.kind == K::Null || t.kind == K::Object || t.kind == K::Timestamp || t.kind == K::Duration;
      };
      bool null = (a->kind == K::Null && nullable(*b)) || (b->kind == K::Null && nullable(*a));
      return compatible(*a, *b) || null ? Status{} : Status(noOverload(n, "_" + op + "_", false));
    }
    if (op == "in") {
      n.type = simple(K::Bool);
      bool list = b->kind == K::List && (b->element == nullptr || compatible(*a, *b->element));
      bool map =
          b->kind == K::Map && (b->key == nullptr ? a->kind == K::String || dyn : compatible(*a, *b->key));
      return dyn || list || map ? Status{} : Status(noOverload(n, "@in", false));
    }
    if (op == "<" || op == "<=" || op == ">" || op == ">=") {
      n.type = simple(K::Bool);
      static const std::vector<K> kOrdered = {K::Bool, K::String, K::Bytes, K::Timestamp, K::Duration};
      bool same =
          a->kind == b->kind && std::find(kOrdered.begin(), kOrdered.end(), a->kind) != kOrdered.end();
      return dyn || same || (numeric(a->kind) && numeric(b->kind))
                 ? Status{}
                 : Status(noOverload(n, "_" + op + "_", false));
    }
    return arithmetic(n, *a, *b, dyn);
  }

  Status arithmetic(Node& n, const Type& a, const Type& b, bool dyn) {
    const std::string& op = n.text;
    if (dyn) {
      n.type = simple(K::Dyn);
      return {};
    }
    bool same = a.kind == b.kind;
    if (same && numeric(a.kind) && !(op == "%" && a.kind == K::Double)) {
      n.type = simple(a.kind);
      return {};
    }
    if (op == "+" && same && (a.kind == K::String || a.kind == K::Bytes || a.kind == K::Duration)) {
      n.type = simple(a.kind);
      return {};
    }
    if (op == "+" && a.kind == K::List && compatible(a, b)) {
      n.type = a.element != nullptr ? n.args[0]->type : n.args[1]->type;
      return {};
    }
    bool times = a.kind == K::Timestamp || b.kind == K::Timestamp;
    if (times && (a.kind == K::Duration || b.kind == K::Duration) &&
        (op == "+" || (op == "-" && a.kind == K::Timestamp))) {
      n.type = simple(K::Timestamp);
      return {};
    }
    if (op == "-" && same && (a.kind == K::Timestamp || a.kind == K::Duration)) {
      n.type = simple(K::Duration);
      return {};
    }
    return noOverload(n, "_" + op + "_", false);
  }

  Status macro(Node& n) {
    TRY_VOID(node(*n.args[0]));
    const Type* range = n.args[0]->type;
    const Type* variable = simple(K::Dyn);
    if (n.text == "optMap") {
      if (range->kind != K::Optional && range->kind != K::Dyn) return noOverload(n, "optMap", true);
      if (range->element != nullptr) variable = range->element;
    } else if (range->kind == K::List) {
      if (range->element != nullptr) variable = range->element;
    } else if (range->kind == K::Map) {
      variable = range->key != nullptr ? range->key : simple(K::String);
    } else if (range->kind != K::Dyn) {
      return bad(*n.args[0], "expression of type '" + range->str() +
                                 "' cannot be range of a comprehension (must be list, map, or dynamic)");
    }
    scope_.emplace_back(n.variable, variable);
    for (std::size_t i = 1; i < n.args.size(); ++i) TRY_VOID(node(*n.args[i]));
    scope_.pop_back();
    bool mapping = n.text == "map" || n.text == "optMap";
    const Node& last = *n.args.back();
    std::size_t tests = mapping ? n.args.size() - 2 : 1;
    for (std::size_t i = 1; i <= tests; ++i) {
      K kind = n.args[i]->type->kind;
      if (kind != K::Bool && kind != K::Dyn) return badTest(n, *n.args[i], *variable);
    }
    if (n.text == "map")
      n.type = &types_.make(K::List, last.type);
    else if (n.text == "optMap")
      n.type = &types_.make(K::Optional, last.type);
    else if (n.text == "filter")
      n.type = &types_.make(K::List, variable);
    else
      n.type = simple(K::Bool);
    return {};
  }

  /// A test of a macro that is no boolean, by what the macro expands to.
  /// A test of a macro that is no boolean: all and exists say so of the test, the others by what they expand
  /// to.
  tl::unexpected<Error> badTest(const Node& n, const Node& test, const Type& variable) {
    const std::string found = test.type->str();
    if (n.text == "all" || n.text == "exists")
      return bad(test, "expected type 'bool' but found '" + found + "'");
    std::string list = "list(" + variable.str() + ")";
    std::string rest = n.text == "exists_one" ? "int, int" : list + ", " + list;
    return bad(n, "found no matching overload for '_?_:_' applied to '(" + found + ", " + rest + ")'");
  }

  std::string_view text_;
  const Declarations& declarations_;
  TypePool& types_;
  std::vector<std::pair<std::string, const Type*>> scope_;
};

}  // namespace

Status check(Node& root, std::string_view text, const Declarations& declarations, TypePool& types) {
  return Checker(text, declarations, types).node(root);
}

}  // namespace puppis::cel
