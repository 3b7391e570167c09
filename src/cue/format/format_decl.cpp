// SPDX-License-Identifier: Apache-2.0
// The formatter's declarations.
#include "cue/format/formatter.h"
#include "cue/syntax/literal.h"

namespace puppis::cue {

namespace {

/// How many labels a shorthand field nests: 1 for `a: 1`, 3 for `a: b: c: 1`; 0 in front of a struct of
/// several.
int nestDepth(const Field& field) {
  int depth = 1;
  const Field* at = &field;
  for (;;) {
    const auto* literal = at->value == nullptr ? nullptr : at->value->as<StructLit>();
    if (literal == nullptr) return depth;
    if (literal->elements.size() != 1) return depth - 1;
    const auto* inner = literal->elements[0]->as<Field>();
    if (inner == nullptr) return depth;
    at = inner;
    ++depth;
  }
}

int depthOf(const Decl& decl) {
  const auto* field = decl.as<Field>();
  return field == nullptr ? 0 : nestDepth(*field);
}

const Ident* identOf(const Label& label) {
  if (const auto* alias = label.as<Alias>()) return alias->expr->as<Ident>();
  return label.as<Ident>();
}

bool isDefinition(const Label& label) {
  const Ident* ident = identOf(label);
  return ident != nullptr && (ident->name.starts_with('#') || ident->name.starts_with("_#"));
}

bool isRegular(const Field& field) {
  const Ident* ident = identOf(*field.label);
  return ident == nullptr || !(ident->name.starts_with('#') || ident->name.starts_with('_'));
}

bool isTop(const Expr& expr) {
  const auto* ident = expr.as<Ident>();
  return ident != nullptr && ident->name == "_";
}

/// True if the value spreads over lines, so that the columns end in front of it.
bool endsColumns(const Expr* expr) {
  while (expr != nullptr) {
    switch (expr->kind) {
      case NodeKind::StructLit:
      case NodeKind::ListLit:
        return true;
      case NodeKind::BasicLit:
        return static_cast<const BasicLit*>(expr)->text.find('\n') != std::string_view::npos;
      case NodeKind::ParenExpr:
        expr = static_cast<const ParenExpr*>(expr)->x;
        break;
      case NodeKind::UnaryExpr:
        expr = static_cast<const UnaryExpr*>(expr)->x;
        break;
      case NodeKind::PostfixExpr:
        expr = static_cast<const PostfixExpr*>(expr)->x;
        break;
      case NodeKind::IndexExpr:
        expr = static_cast<const IndexExpr*>(expr)->x;
        break;
      case NodeKind::SelectorExpr:
        expr = static_cast<const SelectorExpr*>(expr)->x;
        break;
      case NodeKind::BinaryExpr:
        if (endsColumns(static_cast<const BinaryExpr*>(expr)->y)) return true;
        expr = static_cast<const BinaryExpr*>(expr)->x;
        break;
      case NodeKind::CallExpr:
        for (const Expr* argument : static_cast<const CallExpr*>(expr)->args) {
          if (endsColumns(argument)) return true;
        }
        return false;
      default:
        return false;
    }
  }
  return false;
}

/// Comments in front of an import need the parenthesised form; those behind it do not.
bool isBareImport(const ImportSpec& spec) {
  for (const CommentGroup* group = spec.comments; group != nullptr; group = group->next) {
    if (group->position <= 1) return false;
  }
  return true;
}

Token fallbackKeyword(const Comprehension& comprehension) {
  const bool single = comprehension.clauses.size() == 1 && !comprehension.clauses[0]->is<ForClause>();
  return single ? Token::Else : Token::Otherwise;
}

/// Nodes that stand on a line of their own unless their position says otherwise.
bool wantsOwnLine(Pos pos) {
  return pos.space == Space::Unset || pos.space >= Space::Newline;
}

}  // namespace

bool hasComments(const Decl& decl) {
  if (decl.comments != nullptr) return true;
  if (const auto* field = decl.as<Field>()) return field->label->comments != nullptr;
  if (const auto* alias = decl.as<Alias>()) return alias->ident->comments != nullptr;
  if (const auto* let = decl.as<LetClause>()) return let->ident->comments != nullptr;
  return false;
}

bool meansEllipsis(const Decl& decl) {
  if (decl.is<Ellipsis>()) return true;
  const auto* field = decl.as<Field>();
  if (field == nullptr || field->value == nullptr || !isTop(*field->value)) return false;
  const auto* list = field->label->as<ListLit>();
  if (list == nullptr || list->elements.size() != 1) return false;
  const auto* ident = list->elements[0]->as<Ident>();
  return ident != nullptr && (ident->name == "string" || ident->name == "_");
}

void Formatter::file(const File& file) {
  before(&file);
  declList(file.decls);
  after();
  writeHeld();
  out_.finish();
}

void Formatter::betweenDecls(const Decl& previous, const Decl& next, int depth) {
  space(ws::kDeclComma);
  const int nextDepth = depthOf(next);
  if (current_.parentSeparator == ws::kNewline && (depth == 0 || nextDepth != depth)) space(formfeed());
  if (!hasComments(next)) return;
  const auto* field = previous.as<Field>();
  if (field == nullptr || isDefinition(*field->label)) space(ws::kNewSection);
}

void Formatter::declList(NodeList<Decl> list) {
  before(nullptr);
  int depth = 0;
  const Decl* rest = nullptr;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Decl& each = *list[i];
    if (i > 0) betweenDecls(*list[i - 1], each, depth);
    if (options_.simplify && meansEllipsis(each)) {
      rest = &each;
      continue;
    }
    decl(each);
    writeHeld();
    depth = depthOf(each);
    if (i + 1 < list.size()) {
      const auto* next = list[i + 1]->as<Field>();
      const Expr* value = next == nullptr ? nullptr : next->value;
      const auto* literal = value == nullptr ? nullptr : value->as<StructLit>();
      const bool block = literal != nullptr && (literal->lbrace.present() || literal->elements.size() != 1);
      if (block || (value != nullptr && value->is<ListLit>())) {
        space(formfeed());
        continue;
      }
    }
    space(current_.parentSeparator);
  }
  if (rest != nullptr) {
    Ellipsis plain{Pos{}};
    plain.comments = rest->comments;
    decl(plain);
    space(current_.parentSeparator);
  }
  after();
}

