// SPDX-License-Identifier: Apache-2.0
#include "cue/load/tags.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "cue/syntax/build.h"
#include "cue/syntax/literal.h"
#include "cue/syntax/parse.h"

namespace puppis::cue {

namespace {

/// A field that takes a value by name.
struct Tag {
  std::string key;
  std::string type = "string";
  std::vector<std::string> shorthands;
  std::string variable;
  File* file = nullptr;
  Field* field = nullptr;
  bool set = false;
};

Error faultAt(const File& file, const Node& node, std::string message) {
  return Error(ErrorCode::InvalidArgument, std::move(message)).at(file.locate(node));
}

Result<Tag> readTag(File& file, Field& field, const Attribute& attribute) {
  Tag out;
  out.file = &file;
  out.field = &field;
  const std::vector<AttributeArgument> arguments = attributeArguments(attribute.body());
  if (!arguments.empty() && arguments[0].key.empty()) out.key = arguments[0].value;
  if (!isIdentifier(out.key)) return fail(faultAt(file, attribute, "invalid identifier \"" + out.key + "\""));
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const AttributeArgument& argument = arguments[i];
    if (argument.key == "type") {
      out.type = argument.value;
      if (out.type != "string" && out.type != "int" && out.type != "number" && out.type != "bool") {
        return fail(faultAt(file, attribute, "invalid type \"" + out.type + "\"")
                        .expected("string, int, number or bool"));
      }
    } else if (argument.key == "short") {
      out.shorthands = split(argument.value, '|');
    } else if (argument.key == "var") {
      out.variable = argument.value;
    }
  }
  return out;
}

/// Collects the tags of a file, and complains of those that stand where no value can be injected.
class TagFinder {
 public:
  TagFinder(File& file, std::vector<Tag>& tags, std::vector<Error>& errors)
      : file_(file), tags_(tags), errors_(errors) {}

  void visit(Node& node) {
    switch (node.kind) {
      case NodeKind::ListLit:
        return forbid(node, "@tag not allowed within lists");
      case NodeKind::Comprehension:
        return forbid(node, "@tag not allowed within comprehension");
      case NodeKind::Field: {
        auto& field = static_cast<Field&>(node);
        if (field.constraint != Token::Illegal || !isNamed(*field.label)) {
          return forbid(node, "@tag not allowed within field constraint");
        }
        for (const Attribute* attribute : field.attributes) {
          if (attribute->name() != "tag") continue;
          auto tag = readTag(file_, field, *attribute);
          if (tag) {
            tags_.push_back(std::move(*tag));
          } else {
            errors_.push_back(tag.error());
          }
        }
        break;
      }
      default:
        break;
    }
    // The tree is not shared yet, so that its nodes may be changed.
    forEachChild(node, [&](const Node& child) { visit(const_cast<Node&>(child)); });
  }

 private:
  static bool isNamed(const Label& label) {
    if (const auto* alias = label.as<Alias>()) return isNamed(*alias->expr);
    return label.is<Ident>() || label.is<BasicLit>();
  }

  void forbid(const Node& root, const char* message) {
    walk(&root, [&](const Node& node) {
      const auto* field = node.as<Field>();
      if (field == nullptr) return true;
      for (const Attribute* attribute : field->attributes) {
        if (attribute->name() == "tag") errors_.push_back(faultAt(file_, *attribute, message));
      }
      return true;
    });
  }

  File& file_;
  std::vector<Tag>& tags_;
  std::vector<Error>& errors_;
};

/// The text of -t as an expression of the tag's type.
Result<Expr*> valueOf(const Tag& tag, const std::string& text, TreeBuilder& builder) {
  const auto bad = [&] {
    return fail(Error(ErrorCode::InvalidArgument, "invalid value for tag \"" + tag.key + "\"")
                    .expected(tag.type)
                    .found("\"" + text + "\""));
  };
  if (tag.type == "bool") {
    if (text != "true" && text != "false") return bad();
    return builder.boolean(text == "true");
  }
  if (tag.type == "int" || tag.type == "number") {
    std::string_view digits = text;
    const bool negative = digits.starts_with('-');
    if (negative || digits.starts_with('+')) digits.remove_prefix(1);
    const auto number = parseNumber(digits);
    if (!number || (tag.type == "int" && !number->isInt)) return bad();
    Expr* literal = builder.literal(number->isInt ? Token::Int : Token::Float, digits);
    return negative ? builder.unary(Token::Sub, literal) : literal;
  }
  return builder.string(text);
}

/// Evaluates the expression of `@if(...)`: names, !, && and ||.
Result<bool> holds(const Expr& expr, const std::function<bool(const std::string&)>& isSet) {
  if (const auto* ident = expr.as<Ident>()) return isSet(std::string(ident->name));
  if (const auto* inner = expr.as<ParenExpr>()) return holds(*inner->x, isSet);
  if (const auto* unary = expr.as<UnaryExpr>(); unary != nullptr && unary->op == Token::Not) {
    TRY(const bool x, holds(*unary->x, isSet));
    return !x;
  }
  const auto* binary = expr.as<BinaryExpr>();
  if (binary != nullptr && (binary->op == Token::LAnd || binary->op == Token::LOr)) {
    TRY(const bool x, holds(*binary->x, isSet));
    TRY(const bool y, holds(*binary->y, isSet));
    return binary->op == Token::LAnd ? x && y : x || y;
  }
  return fail(ErrorCode::InvalidArgument, "invalid expression in @if: only names, !, &&, || and parentheses");
}

}  // namespace

