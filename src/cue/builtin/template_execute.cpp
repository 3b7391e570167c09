// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <optional>

#include "cue/builtin/template_tree.h"
#include "cue/builtin/text_escape.h"
#include "cue/builtin/url_text.h"

namespace puppis::cue::builtin::templates {

namespace {

using Type = Value::Type;
using Arguments = std::span<const Value>;

tl::unexpected<Error> bad(std::string message) {
  return fail(ErrorCode::InvalidArgument, "template: " + std::move(message));
}

/// What is not there: like nil, but fields may be selected from it.
Value missing() {
  Value out = Value::null();
  out.boolean = true;
  return out;
}
bool isMissing(const Value& value) {
  return value.type == Type::Null && value.boolean;
}

std::string_view word(const Value& value) {
  static constexpr std::array<std::string_view, 8> kWords = {"nil",   "bool", "number", "string",
                                                             "bytes", "list", "map",    "value"};
  return kWords[static_cast<std::size_t>(value.type)];
}

bool truth(const Value& value) {
  switch (value.type) {
    case Type::Null:
      return false;
    case Type::Bool:
      return value.boolean;
    case Type::Number:
      return !value.num.isZero();
    case Type::String:
    case Type::Bytes:
      return !value.str().empty();
    case Type::List:
    case Type::Struct:
      return value.count != 0;
    case Type::Handle:
      break;
  }
  return true;
}

const Value* fieldOf(const Value& value, std::string_view label) {
  for (const Field& field : value.structure()) {
    if (field.label == label) return &field.value;
  }
  return nullptr;
}

// ---- The functions

bool isFloat(const Value& v) {
  return v.type == Type::Number && !v.num.isInt();
}

Result<bool> equalValues(const Value& a, const Value& b) {
  if (a.type == Type::Null || b.type == Type::Null) return a.type == b.type;
  if (a.type != b.type || isFloat(a) != isFloat(b)) return bad("incompatible types for comparison");
  switch (a.type) {
    case Type::Bool:
      return a.boolean == b.boolean;
    case Type::Number:
      return number::equal(a.num, b.num);
    case Type::String:
      return a.str() == b.str();
    default:
      return bad("non-comparable types in comparison");
  }
}

Result<Value> equalToAny(Arguments all) {
  if (all.size() < 2) return bad("missing argument for comparison");
  for (const Value& other : all.subspan(1)) {
    TRY(const bool same, equalValues(all[0], other));
    if (same) return Value::of(true);
  }
  return Value::of(false);
}

Result<int> order(Arguments all) {
  if (all.size() != 2)
    return bad("wrong number of args for comparison: want 2 got " + std::to_string(all.size()));
  const Value& a = all[0];
  const Value& b = all[1];
  if (a.type != b.type || isFloat(a) != isFloat(b)) return bad("incompatible types for comparison");
  if (a.type == Type::Number) return number::compare(a.num, b.num);
  if (a.type == Type::String) return a.str().compare(b.str());
  return bad("invalid type for comparison");
}

Result<std::int64_t> position(const Value& value, std::int64_t limit) {
  const auto at = value.type == Type::Number && value.num.isInt() ? number::toInt64(value.num) : std::nullopt;
  if (!at) return bad("cannot index slice/array with type " + std::string(word(value)));
  if (*at < 0 || *at > limit) return bad("index out of range: " + std::to_string(*at));
  return *at;
}

Result<Value> index(Arguments all) {
  if (all.empty()) return bad("wrong number of args for index");
  Value at = all[0];
  for (const Value& key : all.subspan(1)) {
    if (at.type == Type::Struct) {
      if (key.type != Type::String)
        return bad("value has type " + std::string(word(key)) + "; should be string");
      const Value* found = fieldOf(at, key.str());
      at = found != nullptr ? *found : missing();
      continue;
    }
    if (at.type == Type::Null) return bad("index of untyped nil");
    if (at.type != Type::List && at.type != Type::String && at.type != Type::Bytes)
      return bad("can't index item of type " + std::string(word(at)));
    const auto length = static_cast<std::int64_t>(at.type == Type::List ? at.count : at.str().size());
    TRY(const std::int64_t i, position(key, length - 1));
    const auto n = static_cast<std::size_t>(i);
    at = at.type == Type::List ? at.list()[n] : Value::ofInt(static_cast<unsigned char>(at.str()[n]));
  }
  return at;
}

Result<Value> slice(Arguments all) {
  if (all.empty() || all.size() > 4) return bad("wrong number of args for slice");
  const Value& whole = all[0];
  const bool isList = whole.type == Type::List;
  if (!isList && whole.type != Type::String && whole.type != Type::Bytes)
    return bad("can't slice item of type " + std::string(word(whole)));
  if (whole.type == Type::String && all.size() == 4) return bad("cannot 3-index slice a string");
  const auto length = static_cast<std::int64_t>(isList ? whole.count : whole.str().size());
  std::array<std::int64_t, 3> bounds = {0, length, length};
  for (std::size_t i = 1; i < all.size(); ++i) {
    TRY(bounds[i - 1], position(all[i], length));
  }
  if (bounds[0] > bounds[1] || bounds[1] > bounds[2]) return bad("invalid slice index");
  const auto from = static_cast<std::size_t>(bounds[0]);
  const auto size = static_cast<std::size_t>(bounds[1] - bounds[0]);
  if (isList) return Value::list(whole.list().subspan(from, size));
  const std::string_view part = whole.str().substr(from, size);
  return whole.type == Type::String ? Value::string(part) : Value::bytes(part);
}

Result<Value> length(Arguments all) {
  if (all.size() != 1) return bad("wrong number of args for len");
  const Value& v = all[0];
  if (v.type == Type::List || v.type == Type::Struct) return Value::ofInt(v.count);
  if (v.type == Type::String || v.type == Type::Bytes)
    return Value::ofInt(static_cast<std::int64_t>(v.str().size()));
  if (v.type == Type::Null) return bad("len of nil pointer");
  return bad("len of type " + std::string(word(v)));
}

/// The text of all arguments for an escaper: a single string as it is.
std::string argumentText(Arguments all) {
  if (all.size() == 1 && isMissing(all[0])) return "<no value>";
  return print(all);
}

Result<Value> callFunction(std::string_view name, Arguments all, Arena& arena) {
  const auto text = [&](const std::string& s) { return Value::string(arena.copy(s)); };
  if (name == "len") return length(all);
  if (name == "index") return index(all);
  if (name == "slice") return slice(all);
  if (name == "not") {
    if (all.size() != 1) return bad("wrong number of args for not: want 1 got " + std::to_string(all.size()));
    return Value::of(!truth(all[0]));
  }
  if (name == "eq") return equalToAny(all);
  if (name == "ne") {
    if (all.size() != 2) return bad("wrong number of args for ne");
    TRY(const bool same, equalValues(all[0], all[1]));
    return Value::of(!same);
  }
  if (name == "lt" || name == "le" || name == "gt" || name == "ge") {
    TRY(const int sign, order(all));
    const bool greater = name[0] == 'g';
    if (name[1] == 'e' && sign == 0) return Value::of(true);
    return Value::of(greater ? sign > 0 : sign < 0);
  }
  if (name == "print") return text(print(all));
  if (name == "println") return text(printLine(all));
  if (name == "printf") {
    if (all.empty() || all[0].type != Type::String)
      return bad("wrong type of argument for printf: want a string");
    return text(printFormatted(all[0].str(), all.subspan(1)));
  }
  if (name == "html") return text(escapeHtmlTemplate(argumentText(all)));
  if (name == "js") return text(escapeJavaScript(argumentText(all)));
  if (name == "urlquery") return text(url::escape(argumentText(all), url::Part::Query));
  return bad("call of nil");
}

constexpr std::array<std::string_view, 19> kFunctionNames = {
    "and", "call", "eq",  "ge", "gt",    "html",   "index",   "js",    "le",      "len",
    "lt",  "ne",   "not", "or", "print", "printf", "println", "slice", "urlquery"};

// ---- The walk

class Execution {
 public:
  Execution(const Set& set, Arena& arena) : set_(set), arena_(arena) {}

