// SPDX-License-Identifier: Apache-2.0
#include "kube/http_client.h"

#include <algorithm>
#include <charconv>
#include <mutex>
#include <utility>

#include "base/strings.h"
#include "data/json.h"
#include "kube/status.h"

namespace puppis::kube {

namespace {

constexpr int kMostRetries = 5;
constexpr Nanos kTokenFileAge = std::chrono::seconds(60);
constexpr Nanos kEarlyRenewal = std::chrono::seconds(30);

using Query = std::vector<std::pair<std::string, std::string>>;

/// Escapes what may not stand in a path; slashes and the other reserved characters of names stay.
std::string escapePath(std::string_view path) {
  std::string out;
  std::size_t start = 0;
  constexpr std::string_view kKept = "/:@!$&'()*+,;=";
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (kKept.find(path[i]) == std::string_view::npos) continue;
    out += net::percentEncode(path.substr(start, i - start));
    out += path[i];
    start = i + 1;
  }
  return out + net::percentEncode(path.substr(start));
}

/// The Authorization header, kept fresh from a token file or an exec plugin.
class Credentials {
 public:
  Credentials(const ConnectionConfig& connection, HttpClientEnvironment environment)
      : connection_(connection), environment_(environment), token_(connection.token) {}

  /// Runs the exec plugin now, for its client certificate; nothing when there is no plugin.
  Result<std::optional<ExecCredential>> first() {
    if (!connection_.exec) return std::nullopt;
    TRY(ExecCredential credential, runExecPlugin(environment_.processes, *connection_.exec, connection_));
    std::lock_guard lock(mutex_);
    take(credential);
    return credential;
  }

  /// Empty when the connection carries no bearer token or password.
  Result<std::string> authorization() {
    std::lock_guard lock(mutex_);
    if (!connection_.tokenFile.empty()) TRY_VOID(readTokenFile());
    if (connection_.exec && due()) {
      TRY(ExecCredential credential, runExecPlugin(environment_.processes, *connection_.exec, connection_));
      take(credential);
    }
    if (!token_.empty()) return "Bearer " + token_;
    if (!connection_.username.empty()) {
      return "Basic " + base64Encode(connection_.username + ":" + connection_.password);
    }
    return std::string();
  }

  /// After a 401: whether a newer credential may be had.
  bool forget() {
    std::lock_guard lock(mutex_);
    readAt_.reset();
    taken_ = false;
    return connection_.exec.has_value() || !connection_.tokenFile.empty();
  }

 private:
  Status readTokenFile() {
    Nanos now = environment_.clock.monotonic();
    if (readAt_ && now - *readAt_ < kTokenFileAge) return {};
    auto text = environment_.files.read(connection_.tokenFile);
    if (!text && token_.empty()) return fail(text.error());
    if (text) token_ = trim(*text);
    readAt_ = now;
    return {};
  }
  [[nodiscard]] bool due() const {
    return !taken_ || (expires_ && environment_.clock.now() + kEarlyRenewal >= *expires_);
  }
  void take(const ExecCredential& credential) {
    token_ = credential.token;
    expires_ = credential.expires;
    taken_ = true;
  }

  const ConnectionConfig& connection_;
  HttpClientEnvironment environment_;
  std::mutex mutex_;
  std::string token_;
  std::optional<Nanos> readAt_;
  bool taken_ = false;
  std::optional<Nanos> expires_;
};

void addIf(Query& query, const char* key, const std::string& value) {
  if (!value.empty()) query.emplace_back(key, value);
}

Query writeQuery(const WriteOptions& options) {
  Query query;
  if (options.dryRun) query.emplace_back("dryRun", "All");
  addIf(query, "fieldManager", options.fieldManager);
  addIf(query, "fieldValidation", options.fieldValidation);
  return query;
}

Query listQuery(const ListOptions& options) {
  Query query;
  addIf(query, "labelSelector", options.labelSelector);
  addIf(query, "fieldSelector", options.fieldSelector);
  addIf(query, "resourceVersion", options.resourceVersion);
  addIf(query, "resourceVersionMatch", options.resourceVersionMatch);
  if (options.limit > 0) query.emplace_back("limit", std::to_string(options.limit));
  addIf(query, "continue", options.continueToken);
  return query;
}

Value deleteBody(const DeleteOptions& options) {
  Value body = Value::object({{"kind", "DeleteOptions"}, {"apiVersion", "v1"}});
  if (options.uid) body["preconditions"].set("uid", *options.uid);
  if (options.resourceVersion) body["preconditions"].set("resourceVersion", *options.resourceVersion);
  if (!options.propagation.empty()) body.set("propagationPolicy", options.propagation);
  if (options.gracePeriodSeconds) body.set("gracePeriodSeconds", *options.gracePeriodSeconds);
  if (options.dryRun) body.set("dryRun", Value::array({"All"}));
  return body;
}

Error errorOfBody(int status, std::string_view body) {
  auto parsed = data::parseJson(body);
  if (parsed && parsed->isObject()) return errorOfStatus(status, *parsed);
  std::string text(trim(body.substr(0, 500)));
  return errorOfStatus(status, Value::object({{"message", text}}));
}

/// Cuts a watch's bytes into lines and lines into events.
class WatchDecoder {
 public:
  explicit WatchDecoder(WatchHandler handler) : handler_(std::move(handler)) {}