std::vector<AttributeArgument> attributeArguments(std::string_view body) {
  std::vector<AttributeArgument> out;
  std::size_t begin = 0;
  int open = 0;
  char quote = 0;
  const auto add = [&](std::string_view part) {
    part = trim(part);
    AttributeArgument argument;
    const std::size_t equal = part.find('=');
    std::string_view value = part;
    if (equal != std::string_view::npos && !part.starts_with('"') && !part.starts_with('\'')) {
      argument.key = trim(part.substr(0, equal));
      value = trim(part.substr(equal + 1));
    }
    const auto unquoted = value.starts_with('"') || value.starts_with('#') || value.starts_with('\'')
                              ? unquote(value)
                              : Result<StringValue>(StringValue{std::string(value), false, false});
    argument.value = unquoted ? unquoted->text : std::string(value);
    out.push_back(std::move(argument));
  };
  for (std::size_t i = 0; i < body.size(); ++i) {
    const char c = body[i];
    if (quote != 0) {
      if (c == '\\') {
        ++i;
      } else if (c == quote) {
        quote = 0;
      }
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '(' || c == '[' || c == '{') {
      ++open;
    } else if (c == ')' || c == ']' || c == '}') {
      --open;
    } else if (c == ',' && open == 0) {
      add(body.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  if (begin < body.size() || !out.empty()) add(body.substr(begin));
  return out;
}

Tags::Tags(std::vector<std::string> given) : given_(std::move(given)) {}

Result<bool> Tags::takesPart(const File& file, bool ownTags) {
  for (const Decl* decl : file.decls) {
    const auto* attribute = decl->as<Attribute>();
    if (attribute == nullptr) break;  // conditions stand before the package clause
    if (attribute->name() == "ignore") return false;
    if (attribute->name() != "if") continue;
    auto expression = parseExpression(SourceFile::make(file.source->name(), std::string(attribute->body())));
    if (!expression) return fail(faultAt(file, *attribute, expression.error().message()));
    const auto isSet = [&](const std::string& name) {
      seen_.insert(name);
      return ownTags && std::find(given_.begin(), given_.end(), name) != given_.end();
    };
    const auto* embed = (*expression)->decls[0]->as<EmbedDecl>();
    auto result = holds(*embed->expr, isSet);
    if (!result) return fail(result.error().at(file.locate(*attribute)));
    if (!*result) return false;
  }
  return true;
}

Status Tags::inject(const std::vector<std::shared_ptr<File>>& files) {
  std::vector<Tag> tags;
  std::vector<Error> errors;
  for (const auto& file : files) TagFinder(*file, tags, errors).visit(*file);
  if (errors.size() == 1) return fail(errors.front());
  if (!errors.empty()) {
    Error all(ErrorCode::InvalidArgument, std::to_string(errors.size()) + " misplaced tags");
    for (Error& error : errors) all.detail(std::move(error));
    return fail(std::move(all));
  }

  const auto set = [](Tag& tag, const std::string& text) -> Status {
    TreeBuilder builder(*tag.file);
    TRY(Expr * value, valueOf(tag, text, builder));
    Expr* joined = builder.binary(Token::And, tag.field->value, value);
    joined->pos = tag.field->value->pos;
    tag.field->value = joined;
    tag.set = true;
    return {};
  };
  std::vector<std::string> known;
  for (const Tag& tag : tags) known.push_back(tag.key);
  for (const std::string& given : given_) {
    const std::size_t equal = given.find('=');
    const std::string name = given.substr(0, equal);
    bool found = equal == std::string::npos && seen_.contains(given);
    for (Tag& tag : tags) {
      const bool takes = equal != std::string::npos ? tag.key == name
                                                    : std::find(tag.shorthands.begin(), tag.shorthands.end(),
                                                                name) != tag.shorthands.end();
      if (!takes) continue;
      found = true;
      TRY_VOID(set(tag, equal != std::string::npos ? given.substr(equal + 1) : given));
    }
    if (found) continue;
    Error error(ErrorCode::InvalidArgument, equal != std::string::npos
                                                ? "no tag for \"" + name + "\""
                                                : "tag \"" + given + "\" not used in any file");
    if (auto near = nearest(name, known)) error.suggest(*near);
    return fail(std::move(error));
  }
  if (variables_.empty()) return {};
  for (Tag& tag : tags) {
    if (tag.set || tag.variable.empty()) continue;
    const auto variable = variables_.find(tag.variable);
    if (variable == variables_.end()) {
      return fail(ErrorCode::InvalidArgument, "tag variable '" + tag.variable + "' not found");
    }
    TRY_VOID(set(tag, variable->second));
  }
  return {};
}

}  // namespace puppis::cue
