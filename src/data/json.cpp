// SPDX-License-Identifier: Apache-2.0
#include "data/json.h"

#include <optional>
#include <unordered_map>

#include <simdjson.h>

#include "base/stack.h"
#include "base/strings.h"
#include "data/json_string.h"
#include "data/yaml.h"

namespace puppis::data {

namespace {

constexpr int kMaxDepth = 1000;
/// Below this many members a linear search for a duplicate key is cheaper than a hash table.
constexpr std::size_t kFewMembers = 12;

bool isSpace(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}
bool isDigit(char c) {
  return c >= '0' && c <= '9';
}

void appendUtf8(std::string& out, std::uint32_t rune) {
  if (rune < 0x80) {
    out.push_back(static_cast<char>(rune));
  } else if (rune < 0x800) {
    out.push_back(static_cast<char>(0xC0 | (rune >> 6)));
    out.push_back(static_cast<char>(0x80 | (rune & 0x3F)));
  } else if (rune < 0x10000) {
    out.push_back(static_cast<char>(0xE0 | (rune >> 12)));
    out.push_back(static_cast<char>(0x80 | ((rune >> 6) & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (rune & 0x3F)));
  } else {
    out.push_back(static_cast<char>(0xF0 | (rune >> 18)));
    out.push_back(static_cast<char>(0x80 | ((rune >> 12) & 0x3F)));
    out.push_back(static_cast<char>(0x80 | ((rune >> 6) & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (rune & 0x3F)));
  }
}

/// A recursive descent over one text. `kMarked` decides whether values carry their place and whether a
/// duplicate key is an error. Failures unwind by `false`; the first one is kept in `error_`.
template <bool kMarked>
class Parser {
 public:
  Parser(std::string_view text, const SourceFile* source)
      : begin_(text.data()),
        at_(text.data()),
        end_(text.data() + text.size()),
        lineStart_(text.data()),
        source_(source) {}

  Result<Value> run() {
    if (!simdjson::validate_utf8(begin_, static_cast<std::size_t>(end_ - begin_))) {
      std::string_view all(begin_, static_cast<std::size_t>(end_ - begin_));
      at_ = begin_ + firstInvalidUtf8(all).value_or(0);
      return fail(fault("the text is not valid UTF-8"));
    }
    Value out;
    skipSpace();
    if (!value(out, 0)) return fail(std::move(*error_));
    skipSpace();
    if (at_ != end_)
      return fail(fault("text follows the JSON value").expected("the end of the text").found(near()));
    return out;
  }

 private:
  bool value(Value& out, int depth) {
    if (at_ == end_)
      return stop(fault("the JSON text ends too early").expected("a value").found("the end of the text"));
    Mark mark = here();
    bool ok = false;
    switch (*at_) {
      case '{':
        ok = object(out, depth);
        break;
      case '[':
        ok = array(out, depth);
        break;
      case '"': {
        std::string_view text;
        ok = string(text);
        if (ok) out = Value(text);
        break;
      }
      case 't':
        ok = word("true");
        out = Value(true);
        break;
      case 'f':
        ok = word("false");
        out = Value(false);
        break;
      case 'n':
        ok = word("null");
        out = Value();
        break;
      default:
        ok = number(out);
    }
    if constexpr (kMarked) out.setMark(mark);
    return ok;
  }

  bool object(Value& out, int depth) {
    if (depth >= kMaxDepth) return tooDeep();
    out = Value::object();
    ++at_;
    skipSpace();
    if (peek() == '}') {
      ++at_;
      return true;
    }
    const std::size_t first = members_.size();
    std::optional<Seen> seen;
    for (;;) {
      if (peek() != '"') return stop(fault("an object needs a key").expected("a quoted key").found(near()));
      Mark keyMark = here();
      std::string_view text;
      if (!string(text)) return false;
      Key key(text);
      skipSpace();
      if (peek() != ':') return stop(fault("a key needs a value").expected("':'").found(near()));
      ++at_;
      skipSpace();
      Value member;
      if (!value(member, depth + 1)) return false;
      if (!addMember(first, seen, std::move(key), std::move(member), keyMark)) return false;
      skipSpace();
      if (peek() == '}') {
        ++at_;
        out.reserve(members_.size() - first);
        auto begin = members_.begin() + static_cast<std::ptrdiff_t>(first);
        for (auto m = begin; m != members_.end(); ++m)
          out.append(std::move(m->key), std::move(m->value), m->keyMark);
        members_.erase(begin, members_.end());
        return true;
      }
      if (peek() != ',') return stop(fault("the object is not closed").expected("',' or '}'").found(near()));
      ++at_;
      skipSpace();
    }
  }

  /// Where the members of a large object are, by their names.
  using Seen = std::unordered_map<std::string_view, std::size_t>;
  /// Adds to the members of the object whose first one is members_[first].
  bool addMember(std::size_t first, std::optional<Seen>& seen, Key key, Value member, Mark keyMark) {
    Member* old = nullptr;
    const std::string& name = key.str();
    if (members_.size() - first < kFewMembers) {
      for (std::size_t i = first; i < members_.size() && old == nullptr; ++i) {
        if (members_[i].key == name) old = &members_[i];
      }
    } else {
      if (!seen) {
        seen.emplace();
        for (std::size_t i = first; i < members_.size(); ++i) seen->emplace(members_[i].key.str(), i);
      }
      if (auto found = seen->find(name); found != seen->end()) old = &members_[found->second];
    }
    if (old == nullptr) {
      // The key's text is shared and does not move when the members do.
      if (seen) seen->emplace(name, members_.size());
      members_.push_back({std::move(key), std::move(member), kMarked ? keyMark : Mark{}});
      return true;
    }
    if constexpr (kMarked) {
      return stop(Error(ErrorCode::InvalidArgument, "the key \"" + name + "\" appears twice in one object")
                      .at(place(keyMark, name.size() + 2))
                      .at(place(old->keyMark, name.size() + 2)));
    } else {
      old->value = std::move(member);
      return true;
    }
  }

  bool array(Value& out, int depth) {
    if (depth >= kMaxDepth) return tooDeep();
    out = Value::array();
    ++at_;
    skipSpace();
    if (peek() == ']') {
      ++at_;
      return true;
    }
    const std::size_t first = elements_.size();
    for (;;) {
      Value element;
      if (!value(element, depth + 1)) return false;
      elements_.push_back(std::move(element));
      skipSpace();
      if (peek() == ']') {
        ++at_;
        out.reserve(elements_.size() - first);
        auto begin = elements_.begin() + static_cast<std::ptrdiff_t>(first);
        for (auto e = begin; e != elements_.end(); ++e) out.push(std::move(*e));
        elements_.erase(begin, elements_.end());
        return true;
      }
      if (peek() != ',') return stop(fault("the list is not closed").expected("',' or ']'").found(near()));
      ++at_;
      skipSpace();
    }
  }

  /// The text lives until the next string is read.
  bool string(std::string_view& out) {
    const char* open = at_++;
    bool escaped = false;
    for (;;) {
      const char* run = at_;
      while (at_ != end_ && *at_ != '"' && *at_ != '\\' && static_cast<unsigned char>(*at_) >= 0x20) ++at_;
      if (!escaped && at_ != end_ && *at_ == '"') {
        out = std::string_view(run, static_cast<std::size_t>(at_ - run));
        ++at_;
        return true;
      }
      if (!escaped) unescaped_.clear();
      escaped = true;
      unescaped_.append(run, at_);
      if (at_ == end_) {
        at_ = open;
        return stop(fault("the string is not closed").expected("'\"'").found("the end of the text"));
      }
      if (*at_ == '"') {
        ++at_;
        out = unescaped_;
        return true;
      }
      if (*at_ != '\\')
        return stop(fault("a control character stands in a string").expected("an escape such as \\n"));
      if (!escape(unescaped_)) return false;
    }
  }

  bool escape(std::string& out) {
    ++at_;
    char c = at_ == end_ ? '\0' : *at_;
    switch (c) {
      case '"':
      case '\\':
      case '/':
        out.push_back(c);
        break;
      case 'b':
        out.push_back('\b');
        break;
      case 'f':
        out.push_back('\f');
        break;
      case 'n':
        out.push_back('\n');
        break;
      case 'r':
        out.push_back('\r');
        break;
      case 't':
        out.push_back('\t');
        break;
      case 'u': {
        std::uint32_t rune = 0;
        if (!hex4(rune)) return false;
        if (rune >= 0xD800 && rune < 0xDC00 && end_ - at_ > 6 && at_[1] == '\\' && at_[2] == 'u') {
          const char* before = at_;
          at_ += 2;
          std::uint32_t low = 0;
          if (!hex4(low)) return false;
          if (low >= 0xDC00 && low < 0xE000) {
            rune = 0x10000 + ((rune - 0xD800) << 10) + (low - 0xDC00);
          } else {
            at_ = before;
          }
        }
        // Half of a pair stands for nothing; Go's decoder puts the replacement character there.
        if (rune >= 0xD800 && rune < 0xE000) rune = 0xFFFD;
        appendUtf8(out, rune);
        break;
      }
      default:
        return stop(fault("unknown escape in a string")
                        .expected("one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX")
                        .found(near()));
    }
    ++at_;
    return true;
  }

  /// Reads the digits after the `u` that at_ is on; leaves at_ on the last digit.
  bool hex4(std::uint32_t& rune) {
    rune = 0;
    for (int i = 0; i < 4; ++i) {
      ++at_;
      char c = at_ == end_ ? '\0' : *at_;
      int digit = isDigit(c)             ? c - '0'
                  : c >= 'a' && c <= 'f' ? c - 'a' + 10
                  : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                         : -1;
      if (digit < 0) return stop(fault("\\u needs four hexadecimal digits").found(near()));
      rune = rune * 16 + static_cast<std::uint32_t>(digit);
    }
    return true;
  }

  bool number(Value& out) {
    const char* start = at_;
    if (peek() == '-') ++at_;
    if (peek() == '0') {
      ++at_;
    } else if (isDigit(peek())) {
      while (isDigit(peek())) ++at_;
    } else {
      return stop(fault("this is no JSON value")
                      .expected("an object, list, string, number, true, false or null")
                      .found(near()));
    }
    if (isDigit(peek())) return stop(fault("a number does not begin with 0").found(near()));
    if (peek() == '.') {
      ++at_;
      if (!isDigit(peek())) return stop(fault("a fraction needs digits").found(near()));
      while (isDigit(peek())) ++at_;
    }
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      if (!isDigit(peek())) return stop(fault("an exponent needs digits").found(near()));
      while (isDigit(peek())) ++at_;
    }
    out = Value::number(std::string_view(start, static_cast<std::size_t>(at_ - start)));
    return true;
  }

  bool word(std::string_view expected) {
    if (static_cast<std::size_t>(end_ - at_) < expected.size() ||
        std::string_view(at_, expected.size()) != expected) {
      return stop(fault("this is no JSON value")
                      .expected("an object, list, string, number, true, false or null")
                      .found(near()));
    }
    at_ += expected.size();
    return true;
  }

  [[nodiscard]] char peek() const { return at_ == end_ ? '\0' : *at_; }

  void skipSpace() {
    while (at_ != end_ && isSpace(*at_)) {
      if (*at_ == '\n') {
        ++line_;
        lineStart_ = at_ + 1;
      }
      ++at_;
    }
  }

  [[nodiscard]] Mark here() const { return {line_, static_cast<std::uint32_t>(at_ - lineStart_) + 1}; }

  [[nodiscard]] Location place(Mark mark, std::size_t length) const {
    if (source_ != nullptr) return locate(*source_, mark, static_cast<std::uint32_t>(length));
    return Location{"", mark.line, mark.column, static_cast<std::uint32_t>(length), ""};
  }

  /// What stands at the fault, short enough for a message.
  [[nodiscard]] std::string near() const {
    if (at_ == end_) return "the end of the text";
    const char* stop = at_;
    while (stop != end_ && stop - at_ < 20 && !isSpace(*stop)) ++stop;
    while (stop != end_ && stop != at_ && (static_cast<unsigned char>(*stop) & 0xC0) == 0x80) --stop;
    return stop == at_ ? "white space" : "'" + std::string(at_, stop) + "'";
  }

  [[nodiscard]] Error fault(std::string message) const {
    // Line breaks are counted between tokens; inside a string there is none that is legal.
    return Error(ErrorCode::InvalidArgument, std::move(message)).at(place(placeOfFault(), 1));
  }
  [[nodiscard]] Mark placeOfFault() const {
    std::uint32_t line = 1;
    const char* start = begin_;
    for (const char* c = begin_; c != at_; ++c) {
      if (*c == '\n') {
        ++line;
        start = c + 1;
      }
    }
    return {line, static_cast<std::uint32_t>(at_ - start) + 1};
  }
  bool tooDeep() {
    return stop(fault("the JSON text nests deeper than " + std::to_string(kMaxDepth) + " levels"));
  }
  bool stop(Error error) {
    error_ = std::move(error);
    return false;
  }

  const char* begin_;
  const char* at_;
  const char* end_;
  std::uint32_t line_ = 1;
  const char* lineStart_;
  const SourceFile* source_;
  std::string unescaped_;        ///< of the last string that has escapes
  std::vector<Member> members_;  ///< of the objects that are open, the innermost last
  std::vector<Value> elements_;  ///< of the lists that are open
  std::optional<Error> error_;
};

void newLine(std::string& out, const JsonStyle& style, int depth) {
  if (style.indent == 0) return;
  out.push_back('\n');
  out.append(static_cast<std::size_t>(style.indent * depth), ' ');
}

void write(std::string& out, const Value& value, const JsonStyle& style, int depth) {
  switch (value.kind()) {
    case Kind::Null:
      out += "null";
      return;
    case Kind::Bool:
      out += value.asBool() ? "true" : "false";
      return;
    case Kind::Int:
    case Kind::Number:
      out += value.numberText();
      return;
    case Kind::String:
      appendJsonString(out, value.asString(), style.escapeHtml);
      return;
    case Kind::Array: {
      if (value.empty()) {
        out += "[]";
        return;
      }
      out.push_back('[');
      bool first = true;
      for (const Value& element : value.elements()) {
        if (!first) out.push_back(',');
        first = false;
        newLine(out, style, depth + 1);
        deeper([&] { write(out, element, style, depth + 1); });
      }
      newLine(out, style, depth);
      out.push_back(']');
      return;
    }
    case Kind::Object: {
      if (value.empty()) {
        out += "{}";
        return;
      }
      out.push_back('{');
      bool first = true;
      for (const Member& member : value.members()) {
        if (!first) out.push_back(',');
        first = false;
        newLine(out, style, depth + 1);
        appendJsonString(out, member.key.str(), style.escapeHtml);
        out += style.indent == 0 ? ":" : ": ";
        deeper([&] { write(out, member.value, style, depth + 1); });
      }
      newLine(out, style, depth);
      out.push_back('}');
      return;
    }
  }
}

}  // namespace

void appendJsonString(std::string& out, std::string_view text, bool escapeHtml) {
  constexpr char kHex[] = "0123456789abcdef";
  out.push_back('"');
  std::size_t run = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto c = static_cast<unsigned char>(text[i]);
    char shortForm = '\0';
    bool escaped = c < 0x20 || c == '"' || c == '\\' || (escapeHtml && (c == '<' || c == '>' || c == '&'));
    // U+2028 and U+2029 end a line in JavaScript; Go always escapes them.
    bool separator = c == 0xE2 && i + 2 < text.size() && static_cast<unsigned char>(text[i + 1]) == 0x80 &&
                     (static_cast<unsigned char>(text[i + 2]) & 0xFE) == 0xA8;
    if (!escaped && !separator) continue;
    out.append(text, run, i - run);
    if (separator) {
      out += static_cast<unsigned char>(text[i + 2]) == 0xA8 ? "\\u2028" : "\\u2029";
      i += 2;
      run = i + 1;
      continue;
    }
    switch (c) {
      case '"':
      case '\\':
        shortForm = static_cast<char>(c);
        break;
      case '\b':
        shortForm = 'b';
        break;
      case '\f':
        shortForm = 'f';
        break;
      case '\n':
        shortForm = 'n';
        break;
      case '\r':
        shortForm = 'r';
        break;
      case '\t':
        shortForm = 't';
        break;
      default:
        break;
    }
    out.push_back('\\');
    if (shortForm != '\0') {
      out.push_back(shortForm);
    } else {
      out += "u00";
      out.push_back(kHex[c >> 4]);
      out.push_back(kHex[c & 15]);
    }
    run = i + 1;
  }
  out.append(text, run, text.size() - run);
  out.push_back('"');
}

Result<Value> parseJson(const std::shared_ptr<const SourceFile>& source) {
  return Parser<true>(source->text(), source.get()).run();
}

Result<Value> parseJson(std::string_view text) {
  return Parser<false>(text, nullptr).run();
}

std::string toJson(const Value& value, JsonStyle style) {
  std::string out;
  appendJson(out, value, style);
  return out;
}

void appendJson(std::string& out, const Value& value, JsonStyle style) {
  if (style.sortKeys) {
    write(out, value.sorted(), style, 0);
  } else {
    write(out, value, style, 0);
  }
}

}  // namespace puppis::data
