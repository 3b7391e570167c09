// SPDX-License-Identifier: Apache-2.0
#include "apiserver/client.h"

#include <condition_variable>
#include <mutex>

#include "base/strings.h"
#include "kube/status.h"
#include "net/http.h"

namespace puppis::apiserver {

using data::Value;

namespace {

/// Collects an answer, or hands its pieces on.
class LocalResponder final : public net::Responder {
 public:
  explicit LocalResponder(kube::StreamHandler handler = {}) : handler_(std::move(handler)) {}

  void send(int status, net::Headers headers, std::string body) override {
    start(status, std::move(headers));
    write(std::move(body));
    finish();
  }
  void start(int status, net::Headers headers) override {
    std::lock_guard lock(mutex_);
    response_.status = status;
    if (const std::string* type = net::findHeader(headers, "content-type")) response_.contentType = *type;
  }
  void write(std::string piece) override {
    std::unique_lock lock(mutex_);
    if (over_) return;
    if (handler_.data && response_.status < 300) {
      lock.unlock();
      handler_.data(piece);
    } else {
      response_.body += piece;
    }
  }
  void finish() override {
    std::function<void()> then;
    {
      std::lock_guard lock(mutex_);
      if (over_) return;
      over_ = true;
      then = std::move(onOver_);
    }
    if (handler_.ended) {
      if (response_.status < 300) {
        handler_.ended({});
      } else {
        handler_.ended(fail(Error(codeOfHttpStatus(response_.status), response_.body)));
      }
    }
    if (then) then();
  }
  [[nodiscard]] std::size_t waiting() const override { return 0; }
  void onOver(std::function<void()> then) override {
    {
      std::lock_guard lock(mutex_);
      if (!over_) {
        onOver_ = std::move(then);
        return;
      }
    }
    then();
  }
  /// Gives the answer up without telling its handler.
  void cancel() {
    std::function<void()> then;
    {
      std::lock_guard lock(mutex_);
      over_ = true;
      then = std::move(onOver_);
    }
    if (then) then();
  }
  [[nodiscard]] kube::RawResponse response() {
    std::lock_guard lock(mutex_);
    return response_;
  }

 private:
  kube::StreamHandler handler_;
  std::mutex mutex_;
  kube::RawResponse response_;
  bool over_ = false;
  std::function<void()> onOver_;
};

class WatchSubscription final : public kube::Subscription {
 public:
  explicit WatchSubscription(std::unique_ptr<WatchHandle> handle) : handle_(std::move(handle)) {}

 private:
  std::unique_ptr<WatchHandle> handle_;
};

class StreamSubscription final : public kube::Subscription {
 public:
  explicit StreamSubscription(std::shared_ptr<LocalResponder> responder) : responder_(std::move(responder)) {}
  ~StreamSubscription() override { responder_->cancel(); }

 private:
  std::shared_ptr<LocalResponder> responder_;
};

class LocalClient final : public kube::Client {
 public:
  LocalClient(Api& api, HttpFront& front, User user, std::string agent)
      : api_(api), front_(front), user_(std::move(user)), agent_(std::move(agent)) {}

  Result<Value> get(const kube::Gvr& type, const kube::ObjectName& name,
                    const kube::GetOptions& options) override {
    Call call = callFor(type, name.ns, name.name);
    call.resourceVersion = options.resourceVersion;
    call.subresource = options.subresource;
    TRY(Shown shown, api_.get(call));
    return shown.value();
  }

  Result<kube::List> list(const kube::Gvr& type, const std::string& ns,
                          const kube::ListOptions& options) override {
    Call call = callFor(type, ns, "");
    takeOptions(call, options);
    TRY(ListAnswer answer, api_.list(call));
    std::vector<Value> items;
    items.reserve(answer.items.size());
    for (const Shown& item : answer.items) items.push_back(item.value());
    return kube::List{std::move(items), std::to_string(answer.revision), std::move(answer.continueToken),
                      answer.remaining};
  }

  Result<std::unique_ptr<kube::Subscription>> watch(const kube::Gvr& type, const std::string& ns,
                                                    kube::WatchHandler handler,
                                                    const kube::WatchOptions& options) override {
    Call call = callFor(type, ns, "");
    call.labelSelector = options.labelSelector;
    call.fieldSelector = options.fieldSelector;
    call.resourceVersion = options.resourceVersion;
    call.bookmarks = options.bookmarks;
    if (options.sendInitialEvents) {
      call.sendInitialEvents = true;
      call.resourceVersionMatch = "NotOlderThan";
    }
    if (options.timeout) call.timeoutSeconds = options.timeout->count();
    auto shared = std::make_shared<kube::WatchHandler>(std::move(handler));
    auto items = [shared](std::vector<WatchItem> list) {
      for (const WatchItem& item : list) shared->event({typeOf(item.type), item.object.value()});
    };
    auto ended = [shared](Status why) {
      if (shared->ended) shared->ended(std::move(why));
    };
    TRY(std::unique_ptr<WatchHandle> handle, api_.watch(call, items, ended));
    return std::make_unique<WatchSubscription>(std::move(handle));
  }

