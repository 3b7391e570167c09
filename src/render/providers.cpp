// SPDX-License-Identifier: Apache-2.0
#include "render/providers.h"

#include <optional>
#include <set>

#include "base/strings.h"
#include "data/json.h"
#include "render/patch.h"

namespace puppis::render {

namespace {

using data::Value;

/// More calls than a template has a use for.
constexpr std::size_t kMostCalls = 64;

cue::Selector definitionNamed(const char* name) {
  cue::Selector out;
  out.type = cue::Selector::Type::Definition;
  out.name = name;
  return out;
}

cue::Selector fieldNamed(const char* name) {
  cue::Selector out;
  out.name = name;
  return out;
}

std::map<std::string, std::string> textsOf(const Value& object) {
  std::map<std::string, std::string> out;
  for (const data::Member& m : object.members()) {
    out[m.key.str()] = m.value.isString() ? m.value.asString() : data::toJson(m.value);
  }
  return out;
}

Error needsWorld(const std::string& what) {
  return {ErrorCode::NotSupported, "the template " + what +
                                       " while it is rendered, and this rendering depends on nothing but its "
                                       "input (a dry run with --fetch, "
                                       "and the controller, do it)"};
}

/// The request of http.#Do and of processing.http, which write it alike.
Result<HttpAnswer> fetch(const Value& params, World* world) {
  HttpQuestion question;
  if (!params.get("method").asString().empty()) question.method = params.get("method").asString();
  question.url = params.get("url").asString();
  question.body = params.get("request", "body").asString();
  question.header = textsOf(params.get("request").get("header"));
  if (question.url.empty()) return fail(ErrorCode::InvalidArgument, "the request has no url");
  if (world == nullptr) return fail(needsWorld("fetches " + question.url));
  return world->http(question);
}

Result<Value> callHttp(const Value& params, World* world) {
  TRY(HttpAnswer answer, fetch(params, world));
  Value header = Value::object();
  for (const auto& [name, values] : answer.header) {
    Value list = Value::array();
    for (const std::string& value : values) list.push(value);
    header.set(name, std::move(list));
  }
  return Value::object({{"body", answer.body},
                        {"header", std::move(header)},
                        {"statusCode", static_cast<long>(answer.status)}});
}

Result<Value> callKube(const std::string& function, const Value& params, World* world) {
  const std::string& cluster = params.get("cluster").asString();
  if (!cluster.empty() && cluster != "local")
    return fail(ErrorCode::NotSupported, "the cluster \"" + cluster + "\" is not joined");
  if (function != "get" && function != "list") {
    return fail(ErrorCode::NotSupported,
                "rendering changes nothing, so kube." + function +
                    " is left to workflow steps; an object to be applied belongs under outputs");
  }
  const Value& resource = params.get("resource");
  const std::string& apiVersion = resource.get("apiVersion").asString();
  const std::string& kind = resource.get("kind").asString();
  if (world == nullptr) return fail(needsWorld("reads a " + kind + " from the cluster"));
  if (function == "get") {
    return world->get(apiVersion, kind, resource.get("metadata", "namespace").asString(),
                      resource.get("metadata", "name").asString());
  }
  const Value& filter = params.get("filter");
  TRY(std::vector<Value> items, world->list(apiVersion, kind, filter.get("namespace").asString(),
                                            textsOf(filter.get("matchingLabels"))));
  return Value::object(
      {{"apiVersion", apiVersion}, {"kind", kind + "List"}, {"items", Value::array(std::move(items))}});
}

Result<Value> callBase64(const std::string& function, const Value& params) {
  if (!params.isString()) return fail(ErrorCode::InvalidArgument, "base64 takes a text");
  if (function == "encode") return Value(base64Encode(params.asString()));
  auto text = base64Decode(params.asString());
  if (!text) return fail(ErrorCode::InvalidArgument, "this is no base64");
  return Value(*text);
}

class Calls {
 public:
  Calls(cue::Session& session, World* world) : session_(session), world_(world) {}

