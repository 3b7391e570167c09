// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/log.h"
#include "base/result.h"
#include "net/http1.h"
#include "net/server_http.h"

namespace puppis::net {

/// From here on compression is worth its time; the limit that Kubernetes has.
constexpr std::size_t kCompressFrom = 128 * 1024;

/// Answers one request, once. Safe to use from any thread; what is sent after the client has gone is dropped.
class Responder {
 public:
  virtual ~Responder() = default;
  /// A whole answer. Bodies of `kCompressFrom` bytes and more are compressed when the client takes gzip and
  /// the headers do not name a content-encoding.
  virtual void send(int status, Headers headers, std::string body) = 0;
  /// Whether the client takes gzip: who makes a long body in pieces can compress them on the way.
  [[nodiscard]] virtual bool takesGzip() const { return false; }
  /// Begins an answer whose body comes in pieces.
  virtual void start(int status, Headers headers) = 0;
  virtual void write(std::string piece) = 0;
  virtual void finish() = 0;
  /// Bytes written and not yet taken by the client: a writer that sees this grow should give up.
  [[nodiscard]] virtual std::size_t waiting() const = 0;
  /// Called once, on the server's thread, when the exchange is over: finished, or the client is gone (at once
  /// when it already is).
  virtual void onOver(std::function<void()> then) = 0;
};

struct ServerTls {
  std::string certificate;  ///< PEM
  std::string key;          ///< PEM
  std::string clientCa;     ///< PEM; when set, client certificates signed by it are taken (not required)
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0 lets the system choose
  std::optional<ServerTls> tls;
  HttpLimits limits;
  unsigned workers = 8;  ///< threads that run the handler
};

/// An HTTP/1.1 and HTTP/2 server. One thread waits for all connections; handlers run on a few workers, and
/// long answers (watches) hold no thread at all.
class Server {
 public:
  using Handler = std::function<void(ServerRequest request, std::shared_ptr<Responder> responder)>;

  /// Listens and serves; Unavailable when the address cannot be had.
  static Result<std::unique_ptr<Server>> start(ServerOptions options, Handler handler, Log& log);
  virtual ~Server() = default;  ///< stops
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  /// Takes no new connections or requests, lets running handlers end, then closes everything. Blocks.
  virtual void stop() = 0;
};

}  // namespace puppis::net
