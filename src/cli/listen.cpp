// SPDX-License-Identifier: Apache-2.0
#include "cli/listen.h"

#include <charconv>

namespace puppis::cli {

Result<Listen> parseListen(const std::string& text, const std::string& flag) {
  std::size_t colon = text.rfind(':');
  Error wrong = Error(ErrorCode::InvalidArgument, flag).expected("HOST:PORT").found(text);
  if (colon == std::string::npos) return fail(std::move(wrong));
  unsigned port = 0;
  const char* end = text.data() + text.size();
  auto [stop, code] = std::from_chars(text.data() + colon + 1, end, port);
  if (code != std::errc{} || stop != end || port > 65535) return fail(std::move(wrong));
  Listen out{text.substr(0, colon), static_cast<std::uint16_t>(port)};
  if (out.address.empty() || out.address == "localhost") out.address = "127.0.0.1";
  return out;
}

}  // namespace puppis::cli
