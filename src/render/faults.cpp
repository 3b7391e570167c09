// SPDX-License-Identifier: Apache-2.0
#include "render/faults.h"

#include <algorithm>

#include "base/strings.h"
#include "data/yaml.h"
#include "schema/fit.h"

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

}  // namespace

namespace {

/// The map in which a parameter of a component or trait was written although it is not the one of parameters.
bool besideProperties(const schema::Misfit& misfit, const FaultScope& scope) {
  return misfit.kind == schema::Misfit::Kind::Missing && misfit.path.steps().size() == 1 &&
         scope.owner.findMember(misfit.name) != nullptr;
}

}  // namespace

Error errorOf(const schema::Misfit& misfit, const FaultScope& scope) {
  using Kind = schema::Misfit::Kind;
  bool top = misfit.path.steps().size() <= 1;
  oam::Place place = scope.properties;
  if (misfit.mark.known()) place.mark = misfit.mark;
  std::string message;
  if (besideProperties(misfit, scope)) {
    place.mark = scope.owner.findMember(misfit.name)->keyMark;
    message = "the parameter \"" + misfit.name + "\" stands beside \"properties\"";
  } else if (misfit.kind == Kind::Missing) {
    message = "the required parameter \"" + misfit.path.str() + "\" is missing";
  } else if (misfit.kind == Kind::Undeclared) {
    message = "the definition declares no parameter \"" + misfit.name + "\"" + (top ? "" : " here");
  } else {
    message = "the value does not fit the parameter";
  }
  Error out(ErrorCode::InvalidArgument, std::move(message));
  if (place.source != nullptr && place.mark.known()) {
    bool name = misfit.kind == Kind::Undeclared;
    out.at(
        data::locate(*place.source, place.mark, name ? static_cast<std::uint32_t>(misfit.name.size()) : 1));
  }
  if (besideProperties(misfit, scope)) {
    out.expected("it below \"properties\"").found("it beside them");
  } else {
    out.expected(misfit.expected).found(misfit.found).suggest(misfit.suggestion);
  }
  for (const Location& at : misfit.declared) out.at(at);
  std::string path = scope.properties.path.str();
  if (!endsWith(path, "properties")) path += (path.empty() ? "" : ".") + std::string("properties");
  std::string below = misfit.path.str();
  return std::move(out)
      .path(below.empty() || below.front() == '[' ? path + below : path + "." + below)
      .context(scope.title)
      .reason(misfit.kind == Kind::Missing ? "incomplete" : "eval");
}

namespace {

/// Of the failures of one disjunction the headline, when there is a failure of its alternatives that says
/// more.
bool isHeadline(const Error& failure) {
  return failure.message().find("errors in empty disjunction") != std::string::npos;
}

}  // namespace

std::vector<Error> misfitsOf(const cue::Value& schema, const FaultScope& scope) {
  std::vector<Error> out;
  for (const schema::Misfit& misfit : schema::misfits(schema, scope.given))
    out.push_back(errorOf(misfit, scope));
  return out;
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
  // What is wrong with the parameters is best said by them; what they then break further on is no news.
  if (schema.exists()) {
    std::vector<Error> misfits = misfitsOf(schema, scope);
    if (!misfits.empty()) return misfits;
  }
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
  for (const Error* failure : flat) {
    bool told = isHeadline(*failure) && std::ranges::any_of(flat, [&](const Error* other) {
                  return !isHeadline(*other) && startsWith(other->pathText(), failure->pathText());
                });
    if (!told) out.push_back(explain(*failure, scope));
  }
  return out;
}

std::vector<Error> undeclared(const schema::DeclaredNames& names, const data::Value& properties,
                              const std::vector<Location>& places, const FaultScope& scope) {
  std::vector<Error> out;
  for (schema::Misfit& misfit : schema::undeclared(names, properties)) {
    misfit.declared = places;
    out.push_back(errorOf(misfit, scope));
  }
  return out;
}

}  // namespace puppis::render
