// SPDX-License-Identifier: Apache-2.0
#include "render/kube_schematic.h"

#include <algorithm>
#include <vector>

#include "base/strings.h"
#include "data/path.h"

namespace puppis::render {

namespace {

using data::Value;

bool isOfType(const Value& value, const std::string& type) {
  if (type == "number") return value.isInt() || value.kind() == data::Kind::Number;
  if (type == "boolean") return value.isBool();
  return value.isString();
}

/// Where the user wrote a property, else where the properties stand.
oam::Place placeOf(const FaultScope& scope, const std::string& property) {
  oam::Place out = scope.properties;
  if (const data::Member* member = scope.given.findMember(property)) out.mark = member->value.mark();
  out.path = out.path / property;
  return out;
}

}  // namespace

std::optional<Value> kubeObject(const oam::Definition& definition, const std::string& name,
                                const Value& properties, const FaultScope& scope,
                                oam::Diagnostics& diagnostics) {
  std::size_t before = diagnostics.errors.size();
  Value object = definition.schematicBody.get("template");
  if (object.get("kind").asString().empty()) {
    diagnostics.error(scope.type
                          .error(ErrorCode::Invalid, "the template of " + definition.title() +
                                                         " (schematic.kube) is no object: it has no kind")
                          .context(scope.title));
    return std::nullopt;
  }
  std::vector<std::string> names;
  for (const Value& parameter : definition.schematicBody.get("parameters").elements()) {
    const std::string& key = parameter.get("name").asString();
    names.push_back(key);
    const Value* given = properties.find(key);
    if (given == nullptr) {
      if (parameter.get("required").isBool() && !parameter.get("required").asBool()) continue;
      diagnostics.error(
          scope.properties.error(ErrorCode::InvalidArgument, "the property \"" + key + "\" is missing")
              .context(scope.title));
      continue;
    }
    const std::string& type = parameter.get("type").asString();
    if (!isOfType(*given, type)) {
      diagnostics.error(
          placeOf(scope, key)
              .error(ErrorCode::InvalidArgument, "the property \"" + key + "\" has another type")
              .expected(type.empty() ? "string" : type)
              .context(scope.title));
      continue;
    }
    for (const Value& where : parameter.get("fieldPaths").elements()) {
      auto path = data::Path::parse(where.asString());
      Status set = path ? data::assign(object, *path, *given) : Status(fail(path.error()));
      if (!set) {
        diagnostics.error(scope.type
                              .error(ErrorCode::Invalid, "the parameter \"" + key + "\" of " +
                                                             definition.title() + " cannot be put at " +
                                                             where.asString() + ": " + set.error().message())
                              .context(scope.title));
      }
    }
  }
  for (const data::Member& m : properties.members()) {
    std::string key = m.key.str();
    if (std::find(names.begin(), names.end(), key) != names.end()) continue;
    Error warning = placeOf(scope, key)
                        .error(ErrorCode::InvalidArgument,
                               definition.title() + " has no parameter \"" + key + "\"; it is ignored");
    if (auto near = nearest(key, names)) warning.suggest(*near);
    diagnostics.warn(std::move(warning));
  }
  if (!name.empty()) object["metadata"].set("name", name);
  if (diagnostics.errors.size() != before) return std::nullopt;
  return object;
}

}  // namespace puppis::render
