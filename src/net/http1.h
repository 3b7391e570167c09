// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/server_http.h"

namespace puppis::net {

struct HttpLimits {
  std::size_t headBytes = 64 * 1024;
  std::size_t bodyBytes = 3 * 1024 * 1024;  ///< as a kube-apiserver
};

/// Reads HTTP/1.1 requests from bytes as they come; does no I/O. After an Error the connection must be
/// closed.
class Http1Parser {
 public:
  explicit Http1Parser(HttpLimits limits = {}) : limits_(limits) {}

  void feed(std::string_view bytes) { buffer_.append(bytes); }
  /// The next whole request, or nothing yet. Errors: InvalidArgument, TooLarge (bodies, heads).
  Result<std::optional<ServerRequest>> next();
  /// The client waits for "100 Continue" before it sends its body; true once a request.
  bool takeExpectsContinue() { return std::exchange(expectsContinue_, false); }
  /// Whether the last request asked to close the connection after its answer.
  [[nodiscard]] bool closes() const { return closes_; }
  [[nodiscard]] bool empty() const { return buffer_.empty() && state_ == State::Head; }

 private:
  enum class State : std::uint8_t { Head, Body, ChunkSize, ChunkData, ChunkEnd, Trailer };
  Status readHead(std::string_view head);
  /// True when the body is complete.
  Result<bool> readBody();

  HttpLimits limits_;
  std::string buffer_;
  ServerRequest request_;
  State state_ = State::Head;
  std::size_t left_ = 0;
  bool expectsContinue_ = false;
  bool closes_ = false;
};

/// "HTTP/1.1 200 OK" and the fields, with the empty line.
std::string http1Head(int status, const Headers& headers);
/// One chunk of a chunked body; an empty `data` gives nothing (it would end the body).
void appendChunk(std::string& out, std::string_view data);
constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace puppis::net
