// SPDX-License-Identifier: Apache-2.0
// The exporter's frames, names and the file around the exported tree.
#include "cue/export/exporter.h"

#include <algorithm>
#include <utility>

#include "cue/export/sanitize.h"
#include "cue/syntax/literal.h"

namespace puppis::cue {

using IrKind = ir::NodeKind;

Exporter::Exporter(eval::Context& ctx, const ExportProfile& profile, File& file, std::string package)
    : ctx_(ctx), profile_(profile), build_(file), package_(std::move(package)) {
  nothing_ = ctx_.make<eval::Vertex>();
  nothing_->status = eval::VertexStatus::Finalized;
}

void Exporter::exportValue(eval::Vertex& v) {
  markUsed(v);
  toFile(v, value(&v, v.conjuncts.span()));
}

namespace {

bool isDefinitionReference(const Expr* expr) {
  for (;;) {
    if (const auto* ident = expr->as<Ident>())
      return ident->name.starts_with('#') || ident->name.starts_with("_#");
    if (const auto* selector = expr->as<SelectorExpr>()) {
      if (const auto* name = selector->sel->as<Ident>()) {
        if (name->name.starts_with('#') || name->name.starts_with("_#")) return true;
      }
      expr = selector->x;
    } else if (const auto* index = expr->as<IndexExpr>()) {
      expr = index->x;
    } else {
      return false;
    }
  }
}

}  // namespace

void Exporter::exportDefinition(eval::Vertex& v) {
  markUsed(v);
  Expr* out = expr(nullptr, &v);
  if (v.closedRecursive && !profile_.fragment && eval::kindOf(&v) == kStruct) {
    // A struct that embeds a definition is closed by it; another is wrapped in one.
    auto* literal = out->as<StructLit>();
    bool closed = false;
    if (literal != nullptr) {
      for (const Decl* decl : elements(literal)) {
        const auto* embed = decl->as<EmbedDecl>();
        closed = closed || (embed != nullptr && isDefinitionReference(embed->expr));
      }
    }
    if (!closed) {
      out = structOf({build_.embed(build_.ident("_#def")), build_.field(build_.ident("_#def"), out)});
    }
  }
  toFile(v, out);
}

StructLit* Exporter::newStruct() {
  auto* literal = build_.make<StructLit>();
  elements_.emplace(literal, std::vector<Decl*>());
  return literal;
}

StructLit* Exporter::structOf(std::vector<Decl*> decls) {
  StructLit* literal = newStruct();
  elements(literal) = std::move(decls);
  return literal;
}

void Exporter::finishStructs() {
  for (auto& [literal, decls] : elements_) build_.setElements(*literal, decls);
}

void Exporter::toFile(eval::Vertex& v, Expr* expr) {
  File& file = build_.file();
  std::vector<Decl*> decls;
  if (profile_.addPackage) {
    auto* package = build_.make<Package>();
    package->pos = Pos::spaced(Space::NewSection);
    addFileComments(v, package);
    if (package->name != nullptr) decls.push_back(package);
  }
  if (auto* literal = expr->as<StructLit>()) {
    for (Decl* decl : elements(literal)) decls.push_back(decl);
  } else {
    decls.push_back(build_.embed(expr));
  }
  finishStructs();
  file.decls = build_.nodes(decls);
  sanitize(file, build_, links_);
  // A single value stands at the very beginning.
  if (file.decls.size() == 1) {
    if (auto* embed = file.decls[0]->as<EmbedDecl>()) setSpace(*embed->expr, Space::None);
  }
}

Exporter::Frame& Exporter::pushFrame(eval::Vertex* node) {
  Frame& frame = stack_.emplace_back();
  frame.node = node;
  frame.scope = newStruct();
  return frame;
}

void Exporter::popFrame() {
  for (auto& [label, entry] : stack_.back().fields) {
    const Node* node = entry.node;
    if (!entry.alias.empty() && entry.field != nullptr) {
      setFieldAlias(*entry.field, entry.alias);
      node = entry.field;
    }
    if (node == nullptr) continue;
    for (const Ident* ident : entry.references) links_.nodes[ident] = node;
  }
  stack_.pop_back();
}

/// The frame that stands for the Environment `upCount` up; null when it is outside of what is exported.
/// `needField`: only frames of pattern constraints count.
Exporter::Frame* Exporter::frameAt(int upCount, bool needField) {
  for (std::size_t i = stack_.size(); i-- > 0;) {
    Frame& frame = stack_[i];
    if (upCount <= frame.upCount - 1 && (!needField || frame.field != nullptr)) return &frame;
    upCount -= frame.upCount;
  }
  return nullptr;
}

eval::Vertex* Exporter::topNode() {
  if (stack_.empty() || stack_.back().node == nullptr) return nothing_;
  return stack_.back().node;
}

void Exporter::setEntry(Feature label, Field* field, const Node* node) {
  Entry& entry = top().fields[label];
  entry.field = field;
  entry.node = node;
}

/// The field that shows a Vertex is known now; identifiers that waited for it are linked.
void Exporter::linkField(eval::Vertex* v, Field* field) {
  if (v == nullptr) return;
  Reference& reference = references_[v];
  if (reference.field == nullptr && reference.waiting.empty()) reference.field = field;
  for (const Ident* ident : reference.waiting) links_.nodes[ident] = field->value;
  reference.waiting.clear();
}

void Exporter::linkIdent(eval::Vertex* v, Ident* ident) {
  Reference& reference = references_[v];
  if (reference.field == nullptr) {
    reference.waiting.push_back(ident);
  } else {
    links_.nodes[ident] = reference.field->value;
  }
}

void Exporter::setFieldAlias(Field& field, const std::string& name) {
  if (field.label->is<Alias>()) return;
  auto* alias = build_.make<Alias>();
  alias->ident = build_.ident(name);
  alias->expr = field.label;
  alias->comments = std::exchange(field.label->comments, nullptr);
  field.label = alias;
}

std::string Exporter::identText(Feature f) const {
  const std::string_view text = ctx_.labelText(f);
  return text.empty() ? "_" : std::string(text);
}

Label* Exporter::labelOf(Feature f) {
  if (f.isInt()) return build_.literal(Token::Int, std::to_string(f.index()));
  if (f.isString()) return build_.label(ctx_.labelText(f));
  return identOf(f);
}

bool Exporter::isOwnHidden(Feature f) const {
  const std::string_view text = ctx_.symbols.text(f.index());
  const std::size_t end = text.find('\0');
  const std::string_view package = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  return package == package_;
}

Token Exporter::constraintOf(ir::ArcType type) {
  if (type == ir::ArcType::Optional) return Token::Option;
  return type == ir::ArcType::Required ? Token::Not : Token::Illegal;
}

Token Exporter::tokenOf(ir::Op op) {
  switch (op) {
    case ir::Op::And:
      return Token::And;
    case ir::Op::Or:
      return Token::Or;
    case ir::Op::Add:
      return Token::Add;
    case ir::Op::Subtract:
      return Token::Sub;
    case ir::Op::Multiply:
      return Token::Mul;
    case ir::Op::Quotient:
      return Token::Quo;
    case ir::Op::BoolAnd:
      return Token::LAnd;
    case ir::Op::BoolOr:
      return Token::LOr;
    case ir::Op::Not:
      return Token::Not;
    case ir::Op::Equal:
      return Token::Eql;
    case ir::Op::NotEqual:
      return Token::Neq;
    case ir::Op::Less:
      return Token::Lss;
    case ir::Op::LessEqual:
      return Token::Leq;
    case ir::Op::Greater:
      return Token::Gtr;
    case ir::Op::GreaterEqual:
      return Token::Geq;
    case ir::Op::Match:
      return Token::Mat;
    case ir::Op::NotMatch:
      return Token::NMat;
    case ir::Op::None:
      break;
  }
  return Token::Illegal;
}

void Exporter::markUsed(eval::Vertex& v) {
  if (v.isData()) return;
  for (const eval::Conjunct& c : v.conjuncts) markUsed(eval::elemOf(c.x));
}

/// Takes note of every name that occurs in a program.
void Exporter::markUsed(const ir::Node* node) {
  if (node == nullptr) return;
  const auto use = [&](Feature f) {
    if (f.valid() && !f.isInt() && !f.isLet()) names_.use(identText(f));
  };
  const auto all = [&](const auto& list) {
    for (const ir::Node* each : list) markUsed(each);
  };
  switch (node->kind) {
    case IrKind::Vertex:
      return;
    case IrKind::StructLit:
      return all(static_cast<const ir::StructLit*>(node)->decls);
    case IrKind::ListLit:
      return all(static_cast<const ir::ListLit*>(node)->elements);
    case IrKind::BoundExpr:
      return markUsed(static_cast<const ir::BoundExpr*>(node)->expr);
    case IrKind::Interpolation:
      return all(static_cast<const ir::Interpolation*>(node)->parts);
    case IrKind::UnaryExpr:
      return markUsed(static_cast<const ir::UnaryExpr*>(node)->x);
    case IrKind::BinaryExpr:
      markUsed(static_cast<const ir::BinaryExpr*>(node)->x);
      return markUsed(static_cast<const ir::BinaryExpr*>(node)->y);
    case IrKind::CallExpr:
      markUsed(static_cast<const ir::CallExpr*>(node)->fun);
      return all(static_cast<const ir::CallExpr*>(node)->args);
    case IrKind::DisjunctionExpr:
      for (const ir::Disjunct& d : static_cast<const ir::DisjunctionExpr*>(node)->values) markUsed(d.value);
      return;
    case IrKind::SliceExpr:
      markUsed(static_cast<const ir::SliceExpr*>(node)->x);
      markUsed(static_cast<const ir::SliceExpr*>(node)->low);
      return markUsed(static_cast<const ir::SliceExpr*>(node)->high);
    case IrKind::OpenExpr:
      return markUsed(static_cast<const ir::OpenExpr*>(node)->x);
    case IrKind::FieldReference:
      return use(static_cast<const ir::FieldReference*>(node)->label);
    case IrKind::ValueReference:
      return use(static_cast<const ir::ValueReference*>(node)->label);
    case IrKind::ImportReference: {
      const auto* ident = node->syntax == nullptr ? nullptr : node->syntax->as<Ident>();
      if (ident != nullptr) names_.use(std::string(ident->name));
      return;
    }
    case IrKind::SelectorExpr:
      use(static_cast<const ir::SelectorExpr*>(node)->label);
      return markUsed(static_cast<const ir::SelectorExpr*>(node)->x);
    case IrKind::IndexExpr:
      markUsed(static_cast<const ir::IndexExpr*>(node)->x);
      return markUsed(static_cast<const ir::IndexExpr*>(node)->index);
    case IrKind::Field:
      use(static_cast<const ir::Field*>(node)->label);
      return markUsed(static_cast<const ir::Field*>(node)->value);
    case IrKind::LetField:
      return markUsed(static_cast<const ir::LetField*>(node)->value);
    case IrKind::PatternField:
      markUsed(static_cast<const ir::PatternField*>(node)->filter);
      return markUsed(static_cast<const ir::PatternField*>(node)->value);
    case IrKind::Ellipsis:
      return markUsed(static_cast<const ir::Ellipsis*>(node)->value);
    case IrKind::DynamicField:
      markUsed(static_cast<const ir::DynamicField*>(node)->key);
      return markUsed(static_cast<const ir::DynamicField*>(node)->value);
    case IrKind::Comprehension: {
      const auto* c = static_cast<const ir::Comprehension*>(node);
      all(c->clauses);
      markUsed(c->value);
      return markUsed(c->fallback);
    }
    case IrKind::ForClause:
      use(static_cast<const ir::ForClause*>(node)->key);
      use(static_cast<const ir::ForClause*>(node)->value);
      return markUsed(static_cast<const ir::ForClause*>(node)->source);
    case IrKind::IfClause:
      return markUsed(static_cast<const ir::IfClause*>(node)->condition);
    case IrKind::LetClause:
      use(static_cast<const ir::LetClause*>(node)->label);
      return markUsed(static_cast<const ir::LetClause*>(node)->expr);
    case IrKind::TryClause:
      return markUsed(static_cast<const ir::TryClause*>(node)->expr);
    default:
      return;
  }
}

std::string Exporter::uniqueAlias(const std::string& name) {
  return names_.fresh(name);
}

/// Prepares the lets and aliased fields that a struct of the source declares: a let is written into the scope
/// when a reference to it is first met.
void Exporter::markLets(const Node* source) {
  if (source == nullptr) return;
  walk(source, [&](const Node& node) {
    switch (node.kind) {
      case cue::NodeKind::StructLit:
        markLetDecls(static_cast<const StructLit&>(node).elements);
        return true;
      case cue::NodeKind::File:
        markLetDecls(static_cast<const File&>(node).decls);
        return true;
      case cue::NodeKind::Field:
      case cue::NodeKind::LetClause:
      case cue::NodeKind::IfClause:
      case cue::NodeKind::ForClause:
      case cue::NodeKind::Comprehension:
        return false;
      default:
        return true;
    }
  });
}

void Exporter::markLetDecls(std::span<Decl* const> decls) {
  for (const Decl* decl : decls) {
    if (const auto* field = decl->as<Field>()) {
      const auto* alias = field->label->as<Alias>();
      if (alias == nullptr || aliasedFields_.contains(field)) continue;
      auto* copy = build_.make<Alias>();
      copy->ident = build_.ident(alias->ident->name);
      copy->expr = alias->expr->is<Ident>() ? static_cast<Expr*>(build_.ident(alias->expr->as<Ident>()->name))
                                            : alias->expr;
      aliasedFields_[field] = {build_.field(copy, nullptr), std::string(alias->ident->name)};
    } else if (const auto* let = decl->as<LetClause>()) {
      auto* made = build_.make<LetClause>();
      lets_[unparen(let->expr)] = made;
      elements(top().scope).push_back(made);
    }
  }
}

void Exporter::dropUnusedLets(std::vector<Decl*>& decls) {
  std::erase_if(decls, [](const Decl* decl) {
    const auto* let = decl->as<LetClause>();
    return let != nullptr && let->expr == nullptr;
  });
}

}  // namespace puppis::cue
