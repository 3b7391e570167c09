// SPDX-License-Identifier: Apache-2.0
#include "apiserver/errors.h"

#include "kube/status.h"

namespace puppis::apiserver {

bool User::in(std::string_view group) const {
  for (const std::string& one : groups) {
    if (one == group) return true;
  }
  return false;
}

Error notFound(const std::string& groupResource, const std::string& name) {
  return Error(ErrorCode::NotFound, groupResource + " \"" + name + "\" not found").reason("NotFound");
}

Error alreadyExists(const std::string& groupResource, const std::string& name) {
  return Error(ErrorCode::AlreadyExists, groupResource + " \"" + name + "\" already exists")
      .reason("AlreadyExists");
}

Error conflict(const std::string& groupResource, const std::string& name, const std::string& why) {
  return Error(ErrorCode::Conflict,
               "Operation cannot be fulfilled on " + groupResource + " \"" + name + "\": " + why)
      .reason("Conflict");
}

Error badRequest(std::string message) {
  return Error(ErrorCode::InvalidArgument, std::move(message)).reason("BadRequest");
}

Error forbidden(const std::string& groupResource, const std::string& name, const std::string& why) {
  std::string what =
      name.empty() ? groupResource + " is forbidden: " : groupResource + " \"" + name + "\" is forbidden: ";
  return Error(ErrorCode::Forbidden, what + why).reason("Forbidden");
}

Error methodNotSupported(const std::string& groupResource, const std::string& verb) {
  return Error(ErrorCode::MethodNotAllowed,
               verb + " is not supported on resources of kind \"" + groupResource + "\"")
      .reason("MethodNotAllowed");
}

Error noSuchPath() {
  return Error(ErrorCode::NotFound, "the server could not find the requested resource").reason("NotFound");
}

data::Value statusOf(const Error& error, const Call& call, const Resource* resource) {
  using data::Value;
  Value status = kube::statusOfError(error);
  std::string reason = status.get("reason").asString();
  if (reason == kNoReason) {
    status.erase("reason");
    return status;
  }
  Value details = Value::object();
  if (call.about) {
    if (!call.about->name.empty()) details.set("name", call.about->name);
    if (!call.about->group.empty()) details.set("group", call.about->group);
    if (!call.about->kind.empty()) details.set("kind", call.about->kind);
  } else if (reason != "BadRequest" && reason != "Unauthorized" && reason != "Expired" &&
             reason != "NotAcceptable" && reason != "UnsupportedMediaType" && reason != "InternalError") {
    if (!call.name.empty()) details.set("name", call.name);
    if (!call.type.group.empty()) details.set("group", call.type.group);
    bool byKind = reason == "Invalid" && resource != nullptr;
    if (!call.type.resource.empty()) details.set("kind", byKind ? resource->kind->kind : call.type.resource);
  }
  if (const Value* causes = status.get("details").find("causes")) details.set("causes", *causes);
  if (call.about && call.about->retryAfterSeconds != 0)
    details.set("retryAfterSeconds", call.about->retryAfterSeconds);
  status.erase("details");
  if (!details.empty() || call.about || reason == "NotFound" || reason == "MethodNotAllowed") {
    Value code = status.get("code");
    status.erase("code");
    status.set("details", std::move(details));
    status.set("code", std::move(code));
  }
  return status;
}

}  // namespace puppis::apiserver