void Formatter::decl(const Decl& decl) {
  before(&decl);
  switch (decl.kind) {
    case NodeKind::Field:
      field(static_cast<const Field&>(decl));
      break;
    case NodeKind::Package:
      out_.place(decl.pos);
      word("package");
      space(ws::kBlank);
      out_.identifier(static_cast<const Package&>(decl).name->name);
      space(ws::kNewSection | ws::kNoOverride);
      break;
    case NodeKind::ImportDecl:
      imports(static_cast<const ImportDecl&>(decl));
      break;
    case NodeKind::LetClause:
      letDecl(static_cast<const LetClause&>(decl));
      break;
    case NodeKind::EmbedDecl: {
      const Expr& expression = *static_cast<const EmbedDecl&>(decl).expr;
      if (wantsOwnLine(firstOf(expression))) space(ws::kFormfeed);
      expr(expression);
      space(ws::kNewline);
      break;
    }
    case NodeKind::Attribute:
      start(decl.pos);
      out_.attribute(static_cast<const Attribute&>(decl).text);
      break;
    case NodeKind::CommentGroup:
      writeComment(static_cast<const CommentGroup&>(decl));
      space(ws::kNewSection);
      break;
    case NodeKind::BadDecl:
      word("_|_");
      space(ws::kDeclComma);
      break;
    default:
      embedding(decl);
  }
  after();
}

Pos Formatter::labelPos(const Field& field) const {
  return plainLabels_.contains(field.label) ? Pos{} : firstPos(*field.label);
}

/// The field that may follow on the same line without braces, as in `a: b: 1`; or null.
const Field* Formatter::inlineField(const Field& field) const {
  if (labelPos(field).absent() && !(options_.simplify && isRegular(field))) return nullptr;
  const auto* literal = field.value == nullptr ? nullptr : field.value->as<StructLit>();
  if (literal == nullptr || literal->elements.size() != 1) return nullptr;
  if (literal->lbrace.present() && (!options_.simplify || hasComments(field))) return nullptr;
  if (!field.attributes.empty()) return nullptr;
  const auto* inner = literal->elements[0]->as<Field>();
  if (inner == nullptr || !inner->attributes.empty() || hasComments(*inner)) return nullptr;
  return inner;
}

