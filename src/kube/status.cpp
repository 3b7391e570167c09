// SPDX-License-Identifier: Apache-2.0
#include "kube/status.h"

#include <string>

namespace puppis::kube {

using data::Value;

Error errorOfStatus(int httpStatus, const Value& status) {
  const std::string& reason = status.get("reason").asString();
  ErrorCode code =
      codeOfHttpStatus(httpStatus != 0 ? httpStatus : static_cast<int>(status.get("code").asInt()));
  if (reason == "AlreadyExists") code = ErrorCode::AlreadyExists;
  if (reason == "Conflict") code = ErrorCode::Conflict;
  if (reason == "Expired" || reason == "Gone") code = ErrorCode::Gone;
  std::string message = status.get("message").asString();
  if (message.empty()) message = "the API answered " + std::to_string(httpStatus);
  Error out(code, message);
  if (!reason.empty()) out.reason(reason);
  for (const auto& cause : status.get("details", "causes").elements()) {
    Error one(code, cause.get("message").asString());
    one.path(cause.get("field").asString());
    one.reason(cause.get("reason").asString());
    out.detail(std::move(one));
  }
  return out;
}

Value statusOfError(const Error& error) {
  Value out = Value::object({{"kind", "Status"}, {"apiVersion", "v1"}, {"metadata", Value::object()}});
  out.set("status", "Failure");
  std::string text = error.message();
  if (!error.expectedText().empty()) text += " (expected " + error.expectedText() + ")";
  out.set("message", text);
  std::string reason =
      error.reasonText().empty() ? std::string(statusReason(error.code())) : error.reasonText();
  if (!reason.empty()) out.set("reason", reason);
  if (!error.details().empty()) {
    Value causes = Value::array();
    for (const auto& fault : error.details()) {
      Value cause = Value::object();
      if (!fault.reasonText().empty()) cause.set("reason", fault.reasonText());
      cause.set("message", fault.message());
      if (!fault.pathText().empty()) cause.set("field", fault.pathText());
      causes.push(std::move(cause));
    }
    out["details"].set("causes", std::move(causes));
  }
  out.set("code", puppis::httpStatus(error.code()));
  return out;
}

Value successStatus() {
  return Value::object(
      {{"kind", "Status"}, {"apiVersion", "v1"}, {"metadata", Value::object()}, {"status", "Success"}});
}

}  // namespace puppis::kube
