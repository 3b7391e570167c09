// SPDX-License-Identifier: Apache-2.0
#include "kube/selector.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/strings.h"

namespace puppis::kube {

namespace {

using Operator = LabelSelector::Operator;
using Requirement = LabelSelector::Requirement;

/// Words and punctuation of a label selector, one at a time.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::string_view peek() {
    if (!ahead_) ahead_ = scan();
    return *ahead_;
  }
  std::string_view next() {
    std::string_view token = peek();
    ahead_.reset();
    return token;
  }

 private:
  static bool punctuation(char c) { return std::string_view("=!,()<>").find(c) != std::string_view::npos; }
  static bool blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

  std::string_view scan() {
    while (at_ < text_.size() && blank(text_[at_])) ++at_;
    if (at_ == text_.size()) return {};
    std::size_t start = at_;
    if (punctuation(text_[at_])) {
      ++at_;
      if (at_ < text_.size() && (text_[start] == '=' || text_[start] == '!') && text_[at_] == '=') ++at_;
    } else {
      while (at_ < text_.size() && !punctuation(text_[at_]) && !blank(text_[at_])) ++at_;
    }
    return text_.substr(start, at_ - start);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::optional<std::string_view> ahead_;
};

bool word(std::string_view token) {
  return !token.empty() && std::string_view("=!,()<>").find(token.front()) == std::string_view::npos;
}

Error malformed(std::string_view text, std::string_view found, std::string_view expected) {
  return Error(ErrorCode::InvalidArgument, "unable to parse selector \"" + std::string(text) + "\"")
      .expected(std::string(expected))
      .found(found.empty() ? "the end" : "\"" + std::string(found) + "\"");
}

Result<std::vector<std::string>> valueList(Lexer& lexer, std::string_view text) {
  if (lexer.next() != "(") return fail(malformed(text, lexer.peek(), "\"(\" after in or notin"));
  std::vector<std::string> values;
  bool wanted = true;  // a value, possibly empty, stands between two commas
  while (true) {
    std::string_view token = lexer.next();
    if (token == ")" || token == ",") {
      if (wanted) values.emplace_back();
      if (token == ")") break;
      wanted = true;
    } else if (word(token) && wanted) {
      values.emplace_back(token);
      wanted = false;
    } else {
      return fail(malformed(text, token, "\",\" or \")\""));
    }
  }
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

Result<Requirement> requirement(Lexer& lexer, std::string_view text) {
  Requirement out;
  if (lexer.peek() == "!") {
    lexer.next();
    out.op = Operator::DoesNotExist;
  }
  if (!word(lexer.peek())) return fail(malformed(text, lexer.peek(), "a label key"));
  out.key = lexer.next();
  std::string_view token = lexer.peek();
  if (out.op == Operator::DoesNotExist || token.empty() || token == ",") return out;
  lexer.next();
  if (token == "in" || token == "notin") {
    out.op = token == "in" ? Operator::In : Operator::NotIn;
    TRY(out.values, valueList(lexer, text));
    return out;
  }
  if (token == "=" || token == "==") {
    out.op = Operator::In;
  } else if (token == "!=") {
    out.op = Operator::NotIn;
  } else if (token == ">" || token == "<") {
    out.op = token == ">" ? Operator::GreaterThan : Operator::LessThan;
  } else {
    return fail(malformed(text, token, "=, ==, !=, in, notin, < or >"));
  }
  std::string value;
  if (word(lexer.peek())) value = lexer.next();
  bool ordered = out.op == Operator::GreaterThan || out.op == Operator::LessThan;
  if (ordered) {
    std::int64_t number = 0;
    auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size())
      return fail(malformed(text, value, "an integer"));
  }
  out.values.push_back(std::move(value));
  return out;
}

std::optional<std::int64_t> integer(const std::string& text) {
  std::int64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool holds(const Requirement& r, const data::Value& labels) {
  const data::Value* value = labels.find(r.key);
  auto contains = [&] { return std::binary_search(r.values.begin(), r.values.end(), value->asString()); };
  switch (r.op) {
    case Operator::Exists:
      return value != nullptr;
    case Operator::DoesNotExist:
      return value == nullptr;
    case Operator::In:
      return value != nullptr && contains();
    case Operator::NotIn:
      return value == nullptr || !contains();
    case Operator::GreaterThan:
    case Operator::LessThan: {
      if (value == nullptr) return false;
      auto have = integer(value->asString());
      auto bound = integer(r.values.front());
      if (!have || !bound) return false;
      return r.op == Operator::GreaterThan ? *have > *bound : *have < *bound;
    }
  }
  return false;
}

std::string requirementText(const Requirement& r) {
  switch (r.op) {
    case Operator::Exists:
      return r.key;
    case Operator::DoesNotExist:
      return "!" + r.key;
    case Operator::GreaterThan:
      return r.key + ">" + r.values.front();
    case Operator::LessThan:
      return r.key + "<" + r.values.front();
    case Operator::In:
      if (r.values.size() == 1) return r.key + "=" + r.values.front();
      return r.key + " in (" + join(r.values, ",") + ")";
    case Operator::NotIn:
      if (r.values.size() == 1) return r.key + "!=" + r.values.front();
      return r.key + " notin (" + join(r.values, ",") + ")";
  }
  return {};
}

}  // namespace

Result<LabelSelector> LabelSelector::parse(std::string_view text) {
  LabelSelector out;
  Lexer lexer(text);
  if (lexer.peek().empty()) return out;
  while (true) {
    TRY(Requirement r, requirement(lexer, text));
    out.requirements_.push_back(std::move(r));
    std::string_view token = lexer.next();
    if (token.empty()) return out;
    if (token != ",") return fail(malformed(text, token, "\",\""));
  }
}

Result<LabelSelector> LabelSelector::fromObject(const data::Value& selector) {
  LabelSelector out;
  out.nothing_ = selector.isNull();
  for (const auto& [key, value, mark] : selector.get("matchLabels").members()) {
    out.requirements_.push_back({key.str(), Operator::In, {value.asString()}});
  }
  for (const auto& expression : selector.get("matchExpressions").elements()) {
    Requirement r;
    r.key = expression.get("key").asString();
    const std::string& op = expression.get("operator").asString();
    if (op == "In") {
      r.op = Operator::In;
    } else if (op == "NotIn") {
      r.op = Operator::NotIn;
    } else if (op == "Exists") {
      r.op = Operator::Exists;
    } else if (op == "DoesNotExist") {
      r.op = Operator::DoesNotExist;
    } else {
      return fail(Error(ErrorCode::InvalidArgument, "\"" + op + "\" is not a label selector operator")
                      .expected("In, NotIn, Exists or DoesNotExist"));
    }
    for (const auto& value : expression.get("values").elements()) r.values.push_back(value.asString());
    std::sort(r.values.begin(), r.values.end());
    out.requirements_.push_back(std::move(r));
  }
  return out;
}

bool LabelSelector::matches(const data::Value& labels) const {
  if (nothing_) return false;
  return std::all_of(requirements_.begin(), requirements_.end(),
                     [&](const Requirement& r) { return holds(r, labels); });
}

std::string LabelSelector::str() const {
  std::vector<std::string> parts;
  parts.reserve(requirements_.size());
  for (const auto& r : requirements_) parts.push_back(requirementText(r));
  return join(parts, ",");
}

Result<FieldSelector> FieldSelector::parse(std::string_view text) {
  FieldSelector out;
  if (trim(text).empty()) return out;
  for (const auto& part : split(text, ',')) {
    if (trim(part).empty()) continue;
    auto at = part.find('=');
    if (at == std::string::npos || at == 0) {
      return fail(Error(ErrorCode::InvalidArgument, "invalid field selector \"" + part + "\"")
                      .expected("path=value, path==value or path!=value"));
    }
    Term term;
    term.equal = part[at - 1] != '!';
    term.path = trim(std::string_view(part).substr(0, term.equal ? at : at - 1));
    std::size_t start = at + 1;
    if (term.equal && start < part.size() && part[start] == '=') ++start;
    term.value = part.substr(start);
    out.terms_.push_back(std::move(term));
  }
  return out;
}

bool FieldSelector::matches(const data::Value& object) const {
  for (const auto& term : terms_) {
    const data::Value* at = &object;
    for (const auto& step : split(term.path, '.')) at = &at->get(step);
    std::string have = at->isString() ? at->asString() : at->isNumeric() ? at->numberText() : std::string();
    if (at->isBool()) have = at->asBool() ? "true" : "false";
    if ((have == term.value) != term.equal) return false;
  }
  return true;
}

std::string FieldSelector::str() const {
  std::vector<std::string> parts;
  parts.reserve(terms_.size());
  for (const auto& term : terms_) parts.push_back(term.path + (term.equal ? "=" : "!=") + term.value);
  return join(parts, ",");
}

}  // namespace puppis::kube
