// SPDX-License-Identifier: Apache-2.0
// The scale subresource: an autoscaling/v1 Scale in place of the whole object.
#include "apiserver/api.h"
#include "apiserver/faults.h"
#include "apiserver/patching.h"
#include "base/strings.h"

namespace puppis::apiserver {

using data::Value;

namespace {

/// ".spec.replicas" looked up.
Value atPath(const Value& object, const std::string& path) {
  const Value* at = &object;
  for (const std::string& part : split(path.substr(path.empty() || path[0] != '.' ? 0 : 1), '.')) {
    at = &at->get(part);
  }
  return *at;
}

void setPath(Value& object, const std::string& path, const Value& value) {
  Value* at = &object;
  for (const std::string& part : split(path.substr(path.empty() || path[0] != '.' ? 0 : 1), '.'))
    at = &(*at)[part];
  *at = value;
}

}  // namespace

Value scaleOf(const Resource& resource, const Value& object) {
  const ScaleInfo& info = *resource.kind->scale;
  Value meta = Value::object();
  for (const char* field : {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"}) {
    if (object.get("metadata").has(field)) meta.set(field, object.get("metadata", field));
  }
  Value spec = Value::object();
  Value replicas = atPath(object, info.specReplicas);
  if (replicas.asInt() != 0) spec.set("replicas", replicas);
  Value status = Value::object({{"replicas", atPath(object, info.statusReplicas).asInt()}});
  if (!info.labelSelector.empty()) {
    Value selector = atPath(object, info.labelSelector);
    std::string text;
    if (selector.isString()) {
      text = selector.asString();
    } else if (selector.has("matchLabels") || selector.has("matchExpressions")) {
      auto parsed = kube::LabelSelector::fromObject(selector);
      if (parsed) text = parsed->str();
    } else {
      for (const data::Member& member : selector.sorted().members()) {
        text += (text.empty() ? "" : ",") + member.key.str() + "=" + member.value.asString();
      }
    }
    if (!text.empty()) status.set("selector", text);
  }
  return Value::object({{"kind", "Scale"},
                        {"apiVersion", "autoscaling/v1"},
                        {"metadata", std::move(meta)},
                        {"spec", std::move(spec)},
                        {"status", std::move(status)}});
}

namespace {

constexpr const char* kScaleVersion = "autoscaling/v1";

Error wrongName(const std::string& inBody, const std::string& inUrl) {
  return badRequest("the name of the object (" + inBody + ") does not match the name on the URL (" + inUrl +
                    ")");
}

/// A custom kind's own schema says how many are too few.
Status checkReplicas(Call& call, const Resource& resource, const Value& replicas) {
  if (replicas.asInt() >= 0 || resource.custom) return {};
  Faults faults;
  faults.invalid("spec.replicas", replicas, "must be greater than or equal to 0");
  call.about = Call::About{"autoscaling", "Scale", call.name};
  return fail(invalidObject("Scale.autoscaling", call.name, faults));
}

/// `live` with what a Scale wants of it.
Result<Value> scaled(Call& call, const Resource& resource, const Value& live, const Value& scale) {
  const Value& replicas = scale.get("spec", "replicas");
  TRY_VOID(checkReplicas(call, resource, replicas));
  Value object = live;
  setPath(object, resource.kind->scale->specReplicas, replicas.asInt());
  const std::string& revision = scale.get("metadata", "resourceVersion").asString();
  if (revision.empty() || revision == live.get("metadata", "resourceVersion").asString()) {
    object["metadata"].erase("resourceVersion");
  } else {
    object["metadata"].set("resourceVersion", revision);
  }
  return object;
}

}  // namespace

Result<Answer> Api::writeScale(Call& call, const Resource& resource, bool applies, const Change& change) {
  if (!resource.kind->scale) return fail(noSuchPath());
  Writing writing{call, resource};
  writing.isPatch = true;
  writing.applies = applies;
  TRY(Answer written, write(writing, change));
  return Answer{200, scaleOf(resource, written.object)};
}

Result<Answer> Api::updateScale(Call& call, const Resource& resource, const Value& body) {
  const std::string& version = body.get("apiVersion").asString();
  if (!version.empty() && version != kScaleVersion) {
    return fail(badRequest("the API version in the data (" + version +
                           ") does not match the expected API version (" + kScaleVersion + ")"));
  }
  auto scale = resource.kind->scale ? decodeScale(body) : Result<Value>(Value());
  if (!scale)
    return fail(
        badRequest("Scale in version \"v1\" cannot be handled as a Scale: " + scale.error().message()));
  const std::string& name = scale->get("metadata", "name").asString();
  if (resource.kind->scale && name != call.name) return fail(wrongName(name, call.name));
  return writeScale(call, resource, false,
                    [&](const Value& live) { return scaled(call, resource, live, *scale); });
}

Result<Answer> Api::patchScale(Call& call, const Resource& resource, kube::PatchType type,
                               const Value& body) {
  if (type == kube::PatchType::Apply) return applyScale(call, resource, body);
  return writeScale(call, resource, false, [&](const Value& live) -> Result<Value> {
    auto outcome = patched(scaleOf(resource, live), type, body, nullptr);
    if (!outcome) {
      if (outcome.error().code() == ErrorCode::Invalid) call.about = Call::About{};
      return fail(outcome.error());
    }
    auto scale = decodeScale(*outcome);
    if (!scale) {
      call.about = Call::About{};
      return fail(invalidPatch(*outcome, scale.error().message()));
    }
    const std::string& name = scale->get("metadata", "name").asString();
    if (name != call.name) return fail(wrongName(name, call.name));
    return scaled(call, resource, live, *scale);
  });
}

Result<Answer> Api::applyScale(Call& call, const Resource& resource, const Value& body) {
  if (body.get("apiVersion").asString() != kScaleVersion || body.get("kind").asString() != "Scale") {
    return fail(badRequest("invalid object type: " + body.get("apiVersion").asString() +
                           ", Kind=" + body.get("kind").asString()));
  }
  if (call.fieldManager.empty()) {
    Faults faults;
    faults.required("fieldManager", "is required for apply patch");
    call.about = Call::About{"meta.k8s.io", "PatchOptions", ""};
    return fail(invalidObject("PatchOptions.meta.k8s.io", "", faults));
  }
  auto scale = decodeScale(body);
  if (!scale) {
    const Value& replicas = body.get("spec", "replicas");
    const char* got = replicas.isString()  ? "string"
                      : replicas.isBool()  ? "bool"
                      : replicas.isArray() ? "list"
                                           : "map";
    return fail(Error(ErrorCode::Internal,
                      "failed to create typed patch object (" + body.get("metadata", "namespace").asString() +
                          "/" + call.name +
                          "; autoscaling/v1, Kind=Scale): .spec.replicas: expected numeric (int or "
                          "float), got " +
                          got)
                    .reason(kNoReason));
  }
  const std::string& name = scale->get("metadata", "name").asString();
  if (!name.empty() && name != call.name) return fail(wrongName(name, call.name));
  const Value replicas = scale->get("spec", "replicas").asInt();
  return writeScale(call, resource, true, [&](const Value& live) -> Result<Value> {
    Value wanted = Value::object();
    setPath(wanted, resource.kind->scale->specReplicas, replicas);
    wanted.set("apiVersion", resource.kind->apiVersion());
    wanted.set("kind", resource.kind->kind);
    wanted["metadata"].set("name", call.name);
    if (resource.kind->namespaced) wanted["metadata"].set("namespace", call.ns);
    FieldManager manager{managerOf(call), call.subresource, parts_.clock.now(), kScaleVersion};
    Result<Value> applied = serverSideApply(live, wanted, resource, manager, call.force);
    if (!applied) {
      if (applied.error().code() == ErrorCode::Conflict) call.about = Call::About{};
      return fail(applied.error());
    }
    TRY_VOID(checkReplicas(call, resource, replicas));
    (*applied)["metadata"].erase("resourceVersion");
    return applied;
  });
}

}  // namespace puppis::apiserver
