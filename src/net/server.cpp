// SPDX-License-Identifier: Apache-2.0
#include "net/server.h"

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/gzip.h"
#include "net/http2.h"
#include "net/tls.h"

namespace puppis::net {
namespace {

constexpr std::string_view kHttp2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

class Loop;

/// What the workers want the loop's thread to do for one answer.
struct Command {
  enum class Kind : std::uint8_t { Start, Write, Finish } kind;
  std::uint64_t connection;
  std::int32_t stream;
  int status = 0;
  Headers headers;
  std::string bytes;
};

/// What an answer's two sides share.
struct AnswerState {
  std::atomic<std::size_t> waiting{0};
  std::mutex mutex;
  bool gone = false;
  bool finished = false;
  std::function<void()> onOver;
};

class StreamResponder final : public Responder {
 public:
  StreamResponder(Loop& loop, std::weak_ptr<void> alive, std::uint64_t connection, std::int32_t stream,
                  std::shared_ptr<AnswerState> state, bool gzips)
      : loop_(loop),
        alive_(std::move(alive)),
        connection_(connection),
        stream_(stream),
        state_(std::move(state)),
        gzips_(gzips) {}
  ~StreamResponder() override;

  void send(int status, Headers headers, std::string body) override {
    if (gzips_ && body.size() >= kCompressFrom && findHeader(headers, "content-encoding") == nullptr) {
      Gzip gzip;
      gzip.add(body);
      body = gzip.finish();
      headers.emplace_back("content-encoding", "gzip");
      headers.emplace_back("vary", "Accept-Encoding");
    }
    headers.emplace_back("content-length", std::to_string(body.size()));
    answered_ = true;
    post({Command::Kind::Start, connection_, stream_, status, std::move(headers), std::move(body)});
    finish();
  }
  bool takesGzip() const override { return gzips_; }
  void start(int status, Headers headers) override {
    answered_ = true;
    post({Command::Kind::Start, connection_, stream_, status, std::move(headers), {}});
  }
  void write(std::string piece) override {
    state_->waiting += piece.size();
    post({Command::Kind::Write, connection_, stream_, 0, {}, std::move(piece)});
  }
  void finish() override {
    {
      std::lock_guard lock(state_->mutex);
      if (state_->finished) return;
      state_->finished = true;
    }
    post({Command::Kind::Finish, connection_, stream_, 0, {}, {}});
  }
  std::size_t waiting() const override { return state_->waiting; }
  void onOver(std::function<void()> then) override {
    {
      std::lock_guard lock(state_->mutex);
      if (!state_->gone) {
        state_->onOver = std::move(then);
        return;
      }
    }
    then();
  }

 private:
  void post(Command command);
  Loop& loop_;
  std::weak_ptr<void> alive_;
  std::uint64_t connection_;
  std::int32_t stream_;
  std::shared_ptr<AnswerState> state_;
  bool gzips_;
  bool answered_ = false;
};

/// One client. Used on the loop's thread only.
class Connection {
 public:
  Connection(Loop& loop, std::uint64_t id, int socket, std::unique_ptr<Channel> channel,
             std::string peerAddress)
      : loop_(loop),
        id_(id),
        socket_(socket),
        channel_(std::move(channel)),
        peerAddress_(std::move(peerAddress)) {}

  /// Reads, dispatches, writes; false when the connection is over.
  bool advance();
  bool command(Command& command);
  /// Tells every open answer that its client is gone.
  void abandon();
  void goAway();
  [[nodiscard]] int socket() const { return socket_; }
  [[nodiscard]] bool busy() const { return !answers_.empty() || outOffset_ < out_.size(); }

 private:
  bool input(std::string& bytes);
  bool pump1();
  bool flush();
  void dispatch(std::int32_t stream, ServerRequest request);
  void over(std::int32_t stream);
  bool refuse(const Error& error);