  void head(int status) { status_ = status; }

  void feed(std::string_view piece) {
    if (status_ >= 300 || failure_) {
      if (rest_.size() < 65536) rest_ += piece;
      return;
    }
    while (!piece.empty()) {
      auto end = piece.find('\n');
      if (end == std::string_view::npos) {
        rest_ += piece;
        return;
      }
      if (rest_.empty()) {
        line(piece.substr(0, end));
      } else {
        rest_ += piece.substr(0, end);
        line(rest_);
        rest_.clear();
      }
      piece.remove_prefix(end + 1);
    }
  }

  void end(Status outcome) {
    if (status_ >= 300) outcome = fail(errorOfBody(status_, rest_));
    if (failure_) outcome = fail(*failure_);
    handler_.ended(std::move(outcome));
  }

 private:
  void line(std::string_view text) {
    if (trim(text).empty() || failure_) return;
    auto event = data::parseJson(text);
    if (!event) {
      failure_ =
          Error(ErrorCode::Unavailable, "the watch sent something that is no event: " + event.error().str());
      return;
    }
    const std::string& type = event->get("type").asString();
    if (type == "ERROR") {
      failure_ = errorOfStatus(static_cast<int>(event->get("object", "code").asInt()), event->get("object"));
      return;
    }
    WatchEvent out;
    if (type == "MODIFIED") out.type = WatchEvent::Type::Modified;
    if (type == "DELETED") out.type = WatchEvent::Type::Deleted;
    if (type == "BOOKMARK") out.type = WatchEvent::Type::Bookmark;
    out.object = event->get("object");
    handler_.event(std::move(out));
  }

  WatchHandler handler_;
  int status_ = 0;
  std::string rest_;
  std::optional<Error> failure_;
};

class HttpSubscription final : public Subscription {
 public:
  explicit HttpSubscription(std::unique_ptr<net::HttpStream> stream) : stream_(std::move(stream)) {}

 private:
  std::unique_ptr<net::HttpStream> stream_;
};

class HttpClient final : public Client {
 public:
  HttpClient(std::unique_ptr<net::HttpTransport> transport, std::unique_ptr<ConnectionConfig> connection,
             std::unique_ptr<Credentials> credentials, HttpClientEnvironment environment,
             HttpClientOptions options)
      : connection_(std::move(connection)),
        credentials_(std::move(credentials)),
        environment_(environment),
        options_(std::move(options)),
        transport_(std::move(transport)) {}

  Result<Value> get(const Gvr& type, const ObjectName& name, const GetOptions& options) override {
    Query query;
    addIf(query, "resourceVersion", options.resourceVersion);
    return call("GET", type.path(name.ns, name.name, options.subresource), query, {}, {});
  }

  Result<List> list(const Gvr& type, const std::string& ns, const ListOptions& options) override {
    TRY(Value body, call("GET", type.path(ns), listQuery(options), {}, {}));
    List out;
    const Value& metadata = body.get("metadata");
    out.resourceVersion = metadata.get("resourceVersion").asString();
    out.continueToken = metadata.get("continue").asString();
    out.remaining = metadata.get("remainingItemCount").intValue();
    std::string kind = body.get("kind").asString();
    if (endsWith(kind, "List")) kind.resize(kind.size() - 4);
    Value* items = body.mutableFind("items");
    if (items == nullptr) return out;
    out.items.reserve(items->size());
    for (std::size_t i = 0; i < items->size(); ++i) {
      Value item = std::move(items->mutableAt(i));
      if (!item.has("kind")) {
        item.set("apiVersion", body.get("apiVersion"));
        item.set("kind", kind);
      }
      out.items.push_back(std::move(item));
    }
    return out;
  }

