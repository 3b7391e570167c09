// SPDX-License-Identifier: Apache-2.0
#include "schema/fit.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "base/strings.h"
#include "data/json.h"
#include "schema/shape.h"

namespace puppis::schema {

namespace {

using data::Value;
using Op = cue::Expression::Op;

constexpr std::size_t kDeepest = 32;
constexpr std::size_t kMostNames = 12;
constexpr std::size_t kMostText = 60;

/// The kinds of CUE values that data of this kind can be.
std::uint16_t kindsOf(const Value& given) {
  switch (given.kind()) {
    case data::Kind::Null:
      return cue::kNull;
    case data::Kind::Bool:
      return cue::kBool;
    case data::Kind::Int:
      return cue::kInt;
    case data::Kind::Number:
      return cue::kFloat;
    case data::Kind::String:
      return cue::kString | cue::kBytes;
    case data::Kind::Array:
      return cue::kList;
    case data::Kind::Object:
      return cue::kStruct;
  }
  return cue::kBottom;
}

std::string shown(const Value& given) {
  if (given.isNull()) return "nothing";
  std::string text = data::toJson(given);
  if (text.size() <= kMostText) return text;
  std::size_t end = kMostText - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

std::string listed(const std::vector<std::string>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    out += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
  }
  return out;
}

std::vector<cue::Value> alternativesOf(const cue::Value& declaration) {
  cue::Expression e = declaration.expression();
  if (e.op != Op::Or) return {declaration};
  std::vector<cue::Value> out;
  for (const cue::Value& operand : e.operands) {
    auto below = alternativesOf(operand);
    out.insert(out.end(), below.begin(), below.end());
  }
  return out;
}

/// "int", "a list", "an object", "int or string".
std::string kindWords(std::uint16_t kinds) {
  if (kinds == cue::kTop) return "anything";
  std::vector<std::string> words;
  if ((kinds & cue::kNumber) == cue::kNumber) {
    words.emplace_back("number");
  } else if ((kinds & cue::kInt) != 0) {
    words.emplace_back("int");
  } else if ((kinds & cue::kFloat) != 0) {
    words.emplace_back("float");
  }
  if ((kinds & cue::kString) != 0) words.emplace_back("string");
  if ((kinds & cue::kBytes) != 0 && (kinds & cue::kString) == 0) words.emplace_back("bytes");
  if ((kinds & cue::kBool) != 0) words.emplace_back("bool");
  if ((kinds & cue::kList) != 0) words.emplace_back("a list");
  if ((kinds & cue::kStruct) != 0) words.emplace_back("an object");
  if ((kinds & cue::kNull) != 0) words.emplace_back("null");
  return listed(words);
}

/// The limits of one alternative, after its kind: " from 1 to 65535", " matching \"^a\"".
std::string limits(const cue::Value& alternative) {
  std::string least, most, rest;
  for (const cue::Value& part : conjunctsOf(alternative)) {
    cue::Expression e = part.expression();
    if (e.op == Op::Call) {
      std::string arguments;
      for (const cue::Value& argument : e.operands) {
        auto json = argument.toJson();
        if (json) arguments += (arguments.empty() ? "" : ", ") + data::toJson(*json);
      }
      rest += " that is " + e.name + "(" + arguments + ")";
      continue;
    }
    if (e.operands.empty()) continue;
    auto limit = e.operands[0].toJson();
    if (!limit) continue;
    std::string text = data::toJson(*limit);
    if (e.op == Op::GreaterEqual) least = " from " + text;
    if (e.op == Op::Greater) least = " above " + text;
    if (e.op == Op::LessEqual) most = (least.empty() ? " up to " : " to ") + text;
    if (e.op == Op::Less) most = " below " + text;
    if (e.op == Op::NotEqual) rest += " other than " + text;
    if (e.op == Op::Match) rest += " matching " + text;
    if (e.op == Op::NotMatch) rest += " not matching " + text;
  }
  return least + most + rest;
}

bool isConstant(const cue::Value& value) {
  return value.isConcrete() && (value.incompleteKind() & (cue::kStruct | cue::kList)) == 0;
}

/// Whether a declaration is finished although nothing is given: with a default, which may be known only where
/// the definition is used, or with nothing in it that must be given.
bool needsNothing(const cue::Value& declaration) {
  return shapeOf(declaration).hasDefault || declaration.validate({.concrete = true, .final = true}).empty();
}

/// How far a value is from an alternative: what is wrong with its own fields tells alternatives apart more
/// than what is wrong further down.
std::size_t distanceOf(const std::vector<Misfit>& misfits, const data::Path& path) {
  constexpr std::size_t kOwnField = 4;
  std::size_t out = 0;
  for (const Misfit& one : misfits) out += one.path.steps().size() <= path.steps().size() + 1 ? kOwnField : 1;
  return out;
}

class Fitting {
 public:
  void fit(const cue::Value& declaration, const Value& given, const data::Path& path, data::Mark keyMark,
           std::size_t depth);
  std::vector<Misfit> out;

