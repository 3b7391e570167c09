// SPDX-License-Identifier: Apache-2.0
#include "apiserver/http_front.h"

#include <algorithm>
#include <charconv>

#include "apiserver/discovery.h"
#include "apiserver/go_json.h"
#include "apiserver/openapi.h"
#include "apiserver/openapi_protobuf.h"
#include "apiserver/protobuf.h"
#include "apiserver/request_options.h"
#include "apiserver/table.h"
#include "base/source.h"
#include "base/strings.h"
#include "data/json.h"
#include "data/yaml.h"
#include "net/gzip.h"

namespace puppis::apiserver {

using data::Value;

struct HttpFront::Exchange {
  net::ServerRequest request;
  std::shared_ptr<net::Responder> responder;
  Call call;
  ResourcePtr resource;
  Wanted wanted;
  Query query;
  bool watches = false;
  std::string logTail;

  [[nodiscard]] const std::string* param(std::string_view name) const { return queryValue(query, name); }
  [[nodiscard]] std::string text(std::string_view name) const {
    const std::string* value = param(name);
    return value == nullptr ? std::string() : *value;
  }
  [[nodiscard]] bool flag(std::string_view name) const { return queryFlag(query, name); }
};

namespace {

Error notAcceptable() {
  return Error(ErrorCode::NotAcceptable,
               "only the following media types are accepted: application/json, application/yaml, "
               "application/vnd.kubernetes.protobuf")
      .reason("NotAcceptable");
}

Result<Wanted> parseAccept(const std::string& accept) {
  Wanted out;
  if (accept.empty()) return out;
  for (const std::string& range : split(accept, ',')) {
    std::vector<std::string> parts = split(range, ';');
    std::string type(trim(parts[0]));
    std::string as, group, version;
    for (std::size_t i = 1; i < parts.size(); ++i) {
      std::string_view parameter = trim(parts[i]);
      if (startsWith(parameter, "as=")) as = parameter.substr(3);
      if (startsWith(parameter, "g=")) group = parameter.substr(2);
      if (startsWith(parameter, "v=")) version = parameter.substr(2);
    }
    bool json = type == "application/json" || type == "*/*" || type == "application/*";
    if (!json && type != "application/yaml") continue;
    if (as == "Table" && group == "meta.k8s.io" && (version == "v1" || version == "v1beta1")) {
      out.table = true;
    } else if ((as == "PartialObjectMetadata" || as == "PartialObjectMetadataList") &&
               group == "meta.k8s.io") {
      out.partial = true;
      out.partialList = as == "PartialObjectMetadataList";
    } else if (as == "APIGroupDiscoveryList" && group == "apidiscovery.k8s.io" &&
               (version == "v2" || version == "v2beta1")) {
      out.discovery = true;
    } else if (!as.empty()) {
      continue;
    }
    if (!version.empty()) out.version = version;
    out.yaml = type == "application/yaml";
    return out;
  }
  return fail(notAcceptable());
}

Result<Value> parseBody(const net::ServerRequest& request, const Resource& resource) {
  const std::string* header = net::findHeader(request.headers, "content-type");
  std::string type =
      header == nullptr ? "application/json" : toLower(trim(header->substr(0, header->find(';'))));
  if (type == "application/yaml" || type == "application/apply-patch+yaml") {
    auto documents = data::parseYaml(SourceFile::make("", request.body));
    if (!documents) return fail(badRequest("error decoding YAML: " + documents.error().message()));
    if (documents->empty()) return fail(badRequest("the body is empty"));
    return (*documents)[0];
  }
  if (type == "application/vnd.kubernetes.protobuf") return decodeProtobuf(request.body);
  bool json = type == "application/json" || type == "application/json-patch+json" ||
              type == "application/merge-patch+json" || type == "application/strategic-merge-patch+json" ||
              type.empty();
  if (!json) {
    std::string types = "application/json, application/yaml";
    if (!resource.custom) types += ", application/vnd.kubernetes.protobuf";
    return fail(
        Error(ErrorCode::UnsupportedMedia,
              "the body of the request was in an unknown format - accepted media types include: " + types)
            .reason("UnsupportedMediaType"));
  }
  auto value = data::parseJson(std::string_view(request.body));
  if (value) return value;
  std::string why = goJsonError(request.body);
  if (why.empty()) why = value.error().message();
  if (request.method == "PATCH") return fail(badRequest("error decoding patch: " + why));
  why = "couldn't get version/kind; json parse error: " + why;
  if (resource.custom) return fail(badRequest(why));
  return fail(badRequest("the object provided is unrecognized (must be of type " + resource.kind->kind +
                         "): " + why + " (" + summarizeBody(request.body) + ")"));
}

std::optional<kube::PatchType> patchTypeOf(const net::ServerRequest& request) {
  const std::string* header = net::findHeader(request.headers, "content-type");
  std::string type = header == nullptr ? "" : toLower(trim(header->substr(0, header->find(';'))));
  if (type == "application/json-patch+json") return kube::PatchType::Json;
  if (type == "application/merge-patch+json") return kube::PatchType::Merge;
  if (type == "application/strategic-merge-patch+json") return kube::PatchType::Strategic;
  if (type == "application/apply-patch+yaml") return kube::PatchType::Apply;
  return std::nullopt;
}

std::string escapeWarning(const std::string& text) {
  std::string out;
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out;
}

/// Built-in kinds leave the type of a list's items out, custom ones do not.
Value listItem(Value object, const Resource& resource) {
  if (resource.custom) return object;
  object.erase("kind");
  object.erase("apiVersion");
  return object;
}

std::string_view typeWord(WatchItem::Type type) {
  switch (type) {
    case WatchItem::Type::Added:
      return "ADDED";
    case WatchItem::Type::Modified:
      return "MODIFIED";
    case WatchItem::Type::Deleted:
      return "DELETED";
    case WatchItem::Type::Bookmark:
      return "BOOKMARK";
  }
  return "ERROR";
}

/// Subresources that lead into a running container.
bool streamsToContainers(std::string_view subresource) {
  return subresource == "exec" || subresource == "attach" || subresource == "portforward" ||
         subresource == "proxy";
}

/// Whether the pod has the container whose log is asked for.
Status checkLogged(const Value& pod, const std::string& container) {
  std::vector<std::string> names;
  for (const char* field : {"initContainers", "containers"}) {
    for (const Value& one : pod.get("spec", field).elements()) names.push_back(one.get("name").asString());
  }
  const std::string& name = pod.get("metadata", "name").asString();
  if (!container.empty() && std::find(names.begin(), names.end(), container) == names.end())
    return fail(badRequest("container " + container + " is not valid for pod " + name));
  if (container.empty() && pod.get("spec", "containers").size() > 1) {
    return fail(badRequest("a container name must be specified for pod " + name + ", choose one of: [" +
                           join(names, " ") + "]"));
  }
  return {};
}

constexpr std::size_t kMostWaiting = 64 * 1024 * 1024;

}  // namespace

void HttpFront::handle(net::ServerRequest request, std::shared_ptr<net::Responder> responder) {
  Exchange x;
  x.request = std::move(request);
  x.responder = std::move(responder);
  answer(x, std::nullopt);
}

void HttpFront::handleAs(User user, net::ServerRequest request, std::shared_ptr<net::Responder> responder) {
  Exchange x;
  x.request = std::move(request);
  x.responder = std::move(responder);
  answer(x, std::move(user));
}

void HttpFront::answer(Exchange& x, std::optional<User> known) {
  x.query = net::parseQuery(x.request.query);
  if (const std::string* agent = net::findHeader(x.request.headers, "user-agent")) x.call.userAgent = *agent;
  Result<User> user = known ? Result<User>(std::move(*known)) : authenticator_.authenticate(x.request);
  if (!user) return sendError(x, user.error());
  x.call.user = std::move(*user);
  auto wanted = parseAccept(net::joinedHeader(x.request.headers, "accept"));
  if (wanted) x.wanted = *wanted;
  x.wanted.pretty = x.param("pretty") != nullptr
                        ? x.flag("pretty")
                        : startsWith(x.call.userAgent, "curl/") || startsWith(x.call.userAgent, "Mozilla/") ||
                              startsWith(x.call.userAgent, "Wget/");
  if (x.param("includeObject") != nullptr) x.wanted.includeObject = x.text("includeObject");
  bool handled = false;
  Status done = impersonate(x, handled);
  if (handled) return;
  if (done && !wanted && !startsWith(x.request.path, "/openapi") && !startsWith(x.request.path, "/metrics") &&
      !startsWith(x.request.path, "/healthz") && !startsWith(x.request.path, "/livez") &&
      !startsWith(x.request.path, "/readyz")) {
    done = fail(wanted.error());
  }
  if (done) done = route(x);
  if (!done) sendError(x, done.error());
}

Status HttpFront::impersonate(Exchange& x, bool& handled) {
  const std::string* name = net::findHeader(x.request.headers, "impersonate-user");
  if (name == nullptr) {
    for (const auto& [key, value] : x.request.headers) {
      if (!startsWith(key, "impersonate-")) continue;
      // Kubernetes fails here, in Go's words.
      x.responder->send(
          500, {{"content-type", "text/plain; charset=utf-8"}, {"x-content-type-options", "nosniff"}},
          "Internal Server Error: " + data::toJson(Value(x.request.path)) + ": requested [{Group  " + value +
              "    }] without impersonating a user\n");
      handled = true;
      return {};
    }
    return {};
  }
  User user{*name, "", {}, {}};
  auto check = [&](const std::string& resource, const std::string& what, const std::string& ns,
                   const std::string& group) -> Status {
    if (authorizer_ == nullptr) return {};
    auto refused = authorizer_->refuses(x.call.user, "impersonate", group, resource, "", ns, what);
    if (!refused) return {};
    return fail(Error(ErrorCode::Forbidden,
                      resource + " \"" + what + "\" is forbidden: User \"" + x.call.user.name +
                          "\" cannot impersonate resource \"" + resource + "\" in API group \"" + group +
                          "\"" + (ns.empty() ? " at the cluster scope" : " in the namespace \"" + ns + "\""))
                    .reason("Forbidden"));
  };
  std::vector<std::string> parts = split(*name, ':');
  if (startsWith(*name, "system:serviceaccount:") && parts.size() == 4) {
    TRY_VOID(check("serviceaccounts", parts[3], parts[2], ""));
    user.groups = {"system:serviceaccounts", "system:serviceaccounts:" + parts[2]};
  } else {
    TRY_VOID(check("users", *name, "", ""));
  }
  bool groups = false;
  for (const auto& [key, value] : x.request.headers) {
    if (key == "impersonate-group") {
      TRY_VOID(check("groups", value, "", ""));
      if (!groups) user.groups.clear();
      groups = true;
      user.groups.push_back(value);
    } else if (key == "impersonate-uid") {
      TRY_VOID(check("uids", value, "", "authentication.k8s.io"));
      user.uid = value;
    } else if (startsWith(key, "impersonate-extra-")) {
      std::string extra = net::percentDecode(key.substr(18));
      TRY_VOID(check("userextras/" + extra, value, "", "authentication.k8s.io"));
      user.extra.push_back({extra, {value}});
    }
  }
  if (*name == "system:anonymous") {
    user.groups.emplace_back("system:unauthenticated");
  } else if (!user.in("system:unauthenticated") && !user.in("system:authenticated")) {
    user.groups.emplace_back("system:authenticated");
  }
  x.call.user = std::move(user);
  return {};
}

Status HttpFront::route(Exchange& x) {
  std::vector<std::string> parts;
  for (const std::string& part : split(x.request.path, '/')) {
    if (!part.empty()) parts.push_back(net::percentDecode(part));
  }
  if (parts.size() >= 3 && parts[0] == "api") {
    return resourceRequest(x, {parts.begin() + 2, parts.end()}, "", parts[1]);
  }
  if (parts.size() >= 4 && parts[0] == "apis") {
    return resourceRequest(x, {parts.begin() + 3, parts.end()}, parts[1], parts[2]);
  }
  std::string path = "/" + join(parts, "/");
  if (authorizer_ != nullptr && !authorizer_->allowsPath(x.call.user, x.request.method, path)) {
    x.call.about = Call::About{};
    return fail(Error(ErrorCode::Forbidden, "forbidden: User \"" + x.call.user.name + "\" cannot " +
                                                toLower(x.request.method) + " path \"" + path + "\"")
                    .reason("Forbidden"));
  }
  bool handled = false;
  TRY_VOID(discovery(x, parts, handled));
  if (!handled) TRY_VOID(openApi(x, parts, handled));
  if (handled) return {};
  if (auto page = pages_.find(path); page != pages_.end()) {
    x.responder->send(200,
                      {{"content-type", "text/plain; charset=utf-8"},
                       {"cache-control", "no-cache, private"},
                       {"x-content-type-options", "nosniff"}},
                      page->second());
    return {};
  }
  if (auto download = downloads_.find(path); download != downloads_.end())
    return download->second(*x.responder);
  if (startsWith(path, "/healthz") || startsWith(path, "/livez") || startsWith(path, "/readyz")) {
    x.responder->send(
        200, {{"content-type", "text/plain; charset=utf-8"}, {"cache-control", "no-cache, private"}}, "ok");
    return {};
  }
  return pageNotFound(x);
}

/// What is no API at all is told in plain text, as Go's router does.
Status HttpFront::pageNotFound(Exchange& x) {
  x.responder->send(404,
                    {{"content-type", "text/plain; charset=utf-8"}, {"x-content-type-options", "nosniff"}},
                    "404 page not found\n");
  return {};
}

Status HttpFront::discovery(Exchange& x, const std::vector<std::string>& parts, bool& handled) {
  handled = true;
  std::string path = join(parts, "/");
  const Registry& registry = api_.registry();
  std::string aggregatedType =
      "application/json;g=apidiscovery.k8s.io;v=" + x.wanted.version + ";as=APIGroupDiscoveryList";
  if (path == "api" || path == "apis") {
    if (x.wanted.discovery) {
      sendValue(x, 200, aggregatedDiscovery(registry, path == "api", x.wanted.version), aggregatedType);
    } else {
      sendValue(x, 200, path == "api" ? apiVersions(address_) : apiGroupList(registry));
    }
    return {};
  }
  if (path == "version") {
    sendValue(x, 200,
              Value::object({{"major", "1"},
                             {"minor", "34"},
                             {"emulationMajor", "1"},
                             {"emulationMinor", "34"},
                             {"minCompatibilityMajor", "1"},
                             {"minCompatibilityMinor", "33"},
                             {"gitVersion", "v1.34.0+puppis"},
                             {"gitCommit", ""},
                             {"gitTreeState", "clean"},
                             {"buildDate", "2026-01-01T00:00:00Z"},
                             {"goVersion", ""},
                             {"compiler", "c++"},
                             {"platform", "linux/amd64"}}));
    return {};
  }
  std::optional<Value> found;
  if (parts.size() == 2 && parts[0] == "api") found = apiResourceList(registry, "", parts[1]);
  if (parts.size() == 2 && parts[0] == "apis") found = apiGroup(registry, parts[1]);
  if (parts.size() == 3 && parts[0] == "apis") found = apiResourceList(registry, parts[1], parts[2]);
  if (found) {
    sendValue(x, 200, *found);
    return {};
  }
  if (parts.size() == 3 && parts[0] == "apis" && apiGroup(registry, parts[1])) {
    x.call.about = Call::About{};
    return fail(noSuchPath());
  }
  if (parts.empty()) {
    Value paths = Value::array({"/api", "/apis", "/healthz", "/livez", "/metrics", "/openapi/v2",
                                "/openapi/v3", "/readyz", "/version"});
    sendValue(x, 200, Value::object({{"paths", std::move(paths)}}));
    return {};
  }
  handled = false;
  return {};
}

Status HttpFront::openApi(Exchange& x, const std::vector<std::string>& parts, bool& handled) {
  if (parts.size() < 2 || parts[0] != "openapi" || (parts[1] != "v2" && parts[1] != "v3")) return {};
  handled = true;
  std::string accept = net::joinedHeader(x.request.headers, "accept");
  bool json =
      accept.empty() || accept.find("json") != std::string::npos || accept.find("*/*") != std::string::npos;
  bool protobuf = !json && parts[1] == "v2" && accept.find(kOpenApiProtobuf) != std::string::npos;
  if (!json && !protobuf) {
    return fail(
        Error(ErrorCode::NotAcceptable, "only the following media types are accepted: application/json")
            .reason("NotAcceptable"));
  }
  const Registry& registry = api_.registry();
  std::string path = join(parts, "/");
  std::string form = protobuf ? path + " as protobuf" : path;
  std::string text;
  {
    std::lock_guard lock(documentsMutex_);
    if (documentsGeneration_ != registry.generation()) {
      documents_.clear();
      documentsGeneration_ = registry.generation();
    }
    auto it = documents_.find(form);
    if (it == documents_.end()) {
      std::optional<Value> document;
      if (path == "openapi/v2") document = openApiV2(registry);
      if (path == "openapi/v3") document = openApiIndex(registry);
      if (parts.size() > 2) document = openApiV3(registry, join({parts.begin() + 2, parts.end()}, "/"));
      if (!document) return fail(noSuchPath());
      it = documents_.emplace(form, protobuf ? openApiV2Protobuf(*document) : data::toJson(*document)).first;
    }
    text = it->second;
  }
  std::string type(protobuf ? kOpenApiProtobufAnswer : "application/json");
  x.responder->send(200, {{"content-type", type}, {"cache-control", "no-cache, private"}}, std::move(text));
  return {};
}

Status HttpFront::resourceRequest(Exchange& x, std::vector<std::string> parts, const std::string& group,
                                  const std::string& version) {
  bool oldWatch = !parts.empty() && parts[0] == "watch";
  if (oldWatch) parts.erase(parts.begin());
  Call& call = x.call;
  if (parts.size() >= 3 && parts[0] == "namespaces" && !(parts[2] == "status" || parts[2] == "finalize")) {
    call.ns = parts[1];
    parts.erase(parts.begin(), parts.begin() + 2);
  }
  if (parts.empty()) {
    call.type = {};
    return fail(noSuchPath());
  }
  call.type = {group, version, parts[0]};
  if (parts.size() > 1) call.name = parts[1];
  if (parts.size() > 2) call.subresource = parts[2];
  x.watches = oldWatch || x.flag("watch");

  TRY_VOID(readOptions(x.query, call));
  const std::string& method = x.request.method;
  std::string verb;
  if (method == "GET") {
    verb = x.watches ? "watch" : call.name.empty() ? "list" : "get";
  } else if (method == "POST") {
    verb = "create";
  } else if (method == "PUT") {
    verb = "update";
  } else if (method == "PATCH") {
    verb = "patch";
  } else if (method == "DELETE") {
    verb = call.name.empty() ? "deletecollection" : "delete";
  } else {
    call.about = Call::About{};
    return fail(
        Error(ErrorCode::MethodNotAllowed, "the server does not allow this method on the requested resource")
            .reason("MethodNotAllowed"));
  }
  TRY_VOID(authorize(x, verb));
  return serve(x, verb);
}

Status HttpFront::authorize(Exchange& x, const std::string& verb) {
  if (authorizer_ == nullptr) return {};
  const Call& call = x.call;
  auto refused = authorizer_->refuses(call.user, verb, call.type.group, call.type.resource, call.subresource,
                                      call.ns, call.name);
  if (!refused) return {};
  std::string resource = call.type.resource + (call.subresource.empty() ? "" : "/" + call.subresource);
  std::string where = call.ns.empty() ? " at the cluster scope" : " in the namespace \"" + call.ns + "\"";
  return fail(forbidden(kube::Gvr(call.type).str(), call.name,
                        "User \"" + call.user.name + "\" cannot " + verb + " resource \"" + resource +
                            "\" in API group \"" + call.type.group + "\"" + where +
                            (refused->empty() ? "" : ": " + *refused)));
}

Status HttpFront::serve(Exchange& x, const std::string& verb) {
  Call& call = x.call;
  x.resource = api_.registry().find(call.type);
  if (!x.resource) {
    for (const ResourcePtr& one : api_.registry().all()) {
      if (one->kind->group != call.type.group || one->kind->version != call.type.version) continue;
      call.about = Call::About{};
      return fail(noSuchPath());
    }
    return pageNotFound(x);
  }
  const KindInfo& kind = *x.resource->kind;
  bool scoped = kind.namespaced == !call.ns.empty();
  bool acrossNamespaces =
      kind.namespaced && call.ns.empty() && call.name.empty() && (verb == "list" || verb == "watch");
  // A namespace is in its own path, as /namespaces/NAME.
  if (!scoped && !acrossNamespaces && !(kind.resource == "namespaces" && kind.group.empty())) {
    if (kind.namespaced && verb == "create")
      return fail(Error(ErrorCode::MethodNotAllowed,
                        "the server does not allow this method on the requested resource")
                      .reason("MethodNotAllowed"));
    call.type = {};
    call.name.clear();
    return fail(noSuchPath());
  }
  bool known = call.subresource.empty() || (call.subresource == "status" && kind.status) ||
               (call.subresource == "scale" && kind.scale) ||
               std::any_of(kind.subresources.begin(), kind.subresources.end(),
                           [&](const auto& one) { return one.first == call.subresource; });
  if (!known) {
    if (x.resource->custom) return fail(notFound(kind.groupResource(), call.name));
    call.about = Call::About{};
    return fail(noSuchPath());
  }
  if (verb == "create" && !call.name.empty() && call.subresource.empty()) {
    call.about = Call::About{};
    return fail(
        Error(ErrorCode::MethodNotAllowed, "the server does not allow this method on the requested resource")
            .reason("MethodNotAllowed"));
  }
  if (!x.resource->deprecation.empty()) call.warnings.push_back(x.resource->deprecation);
  if (call.subresource.empty() && !x.resource->serves(verb)) {
    return fail(
        Error(ErrorCode::MethodNotAllowed, "the server does not allow this method on the requested resource")
            .reason("MethodNotAllowed"));
  }
  if (streamsToContainers(call.subresource)) {
    TRY_VOID(api_.read(*x.resource, call.ns, call.name));
    return fail(badRequest(kind.singular + " \"" + call.name + "\" is simulated: no container runs, so " +
                           call.subresource + " has nothing to connect to"));
  }
  if (call.subresource == "log" && verb == "get") {
    TRY(Value pod, api_.read(*x.resource, call.ns, call.name));
    TRY_VOID(checkLogged(pod, x.text("container")));
    std::string text =
        "This pod is simulated: " + call.ns + "/" + call.name + " runs no container, so it has no log.\n";
    x.responder->send(200, {{"content-type", "text/plain"}}, std::move(text));
    return {};
  }
  const std::string& shown = x.wanted.includeObject;
  if (x.wanted.table && shown != "Metadata" && shown != "Object" && shown != "None" && !shown.empty()) {
    return fail(badRequest("Unable to convert to Table as requested: includeObject: Invalid value: " +
                           data::toJson(Value(shown)) + ": must be 'Metadata', 'Object', 'None', or empty"));
  }
  if (verb == "watch") return serveWatch(x);
  if (x.wanted.partial && verb == "list" && !x.wanted.partialList) {
    std::string package = kind.group.empty() ? "core" : kind.group.substr(0, kind.group.find('.'));
    return fail(Error(ErrorCode::NotAcceptable,
                      "you requested PartialObjectMetadata, but the requested object is a list (*" + package +
                          "." + kind.kind + "List)")
                    .reason("NotAcceptable"));
  }
  if (verb == "list") {
    TRY(ListAnswer list, api_.list(call));
    return sendList(x, std::move(list));
  }
  if (verb == "get") {
    TRY(Shown object, api_.get(call));
    if (x.wanted.asStored()) {
      std::string body;
      object.appendJson(body);
      sendJson(x, 200, std::move(body));
    } else {
      sendObject(x, 200, object.value());
    }
    return {};
  }
  Answer made;
  if (verb == "delete" || verb == "deletecollection") {
    TRY_VOID(readDeleteOptions(x.request, x.query, call));
    TRY(made, verb == "delete" ? api_.remove(call) : api_.removeCollection(call));
    // Who asks in the old way to cascade is told that the object is still there.
    if (verb == "delete" && call.cascadesOldWay && made.object.get("kind").asString() != "Status")
      made.status = 202;
  } else {
    TRY_VOID(checkWriteOptions(x.query, verb, call));
    if (verb == "patch") {
      auto type = patchTypeOf(x.request);
      if (!type) {
        call.warnings.clear();  // the request was not looked at
        if (x.resource->custom) {
          return fail(
              Error(ErrorCode::UnsupportedMedia,
                    "the body of the request was in an unknown format - accepted media types include: "
                    "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml")
                  .reason("UnsupportedMediaType"));
        }
        call.about = Call::About{};
        return fail(
            Error(ErrorCode::UnsupportedMedia, "415: Unsupported Media Type").reason("UnsupportedMediaType"));
      }
      if (*type == kube::PatchType::Apply)
        x.request.headers.insert(x.request.headers.begin(), {"content-type", "application/apply-patch+yaml"});
      auto body = parseBody(x.request, *x.resource);
      if (!body) {
        // What is not there is told before what is wrong with the patch.
        if (*type != kube::PatchType::Apply) TRY_VOID(api_.read(*x.resource, call.ns, call.name));
        return fail(body.error());
      }
      TRY(made, api_.patch(call, *type, *body));
    } else {
      TRY(Value body, parseBody(x.request, *x.resource));
      TRY(made, verb == "create" ? api_.create(call, body) : api_.update(call, body));
    }
  }
  if (made.stored && x.wanted.asStored()) {
    sendJson(x, made.status, made.stored->json());
  } else {
    sendObject(x, made.status, made.object);
  }
  return {};
}

Status HttpFront::sendList(Exchange& x, ListAnswer list) {
  const Resource& resource = *x.resource;
  const KindInfo& kind = *resource.kind;
  Value meta = Value::object({{"resourceVersion", std::to_string(list.revision)}});
  if (!list.continueToken.empty()) meta.set("continue", list.continueToken);
  if (list.remaining) meta.set("remainingItemCount", *list.remaining);
  if (x.wanted.table) {
    TableStyle style{x.wanted.version, x.wanted.includeObject};
    std::vector<Value> rows;
    Nanos now = api_.clock().now();
    for (const Shown& item : list.items) rows.push_back(tableRow(item.value(), kind, style, now));
    Value table = tableOf(tableColumns(kind), std::move(rows), std::move(meta), style);
    // Kinds without columns of their own have no list of rows at all when there are none.
    if (list.items.empty() && kind.columns.empty()) table.set("rows", Value());
    sendValue(x, 200, table);
    return {};
  }
  if (x.wanted.yaml || x.wanted.pretty || x.wanted.partial) {
    Value items = x.wanted.partial && list.items.empty() ? Value() : Value::array();
    for (const Shown& item : list.items)
      items.push(x.wanted.partial ? partialMetadata(item.value()) : listItem(item.value(), resource));
    sendValue(x, 200,
              Value::object({{"kind", x.wanted.partial ? "PartialObjectMetadataList" : kind.kind + "List"},
                             {"apiVersion", x.wanted.partial ? "meta.k8s.io/v1" : kind.apiVersion()},
                             {"metadata", std::move(meta)},
                             {"items", std::move(items)}}));
    return {};
  }
  // Straight to text: a list may be long, and a tree of it would only be thrown away.
  std::string out =
      "{\"kind\":\"" + kind.kind + "List\",\"apiVersion\":\"" + kind.apiVersion() + "\",\"metadata\":";
  data::appendJson(out, meta);
  out += ",\"items\":[";
  // What is compressed is compressed on the way, so that the whole is never there; else room is made once.
  bool packs = x.responder->takesGzip();
  std::unique_ptr<net::Gzip> gzip;
  if (!packs) {
    std::size_t size = out.size();
    for (const Shown& item : list.items) size += item.textSize() + 1;
    out.reserve(size);
  }
  bool first = true;
  for (const Shown& item : list.items) {
    if (!first) out += ',';
    first = false;
    item.appendListItem(out, resource);
    if (packs && out.size() >= net::kCompressFrom) {
      if (!gzip) gzip = std::make_unique<net::Gzip>();
      gzip->add(out);
      out.clear();
    }
  }
  out += "]}\n";
  net::Headers headers = jsonHeaders(x);
  if (gzip) {
    gzip->add(out);
    out = gzip->finish();
    headers.emplace_back("content-encoding", "gzip");
    headers.emplace_back("vary", "Accept-Encoding");
  }
  x.responder->send(200, std::move(headers), std::move(out));
  return {};
}

void HttpFront::sendObject(Exchange& x, int status, const Value& object) {
  bool isObject = x.resource && object.get("kind").asString() == x.resource->kind->kind;
  if (x.wanted.table && isObject) {
    TableStyle style{x.wanted.version, x.wanted.includeObject};
    Value meta = Value::object({{"resourceVersion", object.get("metadata", "resourceVersion")}});
    std::vector<Value> rows;
    rows.push_back(tableRow(object, *x.resource->kind, style, api_.clock().now()));
    return sendValue(x, status,
                     tableOf(tableColumns(*x.resource->kind), std::move(rows), std::move(meta), style));
  }
  sendValue(x, status, x.wanted.partial && isObject ? partialMetadata(object) : object);
}

void HttpFront::sendValue(Exchange& x, int status, const Value& value, const std::string& contentType) {
  net::Headers headers{{"content-type", !contentType.empty() ? contentType
                                        : x.wanted.yaml      ? "application/yaml"
                                                             : "application/json"},
                       {"cache-control", "no-cache, private"}};
  for (const std::string& warning : x.call.warnings)
    headers.emplace_back("warning", "299 - \"" + escapeWarning(warning) + "\"");
  std::string body =
      x.wanted.yaml ? data::toYaml(value) : data::toJson(value, {.indent = x.wanted.pretty ? 2 : 0});
  if (!x.wanted.yaml) body += '\n';
  x.responder->send(status, std::move(headers), std::move(body));
}

net::Headers HttpFront::jsonHeaders(const Exchange& x) {
  net::Headers headers{{"content-type", "application/json"}, {"cache-control", "no-cache, private"}};
  for (const std::string& warning : x.call.warnings)
    headers.emplace_back("warning", "299 - \"" + escapeWarning(warning) + "\"");
  return headers;
}

void HttpFront::sendJson(Exchange& x, int status, std::string body) {
  body += '\n';
  x.responder->send(status, jsonHeaders(x), std::move(body));
}

void HttpFront::sendError(Exchange& x, const Error& error) {
  Value status = statusOf(error, x.call, x.resource.get());
  x.wanted.table = false;
  sendValue(x, static_cast<int>(status.get("code").asInt()), status);
}

Status HttpFront::serveWatch(Exchange& x) {
  if (!x.call.name.empty()) x.call.name.clear();
  struct Stream {
    std::shared_ptr<net::Responder> responder;
    std::unique_ptr<WatchHandle> handle;
    std::mutex mutex;
    bool sentColumns = false;
  };
  auto stream = std::make_shared<Stream>();
  stream->responder = x.responder;
  ResourcePtr resource = x.resource;
  Wanted wanted = x.wanted;
  Api* api = &api_;
  Call call = x.call;
  auto encode = [stream, resource, wanted, api](const WatchItem& item, std::string& out) {
    out += "{\"type\":\"";
    out += typeWord(item.type);
    out += "\",\"object\":";
    if (wanted.table) {
      TableStyle style{wanted.version, wanted.includeObject};
      std::vector<Value> rows;
      Value object = item.object.value();
      rows.push_back(tableRow(object, *resource->kind, style, api->clock().now()));
      Value meta = Value::object({{"resourceVersion", object.get("metadata", "resourceVersion")}});
      data::appendJson(
          out, tableOf(std::exchange(stream->sentColumns, true) ? Value() : tableColumns(*resource->kind),
                       std::move(rows), std::move(meta), style));
    } else if (wanted.partial) {
      data::appendJson(out, partialMetadata(item.object.value()));
    } else {
      item.object.appendJson(out);
    }
    out += "}\n";
  };
  // Both wait for the head to be sent.
  auto items = [stream, encode](std::vector<WatchItem> list) {
    std::lock_guard lock(stream->mutex);
    std::string out;
    for (const WatchItem& item : list) encode(item, out);
    stream->responder->write(std::move(out));
    // A client that does not read is let go; it can resume from where it was.
    if (stream->responder->waiting() > kMostWaiting) stream->responder->finish();
  };
  auto finish = [stream, call, resource](const Status& why) {
    if (!why) {
      std::string out = "{\"type\":\"ERROR\",\"object\":";
      data::appendJson(out, statusOf(why.error(), call, resource.get()));
      stream->responder->write(out + "}\n");
    }
    stream->responder->finish();
  };
  auto ended = [stream, finish](Status why) {
    std::lock_guard lock(stream->mutex);
    finish(why);
  };
  constexpr std::int64_t kDefaultTimeout = 1800;
  if (!x.call.timeoutSeconds)
    x.call.timeoutSeconds = kDefaultTimeout + static_cast<std::int64_t>(api_.random().below(kDefaultTimeout));
  // The head goes first, so that the client knows that the watch stands although nothing happens.
  std::string contentType =
      wanted.table ? "application/json;as=Table;g=meta.k8s.io;v=" + wanted.version : "application/json";
  net::Headers head{{"content-type", contentType}, {"cache-control", "no-cache, private"}};
  {
    std::lock_guard lock(stream->mutex);
    auto handle = api_.watch(x.call, items, ended);
    if (!handle && handle.error().code() != ErrorCode::Gone) return fail(handle.error());
    x.responder->start(200, std::move(head));
    if (!handle) {
      finish(fail(handle.error()));
      return {};
    }
    stream->handle = std::move(*handle);
  }
  // Without the lock: when the client has gone meanwhile, this is called at once.
  x.responder->onOver([stream] {
    std::unique_ptr<WatchHandle> gone;  // goes after the lock, for it waits for a callback under way
    std::lock_guard locked(stream->mutex);
    gone = std::move(stream->handle);
  });
  return {};
}

}  // namespace puppis::apiserver
