// SPDX-License-Identifier: Apache-2.0
#include "cue/builtin/yaml_text.h"

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "cue/builtin/unicode.h"
#include "data/yaml.h"
#include "data/yaml_scalar.h"

namespace puppis::cue::builtin::yaml {

namespace {

using Text = std::string_view;

enum class Style : std::uint8_t { Plain, Single, Double, Literal };

bool isBreak(char32_t c) {
  return c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
}
bool isBlank(char32_t c) {
  return c == ' ' || c == '\t' || c == 0 || isBreak(c);
}

/// What the writer of Go shows as it is: nothing past the basic plane.
bool isShown(char32_t c) {
  if (c == '\n' || (c >= 0x20 && c <= 0x7E)) return true;
  return c >= 0xA0 && c <= 0xFFFD && c != 0xFEFF;
}

/// In which styles a text may stand outside of flow collections.
struct Allowed {
  bool plain = true;
  bool single = true;
  bool literal = true;
  bool multiline = false;
};

Allowed analyse(Text text) {
  Allowed out;
  if (text.empty()) {
    out.literal = false;
    return out;
  }
  bool indicators = text.starts_with("---") || text.starts_with("...");
  bool special = false;
  bool tab = false;
  bool breakThenSpace = false;
  bool spaceThenBreak = false;
  char32_t previous = ' ';
  for (std::size_t at = 0; at < text.size();) {
    unicode::Decoded next = unicode::decode(text, at);
    char32_t c = next.rune;
    std::size_t behind = at + next.length;
    char32_t following = behind < text.size() ? unicode::decode(text, behind).rune : 0;
    bool first = at == 0;
    if (first && c < 0x80 && Text("#,[]{}&*!|>'\"%@`").find(static_cast<char>(c)) != Text::npos)
      indicators = true;
    if ((c == ':' || (first && (c == '?' || c == '-'))) && isBlank(following)) indicators = true;
    if (c == '#' && isBlank(previous)) indicators = true;
    if (c == '\t') {
      tab = true;
    } else if (!isShown(c) || !next.valid) {
      special = true;
    }
    if (isBreak(c)) out.multiline = true;
    if (isBreak(c) && !first && previous == ' ') spaceThenBreak = true;
    if (c == ' ' && !first && isBreak(previous)) breakThenSpace = true;
    previous = c;
    at = behind;
  }
  char32_t head = unicode::decode(text).rune;
  bool edges = head == ' ' || isBreak(head) || previous == ' ' || isBreak(previous);
  if (edges || indicators || out.multiline) out.plain = false;
  if (previous == ' ') out.literal = false;
  if (breakThenSpace) out.plain = out.single = false;
  if (spaceThenBreak || tab || special) out.plain = out.single = false;
  if (spaceThenBreak || special) out.literal = false;
  return out;
}

/// Words and forms that YAML 1.1 took for something else than a string.
bool isLegacyWord(Text text) {
  static constexpr std::array<Text, 27> kWords = {
      "y",    "Y",    "yes",  "Yes",   "YES",   "n",     "N",  "t",  "T",  "f",   "F",   "no",  "No",  "NO",
      "true", "True", "TRUE", "false", "False", "FALSE", "on", "On", "ON", "off", "Off", "OFF", ".Nan"};
  return std::find(kWords.begin(), kWords.end(), text) != kWords.end();
}

/// Dates, times, sexagesimal and hexadecimal numbers: ^[-+0-9:. \t]+([-:]|[tT])[-+0-9:.
/// \t]+[zZ]?$|^0x[a-fA-F0-9]+$
bool looksLikeNumber(Text text) {
  auto isPart = [](char c) { return (c >= '0' && c <= '9') || Text("-+:. \t").find(c) != Text::npos; };
  auto isHex = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  if (text.starts_with("0x") && text.size() > 2) return std::all_of(text.begin() + 2, text.end(), isHex);
  if (text.ends_with('z') || text.ends_with('Z')) text.remove_suffix(1);
  // A separator with parts on both sides; all others are parts as well.
  std::size_t other = 0;
  std::size_t otherAt = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (isPart(text[i])) continue;
    if (text[i] != 't' && text[i] != 'T') return false;
    otherAt = i;
    ++other;
  }
  if (other > 1 || text.size() < 3) return false;
  if (other == 1) return otherAt > 0 && otherAt + 1 < text.size();
  return text.substr(1, text.size() - 2).find_first_of("-:") != Text::npos;
}

/// Whether a reader would take the plain text for something else than a string.
bool isAmbiguous(Text text) {
  if (isLegacyWord(text) || looksLikeNumber(text)) return true;
  return data::resolvePlain(text, data::YamlSchema::Cue).type != data::ScalarType::Text;
}

void appendHex(std::string& out, char32_t value, int digits) {
  constexpr Text kHex = "0123456789ABCDEF";
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) out += kHex[(value >> shift) & 0xF];
}

