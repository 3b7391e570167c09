// SPDX-License-Identifier: Apache-2.0
#include "render/faults.h"

#include <algorithm>
#include <optional>

#include "base/strings.h"
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

}  // namespace

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
                           const FaultScope& scope) {
  bool incomplete = std::ranges::any_of(failures, [](const Error& e) {
    return e.reasonText() == "incomplete" ||
           std::ranges::any_of(e.details(), [](const Error& d) { return d.reasonText() == "incomplete"; });
  });
  if (incomplete) {
    std::vector<Error> missing = missingParameters(root, scope);
    if (!missing.empty()) return missing;
  }
  std::vector<Error> out;
  for (const Error& failure : failures) {
    if (failure.details().empty()) {
      out.push_back(explain(failure, scope));
      continue;
    }
    for (const Error& detail : failure.details()) out.push_back(explain(detail, scope));
  }
  return out;
}

std::vector<Error> undeclared(const data::Value& properties, const cue::Value& schema,
                              const FaultScope& scope) {
  std::vector<std::string> names;
  bool open = !schema.exists();
  if (!open) collectNames(schema, names, open);
  if (open) return {};
  std::vector<Error> out;
  for (const data::Member& m : properties.members()) {
    if (std::ranges::find(names, m.key.str()) != names.end()) continue;
    oam::Place place{scope.application, m.keyMark, scope.properties.path / m.key.str()};
    Error warning = place.error(ErrorCode::InvalidArgument,
                                "the definition declares no parameter \"" + m.key.str() + "\"");
    warning.context(scope.title);
    if (auto near = nearest(m.key.str(), names)) warning.suggest(*near);
    for (Location& at : schema.locations()) warning.at(std::move(at));
    out.push_back(std::move(warning));
  }
  return out;
}

}  // namespace puppis::render
