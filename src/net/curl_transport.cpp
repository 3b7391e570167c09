// SPDX-License-Identifier: Apache-2.0
// The one file that knows libcurl.
#include <array>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <unordered_map>

#include <curl/curl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/strings.h"
#include "net/http.h"

namespace puppis::net {

namespace {

/// libcurl wants its process-wide state made once, before any other thread uses it.
void initialiseCurl() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

bool isLoopback(std::string_view url) {
  auto start = url.find("://");
  std::string_view host = start == std::string_view::npos ? url : url.substr(start + 3);
  host = host.substr(0, host.find('/'));
  if (startsWith(host, "[::1]")) return true;
  host = host.substr(0, host.find(':'));
  return host == "localhost" || startsWith(host, "127.");
}

/// Ends a connection whose other side has silently gone, so that a watch on it is noticed as broken.
int tuneSocket(void*, curl_socket_t socket, curlsocktype) {
  unsigned patience = 30'000;
  ::setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience, sizeof patience);
  return CURL_SOCKOPT_OK;
}

/// Gives `text` to an option that wants bytes in memory; the text outlives the handle, so it is not copied.
void setBlob(CURL* easy, CURLoption option, const std::string& text) {
  curl_blob blob{const_cast<char*>(text.data()), text.size(), CURL_BLOB_NOCOPY};
  curl_easy_setopt(easy, option, &blob);
}

/// One request and its answer, shared by the caller and the loop.
struct Exchange {
  HttpRequest request;
  HttpStreamHandler handler;  ///< empty functions for a waiting send
  bool streaming = false;

  // Touched by the loop only, until `done`.
  CURL* easy = nullptr;
  curl_slist* headerList = nullptr;
  curl_slist* connectTo = nullptr;
  HttpResponse response;
  bool headGiven = false;
  std::array<char, CURL_ERROR_SIZE> errorText{};

  std::atomic<bool> given_up{false};
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
  Status outcome;

  void finish(Status status) {
    if (streaming && !given_up && handler.ended) handler.ended(status);
    std::lock_guard lock(mutex);
    outcome = std::move(status);
    done = true;
    changed.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return done; });
  }
  void giveHead() {
    if (headGiven) return;
    headGiven = true;
    if (streaming && !given_up && handler.head) handler.head(response.status, response.headers);
  }
};

std::size_t onHeader(char* data, std::size_t, std::size_t size, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  std::string_view line = trim({data, size});
  if (startsWith(line, "HTTP/")) {  // a new head; what came before was an interim answer
    exchange.response.headers.clear();
    return size;
  }
  auto colon = line.find(':');
  if (colon != std::string_view::npos) {
    exchange.response.headers.emplace_back(toLower(line.substr(0, colon)), trim(line.substr(colon + 1)));
  }
  return size;
}

std::size_t onData(char* data, std::size_t, std::size_t size, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  if (exchange.given_up) return 0;
  if (!exchange.streaming) {
    exchange.response.body.append(data, size);
    return size;
  }
  if (!exchange.headGiven) {
    long status = 0;
    curl_easy_getinfo(exchange.easy, CURLINFO_RESPONSE_CODE, &status);
    exchange.response.status = static_cast<int>(status);
    exchange.giveHead();
  }
  if (exchange.handler.data) exchange.handler.data({data, size});
  return exchange.given_up ? 0 : size;
}

