// SPDX-License-Identifier: Apache-2.0
#include "cue/builtin/builtin.h"
#include "cue/compile/compiler.h"
#include "cue/compile/plain.h"
#include "cue/eval/errors.h"
#include "cue/syntax/literal.h"

namespace puppis::cue {

namespace {

/// The function in `package.Name` of a standard package, or null.
ir::Value* standardFunction(const ir::Expr& fun) {
  const auto* selector = fun.as<ir::SelectorExpr>();
  const auto* import = selector == nullptr ? nullptr : selector->x->as<ir::ImportReference>();
  if (import == nullptr || import->package == nullptr) return nullptr;
  const auto& program = static_cast<const CompiledProgram&>(*import->package);
  if (program.roots.empty() || builtin::findPackage(program.importPath) == nullptr) return nullptr;
  for (ir::Decl* decl : program.roots.front()->decls) {
    auto* field = decl->as<ir::Field>();
    if (field == nullptr || !(field->label == selector->label)) continue;
    return field->value->kind == ir::NodeKind::Builtin ? field->value : nullptr;
  }
  return nullptr;
}

ir::Op opOf(Token token) {
  switch (token) {
    case Token::And:
      return ir::Op::And;
    case Token::Or:
      return ir::Op::Or;
    case Token::Add:
      return ir::Op::Add;
    case Token::Sub:
      return ir::Op::Subtract;
    case Token::Mul:
      return ir::Op::Multiply;
    case Token::Quo:
      return ir::Op::Quotient;
    case Token::LAnd:
      return ir::Op::BoolAnd;
    case Token::LOr:
      return ir::Op::BoolOr;
    case Token::Not:
      return ir::Op::Not;
    case Token::Eql:
      return ir::Op::Equal;
    case Token::Neq:
      return ir::Op::NotEqual;
    case Token::Lss:
      return ir::Op::Less;
    case Token::Leq:
      return ir::Op::LessEqual;
    case Token::Gtr:
      return ir::Op::Greater;
    case Token::Geq:
      return ir::Op::GreaterEqual;
    case Token::Mat:
      return ir::Op::Match;
    case Token::NMat:
      return ir::Op::NotMatch;
    default:
      return ir::Op::None;
  }
}

}  // namespace

ir::Expr* Compiler::expr(const Expr* x) {
  constexpr int kMaxDepth = 4'000;
  if (++depth_ > kMaxDepth) {
    --depth_;
    return fail(x, "expression is nested too deeply");
  }
  struct Leave {
    int& depth;
    ~Leave() { --depth; }
  } leave{depth_};
  switch (x->kind) {
    case NodeKind::Ident:
      return reference(static_cast<const Ident&>(*x));
    case NodeKind::FuncExpr:
      return make<ir::Top>(x);
    case NodeKind::StructLit:
      return structLit(static_cast<const StructLit&>(*x));
    case NodeKind::ListLit:
      return listLit(static_cast<const ListLit&>(*x));
    case NodeKind::SelectorExpr: {
      const auto& s = static_cast<const SelectorExpr&>(*x);
      auto* out = make<ir::SelectorExpr>(x);
      out->x = expr(s.x);
      out->label = label(s.sel);
      return out;
    }
    case NodeKind::IndexExpr: {
      const auto& i = static_cast<const IndexExpr&>(*x);
      auto* out = make<ir::IndexExpr>(x);
      out->x = expr(i.x);
      out->index = expr(i.index);
      if (auto* s = out->index->as<ir::String>()) {
        out->label = Feature(LabelType::String, runtime_.impl().symbols.intern(s->text));
      }
      return out;
    }
    case NodeKind::SliceExpr: {
      const auto& s = static_cast<const SliceExpr&>(*x);
      auto* out = make<ir::SliceExpr>(x);
      out->x = expr(s.x);
      if (s.low != nullptr) out->low = expr(s.low);
      if (s.high != nullptr) out->high = expr(s.high);
      return out;
    }
    case NodeKind::BottomLit: {
      auto* out = make<eval::Bottom>(x);
      out->code = eval::Code::LegacyUser;
      auto* entry = program_->arena.make<eval::ErrorEntry>();
      entry->format = "explicit error (_|_ literal) in source";
      entry->pos = out->origin();
      auto* list = program_->arena.make<eval::ErrorList>();
      list->entry = entry;
      out->errors = list;
      return out;
    }
    case NodeKind::BadExpr:
      return fail(x, "invalid expression");
    case NodeKind::BasicLit:
      return literal(static_cast<const BasicLit&>(*x));
    case NodeKind::Interpolation:
      return interpolation(static_cast<const Interpolation&>(*x));
    case NodeKind::ParenExpr:
      return expr(static_cast<const ParenExpr&>(*x).x);
    case NodeKind::CallExpr: {
      const auto& c = static_cast<const CallExpr&>(*x);
      auto* out = make<ir::CallExpr>(x);
      out->fun = expr(c.fun);
      out->standard = standardFunction(*out->fun);
      std::vector<ir::Node*> args;
      for (const Expr* a : c.args) args.push_back(expr(a));
      out->args = span(args);
      return out;
    }
    case NodeKind::UnaryExpr:
      return unary(static_cast<const UnaryExpr&>(*x));
    case NodeKind::BinaryExpr:
      return binary(static_cast<const BinaryExpr&>(*x));
    case NodeKind::PostfixExpr:
      return postfix(static_cast<const PostfixExpr&>(*x));
    default:
      return fail(x, std::string(nodeKindName(x->kind)) + " values not allowed in this position");
  }
}

ir::Expr* Compiler::structLit(const StructLit& x) {
  push(&x, 1);
  auto* out = make<ir::StructLit>(&x);
  addDecls(out, x.elements);
  pop();
  return out;
}

ir::Expr* Compiler::listLit(const ListLit& x) {
  push(&x, 1);
  auto* out = make<ir::ListLit>(&x);
  std::vector<ir::Node*> elements;
  elements.reserve(x.elements.size());
  for (const Expr* e : x.elements) {
    if (const auto* rest = e->as<Ellipsis>()) {
      auto* n = make<ir::Ellipsis>(e);
      n->value = rest->type != nullptr ? expr(rest->type) : make<ir::Top>(e);
      elements.push_back(n);
    } else if (const auto* c = e->as<Comprehension>()) {
      elements.push_back(comprehension(*c, true));
    } else {
      elements.push_back(expr(e));
    }
  }
  out->elements = span(elements);
  out->isPlain = isPlain(*out);
  out->isSound = isSound(*out);
  pop();
  return out;
}

ir::Expr* Compiler::literal(const BasicLit& x) {
  switch (x.token) {
    case Token::String: {
      auto s = unquote(x.text);
      if (!s) return fail(&x, s.error().message());
      if (s->bytes) {
        auto* out = make<ir::Bytes>(&x);
        out->text = program_->arena.copy(s->text);
        return out;
      }
      auto* out = make<ir::String>(&x);
      out->text = program_->arena.copy(s->text);
      return out;
    }
    case Token::Int:
    case Token::Float: {
      auto d = number::parseLiteral(x.text, program_->arena);
      if (!d) return fail(&x, d.error().message());
      auto* out = make<ir::Num>(&x);
      out->value = *d;
      return out;
    }
    case Token::True:
    case Token::False: {
      auto* out = make<ir::Bool>(&x);
      out->value = x.token == Token::True;
      return out;
    }
    case Token::Null:
      return make<ir::Null>(&x);
    default:
      return fail(&x, "unknown literal type");
  }
}

ir::Expr* Compiler::interpolation(const Interpolation& x) {
  auto decoded = decodeInterpolation(x);
  if (!decoded) return fail(&x, "invalid interpolation: " + decoded.error().message());
  auto* out = make<ir::Interpolation>(&x);
  out->bytes = decoded->bytes;
  std::vector<ir::Node*> parts;
  for (std::size_t i = 0; i < x.elements.size(); ++i) {
    if (i % 2 == 1) {
      parts.push_back(expr(x.elements[i]));
      continue;
    }
    std::string_view text = program_->arena.copy(decoded->texts[i / 2]);
    if (decoded->bytes) {
      auto* b = make<ir::Bytes>(x.elements[i]);
      b->text = text;
      parts.push_back(b);
    } else {
      auto* s = make<ir::String>(x.elements[i]);
      s->text = text;
      parts.push_back(s);
    }
  }
  out->parts = span(parts);
  return out;
}

ir::Expr* Compiler::unary(const UnaryExpr& x) {
  switch (x.op) {
    case Token::Not:
    case Token::Add:
    case Token::Sub: {
      auto* out = make<ir::UnaryExpr>(&x);
      out->op = opOf(x.op);
      out->x = expr(x.x);
      return out;
    }
    case Token::Eql:
      if (!unit_->experiments.structCmp) return fail(&x, "unsupported unary operator \"==\"");
      [[fallthrough]];
    case Token::Geq:
    case Token::Gtr:
    case Token::Lss:
    case Token::Leq:
    case Token::Neq:
    case Token::Mat:
    case Token::NMat: {
      auto* out = make<ir::BoundExpr>(&x);
      out->op = opOf(x.op);
      out->expr = expr(x.x);
      return out;
    }
    case Token::Mul:
      return fail(&x, "preference mark not allowed at this position");
    default:
      return fail(&x, "unsupported unary operator \"" + std::string(tokenText(x.op)) + "\"");
  }
}

ir::Expr* Compiler::binary(const BinaryExpr& x) {
  if (x.op == Token::Or) {
    auto* out = make<ir::DisjunctionExpr>(&x);
    std::vector<ir::Disjunct> values;
    addDisjunct(values, out->hasDefaults, x.x, false);
    addDisjunct(values, out->hasDefaults, x.y, false);
    out->values = {program_->arena.array<ir::Disjunct>(values.size()), values.size()};
    std::copy(values.begin(), values.end(), out->values.begin());
    return out;
  }
  const std::size_t faults = errors_.size();
  auto* out = make<ir::BinaryExpr>(&x);
  out->op = opOf(x.op);
  out->x = expr(x.x);
  out->y = expr(x.y);
  if (out->op != ir::Op::And && errors_.size() == faults) {
    requireConcrete(x.x, out->op, out->x);
    requireConcrete(x.y, out->op, out->y);
  }
  return out;
}

void Compiler::addDisjunct(std::vector<ir::Disjunct>& out, bool& hasDefaults, const Expr* x, bool mark) {
  if (const auto* b = x->as<BinaryExpr>(); b != nullptr && b->op == Token::Or) {
    addDisjunct(out, hasDefaults, b->x, mark);
    addDisjunct(out, hasDefaults, b->y, mark);
    return;
  }
  if (const auto* u = x->as<UnaryExpr>(); u != nullptr && u->op == Token::Mul) {
    hasDefaults = true;
    addDisjunct(out, hasDefaults, u->x, true);
    return;
  }
  out.push_back({expr(x), mark});
}

// Operands that can never be concrete are faults of the program.
void Compiler::requireConcrete(const Expr* syntax, ir::Op op, const ir::Expr* x) {
  bool possible = true;
  if (x->kind == ir::NodeKind::BoundExpr) possible = false;
  if (x->isValue() && x->kind != ir::NodeKind::Bottom) {
    possible = eval::concreteness(x) == eval::Concreteness::Concrete;
  }
  if (possible) return;
  std::string_view text = file_->source->text();
  std::string shown(text.substr(std::min<std::size_t>(syntax->pos.offset, text.size()),
                                syntax->end > syntax->pos.offset ? syntax->end - syntax->pos.offset : 0));
  fail(syntax,
       "invalid operand " + shown + " ('" + std::string(ir::opText(op)) + "' requires concrete value)");
}

ir::Expr* Compiler::postfix(const PostfixExpr& x) {
  if (x.op == Token::Ellipsis) {
    if (!unit_->experiments.explicitOpen) {
      return fail(&x, "postfix ... operator requires @experiment(explicitopen)");
    }
    auto* out = make<ir::OpenExpr>(&x);
    out->x = expr(x.x);
    return out;
  }
  if (x.op != Token::Option) return fail(&x, "unsupported postfix operator " + std::string(tokenText(x.op)));
  if (!unit_->experiments.tryClauses) {
    fail(&x, "optional marker (?) requires the try experiment (language version v0.16.0 or later)");
  } else if (inTry_ == 0) {
    fail(&x, "optional marker (?) is only valid within a try clause");
  }
  ir::Expr* inner = expr(x.x);
  if (auto* f = inner->as<ir::FieldReference>()) {
    f->optional = true;
  } else if (auto* s = inner->as<ir::SelectorExpr>()) {
    s->optional = true;
  } else if (auto* i = inner->as<ir::IndexExpr>()) {
    i->optional = true;
  } else if (!inner->is<ir::Top>()) {
    return fail(&x, "optional marker (?) can only be used on references");
  }
  return inner;
}

}  // namespace puppis::cue
