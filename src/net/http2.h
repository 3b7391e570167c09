// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/http1.h"
#include "net/server_http.h"

namespace puppis::net {

/// The server side of one HTTP/2 connection: bytes in, requests out, answers in, bytes out; does no I/O. For
/// one thread.
class Http2Session {
 public:
  struct Events {
    std::function<void(std::int32_t stream, ServerRequest request)> request;
    /// The stream is over: answered, reset or cancelled.
    std::function<void(std::int32_t stream)> closed;
  };
  Http2Session(Events events, HttpLimits limits);
  ~Http2Session();
  Http2Session(const Http2Session&) = delete;
  Http2Session& operator=(const Http2Session&) = delete;

  Status feed(std::string_view bytes);
  /// Moves what must be sent to the end of `out`, some of it at a time; nothing is left when `out` stays
  /// empty.
  Status drain(std::string& out);

  void respond(std::int32_t stream, int status, const Headers& headers);
  /// Body bytes; they wait for the client's flow control.
  void write(std::int32_t stream, std::string bytes);
  void finish(std::int32_t stream);
  /// Body bytes the client has not taken yet.
  [[nodiscard]] std::size_t waiting(std::int32_t stream) const;
  /// Tells the client that no new streams are taken.
  void goAway();
  [[nodiscard]] bool over() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace puppis::net
