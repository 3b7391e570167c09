// SPDX-License-Identifier: Apache-2.0
// The four patches.
#include <span>

#include "apiserver/api.h"
#include "apiserver/faults.h"
#include "apiserver/patching.h"
#include "base/strings.h"
#include "data/json.h"
#include "data/json_patch.h"
#include "data/merge_patch.h"
#include "data/strategic_merge.h"

namespace puppis::apiserver {

using data::Value;

namespace {

data::MergeRule ruleAt(const Schema* schema, std::span<const std::string> path) {
  for (const std::string& part : path) {
    while (schema != nullptr && schema->type == SchemaType::Array) schema = schema->items;
    if (schema != nullptr) schema = schema->field(part);
  }
  data::MergeRule rule;
  if (schema == nullptr) return rule;
  rule.merge = schema->patchMerge && schema->type == SchemaType::Array;
  rule.retainKeys = schema->patchRetainKeys;
  rule.mergeKey = schema->patchMergeKey;
  return rule;
}

/// A JSON Patch that does not fit: Kubernetes tells it without details.
Error unprocessable() {
  return Error(ErrorCode::Invalid, "the server rejected our request due to an error in our request")
      .reason("Invalid");
}

}  // namespace

Error invalidPatch(const Value& outcome, const std::string& why) {
  std::string text = "Invalid value: " + data::toJson(Value(data::toJson(outcome))) + ": " + why;
  Error error(ErrorCode::Invalid, " \"\" is invalid: patch: " + text);
  error.reason("Invalid");
  error.detail(Error(ErrorCode::Invalid, text).path("patch").reason("FieldValueInvalid"));
  return error;
}

Result<Value> patched(const Value& live, kube::PatchType type, const Value& body, const Schema* schema) {
  switch (type) {
    case kube::PatchType::Json: {
      if (!body.isArray())
        return fail(badRequest(
            "error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch"));
      auto out = data::applyJsonPatch(live, body);
      if (out) return out;
      if (out.error().code() == ErrorCode::InvalidArgument) return fail(badRequest(out.error().message()));
      return fail(unprocessable());
    }
    case kube::PatchType::Merge:
      if (!body.isObject())
        return fail(badRequest(
            "error decoding patch: json: cannot unmarshal into Go value of type map[string]interface {}"));
      return data::applyMergePatch(live, body);
    case kube::PatchType::Strategic: {
      if (!body.isObject())
        return fail(badRequest(
            "error decoding patch: json: cannot unmarshal into Go value of type map[string]interface {}"));
      auto out = data::applyStrategicMerge(
          live, body, [schema](std::span<const std::string> path) { return ruleAt(schema, path); });
      if (!out) return fail(badRequest(out.error().message()));
      return out;
    }
    case kube::PatchType::Apply:
      break;
  }
  return fail(badRequest("unknown patch type"));
}

Result<Answer> Api::patch(Call& call, kube::PatchType type, const Value& body) {
  TRY(ResourcePtr resource, resourceOf(call));
  if (type == kube::PatchType::Strategic && resource->custom) {
    return fail(
        Error(ErrorCode::UnsupportedMedia,
              "the body of the request was in an unknown format - accepted media types include: "
              "application/json-patch+json, "
              "application/merge-patch+json, application/apply-patch+yaml, application/apply-patch+cbor")
            .reason("UnsupportedMediaType"));
  }
  if (call.subresource == "scale") return patchScale(call, *resource, type, body);
  if (!resource->serves("patch")) return fail(methodNotSupported(resource->kind->groupResource(), "patch"));
  Writing writing{call, *resource};
  writing.isPatch = true;
  if (type != kube::PatchType::Apply) {
    return write(writing, [&](const Value& live) -> Result<Value> {
      auto outcome = patched(live, type, body, resource->kind->schema);
      if (!outcome) {
        if (outcome.error().code() == ErrorCode::Invalid) call.about = Call::About{};
        return fail(outcome.error());
      }
      Value next = std::move(*outcome);
      auto refuse = [&](const std::string& why) {
        call.about = Call::About{};
        return fail(invalidPatch(next, why));
      };
      if (!next.isObject()) return refuse("the patch leaves no object");
      if (resource->custom && next.get("kind") != live.get("kind")) {
        Faults faults;
        faults.invalid("kind", next.get("kind"), "must be " + resource->kind->kind);
        std::string groupKind = next.get("kind").asString() + "." + resource->kind->group;
        call.about = Call::About{resource->kind->group, next.get("kind").asString(), call.name};
        return fail(invalidObject(groupKind, call.name, faults));
      }
      if (next.get("kind") != live.get("kind") || next.get("apiVersion") != live.get("apiVersion")) {
        return refuse("no kind \"" + next.get("kind").asString() + "\" is registered for version \"" +
                      next.get("apiVersion").asString() + "\" in scheme \"pkg/runtime/scheme.go:110\"");
      }
      // The live object's own resourceVersion is no condition that the patch made.
      bool conditional = next.get("metadata", "resourceVersion") != live.get("metadata", "resourceVersion");
      auto decoded = decode(call, *resource, next, false);
      if (!decoded) return refuse(decoded.error().message());
      const std::string& name = decoded->get("metadata", "name").asString();
      if (name != call.name) {
        return fail(badRequest("the name of the object (" + name + ") does not match the name on the URL (" +
                               call.name + ")"));
      }
      if (!conditional) (*decoded)["metadata"].erase("resourceVersion");
      return decoded;
    });
  }
  if (call.fieldManager.empty()) {
    Faults faults;
    faults.required("fieldManager", "is required for apply patch");
    call.about = Call::About{"meta.k8s.io", "PatchOptions", ""};
    return fail(invalidObject("PatchOptions.meta.k8s.io", "", faults));
  }
  TRY_VOID(checkBodyType(*resource, body));
  if (body.get("kind").asString().empty() || body.get("apiVersion").asString().empty()) {
    return fail(badRequest("Object 'Kind' is missing in '" + data::toJson(body) + "'"));
  }
  if (body.get("metadata").has("managedFields"))
    return fail(badRequest("metadata.managedFields must be nil"));
  const std::string& bodyName = body.get("metadata", "name").asString();
  if (!bodyName.empty() && bodyName != call.name) {
    return fail(badRequest("the name of the object (" + bodyName + ") does not match the name on the URL (" +
                           call.name + ")"));
  }
  TRY_VOID(fitsSchema(body, *resource));
  writing.applies = true;
  writing.createWhenMissing = call.subresource.empty();
  return write(writing, [&](const Value& live) -> Result<Value> {
    Value config = body;
    config["metadata"].set("name", call.name);
    if (resource->kind->namespaced) config["metadata"].set("namespace", call.ns);
    const std::string revision = config.get("metadata", "resourceVersion").asString();
    Result<Value> applied = serverSideApply(
        live, config, *resource, {managerOf(call), call.subresource, parts_.clock.now()}, call.force);
    if (!applied) {
      if (applied.error().code() == ErrorCode::Conflict)
        call.about = Call::About{};  // the details are the conflicts alone
      return fail(applied.error());
    }
    Value merged = std::move(*applied);
    const Value& fields = merged.get("metadata", "managedFields");
    TRY(Value decoded, decode(call, *resource, merged, false));
    if (resource->kind->setDefaults) resource->kind->setDefaults(decoded);
    if (!fields.isNull()) decoded["metadata"].set("managedFields", fields);
    if (revision.empty()) decoded["metadata"].erase("resourceVersion");
    if (live.isNull()) decoded["metadata"].erase("resourceVersion");
    return decoded;
  });
}

}  // namespace puppis::apiserver
