// SPDX-License-Identifier: Apache-2.0
#include "cue/builtin/toml_text.h"

#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <vector>

#include "cue/builtin/time_layout.h"
#include "cue/builtin/unicode.h"

namespace puppis::cue::builtin::toml {

namespace {

using Text = std::string_view;

/// A value under construction.
struct Node {
  enum class Kind : std::uint8_t { Leaf, Table, Array };
  Kind kind = Kind::Leaf;
  Value leaf;
  std::vector<std::pair<std::string, Node*>> members;
  std::vector<Node*> items;
  bool defined = false;   ///< a table with its own header, or any value: must not be given again
  bool closed = false;    ///< inline: nothing may be added
  bool ofTables = false;  ///< an array made by [[...]]

  Node* find(Text name) const {
    for (const auto& [key, node] : members) {
      if (key == name) return node;
    }
    return nullptr;
  }
};

bool isDigit(char c) {
  return c >= '0' && c <= '9';
}
bool isBareKey(char c) {
  return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

class Reader {
 public:
  Reader(Text text, Arena& arena) : text_(text), arena_(arena) {}

  Result<Value> document() {
    Node* root = make(Node::Kind::Table);
    Node* current = root;
    for (;;) {
      skipBlank(true);
      if (at_ >= text_.size()) break;
      if (peek() == '[') {
        TRY(current, header(root));
      } else {
        TRY_VOID(keyValue(*current));
      }
      skipBlank(false);
      if (at_ < text_.size() && peek() != '\n' && text_.substr(at_, 2) != "\r\n")
        return bad("expected newline");
    }
    return build(*root);
  }

 private:
  Node* make(Node::Kind kind) {
    nodes_.emplace_back();
    nodes_.back().kind = kind;
    return &nodes_.back();
  }

  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  tl::unexpected<Error> bad(const std::string& what) const {
    auto line =
        1 + std::count(text_.begin(),
                       text_.begin() + static_cast<std::ptrdiff_t>(std::min(at_, text_.size())), '\n');
    return fail(ErrorCode::InvalidArgument, "toml: line " + std::to_string(line) + ": " + what);
  }

  /// Blanks and comments, over line ends when `lines`.
  void skipBlank(bool lines) {
    while (at_ < text_.size()) {
      char c = peek();
      if (c == '#') {
        while (at_ < text_.size() && peek() != '\n') ++at_;
      } else if (c == ' ' || c == '\t' || (lines && (c == '\n' || (c == '\r' && peek(1) == '\n')))) {
        ++at_;
      } else {
        return;
      }
    }
  }

  Result<std::vector<std::string>> key() {
    std::vector<std::string> out;
    for (;;) {
      skipBlank(false);
      std::string part;
      if (peek() == '"') {
        TRY(part, basicString());
      } else if (peek() == '\'') {
        TRY(part, literalString());
      } else {
        while (isBareKey(peek())) part += text_[at_++];
        if (part.empty()) return bad("expected a key");
      }
      out.push_back(std::move(part));
      skipBlank(false);
      if (peek() != '.') return out;
      ++at_;
    }
  }

  /// The table below `table` at the name; made when missing. Of an array of tables its last.
  Result<Node*> descend(Node& table, const std::string& name, bool dotted) {
    Node* next = table.find(name);
    if (next == nullptr) {
      next = make(Node::Kind::Table);
      table.members.emplace_back(name, next);
      return next;
    }
    if (next->kind == Node::Kind::Array && next->ofTables && !dotted) return next->items.back();
    if (next->kind != Node::Kind::Table || (dotted && (next->defined || next->closed))) {
      return bad("duplicate key: " + name);
    }
    return next;
  }

  Result<Node*> header(Node* root) {
    ++at_;
    bool array = peek() == '[';
    if (array) ++at_;
    TRY(auto path, key());
    if (peek() != ']' || (array && peek(1) != ']')) return bad("expected ]");
    at_ += array ? 2 : 1;
    Node* table = root;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
      TRY(table, descend(*table, path[i], false));
    }
    const std::string& last = path.back();
    Node* found = table->find(last);
    if (array) {
      if (found == nullptr) {
        found = make(Node::Kind::Array);
        found->ofTables = true;
        table->members.emplace_back(last, found);
      }
      if (!found->ofTables) return bad("cannot redeclare key \"" + last + "\" as a table array");
      found->items.push_back(make(Node::Kind::Table));
      return found->items.back();
    }
    if (found == nullptr) {
      found = make(Node::Kind::Table);
      table->members.emplace_back(last, found);
    } else if (found->kind != Node::Kind::Table || found->defined) {
      // Tables of dotted keys and inline ones may be extended here: CUE joins them.
      return bad("duplicate key: " + last);
    }
    found->defined = true;
    return found;
  }

  Status keyValue(Node& table) {
    TRY(auto path, key());
    Node* target = &table;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
      TRY(target, descend(*target, path[i], true));
    }
    if (target->find(path.back()) != nullptr) return bad("duplicate key: " + path.back());
    if (peek() != '=') return bad("expected =");
    ++at_;
    skipBlank(false);
    TRY(Node * node, value());
    target->members.emplace_back(path.back(), node);
    return {};
  }