  Result<std::string> run(const Value& data) {
    const Value dot = data.type == Type::Null ? missing() : data;
    variables_.emplace_back("", dot);
    TRY_VOID(nodes(set_.find("")->second, dot));
    return std::move(out_);
  }

 private:
  enum class Flow : std::uint8_t { On, Break, Continue };

  Result<Flow> nodes(const Nodes& all, const Value& dot) {
    constexpr std::size_t kMostText = 64UL << 20;
    for (const Node& n : all) {
      if (out_.size() > kMostText) return bad("the text becomes too long");
      TRY(const Flow flow, node(n, dot));
      if (flow != Flow::On) return flow;
    }
    return Flow::On;
  }

  Result<Flow> node(const Node& n, const Value& dot) {
    switch (n.kind) {
      case Node::Kind::Text:
        out_ += n.text;
        return Flow::On;
      case Node::Kind::Action: {
        TRY(const Value value, pipeline(*n.pipeline, dot));
        if (n.pipeline->variables.empty()) out_ += value.type == Type::Null ? "<no value>" : shown(value);
        return Flow::On;
      }
      case Node::Kind::Break:
        return Flow::Break;
      case Node::Kind::Continue:
        return Flow::Continue;
      case Node::Kind::Template:
        return called(n, dot);
      case Node::Kind::If:
      case Node::Kind::With: {
        const std::size_t known = variables_.size();
        TRY(const Value value, pipeline(*n.pipeline, dot));
        const bool holds = truth(value);
        TRY(const Flow flow,
            nodes(holds ? n.body : n.otherwise, holds && n.kind == Node::Kind::With ? value : dot));
        variables_.resize(known);
        return flow;
      }
      case Node::Kind::Range:
        return range(n, dot);
    }
    return Flow::On;
  }

