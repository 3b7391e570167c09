// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "base/strings.h"
#include "cue/cue.h"
#include "cue/syntax/ast.h"
#include "cue/syntax/literal.h"
#include "cue/syntax/parse.h"
#include "oam/definition.h"
#include "oam/reader.h"
#include "oam/template_text.h"

// Reads definitions as their authors write them. The header is nearly always plain data, so it is read off
// the syntax tree, which keeps places and costs no evaluation; a header with expressions in it is evaluated.

namespace puppis::oam {

namespace {

using data::Value;

std::optional<std::string> labelText(const cue::Label* label) {
  if (const auto* ident = label->as<cue::Ident>()) return std::string(ident->name);
  if (const auto* literal = label->as<cue::BasicLit>()) {
    auto text = cue::unquote(literal->text);
    if (text) return std::move(text->text);
  }
  return std::nullopt;
}

class HeaderReader {
 public:
  explicit HeaderReader(const cue::File& file) : file_(file) {}

  /// The data an expression is, or nothing when it is more than data.
  std::optional<Value> read(const cue::Expr* expr) const {
    std::optional<Value> out = unmarked(expr);
    if (out) out->setMark(markOf(expr));
    return out;
  }

  data::Mark markOf(const cue::Node* node) const {
    Location at = file_.locate(*node);
    return {at.line, at.column};
  }

  std::string_view between(const cue::Pos& from, std::size_t skip, const cue::Pos& to) const {
    return file_.source->text().substr(from.offset + skip, to.offset - from.offset - skip);
  }

 private:
  std::optional<Value> unmarked(const cue::Expr* expr) const {
    if (const auto* literal = expr->as<cue::BasicLit>()) return scalar(*literal);
    if (const auto* list = expr->as<cue::ListLit>()) {
      Value out = Value::array();
      for (const cue::Expr* element : list->elements) {
        auto value = read(element);
        if (!value) return std::nullopt;
        out.push(std::move(*value));
      }
      return out;
    }
    if (const auto* object = expr->as<cue::StructLit>()) return structure(*object);
    return std::nullopt;
  }

  static std::optional<Value> scalar(const cue::BasicLit& literal) {
    switch (literal.token) {
      case cue::Token::True:
        return Value(true);
      case cue::Token::False:
        return Value(false);
      case cue::Token::Null:
        return Value();
      case cue::Token::Int:
        return Value::number(literal.text);
      case cue::Token::String: {
        auto text = cue::unquote(literal.text);
        if (!text) return std::nullopt;
        return Value(std::move(text->text));
      }
      default:
        return std::nullopt;
    }
  }

  std::optional<Value> structure(const cue::StructLit& object) const {
    Value out = Value::object();
    for (const cue::Decl* decl : object.elements) {
      const auto* field = decl->as<cue::Field>();
      if (field == nullptr || field->constraint != cue::Token::Illegal) return std::nullopt;
      auto name = labelText(field->label);
      if (!name || out.has(*name)) return std::nullopt;
      std::optional<Value> value = isStatusText(*name) ? statusText(field->value) : read(field->value);
      if (!value) return std::nullopt;
      out.append(data::Key(*name), std::move(*value), markOf(field->label));
    }
    return out;
  }

  static bool isStatusText(std::string_view name) {
    return name == "healthPolicy" || name == "customStatus" || name == "details";
  }
  /// A status rule may be written as a struct instead of a string: its text is the rule.
  std::optional<Value> statusText(const cue::Expr* expr) const {
    const auto* object = expr->as<cue::StructLit>();
    if (object == nullptr || object->lbrace.absent()) return read(expr);
    return Value(dedented(between(object->lbrace, 1, object->rbrace)));
  }