  Result<std::unique_ptr<Subscription>> watch(const Gvr& type, const std::string& ns, WatchHandler handler,
                                              const WatchOptions& options) override {
    RawRequest request;
    request.path = type.path(ns);
    Query& query = request.query;
    query.emplace_back("watch", "true");
    addIf(query, "labelSelector", options.labelSelector);
    addIf(query, "fieldSelector", options.fieldSelector);
    addIf(query, "resourceVersion", options.resourceVersion);
    if (options.bookmarks) query.emplace_back("allowWatchBookmarks", "true");
    if (options.sendInitialEvents) {
      query.emplace_back("sendInitialEvents", "true");
      query.emplace_back("resourceVersionMatch", "NotOlderThan");
    }
    if (options.timeout) query.emplace_back("timeoutSeconds", std::to_string(options.timeout->count()));
    auto decoder = std::make_shared<WatchDecoder>(std::move(handler));
    net::HttpStreamHandler stream;
    stream.head = [this, decoder, path = request.path](int status, const net::HttpHeaders&) {
      observe("WATCH", path, status);
      decoder->head(status);
    };
    stream.data = [decoder](std::string_view piece) { decoder->feed(piece); };
    stream.ended = [decoder](Status outcome) { decoder->end(std::move(outcome)); };
    TRY(net::HttpRequest http, prepare(request));
    return std::make_unique<HttpSubscription>(transport_->stream(http, std::move(stream)));
  }

  Result<Value> create(const Gvr& type, const std::string& ns, const Value& object,
                       const WriteOptions& options) override {
    std::string parent =
        options.subresource.empty() ? std::string() : object.get("metadata", "name").asString();
    return call("POST", type.path(ns, parent, options.subresource), writeQuery(options), data::toJson(object),
                "application/json");
  }

  Result<Value> update(const Gvr& type, const ObjectName& name, const Value& object,
                       const WriteOptions& options) override {
    return call("PUT", type.path(name.ns, name.name, options.subresource), writeQuery(options),
                data::toJson(object), "application/json");
  }

  Result<Value> patch(const Gvr& type, const ObjectName& name, PatchType kind, const Value& body,
                      const PatchOptions& options) override {
    Query query = writeQuery(options);
    if (options.force && kind == PatchType::Apply) query.emplace_back("force", "true");
    return call("PATCH", type.path(name.ns, name.name, options.subresource), query, data::toJson(body),
                contentType(kind));
  }

  Result<Value> remove(const Gvr& type, const ObjectName& name, const DeleteOptions& options) override {
    return call("DELETE", type.path(name.ns, name.name), {}, data::toJson(deleteBody(options)),
                "application/json");
  }

  Result<Value> removeCollection(const Gvr& type, const std::string& ns, const ListOptions& which,
                                 const DeleteOptions& options) override {
    return call("DELETE", type.path(ns), listQuery(which), data::toJson(deleteBody(options)),
                "application/json");
  }

  Result<RawResponse> raw(const RawRequest& request) override {
    for (int attempt = 0;; ++attempt) {
      TRY(net::HttpRequest http, prepare(request));
      TRY(net::HttpResponse answer, transport_->send(http));
      observe(request.method, request.path, answer.status);
      if (answer.status == 401 && attempt == 0 && credentials_->forget()) continue;
      if (answer.status == 429 && attempt < kMostRetries) {
        environment_.clock.sleep(retryAfter(answer));
        continue;
      }
      RawResponse out;
      out.status = answer.status;
      out.contentType = answer.header("content-type");
      out.body = std::move(answer.body);
      return out;
    }
  }

