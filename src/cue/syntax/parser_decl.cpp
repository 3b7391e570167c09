// SPDX-License-Identifier: Apache-2.0
// The parser's declarations: fields, comprehensions, lets, imports, the file.
#include <algorithm>
#include <string>

#include "base/strings.h"
#include "cue/syntax/literal.h"
#include "cue/syntax/parser.h"
#include "cue/syntax/unicode.h"

namespace puppis::cue {

namespace {

bool isLabelKind(const Expr& expr) {
  switch (expr.kind) {
    case NodeKind::Ident:
    case NodeKind::Interpolation:
    case NodeKind::ListLit:
    case NodeKind::Alias:
    case NodeKind::ParenExpr:
      return true;
    case NodeKind::BasicLit: {
      const Token token = static_cast<const BasicLit&>(expr).token;
      return token == Token::String || token == Token::Null || token == Token::True || token == Token::False;
    }
    default:
      return false;
  }
}

bool isDefinition(std::string_view name) {
  return name.starts_with('#') || name.starts_with("_#");
}

bool isImportPath(std::string_view literal) {
  constexpr std::string_view kIllegal = "!\"#$%&'()*,:;<=>?[\\]^{|}`\uFFFD";
  const auto value = unquote(literal);
  if (!value) return false;
  std::string_view path = value->text;
  if (const std::size_t colon = path.rfind(':'); colon != std::string_view::npos)
    path = path.substr(0, colon);
  for (std::size_t i = 0; i < path.size();) {
    std::size_t size = 1;
    const char32_t rune = decodeRune(path, i, size);
    if (!isPrintRune(rune) || isSpaceRune(rune) ||
        kIllegal.find(path.substr(i, size)) != std::string_view::npos) {
      return false;
    }
    i += size;
  }
  return !path.empty();
}

}  // namespace

void Parser::consumeDeclComma() {
  if (atComma("struct literal", {Token::RBrace, Token::Eof})) next();
}

StructLit* Parser::parseStruct() {
  auto* literal = make<StructLit>();
  literal->pos = literal->lbrace = expect(Token::LBrace);
  const std::size_t base = scratch_.size();
  if (!at(Token::RBrace)) parseFieldList();
  literal->elements = takeScratch(base);
  literal->rbrace = expectClosing(Token::RBrace, "struct literal");
  literal->end = behind(literal->rbrace, 1);
  return literal;
}

/// Pushes the declarations up to a closing brace or the end onto scratch_.
void Parser::parseFieldList() {
  comments_.openList();
  while (!at(Token::RBrace) && !at(Token::Eof)) {
    if (at(Token::Attribute)) {
      scratch_.push_back(parseAttribute());
      consumeDeclComma();
    } else if (at(Token::Ellipsis)) {
      const Scope scope = comments_.open();
      auto* ellipsis = make<Ellipsis>(token_.pos);
      ellipsis->end = token_.end;
      next();
      scratch_.push_back(closed(scope, ellipsis));
      consumeDeclComma();
    } else {
      scratch_.push_back(parseField());
    }
  }
  comments_.closeList();
}

Attribute* Parser::parseAttribute() {
  const Scope scope = comments_.open();
  auto* attribute = make<Attribute>(token_.pos, token_.end, token_.text);
  next();
  return closed(scope, attribute);
}

void Parser::parseConstraint(Field& field) {
  if (!at(Token::Option) && !at(Token::Not)) return;
  field.constraint = token_.token;
  next();
}

Decl* Parser::parseField() {
  const Scope scope = comments_.open();
  const Pos start = token_.pos;
  const Token first = token_.token;
  LabelResult head = parseLabel(false);
  if (head.decl != nullptr) return closed(scope, head.decl);
  if (head.label == nullptr) {
    Expr* expr = head.expr != nullptr ? head.expr : parseExpr();
    if (expr->is<Alias>()) {
      faultExpected(token_.pos, "label or ':'");
      consumeDeclComma();
      return closed(scope, make<BadDecl>(start, token_.pos.offset));
    }
    auto* embed = make<EmbedDecl>();
    embed->expr = expr;
    embed->pos = expr->pos;
    embed->end = endOf(expr);
    consumeDeclComma();
    return closed(scope, embed);
  }
  auto* field = make<Field>();
  return closed(scope, parseFieldTail(field, head, first, start));
}

Decl* Parser::parseFieldTail(Field* first, const LabelResult& head, Token firstToken, Pos start) {
  Field* field = first;
  field->label = head.label;
  field->pos = head.label->pos;
  field->alias = parsePostfixAlias();
  parseConstraint(*field);

  const auto embedding = [&]() -> Decl* {
    switch (firstToken) {
      case Token::Ident:
      case Token::LBrack:
      case Token::LParen:
      case Token::String:
      case Token::Interpolation:
      case Token::Null:
      case Token::True:
      case Token::False:
      case Token::For:
      case Token::If:
      case Token::Let:
      case Token::In:
      case Token::Try:
      case Token::Else:
      case Token::Fallback:
      case Token::Otherwise:
        break;
      default:
        return nullptr;
    }
    if (head.expr->is<Alias>()) return nullptr;
    auto* embed = make<EmbedDecl>();
    embed->expr = head.expr;
    embed->pos = head.expr->pos;
    embed->end = endOf(head.expr);
    return embed;
  };
  const auto bad = [&]() -> Decl* {
    faultExpected(token_.pos, "label or ':'");
    return make<BadDecl>(start, token_.pos.offset);
  };

  switch (token_.token) {
    case Token::Colon:
      if (const auto* ident = head.label->as<Ident>()) checkDeclared(*ident);
      break;
    case Token::Comma: {
      expectComma();
      Decl* embed = embedding();
      return embed != nullptr ? embed : bad();
    }
    case Token::RBrace:
    case Token::Eof:
      if (Decl* embed = embedding()) return embed;
      return bad();
    default:
      return bad();
  }
  field->colon = expect(Token::Colon);

  std::vector<Field*> chain = {field};
  for (;;) {
    if (const auto* list = field->label->as<ListLit>(); list != nullptr && list->elements.size() != 1) {
      fault(list->pos, "square brackets as a label must have exactly one element");
    }
    const LabelResult rest = parseLabel(true);
    const bool another = rest.label != nullptr &&
                         (at(Token::Colon) || at(Token::Option) || at(Token::Not) || at(Token::Tilde));
    if (!another) {
      field->value = rest.expr != nullptr ? rest.expr : parseExpr();
      break;
    }
    auto* inner = make<Field>();
    inner->label = rest.label;
    inner->pos = rest.label->pos;
    Decl** only = file_.arena.array<Decl*>(1);
    only[0] = inner;
    auto* literal = make<StructLit>();
    literal->pos = inner->pos;
    literal->elements = {only, 1};
    field->value = literal;
    field = inner;
    field->alias = parsePostfixAlias();
    parseConstraint(*field);
    field->colon = expect(Token::Colon);
    chain.push_back(field);
    if (chain.size() > kMaxChain) {
      fault(field->pos, "too many labels in one field", "at most " + std::to_string(kMaxChain));
      bail();
    }
  }

  comments_.openList();
  const std::size_t base = scratch_.size();
  while (at(Token::Attribute)) scratch_.push_back(parseAttribute());
  field->attributes = takeScratchAs<Attribute>(base);
  comments_.closeList();

  const std::uint32_t end = field->attributes.empty() ? endOf(field->value) : field->attributes.back()->end;
  for (Field* each : chain) {
    each->end = end;
    if (each != chain.back()) each->value->end = end;
  }
  consumeDeclComma();
  return first;
}

Parser::LabelResult Parser::parseLabel(bool rightHandSide) {
  LabelResult out;
  switch (token_.token) {
    case Token::For:
    case Token::If:
    case Token::Try: {
      if (rightHandSide) {
        out.expr = parseExpr();
        break;
      }
      Ident* name = nullptr;
      if (Decl* comprehension = parseComprehensionDecl(name)) {
        out.decl = comprehension;
        return out;
      }
      out.expr = name;
      break;
    }
    case Token::Let: {
      Ident* name = nullptr;
      if (Decl* let = parseLetDecl(name)) {
        out.decl = let;
        return out;
      }
      out.expr = name;
      break;
    }
    case Token::Else:
    case Token::Fallback:
    case Token::Otherwise:
    case Token::Ident:
    case Token::String:
    case Token::Interpolation:
    case Token::LParen:
    case Token::Null:
    case Token::True:
    case Token::False:
    case Token::In:
    case Token::Func:
    case Token::LBrack:
      out.expr = parseExpr();
      break;
    default:
      return out;
  }
  if (out.expr->is<Ident>()) {
    out.expr = parseAlias(out.expr);
    if (const auto* alias = out.expr->as<Alias>()) {
      if (!isLabelKind(*alias->expr)) return out;
    } else if (!out.expr->is<Ident>()) {
      return out;
    }
    out.label = out.expr;
    return out;
  }
  if (isLabelKind(*out.expr)) out.label = out.expr;
  return out;
}

PostfixAlias* Parser::parsePostfixAlias() {
  if (!at(Token::Tilde)) return nullptr;
  if (!file_.experiments.aliasV2) fault(token_.pos, "postfix aliases require @experiment(aliasv2)");
  auto* alias = make<PostfixAlias>(token_.pos);
  next();
  if (at(Token::Ident)) {
    alias->field = parseIdent();
    alias->end = alias->field->end;
    return alias;
  }
  if (!at(Token::LParen)) {
    faultExpected(token_.pos, "identifier or '('");
    return nullptr;
  }
  alias->lparen = token_.pos;
  next();
  if (!at(Token::Ident)) {
    faultExpected(token_.pos, "identifier for label alias");
    return nullptr;
  }
  alias->field = parseIdent();
  if (!at(Token::RParen)) {
    alias->label = alias->field;
    alias->comma = expect(Token::Comma);
    if (!alias->comma.hasOffset()) return alias;
    if (!at(Token::Ident)) {
      faultExpected(token_.pos, "identifier for field alias");
      return alias;
    }
    alias->field = parseIdent();
  }
  alias->rparen = expect(Token::RParen);
  alias->end = behind(alias->rparen, 1);
  return alias;
}

/// A let declaration; or null and in `name` the keyword, which is a name here.
Decl* Parser::parseLetDecl(Ident*& name) {
  const Scope scope = comments_.open();
  const LexToken keyword = token_;
  const Pos pos = expect(Token::Let);
  if (!at(Token::Ident)) {
    name = closed(scope, make<Ident>(pos, keyword.end, keyword.text));
    return nullptr;
  }
  auto* let = make<LetClause>();
  let->pos = pos;
  let->ident = parseDeclaredIdent();
  let->equal = expect(Token::Bind);
  let->expr = parseExpr();
  let->end = endOf(let->expr);
  consumeDeclComma();
  return closed(scope, let);
}

/// A comprehension; or null and in `name` the keyword, which is a name here.
Decl* Parser::parseComprehensionDecl(Ident*& name) {
  const Scope scope = comments_.open();
  const LexToken keyword = token_;
  const ClausesResult clauses = parseClauses();
  if (clauses.isName) {
    name = closed(clauses.scope, make<Ident>(keyword.pos, keyword.end, keyword.text));
    comments_.close(scope, nullptr);
    return nullptr;
  }
  return closed(scope, parseComprehensionBody(clauses.clauses, "struct literal", Token::RBrace));
}

Comprehension* Parser::parseComprehensionBody(NodeList<Clause> clauses, std::string_view context,
                                              Token closer) {
  auto* comprehension = make<Comprehension>();
  comprehension->clauses = clauses;
  const Scope scope = comments_.open();
  comprehension->value = closed(scope, parseStruct());
  if (at(Token::Else) || at(Token::Fallback) || at(Token::Otherwise)) {
    comprehension->fallback = parseFallback(clauses);
  }
  comprehension->pos = clauses.empty() ? comprehension->value->pos : clauses.front()->pos;
  comprehension->end =
      comprehension->fallback != nullptr ? comprehension->fallback->end : comprehension->value->end;
  if (atComma(context, {closer})) next();
  return comprehension;
}

Parser::ClausesResult Parser::parseClauses() {
  ClausesResult out;
  const std::size_t base = scratch_.size();
  for (bool first = true;; first = false) {
    switch (token_.token) {
      case Token::For:
      case Token::If: {
        const Token keyword = token_.token;
        const Scope scope = comments_.open();
        const Pos pos = expect(keyword);
        bool isName = false;
        if (first) {
          switch (token_.token) {
            case Token::Colon:
            case Token::Bind:
            case Token::Option:
            case Token::Comma:
            case Token::Eof:
              isName = true;
              break;
            case Token::Not:
              isName = keyword == Token::For || peek().token == Token::Colon;
              break;
            default:
              break;
          }
        }
        if (isName) {
          scratch_.resize(base);
          out.isName = true;
          out.scope = scope;
          return out;
        }
        if (keyword == Token::For) {
          scratch_.push_back(parseForClause(scope, pos));
        } else {
          auto* guard = make<IfClause>();
          guard->pos = pos;
          guard->condition = parseExpr();
          guard->end = endOf(guard->condition);
          scratch_.push_back(closed(scope, guard));
        }
        break;
      }
      case Token::Let:
        scratch_.push_back(parseLetClause());
        break;
      case Token::Try:
        scratch_.push_back(parseTryClause());
        break;
      default:
        out.clauses = takeScratch(base);
        return out;
    }
    if (at(Token::Comma)) next();
  }
}

Clause* Parser::parseForClause(Scope scope, Pos keyword) {
  auto* clause = make<ForClause>();
  clause->pos = keyword;
  clause->value = parseDeclaredIdent();
  if (at(Token::Comma)) {
    clause->comma = expect(Token::Comma);
    clause->key = clause->value;
    clause->value = parseDeclaredIdent();
  }
  comments_.setPosition(scope, 4);
  clause->in = expect(Token::In);
  clause->source = parseExpr();
  clause->end = endOf(clause->source);
  return closed(scope, clause);
}

Clause* Parser::parseLetClause() {
  const Scope scope = comments_.open();
  auto* clause = make<LetClause>();
  clause->pos = expect(Token::Let);
  clause->ident = parseDeclaredIdent();
  clause->equal = expect(Token::Bind);
  clause->expr = parseExpr();
  clause->end = endOf(clause->expr);
  return closed(scope, clause);
}

Clause* Parser::parseTryClause() {
  const Scope scope = comments_.open();
  auto* clause = make<TryClause>();
  clause->pos = expect(Token::Try);
  clause->end = behind(clause->pos, 3);
  if (at(Token::Ident)) {
    clause->ident = parseIdent();
    clause->equal = expect(Token::Bind);
    clause->expr = parseExpr();
    clause->end = endOf(clause->expr);
  }
  return closed(scope, clause);
}

FallbackClause* Parser::parseFallback(NodeList<Clause> clauses) {
  const Scope scope = comments_.open();
  if (!file_.experiments.tryClauses) {
    fault(token_.pos, std::string(tokenText(token_.token)) + " requires @experiment(try)");
  }
  const bool guard = clauses.size() == 1 && (clauses[0]->is<IfClause>() || clauses[0]->is<TryClause>());
  if (guard && !at(Token::Else)) {
    fault(token_.pos, "wrong keyword behind a single 'if' or 'try' clause", "else");
  } else if (!guard && at(Token::Else)) {
    fault(token_.pos, "wrong keyword behind several clauses or a 'for' clause", "otherwise");
  }
  auto* clause = make<FallbackClause>();
  clause->pos = token_.pos;
  clause->keyword = token_.token;
  next();
  clause->body = parseStruct();
  clause->end = clause->body->end;
  return closed(scope, clause);
}

void Parser::parsePackage() {
  const Scope scope = comments_.open();
  auto* package = make<Package>();
  package->pos = expect(Token::Ident);
  package->name = parseIdent();
  package->end = package->name->end;
  if (isDefinition(package->name->name)) {
    fault(package->name->pos, "invalid package name " + std::string(package->name->name));
  }
  scratch_.push_back(package);
  expectComma();
  comments_.close(scope, package);
}

ImportSpec* Parser::parseImportSpec() {
  const Scope scope = comments_.open();
  auto* spec = make<ImportSpec>();
  spec->pos = token_.pos;
  if (at(Token::Ident)) {
    spec->name = parseDeclaredIdent();
    if (isDefinition(spec->name->name)) fault(token_.pos, "a package cannot be imported as a definition");
  }
  const std::string_view path = token_.text;
  const std::uint32_t end = token_.end;
  const Pos pos = expect(Token::String);
  if (pos.hasOffset() && !isImportPath(path)) fault(pos, "invalid import path: " + std::string(path));
  expectComma();
  spec->path = make<BasicLit>(pos, end, Token::String, path);
  spec->end = end;
  return closed(scope, spec);
}

ImportDecl* Parser::parseImports() {
  const Scope scope = comments_.open();
  auto* imports = make<ImportDecl>();
  imports->pos = parseIdent()->pos;
  const std::size_t base = scratch_.size();
  if (at(Token::LParen)) {
    imports->lparen = token_.pos;
    next();
    comments_.openList();
    while (!at(Token::RParen) && !at(Token::Eof)) scratch_.push_back(parseImportSpec());
    comments_.closeList();
    imports->rparen = expect(Token::RParen);
    imports->end = behind(imports->rparen, 1);
    expectComma();
  } else {
    ImportSpec* spec = parseImportSpec();
    scratch_.push_back(spec);
    imports->end = spec->end;
  }
  imports->specs = takeScratchAs<ImportSpec>(base);
  return closed(scope, imports);
}

void Parser::readExperiments(const std::vector<std::string_view>& bodies, Pos place) {
  const std::string& version = options_.languageVersion;
  const auto since = [&](std::string_view needed) {
    return version.empty() || compareVersions(version, needed) >= 0;
  };
  Experiments& on = file_.experiments;
  on = Experiments{};
  on.structCmp = since("v0.15.0");
  for (const std::string_view body : bodies) {
    for (const std::string& part : split(body, ',')) {
      const std::string_view name = trim(part);
      std::string_view needed;
      bool* flag = nullptr;
      bool settled = false;  // switched on for good, or for tests of the language only
      if (name == "structcmp") {
        needed = "v0.14.0";
        flag = &on.structCmp;
      } else if (name == "explicitopen") {
        needed = "v0.15.0";
        flag = &on.explicitOpen;
      } else if (name == "aliasv2") {
        needed = "v0.15.0";
        flag = &on.aliasV2;
      } else if (name == "try") {
        needed = "v0.16.0";
        flag = &on.tryClauses;
      } else if (name == "shortcircuit") {
        needed = "v0.17.0";
        flag = &on.shortCircuit;
      } else if (name == "testing" || name == "accepted_") {
        needed = "v0.13.0";
        settled = true;
      }
      if (flag == nullptr && !settled) {
        fault(place, "unknown experiment \"" + std::string(name) + "\"");
      } else if (!since(needed)) {
        fault(place,
              "cannot set experiment \"" + std::string(name) + "\" before version " + std::string(needed));
      } else if (flag != nullptr) {
        *flag = true;
      }
    }
  }
}

void Parser::parseFile() {
  // A text whose very first token is broken is most likely no CUE at all.
  if (!faults_.empty()) return;
  comments_.openList();
  std::vector<std::string_view> experiments;
  while (at(Token::Attribute)) {
    Attribute* attribute = parseAttribute();
    if (attribute->name() == "experiment") experiments.push_back(attribute->body());
    scratch_.push_back(attribute);
    consumeDeclComma();
  }
  readExperiments(experiments, token_.pos);
  if (!faults_.empty()) return;
  if (at(Token::Ident) && token_.text == "package") parsePackage();
  while (at(Token::Attribute)) {
    scratch_.push_back(parseAttribute());
    consumeDeclComma();
  }
  while (at(Token::Ident) && token_.text == "import") scratch_.push_back(parseImports());
  if (!options_.importsOnly) {
    parseFieldList();
    expect(Token::Eof);
  }
  file_.decls = takeScratch(0);
  comments_.closeList();
  if (!file_.decls.empty()) {
    file_.pos = file_.decls.front()->pos;
    file_.end = file_.decls.back()->end;
  }
  comments_.closeFile(&file_);
}

}  // namespace puppis::cue
