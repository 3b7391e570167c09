// SPDX-License-Identifier: Apache-2.0
#include "cue/load/data_files.h"

#include <utility>

#include "base/strings.h"
#include "cue/syntax/build.h"
#include "cue/syntax/literal.h"
#include "data/json.h"
#include "data/yaml.h"

namespace puppis::cue {

namespace {

/// Builds the tree of a data value.
class DataTree {
 public:
  DataTree(File& file, const SourceFile& source) : build_(file) {
    const std::string_view text = source.text();
    starts_.push_back(0);
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\n') starts_.push_back(static_cast<std::uint32_t>(i + 1));
    }
  }

  TreeBuilder& builder() { return build_; }

  Expr* expr(const data::Value& value) {
    const Pos pos = place(value.mark(), Space::Unset);
    switch (value.kind()) {
      case data::Kind::Null: return build_.literal(Token::Null, "null", pos);
      case data::Kind::Bool: {
        const bool on = value.asBool();
        return build_.literal(on ? Token::True : Token::False, on ? "true" : "false", pos);
      }
      case data::Kind::Int:
      case data::Kind::Number: return number(value.numberText(), pos);
      case data::Kind::String: return build_.literal(Token::String, quoteString(value.asString()), pos);
      case data::Kind::Array: {
        std::vector<Expr*> elements;
        for (const data::Value& element : value.elements()) elements.push_back(expr(element));
        ListLit* list = build_.list(elements);
        list->pos = list->lbrack = pos;
        return list;
      }
      case data::Kind::Object: {
        StructLit* literal = build_.structLit(fields(value));
        literal->pos = literal->lbrace = pos;
        return literal;
      }
    }
    return build_.null();
  }

  std::vector<Decl*> fields(const data::Value& value) {
    std::vector<Decl*> out;
    for (const data::Member& member : value.members()) {
      Label* label = build_.label(member.key.str());
      label->pos = place(member.keyMark, Space::Unset);
      Field* field = build_.field(label, expr(member.value));
      field->pos = label->pos;
      out.push_back(field);
    }
    return out;
  }

 private:
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
  std::vector<std::uint32_t> starts_;
};

}  // namespace

std::shared_ptr<File> fileOfData(const data::Value& value, const std::shared_ptr<const SourceFile>& source) {
  auto file = std::make_shared<File>(source);
  DataTree tree(*file, *source);
  if (value.isObject()) {
    file->decls = tree.builder().nodes(tree.fields(value));
  } else {
    Decl* embed = tree.builder().embed(tree.expr(value));
    embed->pos = static_cast<EmbedDecl*>(embed)->expr->pos;
    file->decls = tree.builder().nodes(std::vector<Decl*>{embed});
  }
  return file;
}

Result<std::vector<data::Value>> readDocuments(Encoding encoding, const std::shared_ptr<const SourceFile>& source) {
  switch (encoding) {
    case Encoding::Json: {
      TRY(data::Value value, data::parseJson(source));
      return std::vector<data::Value>{std::move(value)};
    }
    case Encoding::JsonLines: {
      std::vector<data::Value> out;
      for (const std::string& line : split(source->text(), '\n')) {
        if (trim(line).empty()) continue;
        TRY(data::Value value, data::parseJson(SourceFile::make(source->name(), line)));
        out.push_back(std::move(value));
      }
      return out;
    }
    case Encoding::Yaml: return data::parseYaml(source, data::YamlSchema::Cue);
    case Encoding::Text: return std::vector<data::Value>{data::Value(source->text())};
    case Encoding::Cue:
    case Encoding::Toml:
    case Encoding::Binary: break;
  }
  return fail(ErrorCode::NotSupported,
              "reading " + std::string(encodingName(encoding)) + " files is not supported: " + source->name());
}

}  // namespace puppis::cue