  Loop& loop_;
  std::uint64_t id_;
  int socket_;
  std::unique_ptr<Channel> channel_;
  std::string peerAddress_;
  bool chosen_ = false;
  std::string early_;  // bytes before the protocol is known
  std::unique_ptr<Http2Session> http2_;
  Http1Parser http1_;
  bool http1Busy_ = false, http1Chunked_ = false, http1Closes_ = false, closing_ = false,
       headRequest_ = false;
  std::string out_;
  std::size_t outOffset_ = 0;
  std::unordered_map<std::int32_t, std::shared_ptr<AnswerState>> answers_;
};

class Loop final : public Server {
 public:
  Loop(ServerOptions options, Handler handler, Log& log)
      : options_(std::move(options)), handler_(std::move(handler)), log_(log) {}
  ~Loop() override { stop(); }

  Status open() {
    if (options_.tls) {
      TRY(tls_, TlsContext::make(*options_.tls));
    }
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int yes = 1;
    setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(options_.port);
    if (inet_pton(AF_INET, options_.address.c_str(), &address.sin_addr) != 1) {
      return fail(Error(ErrorCode::InvalidArgument, options_.address + " is not an IPv4 address"));
    }
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        listen(listener_, 1024) != 0) {
      return fail(Error(ErrorCode::Unavailable, "cannot listen on " + options_.address + ":" +
                                                    std::to_string(options_.port) + ": " +
                                                    std::strerror(errno)));
    }
    socklen_t size = sizeof address;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    epoll_ = epoll_create1(EPOLL_CLOEXEC);
    wake_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    watch(listener_, 0, EPOLLIN);
    watch(wake_, 1, EPOLLIN);
    for (unsigned i = 0; i < options_.workers; ++i) workers_.emplace_back([this] { work(); });
    thread_ = std::thread([this] { run(); });
    return {};
  }

  std::uint16_t port() const override { return port_; }

  void stop() override {
    if (stopped_.exchange(true)) return;
    // Workers first: their answers still go out.
    {
      std::lock_guard lock(jobsMutex_);
      draining_ = true;
    }
    jobsWake_.notify_all();
    for (std::thread& worker : workers_) worker.join();
    quit_ = true;
    wake();
    if (thread_.joinable()) thread_.join();
    if (listener_ >= 0) close(listener_);
    if (wake_ >= 0) close(wake_);
    if (epoll_ >= 0) close(epoll_);
  }

  void post(Command command) {
    bool first = false;
    {
      std::lock_guard lock(commandsMutex_);
      first = commands_.empty();
      commands_.push_back(std::move(command));
    }
    if (first) wake();
  }

  void queue(ServerRequest request, std::shared_ptr<Responder> responder) {
    {
      std::lock_guard lock(jobsMutex_);
      if (!draining_) {
        jobs_.emplace_back(std::move(request), std::move(responder));
        jobsWake_.notify_one();
        return;
      }
    }
    responder->send(503, {{"content-type", "text/plain"}, {"retry-after", "1"}}, "the server is stopping\n");
  }

  std::weak_ptr<void> alive() { return alive_; }
  [[nodiscard]] const HttpLimits& limits() const { return options_.limits; }

 private:
  void watch(int socket, std::uint64_t id, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.u64 = id;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event);
  }

  void wake() {
    std::uint64_t one = 1;
    [[maybe_unused]] ssize_t written = ::write(wake_, &one, sizeof one);  // full means: already awake
  }

  void work() {
    while (true) {
      std::unique_lock lock(jobsMutex_);
      jobsWake_.wait(lock, [this] { return draining_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      auto [request, responder] = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      handler_(std::move(request), std::move(responder));
    }
  }

  void run() {
    std::array<epoll_event, 256> ready;
    while (!quit_) {
      int count = epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), -1);
      for (int i = 0; i < count; ++i) {
        std::uint64_t id = ready[static_cast<std::size_t>(i)].data.u64;
        if (id == 0) {
          acceptAll();
        } else if (id == 1) {
          std::uint64_t drained = 0;
          [[maybe_unused]] ssize_t size = ::read(wake_, &drained, sizeof drained);
        } else if (auto it = connections_.find(id); it != connections_.end() && !it->second->advance()) {
          drop(it);
        }
      }
      runCommands();
    }
    // Answers that are ready still go out; then everybody is told.
    runCommands();
    for (auto& [id, connection] : connections_) {
      connection->goAway();
      connection->abandon();
    }
    connections_.clear();
  }

