// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/server.h"
#include "net/server_http.h"

namespace puppis::net {

/// What one attempt to move bytes did.
enum class Moved : std::uint8_t { Some, WouldBlock, Closed };

/// A connected, non-blocking socket, plain or under TLS. Closes it when it goes.
class Channel {
 public:
  virtual ~Channel() = default;
  /// Appends what has arrived to `in`.
  virtual Moved read(std::string& in) = 0;
  /// Sends from the front of `out` (from `offset` on, which moves).
  virtual Moved write(const std::string& out, std::size_t& offset) = 0;
  /// The protocol that ALPN chose: "h2", or "" .
  [[nodiscard]] virtual std::string_view protocol() const = 0;
  [[nodiscard]] virtual std::optional<PeerIdentity> peer() const = 0;
};

/// Server-side TLS settings, shared by the connections.
class TlsContext {
 public:
  static Result<std::unique_ptr<TlsContext>> make(const ServerTls& settings);
  virtual ~TlsContext() = default;
  virtual std::unique_ptr<Channel> accept(int socket) = 0;
};

std::unique_ptr<Channel> plainChannel(int socket);

}  // namespace puppis::net