  Node* leaf(Value value) {
    Node* out = make(Node::Kind::Leaf);
    out->leaf = value;
    out->defined = true;
    return out;
  }

  Result<Node*> value() {
    constexpr std::size_t kMaxDepth = 1000;
    if (++depth_ > kMaxDepth) return bad("nested too deeply");
    auto out = valueInside();
    --depth_;
    return out;
  }

  Result<Node*> valueInside() {
    switch (peek()) {
      case '"': {
        TRY(std::string s, basicString());
        return leaf(Value::string(arena_.copy(s)));
      }
      case '\'': {
        TRY(std::string s, literalString());
        return leaf(Value::string(arena_.copy(s)));
      }
      case '[':
        return array();
      case '{':
        return inlineTable();
      default:
        return bareValue();
    }
  }

  Result<Node*> array() {
    ++at_;
    Node* out = make(Node::Kind::Array);
    out->closed = true;
    for (;;) {
      skipBlank(true);
      if (peek() == ']') break;
      TRY(Node * item, value());
      out->items.push_back(item);
      skipBlank(true);
      if (peek() == ']') break;
      if (peek() != ',') return bad("expected , or ]");
      ++at_;
    }
    ++at_;
    return out;
  }

  Result<Node*> inlineTable() {
    ++at_;
    Node* out = make(Node::Kind::Table);
    skipBlank(false);
    while (peek() != '}') {
      TRY_VOID(keyValue(*out));
      skipBlank(false);
      if (peek() == '}') break;
      if (peek() != ',') return bad("expected , or }");
      ++at_;
      skipBlank(false);
      if (peek() == '}') return bad("trailing comma in inline table");
    }
    ++at_;
    close(*out);
    return out;
  }

  void close(Node& table) {
    table.closed = true;
    for (auto& [name, node] : table.members) close(*node);
  }

  Result<Node*> bareValue() {
    std::size_t start = at_;
    while (at_ < text_.size() && std::string_view(",]}# \t\r\n").find(peek()) == Text::npos) ++at_;
    // A date and a time may be separated by one blank.
    bool date = at_ - start == 10 && text_[start + 4] == '-';
    if (date && peek() == ' ' && isDigit(peek(1)) && isDigit(peek(2)) && peek(3) == ':') {
      ++at_;
      while (at_ < text_.size() && std::string_view(",]}# \t\r\n").find(peek()) == Text::npos) ++at_;
    }
    Text word = text_.substr(start, at_ - start);
    if (word == "true" || word == "false") return leaf(Value::of(word == "true"));
    if (isTime(word)) return leaf(Value::string(arena_.copy(word)));
    if (!isNumber(word)) return bad("invalid value \"" + std::string(word) + '"');
    auto number = number::parseLiteral(word, arena_);
    if (!number) return bad(number.error().message());
    return leaf(Value::of(*number));
  }

  static bool isTime(Text word) {
    for (Text layout : {"2006-01-02", "15:04:05", "2006-01-02T15:04:05", "2006-01-02T15:04:05Z07:00",
                        "2006-01-02 15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02t15:04:05Z07:00"}) {
      if (timefmt::parse(layout, word)) return true;
    }
    return false;
  }

  /// Digits with separators only between them, a sign, one point or exponent between digits.
  static bool isNumber(Text word) {
    if (!word.empty() && (word[0] == '+' || word[0] == '-')) word.remove_prefix(1);
    if (word.empty() || !isDigit(word[0]) || word.back() == '_' || word.back() == '.') return false;
    return word.find("._") == Text::npos && word.find("_.") == Text::npos;
  }

  Result<std::string> literalString() {
    bool multiline = text_.substr(at_, 3) == "'''";
    std::size_t quotes = multiline ? 3 : 1;
    at_ += quotes;
    if (multiline) skipFirstBreak();
    std::size_t end = text_.find(multiline ? "'''" : "'", at_);
    if (end == Text::npos) return bad("unterminated string");
    // Up to two quotes may stand before the closing ones.
    for (int i = 0; i < 2 && multiline && end + 3 < text_.size() && text_[end + 3] == '\''; ++i) ++end;
    std::string out(text_.substr(at_, end - at_));
    if (!multiline && out.find('\n') != std::string::npos)
      return bad("literal strings cannot have new lines");
    at_ = end + quotes;
    return out;
  }

