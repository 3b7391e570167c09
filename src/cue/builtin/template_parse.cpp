// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "base/strings.h"
#include "cue/builtin/template_tree.h"
#include "cue/builtin/unicode.h"
#include "cue/number/decimal.h"

namespace puppis::cue::builtin::templates {

namespace {

tl::unexpected<Error> bad(std::string message) {
  return fail(ErrorCode::InvalidArgument, "template: " + std::move(message));
}

bool isSpace(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool isWord(char c) {
  return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// A piece of an action: a word, a `.Field`, a `$variable`, a constant or a mark.
struct Token {
  enum class Kind : std::uint8_t { End, Space, Word, Field, Dot, Variable, String, Char, Number, Mark };
  Kind kind = Kind::End;
  std::string text;

  [[nodiscard]] bool is(Kind wanted, std::string_view word) const { return kind == wanted && text == word; }
};

/// The value of one character of a quoted text; moves on.
Result<std::string> unescape(std::string_view quoted) {
  std::string out;
  for (std::size_t i = 0; i < quoted.size(); ++i) {
    if (quoted[i] != '\\') {
      out += quoted[i];
      continue;
    }
    if (++i == quoted.size()) return bad("unterminated quoted string");
    static constexpr std::string_view kFrom = "abfnrtv\\'\"";
    static constexpr std::string_view kTo = "\a\b\f\n\r\t\v\\'\"";
    const char c = quoted[i];
    if (const std::size_t at = kFrom.find(c); at != std::string_view::npos) {
      out += kTo[at];
      continue;
    }
    const std::size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : c >= '0' && c <= '7' ? 3 : 0;
    const std::size_t from = digits == 3 ? i : i + 1;
    unsigned code = 0;
    if (digits == 0 || from + digits > quoted.size()) return bad("invalid escape in quoted string");
    const char* end = quoted.data() + from + digits;
    if (std::from_chars(quoted.data() + from, end, code, digits == 3 ? 8 : 16).ptr != end)
      return bad("invalid escape in quoted string");
    if (digits == 2 || digits == 3) {
      out += static_cast<char>(code);
    } else {
      unicode::append(out, code);
    }
    i = from + digits - 1;
  }
  return out;
}

/// Cuts one action into tokens; runs of blanks are one Space.
Result<std::vector<Token>> tokensOf(std::string_view action) {
  std::vector<Token> out;
  std::size_t i = 0;
  const auto word = [&](std::size_t from) {
    std::size_t end = from;
    while (end < action.size() && isWord(action[end])) ++end;
    return std::string(action.substr(from, end - from));
  };
  while (i < action.size()) {
    const char c = action[i];
    const char next = i + 1 < action.size() ? action[i + 1] : '\0';
    if (isSpace(c)) {
      while (i < action.size() && isSpace(action[i])) ++i;
      out.push_back({Token::Kind::Space, " "});
    } else if (c == '"' || c == '\'') {
      std::size_t end = i + 1;
      while (end < action.size() && action[end] != c && action[end] != '\n')
        end += action[end] == '\\' ? 2 : 1;
      if (end >= action.size() || action[end] != c) return bad("unterminated quoted string");
      TRY(std::string text, unescape(action.substr(i + 1, end - i - 1)));
      out.push_back({c == '"' ? Token::Kind::String : Token::Kind::Char, std::move(text)});
      i = end + 1;
    } else if (c == '`') {
      const std::size_t end = action.find('`', i + 1);
      if (end == std::string_view::npos) return bad("unterminated raw quoted string");
      out.push_back({Token::Kind::String, std::string(action.substr(i + 1, end - i - 1))});
      i = end + 1;
    } else if (c == '$') {
      out.push_back({Token::Kind::Variable, word(i + 1)});
      i += 1 + out.back().text.size();
    } else if ((c >= '0' && c <= '9') || ((c == '+' || c == '-') && next >= '0' && next <= '9') ||
               (c == '.' && next >= '0' && next <= '9')) {
      std::size_t end = i + 1;
      while (end < action.size() && (isWord(action[end]) || action[end] == '.' ||
                                     ((action[end] == '+' || action[end] == '-') &&
                                      (action[end - 1] == 'e' || action[end - 1] == 'E'))))
        ++end;
      out.push_back({Token::Kind::Number, std::string(action.substr(i, end - i))});
      i = end;
    } else if (c == '.' && isWord(next)) {
      out.push_back({Token::Kind::Field, word(i + 1)});
      i += 1 + out.back().text.size();
    } else if (c == '.') {
      out.push_back({Token::Kind::Dot, "."});
      ++i;
    } else if (isWord(c)) {
      out.push_back({Token::Kind::Word, word(i)});
      i += out.back().text.size();
    } else if (c == ':' && next == '=') {
      out.push_back({Token::Kind::Mark, ":="});
      i += 2;
    } else if (std::string_view("|=(),").find(c) != std::string_view::npos) {
      out.push_back({Token::Kind::Mark, std::string(1, c)});
      ++i;
    } else {
      return bad("unexpected character '" + std::string(1, c) + "' in action");
    }
  }
  return out;
}

/// Reads the pipelines of one action.
class ActionReader {
 public:
  ActionReader(std::vector<Token> tokens, std::vector<std::string>& variables, Arena& arena)
      : tokens_(std::move(tokens)), variables_(&variables), arena_(&arena) {
    skipSpace();
  }

  [[nodiscard]] bool atEnd() const { return at_ == tokens_.size(); }
  [[nodiscard]] const Token& peek(std::size_t ahead = 0) const {
    static const Token kEnd;
    return at_ + ahead < tokens_.size() ? tokens_[at_ + ahead] : kEnd;
  }
  Token take() {
    Token out = peek();
    ++at_;
    return out;
  }
  void skipSpace() {
    while (peek().kind == Token::Kind::Space) ++at_;
  }
  bool takeWord(std::string_view word) {
    if (!peek().is(Token::Kind::Word, word)) return false;
    ++at_;
    skipSpace();
    return true;
  }

  /// Up to the end of the action, or to the ")" of a nested one.
  Result<std::unique_ptr<Pipeline>> pipeline(bool ranges, bool nested = false) {
    auto out = std::make_unique<Pipeline>();
    skipSpace();
    TRY_VOID(declaration(*out, ranges));
    for (;;) {
      TRY(Command next, command());
      out->commands.push_back(std::move(next));
      skipSpace();
      if (peek().is(Token::Kind::Mark, "|")) {
        ++at_;
        skipSpace();
        continue;
      }
      if (nested ? peek().is(Token::Kind::Mark, ")") : atEnd()) break;
      return bad("unexpected \"" + peek().text + "\" in command");
    }
    for (std::size_t i = 1; i < out->commands.size(); ++i) {
      if (out->commands[i].operands[0].kind == Operand::Kind::Constant)
        return bad("non executable command in pipeline");
    }
    // The names are known from the next action on.
    if (out->declares) variables_->insert(variables_->end(), out->variables.begin(), out->variables.end());
    return out;
  }

 private:
  Status declaration(Pipeline& out, bool ranges) {
    if (peek().kind != Token::Kind::Variable) return {};
    std::size_t ahead = 1;
    std::vector<std::string> names = {peek().text};
    const auto skip = [&] {
      while (peek(ahead).kind == Token::Kind::Space) ++ahead;
    };
    skip();
    if (ranges && peek(ahead).is(Token::Kind::Mark, ",")) {
      ++ahead;
      skip();
      if (peek(ahead).kind != Token::Kind::Variable) return bad("range can only initialize variables");
      names.push_back(peek(ahead++).text);
      skip();
    }
    const Token& mark = peek(ahead);
    if (!mark.is(Token::Kind::Mark, ":=") && !mark.is(Token::Kind::Mark, "=")) return {};
    out.declares = mark.text == ":=";
    out.variables = std::move(names);
    at_ += ahead + 1;
    skipSpace();
    if (!out.declares) {
      for (const std::string& name : out.variables) TRY_VOID(known(name));
    }
    return {};
  }

  Status known(const std::string& name) const {
    if (name.empty() || std::find(variables_->begin(), variables_->end(), name) != variables_->end())
      return {};
    return bad("undefined variable \"$" + name + "\"");
  }

  Result<Command> command() {
    Command out;
    for (;;) {
      TRY(auto next, operand());
      if (next) out.operands.push_back(std::move(*next));
      if (peek().kind != Token::Kind::Space) break;
      skipSpace();
    }
    if (out.operands.empty()) return bad("empty command");
    return out;
  }

  Result<std::optional<Operand>> operand() {
    Operand out;
    const Token token = peek();
    switch (token.kind) {
      case Token::Kind::Dot:
        break;
      case Token::Kind::Field:
        --at_;  // the fields are read below, this one with them
        break;
      case Token::Kind::Variable:
        TRY_VOID(known(token.text));
        out.kind = Operand::Kind::Variable;
        out.name = token.text;
        break;
      case Token::Kind::Word:
        out.kind = Operand::Kind::Constant;
        if (token.text == "true" || token.text == "false") {
          out.constant = Value::of(token.text == "true");
        } else if (token.text != "nil") {
          if (!isFunction(token.text)) return bad("function \"" + token.text + "\" not defined");
          out.kind = Operand::Kind::Function;
          out.name = token.text;
        }
        break;
      case Token::Kind::String:
        out.kind = Operand::Kind::Constant;
        out.constant = Value::string(arena_->copy(token.text));
        break;
      case Token::Kind::Char: {
        const unicode::Decoded rune =
            token.text.empty() ? unicode::Decoded{} : unicode::decode(token.text, 0);
        if (token.text.empty() || rune.length != token.text.size())
          return bad("malformed character constant");
        out.kind = Operand::Kind::Constant;
        out.constant = Value::ofInt(static_cast<std::int64_t>(rune.rune));
        break;
      }
      case Token::Kind::Number: {
        out.kind = Operand::Kind::Constant;
        TRY(out.constant, number(token.text));
        break;
      }
      case Token::Kind::Mark: {
        if (token.text != "(") return std::optional<Operand>();
        ++at_;
        out.kind = Operand::Kind::Nested;
        TRY(out.nested, pipeline(false, true));
        break;
      }
      case Token::Kind::Space:
      case Token::Kind::End:
        return std::optional<Operand>();
    }
    ++at_;
    while (peek().kind == Token::Kind::Field) {
      if (out.kind == Operand::Kind::Constant) return bad("unexpected . after term");
      out.fields.push_back(take().text);
    }
    return std::optional<Operand>(std::move(out));
  }

  Result<Value> number(std::string_view text) {
    const bool negative = text.front() == '-';
    std::string digits(text.substr(text.front() == '+' || negative ? 1 : 0));
    // As in Go a leading zero means octal.
    const bool octal =
        digits.size() > 1 && digits[0] == '0' && digits.find_first_not_of("01234567_") == std::string::npos;
    if (octal) digits.insert(1, "o");
    auto parsed = number::parseLiteral(digits, *arena_);
    if (!parsed) return bad("bad number syntax: \"" + std::string(text) + "\"");
    if (parsed->isInt() && !number::toInt64(*parsed))
      return bad("integer overflow: \"" + std::string(text) + "\"");
    return Value::of(negative ? number::negate(*parsed) : *parsed);
  }

  std::vector<Token> tokens_;
  std::vector<std::string>* variables_;
  Arena* arena_;
  std::size_t at_ = 0;
};

class Parser {
 public:
  Parser(std::string_view text, Arena& arena) : text_(text), arena_(arena) {}

  Result<Set> run() {
    TRY(End end, list(set_[""]));
    if (end.word != "") return bad("unexpected {{" + end.word + "}}");
    return std::move(set_);
  }

 private:
  /// What ended a list: "" for the end of the text, "end", or "else" with the rest of its action.
  struct End {
    std::string word;
    std::optional<ActionReader> rest;
  };

  Result<End> list(Nodes& out) {
    for (;;) {
      std::size_t open = text_.find("{{", at_);
      std::string_view text = text_.substr(at_, open == std::string_view::npos ? open : open - at_);
      if (trimsNext_) {
        while (!text.empty() && isSpace(text.front())) text.remove_prefix(1);
      }
      trimsNext_ = false;
      const bool atEnd = open == std::string_view::npos;
      std::size_t inner = atEnd ? text_.size() : open + 2;
      if (!atEnd && inner + 1 < text_.size() && text_[inner] == '-' && isSpace(text_[inner + 1])) {
        while (!text.empty() && isSpace(text.back())) text.remove_suffix(1);
        inner += 1;
      }
      if (!text.empty()) {
        Node node;
        node.text = text;
        out.push_back(std::move(node));
      }
      if (atEnd) {
        at_ = text_.size();
        return End{};
      }
      TRY(const std::string_view action, actionFrom(inner));
      if (isComment(action)) continue;
      TRY(auto tokens, tokensOf(action));
      ActionReader reader(std::move(tokens), variables_, arena_);
      if (reader.takeWord("end")) {
        if (!reader.atEnd()) return bad("unexpected \"" + reader.peek().text + "\" in end");
        return End{"end", std::nullopt};
      }
      if (reader.takeWord("else")) return End{"else", std::move(reader)};
      TRY_VOID(perform(reader, out));
    }
  }

  static bool isComment(std::string_view action) { return trim(action).starts_with("/*"); }

  /// The text of the action that starts at `from`, and moves behind it.
  Result<std::string_view> actionFrom(std::size_t from) {
    std::size_t i = from;
    while (i < text_.size() && isSpace(text_[i])) ++i;
    if (text_.substr(i, 2) == "/*") {
      const std::size_t end = text_.find("*/", i);
      if (end == std::string_view::npos) return bad("unclosed comment");
      i = end + 2;
    }
    char quote = '\0';
    for (; i < text_.size(); ++i) {
      const char c = text_[i];
      if (quote != '\0') {
        if (c == '\\' && quote != '`') {
          ++i;
        } else if (c == quote) {
          quote = '\0';
        }
        continue;
      }
      if (c == '"' || c == '\'' || c == '`') {
        quote = c;
      } else if (text_.substr(i, 2) == "}}") {
        std::string_view action = text_.substr(from, i - from);
        at_ = i + 2;
        if (action.size() >= 2 && action.back() == '-' && isSpace(action[action.size() - 2])) {
          action.remove_suffix(1);
          trimsNext_ = true;
        }
        return action;
      }
    }
    return bad("unclosed action");
  }

  Status perform(ActionReader& reader, Nodes& out) {
    if (reader.takeWord("if")) return branch(Node::Kind::If, reader, out);
    if (reader.takeWord("with")) return branch(Node::Kind::With, reader, out);
    if (reader.takeWord("range")) return branch(Node::Kind::Range, reader, out);
    if (reader.takeWord("break")) return jump(Node::Kind::Break, reader, out);
    if (reader.takeWord("continue")) return jump(Node::Kind::Continue, reader, out);
    if (reader.takeWord("define")) return define(reader, nullptr);
    if (reader.takeWord("block")) return define(reader, &out);
    Node node;
    node.kind = Node::Kind::Action;
    if (reader.takeWord("template")) {
      node.kind = Node::Kind::Template;
      TRY(node.text, nameOf(reader));
      if (reader.atEnd()) {
        out.push_back(std::move(node));
        return {};
      }
    }
    TRY(node.pipeline, reader.pipeline(false));
    out.push_back(std::move(node));
    return {};
  }

  Result<std::string> nameOf(ActionReader& reader) {
    if (reader.peek().kind != Token::Kind::String) return bad("a template needs a quoted name");
    std::string name = reader.take().text;
    reader.skipSpace();
    return name;
  }

  Status jump(Node::Kind kind, ActionReader& reader, Nodes& out) {
    if (!reader.atEnd()) return bad("unexpected \"" + reader.peek().text + "\" in command");
    if (ranges_ == 0) return bad("{{break}} or {{continue}} outside {{range}}");
    Node node;
    node.kind = kind;
    out.push_back(std::move(node));
    return {};
  }

  Status branch(Node::Kind kind, ActionReader& reader, Nodes& out) {
    const std::size_t known = variables_.size();
    Node node;
    node.kind = kind;
    TRY(node.pipeline, reader.pipeline(kind == Node::Kind::Range));
    if (kind == Node::Kind::Range) ++ranges_;
    auto end = list(node.body);
    if (kind == Node::Kind::Range) --ranges_;
    if (!end) return fail(end.error());
    if (end->word == "else") {
      if (kind != Node::Kind::Range && end->rest->takeWord(kind == Node::Kind::If ? "if" : "with")) {
        // `else if` has no `end` of its own.
        TRY_VOID(branch(kind, *end->rest, node.otherwise));
        variables_.resize(known);
        out.push_back(std::move(node));
        return {};
      }
      if (!end->rest->atEnd()) return bad("unexpected \"" + end->rest->peek().text + "\" in else");
      TRY(*end, list(node.otherwise));
      if (end->word == "else") return bad("expected end; found {{else}}");
    }
    if (end->word != "end") return bad("unexpected EOF");
    variables_.resize(known);
    out.push_back(std::move(node));
    return {};
  }

  /// A named template; with `out` also its call in that place.
  Status define(ActionReader& reader, Nodes* out) {
    TRY(std::string name, nameOf(reader));
    if (out != nullptr) {
      Node node;
      node.kind = Node::Kind::Template;
      node.text = name;
      TRY(node.pipeline, reader.pipeline(false));
      out->push_back(std::move(node));
    } else if (!reader.atEnd()) {
      return bad("unexpected \"" + reader.peek().text + "\" in define clause");
    }
    std::vector<std::string> outer;
    outer.swap(variables_);
    const int ranges = std::exchange(ranges_, 0);
    Nodes body;
    TRY(const End end, list(body));
    if (end.word != "end") return bad("unexpected " + (end.word.empty() ? std::string("EOF") : end.word));
    variables_.swap(outer);
    ranges_ = ranges;
    set_[name] = std::move(body);
    return {};
  }

  std::string_view text_;
  Arena& arena_;
  Set set_;
  std::vector<std::string> variables_;
  std::size_t at_ = 0;
  int ranges_ = 0;
  bool trimsNext_ = false;
};

}  // namespace

Result<Set> parse(std::string_view text, Arena& arena) {
  return Parser(text, arena).run();
}

}  // namespace puppis::cue::builtin::templates