 private:
  void fitAlternatives(const Shape& shape, const cue::Value& declaration, const Value& given,
                       const data::Path& path, data::Mark keyMark, std::size_t depth);
  void fitObject(const cue::Value& declaration, const Value& given, const data::Path& path,
                 data::Mark keyMark, std::size_t depth);
  void fitList(const cue::Value& declaration, const Value& given, const data::Path& path, std::size_t depth);
  void wrong(const cue::Value& declaration, const Value& given, const data::Path& path, data::Mark keyMark);
  void unknown(const data::Member& member, const std::vector<std::string>& names, const cue::Value& in,
               const data::Path& path);

  bool closedList_ = false;  ///< what is being fitted is in a list of a closed declaration
};

void Fitting::wrong(const cue::Value& declaration, const Value& given, const data::Path& path,
                    data::Mark keyMark) {
  Misfit one;
  one.path = path;
  one.mark = given.mark().known() && !given.isNull() ? given.mark() : keyMark;
  one.expected = describeExpected(declaration);
  one.found = shown(given);
  one.declared = declaration.locations();
  std::vector<std::string> words;
  for (const cue::Value& alternative : alternativesOf(declaration)) {
    if (!isConstant(alternative)) continue;
    if (auto word = alternative.asString()) words.push_back(*word);
  }
  if (given.isString()) {
    if (auto near = nearest(given.asString(), words)) one.suggestion = "\"" + *near + "\"";
  }
  out.push_back(std::move(one));
}

void Fitting::unknown(const data::Member& member, const std::vector<std::string>& names, const cue::Value& in,
                      const data::Path& path) {
  Misfit one;
  one.kind = Misfit::Kind::Undeclared;
  one.path = path / member.key.str();
  one.name = member.key.str();
  one.mark = member.keyMark;
  one.found = "\"" + one.name + "\"";
  if (auto near = nearest(one.name, names)) one.suggestion = *near;
  if (names.empty()) {
    one.expected = "no field at all";
  } else if (names.size() <= kMostNames) {
    one.expected = "one of " + join(names, ", ");
  } else {
    one.expected = one.suggestion.empty() ? "one of the " + std::to_string(names.size()) + " declared names"
                                          : "\"" + one.suggestion + "\"";
  }
  one.declared = in.locations();
  out.push_back(std::move(one));
}

void Fitting::fitObject(const cue::Value& declaration, const Value& given, const data::Path& path,
                        data::Mark keyMark, std::size_t depth) {
  std::vector<cue::FieldView> fields = declaration.fields({.optional = true, .required = true});
  std::vector<std::string> names;
  for (const cue::FieldView& field : fields) names.push_back(field.name());
  std::optional<cue::Value> any = declaration.anyField();
  bool closed = (declaration.isClosed() || closedList_) && !any && declaration.patterns().empty();
  // A declaration is closed at every depth, but the type of a list's elements does not say so by itself.
  bool outer = std::exchange(closedList_, false);
  std::set<std::string> misspelt;
  for (const data::Member& member : given.members()) {
    auto field = std::ranges::find(names, member.key.str());
    if (field != names.end()) {
      const cue::Value& below = fields[static_cast<std::size_t>(field - names.begin())].value;
      closedList_ = closed && (outer || member.value.isArray());
      fit(below, member.value, path / member.key.str(), member.keyMark, depth + 1);
      closedList_ = false;
    } else if (any) {
      fit(*any, member.value, path / member.key.str(), member.keyMark, depth + 1);
    } else if (closed) {
      std::vector<std::string> free;
      for (const std::string& name : names) {
        if (given.find(name) == nullptr) free.push_back(name);
      }
      auto near = nearest(member.key.str(), free);
      if (near) misspelt.insert(*near);
      unknown(member, near ? free : names, declaration, path);
    } else if (auto near = nearest(member.key.str(), names); near && given.find(*near) == nullptr) {
      // An open declaration takes it, so it is only wrong when what it was meant for is missing.
      for (const cue::FieldView& missing : fields) {
        if (missing.name() != *near || missing.presence == cue::Presence::Optional ||
            needsNothing(missing.value))
          continue;
        misspelt.insert(*near);
        unknown(member, names, declaration, path);
      }
    }
  }
  for (const cue::FieldView& field : fields) {
    if (field.presence == cue::Presence::Optional || given.find(field.name()) != nullptr) continue;
    if (misspelt.contains(field.name())) continue;
    if (field.presence == cue::Presence::Regular && needsNothing(field.value)) continue;
    Misfit one;
    one.kind = Misfit::Kind::Missing;
    one.path = path / field.name();
    one.name = field.name();
    one.mark = keyMark;
    one.expected = describeExpected(field.value);
    one.found = "nothing";
    one.declared = field.value.locations();
    out.push_back(std::move(one));
  }
  closedList_ = outer;
}

void Fitting::fitList(const cue::Value& declaration, const Value& given, const data::Path& path,
                      std::size_t depth) {
  std::size_t fixed = declaration.length();
  std::optional<cue::Value> rest = declaration.anyElement();
  std::size_t index = 0;
  for (const Value& element : given.elements()) {
    std::optional<cue::Value> declared = index < fixed ? declaration.element(index) : rest;
    data::Path here = path / index;
    ++index;
    if (declared) {
      fit(*declared, element, here, element.mark(), depth + 1);
      continue;
    }
    Misfit one;
    one.path = std::move(here);
    one.mark = element.mark();
    one.expected = fixed == 0 ? "an empty list" : "a list of " + std::to_string(fixed);
    one.found = shown(element);
    one.declared = declaration.locations();
    out.push_back(std::move(one));
    return;
  }
}

void Fitting::fitAlternatives(const Shape& shape, const cue::Value& declaration, const Value& given,
                              const data::Path& path, data::Mark keyMark, std::size_t depth) {
  if (given.isNull() && shape.nullable) return;
  if (std::ranges::find(shape.constants, given) != shape.constants.end()) return;
  std::optional<std::vector<Misfit>> best;
  std::size_t least = 0;
  for (const cue::Value& alternative : shape.alternatives) {
    if ((alternative.incompleteKind() & kindsOf(given)) == 0) continue;
    Fitting attempt;
    attempt.closedList_ = closedList_;
    attempt.fit(alternative, given, path, keyMark, depth + 1);
    if (attempt.out.empty()) return;
    std::size_t distance = distanceOf(attempt.out, path);
    if (best && distance >= least) continue;
    least = distance;
    best = std::move(attempt.out);
  }
  // Of scalars all alternatives are named; of objects and lists, what the nearest one lacks.
  if (!best || !(given.isObject() || given.isArray())) {
    wrong(declaration, given, path, keyMark);
    return;
  }
  std::set<std::string> names;
  for (const cue::Value& alternative : shape.alternatives) {
    if ((alternative.incompleteKind() & cue::kStruct) == 0) continue;
    for (const cue::FieldView& field : alternative.fields({.optional = true, .required = true}))
      names.insert(field.name());
  }
  std::vector<std::string> all(names.begin(), names.end());
  for (Misfit& one : *best) {
    // A name that another alternative has may be what was meant.
    if (one.kind == Misfit::Kind::Undeclared && one.suggestion.empty() &&
        one.path.steps().size() == path.steps().size() + 1) {
      if (auto near = nearest(one.name, all); near && *near != one.name) one.suggestion = *near;
    }
    out.push_back(std::move(one));
  }
}

void Fitting::fit(const cue::Value& declaration, const Value& given, const data::Path& path,
                  data::Mark keyMark, std::size_t depth) {
  if (!declaration.exists() || depth > kDeepest) return;
  if (declaration.expression().op == Op::Or) {
    fitAlternatives(shapeOf(declaration), declaration, given, path, keyMark, depth);
    return;
  }
  std::uint16_t allowed = declaration.incompleteKind();
  if (allowed == cue::kBottom || allowed == cue::kTop) return;
  if ((allowed & kindsOf(given)) == 0) {
    wrong(declaration, given, path, keyMark);
  } else if (given.isObject() && allowed == cue::kStruct) {
    fitObject(declaration, given, path, keyMark, depth);
  } else if (given.isArray() && allowed == cue::kList) {
    fitList(declaration, given, path, depth);
  } else if (declaration.session() != nullptr && !given.isObject() && !given.isArray()) {
    cue::Value both = declaration.unify(declaration.session()->fromData(given));
    if (!both.validate().empty()) wrong(declaration, given, path, keyMark);
  }
}

void gather(const cue::Value& declaration, DeclaredNames& into, std::size_t depth) {
  for (const cue::Value& alternative : alternativesOf(declaration)) {
    std::uint16_t kinds = alternative.incompleteKind();
    if (kinds == cue::kList) {
      auto any = alternative.anyElement();
      if (!any || alternative.length() != 0) continue;
      if (into.element.empty())
        into.element.push_back({.open = false, .names = {}, .below = {}, .element = {}});
      if (depth < kDeepest) gather(*any, into.element.front(), depth + 1);
      continue;
    }
    if (kinds != cue::kStruct) {
      if ((kinds & cue::kStruct) != 0) into.open = true;
      continue;
    }
    std::vector<cue::FieldView> fields = alternative.fields({.optional = true, .required = true});
    bool takesAny = fields.empty() || alternative.anyField() || !alternative.patterns().empty();
    // Open until an object says which names it has; open for good when one of the alternatives takes any.
    if (takesAny) into.open = true;
    for (const cue::FieldView& field : fields) {
      auto at = std::ranges::find(into.names, field.name());
      std::size_t index = static_cast<std::size_t>(at - into.names.begin());
      if (at == into.names.end()) {
        into.names.push_back(field.name());
        into.below.push_back({.open = false, .names = {}, .below = {}, .element = {}});
      }
      if (depth < kDeepest) {
        gather(field.value, into.below[index], depth + 1);
      } else {
        into.below[index].open = true;
      }
    }
  }
}

void findUndeclared(const DeclaredNames& names, const Value& given, const data::Path& path,
                    std::vector<Misfit>& out) {
  if (given.isArray() && !names.element.empty()) {
    std::size_t index = 0;
    for (const Value& element : given.elements()) {
      findUndeclared(names.element.front(), element, path / index, out);
      ++index;
    }
    return;
  }
  if (!given.isObject()) return;
  for (const data::Member& member : given.members()) {
    auto at = std::ranges::find(names.names, member.key.str());
    if (at != names.names.end()) {
      findUndeclared(names.below[static_cast<std::size_t>(at - names.names.begin())], member.value,
                     path / member.key.str(), out);
    } else if (!names.open && !names.names.empty()) {
      Misfit one;
      one.kind = Misfit::Kind::Undeclared;
      one.path = path / member.key.str();
      one.name = member.key.str();
      one.mark = member.keyMark;
      one.found = "\"" + one.name + "\"";
      if (auto near = nearest(one.name, names.names)) one.suggestion = *near;
      if (names.names.size() <= kMostNames) one.expected = "one of " + join(names.names, ", ");
      out.push_back(std::move(one));
    }
  }
}

}  // namespace

std::string describeExpected(const cue::Value& declaration) {
  std::vector<std::string> words;
  auto add = [&](std::string word) {
    if (std::ranges::find(words, word) == words.end()) words.push_back(std::move(word));
  };
  std::vector<cue::Value> alternatives = alternativesOf(declaration);
  std::uint16_t general = 0;
  for (const cue::Value& alternative : alternatives) {
    if (!isConstant(alternative)) general |= alternative.incompleteKind();
  }
  for (const cue::Value& alternative : alternatives) {
    if (!isConstant(alternative)) {
      add(kindWords(alternative.incompleteKind()) + limits(alternative));
    } else if ((alternative.incompleteKind() & general) == 0) {
      // A default that a type beside it allows is no choice of its own.
      if (auto json = alternative.toJson()) add(data::toJson(*json));
    }
  }
  return listed(words);
}

std::vector<Misfit> misfits(const cue::Value& declaration, const Value& given) {
  Fitting fitting;
  const Value empty = Value::object();
  fitting.fit(declaration, given.isNull() ? empty : given, {}, {}, 0);
  return std::move(fitting.out);
}

DeclaredNames declaredNames(const cue::Value& declaration) {
  DeclaredNames out{.open = false, .names = {}, .below = {}, .element = {}};
  if (declaration.exists()) {
    gather(declaration, out, 0);
  } else {
    out.open = true;
  }
  return out;
}

std::vector<Misfit> undeclared(const DeclaredNames& names, const Value& given) {
  std::vector<Misfit> out;
  findUndeclared(names, given, {}, out);
  return out;
}

}  // namespace puppis::schema
