// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace puppis::net {

/// Makes one gzip stream of what is added, piece by piece, at a speed that suits servers: several times that
/// of zlib's fastest level, at about its size.
class Gzip {
 public:
  Gzip();
  ~Gzip();
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  void add(std::string_view piece);
  /// Ends the stream and gives it; nothing may be added any more.
  std::string finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace puppis::net