  void skipFirstBreak() {
    if (peek() == '\r' && peek(1) == '\n') ++at_;
    if (peek() == '\n') ++at_;
  }

  Result<std::string> basicString() {
    bool multiline = text_.substr(at_, 3) == "\"\"\"";
    at_ += multiline ? 3 : 1;
    if (multiline) skipFirstBreak();
    std::string out;
    for (;;) {
      if (at_ >= text_.size()) return bad("unterminated string");
      char c = text_[at_++];
      if (c == '"') {
        if (!multiline) return out;
        if (peek() == '"' && peek(1) == '"') {
          at_ += 2;
          for (int i = 0; i < 2 && peek() == '"'; ++i) out += text_[at_++];
          return out;
        }
        out += c;
      } else if (c == '\\') {
        TRY_VOID(escape(out, multiline));
      } else if (c == '\n' && !multiline) {
        return bad("basic strings cannot have new lines");
      } else if (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r') {
        return bad("invalid control character in string");
      } else {
        out += c;
      }
    }
  }

  Status escape(std::string& out, bool multiline) {
    char c = peek();
    ++at_;
    switch (c) {
      case 'b':
        out += '\b';
        return {};
      case 't':
        out += '\t';
        return {};
      case 'n':
        out += '\n';
        return {};
      case 'f':
        out += '\f';
        return {};
      case 'r':
        out += '\r';
        return {};
      case 'e':
        out += '\x1B';
        return {};
      case '"':
      case '\\':
        out += c;
        return {};
      case 'u':
      case 'U': {
        std::size_t digits = c == 'u' ? 4 : 8;
        char32_t rune = 0;
        for (std::size_t i = 0; i < digits; ++i, ++at_) {
          char d = peek();
          int value = isDigit(d)             ? d - '0'
                      : d >= 'a' && d <= 'f' ? d - 'a' + 10
                      : d >= 'A' && d <= 'F' ? d - 'A' + 10
                                             : -1;
          if (value < 0) return bad("invalid escape");
          rune = rune * 16 + static_cast<char32_t>(value);
        }
        if (rune > unicode::kMaxRune || (rune >= 0xD800 && rune <= 0xDFFF)) return bad("invalid code point");
        unicode::append(out, rune);
        return {};
      }
      default:
        break;
    }
    // A backslash at the line's end swallows all blanks up to the next text.
    std::size_t end = text_.find_first_not_of(" \t", at_ - 1);
    bool lineEnd = end != Text::npos && (text_[end] == '\n' || text_.substr(end, 2) == "\r\n");
    if (!multiline || !lineEnd) return bad("invalid escaped character");
    at_ = std::min(text_.find_first_not_of(" \t\r\n", end), text_.size());
    return {};
  }

  Value build(const Node& node) {
    if (node.kind == Node::Kind::Leaf) return node.leaf;
    if (node.kind == Node::Kind::Array) {
      auto* items = arena_.array<Value>(node.items.size());
      for (std::size_t i = 0; i < node.items.size(); ++i) items[i] = build(*node.items[i]);
      return Value::list({items, node.items.size()});
    }
    auto* fields = arena_.array<Field>(node.members.size());
    for (std::size_t i = 0; i < node.members.size(); ++i) {
      fields[i] = {arena_.copy(node.members[i].first), build(*node.members[i].second)};
    }
    return Value::structure({fields, node.members.size()});
  }

  Text text_;
  Arena& arena_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::deque<Node> nodes_;
};

bool isTable(const Value& value) {
  return value.type == Value::Type::Struct;
}

bool isArrayOfTables(const Value& value) {
  return value.type == Value::Type::List && value.count > 0 &&
         std::all_of(value.list().begin(), value.list().end(), isTable);
}

class Writer {
 public:
  Result<std::string> document(const Value& value) {
    if (isTable(value)) {
      TRY_VOID(table(value, ""));
    } else {
      TRY_VOID(inlined(value));
    }
    return std::move(out_);
  }

 private:
  static std::vector<Field> sorted(const Value& value) {
    std::vector<Field> out(value.structure().begin(), value.structure().end());
    std::sort(out.begin(), out.end(), [](const Field& a, const Field& b) { return a.label < b.label; });
    // What is null is left out.
    std::erase_if(out, [](const Field& field) { return field.value.type == Value::Type::Null; });
    return out;
  }

