// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>

#include "base/stack.h"
#include "data/yaml.h"
#include "data/yaml_scalar.h"

namespace puppis::data {

namespace {

/// How a text may be written: what was seen in it, in the terms of the YAML specification.
struct Shape {
  bool plain = true;    ///< may stand without quotes
  bool single = true;   ///< may stand in single quotes
  bool literal = true;  ///< may stand as a block after "|"
  bool multiline = false;
};

bool isBase60(std::string_view text) {
  // 1:30 was a number in YAML 1.1.
  std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  for (char c : text) {
    if ((c < '0' || c > '9') && c != ':' && c != '.' && c != '-' && c != '+' && c != '_') return false;
  }
  return true;
}

bool isPrintable(std::string_view text, std::size_t i) {
  auto c = static_cast<unsigned char>(text[i]);
  if (c == '\n') return true;
  if (c < 0x20 || c == 0x7F) return false;
  if (c == 0xC2 && i + 1 < text.size()) return static_cast<unsigned char>(text[i + 1]) >= 0xA0;
  // U+FEFF, U+FFFE, U+FFFF, U+2028, U+2029
  if (c == 0xEF && i + 2 < text.size()) {
    auto second = static_cast<unsigned char>(text[i + 1]);
    auto third = static_cast<unsigned char>(text[i + 2]);
    return !((second == 0xBB && third == 0xBF) || (second == 0xBF && third >= 0xBE));
  }
  if (c == 0xE2 && i + 2 < text.size() && static_cast<unsigned char>(text[i + 1]) == 0x80) {
    return (static_cast<unsigned char>(text[i + 2]) & 0xFE) != 0xA8;
  }
  return true;
}

Shape shapeOf(std::string_view text) {
  Shape out;
  if (text.empty()) return {false, false, false, false};
  constexpr std::string_view kIndicators = "#,[]{}&*!|>'\"%@`";
  if (text.substr(0, 3) == "---" || text.substr(0, 3) == "...") out.plain = false;
  if (kIndicators.find(text[0]) != std::string_view::npos) out.plain = false;
  bool alone = text.size() == 1 || text[1] == ' ' || text[1] == '\n';
  if ((text[0] == '-' || text[0] == '?') && alone) out.plain = false;
  if (text.front() == ' ' || text.back() == ' ') out.plain = false;
  if (text.back() == ' ') out.literal = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    char next = i + 1 < text.size() ? text[i + 1] : ' ';
    if (c == ':' && (next == ' ' || next == '\n')) out.plain = false;
    if (c == '#' && i > 0 && (text[i - 1] == ' ' || text[i - 1] == '\n')) out.plain = false;
    if (c == '\n') {
      out.multiline = true;
      out.plain = false;
      if (i > 0 && text[i - 1] == ' ') out.literal = out.single = false;
      if (next == ' ' && i + 1 < text.size()) out.single = false;
    }
    if (!isPrintable(text, i)) out.plain = out.single = out.literal = false;
  }
  if (out.plain) {
    ResolvedScalar resolved = resolvePlain(text, YamlSchema::Kubernetes);
    ResolvedScalar modern = resolvePlain(text, YamlSchema::Cue);
    if (resolved.type != ScalarType::Text || modern.type != ScalarType::Text || isBase60(text) ||
        text == "<<" || text == "=") {
      out.plain = out.single =
          false;  // in double quotes, as Go's writer marks a text that looks like something else
    }
  }
  return out;
}

void appendDoubleQuoted(std::string& out, std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  out.push_back('"');
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\0') {
      out += "\\0";
    } else if (isPrintable(text, i)) {
      out.push_back(c);
    } else if (byte < 0x80) {
      out += "\\x";
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15]);
    } else if (byte == 0xC2) {
      auto second = static_cast<unsigned char>(text[++i]);
      out += "\\x";
      out.push_back(kHex[second >> 4]);
      out.push_back(kHex[second & 15]);
    } else {
      unsigned rune = (byte & 0x0Fu) << 12 | (static_cast<unsigned char>(text[i + 1]) & 0x3Fu) << 6 |
                      (static_cast<unsigned char>(text[i + 2]) & 0x3Fu);
      i += 2;
      out += "\\u";
      for (int shift = 12; shift >= 0; shift -= 4) out.push_back(kHex[(rune >> shift) & 15u]);
    }
  }
  out.push_back('"');
}