void Formatter::postfixAlias(const PostfixAlias& alias) {
  out_.place(alias.pos);
  tok(Token::Tilde);
  space(ws::kNoBlank);
  out_.place(alias.lparen);
  tok(Token::LParen);
  space(ws::kNoBlank);
  if (alias.label != nullptr) {
    expr(*alias.label);
    out_.place(alias.comma);
    tok(Token::Comma);
    space(ws::kNoBlank);
  }
  expr(*alias.field);
  out_.place(alias.rparen);
  tok(Token::RParen);
  space(ws::kNoBlank);
}

void Formatter::field(const Field& field) {
  label(*field.label);
  if (field.alias != nullptr) postfixAlias(*field.alias);
  if (field.constraint != Token::Illegal) tok(field.constraint);
  space(ws::kNoBlank | ws::kNoOverride);
  out_.place(field.colon);
  tok(Token::Colon);
  writeComments(current_.position);

  if (const Field* inner = inlineField(field)) {
    if (!options_.simplify && beginsLine(*inner->label)) {
      space(ws::kIndent | ws::kFormfeed);
      decl(*inner);
      out_.outdent();
    } else {
      space(ws::kBlank | ws::kNoOverride);
      decl(*inner);
    }
    return;
  }

  const bool block = endsColumns(field.value);
  const ws::Set tab = block || out_.braceOnLine() ? ws::kBlank : ws::kColumn;
  space(tab);
  if (field.value == nullptr) {
    skipToken();
  } else if (field.value->is<ListLit>() || field.value->is<StructLit>()) {
    expr(*field.value);
  } else {
    space(ws::kIndent);
    expr(*field.value);
    out_.popIndent();
  }
  ws::Set gap = tab;
  for (const Attribute* attribute : field.attributes) {
    before(attribute);
    space(gap);
    start(attribute->pos);
    out_.attribute(attribute->text);
    after();
    gap = ws::kBlank;
  }
  if (block) space(ws::kFormfeed);
}

void Formatter::imports(const ImportDecl& decl) {
  out_.place(decl.pos);
  word("import");
  space(ws::kBlank);
  const auto specs = [&] {
    before(nullptr);
    for (const ImportSpec* spec : decl.specs) {
      before(spec);
      importSpec(*spec);
      after();
    }
    after();
  };
  if (decl.specs.empty()) {
    out_.place(decl.lparen);
    tok(Token::LParen);
    out_.place(decl.rparen);
    tok(Token::RParen);
    space(ws::kNewline);
  } else if (decl.specs.size() == 1 && isBareImport(*decl.specs[0]) && decl.lparen.absent()) {
    specs();
  } else {
    out_.place(decl.lparen);
    tok(Token::LParen);
    space(ws::kNewline | ws::kIndent);
    specs();
    space(ws::kUnindent | ws::kNewline);
    out_.place(decl.rparen);
    tok(Token::RParen);
    space(ws::kNewline);
  }
  if (!decl.specs.empty()) space(ws::kNewSection | ws::kNoOverride);
}

void Formatter::importSpec(const ImportSpec& spec) {
  if (spec.name != nullptr) {
    label(*spec.name);
    space(ws::kBlank);
  } else {
    skipToken();
  }
  expr(*spec.path);
  space(ws::kNewline);
}

void Formatter::letDecl(const LetClause& let) {
  if (wantsOwnLine(firstOf(let))) space(ws::kFormfeed);
  start(let.pos);
  tok(Token::Let);
  space(ws::kBlank | ws::kNoOverride);
  expr(*let.ident);
  space(ws::kBlank | ws::kNoOverride);
  out_.place(let.equal);
  tok(Token::Bind);
  space(ws::kBlank);
  expr(*let.expr);
  space(ws::kDeclComma);
}