void appendDouble(std::string& out, Text text) {
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    unicode::Decoded next = unicode::decode(text, at);
    char32_t c = next.rune;
    if (isShown(c) && c != '\n' && c != '"' && c != '\\' && !isBreak(c)) {
      out += text.substr(at, next.length);
      at += next.length;
      continue;
    }
    at += next.length;
    out += '\\';
    switch (c) {
      case 0:
        out += '0';
        break;
      case 7:
        out += 'a';
        break;
      case 8:
        out += 'b';
        break;
      case 9:
        out += 't';
        break;
      case 10:
        out += 'n';
        break;
      case 11:
        out += 'v';
        break;
      case 12:
        out += 'f';
        break;
      case 13:
        out += 'r';
        break;
      case 27:
        out += 'e';
        break;
      case '"':
        out += '"';
        break;
      case '\\':
        out += '\\';
        break;
      case 0x85:
        out += 'N';
        break;
      case 0xA0:
        out += '_';
        break;
      case 0x2028:
        out += 'L';
        break;
      case 0x2029:
        out += 'P';
        break;
      default:
        if (c <= 0xFF) {
          out += 'x';
          appendHex(out, c, 2);
        } else if (c <= 0xFFFF) {
          out += 'u';
          appendHex(out, c, 4);
        } else {
          out += 'U';
          appendHex(out, c, 8);
        }
    }
  }
  out += '"';
}

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  /// The value of a list element or a document: its first line continues the current one.
  void inlined(const Value& value, std::size_t indent) {
    if (value.type == Value::Type::List && value.count > 0) {
      list(value, indent);
    } else if (value.type == Value::Type::Struct && value.count > 0) {
      map(value, indent);
    } else {
      // The lines of a literal block are indented even at the top.
      leaf(value, std::max<std::size_t>(indent, 2));
    }
  }

 private:
  void pad(std::size_t indent) { out_.append(indent, ' '); }

  void list(const Value& value, std::size_t indent) {
    bool first = true;
    for (const Value& item : value.list()) {
      if (!first) pad(indent);
      first = false;
      out_ += "- ";
      inlined(item, indent + 2);
    }
  }

  void map(const Value& value, std::size_t indent) {
    bool first = true;
    for (const Field& field : value.structure()) {
      if (!first) pad(indent);
      first = false;
      constexpr std::size_t kLongestSimpleKey = 128;
      if (field.label.size() > kLongestSimpleKey || analyse(field.label).multiline) {
        out_ += "? ";
        string(field.label, indent + 2, false);
        if (!blockEnded_) out_ += '\n';
        blockEnded_ = false;
        pad(indent);
      } else {
        string(field.label, indent, true);
      }
      out_ += ':';
      bool nested = (field.value.type == Value::Type::List || field.value.type == Value::Type::Struct) &&
                    field.value.count > 0;
      if (nested) {
        out_ += '\n';
        pad(indent + 2);
        inlined(field.value, indent + 2);
      } else {
        out_ += ' ';
        leaf(field.value, indent + 2);
      }
    }
  }

  /// What takes no lines of its own but for a literal block; ends the line.
  void leaf(const Value& value, std::size_t indent) {
    switch (value.type) {
      case Value::Type::Null:
      case Value::Type::Handle:
        out_ += "null";
        break;
      case Value::Type::Bool:
        out_ += value.boolean ? "true" : "false";
        break;
      case Value::Type::Number: {
        std::string text = number::toText(value.num);
        if (!value.num.isInt() && value.num.isFinite() && text.find_first_of(".E") == std::string::npos)
          text += '.';
        out_ += text;
        break;
      }
      case Value::Type::String:
        string(value.str(), indent, false);
        break;
      case Value::Type::Bytes:
        out_ += "!!binary ";
        string(base64Encode(value.str()), indent, false);
        break;
      case Value::Type::List:
        out_ += "[]";
        break;
      case Value::Type::Struct:
        out_ += "{}";
        break;
    }
    if (!blockEnded_) out_ += '\n';
    blockEnded_ = false;
  }

  void string(Text text, std::size_t indent, bool key) {
    Allowed allowed = analyse(text);
    Style style = Style::Plain;
    if (isAmbiguous(text)) {
      style = Style::Double;
    } else if (text.find('\n') != Text::npos) {
      style = key || !allowed.literal ? Style::Double : Style::Literal;
    }
    if (style == Style::Plain && (!allowed.plain || (key && text.empty()))) style = Style::Single;
    if (style == Style::Single && !allowed.single) style = Style::Double;
    switch (style) {
      case Style::Plain:
        out_ += text;
        break;
      case Style::Single:
        out_ += '\'' + replaceAll(std::string(text), "'", "''") + '\'';
        break;
      case Style::Double:
        appendDouble(out_, text);
        break;
      case Style::Literal:
        literal(text, indent);
        break;
    }
  }

  /// "|" with its hints and the lines of the text, the last one without its line break.
  void literal(Text text, std::size_t indent) {
    out_ += '|';
    if (text[0] == ' ' || isBreak(unicode::decode(text).rune)) out_ += '2';
    bool ends = isBreak(unicode::decodeLast(text).rune);
    if (!ends) {
      out_ += '-';
    } else if (text.size() == 1 || isBreak(unicode::decodeLast(text.substr(0, text.size() - 1)).rune)) {
      out_ += '+';
    }
    out_ += '\n';
    bool lineStart = true;
    for (char c : text) {
      if (lineStart && c != '\n') pad(indent);
      out_ += c;
      lineStart = c == '\n';
    }
    blockEnded_ = ends;
  }

  std::string& out_;
  /// Whether a literal block has just written its last line break.
  bool blockEnded_ = false;
};