  Result<Flow> called(const Node& n, const Value& dot) {
    constexpr int kDeepest = 1000;
    const auto found = set_.find(n.text);
    if (found == set_.end()) return bad("template \"" + n.text + "\" not defined");
    if (++depth_ > kDeepest) return bad("exceeded maximum template depth");
    Value data = Value::null();
    if (n.pipeline) {
      TRY(data, pipeline(*n.pipeline, dot));
    }
    std::vector<std::pair<std::string, Value>> outer;
    outer.swap(variables_);
    variables_.emplace_back("", data);
    TRY_VOID(nodes(found->second, data));
    variables_.swap(outer);
    --depth_;
    return Flow::On;
  }

  Result<Flow> range(const Node& n, const Value& dot) {
    const std::size_t known = variables_.size();
    TRY(const Value over, pipeline(*n.pipeline, dot, false));
    std::vector<std::pair<Value, Value>> turns;
    if (over.type == Type::List) {
      for (std::size_t i = 0; i < over.count; ++i)
        turns.emplace_back(Value::ofInt(static_cast<std::int64_t>(i)), over.list()[i]);
    } else if (over.type == Type::Struct) {
      for (const Field& field : over.structure()) turns.emplace_back(Value::string(field.label), field.value);
      std::sort(turns.begin(), turns.end(),
                [](const auto& a, const auto& b) { return a.first.str() < b.first.str(); });
    } else if (over.type == Type::Number && over.num.isInt()) {
      constexpr std::int64_t kMostTurns = 10'000'000;
      const std::int64_t count = number::toInt64(over.num).value_or(kMostTurns + 1);
      if (count > kMostTurns) return bad("range over " + shown(over) + " turns");
      if (n.pipeline->variables.size() > 1)
        return bad("can't use " + shown(over) + " to iterate over more than one variable");
      for (std::int64_t i = 0; i < count; ++i) turns.emplace_back(Value::ofInt(i), Value::ofInt(i));
    } else if (over.type != Type::Null) {
      return bad("range can't iterate over " + shown(over));
    }
    for (const auto& [key, value] : turns) {
      const std::vector<std::string>& names = n.pipeline->variables;
      if (names.size() == 1) set(*n.pipeline, names[0], value);
      if (names.size() == 2) {
        set(*n.pipeline, names[0], key);
        set(*n.pipeline, names[1], value);
      }
      TRY(const Flow flow, nodes(n.body, value));
      variables_.resize(known);
      if (flow == Flow::Break) break;
    }
    if (turns.empty()) {
      TRY(const Flow flow, nodes(n.otherwise, dot));
      variables_.resize(known);
      return flow;
    }
    return Flow::On;
  }