  void runCommands() {
    std::vector<Command> commands;
    {
      std::lock_guard lock(commandsMutex_);
      commands.swap(commands_);
    }
    std::vector<std::uint64_t> touched;
    for (Command& command : commands) {
      auto it = connections_.find(command.connection);
      if (it == connections_.end()) continue;
      if (!it->second->command(command)) {
        drop(it);
      } else if (touched.empty() || touched.back() != command.connection) {
        touched.push_back(command.connection);
      }
    }
    for (std::uint64_t id : touched) {
      auto it = connections_.find(id);
      if (it != connections_.end() && !it->second->advance()) drop(it);
    }
  }

  using Connections = std::unordered_map<std::uint64_t, std::unique_ptr<Connection>>;
  void drop(Connections::iterator it) {
    epoll_ctl(epoll_, EPOLL_CTL_DEL, it->second->socket(), nullptr);
    std::unique_ptr<Connection> connection = std::move(it->second);
    connections_.erase(it);
    connection->abandon();
  }

  void acceptAll() {
    while (true) {
      sockaddr_in address{};
      socklen_t size = sizeof address;
      int socket =
          accept4(listener_, reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (socket < 0) {
        if (errno == EMFILE || errno == ENFILE) log_.warn("too many open files; connections wait");
        return;
      }
      int yes = 1;
      setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
      std::array<char, INET_ADDRSTRLEN> text{};
      inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size());
      std::uint64_t id = nextId_++;
      connections_.emplace(id, std::make_unique<Connection>(
                                   *this, id, socket, tls_ ? tls_->accept(socket) : plainChannel(socket),
                                   std::string(text.data())));
      // Edge-triggered for both ways, so that waiting for room to write needs no further call.
      watch(socket, id, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
    }
  }

  ServerOptions options_;
  Handler handler_;
  Log& log_;
  std::unique_ptr<TlsContext> tls_;
  int listener_ = -1, epoll_ = -1, wake_ = -1;
  std::uint16_t port_ = 0;
  std::uint64_t nextId_ = 2;
  Connections connections_;
  std::shared_ptr<void> alive_ = std::make_shared<int>(0);

  std::mutex commandsMutex_;
  std::vector<Command> commands_;

  std::mutex jobsMutex_;
  std::condition_variable jobsWake_;
  std::deque<std::pair<ServerRequest, std::shared_ptr<Responder>>> jobs_;
  bool draining_ = false;

  std::atomic<bool> stopped_{false}, quit_{false};
  std::vector<std::thread> workers_;
  std::thread thread_;
};

StreamResponder::~StreamResponder() {
  // A handler that forgot to answer must not leave its client waiting.
  if (!answered_) send(500, {{"content-type", "text/plain"}}, "no answer was made\n");
}

void StreamResponder::post(Command command) {
  if (auto held = alive_.lock()) loop_.post(std::move(command));
}

bool Connection::advance() {
  std::string bytes;
  while (!closing_) {
    Moved moved = channel_->read(bytes);
    if (moved == Moved::Closed) return false;
    if (moved == Moved::WouldBlock) break;
    if (!input(bytes)) return false;
    bytes.clear();
  }
  return flush();
}

bool Connection::input(std::string& bytes) {
  if (!chosen_) {
    early_ += bytes;
    bool maybePreface = early_.compare(0, kHttp2Preface.size(), kHttp2Preface, 0, early_.size()) == 0;
    if (channel_->protocol().empty() && maybePreface && early_.size() < kHttp2Preface.size()) return true;
    chosen_ = true;
    if (channel_->protocol() == "h2" || early_.compare(0, kHttp2Preface.size(), kHttp2Preface) == 0) {
      http2_ = std::make_unique<Http2Session>(
          Http2Session::Events{
              [this](std::int32_t stream, ServerRequest request) { dispatch(stream, std::move(request)); },
              [this](std::int32_t stream) { over(stream); }},
          loop_.limits());
    } else {
      http1_ = Http1Parser(loop_.limits());
    }
    bytes = std::move(early_);
    early_ = {};
  }
  if (http2_) return static_cast<bool>(http2_->feed(bytes));
  http1_.feed(bytes);
  return pump1();
}

bool Connection::pump1() {
  if (http1Busy_ || closing_) return true;
  auto next = http1_.next();
  if (!next) return refuse(next.error());
  if (!*next) {
    if (http1_.takeExpectsContinue()) out_ += "HTTP/1.1 100 Continue\r\n\r\n";
    return true;
  }
  http1Busy_ = true;
  http1Closes_ = http1_.closes();
  headRequest_ = (*next)->method == "HEAD";
  dispatch(1, std::move(**next));
  return true;
}

bool Connection::refuse(const Error& error) {
  std::string body = error.message() + "\n";
  out_ += http1Head(httpStatus(error.code()), {{"content-type", "text/plain; charset=utf-8"},
                                               {"content-length", std::to_string(body.size())},
                                               {"connection", "close"}});
  out_ += body;
  closing_ = true;
  return flush();
}

void Connection::dispatch(std::int32_t stream, ServerRequest request) {
  request.peerAddress = peerAddress_;
  request.peer = channel_->peer();
  auto state = std::make_shared<AnswerState>();
  answers_[stream] = state;
  bool gzips = joinedHeader(request.headers, "accept-encoding").find("gzip") != std::string::npos;
  loop_.queue(std::move(request),
              std::make_shared<StreamResponder>(loop_, loop_.alive(), id_, stream, std::move(state), gzips));
}

void Connection::over(std::int32_t stream) {
  auto it = answers_.find(stream);
  if (it == answers_.end()) return;
  std::shared_ptr<AnswerState> state = std::move(it->second);
  answers_.erase(it);
  std::function<void()> then;
  {
    std::lock_guard lock(state->mutex);
    state->gone = true;
    then = std::move(state->onOver);
    state->onOver = nullptr;
  }
  if (then) then();
}

void Connection::abandon() {
  while (!answers_.empty()) over(answers_.begin()->first);
}

void Connection::goAway() {
  if (http2_) http2_->goAway();
  flush();
}

bool Connection::command(Command& command) {
  auto answer = answers_.find(command.stream);
  if (answer == answers_.end()) return true;
  if (http2_) {
    switch (command.kind) {
      case Command::Kind::Start:
        http2_->respond(command.stream, command.status, command.headers);
        http2_->write(command.stream, std::move(command.bytes));
        break;
      case Command::Kind::Write:
        http2_->write(command.stream, std::move(command.bytes));
        break;
      case Command::Kind::Finish:
        http2_->finish(command.stream);
        break;
    }
    return true;
  }
  switch (command.kind) {
    case Command::Kind::Start: {
      http1Chunked_ = findHeader(command.headers, "content-length") == nullptr;
      if (http1Chunked_) command.headers.emplace_back("transfer-encoding", "chunked");
      if (http1Closes_) command.headers.emplace_back("connection", "close");
      out_ += http1Head(command.status, command.headers);
      if (!headRequest_) out_ += command.bytes;
      break;
    }
    case Command::Kind::Write:
      if (!headRequest_) appendChunk(out_, command.bytes);
      break;
    case Command::Kind::Finish:
      if (http1Chunked_ && !headRequest_) out_ += kLastChunk;
      http1Busy_ = false;
      over(command.stream);
      if (http1Closes_) closing_ = true;
      return pump1();
  }
  return true;
}

bool Connection::flush() {
  while (true) {
    if (http2_ && outOffset_ == out_.size()) {
      out_.clear();
      outOffset_ = 0;
      if (!http2_->drain(out_)) return false;
    }
    if (outOffset_ == out_.size()) break;
    Moved moved = channel_->write(out_, outOffset_);
    if (moved == Moved::Closed) return false;
    if (moved == Moved::WouldBlock) break;
  }
  if (outOffset_ == out_.size()) {
    out_.clear();
    outOffset_ = 0;
    if (out_.capacity() > 256 * 1024) out_.shrink_to_fit();
  }
  for (auto& [stream, state] : answers_)
    state->waiting = http2_ ? http2_->waiting(stream) : out_.size() - outOffset_;
  if (outOffset_ == out_.size()) {
    if (closing_) return false;
    if (http2_ && http2_->over()) return false;
  }
  return true;
}

}  // namespace

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, Handler handler, Log& log) {
  auto loop = std::make_unique<Loop>(std::move(options), std::move(handler), log);
  TRY_VOID(loop->open());
  return std::unique_ptr<Server>(std::move(loop));
}

}  // namespace puppis::net