class CurlTransport final : public HttpTransport {
 public:
  explicit CurlTransport(HttpTransportConfig config)
      : config_(std::move(config)), shared_(std::make_shared<Shared>()) {
    initialiseCurl();
    multi_ = curl_multi_init();
    curl_multi_setopt(multi_, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
    shared_->multi = multi_;
    thread_ = std::thread([this] { run(); });
    shared_->loop = thread_.get_id();
  }

  ~CurlTransport() override {
    {
      std::lock_guard lock(shared_->mutex);
      shared_->stopping = true;
      curl_multi_wakeup(multi_);
    }
    thread_.join();
    for (CURL* easy : idle_) curl_easy_cleanup(easy);
    curl_multi_cleanup(multi_);
  }

  Result<HttpResponse> send(const HttpRequest& request) override {
    if (std::this_thread::get_id() == shared_->loop) {
      return fail(ErrorCode::Internal, "a stream's handler may not wait for another exchange");
    }
    auto exchange = std::make_shared<Exchange>();
    exchange->request = request;
    submit(exchange);
    exchange->wait();
    if (!exchange->outcome) return fail(exchange->outcome.error());
    return std::move(exchange->response);
  }

  std::unique_ptr<HttpStream> stream(const HttpRequest& request, HttpStreamHandler handler) override {
    auto exchange = std::make_shared<Exchange>();
    exchange->request = request;
    exchange->handler = std::move(handler);
    exchange->streaming = true;
    submit(exchange);
    return std::make_unique<Handle>(shared_, exchange);
  }

 private:
  /// What handles may still touch after the transport is gone.
  struct Shared {
    std::mutex mutex;
    bool stopping = false;
    CURLM* multi = nullptr;
    std::thread::id loop;
    std::vector<std::shared_ptr<Exchange>> incoming;
    std::vector<std::shared_ptr<Exchange>> givenUp;
  };

  class Handle final : public HttpStream {
   public:
    Handle(std::shared_ptr<Shared> shared, std::shared_ptr<Exchange> exchange)
        : shared_(std::move(shared)), exchange_(std::move(exchange)) {}
    ~Handle() override {
      exchange_->given_up = true;
      bool inside = std::this_thread::get_id() == shared_->loop;
      {
        std::lock_guard lock(shared_->mutex);
        if (!shared_->stopping) {
          shared_->givenUp.push_back(exchange_);
          curl_multi_wakeup(shared_->multi);
        }
      }
      if (!inside) exchange_->wait();
    }

   private:
    std::shared_ptr<Shared> shared_;
    std::shared_ptr<Exchange> exchange_;
  };

  void submit(const std::shared_ptr<Exchange>& exchange) {
    std::lock_guard lock(shared_->mutex);
    if (shared_->stopping) return exchange->finish(fail(ErrorCode::Cancelled, "the client was closed"));
    shared_->incoming.push_back(exchange);
    curl_multi_wakeup(multi_);
  }

  void run() {
    while (true) {
      std::vector<std::shared_ptr<Exchange>> incoming;
      std::vector<std::shared_ptr<Exchange>> givenUp;
      bool stopping = false;
      {
        std::lock_guard lock(shared_->mutex);
        incoming.swap(shared_->incoming);
        givenUp.swap(shared_->givenUp);
        stopping = shared_->stopping;
      }
      for (auto& exchange : incoming) begin(exchange);
      for (auto& exchange : givenUp) end(*exchange, fail(ErrorCode::Cancelled, "given up"));
      if (stopping) break;
      int running = 0;
      curl_multi_perform(multi_, &running);
      collect();
      curl_multi_poll(multi_, nullptr, 0, 60'000, nullptr);
    }
    auto left = active_;
    for (const auto& [exchange, kept] : left)
      end(*exchange, fail(ErrorCode::Cancelled, "the client was closed"));
  }

  void begin(const std::shared_ptr<Exchange>& exchange) {
    if (exchange->given_up) return exchange->finish(fail(ErrorCode::Cancelled, "given up"));
    CURL* easy = nullptr;
    if (idle_.empty()) {
      easy = curl_easy_init();
    } else {
      easy = idle_.back();
      idle_.pop_back();
      curl_easy_reset(easy);
    }
    exchange->easy = easy;
    configure(*exchange);
    active_.emplace(exchange.get(), exchange);
    curl_multi_add_handle(multi_, easy);
  }

  void configure(Exchange& exchange) {
    CURL* easy = exchange.easy;
    const HttpRequest& request = exchange.request;
    curl_easy_setopt(easy, CURLOPT_PRIVATE, &exchange);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange.errorText.data());
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    configureUrl(exchange);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_2TLS});
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, 30L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, 15L);
    curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, tuneSocket);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, config_.userAgent.c_str());
    auto millis = [](Nanos t) {
      return static_cast<long>(std::chrono::ceil<std::chrono::milliseconds>(t).count());
    };
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, millis(config_.connectTimeout));
    if (!exchange.streaming) curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, millis(request.timeout));
    configureMethod(exchange);
    configureHeaders(exchange);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, onHeader);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &exchange);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, onData);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &exchange);
    if (isLoopback(request.url)) {
      curl_easy_setopt(easy, CURLOPT_PROXY, "");
    } else if (!config_.proxyUrl.empty()) {
      curl_easy_setopt(easy, CURLOPT_PROXY, config_.proxyUrl.c_str());
    }
    configureTls(easy);
  }

  /// libcurl checks the certificate against the URL's host, so another server name goes into the URL and the
  /// connection is led to the true host.
  void configureUrl(Exchange& exchange) {
    std::string url = exchange.request.url;
    auto start = url.find("://");
    if (!config_.tls.serverName.empty() && start != std::string::npos) {
      start += 3;
      std::string authority = url.substr(start, url.find('/', start) - start);
      bool hasPort = authority.find_last_of(':') != std::string::npos && authority.back() != ']';
      std::string host = hasPort ? authority.substr(0, authority.find_last_of(':')) : authority;
      std::string port = hasPort ? authority.substr(authority.find_last_of(':') + 1) : "443";
      url.replace(start, authority.size(), config_.tls.serverName + ":" + port);
      std::string rule = config_.tls.serverName + ":" + port + ":" + host + ":" + port;
      exchange.connectTo = curl_slist_append(nullptr, rule.c_str());
      curl_easy_setopt(exchange.easy, CURLOPT_CONNECT_TO, exchange.connectTo);
    }
    curl_easy_setopt(exchange.easy, CURLOPT_URL, url.c_str());
  }

  static void configureMethod(const Exchange& exchange) {
    CURL* easy = exchange.easy;
    const HttpRequest& request = exchange.request;
    bool bodyless = request.method == "GET" || request.method == "HEAD";
    if (!request.body.empty() || !bodyless) {
      curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
    }
    if (request.method == "HEAD") curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }

  static void configureHeaders(Exchange& exchange) {
    for (const auto& [name, value] : exchange.request.headers) {
      // A header without a value is written "Name;" for libcurl; "Name:" would remove it.
      std::string line = value.empty() ? name + ";" : name + ": " + value;
      exchange.headerList = curl_slist_append(exchange.headerList, line.c_str());
    }
    exchange.headerList = curl_slist_append(exchange.headerList, "Expect:");
    curl_easy_setopt(exchange.easy, CURLOPT_HTTPHEADER, exchange.headerList);
  }

  void configureTls(CURL* easy) {
    const TlsConfig& tls = config_.tls;
    if (tls.insecure) {
      curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
      curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (!tls.caPem.empty()) setBlob(easy, CURLOPT_CAINFO_BLOB, tls.caPem);
    if (!tls.certPem.empty()) {
      setBlob(easy, CURLOPT_SSLCERT_BLOB, tls.certPem);
      setBlob(easy, CURLOPT_SSLKEY_BLOB, tls.keyPem);
    }
  }

  void collect() {
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      char* user = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &user);
      auto& exchange = *reinterpret_cast<Exchange*>(user);
      end(exchange, outcomeOf(exchange, message->data.result));
    }
  }

  static Status outcomeOf(Exchange& exchange, CURLcode code) {
    if (code == CURLE_OK) {
      long status = 0;
      curl_easy_getinfo(exchange.easy, CURLINFO_RESPONSE_CODE, &status);
      exchange.response.status = static_cast<int>(status);
      exchange.giveHead();
      return {};
    }
    std::string text = exchange.errorText[0] != '\0' ? exchange.errorText.data() : curl_easy_strerror(code);
    auto kind = code == CURLE_OPERATION_TIMEDOUT ? ErrorCode::Timeout : ErrorCode::Unavailable;
    return fail(kind, exchange.request.method + " " + exchange.request.url + ": " + text);
  }

  /// Takes the exchange out of the loop and tells its owner; once.
  void end(Exchange& exchange, Status status) {
    if (exchange.easy == nullptr) return;
    curl_multi_remove_handle(multi_, exchange.easy);
    idle_.push_back(std::exchange(exchange.easy, nullptr));
    curl_slist_free_all(std::exchange(exchange.headerList, nullptr));
    curl_slist_free_all(std::exchange(exchange.connectTo, nullptr));
    auto kept = active_.extract(&exchange);  // lives until finish() has returned
    exchange.finish(std::move(status));
  }

  HttpTransportConfig config_;
  CURLM* multi_ = nullptr;
  std::shared_ptr<Shared> shared_;
  std::thread thread_;
  // The loop's own.
  std::vector<CURL*> idle_;
  std::unordered_map<Exchange*, std::shared_ptr<Exchange>> active_;
};

}  // namespace

std::unique_ptr<HttpTransport> makeHttpTransport(HttpTransportConfig config) {
  return std::make_unique<CurlTransport>(std::move(config));
}

}  // namespace puppis::net