  Result<cue::Value> run(cue::Value root) {
    while (auto call = next(root)) {
      if (done_.size() >= kMostCalls)
        return fail(ErrorCode::ResourceExhausted,
                    "the template makes more than 64 calls while it is rendered");
      std::vector<cue::Selector> path = call->path();
      done_.insert(cue::pathText(path));
      auto returns = make(*call);
      if (!returns) return fail(std::move(returns).error().path(cue::pathText(path)));
      path.push_back(fieldNamed("$returns"));
      root = root.fillPath(path, *returns);
    }
    return root;
  }

 private:
  static std::optional<std::string> textOf(const cue::Value& at, const char* name) {
    cue::Value field = at.field(definitionNamed(name));
    if (!field.exists()) return std::nullopt;
    auto text = field.asString();
    return text ? std::optional(*text) : std::nullopt;
  }

  /// The innermost call that was not yet made and whose parameters are known.
  std::optional<cue::Value> next(const cue::Value& root) {
    std::optional<cue::Value> found;
    auto enter = [&](const cue::Value& at) {
      if (found) return false;
      std::vector<cue::Selector> path = at.path();
      using Type = cue::Selector::Type;
      return path.empty() ||
             (path.back().type != Type::Definition && path.back().type != Type::HiddenDefinition);
    };
    auto leave = [&](const cue::Value& at) {
      if (found || (at.incompleteKind() & cue::kStruct) == 0 || !textOf(at, "#do")) return;
      if (done_.contains(cue::pathText(at.path()))) return;
      cue::Value params = at.field(fieldNamed("$params"));
      if (params.exists() && !params.toJson()) return;
      found = at;
    };
    root.walk(enter, leave, {.optional = false, .required = false, .definitions = false, .hidden = true});
    return found;
  }

  Result<cue::Value> make(const cue::Value& call) {
    std::string function = *textOf(call, "#do");
    std::string provider = textOf(call, "#provider").value_or("");
    cue::Value given = call.field(fieldNamed("$params"));
    if (provider == "cue" && function == "strategyUnify")
      return applyPatch(session_, given.lookup("value"), given.lookup("patch"));
    Value params;
    if (given.exists()) {
      TRY(params, given.toJson());
    }
    Result<Value> returns = fail(ErrorCode::NotSupported, "templates cannot call " + provider + "." +
                                                              function + "; workflow steps can");
    if (provider == "base64") returns = callBase64(function, params);
    if (provider == "http" && function == "do") returns = callHttp(params, world_);
    if (provider == "kube") returns = callKube(function, params, world_);
    if (!returns) return fail(returns.error());
    return session_.fromData(*returns);
  }

  cue::Session& session_;
  World* world_;
  std::set<std::string> done_;
};

/// `processing.http`: the JSON object that the URL answers becomes `processing.output`.
Result<cue::Value> process(cue::Session& session, const cue::Value& root, World* world) {
  cue::Value task = root.lookup("processing.http");
  if (!task.exists()) return root;
  TRY(Value params, task.toJson());
  TRY(HttpAnswer answer, fetch(params, world));
  const std::string& url = params.get("url").asString();
  if (answer.status >= 300) {
    return fail(Error(ErrorCode::Unavailable, url + " answers with status " + std::to_string(answer.status))
                    .path("processing.http"));
  }
  auto body = data::parseJson(answer.body);
  if (!body || !body->isObject()) {
    return fail(Error(ErrorCode::Invalid, url + " answers with something else than a JSON object")
                    .path("processing.http"));
  }
  std::vector<cue::Selector> path = {fieldNamed("processing"), fieldNamed("output")};
  return root.fillPath(path, session.fromData(*body));
}

}  // namespace

bool asksTheWorld(const cue::Program& program) {
  return program.mayCallProviders() || program.declares("processing");
}

Result<cue::Value> callProviders(cue::Session& session, cue::Value root, World* world) {
  TRY(cue::Value called, Calls(session, world).run(root));
  return process(session, called, world);
}

}  // namespace puppis::render