  Result<std::unique_ptr<Subscription>> stream(const RawRequest& request, StreamHandler handler) override {
    struct State {
      StreamHandler handler;
      int status = 0;
      std::string refused;
    };
    auto state = std::make_shared<State>();
    state->handler = std::move(handler);
    net::HttpStreamHandler http;
    http.head = [this, state, method = request.method, path = request.path](int status,
                                                                            const net::HttpHeaders&) {
      observe(method, path, status);
      state->status = status;
    };
    http.data = [state](std::string_view piece) {
      if (state->status < 300) {
        state->handler.data(piece);
      } else if (state->refused.size() < 65536) {
        state->refused += piece;
      }
    };
    http.ended = [state](Status outcome) {
      if (state->status >= 300) outcome = fail(errorOfBody(state->status, state->refused));
      state->handler.ended(std::move(outcome));
    };
    TRY(net::HttpRequest prepared, prepare(request));
    return std::make_unique<HttpSubscription>(transport_->stream(prepared, std::move(http)));
  }

 private:
  Result<net::HttpRequest> prepare(const RawRequest& request) {
    net::HttpRequest out;
    out.method = request.method;
    out.url = connection_->server + escapePath(request.path);
    if (!request.query.empty()) out.url += "?" + net::encodeQuery(request.query);
    out.headers = request.headers;
    bool accepts = std::any_of(out.headers.begin(), out.headers.end(),
                               [](const auto& header) { return toLower(header.first) == "accept"; });
    if (!accepts) out.headers.emplace_back("Accept", "application/json");
    TRY(std::string authorization, credentials_->authorization());
    if (!authorization.empty()) out.headers.emplace_back("Authorization", authorization);
    if (!connection_->impersonateUser.empty()) {
      out.headers.emplace_back("Impersonate-User", connection_->impersonateUser);
      for (const auto& group : connection_->impersonateGroups)
        out.headers.emplace_back("Impersonate-Group", group);
    }
    out.body = request.body;
    out.timeout = options_.requestTimeout;
    return out;
  }

  Result<Value> call(std::string method, std::string path, Query query, std::string body,
                     std::string_view bodyType) {
    RawRequest request;
    request.method = std::move(method);
    request.path = std::move(path);
    request.query = std::move(query);
    request.body = std::move(body);
    if (!bodyType.empty()) request.headers.emplace_back("Content-Type", bodyType);
    TRY(RawResponse answer, raw(request));
    if (answer.status >= 300) return fail(errorOfBody(answer.status, answer.body));
    auto parsed = data::parseJson(answer.body);
    if (!parsed)
      return fail(Error(ErrorCode::Unavailable, "the API's answer is no JSON: " + parsed.error().str()));
    return parsed;
  }

  static Nanos retryAfter(const net::HttpResponse& answer) {
    std::string_view text = answer.header("retry-after");
    int seconds = 1;
    std::from_chars(text.data(), text.data() + text.size(), seconds);
    return std::chrono::seconds(std::clamp(seconds, 1, 10));
  }

  void observe(std::string_view method, std::string_view path, int status) const {
    if (options_.observe) options_.observe(method, path, status);
  }

  std::unique_ptr<ConnectionConfig> connection_;
  std::unique_ptr<Credentials> credentials_;
  HttpClientEnvironment environment_;
  HttpClientOptions options_;
  std::unique_ptr<net::HttpTransport> transport_;  // last: its thread calls into the members above
};

}  // namespace

Result<std::unique_ptr<Client>> makeHttpClient(ConnectionConfig connection, HttpClientEnvironment environment,
                                               HttpClientOptions options) {
  auto kept = std::make_unique<ConnectionConfig>(std::move(connection));
  auto credentials = std::make_unique<Credentials>(*kept, environment);
  TRY(auto credential, credentials->first());
  net::HttpTransportConfig transport;
  transport.tls = kept->tls;
  if (credential && !credential->certPem.empty()) {
    transport.tls.certPem = credential->certPem;
    transport.tls.keyPem = credential->keyPem;
  }
  transport.userAgent = options.userAgent;
  transport.proxyUrl = kept->proxyUrl;
  return std::make_unique<HttpClient>(net::makeHttpTransport(std::move(transport)), std::move(kept),
                                      std::move(credentials), environment, std::move(options));
}

std::unique_ptr<Client> makeHttpClientOn(std::unique_ptr<net::HttpTransport> transport,
                                         ConnectionConfig connection, HttpClientEnvironment environment,
                                         HttpClientOptions options) {
  auto kept = std::make_unique<ConnectionConfig>(std::move(connection));
  auto credentials = std::make_unique<Credentials>(*kept, environment);
  return std::make_unique<HttpClient>(std::move(transport), std::move(kept), std::move(credentials),
                                      environment, std::move(options));
}

}  // namespace puppis::kube
