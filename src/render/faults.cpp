// SPDX-License-Identifier: Apache-2.0
#include "render/faults.h"

#include <algorithm>
#include <optional>

#include "base/strings.h"
#include "data/json.h"
#include "data/yaml.h"

namespace puppis::render {

namespace {

bool isParameterPath(std::string_view path) {
  return path == "parameter" || startsWith(path, "parameter.") || startsWith(path, "parameter[");
}

/// "parameter.ports[0].port" as the document's path.
std::string documentPath(std::string_view path, const FaultScope& scope) {
  std::string rest(path.substr(std::string_view("parameter").size()));
  // The engine writes list indices as the CUE tool does: "ports.0.port".
  std::string out = scope.properties.path.str();
  bool given = endsWith(out, "properties");
  if (!given) out += (out.empty() ? "" : ".") + std::string("properties");
  for (const std::string& step : split(rest, '.')) {
    if (step.empty()) continue;
    bool index = step.find_first_not_of("0123456789") == std::string::npos;
    out += index ? "[" + step + "]" : "." + step;
  }
  return out;
}

bool isIn(const Location& place, const FaultScope& scope) {
  return scope.application != nullptr && place.file == scope.application->name() && place.known();
}

/// What the user wrote at "parameter.ports.0.port", or null.
data::Value givenAt(std::string_view path, const FaultScope& scope) {
  const data::Value* at = &scope.given;
  for (const std::string& step : split(path.substr(std::string_view("parameter").size()), '.')) {
    if (step.empty()) continue;
    if (at->isArray()) {
      at = &at->at(static_cast<std::size_t>(std::atoi(step.c_str())));
    } else {
      at = &at->get(step);
    }
  }
  return *at;
}

/// Of "conflicting values A and B (mismatched types ...)" the side that is not `mine`; nothing for another
/// message.
std::optional<std::string> otherSide(std::string_view message, std::string_view mine) {
  constexpr std::string_view kStart = "conflicting values ";
  if (!startsWith(message, kStart)) return std::nullopt;
  message.remove_prefix(kStart.size());
  message = message.substr(0, message.find(" (mismatched types "));
  std::string before = std::string(mine) + " and ";
  std::string after = " and " + std::string(mine);
  if (startsWith(message, before)) return std::string(message.substr(before.size()));
  if (endsWith(message, after)) return std::string(message.substr(0, message.size() - after.size()));
  return std::nullopt;
}

bool isTypeName(std::string_view text) {
  return text == "int" || text == "string" || text == "bool" || text == "number" || text == "float" ||
         text == "bytes";
}

/// The ways in which one parameter does not fit, each an alternative of its declaration, as one fault.
std::optional<Error> misfit(const std::vector<const Error*>& failures, const FaultScope& scope) {
  const Error& first = *failures.front();
  if (!isParameterPath(first.pathText())) return std::nullopt;
  data::Value given = givenAt(first.pathText(), scope);
  std::string mine = data::toJson(given);
  std::vector<std::string> others;
  Error out(ErrorCode::Invalid, "the value does not fit the parameter");
  out.reason("eval");
  for (const Error* failure : failures) {
    auto other = otherSide(failure->message(), mine);
    if (!other) return std::nullopt;
    if (std::ranges::find(others, *other) == others.end()) others.push_back(std::move(*other));
    for (const Location& place : failure->where()) {
      if (std::ranges::find(out.where(), place) == out.where().end()) out.at(place);
    }
  }
  if (std::ranges::any_of(others, isTypeName))
    std::erase_if(others, [](const std::string& o) { return !isTypeName(o); });
  std::vector<std::string> texts;
  for (const std::string& other : others) {
    if (other.size() >= 2 && other.front() == '"') texts.push_back(other.substr(1, other.size() - 2));
  }
  if (auto near = nearest(given.asString(), texts)) out.suggest("\"" + *near + "\"");
  out.path(first.pathText());
  std::string expected;
  for (std::size_t i = 0; i < others.size(); ++i) {
    expected += (i == 0 ? "" : i + 1 == others.size() ? " or " : ", ") + others[i];
  }
  return std::move(out).expected(expected).found(mine);
}

/// The declaration at a step of a path: of a field whether optional or not, of an element of a list.
cue::Value declared(const cue::Value& schema, const std::string& step) {
  bool index = step.find_first_not_of("0123456789") == std::string::npos;
  if (index && (schema.incompleteKind() & cue::kList) != 0) {
    if (auto any = schema.anyElement()) return *any;
    return schema.element(0);
  }
  for (const cue::FieldView& field : schema.fields({.optional = true, .required = true})) {
    if (field.name() == step) return field.value;
  }
  return schema.anyField().value_or(cue::Value());
}

/// A field that a closed declaration does not have, with the names it has.
std::optional<Error> notDeclared(const Error& failure, const cue::Value& schema) {
  constexpr std::string_view kNotAllowed = "field not allowed";
  if (!isParameterPath(failure.pathText()) || failure.message().find(kNotAllowed) == std::string::npos)
    return std::nullopt;
  std::vector<std::string> steps = split(failure.pathText(), '.');
  std::string name = steps.back();
  Error out(ErrorCode::InvalidArgument, "the definition declares no parameter \"" + name + "\" here");
  out.reason(failure.reasonText()).path(failure.pathText());
  bool first = true;
  for (Location place : failure.where()) {
    if (first) place.length = static_cast<std::uint32_t>(name.size());
    first = false;
    out.at(std::move(place));
  }
  cue::Value at = schema;
  for (std::size_t i = 1; i + 1 < steps.size() && at.exists(); ++i) at = declared(at, steps[i]);
  std::vector<std::string> names;
  bool open = false;
  if (at.exists()) collectNames(at, names, open);
  if (auto near = nearest(name, names)) {
    out.suggest(*near);
  } else if (!names.empty() && names.size() <= 12) {
    out.expected("one of " + join(names, ", "));
  }
  return out;
}

void addPlace(Error& error, const oam::Place& place) {
  if (place.source != nullptr && place.mark.known()) error.at(data::locate(*place.source, place.mark));
}

/// The parameters that must be given and are not: fields of `parameter` that are not concrete.
std::vector<Error> missingParameters(const cue::Value& root, const FaultScope& scope) {
  std::vector<Error> out;
  cue::Value parameter = root.lookup("parameter");
  for (const Error& failure : parameter.validate({.concrete = true, .final = true})) {
    if (failure.reasonText() != "incomplete") continue;
    std::string path = failure.pathText();
    if (!isParameterPath(path) || path == "parameter") continue;
    cue::Value field = root.lookup(path);
    Error error(ErrorCode::InvalidArgument, "the required parameter \"" + path.substr(10) + "\" is missing");
    error.context(scope.title).path(documentPath(path, scope)).reason("incomplete");
    addPlace(error, scope.properties);
    if (field.exists()) error.expected(cue::kindText(field.incompleteKind()));
    for (const Location& place : failure.where()) {
      if (!isIn(place, scope)) error.at(place);
    }
    if (field.exists() && failure.where().empty()) {
      for (Location& place : field.locations()) error.at(std::move(place));
    }
    out.push_back(std::move(error));
  }
  return out;
}

}  // namespace

void collectNames(const cue::Value& schema, std::vector<std::string>& names, bool& open) {
  cue::Expression expression = schema.expression();
  if (expression.op == cue::Expression::Op::Or) {
    for (const cue::Value& operand : expression.operands) collectNames(operand, names, open);
    return;
  }
  if ((schema.incompleteKind() & cue::kStruct) == 0 || schema.incompleteKind() != cue::kStruct) {
    open = true;
    return;
  }
  if (schema.anyField() || !schema.patterns().empty()) open = true;
  for (const cue::FieldView& field : schema.fields({.optional = true, .required = true}))
    names.push_back(field.name());
}

Error explain(const Error& failure, const FaultScope& scope) {
  ErrorCode code = failure.code() == ErrorCode::Internal ? ErrorCode::Invalid : failure.code();
  Error out(code, failure.message());
  out.reason(failure.reasonText()).expected(failure.expectedText()).found(failure.foundText());
  if (!failure.suggestion().empty()) out.suggest(failure.suggestion());
  for (const std::string& context : failure.contexts()) out.context(context);
  out.context(scope.title);
  std::vector<Location> places = failure.where();
  std::ranges::stable_partition(places, [&](const Location& place) { return isIn(place, scope); });
  bool atUser = !places.empty() && isIn(places.front(), scope);
  if (!atUser) addPlace(out, isParameterPath(failure.pathText()) ? scope.properties : scope.type);
  for (Location& place : places) out.at(std::move(place));
  out.path(isParameterPath(failure.pathText()) ? documentPath(failure.pathText(), scope)
                                               : failure.pathText());
  return out;
}

std::vector<Error> explain(const std::vector<Error>& failures, const cue::Value& root,
                           const FaultScope& scope, const cue::Value& schema) {
  bool incomplete = std::ranges::any_of(failures, [](const Error& e) {
    return e.reasonText() == "incomplete" ||
           std::ranges::any_of(e.details(), [](const Error& d) { return d.reasonText() == "incomplete"; });
  });
  if (incomplete) {
    std::vector<Error> missing = missingParameters(root, scope);
    if (!missing.empty()) return missing;
  }
  std::vector<const Error*> flat;
  for (const Error& failure : failures) {
    if (failure.details().empty()) flat.push_back(&failure);
    for (const Error& detail : failure.details()) flat.push_back(&detail);
  }
  // The line above the faults of a disjunction's alternatives says nothing that they do not.
  if (flat.size() > 1) {
    std::erase_if(flat,
                  [](const Error* e) { return endsWith(e->message(), "errors in empty disjunction:"); });
  }
  std::vector<Error> out;
  std::vector<bool> done(flat.size(), false);
  for (std::size_t i = 0; i < flat.size(); ++i) {
    if (done[i]) continue;
    std::vector<std::size_t> same;
    std::vector<const Error*> alternatives;
    for (std::size_t j = i; j < flat.size(); ++j) {
      if (flat[j]->pathText() != flat[i]->pathText()) continue;
      same.push_back(j);
      alternatives.push_back(flat[j]);
    }
    if (auto one = misfit(alternatives, scope)) {
      for (std::size_t j : same) done[j] = true;
      out.push_back(explain(*one, scope));
    } else if (auto unknown = notDeclared(*flat[i], schema)) {
      out.push_back(explain(*unknown, scope));
    } else {
      out.push_back(explain(*flat[i], scope));
    }
  }
  return out;
}

std::vector<Error> undeclared(const data::Value& properties, const std::vector<std::string>& names,
                              const std::vector<Location>& places, const FaultScope& scope) {
  std::vector<Error> out;
  for (const data::Member& m : properties.members()) {
    if (std::ranges::find(names, m.key.str()) != names.end()) continue;
    oam::Place place{scope.application, m.keyMark, scope.properties.path / m.key.str()};
    Error warning = place.error(ErrorCode::InvalidArgument,
                                "the definition declares no parameter \"" + m.key.str() + "\"");
    warning.context(scope.title);
    if (auto near = nearest(m.key.str(), names)) warning.suggest(*near);
    for (const Location& at : places) warning.at(at);
    out.push_back(std::move(warning));
  }
  return out;
}

}  // namespace puppis::render
