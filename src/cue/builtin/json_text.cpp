// SPDX-License-Identifier: Apache-2.0
#include "cue/builtin/json_text.h"

#include <array>
#include <vector>

#include "base/strings.h"
#include "cue/builtin/unicode.h"

namespace puppis::cue::builtin::json {

namespace {

constexpr std::size_t kMaxDepth = 10'000;

bool isSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool isDigit(char c) {
  return c >= '0' && c <= '9';
}

int hexDigit(char c) {
  if (isDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Reads one value. Without an arena it only checks.
class Reader {
 public:
  Reader(std::string_view text, Arena* arena) : text_(text), arena_(arena) {}

  bool value(Value& out) {
    if (++depth_ > kMaxDepth) return fail("exceeded max depth");
    space();
    bool good = valueInside(out);
    --depth_;
    return good;
  }

  void space() { at_ = skipSpace(text_, at_); }
  [[nodiscard]] std::size_t at() const { return at_; }
  [[nodiscard]] bool done() const { return at_ == text_.size(); }
  std::string error;

 private:
  bool fail(std::string what) {
    if (error.empty()) error = std::move(what);
    return false;
  }
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  bool valueInside(Value& out) {
    switch (peek()) {
      case '{':
        return object(out);
      case '[':
        return array(out);
      case '"': {
        std::string_view text;
        if (!string(text)) return false;
        out = Value::string(text);
        return true;
      }
      case 't':
        return word("true", Value::of(true), out);
      case 'f':
        return word("false", Value::of(false), out);
      case 'n':
        return word("null", Value::null(), out);
      default:
        return number(out);
    }
  }

  bool word(std::string_view wanted, Value value, Value& out) {
    if (text_.substr(at_, wanted.size()) != wanted) return unexpected();
    at_ += wanted.size();
    out = value;
    return true;
  }

  bool unexpected() {
    if (at_ >= text_.size()) return fail("unexpected end of JSON input");
    return fail("invalid character '" + std::string(1, text_[at_]) + "' looking for beginning of value");
  }

  bool digits() {
    if (!isDigit(peek())) return false;
    while (isDigit(peek())) ++at_;
    return true;
  }

  bool number(Value& out) {
    std::size_t start = at_;
    if (peek() == '-') ++at_;
    if (peek() == '0') {
      ++at_;
    } else if (!digits()) {
      return unexpected();
    }
    if (peek() == '.') {
      ++at_;
      if (!digits()) return unexpected();
    }
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      if (!digits()) return unexpected();
    }
    if (arena_ == nullptr) return true;
    auto read = number::parseDecimal(text_.substr(start, at_ - start), *arena_);
    if (!read) return fail("number out of range");
    // The minus of JSON is an operator in CUE: it does not reach zero.
    out = Value::of(read->isZero() ? read->withSign(false) : *read);
    return true;
  }

  bool string(std::string_view& out) {
    std::size_t start = ++at_;
    while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\') {
      if (static_cast<unsigned char>(text_[at_]) < 0x20)
        return fail("invalid control character in string literal");
      ++at_;
    }
    if (peek() == '"' && at_ < text_.size()) {
      out = keep(text_.substr(start, at_ - start));
      ++at_;
      return true;
    }
    std::string buffer(text_.substr(start, at_ - start));
    while (at_ < text_.size()) {
      char c = text_[at_++];
      if (c == '"') {
        out = keep(buffer);
        return true;
      }
      if (static_cast<unsigned char>(c) < 0x20) return fail("invalid control character in string literal");
      if (c != '\\') {
        buffer += c;
      } else if (!escape(buffer)) {
        return false;
      }
    }
    return fail("unexpected end of JSON input");
  }

  bool escape(std::string& buffer) {
    char c = peek();
    ++at_;
    switch (c) {
      case '"':
      case '\\':
      case '/':
        buffer += c;
        return true;
      case 'b':
        buffer += '\b';
        return true;
      case 'f':
        buffer += '\f';
        return true;
      case 'n':
        buffer += '\n';
        return true;
      case 'r':
        buffer += '\r';
        return true;
      case 't':
        buffer += '\t';
        return true;
      case 'u':
        break;
      default:
        return fail("invalid character in string escape code");
    }
    char32_t rune = 0;
    if (!hex4(rune)) return false;
    if (rune < 0xD800 || rune > 0xDFFF || arena_ == nullptr) {
      unicode::append(buffer, rune);
      return true;
    }
    char32_t low = 0;
    if (rune > 0xDBFF || text_.substr(at_, 2) != "\\u") return fail("unmatched surrogate pair");
    at_ += 2;
    if (!hex4(low)) return false;
    if (low < 0xDC00 || low > 0xDFFF) return fail("unmatched surrogate pair");
    unicode::append(buffer, 0x10000 + ((rune - 0xD800) << 10) + (low - 0xDC00));
    return true;
  }

  bool hex4(char32_t& out) {
    out = 0;
    for (int i = 0; i < 4; ++i) {
      int digit = hexDigit(peek());
      if (digit < 0) return fail("invalid character in \\u hexadecimal character escape");
      out = out * 16 + static_cast<char32_t>(digit);
      ++at_;
    }
    return true;
  }

  bool array(Value& out) {
    ++at_;
    std::vector<Value> items;
    space();
    if (peek() == ']') {
      ++at_;
    } else {
      for (;;) {
        Value item;
        if (!value(item)) return false;
        if (arena_ != nullptr) items.push_back(item);
        space();
        if (peek() == ']') break;
        if (peek() != ',') return unexpected();
        ++at_;
      }
      ++at_;
    }
    if (arena_ != nullptr) out = Value::list({copyOf(items), items.size()});
    return true;
  }

  bool object(Value& out) {
    ++at_;
    std::vector<Field> fields;
    space();
    if (peek() == '}') {
      ++at_;
    } else {
      for (;;) {
        Field field;
        space();
        if (peek() != '"') return unexpected();
        if (!string(field.label)) return false;
        space();
        if (peek() != ':') return unexpected();
        ++at_;
        if (!value(field.value)) return false;
        if (arena_ != nullptr) fields.push_back(field);
        space();
        if (peek() == '}') break;
        if (peek() != ',') return unexpected();
        ++at_;
      }
      ++at_;
    }
    if (arena_ != nullptr) out = Value::structure({copyOf(fields), fields.size()});
    return true;
  }

  [[nodiscard]] std::string_view keep(std::string_view text) const {
    return arena_ == nullptr ? std::string_view() : arena_->copy(text);
  }

  template <typename T>
  T* copyOf(const std::vector<T>& items) {
    auto* out = static_cast<T*>(arena_->allocate(sizeof(T) * (items.size() + 1), alignof(T)));
    std::copy(items.begin(), items.end(), out);
    return out;
  }

  std::string_view text_;
  Arena* arena_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
};

void appendUnicodeEscape(std::string& out, char32_t rune) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += kHex[(rune >> shift) & 0xF];
}

/// Copies the string literal at `at` (its opening quote); returns behind it.
std::size_t copyString(std::string& out, std::string_view text, std::size_t at) {
  std::size_t start = at++;
  while (text[at] != '"') at += text[at] == '\\' ? 2 : 1;
  out += text.substr(start, at + 1 - start);
  return at + 1;
}

}  // namespace

