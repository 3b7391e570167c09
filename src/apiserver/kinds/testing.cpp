// SPDX-License-Identifier: Apache-2.0
#include "apiserver/kinds/testing.h"

#include "apiserver/metadata.h"
#include "base/files.h"
#include "data/json.h"

namespace puppis::apiserver::kinds::testing {
namespace {

using data::Value;

Status check(const Faults& faults) {
  if (faults.empty()) return {};
  Error error(ErrorCode::Invalid, "invalid");
  for (const auto& fault : faults.list()) error.detail(Error(ErrorCode::Invalid, fault.str()));
  return fail(std::move(error));
}

}  // namespace

Value readCases(const std::string& name, const std::string& folder) {
  SystemFiles files;
  auto text = files.read(folder + "/src/apiserver/kinds/testdata/" + name);
  if (!text) return {};
  auto parsed = data::parseJson(*text);
  return parsed ? *parsed : Value();
}

const KindInfo* Kinds::of(const Value& object) const {
  for (const auto& kind : kinds_) {
    if (kind.kind == object.get("kind").asString() &&
        kind.apiVersion() == object.get("apiVersion").asString())
      return &kind;
  }
  return nullptr;
}

Result<Value> Kinds::create(const KindInfo& kind, const Value& request, const Value& metadata) const {
  TRY(Value object, kind.decode(request));
  kind.setDefaults(object);
  for (auto field : {"uid", "creationTimestamp", "namespace"}) {
    if (metadata.has(field)) object["metadata"].set(field, metadata.get(field));
  }
  if (kind.status && !kind.statusOnCreate) object.erase("status");
  kind.prepareCreate(object);
  Faults faults;
  validateMetadata(object, kind, faults);
  if (kind.validate) kind.validate(object, faults);
  TRY_VOID(check(faults));
  if (kind.allocate)
    TRY_VOID(kind.allocate(object, nullptr, [](const std::string&) { return false; }, faults));
  TRY_VOID(check(faults));
  return object;
}

Result<Value> Kinds::update(const KindInfo& kind, const Value& request, const Value& old,
                            const std::string& subresource) const {
  TRY(Value object, kind.decode(request));
  kind.setDefaults(object);
  for (auto field : {"uid", "creationTimestamp", "namespace", "generation"}) {
    if (old.get("metadata").has(field)) object["metadata"].set(field, old.get("metadata", field));
  }
  if (subresource == "status") {
    Value status = object.get("status");
    object = old;
    object.set("status", status);
  } else if (kind.status) {
    if (old.has("status"))
      object.set("status", old.get("status"));
    else
      object.erase("status");
  }
  if (kind.prepareUpdate) kind.prepareUpdate(object, old, subresource);
  Faults faults;
  validateMetadata(object, kind, faults);
  if (kind.validate) kind.validate(object, faults);
  if (kind.validateUpdate) kind.validateUpdate(object, old, subresource, faults);
  TRY_VOID(check(faults));
  return object;
}

}  // namespace puppis::apiserver::kinds::testing