  Status table(const Value& value, const std::string& path) {
    std::vector<Field> fields = sorted(value);
    bool plain = false;
    for (const Field& field : fields) {
      if (isTable(field.value) || isArrayOfTables(field.value)) continue;
      plain = true;
      out_ += keyText(field.label) + " = ";
      TRY_VOID(inlined(field.value));
      out_ += '\n';
    }
    bool first = true;
    for (const Field& field : fields) {
      bool array = isArrayOfTables(field.value);
      if (!isTable(field.value) && !array) continue;
      if (!first || plain) out_ += '\n';
      first = false;
      std::string name = path.empty() ? keyText(field.label) : path + '.' + keyText(field.label);
      if (!array) {
        out_ += '[' + name + "]\n";
        TRY_VOID(table(field.value, name));
        continue;
      }
      bool firstItem = true;
      for (const Value& item : field.value.list()) {
        if (!firstItem) out_ += '\n';
        firstItem = false;
        out_ += "[[" + name + "]]\n";
        TRY_VOID(table(item, name));
      }
    }
    return {};
  }

  Status inlined(const Value& value) {
    switch (value.type) {
      case Value::Type::Null:
      case Value::Type::Handle:
        return fail(ErrorCode::InvalidArgument, "toml: null cannot be encoded");
      case Value::Type::Bool:
        out_ += value.boolean ? "true" : "false";
        return {};
      case Value::Type::Number:
        return number(value.num);
      case Value::Type::String:
        out_ += stringText(value.str());
        return {};
      case Value::Type::Bytes:
        return bytes(value.str());
      case Value::Type::List: {
        out_ += '[';
        bool first = true;
        for (const Value& item : value.list()) {
          if (!first) out_ += ", ";
          first = false;
          TRY_VOID(inlined(item));
        }
        out_ += ']';
        return {};
      }
      case Value::Type::Struct: {
        out_ += '{';
        bool first = true;
        for (const Field& field : sorted(value)) {
          if (!first) out_ += ", ";
          first = false;
          out_ += keyText(field.label) + " = ";
          TRY_VOID(inlined(field.value));
        }
        out_ += '}';
        return {};
      }
    }
    return {};
  }

  /// As a list of numbers, which is what the peer makes of a byte slice.
  Status bytes(Text data) {
    out_ += '[';
    for (std::size_t i = 0; i < data.size(); ++i) {
      if (i > 0) out_ += ", ";
      out_ += std::to_string(static_cast<unsigned char>(data[i]));
    }
    out_ += ']';
    return {};
  }

  Status number(const number::Decimal& value) {
    if (value.isInt()) {
      if (!number::toInt64(value)) return fail(ErrorCode::InvalidArgument, "toml: integer out of range");
      out_ += number::toText(value);
      return {};
    }
    Arena arena;
    std::string text = number::toPlainText(number::fromDouble(number::toDouble(value), arena));
    if (text.find('.') == std::string::npos) text += ".0";
    out_ += text;
    return {};
  }

  static std::string stringText(Text text) {
    bool quotes = std::any_of(text.begin(), text.end(), [](char c) {
      auto byte = static_cast<unsigned char>(c);
      return c == '\'' || byte == 0x7F || (byte < 0x20 && c != '\t');
    });
    if (!quotes) return '\'' + std::string(text) + '\'';
    constexpr Text kHex = "0123456789ABCDEF";
    std::string out = "\"";
    for (char c : text) {
      auto byte = static_cast<unsigned char>(c);
      switch (c) {
        case '\\':
          out += "\\\\";
          break;
        case '"':
          out += "\\\"";
          break;
        case '\b':
          out += "\\b";
          break;
        case '\f':
          out += "\\f";
          break;
        case '\n':
          out += "\\n";
          break;
        case '\r':
          out += "\\r";
          break;
        case '\t':
          out += "\\t";
          break;
        default:
          if (byte < 0x20 || byte == 0x7F) {
            out += "\\u00";
            out += kHex[byte >> 4];
            out += kHex[byte & 0xF];
          } else {
            out += c;
          }
      }
    }
    return out + '"';
  }

  static std::string keyText(Text key) {
    bool bare = !key.empty() && std::all_of(key.begin(), key.end(), isBareKey);
    return bare ? std::string(key) : stringText(key);
  }

  std::string out_;
};

}  // namespace

Result<Value> read(Text text, Arena& arena) {
  return Reader(text, arena).document();
}

Result<std::string> write(const Value& value) {
  return Writer().document(value);
}

}  // namespace puppis::cue::builtin::toml
