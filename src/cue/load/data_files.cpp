// SPDX-License-Identifier: Apache-2.0
#include "cue/load/data_files.h"

#include <algorithm>
#include <utility>

#include "base/arena.h"
#include "base/strings.h"
#include "cue/builtin/toml_text.h"
#include "cue/number/decimal.h"
#include "cue/syntax/build.h"
#include "cue/syntax/literal.h"
#include "data/json.h"
#include "data/yaml.h"

namespace puppis::cue {

namespace {

/// Builds the tree of a data value.
class DataTree {
 public:
  /// `text` is what the values were read from; places are left out without one. `multiline`: texts of several
  /// lines are written over several lines.
  DataTree(File& file, std::string_view text, bool multiline)
      : build_(file), text_(text), multiline_(multiline) {
    if (text.empty()) return;
    starts_.push_back(0);
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\n') starts_.push_back(static_cast<std::uint32_t>(i + 1));
    }
  }

  TreeBuilder& builder() { return build_; }

  Expr* expr(const data::Value& value) {
    const Pos pos = place(value.mark(), Space::Unset);
    switch (value.kind()) {
      case data::Kind::Null:
        return build_.literal(Token::Null, "null", pos);
      case data::Kind::Bool: {
        const bool on = value.asBool();
        return build_.literal(on ? Token::True : Token::False, on ? "true" : "false", pos);
      }
      case data::Kind::Int:
      case data::Kind::Number:
        return number(value.numberText(), pos);
      case data::Kind::String:
        return build_.literal(
            Token::String,
            multiline_ ? quoteMultiline(value.asString(), false, depth_) : quoteString(value.asString()),
            pos);
      case data::Kind::Array: {
        std::vector<Expr*> elements;
        ++depth_;
        for (const data::Value& element : value.elements()) elements.push_back(expr(element));
        --depth_;
        ListLit* list = build_.list(elements);
        list->pos = list->lbrack = pos;
        layOut(*list, value);
        return list;
      }
      case data::Kind::Object: {
        StructLit* literal = build_.structLit(fields(value));
        literal->pos = literal->lbrace = pos;
        layOut(*literal, value);
        return literal;
      }
    }
    return build_.null();
  }

  std::vector<Decl*> fields(const data::Value& value) {
    std::vector<Decl*> out;
    ++depth_;
    for (const data::Member& member : value.members()) {
      Label* label = build_.label(member.key.str());
      label->pos = place(member.keyMark, Space::Unset);
      Field* field = build_.field(label, expr(member.value));
      field->pos = label->pos;
      out.push_back(field);
    }
    --depth_;
    return out;
  }

 private:
  /// Whether an array or object is written with brackets, not by indentation as in YAML.
  [[nodiscard]] bool isBracketed(const data::Value& value) const {
    const Pos pos = place(value.mark(), Space::Unset);
    return pos.hasOffset() && pos.offset < text_.size() &&
           (text_[pos.offset] == '[' || text_[pos.offset] == '{');
  }

  /// An object on one line stays on one line.
  void layOut(StructLit& literal, const data::Value& value) const {
    if (!isBracketed(value) || value.members().empty()) return;
    for (const data::Member& member : value.members()) {
      if (!member.keyMark.known() || member.keyMark.line != value.mark().line) return;
    }
    for (Decl* field : literal.elements) setSpace(*field, Space::Blank);
    setSpace(*literal.elements.front(), Space::None);
    literal.rbrace.space = Space::None;
  }

  /// Elements on lines of their own stay there; those of YAML's block lists are, unless they have lines
  /// themselves.
  void layOut(ListLit& list, const data::Value& value) const {
    const std::span<const data::Value> elements = value.elements();
    if (elements.empty() || !value.mark().known()) return;
    const bool bracketed = isBracketed(value);
    std::uint32_t line = value.mark().line;
    bool breaks = false;
    for (std::size_t i = 0; i < elements.size(); ++i) {
      const bool block = elements[i].isObject() || elements[i].isArray();
      breaks = bracketed ? elements[i].mark().line > line : !block;
      line = elements[i].mark().line;
      setSpace(*list.elements[i], breaks ? Space::Newline : i == 0 ? Space::None : Space::Blank);
    }
    list.rbrack.space = breaks ? Space::Newline : Space::None;
  }

  Expr* number(const std::string& text, Pos pos) {
    const bool negative = text.starts_with('-');
    const std::string digits = negative ? text.substr(1) : text;
    const bool isInt = digits.find_first_of(".eE") == std::string::npos;
    Expr* literal = build_.literal(isInt ? Token::Int : Token::Float, digits, pos);
    if (!negative) return literal;
    Expr* out = build_.unary(Token::Sub, literal);
    out->pos = pos;
    return out;
  }

  [[nodiscard]] Pos place(data::Mark mark, Space space) const {
    Pos out;
    out.space = space;
    if (mark.known() && mark.line <= starts_.size()) out.offset = starts_[mark.line - 1] + mark.column - 1;
    return out;
  }

