// SPDX-License-Identifier: Apache-2.0
#include "net/http.h"

#include <array>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace puppis::net {
namespace {

/// Answers every connection on a loopback port with what `answer` writes; one thread a connection.
class TinyServer {
 public:
  using Answer = std::function<void(int socket, const std::string& head)>;
  explicit TinyServer(Answer answer) : answer_(std::move(answer)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(listener_, 16);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept(); });
  }
  ~TinyServer() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (auto& t : connections_) t.join();
    ::close(listener_);
  }
  [[nodiscard]] std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }

 private:
  void accept() {
    while (true) {
      int socket = ::accept(listener_, nullptr, nullptr);
      if (socket < 0) return;
      connections_.emplace_back([this, socket] { serve(socket); });
    }
  }
  void serve(int socket) {
    std::string head;
    std::array<char, 4096> buffer;
    while (head.find("\r\n\r\n") == std::string::npos) {
      ssize_t got = ::recv(socket, buffer.data(), buffer.size(), 0);
      if (got <= 0) break;
      head.append(buffer.data(), static_cast<std::size_t>(got));
    }
    answer_(socket, head);
    ::close(socket);
  }
  Answer answer_;
  int listener_ = -1;
  int port_ = 0;
  std::thread acceptor_;
  std::vector<std::thread> connections_;
};

void put(int socket, std::string_view text) {
  ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
}

/// Blocks until the other side closes.
void untilClosed(int socket) {
  char c = 0;
  while (::recv(socket, &c, 1, 0) > 0) {
  }
}

TEST(HttpTransportTest, SendsMethodHeadersAndBody) {
  std::string seen;
  TinyServer server([&](int socket, const std::string& head) {
    seen = head;
    put(socket, "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nnone");
  });
  auto transport = makeHttpTransport({});
  HttpRequest request;
  request.method = "PATCH";
  request.url = server.url("/a?b=c");
  request.headers = {{"X-One", "1"}};
  request.body = "{}";
  auto answer = transport->send(request);
  ASSERT_TRUE(answer.has_value()) << answer.error().str();
  EXPECT_EQ(answer->status, 404);
  EXPECT_EQ(answer->body, "none");
  EXPECT_EQ(answer->header("content-type"), "text/plain");
  EXPECT_NE(seen.find("PATCH /a?b=c HTTP/1.1\r\n"), std::string::npos) << seen;
  EXPECT_NE(seen.find("X-One: 1\r\n"), std::string::npos) << seen;
  EXPECT_NE(seen.find("Content-Length: 2\r\n"), std::string::npos) << seen;
}

TEST(HttpTransportTest, FailuresAreNamed) {
  auto transport = makeHttpTransport({});
  HttpRequest request;
  request.url = "http://127.0.0.1:1/";
  auto refused = transport->send(request);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code(), ErrorCode::Unavailable);
  TinyServer silent([](int socket, const std::string&) { untilClosed(socket); });
  request.url = silent.url("/");
  request.timeout = std::chrono::milliseconds(50);
  auto late = transport->send(request);
  ASSERT_FALSE(late.has_value());
  EXPECT_EQ(late.error().code(), ErrorCode::Timeout);
}

struct Collected {
  std::mutex mutex;
  std::condition_variable changed;
  std::string data;
  int status = 0;
  bool ended = false;

  HttpStreamHandler handler() {
    HttpStreamHandler out;
    out.head = [this](int s, const HttpHeaders&) { status = s; };
    out.data = [this](std::string_view piece) {
      std::lock_guard lock(mutex);
      data += piece;
      changed.notify_all();
    };
    out.ended = [this](const Status&) {
      std::lock_guard lock(mutex);
      ended = true;
      changed.notify_all();
    };
    return out;
  }
  void await(const std::function<bool()>& what) {
    std::unique_lock lock(mutex);
    changed.wait(lock, what);
  }
};

TEST(HttpTransportTest, StreamsPiecesAndEnds) {
  TinyServer server([](int socket, const std::string&) {
    put(socket, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
    put(socket, "3\r\ntwo\r\n0\r\n\r\n");
  });
  auto transport = makeHttpTransport({});
  Collected got;
  HttpRequest request;
  request.url = server.url("/");
  auto stream = transport->stream(request, got.handler());
  got.await([&] { return got.ended; });
  EXPECT_EQ(got.data, "onetwo");
  EXPECT_EQ(got.status, 200);
}

TEST(HttpTransportTest, DestroyingTheHandleClosesAndSilences) {
  TinyServer server([](int socket, const std::string&) {
    put(socket, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
    untilClosed(socket);
  });
  auto transport = makeHttpTransport({});
  Collected got;
  HttpRequest request;
  request.url = server.url("/");
  auto stream = transport->stream(request, got.handler());
  got.await([&] { return !got.data.empty(); });
  stream.reset();
  EXPECT_FALSE(got.ended);
}

TEST(HttpTransportTest, HandleMayGoInsideItsHandler) {
  TinyServer server([](int socket, const std::string&) {
    put(socket, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
    untilClosed(socket);
  });
  auto transport = makeHttpTransport({});
  std::mutex mutex;
  std::condition_variable changed;
  bool gone = false;
  std::unique_ptr<HttpStream> stream;
  HttpStreamHandler handler;
  handler.data = [&](std::string_view) {
    std::lock_guard lock(mutex);
    stream.reset();
    gone = true;
    changed.notify_all();
  };
  HttpRequest request;
  request.url = server.url("/");
  std::unique_lock lock(mutex);  // the handler waits until `stream` is set
  stream = transport->stream(request, handler);
  changed.wait(lock, [&] { return gone; });
  EXPECT_EQ(stream, nullptr);
}

TEST(HttpTransportTest, ClosingTheTransportEndsItsStreams) {
  TinyServer server([](int socket, const std::string&) {
    put(socket, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
    untilClosed(socket);
  });
  auto transport = makeHttpTransport({});
  Collected got;
  HttpRequest request;
  request.url = server.url("/");
  auto stream = transport->stream(request, got.handler());
  got.await([&] { return !got.data.empty(); });
  transport.reset();
  EXPECT_TRUE(got.ended);
}

TEST(HttpTest, Escaping) {
  EXPECT_EQ(encodeQuery({{"labelSelector", "a in (b,c)"}, {"x", "é~"}}),
            "labelSelector=a%20in%20%28b%2Cc%29&x=%C3%A9~");
}

}  // namespace
}  // namespace puppis::net