std::size_t skipSpace(std::string_view text, std::size_t at) {
  while (at < text.size() && isSpace(text[at])) ++at;
  return at;
}

bool valid(std::string_view text) {
  Reader reader(text, nullptr);
  Value ignored;
  if (!reader.value(ignored)) return false;
  reader.space();
  return reader.done();
}

Parsed parse(std::string_view text, Arena& arena) {
  Reader reader(text, &arena);
  Value value;
  if (!reader.value(value)) return {std::nullopt, reader.at(), reader.error};
  return {value, reader.at(), {}};
}

void appendString(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    char c = text[at];
    auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      ++at;
      switch (c) {
        case '"':
          out += "\\\"";
          break;
        case '\\':
          out += "\\\\";
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
          if (byte < 0x20) {
            appendUnicodeEscape(out, byte);
          } else {
            out += c;
          }
      }
      continue;
    }
    unicode::Decoded next = unicode::decode(text, at);
    if (!next.valid || next.rune == 0x2028 || next.rune == 0x2029) {
      appendUnicodeEscape(out, next.rune);
    } else {
      out += text.substr(at, next.length);
    }
    at += next.length;
  }
  out += '"';
}

void append(std::string& out, const Value& value) {
  switch (value.type) {
    case Value::Type::Null:
    case Value::Type::Handle:
      out += "null";
      break;
    case Value::Type::Bool:
      out += value.boolean ? "true" : "false";
      break;
    case Value::Type::Number:
      number::appendText(out, value.num);
      break;
    case Value::Type::String:
      appendString(out, value.str());
      break;
    case Value::Type::Bytes:
      out += '"' + base64Encode(value.str()) + '"';
      break;
    case Value::Type::List: {
      out += '[';
      bool first = true;
      for (const Value& item : value.list()) {
        if (!first) out += ',';
        first = false;
        append(out, item);
      }
      out += ']';
      break;
    }
    case Value::Type::Struct: {
      out += '{';
      bool first = true;
      for (const Field& field : value.structure()) {
        if (!first) out += ',';
        first = false;
        appendString(out, field.label);
        out += ':';
        append(out, field.value);
      }
      out += '}';
      break;
    }
  }
}

std::optional<std::string> compact(std::string_view text) {
  if (!valid(text)) return std::nullopt;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '"') {
      at = copyString(out, text, at);
    } else {
      if (!isSpace(text[at])) out += text[at];
      ++at;
    }
  }
  return out;
}

std::optional<std::string> indent(std::string_view text, std::string_view prefix, std::string_view step) {
  if (!valid(text)) return std::nullopt;
  std::string out;
  std::size_t depth = 0;
  auto newLine = [&] {
    out += '\n';
    out += prefix;
    for (std::size_t i = 0; i < depth; ++i) out += step;
  };
  std::size_t at = skipSpace(text, 0);
  while (at < text.size()) {
    char c = text[at];
    if (c == '"') {
      at = copyString(out, text, at);
      continue;
    }
    ++at;
    switch (c) {
      case '{':
      case '[': {
        out += c;
        std::size_t next = skipSpace(text, at);
        if (text[next] == '}' || text[next] == ']') {
          out += text[next];
          at = next + 1;
          break;
        }
        ++depth;
        newLine();
        break;
      }
      case '}':
      case ']':
        --depth;
        newLine();
        out += c;
        break;
      case ',':
        out += c;
        newLine();
        break;
      case ':':
        out += ": ";
        break;
      default:
        if (!isSpace(c)) out += c;
    }
  }
  // Trailing white space of the text is kept.
  std::size_t tail = text.find_last_not_of(" \t\r\n");
  out += text.substr(tail + 1);
  return out;
}

std::string escapeHtml(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    std::string_view rest = text.substr(at, 3);
    if (c == '<' || c == '>' || c == '&') {
      appendUnicodeEscape(out, static_cast<unsigned char>(c));
    } else if (rest == "\xE2\x80\xA8" || rest == "\xE2\x80\xA9") {
      appendUnicodeEscape(out, rest[2] == '\xA8' ? 0x2028 : 0x2029);
      at += 2;
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace puppis::cue::builtin::json