  Result<Value> create(const kube::Gvr& type, const std::string& ns, const Value& object,
                       const kube::WriteOptions& options) override {
    Call call =
        callFor(type, ns, options.subresource.empty() ? "" : object.get("metadata", "name").asString());
    takeOptions(call, options);
    return objectOf(api_.create(call, object));
  }

  Result<Value> update(const kube::Gvr& type, const kube::ObjectName& name, const Value& object,
                       const kube::WriteOptions& options) override {
    Call call = callFor(type, name.ns, name.name);
    takeOptions(call, options);
    return objectOf(api_.update(call, object));
  }

  Result<Value> patch(const kube::Gvr& type, const kube::ObjectName& name, kube::PatchType kind,
                      const Value& body, const kube::PatchOptions& options) override {
    Call call = callFor(type, name.ns, name.name);
    takeOptions(call, options);
    call.force = options.force;
    return objectOf(api_.patch(call, kind, body));
  }

  Result<Value> remove(const kube::Gvr& type, const kube::ObjectName& name,
                       const kube::DeleteOptions& options) override {
    Call call = callFor(type, name.ns, name.name);
    call.remove = options;
    return objectOf(api_.remove(call));
  }

  Result<Value> removeCollection(const kube::Gvr& type, const std::string& ns, const kube::ListOptions& which,
                                 const kube::DeleteOptions& options) override {
    Call call = callFor(type, ns, "");
    takeOptions(call, which);
    call.remove = options;
    return objectOf(api_.removeCollection(call));
  }

  Result<kube::RawResponse> raw(const kube::RawRequest& request) override {
    auto responder = std::make_shared<LocalResponder>();
    front_.handleAs(user_, requestOf(request), responder);
    return responder->response();
  }

  Result<std::unique_ptr<kube::Subscription>> stream(const kube::RawRequest& request,
                                                     kube::StreamHandler handler) override {
    auto responder = std::make_shared<LocalResponder>(std::move(handler));
    front_.handleAs(user_, requestOf(request), responder);
    return std::make_unique<StreamSubscription>(std::move(responder));
  }

 private:
  Call callFor(const kube::Gvr& type, const std::string& ns, const std::string& name) const {
    Call call;
    call.user = user_;
    call.userAgent = agent_;
    call.type = type;
    call.ns = ns;
    call.name = name;
    // Nobody reads warnings here, so unknown fields are not looked for unless asked.
    call.fieldValidation = "Ignore";
    return call;
  }

  static void takeOptions(Call& call, const kube::ListOptions& options) {
    call.labelSelector = options.labelSelector;
    call.fieldSelector = options.fieldSelector;
    call.resourceVersion = options.resourceVersion;
    call.resourceVersionMatch = options.resourceVersionMatch;
    call.limit = options.limit;
    call.continueToken = options.continueToken;
  }

  static void takeOptions(Call& call, const kube::WriteOptions& options) {
    call.dryRun = options.dryRun;
    call.fieldManager = options.fieldManager;
    if (!options.fieldValidation.empty()) call.fieldValidation = options.fieldValidation;
    call.subresource = options.subresource;
  }

  static Result<Value> objectOf(Result<Answer> answer) {
    if (!answer) return fail(std::move(answer).error());
    return std::move(answer->object);
  }

  static kube::WatchEvent::Type typeOf(WatchItem::Type type) {
    switch (type) {
      case WatchItem::Type::Added:
        return kube::WatchEvent::Type::Added;
      case WatchItem::Type::Modified:
        return kube::WatchEvent::Type::Modified;
      case WatchItem::Type::Deleted:
        return kube::WatchEvent::Type::Deleted;
      case WatchItem::Type::Bookmark:
        break;
    }
    return kube::WatchEvent::Type::Bookmark;
  }

  net::ServerRequest requestOf(const kube::RawRequest& request) const {
    net::ServerRequest out;
    out.method = request.method;
    out.path = request.path;
    out.query = net::encodeQuery(request.query);
    for (const auto& [name, value] : request.headers) out.headers.emplace_back(toLower(name), value);
    if (net::findHeader(out.headers, "user-agent") == nullptr) out.headers.emplace_back("user-agent", agent_);
    out.body = request.body;
    return out;
  }

  Api& api_;
  HttpFront& front_;
  User user_;
  std::string agent_;
};

}  // namespace

std::unique_ptr<kube::Client> makeLocalClient(Api& api, HttpFront& front, User user, std::string agent) {
  return std::make_unique<LocalClient>(api, front, std::move(user), std::move(agent));
}

}  // namespace puppis::apiserver