  const cue::File& file_;
};

struct Parts {
  std::string name;
  const cue::Field* header = nullptr;
  const cue::StructLit* body = nullptr;
  std::size_t importsEnd = 0;
};

Result<Parts> partsOf(const cue::File& file) {
  Parts out;
  Diagnostics diagnostics;
  for (const cue::Decl* decl : file.decls) {
    if (decl->is<cue::ImportDecl>() || decl->is<cue::Package>() || decl->is<cue::Attribute>()) {
      out.importsEnd = decl->end;
      continue;
    }
    const auto* field = decl->as<cue::Field>();
    auto name = field == nullptr ? std::nullopt : labelText(field->label);
    if (!name) {
      diagnostics.error(
          Error(ErrorCode::InvalidArgument, "a definition's file holds imports, a header and a template")
              .at(file.locate(*decl)));
    } else if (*name == "template") {
      out.body = field->value->as<cue::StructLit>();
      if (out.body == nullptr || out.body->lbrace.absent()) {
        diagnostics.error(Error(ErrorCode::InvalidArgument, "the template must be a struct")
                              .at(file.locate(*field->value))
                              .expected("template: {...}"));
        out.body = nullptr;
      }
    } else if (out.header != nullptr) {
      diagnostics.error(Error(ErrorCode::InvalidArgument,
                              "one file holds one definition; this is a second header, \"" + *name + "\"")
                            .at(file.locate(*field->label))
                            .at(file.locate(*out.header->label)));
    } else {
      out.header = field;
      out.name = *name;
    }
  }
  Location whole = file.source->locateLine(1, 1);
  if (diagnostics.ok() && out.header == nullptr) {
    diagnostics.error(Error(ErrorCode::InvalidArgument, "the definition has no header")
                          .at(whole)
                          .expected("NAME: {type: \"component\", ...}"));
  }
  if (diagnostics.ok() && out.body == nullptr) {
    diagnostics.error(Error(ErrorCode::InvalidArgument, "the definition has no template")
                          .at(whole)
                          .expected("template: {...}"));
  }
  if (!diagnostics.ok()) return fail(diagnostics.combined());
  return out;
}

/// The header's value: read off the tree, or evaluated when it computes something.
Result<Value> headerValue(const cue::File& file, const Parts& parts, cue::Runtime& runtime) {
  if (auto plain = HeaderReader(file).read(parts.header->value)) return std::move(*plain);
  std::string text = keepOnly(file.source->text(), {{parts.header->pos.offset, parts.header->end}});
  TRY(auto program, runtime.compile(SourceFile::make(file.source->name(), std::move(text))));
  cue::Session session(runtime.shared_from_this());
  cue::Selector label;
  label.name = parts.name;
  return session.evaluate(program).field(label).toJson();
}

/// Names without a domain of their own get the one KubeVela keeps for its users.
Value qualified(const Value& map) {
  Value out = Value::object();
  for (const data::Member& m : map.members()) {
    bool full = m.key.str().find("oam.dev") != std::string::npos;
    out.append(full ? m.key : data::Key("custom.definition.oam.dev/" + m.key.str()), m.value, m.keyMark);
  }
  return out;
}

/// The API object that the authored form stands for.
Value apiObject(const Parts& parts, const Value& header, DefinitionKind kind,
                const std::string& templateText) {
  Value annotations = qualified(header.get("annotations"));
  if (header.get("description").isString())
    annotations.set("definition.oam.dev/description", header.get("description"));
  if (header.get("alias").isString()) annotations.set("definition.oam.dev/alias", header.get("alias"));
  Value metadata = Value::object();
  metadata.append("name", parts.name);
  metadata.append("namespace", "vela-system");
  if (!annotations.empty()) metadata.append("annotations", std::move(annotations));
  Value labels = qualified(header.get("labels"));
  if (!labels.empty()) metadata.append("labels", std::move(labels));
  Value spec = header.get("attributes").isObject() ? header.get("attributes") : Value::object();
  spec["schematic"]["cue"].set("template", templateText);
  if (spec.has("extends")) {
    Value extends = spec.get("extends");
    spec.erase("extends");
    spec["extension"].set("extends", std::move(extends));
  }
  return Value::object({{"apiVersion", "core.oam.dev/v1beta1"},
                        {"kind", kindName(kind)},
                        {"metadata", std::move(metadata)},
                        {"spec", std::move(spec)}});
}

Result<DefinitionKind> kindOf(const Value& header, const cue::File& file, const Parts& parts) {
  Diagnostics diagnostics;
  Reader reader(header,
                {file.source, HeaderReader(file).markOf(parts.header->label), data::Path() / parts.name},
                diagnostics);
  std::string type = reader.requiredText("type", "a definition's header");
  reader.map("annotations");
  reader.map("labels");
  reader.text("description");
  reader.text("alias");
  reader.map("attributes");
  auto kind = definitionKind(type);
  if (!kind && !type.empty()) {
    std::vector<std::string> words = {"component", "trait", "policy", "workflow-step", "workload"};
    Error error = reader.placeOfValue("type").error(ErrorCode::InvalidArgument,
                                                    "unknown type of definition \"" + type + "\"");
    error.expected(join(words, ", "));
    if (auto near = nearest(type, words)) error.suggest(*near);
    diagnostics.error(std::move(error));
  }
  if (!diagnostics.ok()) return fail(diagnostics.combined());
  return *kind;
}

}  // namespace

Result<std::shared_ptr<const Definition>> parseAuthoredDefinition(
    const std::shared_ptr<const SourceFile>& source, cue::Runtime& runtime) {
  TRY(std::shared_ptr<const cue::File> file, cue::parse(source));
  TRY(Parts parts, partsOf(*file));
  TRY(Value header, headerValue(*file, parts, runtime));
  TRY(DefinitionKind kind, kindOf(header, *file, parts));

  std::size_t from = parts.body->lbrace.offset + 1;
  std::size_t to = parts.body->rbrace.offset;
  std::string imports(source->text().substr(0, parts.importsEnd));
  std::string body = dedented(source->text().substr(from, to - from));
  std::string text = imports.empty() ? body : std::string(trim(imports)) + "\n\n" + body;
  TRY(auto parsed, parseDefinition(apiObject(parts, header, kind, text), source));
  auto out = std::make_shared<Definition>(*parsed);
  out->templateSource =
      SourceFile::make(source->name(), keepOnly(source->text(), {{0, parts.importsEnd}, {from, to}}));
  return out;
}

}  // namespace puppis::oam