void appendSingleQuoted(std::string& out, std::string_view text) {
  out.push_back('\'');
  for (char c : text) {
    out.push_back(c);
    if (c == '\'') out.push_back(c);
  }
  out.push_back('\'');
}

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  void document(const Value& value) {
    bool nested = (value.isObject() || value.isArray()) && !value.empty();
    if (nested) {
      block(value, 0);
    } else {
      scalar(value, 0);
      out_.push_back('\n');
    }
  }

 private:
  void indent(int level) { out_.append(static_cast<std::size_t>(level) * 2, ' '); }

  /// A non-empty object or list whose first line is already indented.
  void block(const Value& value, int level) {
    bool first = true;
    if (value.isObject()) {
      for (const Member& member : value.members()) {
        if (!first) indent(level);
        first = false;
        key(member.key.str());
        out_.push_back(':');
        after(member.value, level, member.value.isArray() ? level : level + 1);
      }
      return;
    }
    for (const Value& element : value.elements()) {
      if (!first) indent(level);
      first = false;
      out_.push_back('-');
      bool nested = (element.isObject() || element.isArray()) && !element.empty();
      out_.push_back(' ');
      if (nested) {
        deeper([&] { block(element, level + 1); });
      } else {
        scalar(element, level);
        out_.push_back('\n');
      }
    }
  }

  /// What follows "key:": on the same line, or as a block of `blockLevel` below.
  void after(const Value& value, int level, int blockLevel) {
    if ((value.isObject() || value.isArray()) && !value.empty()) {
      out_.push_back('\n');
      indent(blockLevel);
      deeper([&] { block(value, blockLevel); });
      return;
    }
    out_.push_back(' ');
    scalar(value, level);
    out_.push_back('\n');
  }

  void key(std::string_view text) {
    Shape shape = shapeOf(text);
    if (shape.plain) {
      out_ += text;
    } else if (shape.single && !shape.multiline) {
      appendSingleQuoted(out_, text);
    } else {
      appendDoubleQuoted(out_, text);
    }
  }

  void scalar(const Value& value, int level) {
    switch (value.kind()) {
      case Kind::Null:
        out_ += "null";
        return;
      case Kind::Bool:
        out_ += value.asBool() ? "true" : "false";
        return;
      case Kind::Int:
      case Kind::Number:
        out_ += value.numberText();
        return;
      case Kind::Array:
        out_ += "[]";
        return;
      case Kind::Object:
        out_ += "{}";
        return;
      case Kind::String:
        break;
    }
    const std::string& text = value.asString();
    Shape shape = shapeOf(text);
    if (shape.multiline) {
      if (shape.literal) {
        literal(text, level + 1);
      } else {
        appendDoubleQuoted(out_, text);
      }
    } else if (shape.plain) {
      out_ += text;
    } else if (shape.single) {
      appendSingleQuoted(out_, text);
    } else {
      appendDoubleQuoted(out_, text);
    }
  }

  void literal(std::string_view text, int level) {
    out_.push_back('|');
    if (text.front() == ' ' || text.front() == '\n') out_.push_back('2');
    bool ends = text.back() == '\n';
    if (!ends) {
      out_.push_back('-');
    } else if (text.size() == 1 || text[text.size() - 2] == '\n') {
      out_.push_back('+');
    }
    if (ends) text.remove_suffix(1);
    std::size_t at = 0;
    for (;;) {
      std::size_t stop = text.find('\n', at);
      std::string_view line =
          text.substr(at, stop == std::string_view::npos ? std::string_view::npos : stop - at);
      out_.push_back('\n');
      if (!line.empty()) indent(level);
      out_ += line;
      if (stop == std::string_view::npos) return;
      at = stop + 1;
    }
  }

  std::string& out_;
};

}  // namespace

std::string toYaml(const Value& value) {
  std::string out;
  Writer(out).document(value);
  return out;
}

}  // namespace puppis::data