void Formatter::embedding(const Expr& expression) {
  switch (expression.kind) {
    case NodeKind::Comprehension:
      if (wantsOwnLine(firstOf(expression))) space(ws::kFormfeed);
      comprehension(static_cast<const Comprehension&>(expression));
      break;
    case NodeKind::Ellipsis:
      ellipsis(static_cast<const Ellipsis&>(expression));
      break;
    case NodeKind::Alias: {
      const auto& alias = static_cast<const Alias&>(expression);
      if (wantsOwnLine(firstOf(expression))) space(ws::kFormfeed);
      expr(*alias.ident);
      space(ws::kBlank);
      out_.place(alias.equal);
      tok(Token::Bind);
      space(ws::kBlank);
      expr(*alias.expr);
      space(ws::kDeclComma);
      break;
    }
    default:
      rawExpr(expression, 0, 1);
  }
}

void Formatter::comprehension(const Comprehension& comprehension) {
  clauses(comprehension.clauses);
  space(ws::kBlank | ws::kNoOverride);
  expr(*comprehension.value);
  if (comprehension.fallback == nullptr) return;
  space(ws::kBlank);
  out_.place(comprehension.fallback->pos);
  tok(fallbackKeyword(comprehension));
  space(ws::kBlank);
  expr(*comprehension.fallback->body);
}

void Formatter::clauses(NodeList<Clause> list) {
  before(nullptr);
  for (std::size_t i = 0; i < list.size(); ++i) {
    before(list[i]);
    if (i > 0) space(ws::kBlank);
    clause(*list[i]);
    after();
  }
  after();
}

void Formatter::clause(const Clause& clause) {
  const auto assignment = [&](const Ident& ident, Pos equal, const Expr& value) {
    space(ws::kBlank | ws::kNoOverride | ws::kIndent);
    expr(ident);
    space(ws::kBlank | ws::kNoOverride);
    out_.place(equal);
    tok(Token::Bind);
    space(ws::kBlank);
    expr(value);
    out_.popIndent();
  };
  switch (clause.kind) {
    case NodeKind::ForClause: {
      const auto& loop = static_cast<const ForClause&>(clause);
      start(loop.pos);
      word("for");
      space(ws::kBlank | ws::kIndent);
      if (loop.key != nullptr) {
        label(*loop.key);
        out_.place(loop.comma);
        tok(Token::Comma);
        space(ws::kBlank);
      } else {
        skipToken();
      }
      label(*loop.value);
      space(ws::kBlank);
      out_.place(loop.in);
      word("in");
      space(ws::kBlank);
      expr(*loop.source);
      out_.popIndent();
      break;
    }
    case NodeKind::IfClause:
      start(clause.pos);
      word("if");
      space(ws::kBlank | ws::kIndent);
      expr(*static_cast<const IfClause&>(clause).condition);
      out_.popIndent();
      break;
    case NodeKind::LetClause: {
      const auto& let = static_cast<const LetClause&>(clause);
      start(let.pos);
      tok(Token::Let);
      assignment(*let.ident, let.equal, *let.expr);
      break;
    }
    case NodeKind::TryClause: {
      const auto& attempt = static_cast<const TryClause&>(clause);
      start(attempt.pos);
      tok(Token::Try);
      if (attempt.ident != nullptr) assignment(*attempt.ident, attempt.equal, *attempt.expr);
      break;
    }
    default:
      break;
  }
}

void Formatter::labelText(Pos pos, std::string_view name) {
  start(pos);
  word(name);
}

void Formatter::label(const Label& label) {
  if (const auto plain = plainLabels_.find(&label); plain != plainLabels_.end()) {
    before(nullptr);
    labelText(Pos{}, plain->second);
    after();
    return;
  }
  before(&label);
  switch (label.kind) {
    case NodeKind::Ident: {
      const std::string_view name = static_cast<const Ident&>(label).name;
      labelText(label.pos, isIdentifier(name) ? std::string(name) : quoteString(name));
      break;
    }
    case NodeKind::BasicLit: {
      const std::string_view text = static_cast<const BasicLit&>(label).text;
      std::string written(text);
      if (text.starts_with("\"\"\"") || text.starts_with('#')) {
        if (const auto value = unquote(text)) written = quoteString(value->text);
      }
      labelText(label.pos, written);
      break;
    }
    default:
      expr(label);
  }
  after();
}

}  // namespace puppis::cue
