// SPDX-License-Identifier: Apache-2.0
#include "apiserver/request_options.h"

#include <charconv>
#include <optional>

#include "apiserver/errors.h"
#include "apiserver/faults.h"
#include "apiserver/go_json.h"
#include "apiserver/protobuf.h"
#include "base/source.h"
#include "base/strings.h"
#include "data/json.h"
#include "data/yaml.h"

namespace puppis::apiserver {

using data::Value;

namespace {

constexpr std::size_t kLongestManager = 128;

std::string textOf(const Query& query, std::string_view name) {
  const std::string* value = queryValue(query, name);
  return value == nullptr ? std::string() : *value;
}

Result<std::optional<std::int64_t>> numberOf(const Query& query, std::string_view name) {
  const std::string* text = queryValue(query, name);
  if (text == nullptr || text->empty()) return std::optional<std::int64_t>{};
  std::int64_t out = 0;
  auto [end, code] = std::from_chars(text->data(), text->data() + text->size(), out);
  if (code != std::errc{} || end != text->data() + text->size())
    return fail(badRequest("strconv.ParseInt: parsing " + data::toJson(Value(*text)) + ": invalid syntax"));
  return std::optional<std::int64_t>(out);
}

Status refused(const std::string& kind, const Faults& faults, Call& call) {
  if (faults.empty()) return {};
  call.about = Call::About{"meta.k8s.io", kind, ""};
  return fail(invalidObject(kind + ".meta.k8s.io", "", faults));
}

/// An error that Kubernetes tells as its own, with neither reason nor details.
Error unexplained(std::string message) {
  return Error(ErrorCode::Internal, std::move(message)).reason(kNoReason);
}

void checkDryRun(const std::vector<std::string>& given, Faults& faults) {
  for (const std::string& one : given) {
    if (one == "All") continue;
    Value all = Value::array();
    for (const std::string& each : given) all.push(each);
    faults.notSupported("dryRun", all, {"All"});
    return;
  }
}

Result<Value> deleteBody(const net::ServerRequest& request) {
  const std::string* header = net::findHeader(request.headers, "content-type");
  if (header != nullptr && startsWith(*header, "application/yaml")) {
    auto documents = data::parseYaml(SourceFile::make("", request.body));
    if (!documents || documents->empty()) return fail(unexplained("error decoding YAML"));
    return (*documents)[0];
  }
  if (header != nullptr && startsWith(*header, "application/vnd.kubernetes.protobuf")) {
    auto options = decodeProtobuf(request.body);
    if (!options) return fail(unexplained(options.error().message()));
    return options;
  }
  const std::string lead = "couldn't get version/kind; json parse error: ";
  auto body = data::parseJson(std::string_view(request.body));
  if (!body) {
    std::string why = goJsonError(request.body);
    return fail(unexplained(lead + (why.empty() ? body.error().message() : why)));
  }
  if (body->isObject()) return body;
  std::string what = body->isArray()     ? "array"
                     : body->isString()  ? "string"
                     : body->isNumeric() ? "number"
                                         : "bool";
  return fail(
      unexplained(lead + "json: cannot unmarshal " + what +
                  " into Go value of type struct { APIVersion string "
                  "\"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }"));
}

Status checkDeleteOptions(const Value& body, Call& call) {
  Faults faults;
  const Value& policy = body.get("propagationPolicy");
  if (policy.isString() && !body.get("orphanDependents").isNull()) {
    faults.invalid("propagationPolicy", policy,
                   "orphanDependents and deletionPropagation cannot be both set");
  }
  std::vector<std::string> dry;
  for (const Value& one : body.get("dryRun").elements()) dry.push_back(one.asString());
  checkDryRun(dry, faults);
  return refused("DeleteOptions", faults, call);
}

}  // namespace

const std::string* queryValue(const Query& query, std::string_view name) {
  for (const auto& [key, value] : query) {
    if (key == name) return &value;
  }
  return nullptr;
}

bool queryFlag(const Query& query, std::string_view name) {
  const std::string* value = queryValue(query, name);
  return value != nullptr && *value != "false" && *value != "0";
}

Status readOptions(const Query& query, Call& call) {
  call.labelSelector = textOf(query, "labelSelector");
  call.fieldSelector = textOf(query, "fieldSelector");
  call.resourceVersion = textOf(query, "resourceVersion");
  call.resourceVersionMatch = textOf(query, "resourceVersionMatch");
  call.continueToken = textOf(query, "continue");
  TRY(auto limit, numberOf(query, "limit"));
  call.limit = limit.value_or(0);
  TRY(call.timeoutSeconds, numberOf(query, "timeoutSeconds"));
  call.bookmarks = queryFlag(query, "allowWatchBookmarks");
  if (queryValue(query, "sendInitialEvents") != nullptr)
    call.sendInitialEvents = queryFlag(query, "sendInitialEvents");
  call.fieldManager = textOf(query, "fieldManager");
  call.fieldValidation = textOf(query, "fieldValidation");
  call.force = queryFlag(query, "force");
  for (const auto& [key, value] : query) {
    if (key == "dryRun") call.dryRun = call.dryRun || value == "All";
  }
  return {};
}

Status checkWriteOptions(const Query& query, std::string_view verb, Call& call) {
  std::string kind = verb == "create"   ? "CreateOptions"
                     : verb == "update" ? "UpdateOptions"
                     : verb == "patch"  ? "PatchOptions"
                                        : "DeleteOptions";
  Faults faults;
  std::vector<std::string> dry;
  for (const auto& [key, value] : query) {
    if (key == "dryRun" && !value.empty()) dry.push_back(value);
  }
  checkDryRun(dry, faults);
  if (kind != "DeleteOptions") {
    if (call.fieldManager.size() > kLongestManager) faults.tooLong("fieldManager", kLongestManager);
    const std::string& mode = call.fieldValidation;
    if (!mode.empty() && mode != "Ignore" && mode != "Warn" && mode != "Strict")
      faults.notSupported("fieldValidation", mode, {"", "Ignore", "Strict", "Warn"});
  }
  return refused(kind, faults, call);
}

Status readDeleteOptions(const net::ServerRequest& request, const Query& query, Call& call) {
  Value body = Value::object();
  if (!request.body.empty()) {
    TRY(body, deleteBody(request));
    const std::string& kind = body.get("kind").asString();
    if (!kind.empty() && kind != "DeleteOptions") {
      return fail(unexplained("no kind \"" + kind + "\" is registered for version \"" +
                              body.get("apiVersion").asString() +
                              "\" in scheme \"pkg/runtime/scheme.go:110\""));
    }
    const Value& grace = body.get("gracePeriodSeconds");
    if (!grace.isNull() && !grace.isInt()) {
      return fail(unexplained(std::string("json: cannot unmarshal ") +
                              (grace.isString() ? "string" : "number") +
                              " into Go struct field DeleteOptions.gracePeriodSeconds of type int64"));
    }
    call.dryRun = false;
    for (const Value& one : body.get("dryRun").elements())
      call.dryRun = call.dryRun || one.asString() == "All";
  } else {
    if (const std::string* policy = queryValue(query, "propagationPolicy"))
      body.set("propagationPolicy", *policy);
    TRY(auto grace, numberOf(query, "gracePeriodSeconds"));
    if (grace) body.set("gracePeriodSeconds", *grace);
    TRY_VOID(checkWriteOptions(query, "delete", call));
  }
  TRY_VOID(checkDeleteOptions(body, call));
  const Value& preconditions = body.get("preconditions");
  if (preconditions.has("uid")) call.remove.uid = preconditions.get("uid").asString();
  if (preconditions.has("resourceVersion"))
    call.remove.resourceVersion = preconditions.get("resourceVersion").asString();
  if (body.has("propagationPolicy")) call.remove.propagation = body.get("propagationPolicy").asString();
  call.cascadesOldWay = body.get("orphanDependents").isBool() && !body.get("orphanDependents").asBool();
  if (body.get("orphanDependents").isBool())
    call.remove.propagation = body.get("orphanDependents").asBool() ? "Orphan" : "Background";
  if (body.get("gracePeriodSeconds").isInt())
    call.remove.gracePeriodSeconds = body.get("gracePeriodSeconds").asInt();
  return {};
}

}  // namespace puppis::apiserver