  void set(const Pipeline& p, const std::string& name, const Value& value) {
    if (p.declares) {
      variables_.emplace_back(name, value);
      return;
    }
    for (auto it = variables_.rbegin(); it != variables_.rend(); ++it) {
      if (it->first != name) continue;
      it->second = value;
      return;
    }
  }

  Result<Value> pipeline(const Pipeline& p, const Value& dot, bool assigns = true) {
    std::optional<Value> value;
    for (const Command& c : p.commands) {
      TRY(value, command(c, dot, value));
    }
    if (assigns) {
      for (const std::string& name : p.variables) set(p, name, *value);
    }
    return *value;
  }

  Result<Value> command(const Command& c, const Value& dot, const std::optional<Value>& piped) {
    const Operand& first = c.operands[0];
    if (first.kind == Operand::Kind::Function) {
      TRY(const Value value, function(c, dot, piped));
      return selected(value, first.fields);
    }
    if (c.operands.size() > 1 || piped) return bad("can't give argument to non-function");
    if (first.kind == Operand::Kind::Constant && first.constant.type == Type::Null)
      return bad("nil is not a command");
    return operand(first, dot);
  }

  Result<Value> function(const Command& c, const Value& dot, const std::optional<Value>& piped) {
    const std::string& name = c.operands[0].name;
    std::vector<Value> arguments;
    if (name == "and" || name == "or") {
      if (c.operands.size() == 1 && !piped) return bad("wrong number of args for " + name);
      for (std::size_t i = 1; i < c.operands.size(); ++i) {
        TRY(const Value value, operand(c.operands[i], dot));
        const bool isLast = i + 1 == c.operands.size() && !piped;
        if (isLast || truth(value) == (name == "or")) return value;
      }
      return *piped;
    }
    for (std::size_t i = 1; i < c.operands.size(); ++i) {
      TRY(const Value value, operand(c.operands[i], dot));
      arguments.push_back(value);
    }
    if (piped) arguments.push_back(*piped);
    return callFunction(name, arguments, arena_);
  }

  Result<Value> operand(const Operand& o, const Value& dot) {
    switch (o.kind) {
      case Operand::Kind::Constant:
        return o.constant;
      case Operand::Kind::Dot:
        return selected(dot, o.fields);
      case Operand::Kind::Variable:
        for (auto it = variables_.rbegin(); it != variables_.rend(); ++it) {
          if (it->first == o.name) return selected(it->second, o.fields);
        }
        return bad("undefined variable: $" + o.name);
      case Operand::Kind::Nested: {
        TRY(const Value value, pipeline(*o.nested, dot));
        return selected(value, o.fields);
      }
      case Operand::Kind::Function: {
        TRY(const Value value, callFunction(o.name, {}, arena_));
        return selected(value, o.fields);
      }
    }
    return missing();
  }

  Result<Value> selected(Value value, const std::vector<std::string>& fields) {
    for (const std::string& name : fields) {
      if (isMissing(value)) continue;
      if (value.type == Type::Null) return bad("nil pointer evaluating interface {}." + name);
      if (value.type != Type::Struct) {
        return bad("can't evaluate field " + name + " in type " + std::string(word(value)));
      }
      const Value* found = fieldOf(value, name);
      value = found != nullptr ? *found : missing();
    }
    return value;
  }

  const Set& set_;
  Arena& arena_;
  std::string out_;
  std::vector<std::pair<std::string, Value>> variables_;
  int depth_ = 0;
};

}  // namespace

bool isFunction(std::string_view name) {
  return std::find(kFunctionNames.begin(), kFunctionNames.end(), name) != kFunctionNames.end();
}

Result<std::string> execute(const Set& set, const Value& data, Arena& arena) {
  return Execution(set, arena).run(data);
}

}  // namespace puppis::cue::builtin::templates
