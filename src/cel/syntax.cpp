// SPDX-License-Identifier: Apache-2.0
#include "cel/syntax.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

namespace puppis::cel {
namespace {

constexpr int kDeepest = 250;

bool isLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool isDigit(char c) {
  return c >= '0' && c <= '9';
}

void appendUtf8(std::string& out, std::uint32_t rune) {
  auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (rune < 0x80) {
    put(rune);
  } else if (rune < 0x800) {
    put(0xC0 | (rune >> 6));
    put(0x80 | (rune & 0x3F));
  } else if (rune < 0x10000) {
    put(0xE0 | (rune >> 12));
    put(0x80 | ((rune >> 6) & 0x3F));
    put(0x80 | (rune & 0x3F));
  } else {
    put(0xF0 | (rune >> 18));
    put(0x80 | ((rune >> 12) & 0x3F));
    put(0x80 | ((rune >> 6) & 0x3F));
    put(0x80 | (rune & 0x3F));
  }
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<NodePtr> run() {
    TRY(NodePtr out, expression());
    skip();
    if (at_ < text_.size())
      return bad("Syntax error: unexpected '" + std::string(text_.substr(at_, 1)) + "'");
    return out;
  }

 private:
  tl::unexpected<Error> bad(const std::string& message) { return fail(errorAt(text_, at_, message)); }

  void skip() {
    for (;;) {
      while (at_ < text_.size() &&
             (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r'))
        ++at_;
      if (text_.substr(at_, 2) != "//") return;
      while (at_ < text_.size() && text_[at_] != '\n') ++at_;
    }
  }

  bool take(std::string_view token) {
    skip();
    if (text_.substr(at_, token.size()) != token) return false;
    at_ += token.size();
    return true;
  }

  bool peek(std::string_view token) {
    skip();
    return text_.substr(at_, token.size()) == token;
  }

  bool takeWord(std::string_view word) {
    skip();
    if (text_.substr(at_, word.size()) != word) return false;
    std::size_t end = at_ + word.size();
    if (end < text_.size() && (isLetter(text_[end]) || isDigit(text_[end]))) return false;
    at_ = end;
    return true;
  }

  NodePtr make(NodeKind kind, std::size_t position) {
    auto node = std::make_unique<Node>();
    node->kind = kind;
    node->position = position;
    return node;
  }

  NodePtr pair(NodeKind kind, std::size_t position, NodePtr left, NodePtr right) {
    NodePtr node = make(kind, position);
    node->args.push_back(std::move(left));
    node->args.push_back(std::move(right));
    return node;
  }

  Result<NodePtr> expression() {
    if (++depth_ > kDeepest) return bad("expression recursion limit exceeded: " + std::to_string(kDeepest));
    TRY(NodePtr test, disjunction());
    skip();
    std::size_t here = at_;
    if (take("?")) {
      NodePtr node = make(NodeKind::Conditional, here);
      TRY(NodePtr yes, disjunction());
      if (!take(":")) return bad("Syntax error: expected ':'");
      TRY(NodePtr no, expression());
      node->args.push_back(std::move(test));
      node->args.push_back(std::move(yes));
      node->args.push_back(std::move(no));
      test = std::move(node);
    }
    --depth_;
    return test;
  }

  Result<NodePtr> disjunction() {
    TRY(NodePtr left, conjunction());
    for (;;) {
      skip();
      std::size_t here = at_;
      if (!take("||")) return left;
      TRY(NodePtr right, conjunction());
      left = pair(NodeKind::Or, here, std::move(left), std::move(right));
    }
  }

  Result<NodePtr> conjunction() {
    TRY(NodePtr left, relation());
    for (;;) {
      skip();
      std::size_t here = at_;
      if (!take("&&")) return left;
      TRY(NodePtr right, relation());
      left = pair(NodeKind::And, here, std::move(left), std::move(right));
    }
  }

  std::string relationOperator() {
    for (auto token : {"<=", ">=", "==", "!=", "<", ">"}) {
      if (take(token)) return token;
    }
    return takeWord("in") ? "in" : "";
  }

  Result<NodePtr> relation() {
    TRY(NodePtr left, sum());
    for (;;) {
      skip();
      std::size_t here = at_;
      std::string op = relationOperator();
      if (op.empty()) return left;
      TRY(NodePtr right, sum());
      left = pair(NodeKind::Binary, here, std::move(left), std::move(right));
      left->text = op;
    }
  }

  Result<NodePtr> sum() {
    TRY(NodePtr left, product());
    for (;;) {
      skip();
      std::size_t here = at_;
      std::string op = take("+") ? "+" : take("-") ? "-" : "";
      if (op.empty()) return left;
      TRY(NodePtr right, product());
      left = pair(NodeKind::Binary, here, std::move(left), std::move(right));
      left->text = op;
    }
  }

  Result<NodePtr> product() {
    TRY(NodePtr left, unary());
    for (;;) {
      skip();
      std::size_t here = at_;
      std::string op = take("*") ? "*" : take("/") ? "/" : take("%") ? "%" : "";
      if (op.empty()) return left;
      TRY(NodePtr right, unary());
      left = pair(NodeKind::Binary, here, std::move(left), std::move(right));
      left->text = op;
    }
  }

  Result<NodePtr> unary() {
    skip();
    std::size_t here = at_;
    if (peek("!") && !peek("!=")) {
      ++at_;
      if (++depth_ > kDeepest) return bad("expression recursion limit exceeded: " + std::to_string(kDeepest));
      TRY(NodePtr inner, unary());
      --depth_;
      NodePtr node = make(NodeKind::Not, here);
      node->args.push_back(std::move(inner));
      return node;
    }
    if (peek("-")) {
      if (at_ + 1 < text_.size() && isDigit(text_[at_ + 1])) return member();  // a negative number
      ++at_;
      if (++depth_ > kDeepest) return bad("expression recursion limit exceeded: " + std::to_string(kDeepest));
      TRY(NodePtr inner, unary());
      --depth_;
      NodePtr node = make(NodeKind::Negate, here);
      node->args.push_back(std::move(inner));
      return node;
    }
    return member();
  }

  Result<NodePtr> member() {
    TRY(NodePtr node, primary());
    for (;;) {
      skip();
      std::size_t here = at_;
      if (take(".")) {
        bool optional = take("?");
        skip();
        if (at_ >= text_.size() || !isLetter(text_[at_]))
          return bad("Syntax error: expected a field or function name");
        std::string name = identifier();
        if (!optional && take("(")) {
          TRY(node, method(std::move(node), name, at_ - 1));
          continue;
        }
        NodePtr select = make(NodeKind::Select, here);
        select->text = name;
        select->optional = optional;
        select->args.push_back(std::move(node));
        node = std::move(select);
      } else if (take("[")) {
        bool optional = take("?");
        TRY(NodePtr index, expression());
        if (!take("]")) return bad("Syntax error: expected ']'");
        node = pair(NodeKind::Index, here, std::move(node), std::move(index));
        node->optional = optional;
      } else {
        return node;
      }
    }
  }

  Result<NodePtr> method(NodePtr target, const std::string& name, std::size_t position) {
    static const std::array<const char*, 7> kMacros = {"all", "exists", "exists_one", "existsOne",
                                                       "map", "filter", "optMap"};
    TRY(std::vector<NodePtr> args, arguments());
    bool macro = std::find(kMacros.begin(), kMacros.end(), name) != kMacros.end() && args.size() >= 2;
    if (macro) {
      std::size_t most = name == "map" ? 3 : 2;
      if (args.size() > most)
        return fail(
            errorAt(text_, position, "macro '" + name + "' with two variables is not understood here"));
      if (args[0]->kind != NodeKind::Ident)
        return fail(errorAt(text_, args[0]->position, "argument must be a simple name"));
      NodePtr node = make(NodeKind::Macro, position);
      node->text = name == "existsOne" ? "exists_one" : name;
      node->variable = args[0]->text;
      node->args.push_back(std::move(target));
      for (std::size_t i = 1; i < args.size(); ++i) node->args.push_back(std::move(args[i]));
      return node;
    }
    NodePtr node = make(NodeKind::Call, position);
    // sets.contains(...) and its kin are plain functions with a dot in their names
    bool qualified =
        target->kind == NodeKind::Ident && (target->text == "sets" || target->text == "optional" ||
                                            (target->text == "ip" && name == "isCanonical"));
    node->text = qualified ? target->text + "." + name : name;
    node->receiver = !qualified;
    if (!qualified) node->args.push_back(std::move(target));
    for (auto& arg : args) node->args.push_back(std::move(arg));
    return node;
  }

  Result<std::vector<NodePtr>> arguments() {
    std::vector<NodePtr> out;
    if (take(")")) return out;
    for (;;) {
      TRY(NodePtr one, expression());
      out.push_back(std::move(one));
      if (take(")")) return out;
      if (!take(",")) return bad("Syntax error: expected ',' or ')'");
    }
  }

  std::string identifier() {
    std::size_t begin = at_;
    while (at_ < text_.size() && (isLetter(text_[at_]) || isDigit(text_[at_]))) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  Result<NodePtr> primary() {
    skip();
    std::size_t here = at_;
    if (at_ >= text_.size())
      return bad(
          "Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', "
          "'null', "
          "NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}");
    if (take("(")) {
      TRY(NodePtr inner, expression());
      if (!take(")")) return bad("Syntax error: expected ')'");
      return inner;
    }
    if (take("[")) return list(here);
    if (take("{")) return map(here);
    char c = text_[at_];
    if (isDigit(c) || (c == '-' && at_ + 1 < text_.size() && isDigit(text_[at_ + 1])) ||
        (c == '.' && at_ + 1 < text_.size() && isDigit(text_[at_ + 1]))) {
      return number();
    }
    if (std::size_t prefix = stringPrefix(); prefix != std::string_view::npos) return string(prefix);
    if (c == '.') ++at_;
    skip();
    if (at_ >= text_.size() || !isLetter(text_[at_]))
      return bad("Syntax error: unexpected '" + std::string(1, c) + "'");
    std::string name = identifier();
    if (name == "true" || name == "false") {
      NodePtr node = make(NodeKind::Literal, here);
      node->literalKind = TypeKind::Bool;
      node->boolean = name == "true";
      return node;
    }
    if (name == "null") return make(NodeKind::Literal, here);
    if (take("(")) return function(name, at_ - 1);
    NodePtr node = make(NodeKind::Ident, here);
    node->text = name;
    return node;
  }

  Result<NodePtr> function(const std::string& name, std::size_t position) {
    TRY(std::vector<NodePtr> args, arguments());
    if (name == "has") {
      if (args.size() != 1 || args[0]->kind != NodeKind::Select) {
        return fail(errorAt(text_, position, "invalid argument to has() macro"));
      }
      args[0]->test = true;
      return std::move(args[0]);
    }
    NodePtr node = make(NodeKind::Call, position);
    node->text = name;
    node->args = std::move(args);
    return node;
  }

  Result<NodePtr> list(std::size_t position) {
    NodePtr node = make(NodeKind::List, position);
    while (!take("]")) {
      TRY(NodePtr one, expression());
      node->args.push_back(std::move(one));
      if (take("]")) break;
      if (!take(",")) return bad("Syntax error: expected ',' or ']'");
    }
    return node;
  }

  Result<NodePtr> map(std::size_t position) {
    NodePtr node = make(NodeKind::Map, position);
    while (!take("}")) {
      TRY(NodePtr key, expression());
      if (!take(":")) return bad("Syntax error: expected ':'");
      TRY(NodePtr value, expression());
      node->args.push_back(std::move(key));
      node->args.push_back(std::move(value));
      if (take("}")) break;
      if (!take(",")) return bad("Syntax error: expected ',' or '}'");
    }
    return node;
  }

  Result<NodePtr> number() {
    std::size_t begin = at_;
    bool negative = text_[at_] == '-';
    if (negative) ++at_;
    NodePtr node = make(NodeKind::Literal, begin);
    if (text_.substr(at_, 2) == "0x") {
      at_ += 2;
      std::uint64_t value = 0;
      auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value, 16);
      if (error != std::errc{}) return bad("invalid int literal");
      at_ = static_cast<std::size_t>(end - text_.data());
      return integer(std::move(node), value, negative);
    }
    bool real = false;
    std::size_t digits = at_;
    while (at_ < text_.size()) {
      char c = text_[at_];
      if (c == '.' && at_ + 1 < text_.size() && isDigit(text_[at_ + 1])) {
        real = true;
      } else if ((c == 'e' || c == 'E') && at_ + 1 < text_.size()) {
        real = true;
        if (text_[at_ + 1] == '+' || text_[at_ + 1] == '-') ++at_;
      } else if (!isDigit(c)) {
        break;
      }
      ++at_;
    }
    std::string word(text_.substr(digits, at_ - digits));
    if (real) {
      node->literalKind = TypeKind::Double;
      node->real = std::strtod(word.c_str(), nullptr) * (negative ? -1 : 1);
      return node;
    }
    std::uint64_t value = 0;
    auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc{} || end != word.data() + word.size()) return bad("invalid int literal");
    return integer(std::move(node), value, negative);
  }

  Result<NodePtr> integer(NodePtr node, std::uint64_t value, bool negative) {
    if (at_ < text_.size() && (text_[at_] == 'u' || text_[at_] == 'U')) {
      ++at_;
      node->literalKind = TypeKind::Uint;
      node->natural = value;
      if (negative) return bad("invalid uint literal");
      return node;
    }
    constexpr std::uint64_t kMost = static_cast<std::uint64_t>(INT64_MAX);
    if (value > kMost + (negative ? 1 : 0)) return bad("invalid int literal");
    node->literalKind = TypeKind::Int;
    node->integer = negative ? static_cast<std::int64_t>(0 - value) : static_cast<std::int64_t>(value);
    return node;
  }

  /// The length of r, b or rb before a quote; npos when no string begins here.
  std::size_t stringPrefix() const {
    std::size_t i = at_;
    while (i < text_.size() && i < at_ + 2 &&
           std::string_view("rRbB").find(text_[i]) != std::string_view::npos)
      ++i;
    if (i < text_.size() && (text_[i] == '"' || text_[i] == '\'')) return i - at_;
    return std::string_view::npos;
  }

  Result<NodePtr> string(std::size_t prefix) {
    NodePtr node = make(NodeKind::Literal, at_);
    bool raw = false;
    node->literalKind = TypeKind::String;
    for (std::size_t i = 0; i < prefix; ++i) {
      char c = text_[at_ + i];
      if (c == 'r' || c == 'R')
        raw = true;
      else
        node->literalKind = TypeKind::Bytes;
    }
    at_ += prefix;
    char quote = text_[at_];
    std::string triple(3, quote);
    bool isTriple = text_.substr(at_, 3) == triple;
    at_ += isTriple ? 3 : 1;
    for (;;) {
      if (at_ >= text_.size() || (!isTriple && text_[at_] == '\n'))
        return bad("Syntax error: unterminated string");
      if (isTriple ? text_.substr(at_, 3) == triple : text_[at_] == quote) {
        at_ += isTriple ? 3 : 1;
        return node;
      }
      if (text_[at_] == '\\' && !raw) {
        ++at_;
        TRY_VOID(escape(node->text, node->literalKind == TypeKind::Bytes));
      } else {
        node->text += text_[at_++];
      }
    }
  }

  Status escape(std::string& out, bool bytes) {
    if (at_ >= text_.size()) return bad("Syntax error: unterminated string");
    char c = text_[at_++];
    static constexpr std::string_view kFrom = "abfnrtv\\?\"'`";
    static constexpr std::string_view kTo = "\a\b\f\n\r\t\v\\?\"'`";
    if (std::size_t i = kFrom.find(c); i != std::string_view::npos) {
      out += kTo[i];
      return {};
    }
    std::size_t length = c == 'x' || c == 'X' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    int base = 16;
    if (c >= '0' && c <= '3') {
      --at_;
      length = 3;
      base = 8;
    }
    if (length == 0 || at_ + length > text_.size()) return bad("unable to unescape string");
    std::uint32_t rune = 0;
    const char* begin = text_.data() + at_;
    auto [end, error] = std::from_chars(begin, begin + length, rune, base);
    if (error != std::errc{} || end != begin + length) return bad("unable to unescape string");
    at_ += length;
    if (bytes)
      out += static_cast<char>(rune);
    else
      appendUtf8(out, rune);
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

Error errorAt(std::string_view text, std::size_t position, const std::string& message) {
  position = std::min(position, text.size());
  std::size_t line = 1;
  std::size_t start = 0;
  for (std::size_t i = 0; i < position; ++i) {
    if (text[i] != '\n') continue;
    ++line;
    start = i + 1;
  }
  std::size_t end = text.find('\n', start);
  std::string shown(text.substr(start, end == std::string_view::npos ? end : end - start));
  std::size_t column = position - start;
  return Error(ErrorCode::InvalidArgument, "ERROR: <input>:" + std::to_string(line) + ":" +
                                               std::to_string(column + 1) + ": " + message + "\n | " + shown +
                                               "\n | " + std::string(column, '.') + "^");
}

Result<NodePtr> parse(std::string_view text) {
  return Parser(text).run();
}

}  // namespace puppis::cel