  TreeBuilder build_;
  std::string_view text_;
  std::vector<std::uint32_t> starts_;
  bool multiline_;
  int depth_ = 0;
};

/// Where the values of a text begin and end that holds one JSON value after the other.
std::vector<std::pair<std::size_t, std::size_t>> jsonValues(std::string_view text) {
  std::vector<std::pair<std::size_t, std::size_t>> out;
  std::size_t at = 0;
  const auto isBlank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  while (at < text.size()) {
    if (isBlank(text[at])) {
      ++at;
      continue;
    }
    const std::size_t begin = at;
    int depth = 0;
    bool quoted = false;
    for (; at < text.size(); ++at) {
      const char c = text[at];
      if (quoted) {
        if (c == '\\') ++at;
        if (c == '"') quoted = false;
      } else if (c == '"') {
        quoted = true;
      } else if (c == '{' || c == '[') {
        ++depth;
      } else if (c == '}' || c == ']') {
        if (--depth <= 0) {
          ++at;
          break;
        }
      } else if (depth == 0 && isBlank(c)) {
        break;
      }
    }
    at = std::min(at, text.size());
    out.emplace_back(begin, at);
  }
  return out;
}

data::Value dataOf(const builtin::Value& value) {
  using Type = builtin::Value::Type;
  switch (value.type) {
    case Type::Bool:
      return value.boolean;
    case Type::Number:
      return data::Value::number(number::toText(value.num));
    case Type::String:
    case Type::Bytes:
      return value.str();
    case Type::List: {
      data::Value out = data::Value::array();
      for (const builtin::Value& each : value.list()) out.push(dataOf(each));
      return out;
    }
    case Type::Struct: {
      data::Value out = data::Value::object();
      for (const builtin::Field& each : value.structure()) out.set(each.label, dataOf(each.value));
      return out;
    }
    case Type::Null:
    case Type::Handle:
      break;
  }
  return nullptr;
}

Document documentOf(data::Value value, const std::shared_ptr<const SourceFile>& source,
                    bool multiline = false) {
  auto file = std::make_shared<File>(source);
  DataTree tree(*file, source->text(), multiline);
  if (value.isObject()) {
    file->decls = tree.builder().nodes(tree.fields(value));
  } else {
    Decl* embed = tree.builder().embed(tree.expr(value));
    embed->pos = static_cast<EmbedDecl*>(embed)->expr->pos;
    file->decls = tree.builder().nodes(std::vector<Decl*>{embed});
  }
  return {std::move(value), std::move(file)};
}

Document documentOfBytes(const std::shared_ptr<const SourceFile>& source) {
  Document out{base64Encode(source->text()), std::make_shared<File>(source)};
  TreeBuilder build(*out.file);
  out.file->decls =
      build.nodes(std::vector<Decl*>{build.embed(build.literal(Token::String, quoteBytes(source->text())))});
  return out;
}

}  // namespace

Expr* exprOfData(File& file, const data::Value& value) {
  return DataTree(file, {}, false).expr(value);
}

Result<std::vector<Document>> readDocuments(Encoding encoding,
                                            const std::shared_ptr<const SourceFile>& source) {
  std::vector<Document> out;
  switch (encoding) {
    case Encoding::Json: {
      TRY(data::Value value, data::parseJson(source));
      out.push_back(documentOf(std::move(value), source));
      return out;
    }
    case Encoding::JsonLines: {
      for (const auto& [begin, end] : jsonValues(source->text())) {
        // What stands before the value becomes blank, so that places stay right.
        std::string text(source->text().substr(0, end));
        for (std::size_t i = 0; i < begin; ++i) {
          if (text[i] != '\n') text[i] = ' ';
        }
        TRY(data::Value value, data::parseJson(SourceFile::make(source->name(), std::move(text))));
        out.push_back(documentOf(std::move(value), source));
      }
      return out;
    }
    case Encoding::Yaml: {
      TRY(auto values, data::parseYaml(source, data::YamlSchema::Cue));
      if (values.empty()) values.emplace_back(nullptr);
      for (data::Value& value : values) out.push_back(documentOf(std::move(value), source, true));
      return out;
    }
    case Encoding::Toml: {
      Arena arena;
      auto value = builtin::toml::read(source->text(), arena);
      if (!value) return fail(Error(value.error()).at({source->name()}));
      out.push_back(documentOf(dataOf(*value), source, true));
      return out;
    }
    case Encoding::Text:
      out.push_back(documentOf(source->text(), source));
      return out;
    case Encoding::Binary:
      out.push_back(documentOfBytes(source));
      return out;
    case Encoding::Cue:
      break;
  }
  return fail(ErrorCode::NotSupported, "reading " + std::string(encodingName(encoding)) +
                                           " files is not supported: " + source->name());
}

}  // namespace puppis::cue