Value fromData(const data::Value& value, Arena& arena) {
  switch (value.kind()) {
    case data::Kind::Null:
      return Value::null();
    case data::Kind::Bool:
      return Value::of(value.asBool());
    case data::Kind::Int:
      return Value::ofInt(value.asInt());
    case data::Kind::Number: {
      auto number = number::parseDecimal(value.numberText(), arena);
      return Value::of(number.value_or(number::Decimal::nan()));
    }
    case data::Kind::String:
      return Value::string(arena.copy(value.asString()));
    case data::Kind::Array: {
      auto* items = arena.array<Value>(value.size());
      std::size_t i = 0;
      for (const data::Value& item : value.elements()) items[i++] = fromData(item, arena);
      return Value::list({items, value.size()});
    }
    case data::Kind::Object: {
      auto* fields = arena.array<Field>(value.size());
      std::size_t i = 0;
      for (const data::Member& member : value.members()) {
        fields[i++] = {arena.copy(member.key.str()), fromData(member.value, arena)};
      }
      return Value::structure({fields, value.size()});
    }
  }
  return Value::null();
}

}  // namespace

std::string write(const Value& value) {
  std::string out;
  Writer(out).inlined(value, 0);
  return out;
}

Result<std::vector<Value>> read(Text text, Arena& arena) {
  TRY(auto documents, data::parseYaml(SourceFile::make("", std::string(text)), data::YamlSchema::Cue));
  std::vector<Value> out;
  out.reserve(documents.size());
  for (const data::Value& document : documents) out.push_back(fromData(document, arena));
  return out;
}

}  // namespace puppis::cue::builtin::yaml
