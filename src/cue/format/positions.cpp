// SPDX-License-Identifier: Apache-2.0
#include "cue/format/positions.h"

#include <algorithm>

namespace puppis::cue {

Pos firstPos(const Node& node) {
  const Node* at = &node;
  for (;;) {
    switch (at->kind) {
      case NodeKind::Field:
        at = static_cast<const Field*>(at)->label;
        break;
      case NodeKind::Alias:
        at = static_cast<const Alias*>(at)->ident;
        break;
      case NodeKind::EmbedDecl:
        at = static_cast<const EmbedDecl*>(at)->expr;
        break;
      case NodeKind::SelectorExpr:
        at = static_cast<const SelectorExpr*>(at)->x;
        break;
      case NodeKind::IndexExpr:
        at = static_cast<const IndexExpr*>(at)->x;
        break;
      case NodeKind::SliceExpr:
        at = static_cast<const SliceExpr*>(at)->x;
        break;
      case NodeKind::CallExpr:
        at = static_cast<const CallExpr*>(at)->fun;
        break;
      case NodeKind::BinaryExpr:
        at = static_cast<const BinaryExpr*>(at)->x;
        break;
      case NodeKind::PostfixExpr:
        at = static_cast<const PostfixExpr*>(at)->x;
        break;
      case NodeKind::Comprehension: {
        const auto& clauses = static_cast<const Comprehension*>(at)->clauses;
        if (clauses.empty()) return at->pos;
        at = clauses.front();
        break;
      }
      case NodeKind::Interpolation: {
        const auto& elements = static_cast<const Interpolation*>(at)->elements;
        if (elements.empty()) return at->pos;
        at = elements.front();
        break;
      }
      case NodeKind::StructLit: {
        const auto* literal = static_cast<const StructLit*>(at);
        if (literal->lbrace.present() || literal->elements.empty()) return literal->lbrace;
        at = literal->elements.front();
        break;
      }
      case NodeKind::ListLit:
        return static_cast<const ListLit*>(at)->lbrack;
      case NodeKind::ImportSpec: {
        const auto* spec = static_cast<const ImportSpec*>(at);
        at = spec->name != nullptr ? static_cast<const Node*>(spec->name) : spec->path;
        break;
      }
      case NodeKind::File: {
        const auto& decls = static_cast<const File*>(at)->decls;
        if (decls.empty()) return {};
        at = decls.front();
        break;
      }
      default:
        return at->pos;
    }
    if (at == nullptr) return {};
  }
}

namespace {

NodeEnd endOfToken(Pos pos) {
  return {pos.present(), pos.hasOffset() ? pos.offset + 1 : Pos::kNoOffset};
}

}  // namespace

NodeEnd nodeEnd(const Node& node) {
  const Node* at = &node;
  for (;;) {
    if (at == nullptr) return {};
    if (at->end != Pos::kNoOffset) return {true, at->end};
    switch (at->kind) {
      case NodeKind::Field: {
        const auto* field = static_cast<const Field*>(at);
        if (field->attributes.empty()) {
          at = field->value;
        } else {
          at = field->attributes.back();
        }
        break;
      }
      case NodeKind::Alias:
        at = static_cast<const Alias*>(at)->expr;
        break;
      case NodeKind::EmbedDecl:
        at = static_cast<const EmbedDecl*>(at)->expr;
        break;
      case NodeKind::LetClause:
        at = static_cast<const LetClause*>(at)->expr;
        break;
      case NodeKind::Comprehension: {
        const auto* comprehension = static_cast<const Comprehension*>(at);
        at = comprehension->fallback != nullptr ? comprehension->fallback->body : comprehension->value;
        break;
      }
      case NodeKind::Interpolation: {
        const auto& elements = static_cast<const Interpolation*>(at)->elements;
        at = elements.empty() ? nullptr : elements.back();
        break;
      }
      case NodeKind::StructLit: {
        const auto* literal = static_cast<const StructLit*>(at);
        if (literal->rbrace.present() || literal->elements.empty()) return endOfToken(literal->rbrace);
        at = literal->elements.back();
        break;
      }
      case NodeKind::ListLit:
        return endOfToken(static_cast<const ListLit*>(at)->rbrack);
      case NodeKind::ParenExpr:
        return endOfToken(static_cast<const ParenExpr*>(at)->rparen);
      case NodeKind::IndexExpr:
        return endOfToken(static_cast<const IndexExpr*>(at)->rbrack);
      case NodeKind::SliceExpr:
        return endOfToken(static_cast<const SliceExpr*>(at)->rbrack);
      case NodeKind::CallExpr:
        return endOfToken(static_cast<const CallExpr*>(at)->rparen);
      case NodeKind::PostfixExpr:
        return endOfToken(static_cast<const PostfixExpr*>(at)->opPos);
      case NodeKind::SelectorExpr:
        at = static_cast<const SelectorExpr*>(at)->sel;
        break;
      case NodeKind::UnaryExpr:
        at = static_cast<const UnaryExpr*>(at)->x;
        break;
      case NodeKind::BinaryExpr:
        at = static_cast<const BinaryExpr*>(at)->y;
        break;
      case NodeKind::Ellipsis:
        if (static_cast<const Ellipsis*>(at)->type == nullptr) return endOfToken(at->pos);
        at = static_cast<const Ellipsis*>(at)->type;
        break;
      default:
        return endOfToken(at->pos);
    }
  }
}

LineTable::LineTable(const SourceFile* source) {
  if (source == nullptr) return;
  const std::string_view text = source->text();
  starts_.push_back(0);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') starts_.push_back(static_cast<std::uint32_t>(i + 1));
  }
}

std::uint32_t LineTable::lineOf(std::uint32_t offset) const {
  if (offset == Pos::kNoOffset || starts_.empty()) return 0;
  const auto behind = std::upper_bound(starts_.begin(), starts_.end(), offset);
  return static_cast<std::uint32_t>(behind - starts_.begin());
}

}  // namespace puppis::cue
