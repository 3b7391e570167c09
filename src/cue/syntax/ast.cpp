// SPDX-License-Identifier: Apache-2.0
#include "cue/syntax/ast.h"

namespace puppis::cue {

std::string_view Attribute::name() const {
  const std::size_t open = text.find('(');
  if (open == std::string_view::npos || text.front() != '@' || text.back() != ')') return {};
  return text.substr(1, open - 1);
}

std::string_view Attribute::body() const {
  const std::size_t open = text.find('(');
  if (open == std::string_view::npos || text.front() != '@' || text.back() != ')') return {};
  return text.substr(open + 1, text.size() - open - 2);
}

const Package* File::packageClause() const {
  for (const Decl* decl : decls) {
    if (const auto* package = decl->as<Package>()) return package;
    if (!decl->is<Attribute>() && !decl->is<CommentGroup>()) return nullptr;
  }
  return nullptr;
}

std::string_view File::packageName() const {
  const Package* package = packageClause();
  if (package == nullptr || package->name == nullptr || package->name->name == "_") return {};
  return package->name->name;
}

Location File::locate(const Node& node) const {
  const bool hasEnd = node.end != Pos::kNoOffset && node.pos.hasOffset() && node.end > node.pos.offset;
  return locate(node.pos, hasEnd ? node.end - node.pos.offset : 1);
}

Location File::locate(Pos place, std::uint32_t length) const {
  if (source == nullptr || !place.hasOffset()) return {};
  return source->locate(place.offset, length);
}

std::string_view nodeKindName(NodeKind kind) {
  switch (kind) {
    case NodeKind::File:
      return "File";
    case NodeKind::CommentGroup:
      return "CommentGroup";
    case NodeKind::Attribute:
      return "Attribute";
    case NodeKind::Field:
      return "Field";
    case NodeKind::Alias:
      return "Alias";
    case NodeKind::PostfixAlias:
      return "PostfixAlias";
    case NodeKind::Comprehension:
      return "Comprehension";
    case NodeKind::BadExpr:
      return "BadExpr";
    case NodeKind::BottomLit:
      return "BottomLit";
    case NodeKind::Ident:
      return "Ident";
    case NodeKind::BasicLit:
      return "BasicLit";
    case NodeKind::Interpolation:
      return "Interpolation";
    case NodeKind::FuncExpr:
      return "FuncExpr";
    case NodeKind::StructLit:
      return "StructLit";
    case NodeKind::ListLit:
      return "ListLit";
    case NodeKind::Ellipsis:
      return "Ellipsis";
    case NodeKind::ForClause:
      return "ForClause";
    case NodeKind::IfClause:
      return "IfClause";
    case NodeKind::LetClause:
      return "LetClause";
    case NodeKind::FallbackClause:
      return "FallbackClause";
    case NodeKind::TryClause:
      return "TryClause";
    case NodeKind::ParenExpr:
      return "ParenExpr";
    case NodeKind::SelectorExpr:
      return "SelectorExpr";
    case NodeKind::IndexExpr:
      return "IndexExpr";
    case NodeKind::SliceExpr:
      return "SliceExpr";
    case NodeKind::CallExpr:
      return "CallExpr";
    case NodeKind::UnaryExpr:
      return "UnaryExpr";
    case NodeKind::BinaryExpr:
      return "BinaryExpr";
    case NodeKind::PostfixExpr:
      return "PostfixExpr";
    case NodeKind::ImportSpec:
      return "ImportSpec";
    case NodeKind::BadDecl:
      return "BadDecl";
    case NodeKind::ImportDecl:
      return "ImportDecl";
    case NodeKind::EmbedDecl:
      return "EmbedDecl";
    case NodeKind::Package:
      return "Package";
  }
  return "?";
}

std::string commentText(const CommentGroup& group) {
  std::string out;
  bool lastBlank = true;  // drops empty lines at the head
  bool pendingBlank = false;
  for (const Comment& comment : group.list) {
    std::string_view line = comment.text.substr(comment.text.size() < 2 ? comment.text.size() : 2);
    if (!line.empty() && line.front() == ' ') line.remove_prefix(1);
    while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r'))
      line.remove_suffix(1);
    if (line.empty()) {
      pendingBlank = !lastBlank;
      continue;
    }
    if (pendingBlank) out += '\n';
    pendingBlank = false;
    lastBlank = false;
    out.append(line);
    out += '\n';
  }
  return out;
}

const Expr* unparen(const Expr* expr) {
  while (expr != nullptr) {
    const auto* paren = expr->as<ParenExpr>();
    if (paren == nullptr) break;
    expr = paren->x;
  }
  return expr;
}

}  // namespace puppis::cue
