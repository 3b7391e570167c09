// SPDX-License-Identifier: Apache-2.0
#include "net/http1.h"

#include <charconv>

#include "base/strings.h"

namespace puppis::net {
namespace {

Error badRequest(std::string what) {
  return Error(ErrorCode::InvalidArgument, std::move(what));
}

bool isTokenChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool isToken(std::string_view text) {
  if (text.empty()) return false;
  for (char c : text) {
    if (!isTokenChar(c)) return false;
  }
  return true;
}

}  // namespace

Result<std::optional<ServerRequest>> Http1Parser::next() {
  if (state_ == State::Head) {
    // Empty lines before a request are tolerated (RFC 9112 2.2).
    while (buffer_.size() >= 2 && buffer_.compare(0, 2, "\r\n") == 0) buffer_.erase(0, 2);
    std::size_t end = buffer_.find("\r\n\r\n");
    if (end == std::string::npos) {
      if (buffer_.size() > limits_.headBytes)
        return fail(Error(ErrorCode::TooLarge, "request head too large"));
      return std::optional<ServerRequest>{};
    }
    if (end > limits_.headBytes) return fail(Error(ErrorCode::TooLarge, "request head too large"));
    TRY_VOID(readHead(std::string_view(buffer_).substr(0, end)));
    buffer_.erase(0, end + 4);
  }
  TRY(bool complete, readBody());
  if (!complete) return std::optional<ServerRequest>{};
  state_ = State::Head;
  expectsContinue_ = false;
  return std::optional<ServerRequest>(std::exchange(request_, {}));
}

Status Http1Parser::readHead(std::string_view head) {
  std::size_t lineEnd = head.find("\r\n");
  std::string_view line = head.substr(0, lineEnd);
  std::size_t first = line.find(' ');
  std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return fail(badRequest("malformed request line"));
  std::string_view version = line.substr(last + 1);
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return fail(badRequest("unsupported HTTP version"));
  request_ = {};
  request_.method = line.substr(0, first);
  if (!isToken(request_.method)) return fail(badRequest("malformed method"));
  std::string_view target = line.substr(first + 1, last - first - 1);
  if (target.empty() || target.find(' ') != std::string_view::npos)
    return fail(badRequest("malformed request target"));
  if (startsWith(target, "http://") || startsWith(target, "https://")) {
    std::size_t slash = target.find('/', target.find("//") + 2);
    target = slash == std::string_view::npos ? "/" : target.substr(slash);
  }
  std::size_t question = target.find('?');
  request_.path = target.substr(0, question);
  if (question != std::string_view::npos) request_.query = target.substr(question + 1);
  closes_ = version == "HTTP/1.0";
  left_ = 0;
  state_ = State::Body;
  bool sawLength = false;
  while (lineEnd != std::string_view::npos) {
    std::size_t begin = lineEnd + 2;
    lineEnd = head.find("\r\n", begin);
    std::string_view field =
        head.substr(begin, lineEnd == std::string_view::npos ? lineEnd : lineEnd - begin);
    std::size_t colon = field.find(':');
    if (colon == std::string_view::npos || !isToken(field.substr(0, colon)))
      return fail(badRequest("malformed header field"));
    std::string name = toLower(field.substr(0, colon));
    std::string value(trim(field.substr(colon + 1)));
    if (name == "content-length") {
      std::size_t length = 0;
      auto [stop, code] = std::from_chars(value.data(), value.data() + value.size(), length);
      if (code != std::errc{} || stop != value.data() + value.size() || (sawLength && length != left_)) {
        return fail(badRequest("malformed Content-Length"));
      }
      sawLength = true;
      left_ = length;
    } else if (name == "transfer-encoding") {
      if (toLower(value) != "chunked") return fail(badRequest("unsupported transfer encoding"));
      state_ = State::ChunkSize;
    } else if (name == "connection") {
      std::string lower = toLower(value);
      if (lower.find("close") != std::string::npos) closes_ = true;
      if (lower.find("keep-alive") != std::string::npos) closes_ = false;
    } else if (name == "expect" && toLower(value) == "100-continue") {
      expectsContinue_ = true;
    }
    request_.headers.emplace_back(std::move(name), std::move(value));
  }
  if (state_ == State::ChunkSize && sawLength)
    return fail(badRequest("both Content-Length and Transfer-Encoding"));
  if (left_ > limits_.bodyBytes)
    return fail(Error(ErrorCode::TooLarge,
                      "Request entity is too large: limit is " + std::to_string(limits_.bodyBytes)));
  return {};
}

Result<bool> Http1Parser::readBody() {
  while (true) {
    if (state_ == State::Body) {
      if (buffer_.size() < left_) return false;
      request_.body.assign(buffer_, 0, left_);
      buffer_.erase(0, left_);
      return true;
    }
    if (state_ == State::ChunkData) {
      if (buffer_.size() < left_ + 2) return false;
      if (buffer_.compare(left_, 2, "\r\n") != 0) return fail(badRequest("malformed chunk"));
      request_.body.append(buffer_, 0, left_);
      buffer_.erase(0, left_ + 2);
      state_ = State::ChunkSize;
      continue;
    }
    std::size_t end = buffer_.find("\r\n");
    if (end == std::string::npos) {
      if (buffer_.size() > limits_.headBytes) return fail(badRequest("malformed chunk"));
      return false;
    }
    std::string line = buffer_.substr(0, end);
    buffer_.erase(0, end + 2);
    if (state_ == State::Trailer) {
      if (line.empty()) return true;
      continue;
    }
    std::string_view digits = std::string_view(line).substr(0, line.find(';'));
    std::size_t size = 0;
    auto [stop, code] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
    if (code != std::errc{} || stop != digits.data() + digits.size())
      return fail(badRequest("malformed chunk size"));
    if (size > limits_.bodyBytes || request_.body.size() + size > limits_.bodyBytes) {
      return fail(Error(ErrorCode::TooLarge,
                        "Request entity is too large: limit is " + std::to_string(limits_.bodyBytes)));
    }
    left_ = size;
    state_ = size == 0 ? State::Trailer : State::ChunkData;
  }
}

std::string http1Head(int status, const Headers& headers) {
  std::string out = "HTTP/1.1 " + std::to_string(status) + " " + std::string(reasonPhrase(status)) + "\r\n";
  for (const auto& [name, value] : headers) out += name + ": " + value + "\r\n";
  out += "\r\n";
  return out;
}

void appendChunk(std::string& out, std::string_view data) {
  if (data.empty()) return;
  char size[20];
  auto [end, code] = std::to_chars(size, size + sizeof size, data.size(), 16);
  out.append(size, end);
  out += "\r\n";
  out += data;
  out += "\r\n";
}

}  // namespace puppis::net
